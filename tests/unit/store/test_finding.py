"""Runs are found by id, name and filter; tables, windows and changes say what is there."""

import math
import random
import time

import pytest

from nbtrack.errors import InvalidValueError, NotFoundError
from nbtrack.fields import MISSING
from nbtrack.query import parse
from nbtrack.store import open_store, pack_point


@pytest.fixture(scope="module")
def wine(tmp_path_factory):
    """Return a store of sixty runs that nobody changes."""
    store = open_store(tmp_path_factory.mktemp("wine") / ".nbtrack")
    numbers = random.Random(1)
    for number in range(60):
        writer = store.create_run(
            experiment="red" if number % 2 else "white",
            name=f"run {number}",
            run_id=f"{number:032x}",
            start_time=1_700_000_000 + number,
            lineage=f"cell-{number % 3}",
        )
        writer.log_param("alpha", number / 10)
        writer.log_param("model", "forest" if number % 3 else "linear")
        if number % 5 == 0:
            writer.log_param("rare", True)
        for step in range(3):
            writer.log_metric("rmse", numbers.random(), step)
        if number == 7:
            writer.log_metric("odd", math.nan, 0)
        writer.set_tag("team", "ab"[number % 2])
        writer.finish(end_time=1_700_000_100 + 2 * number)
    yield store
    store.close()


def test_by_id_beginning_of_id_and_name(wine):
    for text in ("0" * 31 + "a", "run 10"):
        assert wine.run(text).name == "run 10"
    writer = wine.create_run(experiment="red", run_id="abcd" + "0" * 28, name="apart")
    writer.finish()
    try:
        assert wine.run("abcd").name == "apart"
        with pytest.raises(NotFoundError, match="did you mean 'apart'"):
            wine.run("aparr")
        with pytest.raises(NotFoundError, match=r"60 runs match '0000': 00000000 \(run 0\).* and 55 more"):
            wine.run("0000")
        with pytest.raises(NotFoundError):
            wine.run("abc")
    finally:
        wine.delete_runs([writer.id])
        assert wine.run("abcd").deleted is not None  # still found, when nothing else is
        wine.gc()


def test_a_name_that_several_runs_have_is_not_guessed(store):
    for _ in range(2):
        store.create_run(experiment="e", name="twin").finish()
    with pytest.raises(NotFoundError, match=r"2 runs match 'twin'.*give more of the id"):
        store.run("twin")
    store.delete_runs([store.find_runs(parse("name = 'twin'"))[0].id])
    assert store.run("twin").deleted is None


def test_newest_first_and_slices(wine, find):
    assert [run.name for run in find(wine, limit=3)] == ["run 59", "run 58", "run 57"]
    assert [run.name for run in find(wine, offset=58, limit=5)] == ["run 1", "run 0"]
    assert [run.name for run in find(wine, experiments=["red"], limit=2)] == ["run 59", "run 57"]
    assert find(wine, experiments=[]) == []
    assert wine.count_runs(parse("params.model = 'linear'")) == 20
    assert wine.count_runs(parse("params.model = 'linear'"), experiments=["white"]) == 10


def test_filters_look_at_what_was_logged(wine, find):
    found = find(wine, "metrics.rmse < 0.5 and params.alpha >= 1.0 order by metrics.rmse")
    values = [wine.metrics(run.key)["rmse"].last for run in found]
    assert values == sorted(values)
    assert 0 < len(values) < 60
    assert all(value < 0.5 for value in values)
    assert all(wine.params(run.key)["alpha"] >= 1 for run in found)


def test_a_table_holds_what_single_runs_say(wine, find):
    for runs in (find(wine), find(wine, limit=4), find(wine, "params.rare = true"), []):
        table = wine.table(runs)
        assert all(len(column) == len(runs) for column in table.values())
        for index, run in enumerate(runs):
            row = {name: column[index] for name, column in table.items() if column[index] is not None}
            single = {
                **{f"params.{name}": value for name, value in wine.params(run.key).items()},
                **{f"metrics.{name}": value.last for name, value in wine.metrics(run.key).items()},
                **{f"tags.{name}": value for name, value in wine.tags(run.key).items()},
            }
            assert list(row) == list(single)
            assert all(type(row[name]) is type(single[name]) for name in row)
            assert list(row.values()) == pytest.approx(list(single.values()), nan_ok=True)
    assert "metrics.odd" in wine.table(find(wine))
    assert "metrics.odd" not in wine.table(find(wine, limit=4))


def test_a_window_is_a_slice_with_its_columns(wine):
    columns = [
        "name",
        "params.alpha",
        "metrics.rmse.max",
        "tags.team",
        "duration",
        "attributes.status",
        "metrics.no",
    ]
    window = wine.window(parse("order by params.alpha"), 10, 5, columns)
    assert window.total == 60
    assert window.ids == [f"{number:032x}" for number in range(10, 15)]
    assert window.columns["name"] == [f"run {number}" for number in range(10, 15)]
    assert window.columns["params.alpha"] == [1.0, 1.1, 1.2, 1.3, 1.4]
    assert window.columns["metrics.rmse.max"] == [
        wine.metrics(wine.run(i).key)["rmse"].max for i in window.ids
    ]
    assert window.columns["tags.team"] == list("ababa")
    assert window.columns["duration"] == [110.0, 111.0, 112.0, 113.0, 114.0]
    assert window.columns["attributes.status"] == ["FINISHED"] * 5
    assert window.columns["metrics.no"] == [MISSING] * 5
    with pytest.raises(InvalidValueError, match="'colour' is no column"):
        wine.window(parse(""), 0, 5, ["colour"])


def test_a_metric_named_like_a_summary_is_itself(store):
    writer = store.create_run(experiment="e")
    writer.log_metric("loss", 1.0, 0)
    writer.log_metric("loss", 3.0, 1)
    writer.log_metric("loss.max", 9.0, 0)
    writer.finish()
    run = store.run(writer.id)
    assert store.column("metrics.loss.max", [run]) == [9.0]
    assert store.column("metrics.loss.mean", [run]) == [2.0]
    assert store.column("metrics.loss.count", [run]) == [2]


def test_names_and_lineage(wine):
    assert wine.names("params") == ["alpha", "model", "rare"]
    assert wine.names("metrics") == ["odd", "rmse"]
    assert wine.names("tags") == ["team"]
    assert wine.names("data") == []
    with pytest.raises(InvalidValueError, match="no kind of names"):
        wine.names("runs")
    assert [run.name for run in wine.lineage("cell-1")][:2] == ["run 58", "run 55"]


def test_history_of_what_is_not_there_is_empty(wine, find):
    run = find(wine, limit=1)[0]
    assert wine.history(run.key, "nothing").values == []
    assert wine.history(10**9, "rmse").values == []


def test_changes_tell_what_is_new_since_the_last_look(store):
    start = store.changes()
    assert start.runs == []
    first = store.create_run(experiment="e")
    second = store.create_run(experiment="e")
    both = store.changes(start.clock)
    assert set(both.runs) == {first.id, second.id}
    assert store.changes(both.clock).runs == []
    first.log_metric("loss", 1.0, 0)
    third = store.changes(both.clock)
    assert third.runs == [first.id]
    first.finish()
    second.finish()
    store.edit_run(second.id).set_note("x")
    store.delete_runs([first.id])
    last = store.changes(third.clock)
    assert set(last.runs) == {first.id, second.id}
    store.rename_experiment("e", "f")
    renamed = store.changes(last.clock)
    assert set(renamed.runs) == {first.id, second.id}
    store.gc()
    assert store.changes(renamed.clock).clock > renamed.clock


def test_reading_while_writing_sees_whole_runs(store, find):
    """A reader never sees half a transaction: points and their summary go together."""
    writer = store.create_run(experiment="e")
    end = time.monotonic() + 1.5
    reader = open_store(store.path, read_only=True)
    step = 0
    while time.monotonic() < end:
        for _ in range(200):
            writer.series("loss").append(pack_point(step, 0.0, float(step)))
            step += 1
        time.sleep(0.001)
        for run in find(reader):
            counts = reader.metrics(run.key).get("loss")
            history = reader.history(run.key, "loss")
            assert len(history.steps) >= (counts.count if counts else 0)
            assert history.steps == list(range(len(history.steps)))
    writer.finish()
    reader.close()


def test_runs_are_looked_up_by_their_ids(store):
    """In the order asked for, each once, deleted ones and those of deleted experiments too; names are no ids."""
    ids = []
    for number in range(1100):
        ids.append(store.create_run(experiment=f"e{number % 2}", name=f"run-{number}").id)
    store.flush()
    store.delete_runs([ids[3]])
    store.delete_experiment("e0")
    wanted = [*ids[::-1], ids[5]]
    assert [run.id for run in store.runs_of(wanted)] == ids[::-1]
    assert store.runs_of([]) == []
    with pytest.raises(NotFoundError, match="no run 'run-1'"):
        store.runs_of([ids[0], "run-1"])
    with pytest.raises(NotFoundError, match="nor 1 more"):
        store.runs_of(["0" * 32, ids[0], "1" * 32])
