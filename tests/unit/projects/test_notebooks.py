"""Notebooks as what is run: their cells in real kernels."""

import json
import os
import subprocess
import sys

import nbformat
import pytest

import nbtrack

COMMAND = [sys.executable, "-m", "nbtrack", "run"]
FIT = """from sklearn.linear_model import Ridge
model = Ridge(alpha=alpha).fit([[0.0], [1.0], [2.0]], [0.0, 1.1, 1.9])
r2 = model.score([[0.0], [1.0]], [0.1, 1.0])
print('scored', r2)"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("NBTRACK_STORE", str(tmp_path / "store"))
    (tmp_path / "work").mkdir()
    return tmp_path


def write(place, *sources, tags=None):
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    cells[0].metadata.tags = tags or []
    nbformat.write(nbformat.v4.new_notebook(cells=cells), place / "work" / "train.ipynb")


def run(place, *arguments):
    return subprocess.run(
        [*COMMAND, "work/train.ipynb", *arguments],
        cwd=place, capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip


def kept(place):
    """Return the notebook's run and those of its cells."""
    every = nbtrack.runs(store=place / "store", order_by="start_time")
    (whole,) = [one for one in every if one.parent is None]
    return whole, list(whole.children)


def test_cells_are_runs_inside_that_of_the_notebook_whose_file_stays(place):
    write(
        place,
        "import os\nalpha = 0.5\nhidden = (16, 8)\nfolder = os.path.basename(os.getcwd())",
        FIT,
        "print(folder)",
    )
    before = (place / "work" / "train.ipynb").read_bytes()
    done = run(
        place, "-P", "alpha=2", "-P", "hidden=(4,)", "--run-name", "whole", "--experiment-name", "ridge"
    )
    assert done.returncode == 0, done.stderr
    assert "scored" in done.stdout
    assert done.stdout.splitlines()[-1] == "work"
    assert (place / "work" / "train.ipynb").read_bytes() == before
    whole, (cell,) = kept(place)
    assert (whole.name, whole.experiment, whole.status, whole.params) == (
        "whole",
        "ridge",
        "FINISHED",
        {"alpha": 2, "hidden": "(4,)"},
    )
    assert cell.params["alpha"] == 2.0
    assert 0 < cell.metrics["r2"] < 1
    assert whole.metrics == cell.metrics, "one run has the params and what came of them"
    assert cell.models
    assert cell.notebook.endswith("train.ipynb")
    executed = nbformat.read(whole.artifacts["train.ipynb"].path, as_version=4)
    assert "alpha = 2.0" in executed.cells[0].source
    assert executed.cells[2].outputs[0].text == "work\n"


def test_an_error_fails_the_run_and_keeps_what_was_there(place):
    write(place, "alpha = 0.5", "%load_ext nbtrack", f"%%track first\n{FIT}", "1 / 0", "print('never')")
    done = run(place)
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr
    assert "never" not in done.stdout
    whole, (cell,) = kept(place)
    assert (whole.status, cell.status, cell.name) == ("FAILED", "FINISHED", "first")
    executed = nbformat.read(whole.artifacts["train.ipynb"].path, as_version=4)
    assert executed.cells[3].outputs[0].ename == "ZeroDivisionError"


def test_a_notebook_that_logs_as_with_mlflow_logs_to_the_run(place):
    write(
        place, "rate = 0.1", "import mlflow\nwith mlflow.start_run():\n    mlflow.log_metric('loss', rate * 2)",
        tags=["parameters"],
    )  # fmt: skip
    done = run(place, "-P", "rate=0.4")
    assert done.returncode == 0, done.stderr
    whole, cells = kept(place)
    assert (whole.metrics, whole.params, cells) == ({"loss": 0.8}, {"rate": 0.4}, [])


def test_a_name_that_the_tagged_cell_does_not_assign_is_told(place):
    write(place, "alpha = 0.5", "print(alpha)", tags=["parameters"])
    done = run(place, "-P", "alhpa=9")
    assert done.returncode == 0
    assert "does not assign 'alhpa'" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["-P", "beta=1"], "beta"),
        (["-e", "other"], "is a file"),
        (["--version", "v1"], "is a file"),
    ],
)
def test_what_cannot_be_makes_no_run(place, arguments, says):
    write(place, "alpha = 0.5")
    done = run(place, *arguments)
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not len(nbtrack.runs(store=place / "store"))


def test_a_notebook_of_another_language_and_a_file_that_is_none(place):
    write(place, "alpha = 0.5")
    file = place / "work" / "train.ipynb"
    notebook = json.loads(file.read_text())
    notebook["metadata"]["kernelspec"] = {"name": "ir", "display_name": "R", "language": "R"}
    file.write_text(json.dumps(notebook))
    assert "notebook of R" in run(place).stderr
    file.write_text("no JSON")
    assert "no notebook" in run(place).stderr


def test_secrets_are_masked_in_the_executed_notebook(place):
    write(place, "api_key = 'none'", "print(api_key)")
    done = run(place, "-P", "api_key=hunter2hunter2")
    assert done.returncode == 0, done.stderr
    for folder, _, files in os.walk(place / "store"):
        for name in files:
            with open(os.path.join(folder, name), "rb") as file:
                assert b"hunter2hunter2" not in file.read(), name
