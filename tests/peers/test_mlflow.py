"""nbtrack beside the real MLflow, in an environment of its own: the same scripts and filters give the same answers."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks import peers

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "tests" / "unit" / "query" / "mlflow_filters.json"


@pytest.fixture(scope="module")
def mlflow():
    """Return the interpreter of an environment with MLflow, made if need be."""
    peers.install("mlflow")
    return peers.python("mlflow")


def answer(python, folder, script, *arguments):
    """Run a script in a folder, and return the JSON in the last line that it prints."""
    variables = {n: v for n, v in os.environ.items() if n not in {"NBTRACK_STORE", "MLFLOW_TRACKING_URI"}}
    done = subprocess.run(
        [str(python), "-c", script, *map(str, arguments)],
        cwd=folder,
        env=variables | peers.QUIET,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


# What MLflow's users write, and everything that can be asked of it afterwards in one answer.
SCRIPT = """
import json, math, sys
import {module} as mlflow

mlflow.set_tracking_uri({uri!r})
experiment = mlflow.set_experiment("wine")
with mlflow.start_run(run_name="parent", tags={{"team": "red"}}, description="all of it") as parent:
    mlflow.log_params({{"alpha": 0.5, "solver": "cd", "deep": True, "layers": [1, 2]}})
    for step in range(5):
        mlflow.log_metrics({{"loss": 1 / (step + 1), "up": step}}, step=step)
    mlflow.log_metric("late", 1.0, step=5)
    mlflow.log_metric("late", 2.0, step=3)
    mlflow.log_metric("nan", math.nan)
    for lr in (0.1, 0.01):
        with mlflow.start_run(run_name=f"lr={{lr}}", nested=True):
            mlflow.log_param("lr", lr)
            mlflow.log_metric("loss", lr * 2)
    mlflow.set_tag("stage", "draft")
    mlflow.log_text("hello", "notes/a.txt")
    mlflow.log_dict({{"a": [1, 2]}}, "config.json")
try:
    with mlflow.start_run(run_name="broken"):
        mlflow.log_metric("loss", 9)
        raise ValueError("no")
except ValueError:
    pass
with mlflow.start_run(run_id=parent.info.run_id):
    mlflow.log_metric("again", 1)
told = {{"last": mlflow.last_active_run().info.run_name, "active": mlflow.active_run() is None}}
run = mlflow.get_run(parent.info.run_id)
told["params"], told["metrics"] = run.data.params, {{k: repr(v) for k, v in run.data.metrics.items()}}
told["tags"] = {{k: v for k, v in run.data.tags.items() if not k.startswith(("mlflow.", "nbtrack."))}}
told["status"], told["name"] = run.info.status, run.info.run_name
told["experiment"] = mlflow.get_experiment(run.info.experiment_id).name
told["found"] = {{}}
for text in ("", "metrics.loss < 0.15", "params.lr = '0.1'", "tags.team = 'red' and metrics.late = 1",
             "attributes.status = 'FAILED'", "run_name LIKE 'lr%'", "params.alpha != '1'"):
    frame = mlflow.search_runs(filter_string=text, order_by=["metrics.loss ASC", "start_time DESC"])
    told["found"][text] = frame["tags.mlflow.runName"].tolist()
frame = mlflow.search_runs(order_by=["start_time ASC"])
told["columns"] = sorted(c for c in frame.columns if not c.startswith(("tags.mlflow.", "tags.nbtrack.")))
told["cells"] = {{c: [str(v) for v in frame[c]] for c in told["columns"] if c.startswith(("params.", "metrics.", "tags."))}}
told["experiments"] = sorted(e.name for e in mlflow.search_experiments())
print(json.dumps(told))
"""


def test_a_script_leaves_what_it_leaves_with_mlflow(mlflow, tmp_path):
    (tmp_path / "theirs").mkdir()
    (tmp_path / "ours").mkdir()
    theirs = answer(mlflow, tmp_path / "theirs", SCRIPT.format(module="mlflow", uri="sqlite:///mlflow.db"))
    ours = answer(sys.executable, tmp_path / "ours", SCRIPT.format(module="nbtrack", uri="runs"))
    # MLflow keeps params as text, and begins each store with an experiment.
    ours["params"] = {name: str(value) for name, value in ours["params"].items()}
    theirs["experiments"].remove("Default")
    assert ours.pop("cells") == theirs.pop("cells")
    assert ours == theirs


RECORD = """
import json, sys
import mlflow
from mlflow.entities import Dataset, DatasetInput, InputTag
from mlflow.tracking import MlflowClient

corpus = json.load(open(sys.argv[1], encoding="utf-8"))
mlflow.set_tracking_uri("sqlite:///mlflow.db")
client = MlflowClient()
experiment = client.create_experiment("filters")
ids = []
for run in corpus["runs"]:
    made = client.create_run(experiment, start_time=run["start"], run_name=run["name"], tags=run["tags"])
    ids.append(made.info.run_id)
    for name, value in run["params"].items():
        client.log_param(ids[-1], name, value)
    for name, value in run["metrics"].items():
        client.log_metric(ids[-1], name, float(value), timestamp=run["start"])
    for name, digest, context in run["data"]:
        tags = [] if context is None else [InputTag("mlflow.data.context", context)]
        client.log_inputs(ids[-1], [DatasetInput(Dataset(name, digest, "local", "x"), tags)])
    if run["status"] != "RUNNING":
        client.set_terminated(ids[-1], run["status"], run["end"])

def found(**question):
    # Ids are given by MLflow: a filter that names one of the corpus means the run in its place.
    text = question.get("filter_string", "")
    for run, now in zip(corpus["runs"], ids):
        text = text.replace(run["id"], now).replace(run["id"][:8], now[:8])
    return [ids.index(r.info.run_id) for r in client.search_runs([experiment], **(question | {"filter_string": text}))]

filters = [[text, found(filter_string=text)] for text, _ in corpus["filters"]]
orders = [[order, found(order_by=order if isinstance(order, list) else [order])] for order, _ in corpus["orders"]]
print(json.dumps({"filters": filters, "orders": orders}))
"""


def test_the_recorded_answers_are_what_mlflow_answers(mlflow, tmp_path):
    recorded = json.loads(CORPUS.read_text(encoding="utf-8"))
    now = answer(mlflow, tmp_path, RECORD, CORPUS)
    for (text, expected), (_, found) in zip(recorded["filters"], now["filters"], strict=True):
        assert sorted(found) == sorted(expected), text
    for (order, expected), (_, found) in zip(recorded["orders"], now["orders"], strict=True):
        # Ids are random: in their order the runs come anew each time.
        assert found == expected or "run_id" in str(order), order
