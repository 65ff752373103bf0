"""Scripts of the shapes that public examples have: what is found in each, beside what a person would log."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import nbtrack
from nbtrack import uv
from nbtrack.entities.system_use import results
from tests.unit.script.pythons import run

PLAIN = Path(__file__).parent / "plain"


@dataclass
class Wanted:
    """What a person would log of a script: at least this is found; `more` may be found too, and nothing else."""

    params: set = field(default_factory=set)
    metrics: dict = field(default_factory=dict)
    """Name to points."""
    models: int = 0
    more: set = field(default_factory=set)
    arguments: tuple = ()


BOOST = {"param.max_depth", "param.objective", "num_round"}
WANTED = {
    "wine": Wanted({"alpha", "l1_ratio"}, {"rmse": 1, "mae": 1, "r2": 1}, 1, {"random_state", "seed"}, ("0.42", "0.1")),
    "digits_net": Wanted(
        {
            *("batch_size", "test_batch_size", "epochs", "lr", "gamma", "no_accel", "dry_run", "seed"),
            *("log_interval", "save_model"),
        },
        {"train_loss": 9, "test_average_loss": 3, "test_accuracy": 3},
        1,
        {"step_size"},
        ("--lr", "0.5"),
    ),
    "digits_rnn": Wanted(
        {"batch_size", "epochs", "hidden", "lr", "seed", "log_interval"},
        {"train_loss": 6, "test_average_loss": 2, "test_accuracy": 2},
        1,
        arguments=("-e", "2"),
    ),
    "autoencoder": Wanted(
        {"batch_size", "epochs", "no_cuda", "seed", "log_interval", "lr"},
        {"train_loss": 9, "average_loss": 3, "test_set_loss": 3},
        1,
    ),
    "polynomial": Wanted({"POLY_DEGREE", "batch_size"}, {"loss": 100}, 1, {"seed"}),
    "boost_basic": Wanted({*BOOST, "param.eta"}, {"error": 1, "eval-logloss": 4, "train-logloss": 4}, models=1),
    "boost_cv": Wanted(
        {*BOOST, "param.eta", "nfold", "seed"},
        {f"{part}-{metric}-mean": 3 for part in ("test", "train") for metric in ("auc", "error")},
        more={"scale_pos_weight"}
        | {f"{part}-{metric}-std" for part in ("test", "train") for metric in ("auc", "error")},
    ),
    "boost_history": Wanted(
        {*BOOST, "param.eval_metric.0", "param.eval_metric.1"},
        {f"{part}-{metric}": 3 for part in ("eval", "train") for metric in ("logloss", "error")},
        models=1,
        more={"verbose_eval"},
    ),
    "boost_sklearn": Wanted(
        {"param_dist.objective", "param_dist.n_estimators", "param_dist.eval_metric.0"},
        {f"validation_{n}-{metric}": 3 for n in (0, 1) for metric in ("logloss", "error")},
        more={"param_dist.eval_metric.1", "eval_metric.0", "eval_metric.1", "n_samples", "random_state"},
    ),
    "boost_objective": Wanted(
        {"kBoostRound", "kRows", "kCols", "kOutlier", "kNumberOfOutliers", "kRatio", "kSeed", "tree_method"},
        {f"{part}-{one}": 5 for one in ("rmse", "rmsle") for part in ("dtrain", "dtest")},
        more={"plot", "seed"},
    ),
    "boost_outputs": Wanted(
        {"max_depth", "n_estimators", "subsample", "tree_method"},
        {"1.validation_0-rmse": 16, "2.validation_0-rmse": 16},
        2,
        {"plot", "plot_result"},
    ),
    "boost_callbacks": Wanted(
        {"num_boost_round", "objective", "tree_method", "eval_metric.0", "eval_metric.1"},
        {f"{part}-{metric}": 6 for part in ("Train", "Valid") for metric in ("error", "rmse")},
        more={"interval", "name", "plot", "random_state", "verbose_eval"},
    ),
    "by_fire": Wanted({"lr", "epochs"}, {"loss": 7}, arguments=("--epochs", "7")),
    "by_typer": Wanted({"lr", "epochs"}, {"loss": 7}, arguments=("--epochs", "7")),
}  # fmt: skip
QUICK = {"wine"}


def names(wanted):
    return [pytest.param(name, marks=[] if name in QUICK else pytest.mark.long) for name in wanted]


@pytest.mark.parametrize("name", names(WANTED))
def test_what_a_person_would_log_is_found(tmp_path, monkeypatch, name):
    wanted = WANTED[name]
    script = PLAIN / f"{name}.py"
    if "# /// script" in script.read_text() and uv.program() is None:
        pytest.skip("uv is not installed")
    monkeypatch.setenv("NBTRACK_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("XDG_CACHE_HOME", os.environ.get("NBTRACK_TEST_CACHE", str(tmp_path / "cache")))
    done = subprocess.run(
        [sys.executable, "-m", "nbtrack", "run", str(script), *wanted.arguments],
        cwd=tmp_path, capture_output=True, text=True, timeout=500, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (found,) = nbtrack.runs(store=tmp_path / "store")
    points = {metric: len(found.history(metric)) for metric in results(found.metrics)}
    assert wanted.params <= set(found.params), found.params
    assert {metric for metric, count in wanted.metrics.items() if points.get(metric, 0) < count} == set(), (
        points
    )
    assert {*found.params, *points} - wanted.params - set(wanted.metrics) - wanted.more == set()
    assert len(found.store.models.of_run(found.id)) == wanted.models, done.stderr

    interpreter = found.store.document(found.key, "project")["interpreter"]
    bare = run(interpreter, tmp_path, str(script), *wanted.arguments, captured=False)
    assert (bare.returncode, bare.stdout) == (0, done.stdout)


@pytest.mark.long
@pytest.mark.skipif(uv.program() is None, reason="uv is not installed")
def test_a_config_of_hydras_is_params(tmp_path):
    """Its environment is made here: a package that it needs has to be built, which projects' environments are not."""
    environment = tmp_path / "environment"
    subprocess.run(
        [uv.program(), "venv", "--quiet", "--python", sys.executable, str(environment)], check=True
    )
    python = environment / "bin" / "python"
    subprocess.run(
        [uv.program(), "pip", "install", "--quiet", "--python", str(python), "hydra-core==1.3.2"],
        check=True, env=uv.variables() | os.environ,
    )  # fmt: skip
    arguments = (str(PLAIN / "by_hydra.py"), "lr=0.25", "model.hidden=8")
    done = run(str(python), tmp_path, *arguments)
    assert done.returncode == 0, done.stderr
    (found,) = nbtrack.runs(store=tmp_path / "store")
    assert found.params == {"lr": 0.25, "epochs": 5, "model.hidden": 8}
    assert json.dumps([*found.history("loss").step]) == "[0, 1, 2, 3, 4]"
    assert run(str(python), tmp_path, *arguments, captured=False).stdout == done.stdout
