"""What a run changed since the run before of its cell, from a real store."""

import json

import pytest

import nbtrack
from nbtrack.compare import since
from nbtrack.records import DataRecord


@pytest.fixture
def run_cell(store):
    """Return what makes a run of a cell, as capture writes it."""

    def run(
        name, alpha, rmse, *, cell="alpha = {}\nfit()", lineage="cell-1", data="f00d", failed=False, **more
    ):
        writer = store.create_run(experiment="wine", name=name, lineage=lineage)
        writer.log_param("alpha", alpha)
        if rmse is not None:
            writer.log_metric("rmse", rmse, 0)
        for metric, value in more.items():
            writer.log_metric(metric, value, 0)
        writer.set_data(DataRecord("wine", "DataFrame", (3, 2), {"a": "float64"}, data))
        writer.set_document("source", {"cell": cell.format(alpha)})
        packages = {"numpy": f"2.{alpha}", **({"late": "1.0"} if name == "two" else {})}
        writer.set_document("environment", {"python": {"version": "3.12"}, "packages": packages})
        writer.finish("FAILED" if failed else "FINISHED")
        store.flush()
        return writer.id

    return run


def rows(document):
    return {row["name"]: row["cells"] for section in document["sections"] for row in section["rows"]}


def test_a_run_is_compared_with_the_one_before_of_its_cell(store, run_cell):
    first = run_cell("one", 1, 0.9)
    run_cell("elsewhere", 7, 0.1, lineage="cell-2")
    second = run_cell("two", 2, 0.8, data="beef")
    third = run_cell("three", 2, 0.85, data="beef")
    document = since(store, second, "before")
    json.dumps(document, allow_nan=False)
    assert (document["before"]["id"], document["after"]["id"]) == (first, third)
    assert document["cell"]
    found = rows(document)
    assert found["alpha"] == [1, 2]
    assert found["rmse"] == [0.9, 0.8]
    assert found["packages.numpy"] == ["2.1", "2.2"]
    assert "packages.late" not in found, "it was only not imported before"
    assert [text.split()[-1] for text in found["wine"]] == ["f00d", "beef"]
    changed = [line for line in document["code"]["lines"] if line["kind"] != "same"]
    assert [(line["left"][1], line["right"][1]) for line in changed] == [("alpha = 1", "alpha = 2")]
    later = since(store, third, "before")
    assert rows(later) == {"rmse": [0.8, 0.85]}, "what is the same is left out"
    assert later["code"] is None
    assert later["after"] is None
    start = since(store, first, "before")
    assert (start["before"], start["other"], start["sections"]) == (None, None, [])


def test_the_best_is_the_best_of_the_others_that_are_whole(store, run_cell):
    run_cell("one", 1, 0.7)
    best = run_cell("two", 2, 0.6)
    run_cell("failed", 3, 0.1, failed=True)
    mine = run_cell("mine", 4, 0.5)
    document = since(store, mine, "best")
    assert (document["metric"], document["best"]["id"], document["other"]["id"]) == ("rmse", best, best)
    assert rows(document)["rmse"] == [0.6, 0.5]
    nothing = run_cell("nothing", 5, None)
    assert since(store, nothing, "best")["best"]["id"] == mine, "by what the run before was judged by"


def test_results_of_held_out_data_say_which_is_best(store, run_cell):
    run_cell("fits", 1, None, loss=0.1, val_loss=0.9)
    generalises = run_cell("generalises", 2, None, loss=0.3, val_loss=0.5)
    mine = run_cell("mine", 3, None, loss=0.2, val_loss=0.7)
    document = since(store, mine, "best")
    assert (document["metric"], document["best"]["id"]) == ("val_loss", generalises)


def test_runs_of_no_cell_are_compared_in_their_experiment(store):
    ids = []
    for rmse in (0.9, 0.8):
        with nbtrack.start_run(run_name=f"run {rmse}") as run:
            nbtrack.log_metric("rmse", rmse)
            with nbtrack.start_run(nested=True):
                nbtrack.log_metric("rmse", 0.1)
        ids.append(run.id)
    store.flush()
    document = since(store, ids[1], "before")
    assert not document["cell"]
    assert document["before"]["id"] == ids[0], "a child is not beside its parent"
    assert document["best"]["id"] == ids[0]


def test_another_run_is_named_by_its_id(store, run_cell):
    first, second = run_cell("one", 1, 0.9), run_cell("two", 2, 0.8, lineage="cell-2")
    document = since(store, second, first)
    assert document["other"]["id"] == first
    assert rows(document)["alpha"] == [1, 2]
