"""Optuna: the value of each trial, the best with its params, and a table of all."""

import pytest

from tests.unit.capture.frameworks.tracked import tracked, values

pytest.importorskip("optuna")

STUDY = """
import optuna
optuna.logging.set_verbosity(optuna.logging.ERROR)
study = optuna.create_study(direction="maximize", sampler=optuna.samplers.RandomSampler(seed=2))
"""
OBJECTIVE = """
def objective(trial):
    x = trial.suggest_float("x", -1, 1)
    kind = trial.suggest_categorical("kind", ["a", "b"])
    if trial.number == 2:
        trial.report(0.25, 0)
        raise optuna.TrialPruned
    return 1 - x * x
"""


def test_a_study():
    captured, names = tracked(STUDY + OBJECTIVE + "study.optimize(objective, n_trials=6)")
    found, study = values(captured), names["study"]
    assert found["value"] == [trial.value for trial in study.trials]
    assert list(captured.metrics["value"].steps) == [0, 1, 2, 3, 4, 5]
    assert found["best_value"] == [study.best_value]
    assert found["n_pruned"] == [1]
    complete = [trial.value for trial in study.trials if trial.number != 2]
    assert found["best_value_so_far"] == [max(complete[: n + 1]) for n in range(5)]
    assert captured.params["best_params.x"] == study.best_params["x"]
    assert captured.params["best_params.kind"] == study.best_params["kind"]
    assert captured.params["direction"] == "maximize"
    table = captured.tables["trials"]
    assert table.columns == ["number", "value", "params_x", "params_kind", "seconds", "state"]
    assert [row[0] for row in table.rows] == [0, 1, 2, 3, 4, 5]
    assert [row[-1] for row in table.rows][1:3] == ["COMPLETE", "PRUNED"]


def test_a_cell_that_goes_on_with_a_study_has_its_own_trials():
    _, names = tracked(STUDY + OBJECTIVE + "study.optimize(objective, n_trials=4)")
    captured, _ = tracked("study.optimize(objective, n_trials=3)", names)
    assert list(captured.metrics["value"].steps) == [4, 5, 6]
    assert len(captured.tables["trials"].rows) == 3


def test_trials_that_the_cell_asks_for_itself():
    captured, names = tracked(
        STUDY
        + "for _ in range(4):\n    trial = study.ask()\n    study.tell(trial, trial.suggest_float('x', 0, 1))"
    )
    assert values(captured)["value"] == [trial.value for trial in names["study"].trials]


def test_two_objectives():
    captured, names = tracked(
        STUDY + "study = optuna.create_study(directions=['minimize', 'maximize'])\n"
        "study.optimize(lambda t: (t.suggest_float('x', 0, 1), t.suggest_float('y', 0, 1)), n_trials=3)"
    )
    assert values(captured)["values_1"] == [trial.values[1] for trial in names["study"].trials]
    assert "best_value" not in values(captured)


def test_a_direction_that_nobody_chose_is_no_setting():
    captured, _ = tracked(
        "import optuna\nstudy = optuna.create_study(study_name='s')\nstudy.optimize(lambda t: t.suggest_float('x', 0, 1), n_trials=2)"
    )
    assert not {"direction", "study_name"} & captured.params.keys()
