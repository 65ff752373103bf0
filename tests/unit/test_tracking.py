"""The current run: how it begins and ends, nested, resumed, in threads, tasks, forks and at exit."""

import asyncio
import contextvars
import copy
import multiprocessing
import os
import pickle
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import nbtrack
from nbtrack import tracking
from nbtrack.errors import InvalidValueError, NbtrackWarning, NotFoundError, RunStateError, StoreError

pytestmark = pytest.mark.usefixtures("store")


def status_of(run):
    return nbtrack.get_run(run.id).status


# --- beginning and ending


def test_a_block_is_a_run_that_ends_with_it():
    with nbtrack.start_run(run_name="first", tags={"team": "red"}, description="a try") as run:
        assert nbtrack.active_run() is run
        assert nbtrack.active_run() is run
        assert run.status == "RUNNING"
        nbtrack.log_param("alpha", 0.5)
        nbtrack.log_metric("rmse", 0.8)
    assert nbtrack.active_run() is None
    assert nbtrack.last_active_run() == run
    assert (run.name, run.status, run.note, run.tags) == ("first", "FINISHED", "a try", {"team": "red"})
    assert (run.params, run.metrics) == ({"alpha": 0.5}, {"rmse": 0.8})
    assert run.end_time >= run.start_time
    assert run.duration == pytest.approx((run.end_time - run.start_time).total_seconds(), abs=1e-5)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ValueError("bad data"), "FAILED"),
        (KeyboardInterrupt(), "KILLED"),
        (asyncio.CancelledError(), "KILLED"),
        (SystemExit(0), "FINISHED"),
        (SystemExit(3), "FAILED"),
    ],
    ids=repr,
)
def test_an_error_ends_the_run_and_goes_on(error, status):
    with pytest.raises(type(error)) as caught, nbtrack.start_run() as run:  # noqa: PT012
        nbtrack.log_metric("loss", 1.0)
        raise error
    assert caught.value is error
    assert run.status == status
    assert run.metrics == {"loss": 1.0}
    if status == "FAILED":
        assert "raise error" in run.traceback
        assert type(error).__name__ in run.traceback


def test_an_error_that_cannot_describe_itself_is_still_kept():
    class Mute(Exception):
        def __str__(self):
            raise RuntimeError("no")

    with pytest.raises(Mute), nbtrack.start_run() as run:
        raise Mute
    assert run.status == "FAILED"
    assert "Mute" in run.traceback


def test_a_block_inside_a_block_is_a_child_also_without_nested():
    with nbtrack.start_run(experiment_id=nbtrack.create_experiment("sweep")) as parent:
        with nbtrack.start_run(run_name="one") as one:
            nbtrack.log_metric("m", 1)
        with nbtrack.start_run(run_name="two", nested=True):
            nbtrack.log_metric("m", 2)
        nbtrack.log_metric("best", 1)
    assert one.parent == parent
    assert parent.parent is None
    assert [child.name for child in parent.children] == ["one", "two"]
    assert one.experiment == "sweep"
    assert parent.metrics == {"best": 1}
    assert one.metrics == {"m": 1}


def test_a_bare_start_ends_the_one_before_it():
    first = nbtrack.start_run()
    second = nbtrack.start_run()
    assert status_of(first) == "FINISHED"
    assert nbtrack.active_run() is second
    assert second.parent is None
    nbtrack.end_run()
    assert status_of(second) == "FINISHED"
    assert nbtrack.active_run() is None


def test_nested_makes_a_child_of_a_bare_run():
    outer = nbtrack.start_run()
    with nbtrack.start_run(nested=True) as inner:
        assert inner.parent == outer
    assert nbtrack.active_run() is outer


def test_what_a_block_leaves_open_ends_with_it():
    with nbtrack.start_run() as outer:
        inner = nbtrack.start_run()
        nbtrack.log_metric("m", 1)
    assert inner.parent == outer
    assert status_of(inner) == "FINISHED"
    assert nbtrack.active_run() is None


def test_end_run_inside_the_block_ends_it_once():
    with nbtrack.start_run() as run:
        nbtrack.end_run("KILLED")
        assert nbtrack.active_run() is None
    assert run.status == "KILLED"


def test_end_run_without_a_run_does_nothing():
    nbtrack.end_run()
    assert len(nbtrack.runs()) == 0


def test_an_unknown_ending_is_refused():
    run = nbtrack.start_run()
    with pytest.raises(InvalidValueError, match="'DONE' is not a final status; give one of FINISHED"):
        nbtrack.end_run("DONE")
    assert run.status == "RUNNING"


def test_logging_without_a_run_begins_one():
    nbtrack.log_param("alpha", 1)
    run = nbtrack.active_run()
    nbtrack.log_metric("m", 2)
    assert run.params == {"alpha": 1}
    assert run.metrics == {"m": 2}
    tracking.end_implicit()
    assert nbtrack.active_run() is None
    assert status_of(run) == "FINISHED"


def test_a_start_after_an_implicit_run_ends_it():
    nbtrack.log_param("alpha", 1)
    implicit = nbtrack.active_run()
    with nbtrack.start_run() as run:
        assert run.parent is None
    assert status_of(implicit) == "FINISHED"


def test_bad_tags_begin_no_run():
    with pytest.raises(InvalidValueError, match="NUL"):
        nbtrack.start_run(tags={"a": "x\0"})
    with pytest.raises(InvalidValueError, match="tags is a list"):
        nbtrack.start_run(tags=["a"])
    assert nbtrack.active_run() is None
    assert len(nbtrack.runs()) == 0


# --- going on


@pytest.mark.parametrize("given", ["id", "beginning", "name"])
def test_a_run_is_gone_on_with(given):
    with nbtrack.start_run(run_name="long one") as run:
        nbtrack.log_metric("loss", 3.0)
        nbtrack.log_metric("loss", 2.0)
    text = {"id": run.id, "beginning": run.id[:8], "name": "long one"}[given]
    with nbtrack.start_run(run_id=text, tags={"again": "yes"}) as again:
        assert again == run
        assert status_of(run) == "RUNNING"
        nbtrack.log_metric("loss", 1.0)
    assert status_of(run) == "FINISHED"
    assert list(run.history("loss")["step"]) == [0, 1, 2]
    assert list(run.history("loss")["value"]) == [3.0, 2.0, 1.0]
    assert run.tags == {"again": "yes"}


def test_a_run_gone_on_with_inside_itself_ends_with_the_outer_block():
    with nbtrack.start_run() as run:
        with nbtrack.start_run(run_id=run.id) as same:
            nbtrack.log_metric("m", 1)
        assert same == run
        assert status_of(run) == "RUNNING"
        assert nbtrack.active_run() is run
        nbtrack.log_metric("m", 2)
    assert status_of(run) == "FINISHED"
    assert run.summary("m").count == 2


def test_a_deleted_run_is_not_gone_on_with():
    with nbtrack.start_run() as run:
        pass
    nbtrack.delete_run(run.id)
    with pytest.raises(RunStateError, match="is deleted; restore it"):
        nbtrack.start_run(run_id=run.id)
    with pytest.raises(RunStateError, match="is deleted; restore it"):
        nbtrack.start_run(parent_run_id=run.id)


def test_an_unknown_run_is_not_gone_on_with():
    with pytest.raises(NotFoundError, match="no run 'nothing'"):
        nbtrack.start_run(run_id="nothing")


@pytest.mark.parametrize("how", ["argument", "tag"])
def test_the_parent_can_be_named(how):
    with nbtrack.start_run() as parent:
        pass
    named = {"parent_run_id": parent.id} if how == "argument" else {"tags": {"mlflow.parentRunId": parent.id}}
    with nbtrack.start_run(**named) as child:
        pass
    assert child.parent == parent
    assert nbtrack.get_parent_run(child.id) == parent
    assert child.tags == {}


# --- a tracked cell's run, as the notebook begins and ends it


def test_a_cells_run_takes_what_the_cell_logs_and_ends_with_it(store):
    cell = tracking.begin(store, store.create_run(experiment="notes"), "cell")
    nbtrack.end_run()  # the habit of closing what may be open must not end the cell's run
    nbtrack.log_param("alpha", 1)
    with nbtrack.start_run() as child:
        nbtrack.log_metric("m", 1)
    tracking.finish(cell)
    assert nbtrack.active_run() is None
    assert (cell.status, cell.params) == ("FINISHED", {"alpha": 1})
    assert child.parent == cell
    assert child.experiment == "notes"


def test_a_run_that_the_cell_leaves_open_is_the_users(store):
    cell = tracking.begin(store, store.create_run(experiment="default"), "cell")
    bare = nbtrack.start_run()
    tracking.finish(cell, "FAILED", ValueError("x"))
    assert cell.status == "FAILED"
    assert nbtrack.active_run() is bare
    nbtrack.log_metric("later", 1)
    following = tracking.begin(store, store.create_run(experiment="default"), "cell")
    nbtrack.log_metric("in cell", 1)
    nbtrack.end_run()
    assert status_of(bare) == "FINISHED"
    assert nbtrack.active_run() is following
    tracking.finish(following)
    assert bare.metrics == {"later": 1}
    assert following.metrics == {"in cell": 1}


def test_a_cells_run_may_end_in_another_context(store):
    # ipykernel tells of a cell's end outside the task that ran it.
    runs = []
    context = contextvars.copy_context()
    context.run(lambda: runs.append(tracking.begin(store, store.create_run(experiment="default"), "cell")))
    context.run(lambda: runs.append(nbtrack.start_run()))
    cell, bare = runs
    tracking.finish(cell)
    assert cell.status == "FINISHED"
    assert nbtrack.active_run() is bare
    contextvars.copy_context().run(nbtrack.log_metric, "next cell", 1)
    assert bare.metrics == {"next cell": 1}


# --- threads and tasks


def test_worker_threads_log_to_the_blocks_run():
    with nbtrack.start_run() as run, ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda i: nbtrack.log_metric("m", i, step=i), range(100)))
    assert sorted(run.history("m")["step"]) == list(range(100))


def test_worker_threads_runs_are_children_of_the_main_threads_run():
    def train(i):
        with nbtrack.start_run(nested=True) as run:
            nbtrack.log_param("i", i)
        return run

    with nbtrack.start_run() as parent, ThreadPoolExecutor(4) as pool:
        runs = list(pool.map(train, range(8)))
        assert nbtrack.active_run() is parent
    assert {run.parent for run in runs} == {parent}
    assert [run.params["i"] for run in runs] == list(range(8))


def test_worker_threads_without_a_run_around_them_have_each_their_own():
    together = threading.Barrier(4)

    def train(i):
        with nbtrack.start_run() as run:
            together.wait(10)
            for step in range(10):
                nbtrack.log_metric("m", i, step=step)
            together.wait(10)
        return run

    with ThreadPoolExecutor(4) as pool:
        runs = list(pool.map(train, range(4)))
    assert all(run.parent is None for run in runs)
    assert [set(run.history("m")["value"]) for run in runs] == [{0.0}, {1.0}, {2.0}, {3.0}]


def test_a_thread_without_a_run_does_not_guess_between_two():
    begun, over = threading.Barrier(3), threading.Event()

    def hold(name):
        with nbtrack.start_run(run_name=name):
            begun.wait(10)
            over.wait(10)

    threads = [threading.Thread(target=hold, args=[name]) for name in ("left", "right")]
    for thread in threads:
        thread.start()
    begun.wait(10)
    with pytest.raises(RunStateError, match=r"2 runs are open elsewhere and none here \(.*left.*run_id="):
        nbtrack.log_metric("m", 1)
    assert nbtrack.active_run() is None
    nbtrack.end_run()
    with nbtrack.start_run() as own:
        nbtrack.log_metric("m", 1)
    over.set()
    for thread in threads:
        thread.join()
    assert own.parent is None
    assert own.metrics == {"m": 1}


def test_tasks_side_by_side_have_each_their_own_run():
    async def train(i):
        with nbtrack.start_run() as run:
            for step in range(5):
                nbtrack.log_metric("m", i, step=step)
                await asyncio.sleep(0)
        return run

    async def both():
        return await asyncio.gather(train(1), train(2))

    runs = asyncio.run(both())
    assert all(run.parent is None for run in runs)
    assert [set(run.history("m")["value"]) for run in runs] == [{1.0}, {2.0}]


def test_what_follows_a_cell_in_its_own_context_is_not_the_cells(store):
    """As in a terminal: a run that the cell left open ends after the cell, and the next cell logs."""
    cell = tracking.begin(store, store.create_run(experiment="e"), "cell")
    nbtrack.start_run()
    tracking.finish(cell)
    nbtrack.end_run()
    nbtrack.log_metric("later", 1)
    assert "later" not in cell.metrics
    other = contextvars.copy_context()
    again = other.run(tracking.begin, store, store.create_run(experiment="e"), "cell")
    tracking.finish(again)
    other.run(nbtrack.log_metric, "later", 1)
    assert "later" not in again.metrics


# --- processes


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_logs_to_its_parents_run_and_does_not_end_it():
    def work(number):
        for step in range(100):
            nbtrack.log_metric(f"child {number}", step, step=step)
        nbtrack.log_metric("both", 1)
        nbtrack.end_run()
        time.sleep(0.12)  # longer than the writer waits: what comes after a flush is another matter
        nbtrack.log_metric("late", 1)

    with nbtrack.start_run() as run:
        nbtrack.log_metric("both", 0)
        context = multiprocessing.get_context("fork")
        children = [context.Process(target=work, args=[number]) for number in range(2)]
        for child in children:
            child.start()
        for child in children:
            child.join(30)
        assert [child.exitcode for child in children] == [0, 0]
        assert status_of(run) == "RUNNING"
        nbtrack.log_metric("both", 2)
    assert run.status == "FINISHED"
    assert [run.summary(f"child {number}").count for number in range(2)] == [100, 100]
    assert run.summary("both").count == 4
    assert run.summary("late").count == 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_child_forked_by_hand_goes_on_logging_to_the_run():
    script(
        "import nbtrack, os, time\n"
        "with nbtrack.start_run():\n"
        "    nbtrack.log_metric('m', 0)\n"
        "    child = os.fork()\n"
        "    if not child:\n"
        "        for number in range(3):\n"
        "            nbtrack.log_metric('child', number)\n"
        "            time.sleep(0.12)\n"
        "        raise SystemExit\n"
        "    os.waitpid(child, 0)\n"
    )
    [run] = nbtrack.runs()
    assert list(run.history("child")["value"]) == [0, 1, 2]
    assert run.status == "FINISHED"


def script(text, *, check=True):
    """Run a script in the working folder and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, timeout=120, check=False
    )
    assert not check or done.returncode == 0, done.stderr
    return done


def test_a_run_left_open_ends_with_its_script():
    script("import nbtrack; nbtrack.start_run(run_name='bare'); nbtrack.log_metric('m', 1)")
    script("import nbtrack; nbtrack.log_param('implicit', 1)")
    assert [run.status for run in nbtrack.runs()] == ["FINISHED", "FINISHED"]


@pytest.mark.parametrize(
    ("ending", "status"),
    [("1 / 0", "FAILED"), ("raise KeyboardInterrupt", "KILLED"), ("raise SystemExit(0)", "FINISHED")],
)
def test_a_run_left_open_ends_as_its_script_does(ending, status):
    script(f"import nbtrack\nnbtrack.start_run()\nnbtrack.log_metric('m', 1)\n{ending}", check=False)
    (run,) = nbtrack.runs()
    assert run.status == status
    assert run.metrics == {"m": 1}
    if status == "FAILED":
        assert "ZeroDivisionError" in run.traceback


def test_a_run_can_be_sent_to_another_process():
    with nbtrack.start_run(run_name="sent") as run:
        nbtrack.log_metric("m", 1)
        sent = pickle.loads(pickle.dumps(run))
        copied = copy.deepcopy(run)
    assert type(sent) is type(copied) is nbtrack.Run
    assert sent == copied == run
    assert sent.metrics == {"m": 1.0}


# --- which store


def test_the_store_stays_when_the_working_folder_changes(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    code = "import nbtrack, os; nbtrack.log_param('a', 1); os.chdir('elsewhere'); nbtrack.log_param('b', 2)"
    script(code)
    (run,) = nbtrack.runs()
    assert run.params == {"a": 1, "b": 2}
    assert not (tmp_path / "elsewhere" / ".nbtrack").exists()


def test_nbtrack_store_is_heeded_when_it_changes(tmp_path, monkeypatch):
    nbtrack.log_param("here", 1)
    nbtrack.end_run()
    monkeypatch.setenv("NBTRACK_STORE", str(tmp_path / "other"))
    assert len(nbtrack.runs()) == 0
    monkeypatch.delenv("NBTRACK_STORE")
    assert len(nbtrack.runs()) == 1


@pytest.mark.parametrize(
    ("uri", "folder"),
    [
        ("kept", "kept"),
        ("file:{tmp}/kept", "kept"),
        ("file://{tmp}/with%20blank", "with blank"),
        ("sqlite:///mlflow.db", ".nbtrack"),
        ("sqlite:///{tmp}/deep/mlflow.db", "deep/.nbtrack"),
        ("sqlite:///{tmp}/a.db", "a.nbtrack"),
        ("sqlite:///{tmp}/b.db", "b.nbtrack"),
        ("file:./mlruns", ".nbtrack"),
        ("{tmp}/mlruns/", ".nbtrack"),
    ],
)
def test_a_tracking_uri_names_a_folder(tmp_path, uri, folder):
    nbtrack.set_tracking_uri(uri.format(tmp=tmp_path))
    with nbtrack.start_run():
        pass
    assert (tmp_path / folder / "nbtrack.db").is_file()
    assert nbtrack.get_tracking_uri() == (tmp_path / folder).as_uri()


def test_a_store_of_mlflows_is_left_alone(tmp_path):
    (tmp_path / "sweeps" / "0").mkdir(parents=True)
    (tmp_path / "sweeps" / "0" / "meta.yaml").write_text("experiment_id: '0'\n")
    before = sorted((tmp_path / "sweeps").rglob("*"))
    nbtrack.set_tracking_uri("file:sweeps")
    with nbtrack.start_run():
        pass
    assert sorted((tmp_path / "sweeps").rglob("*")) == before
    assert (tmp_path / "sweeps.nbtrack" / "nbtrack.db").is_file()


def test_mlflows_variables_are_heeded(tmp_path, monkeypatch):
    monkeypatch.delenv("NBTRACK_STORE", raising=False)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/a.db")
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "from outside")
    with nbtrack.start_run() as first:
        pass
    assert first.store.path == tmp_path / "a.nbtrack"
    assert first.experiment == "from outside"
    monkeypatch.delenv("MLFLOW_EXPERIMENT_NAME")
    monkeypatch.setenv("MLFLOW_EXPERIMENT_ID", str(first.store.experiments()[0].id))
    monkeypatch.setenv("MLFLOW_RUN_ID", first.id)
    with nbtrack.start_run() as again:
        pass
    with nbtrack.start_run() as other:
        pass
    assert (again.id == first.id, other.id == first.id) == (True, False)
    assert other.experiment == "from outside"
    monkeypatch.setenv("NBTRACK_STORE", str(tmp_path / "ours"))
    assert nbtrack.tracking.store_in_use().path == tmp_path / "ours"


def test_what_of_mlflows_variables_cannot_be_heeded_is_told(tmp_path, monkeypatch):
    monkeypatch.delenv("NBTRACK_STORE", raising=False)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://localhost:5000")
    with pytest.warns(NbtrackWarning, match="MLFLOW_TRACKING_URI is 'http://localhost:5000', a server"):
        nbtrack.runs()
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    monkeypatch.setenv("MLFLOW_RUN_ID", "f" * 32)
    with pytest.warns(NbtrackWarning, match="MLFLOW_RUN_ID: there is no run"), nbtrack.start_run():
        pass
    monkeypatch.setenv("MLFLOW_EXPERIMENT_ID", "77")
    with pytest.warns(NbtrackWarning, match="MLFLOW_EXPERIMENT_ID is '77'"), nbtrack.start_run() as run:
        pass
    assert run.experiment == "default"


@pytest.mark.parametrize(
    "uri", ["http://localhost:5000", "https://mlflow.example.org", "databricks", "postgresql://u:p@h/db", 3]
)
def test_a_server_is_no_store(uri):
    with pytest.raises(InvalidValueError, match="folder"):
        nbtrack.set_tracking_uri(uri)


def test_a_store_can_be_named_to_be_looked_at_alone(store, tmp_path):
    other = nbtrack.open_store(tmp_path / "other")
    writer = other.create_run(experiment="wine", name="elsewhere")
    writer.log_metric("rmse", 0.5, step=0)
    writer.finish()
    frozen = nbtrack.open_store(tmp_path / "other", read_only=True)
    for named in (other, frozen, tmp_path / "other", str(tmp_path / "other")):
        assert [run.name for run in nbtrack.runs("metrics.rmse < 1", experiment="wine", store=named)] == [
            "elsewhere"
        ]
    assert len(nbtrack.runs()) == 0, "the store in use is another"
    panel = nbtrack.panel("metrics.rmse < 1", store=frozen)
    assert panel._read_only
    with pytest.raises(StoreError, match="may only be read"):
        panel._result({"id": "a", "kind": "delete", "ids": [run.id for run in panel.runs]})
    panel.close()


@pytest.mark.parametrize("name", ["variable", "argument"])
def test_a_process_may_be_kept_from_every_change(store, name, monkeypatch):
    with nbtrack.start_run(run_name="kept"):
        nbtrack.log_metric("rmse", 0.5)
    store.flush()
    if name == "variable":
        monkeypatch.setenv("NBTRACK_READ_ONLY", "1")
        monkeypatch.setattr("nbtrack.tracking.destination._store", None)
    else:
        nbtrack.set_store(store.path, read_only=True)
    (run,) = nbtrack.runs()
    with pytest.raises(StoreError, match="may only be read"):
        run.delete()
    with pytest.raises(StoreError, match="may only be read"):
        nbtrack.start_run()


def test_a_process_that_is_kept_from_changes_changes_no_other_store_either(store, tmp_path, monkeypatch):
    with nbtrack.start_run(run_name="kept"):
        nbtrack.log_metric("rmse", 0.5)
    store.flush()
    monkeypatch.setenv("NBTRACK_READ_ONLY", "1")
    for named in (
        nbtrack.set_store(store.path),
        nbtrack.open_store(store.path),
        nbtrack.runs(store=store.path)[0].store,
    ):
        assert named.read_only
        with pytest.raises(StoreError, match="may only be read"):
            nbtrack.runs(store=named)[0].delete()
    with pytest.raises(StoreError, match="there is no store"):
        nbtrack.open_store(tmp_path / "new")
