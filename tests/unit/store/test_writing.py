"""What is logged is kept as it was, or refused without losing anything else."""

import math
import os
import threading
import time
from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbtrack.errors import InvalidValueError, NbtrackWarning, NotFoundError, RunStateError, StoreError
from nbtrack.points import Points
from nbtrack.records import DataRecord
from nbtrack.store import open_store, pack_point


def test_a_run_is_kept_with_all_that_was_logged(store):
    before = time.time()
    writer = store.create_run(
        experiment="wine",
        name="first",
        lineage="cell-1",
        notebook="wine.ipynb",
        git_commit="abc",
        tags={"team": "red"},
    )
    writer.log_param("alpha", 0.5)
    writer.log_metric("rmse", 0.8, 0)
    writer.log_metric("rmse", 0.7, 1)
    writer.set_tag("stage", "trial")
    writer.set_note("a *note*")
    writer.set_document("source", {"cell": "x = 1", "earlier": []})
    record = DataRecord("train", "DataFrame", (100, 3), {"a": "int64", "b": "float64"}, "f00d", sampled=True)
    writer.set_data(record)
    writer.finish()

    run = store.run(writer.id)
    assert (run.name, run.experiment, run.status, run.lineage) == ("first", "wine", "FINISHED", "cell-1")
    assert (run.notebook, run.git_commit, run.note) == ("wine.ipynb", "abc", "a *note*")
    assert before <= run.start_time <= run.end_time <= time.time()
    assert store.params(run.key) == {"alpha": 0.5}
    assert store.tags(run.key) == {"team": "red", "stage": "trial"}
    assert store.metrics(run.key)["rmse"].last == 0.7
    assert store.document(run.key, "source") == {"cell": "x = 1", "earlier": []}
    assert store.document(run.key, "environment") is None
    assert store.data(run.key) == {"train": record}


def test_reading_sees_what_was_just_logged(store):
    writer = store.create_run(experiment="e")
    for step in range(20):
        writer.series("loss").append(pack_point(step, time.time(), step / 10))
        key = store.run(writer.id).key
        assert store.metrics(key)["loss"].count == step + 1
    assert store.run(writer.id).status == "RUNNING"


def test_another_process_sees_a_running_run_within_a_moment(store, run_python):
    writer = store.create_run(experiment="e")
    writer.log_metric("loss", 1.0, 0)
    time.sleep(0.5)
    out, _ = run_python(
        """
        import sys
        from nbtrack.store import open_store, pack_point
        store = open_store(sys.argv[1], read_only=True)
        run = store.run(sys.argv[2])
        print(run.status, store.metrics(run.key)["loss"].last)
        """,
        store.path,
        writer.id,
    )
    assert out.split() == ["RUNNING", "1.0"]


PARAM = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(10**400), 10**400),
    st.floats(),
    st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0")),
)


@settings(max_examples=40)
@given(st.lists(PARAM, min_size=1, max_size=8))
def test_params_come_back_with_type_and_value(tmp_path_factory, values):
    store = open_store(tmp_path_factory.getbasetemp() / "params" / ".nbtrack")
    writer = store.create_run(experiment="e")
    for number, value in enumerate(values):
        writer.log_param(f"p{number}", value)
    writer.finish()
    run = store.run(writer.id)
    found = store.params(run.key)
    table = store.table([run])
    for number, value in enumerate(values):
        for back in (found[f"p{number}"], table[f"params.p{number}"][0]):
            assert type(back) is type(value)
            assert back == value or (math.isnan(back) and math.isnan(value))


@pytest.mark.parametrize(
    "value",
    [10**5000, -(10**5000), 2**53, 2**53 + 1, 2**63, -(2**63) - 1, 0.1 + 0.2, 5e-324],
    ids=lambda value: type(value).__name__,
)
def test_numbers_keep_every_digit(store, value):
    writer = store.create_run(experiment="e")
    writer.log_param("p", value)
    writer.finish()
    run = store.run(writer.id)
    assert store.params(run.key)["p"] == value
    assert store.table([run])["params.p"] == [value]


def test_later_values_take_the_place_of_earlier_ones(store):
    writer = store.create_run(experiment="e")
    writer.log_param("p", 1)
    store.flush()
    writer.log_param("p", "two")
    writer.set_tag("t", "1")
    writer.set_tag("t", "2")
    writer.set_tag("gone", "x")
    store.flush()
    writer.delete_tag("gone")
    writer.set_document("source", [1])
    writer.set_document("source", [2])
    writer.rename("another")
    writer.finish()
    run = store.run(writer.id)
    assert store.params(run.key) == {"p": "two"}
    assert store.tags(run.key) == {"t": "2"}
    assert store.document(run.key, "source") == [2]
    assert run.name == "another"


def test_equal_documents_are_kept_once(store):
    environment = {"packages": {f"package{i}": "1.0" for i in range(5000)}}
    for _ in range(3):
        writer = store.create_run(experiment="e")
        writer.set_document("environment", environment)
        writer.finish()
    assert store.document(store.run(writer.id).key, "environment") == environment
    assert store.check().database_bytes < 1_000_000


@pytest.mark.parametrize(
    ("value", "step"), [(0.5, 2**63), (0.5, -(2**63) - 1), ("x", 0), (0.5, 0.5), (None, 0)]
)
def test_what_is_no_point_is_refused_and_loses_nothing_else(store, value, step):
    writer = store.create_run(experiment="e")
    writer.log_metric("loss", 1.0, 0)
    with pytest.raises(InvalidValueError, match=r"metric 'loss'.*64 bits"):
        writer.log_metric("loss", value, step)
    writer.log_metric("loss", 2.0, 1)
    assert store.history(store.run(writer.id).key, "loss").values == [1.0, 2.0]


def test_what_cannot_be_kept_is_told_and_loses_nothing_else(store, run_python):
    """Even what should have been refused before it came here."""
    out, err = run_python(
        r"""
        import sys, time
        from nbtrack.store import open_store, pack_point
        store = open_store(sys.argv[1])
        writer = store.create_run(experiment="e")
        writer.log_metric("loss", 1.0, 0)
        writer.log_param("surrogate", "\ud800")
        writer.set_tag("\ud800", "x")
        writer.log_param("object", object())
        writer.log_param("good", 1)
        writer.log_metric("\ud800", 1.0, 0)
        writer.finish()
        run = store.run(writer.id)
        print(run.status, store.history(run.key, "loss").values, store.params(run.key), store.tags(run.key))
        """,
        store.path,
    )
    assert out.strip() == "FINISHED [1.0] {'good': 1} {}"
    for what in (
        "param 'surrogate'",
        "param 'object'",
        r"tag '\ud800'",
        r"metric '\ud800'",
    ):
        assert what in err


def test_a_document_that_json_cannot_hold_is_refused(store):
    writer = store.create_run(experiment="e")
    with pytest.raises(InvalidValueError, match="document 'source'"):
        writer.set_document("source", {"x": object()})


@pytest.mark.parametrize(
    "columns",
    [
        (array("q", [1, 2]), array("d", [0.0]), array("d", [0.0, 0.0])),
        (array("i", [1]), array("d", [0.0]), array("d", [0.0])),
        (array("q", [1]), array("d", [0.0]), array("f", [0.0])),
        ([1], array("d", [0.0]), array("d", [0.0])),
        (range(1), [0.0], array("d", [0.0])),
        (range(1), array("d", [0.0]), range(1)),
    ],
)
def test_columns_that_are_none_are_refused(store, columns):
    writer = store.create_run(experiment="e")
    with pytest.raises(InvalidValueError, match="metric 'loss'"):
        writer.series("loss").extend(Points(*columns))
    writer.finish()
    assert store.metrics(store.run(writer.id).key) == {}


def test_run_ids_and_names(store):
    given_id = "ab" * 16
    assert store.create_run(experiment="e", run_id=given_id).id == given_id
    with pytest.raises(InvalidValueError, match="resume_run"):
        store.create_run(experiment="e", run_id=given_id)
    with pytest.raises(InvalidValueError, match="32 lower-case"):
        store.create_run(experiment="e", run_id="ABC")
    names = {store.create_run(experiment="e").name for _ in range(200)}
    assert len(names) > 190
    assert all(len(name.split("-")) == 3 and name.split("-")[2].isdigit() for name in names)


def test_a_readable_name_leaves_the_users_seed_alone(store):
    import random

    random.seed(1)
    wanted = random.random()
    random.seed(1)
    store.create_run(experiment="e")
    assert random.random() == wanted


def test_resuming_goes_on_where_the_run_was(store):
    writer = store.create_run(experiment="e")
    writer.log_metric("loss", 3.0, 0)
    writer.finish("FAILED")
    again = store.resume_run(writer.id)
    assert store.run(writer.id).status == "RUNNING"
    assert store.run(writer.id).end_time is None
    again.log_metric("loss", 1.0, 1)
    again.finish()
    run = store.run(writer.id)
    assert run.status == "FINISHED"
    assert store.history(run.key, "loss").values == [3.0, 1.0]
    with pytest.raises(NotFoundError):
        store.resume_run("f" * 32)
    store.delete_runs([writer.id])
    with pytest.raises(RunStateError, match="restore"):
        store.resume_run(writer.id)


def test_editing_leaves_the_status_alone(store):
    writer = store.create_run(experiment="e")
    writer.finish("KILLED")
    edit = store.edit_run(writer.id)
    edit.set_tag("seen", "yes")
    edit.log_metric("late", 1.0, 0)
    edit.finish()
    run = store.run(writer.id)
    assert (run.status, store.tags(run.key), set(store.metrics(run.key))) == (
        "KILLED",
        {"seen": "yes"},
        {"late"},
    )


def test_what_is_logged_after_the_end_is_still_kept(store):
    writer = store.create_run(experiment="e")
    writer.finish()
    writer.log_metric("late", 1.0, 0)
    writer.set_tag("late", "too")
    run = store.run(writer.id)
    assert run.status == "FINISHED"
    assert (set(store.metrics(run.key)), store.tags(run.key)) == ({"late"}, {"late": "too"})


def test_an_hour_of_flushes_leaves_few_chunks(store):
    """Chunks are merged while the run goes on, and at its end."""
    import sqlite3

    writer = store.create_run(experiment="e")
    for step in range(2000):
        writer.log_metric("loss", float(step), step)
        store.flush()
    with sqlite3.connect(store.path / "nbtrack.db") as connection:
        assert connection.execute("SELECT count(*) FROM points").fetchone()[0] < 80
        writer.finish()
        assert connection.execute("SELECT count(*) FROM points").fetchone()[0] == 1
    key = store.run(writer.id).key
    assert store.history(key, "loss").values == [float(step) for step in range(2000)]


def test_many_threads_log_at_once(store):
    writers = [store.create_run(experiment="e") for _ in range(4)]

    def work(number):
        for step in range(2000):
            for writer in writers:
                writer.log_metric("shared", float(step), number * 2000 + step)
            if step % 500 == 0:
                assert store.run(writers[0].id).status == "RUNNING"
                writers[number].log_param(f"p{step}", step)

    threads = [threading.Thread(target=work, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for writer in writers:
        writer.finish()
        key = store.run(writer.id).key
        assert store.history(key, "shared").steps == list(range(8000))
        assert len(store.params(key)) == 4


def test_deleting_the_folder_while_it_is_open_starts_a_new_store_with_the_next_run(store):
    """As one does in a notebook: `!rm -r .nbtrack`, then run the cell again."""
    import shutil

    store.create_run(experiment="e", name="old").finish()
    writer = store.create_run(experiment="e", name="open")
    store.flush()
    if os.name == "nt":
        pytest.skip("open files cannot be deleted here")
    shutil.rmtree(store.path)
    writer.log_metric("loss", 1.0, 0)
    # It may have been moved, and come back: what is logged waits.
    with pytest.raises(StoreError, match="not there any more"):
        writer.finish()
    assert not store.path.exists()
    with pytest.warns(NbtrackWarning, match="another one than before|new one has been made") as said:
        store.create_run(experiment="e", name="new").finish()
    assert len(said) == 2
    assert store.run("new").status == "FINISHED"
    assert set(store.metrics(store.run("open").key)) == {"loss"}
    with pytest.raises(NotFoundError):
        store.run("old")


def test_a_run_cleared_away_while_it_is_written_to_is_told_once(store, run_python):
    out, err = run_python(
        """
        import sys
        from nbtrack.store import open_store, pack_point
        store = open_store(sys.argv[1])
        writer = store.create_run(experiment="e")
        writer.finish()
        edit = store.edit_run(writer.id)
        store.delete_runs([writer.id])
        print(store.gc().runs)
        edit.set_tag("late", "x")
        for step in range(5):
            edit.log_metric("late", 1.0, step)
            store.flush()
        print(store.names("metrics"))
        """,
        store.path,
    )
    assert out.split() == ["1", "[]"]
    assert err.count("NbtrackWarning") == err.count("not in the store any more") == 1


@pytest.mark.parametrize("step", [-3600.0, 3600.0], ids=["back", "forward"])
def test_the_systems_clock_may_be_set_while_a_run_goes_on(store, find, monkeypatch, step):
    def set_by(seconds):
        monkeypatch.setattr(time, "time", lambda system=time.time: system() + seconds)

    outer = store.create_run(experiment="e", name="outer")
    outer.log_metric("loss", 1.0, 0)
    set_by(step)
    inner = store.create_run(experiment="e", name="inner")
    outer.log_metric("loss", 2.0, 0)
    inner.finish()
    outer.finish()
    for run in find(store):
        assert 0 <= run.end_time - run.start_time < 60
    (run,) = find(store, "name = 'outer'")
    # The newest of a step is the last, and was not logged an hour before.
    assert store.metrics(run.key)["loss"].last == 2.0
    first, second = store.history(run.key, "loss").times
    assert run.start_time <= first <= second <= run.end_time
    # What begins now goes by the clock as it was set.
    store.create_run(experiment="e", name="next").finish()
    (after,) = find(store, "name = 'next'")
    assert abs(after.start_time - time.time()) < 60


def test_a_run_gone_on_with_by_a_clock_that_is_behind_ends_after_it_began(store, find):
    begun = store.create_run(experiment="e", start_time=time.time() + 3600)
    begun.finish()
    store.resume_run(begun.id).finish()
    (run,) = find(store)
    assert run.end_time == run.start_time
