"""Optuna: the value of each trial, the best one with its params, and a table of all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from nbtrack.capture.frameworks.framework import Framework, History, Table, Training

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nbtrack.capture.frameworks.framework import Call

__all__ = ["Optuna"]

_MAX_ROWS = 10_000


class Optuna(Framework):
    """Hears trials begin, whether `optimize` or the cell itself asks for them."""

    methods: ClassVar[Mapping[str, str]] = {"optuna.trial._trial:Trial.__init__": "begun"}
    in_searches = True

    def __init__(self) -> None:
        self._studies: dict[int, Any] = {}
        self._numbers: dict[int, set[int]] = {}

    def begun(self, call: Call) -> None:
        """Keep the number of a trial, and its study."""
        study = call.owner.study
        self._studies[id(study)] = study
        self._numbers.setdefault(id(study), set()).add(call.owner.number)

    def trainings(self) -> Iterator[Training]:
        """Return a training for each study; earlier trials of it belong to earlier runs."""
        for key, study in self._studies.items():
            trials = [t for t in study.get_trials(deepcopy=False) if t.number in self._numbers[key]]
            names = _values(study)
            made = Training([study], tables={"trials": _table(trials[:_MAX_ROWS], names)})
            told = [t for t in trials if t.values]  # one that was pruned has its last report
            for place, name in enumerate(names):
                made.histories[name] = History([t.values[place] for t in told], [t.number for t in told])
            complete = [t for t in trials if t.state.name == "COMPLETE"]
            pruned = sum(t.state.name == "PRUNED" for t in trials)
            if pruned:
                made.metrics["n_pruned"] = pruned
            if len(names) == 1 and complete:
                _add_best(made, study, complete)
            yield made


def _values(study: Any) -> list[str]:
    """Return the names of a study's objectives: `value`, or those that it was given, or `values_0`, `values_1`, ..."""
    count = len(study.directions)
    if count == 1:
        return ["value"]
    return list(study.metric_names or (f"values_{place}" for place in range(count)))


def _add_best(made: Training, study: Any, trials: Sequence[Any]) -> None:
    """Add the best of some trials, and the best so far after each."""
    better = max if study.direction.name == "MAXIMIZE" else min
    best: list[Any] = []
    for trial in trials:
        best.append(better([*best[-1:], trial], key=lambda one: one.value))
    made.metrics["best_value"] = best[-1].value
    made.histories["best_value_so_far"] = History([t.value for t in best], [t.number for t in trials])
    made.params["best_params"] = dict(best[-1].params)
    if better is max:  # which has to be asked for
        made.params["direction"] = "maximize"


def _table(trials: Sequence[Any], names: Sequence[str]) -> Table:
    """Return trials as a table, with the columns of `study.trials_dataframe`."""
    params = list(dict.fromkeys(name for trial in trials for name in trial.params))
    rows = [
        [
            trial.number,
            *(trial.values or [None] * len(names)),
            *(trial.params.get(name) for name in params),
            None if trial.duration is None else trial.duration.total_seconds(),
            trial.state.name,
        ]
        for trial in trials
    ]
    return Table(["number", *names, *(f"params_{name}" for name in params), "seconds", "state"], rows)
