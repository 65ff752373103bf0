"""The quickstart runs from end to end in a real kernel, and what it tracked can be found again."""

import ast
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient
from sklearn.model_selection import train_test_split

import nbtrack
from tests.waiting import HANGS

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


@pytest.fixture(scope="module")
def quickstart(tmp_path_factory):
    """Execute a copy of the notebook beside its data, with the store that a reader would get."""
    folder = tmp_path_factory.mktemp("quickstart")
    shutil.copytree(NOTEBOOKS / "sklearn_elasticnet_wine", folder / "sklearn_elasticnet_wine")
    notebook = nbformat.read(NOTEBOOKS / "quickstart.ipynb", as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("NBTRACK_STORE", raising=False)
        patch.setenv("XDG_STATE_HOME", str(folder / "state"))
        NotebookClient(
            notebook, timeout=280, iopub_timeout=HANGS, resources={"metadata": {"path": str(folder)}}
        ).execute()
        patch.setenv("NBTRACK_STORE", str(folder / ".nbtrack"))
        yield notebook


def outputs(notebook, cell_id):
    """Return what the cell shows, each output as its plain text."""
    (cell,) = [cell for cell in notebook.cells if cell.id == cell_id]
    return [
        output.text if output.output_type == "stream" else output.data["text/plain"]
        for output in cell.outputs
    ]


def test_every_tracked_cell_is_a_finished_run(quickstart):
    tracked = [cell for cell in quickstart.cells if cell.source.startswith("%%track")]
    runs = nbtrack.runs("name != 'forest-50'")
    assert len(runs) == len(tracked) >= 8
    assert {run.status for run in runs} == {"FINISHED"}


def test_the_settings_of_the_elastic_nets_are_kept(quickstart):
    runs = nbtrack.runs("name = 'elastic-net'")
    pairs = {(run.params["alpha"], run.params["l1_ratio"]) for run in runs}
    assert len(pairs) == len(runs) == 5
    assert {(0.5, 0.5), (0.4, 0.4), (0.6, 0.6)} <= pairs
    assert all(set(run.metrics) == {"rmse", "mae", "r2"} for run in runs)


def test_the_best_run_is_the_forest(quickstart):
    best = nbtrack.runs("metrics.rmse < 0.8").best("rmse")
    assert best.name == "random-forest"
    assert best.params["n_estimators"] == 200
    assert best.metrics["rmse"] == pytest.approx(0.60, abs=0.02)


def test_the_loss_of_each_descent_is_a_curve(quickstart):
    runs = nbtrack.runs("params.learning_rate > 0", order_by="params.learning_rate")
    assert [run.params["learning_rate"] for run in runs] == [0.01, 0.1]
    for run in runs:
        loss = run.history("loss")
        assert len(loss) == run.params["epochs"] == 200
        assert loss["value"].is_monotonic_decreasing
        assert set(run.metrics) == {"loss", "rmse", "mae", "r2"}


def test_a_run_knows_its_code_its_data_and_its_environment(quickstart):
    best = nbtrack.runs().best("rmse")
    assert "RandomForestRegressor(n_estimators=200" in str(best.source)
    assert "pd.read_csv" in str(best.source)
    assert "learning_rate" not in str(best.source), "a forest does not depend on the descents before it"
    assert not best.source.stale
    assert {"X_train", "y_train"} <= set(best.data)
    assert "scikit-learn" in str(best.environment)


def test_the_reader_sees_the_runs_the_difference_and_the_curves(quickstart):
    (table,) = outputs(quickstart, "runs-magic")
    assert table.index("random-forest") < table.index("gradient-descent") < table.index("elastic-net")
    (diff,) = outputs(quickstart, "diff")
    assert "alpha" in diff
    assert "l1_ratio" in diff
    (cell,) = [cell for cell in quickstart.cells if cell.id == "plot"]
    assert any("image/png" in output.get("data", {}) for output in cell.outputs)


def test_the_committed_notebook_shows_its_outputs_and_no_path_of_a_machine():
    text = (NOTEBOOKS / "quickstart.ipynb").read_text(encoding="utf-8")
    assert all(
        cell.execution_count for cell in nbformat.reads(text, as_version=4).cells if cell.cell_type == "code"
    ), "execute the notebook before it is committed, as CONTRIBUTING.md says"
    assert not re.findall(
        r"(?:/home/|/root/|/Users/|/tmp/|/work/|/site-packages/|[A-Z]:\\\\)[^\"]{0,80}", text
    )


def test_it_ends_with_an_answer_of_the_best_model_by_http(quickstart):
    (answer,) = outputs(quickstart, "ask")
    predictions = json.loads(ast.literal_eval(answer))["predictions"]
    best = nbtrack.runs().best("rmse")
    wine = pd.read_csv(NOTEBOOKS / "sklearn_elasticnet_wine" / "wine-quality.csv")
    _, held_back = train_test_split(wine.drop(columns="quality"), test_size=0.25, random_state=42)
    expected = nbtrack.load_model(best).predict(held_back.head(3))
    assert predictions == pytest.approx(expected.tolist())
    assert outputs(quickstart, "stop") == ["'stopped'"]
    assert nbtrack.servers() == []


def test_the_best_one_runs_again_as_a_project(quickstart):
    (again,) = nbtrack.runs("name = 'forest-50'")
    assert (again.params["n_estimators"], again.status) == (50, "FINISHED")
    best = nbtrack.runs().best("rmse")
    assert 0 < again.metrics["rmse"] - best.metrics["rmse"] < 0.02
    (said,) = outputs(quickstart, "package")
    assert "nbtrack run random-forest" in said


def test_the_runs_become_projects_that_give_the_same(quickstart, tmp_path):
    for number, run in enumerate(nbtrack.runs("name != 'forest-50'")):
        made = nbtrack.package(run, tmp_path / f"{run.name}-{number}")
        assert [
            one for one in made.left_out if "parameter" not in one and not one.startswith("uv.lock: ")
        ] == []
        if number in {0, 1, 7}:
            again = nbtrack.run_project(made.folder, env_manager="local", store=tmp_path / "other").run
            assert again.metrics == run.metrics
            assert len(again.models) == len(run.models)
    for name, alpha in (("elastic-net", 0.4), ("gradient-descent", None)):
        folder = max(tmp_path.glob(f"{name}-*"))
        options = [] if alpha is None else [f"--alpha={alpha}", f"--l1_ratio={alpha}"]
        done = subprocess.run(
            [sys.executable, folder / "main.py", *options],
            cwd="/",
            capture_output=True,
            text=True,
            check=True,
        )
        (wanted,) = nbtrack.runs(f"params.alpha = {alpha}" if alpha else "params.learning_rate = 0.1")
        assert f"rmse {wanted.metrics['rmse']!r}\n" in done.stdout


def test_the_notebook_becomes_a_project_with_an_entry_point_for_each_tracked_cell(quickstart, tmp_path):
    nbformat.write(quickstart, tmp_path / "quickstart.ipynb")
    made = nbtrack.package(tmp_path / "quickstart.ipynb", tmp_path / "project")
    assert "elastic_net_4.py" in made.files
    assert "sklearn_elasticnet_wine/wine-quality.csv" in made.files
    done = nbtrack.run_project(
        made.folder,
        "gradient-descent-2",
        parameters={"epochs": 50},
        env_manager="local",
        store=tmp_path / "other",
    ).run
    assert done.params["epochs"] == len(done.history("loss")) == 50
