"""What a tracked cell's output tells the front end: which run it is of, and that the cell was not edited since."""

import json
import subprocess
import sys

import nbformat
import pytest

from nbtrack.notebook.mark import checksum
from tests.notebook.kernel import kernel_in

FIT = """%%track {name}
alpha = {alpha}
rmse = sum([{rmse}])
"""

LOOP = """%%track long
import time
for epoch in range(100_000):
    loss = 1 / (epoch + 1)
    time.sleep(0.01)
"""


def mark(executed):
    """Return what the line under a cell tells in its metadata; it is JSON that any reader takes."""
    metadata = executed.line.metadata
    told = json.loads(json.dumps(metadata, allow_nan=False))
    assert told == metadata
    assert set(told) == {"nbtrack"}
    assert len(json.dumps(told)) < 2_000
    return told["nbtrack"]


def test_a_line_names_its_run_and_how_it_compares(kernel):
    first = FIT.format(name="first", alpha=0.1, rmse=0.5)
    executed = kernel.ok(first, cell_id="one")
    run = kernel.run_of(executed)
    lineage = run.store.run(run.id).lineage
    assert mark(executed) == {
        "run": run.id,
        "name": "first",
        "status": "FINISHED",
        "lineage": lineage,
        "store": ".nbtrack",
        "source": checksum(first),
        "metric": {"name": "rmse", "text": "0.5", "value": 0.5},
    }
    better = mark(kernel.ok(FIT.format(name="second", alpha=0.2, rmse=0.25), cell_id="one"))
    assert better["metric"]["change"] == "▼ 0.25"
    assert better["metric"]["better"] is True
    worse = mark(kernel.ok(FIT.format(name="third", alpha=0.2, rmse=1.0), cell_id="one"))
    assert worse["metric"]["better"] is False
    assert worse["lineage"] == better["lineage"] == lineage
    assert [one.name for one in kernel.runs(f"lineage = '{lineage}'")] == ["third", "second", "first"]


def test_the_metric_is_one_that_has_a_better_end(kernel):
    told = mark(kernel.ok("%%track\nelapsed = sum([3])\naccuracy = sum([0.5])", cell_id="two"))
    assert told["metric"]["name"] == "accuracy"
    assert "metric" not in mark(kernel.ok("%%track\nalpha = 0.5"))


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_a_number_that_json_has_not_is_a_text(kernel, value):
    metric = mark(kernel.ok(f"%%track\nloss = sum([float({value!r})])"))["metric"]
    assert metric["text"] == value
    assert "value" not in metric


def test_a_run_that_failed_says_so(kernel):
    told = mark(kernel.run("%%track\nloss = sum([0.5])\n1 / 0"))
    assert told["status"] == "FAILED"


def test_while_it_runs_the_line_of_progress_names_the_run_and_then_it_is_killed(kernel):
    seen = []

    def stop(output):
        if output.kind == "display" and not seen:
            seen.append(output.metadata["nbtrack"])
            kernel.interrupt()

    executed = kernel.run(LOOP, cell_id="long", on_output=stop)
    ended = mark(executed)
    assert ended["status"] == "KILLED"
    assert seen == [
        {"run": ended["run"], "name": "long", "lineage": ended["lineage"], "store": ".nbtrack",
         "source": checksum(LOOP), "status": "RUNNING"}
    ]  # fmt: skip


def test_names_of_any_length_leave_it_small(kernel):
    long = "é" * 3_000
    told = mark(
        kernel.ok(f"%%track {long}\nimport nbtrack\nnbtrack.log_metric('loss_' + 'e\\u0301' * 100, 0.5)")
    )
    assert len(told["name"]) <= 81
    assert len(told["metric"]["name"]) <= 161


def test_a_model_that_can_be_served_is_told_and_a_store_elsewhere_too(tmp_path):
    (tmp_path / "project").mkdir()
    with kernel_in(tmp_path / "project", NBTRACK_STORE=str(tmp_path / "runs")) as kernel:
        kernel.store = tmp_path / "runs"
        told = mark(
            kernel.ok(
                "%%track\nfrom sklearn.linear_model import LinearRegression\n"
                "model = LinearRegression().fit([[1.0], [2.0]], [1.0, 2.0])"
            )
        )
        assert told["model"] is True
        assert told["store"] == "../runs"
        assert str(tmp_path) not in json.dumps(told)


def test_a_cell_that_is_not_tracked_has_none(kernel):
    executed = kernel.ok("import nbtrack\nwith nbtrack.start_run():\n    pass")
    assert executed.line.metadata == {}


def test_an_edit_of_any_kind_changes_the_checksum():
    source = "%%track\nalpha = 0.1"
    edited = ["%%track -t a=b\nalpha = 0.1", "%%track\nalpha = 0.2", f"{source}\n", source[1:], ""]
    assert len({checksum(text) for text in [source, *edited]}) == 6
    # The front end's test has the same: labextension/tests/cells.test.ts.
    assert checksum(source) == "19-61d762ec"
    assert checksum("é€😀") == "9-420c38fb"
    assert checksum("\ud800") != checksum("")


def test_papermill_and_nbconvert_are_as_before(tmp_path):
    kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    sources = ["%load_ext nbtrack", FIT.format(name="paper", alpha=0.1, rmse=0.5)]
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    path = tmp_path / "fit.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernelspec}), path)
    for command in (
        ["papermill", "fit.ipynb", "out.ipynb"],
        ["nbconvert", "--to", "html", "out.ipynb"],
    ):
        subprocess.run([sys.executable, "-m", *command], cwd=tmp_path, check=True, capture_output=True)
    executed = nbformat.read(tmp_path / "out.ipynb", 4)
    nbformat.validate(executed)
    (output,) = executed.cells[1].outputs
    assert output.metadata["nbtrack"]["source"] == checksum(sources[1])
    assert "nbtrack: paper" in output.data["text/plain"]
    page = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert "<details" in page
    assert "lineage" not in page
