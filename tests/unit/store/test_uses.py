"""What runs have is told of those that are asked for, and of them alone."""

import math

import pytest

from nbtrack.query import parse
from nbtrack.store import open_store, reading


@pytest.fixture
def store(tmp_path):
    store = open_store(tmp_path / "store")
    for place in range(4):
        writer = store.create_run(experiment="curves", name=f"run {place}")
        for name, value in {"lr": place / 10, "epochs": 3, "solver": "a" if place % 2 else "b"}.items():
            writer.log_param(name, value)
        for step in range(3):
            writer.log_metric("loss", 1 / (1 + step + place), step)
        if place == 0:
            writer.log_metric("rare", math.nan, 0)
        writer.set_tag("team", "red")
        writer.finish()
    for place in range(2):
        writer = store.create_run(experiment="points", name=f"point {place}")
        writer.log_param("depth", place)
        writer.log_metric("accuracy", 0.9 + place / 100, 0)
        writer.finish()
    yield store
    store.close()


def told(store, text="", limit=100, **scope):
    runs, found = store.fields(parse(text), limit, **scope)
    return runs, {use.name: use for use in found}


def test_what_runs_have_is_counted_and_whether_it_differs(store):
    runs, found = told(store, experiments=["curves"])
    assert runs == 4
    assert {name for name in found if "." in name} == {
        "params.lr", "params.epochs", "params.solver", "metrics.loss", "metrics.rare", "tags.team"
    }  # fmt: skip
    assert (found["params.lr"].values, found["params.lr"].number) == (4, True)
    assert (found["params.epochs"].count, found["params.epochs"].values) == (4, 1)
    assert (found["params.solver"].values, found["params.solver"].number) == (2, False)
    assert (found["metrics.loss"].points, found["metrics.loss"].values) == (3, 2)
    assert (found["metrics.rare"].count, found["metrics.rare"].values, found["metrics.rare"].points) == (
        1,
        1,
        1,
    )
    assert (found["experiment"].values, found["name"].values, found["parent"].count) == (1, 4, 0)


def test_runs_are_those_of_the_query_or_the_chosen_ones(store):
    assert told(store)[0] == 6
    runs, found = told(store, "metrics.accuracy > 0.905")
    assert (runs, found["params.depth"].values) == (1, 1)
    assert "metrics.loss" not in found
    chosen = [run.id for run in store.find_runs(parse("name = 'run 1' or name = 'point 0'"))]
    store.delete_runs(chosen[:1])
    runs, found = told(store, "status = 'RUNNING'", ids=chosen)
    assert (runs, found["metrics.loss"].count, found["metrics.accuracy"].count) == (2, 1, 1)
    assert told(store, limit=2)[0] == 2
    assert told(store, "status = 'RUNNING'") == (0, told(store, "status = 'RUNNING'")[1])
    assert all(use.count == 0 for use in told(store, "status = 'RUNNING'")[1].values())


def test_of_many_runs_some_are_looked_at_all_over_them(store, monkeypatch):
    monkeypatch.setattr(reading, "MAX_FIELD_RUNS", 3)
    runs, found = told(store)
    assert runs == 3
    assert {"metrics.loss", "metrics.accuracy"} <= set(found)
