"""Ordinary tracking code written for MLflow runs with one changed line: `import nbtrack as mlflow`."""

import subprocess
import sys
from pathlib import Path

import pytest

import nbtrack

pytestmark = pytest.mark.usefixtures("store")

WINE = Path(__file__).resolve().parents[2] / "notebooks" / "sklearn_elasticnet_wine" / "wine-quality.csv"


def script(text, *arguments):
    """Run a script in the working folder; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning:nbtrack", "-c", text, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


TRAIN = f"""
import logging
import sys
from urllib.parse import urlparse

import numpy as np
import pandas as pd
from sklearn.linear_model import ElasticNet
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score
from sklearn.model_selection import train_test_split

import nbtrack as mlflow


def eval_metrics(actual, pred):
    rmse = np.sqrt(mean_squared_error(actual, pred))
    return rmse, mean_absolute_error(actual, pred), r2_score(actual, pred)


if __name__ == "__main__":
    np.random.seed(40)
    data = pd.read_csv({str(WINE)!r})
    train, test = train_test_split(data)
    train_x, test_x = train.drop(["quality"], axis=1), test.drop(["quality"], axis=1)
    train_y, test_y = train[["quality"]], test[["quality"]]
    alpha = float(sys.argv[1]) if len(sys.argv) > 1 else 0.5
    l1_ratio = float(sys.argv[2]) if len(sys.argv) > 2 else 0.5

    with mlflow.start_run():
        lr = ElasticNet(alpha=alpha, l1_ratio=l1_ratio, random_state=42)
        lr.fit(train_x, train_y)
        rmse, mae, r2 = eval_metrics(test_y, lr.predict(test_x))
        mlflow.log_param("alpha", alpha)
        mlflow.log_param("l1_ratio", l1_ratio)
        mlflow.log_metric("rmse", rmse)
        mlflow.log_metric("r2", r2)
        mlflow.log_metric("mae", mae)
        tracking_url_type_store = urlparse(mlflow.get_tracking_uri()).scheme
        print(tracking_url_type_store)
"""


def test_the_wine_script():
    for alpha, l1_ratio in [(0.5, 0.5), (0.4, 0.4), (0.6, 0.6)]:
        assert script(TRAIN, str(alpha), str(l1_ratio)) == "file\n"
    runs = nbtrack.runs("metrics.rmse < 1 and params.alpha >= 0.4", order_by="metrics.rmse")
    assert [run.params for run in runs] == [{"alpha": a, "l1_ratio": a} for a in (0.4, 0.5, 0.6)]
    assert all(set(run.metrics) == {"rmse", "r2", "mae"} for run in runs)
    assert 0.5 < runs.best("rmse").metrics["rmse"] < 1


SWEEP = """
import nbtrack as mlflow

mlflow.set_tracking_uri("file:./sweeps")
experiment_name = "lr sweep"
experiment = mlflow.get_experiment_by_name(experiment_name)
experiment_id = mlflow.create_experiment(experiment_name) if experiment is None else experiment.experiment_id

with mlflow.start_run(experiment_id=experiment_id, run_name="PARENT_RUN", tags={"version": "v1"}, description="parent") as parent_run:
    mlflow.log_param("parent", "yes")
    for lr in [0.1, 0.01, 0.001]:
        with mlflow.start_run(experiment_id=experiment_id, run_name=f"lr={lr}", nested=True) as child_run:
            mlflow.log_params({"lr": lr, "batch_size": 32})
            for epoch in range(5):
                mlflow.log_metrics({"train_loss": lr / (epoch + 1), "val_loss": lr / (epoch + 2)}, step=epoch)
            mlflow.set_tag("framework", "none")

print("parent run:", parent_run.info.run_id)
print("description:", parent_run.data.tags.get("mlflow.note.content"))
print("version tag value:", parent_run.data.tags.get("version"))

query = f"tags.mlflow.parentRunId = '{parent_run.info.run_id}'"
results = mlflow.search_runs(experiment_ids=[experiment_id], filter_string=query, order_by=["metrics.val_loss ASC"])
print(results[["run_id", "params.lr", "tags.mlflow.runName"]])
best = results.iloc[0]
assert best["tags.mlflow.runName"] == "lr=0.001"
assert float(best["params.lr"]) == 0.001
assert mlflow.get_run(best["run_id"]).data.metrics["val_loss"] == 0.001 / 6

runs = mlflow.search_runs(experiment_names=[experiment_name], filter_string="params.lr = '0.1'", output_format="list")
assert [r.info.run_name for r in runs] == ["lr=0.1"]
assert runs[0].data.params == {"lr": "0.1", "batch_size": "32"}
assert mlflow.get_parent_run(runs[0].info.run_id).info.run_id == parent_run.info.run_id
"""


def test_nested_runs_and_a_search():
    said = script(SWEEP)
    assert "description: parent" in said
    assert "version tag value: v1" in said
    nbtrack.set_tracking_uri("sweeps")
    assert [run.name for run in nbtrack.runs()[-1].children] == ["lr=0.1", "lr=0.01", "lr=0.001"]


RESUME = """
import os
import nbtrack as mlflow

mlflow.set_experiment("checkpoints")
run = mlflow.start_run(run_name="training")
run_id = run.info.run_id
for epoch in range(3):
    mlflow.log_metric("loss", 1 / (epoch + 1), step=epoch)
mlflow.end_run()
assert mlflow.active_run() is None
assert mlflow.last_active_run().info.run_id == run_id
assert mlflow.get_run(run_id).info.status == "FINISHED"

with mlflow.start_run(run_id=run_id):
    assert mlflow.active_run().info.run_id == run_id
    for epoch in range(3, 6):
        mlflow.log_metric("loss", 1 / (epoch + 1), step=epoch)
    os.makedirs("out/sub", exist_ok=True)
    with open("out/sub/weights.txt", "w") as f:
        f.write("1 2 3")
    mlflow.log_artifacts("out", artifact_path="checkpoint")
    mlflow.log_dict({"epochs": 6}, "config.json")
    print(mlflow.get_artifact_uri("config.json"))

data = mlflow.get_run(run_id).data
assert data.metrics == {"loss": 1 / 6}
"""


def test_a_run_is_resumed():
    assert script(RESUME).strip().endswith("/config.json")
    (run,) = nbtrack.runs(experiment="checkpoints")
    assert run.history("loss")["step"].tolist() == list(range(6))
    assert list(run.artifacts) == ["checkpoint/sub/weights.txt", "config.json"]


IMPLICIT = """
import nbtrack as mlflow

mlflow.log_param("param1", 5)
for value in (1, 2, 3):
    mlflow.log_metric("foo", value)
mlflow.log_text("hello", "output/text1.txt")
mlflow.set_tags({"engineering": "ML Platform", "release.candidate": "RC1"})
"""


def test_no_run_needs_to_be_started():
    script(IMPLICIT)
    (run,) = nbtrack.runs()
    assert run.status == "FINISHED"
    assert run.params == {"param1": 5}
    assert run.metrics == {"foo": 3.0}
    assert run.tags == {"engineering": "ML Platform", "release.candidate": "RC1"}
    assert run.artifacts["output/text1.txt"].read_text() == "hello"


AUTOLOG = """
import numpy as np
from sklearn.linear_model import LinearRegression
import nbtrack as mlflow

mlflow.autolog(log_models=False)
X = np.array([[1, 1], [1, 2], [2, 2], [2, 3]])
y = np.dot(X, np.array([1, 2])) + 3
with mlflow.start_run() as run:
    LinearRegression().fit(X, y)
print(run.info.run_id)
"""


def test_autolog():
    run_id = script(AUTOLOG).strip()
    run = nbtrack.get_run(run_id)
    assert run.params["fit_intercept"] is True
    assert run.metrics["training_r2_score"] == pytest.approx(1)
    assert run.tags["estimator_name"] == "LinearRegression"


def test_a_scripts_runs_know_what_they_were_made_by(store, tmp_path):
    file = tmp_path / "train.py"
    file.write_text(
        "import nbtrack as mlflow\nimport pandas\npassword = 'hunter22'\n"
        "for lr in (0.1, 0.2):\n    with mlflow.start_run():\n        mlflow.log_param('lr', lr)\n"
    )
    subprocess.run([sys.executable, str(file), "--api-key=hunter23hunter23"], check=True, timeout=60)
    runs = nbtrack.runs()
    assert len(runs) == 2
    for run in runs:
        assert run.process["interpreter"] == sys.executable
        assert run.process["argv"][0] == str(file)
        assert run.process["folder"]
        assert "hunter23" not in str(run.process)
        assert run.environment["python"]["version"]
        assert "pandas" in run.environment["packages"]
        assert "mlflow.log_param('lr', lr)" in str(run.source)
        assert "hunter22" not in str(run.source)
