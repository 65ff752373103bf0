"""A store is replaced, restored, moved or deleted under a live run: nothing of another store is touched, all is told."""

import os
import shutil
import tempfile
import warnings
from contextlib import nullcontext, suppress
from copy import deepcopy
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from nbtrack.errors import NbtrackWarning, StoreError
from nbtrack.query import Query
from nbtrack.store import open_store

pytestmark = pytest.mark.skipif(os.name == "nt", reason="open files cannot be moved or deleted here")


def points_of(folder):
    """Return the steps of each metric of each run of a store that nobody has open, checked for damage."""
    copy = Path(tempfile.mkdtemp()) / "copy"
    shutil.copytree(folder, copy)
    store = open_store(copy)
    assert store.check().problems == []
    found = {}
    for run in store.find_runs(Query()):
        metrics = store.metrics(run.key)
        found[run.id] = {name: store.history(run.key, name).steps for name in metrics}
        assert {name: one.count for name, one in metrics.items()} == {
            name: len(steps) for name, steps in found[run.id].items()
        }
    store.close()
    shutil.rmtree(copy.parent)
    return found


class Mishaps(RuleBasedStateMachine):
    """What each store on the disk holds is kept beside it, and compared at every step."""

    @initialize()
    def begin(self):
        self.root = Path(tempfile.mkdtemp())
        self.folder = self.root / ".nbtrack"
        self.said = warnings.catch_warnings()
        self.said.__enter__()
        warnings.simplefilter("ignore", NbtrackWarning)
        # What waits is written when a rule says so: of a retry between two rules the model would not know.
        self.patience = mock.patch("nbtrack.store.writer.RETRY_INTERVAL", 3600.0)
        self.patience.start()
        self.store = open_store(self.folder)
        self.here, self.aside, self.saved = {}, None, None
        self.live, self.waiting, self.step = [], {}, 0
        other = open_store(self.root / "other")
        self.other = {}
        for _ in range(3):
            writer = other.create_run(experiment="x")
            for step in range(5):
                writer.log_metric("loss", float(step), step)
                writer.log_metric("acc", float(step), step)
                other.flush()
            other._writer.stop()  # as it is left by a process that was killed: in many chunks
            self.other[writer.id] = {"loss": list(range(5)), "acc": list(range(5))}
        other.close()

    def write(self, flush=None):
        """Flush, or let go: what waits is in the store that is there, or goes on waiting."""
        gone = self.here is None and self.waiting
        with pytest.raises(StoreError, match="not there any more") if gone else nullcontext():
            (flush or self.store.flush)()
        if self.here is None:
            return
        for run_id, metrics in self.waiting.items():
            kept = self.here.setdefault(run_id, {})
            for name, steps in metrics.items():
                kept.setdefault(name, []).extend(steps)
        self.waiting = {}

    @rule()
    @precondition(lambda self: self.here is not None)
    def start(self):
        writer = self.store.create_run(experiment="e")
        self.live.append(writer)
        self.waiting.setdefault(writer.id, {})
        self.write()

    @rule(data=st.data(), count=st.integers(1, 5), flushes=st.booleans())
    @precondition(lambda self: self.live)
    def log(self, data, count, flushes):
        writer = data.draw(st.sampled_from(self.live))
        for _ in range(count):
            name = data.draw(st.sampled_from(["loss", "acc"]))
            writer.log_metric(name, float(self.step), self.step)
            self.waiting.setdefault(writer.id, {}).setdefault(name, []).append(self.step)
            self.step += 1
            if flushes or self.here is None:
                self.write()
        self.write()

    @rule()
    @precondition(lambda self: self.live)
    def finish(self):
        writer = self.live.pop()
        self.waiting.setdefault(writer.id, {})
        with suppress(StoreError):
            writer.finish()
        self.write()

    @rule()
    @precondition(lambda self: self.here is not None)
    def save(self):
        shutil.rmtree(self.root / "backup", ignore_errors=True)
        self.store.backup(self.root / "backup")
        self.saved = deepcopy(self.here)

    @rule(how=st.sampled_from(["folder", "file", "others"]))
    @precondition(lambda self: self.saved is not None or self.here is None)
    def restore(self, how):
        """From a backup: the whole folder, or the database alone beside what is there; or another store altogether."""
        self.compare()
        source, held = self.root / "backup", self.saved
        if how == "others" or self.saved is None:
            source, held = self.root / "other", self.other
        if how == "file" and self.here is not None:
            # Its log is told from a stale one by whoever has it open: SQLite itself would read any log into it.
            self.store.create_experiment("e", exist_ok=True)
            shutil.copyfile(source / "nbtrack.db", self.root / "new")
            os.replace(self.root / "new", self.folder / "nbtrack.db")
            self.store.create_experiment("e", exist_ok=True)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)
            shutil.copytree(source, self.folder)
        self.here = deepcopy(held)

    @rule()
    @precondition(lambda self: self.here is not None and self.aside is None)
    def move_away(self):
        os.rename(self.folder, self.root / "away")
        self.aside, self.here = self.here, None

    @rule()
    @precondition(lambda self: self.aside is not None)
    def move_back(self):
        self.compare()
        shutil.rmtree(self.folder, ignore_errors=True)
        os.rename(self.root / "away", self.folder)
        self.here, self.aside = self.aside, None

    @rule()
    def let_go(self):
        self.write(self.store.release)

    def compare(self):
        """The store that is there holds what was written to it."""
        if self.here is not None:
            self.write()
            assert points_of(self.folder) == self.here

    def teardown(self):
        if not hasattr(self, "root"):
            return
        try:
            self.compare()
            assert points_of(self.root / "other") == self.other
            if self.aside is not None:
                assert points_of(self.root / "away") == self.aside
        finally:
            with suppress(StoreError):
                self.store.close()
            self.patience.stop()
            self.said.__exit__(None, None, None)
            shutil.rmtree(self.root, ignore_errors=True)


Mishaps.TestCase.settings = settings(
    max_examples=8, stateful_step_count=12, suppress_health_check=list(HealthCheck)
)
TestMishaps = Mishaps.TestCase


@pytest.mark.long
@pytest.mark.timeout(3600)
class TestManyMishaps(Mishaps.TestCase):
    settings = settings(max_examples=1000, stateful_step_count=15, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("ending", [["restore"], ["restore", "move_back"], []])
@pytest.mark.parametrize(
    "leaving", [["move_back", "let_go", "move_away"], ["let_go", "move_back", "move_away"]]
)
def test_what_waits_when_a_store_is_let_go_is_written_to_the_one_that_is_there(leaving, ending):
    machine = Mishaps()
    machine.begin()
    try:
        for step in ["start", "move_away", "finish", *leaving, *ending]:
            machine.restore("folder") if step == "restore" else getattr(machine, step)()
    finally:
        machine.teardown()


@pytest.mark.filterwarnings("ignore::nbtrack.errors.NbtrackWarning")
@pytest.mark.parametrize("interval", [3600.0, 0.05], ids=["let go", "tried again"])
def test_what_waited_for_a_store_is_in_it_and_not_in_the_next(
    store, tmp_path, interval, monkeypatch, eventually
):
    monkeypatch.setattr("nbtrack.store.writer.RETRY_INTERVAL", interval)
    away = tmp_path / "away"
    writer = store.create_run(experiment="e")
    store.flush()
    os.rename(store.path, away)
    writer.log_metric("loss", 1.0, 0)
    with pytest.raises(StoreError, match="not there any more"):
        writer.finish()
    os.rename(away, store.path)
    if interval > 1.0:
        store.release()
    eventually(lambda: not store._writer.pending())
    assert store.run(writer.id).status == "FINISHED"
    os.rename(store.path, away)
    other = open_store(tmp_path / "other")
    other.create_run(experiment="x", run_id="b" * 32).finish()
    other.close()
    shutil.copytree(tmp_path / "other", store.path)
    store.flush()
    assert points_of(store.path) == {"b" * 32: {}}
    assert points_of(away) == {writer.id: {"loss": [0]}}


LIVE = """
    import sys, time
    from nbtrack.store import open_store
    store = open_store(sys.argv[1])
    writer = store.create_run(experiment="e", name="live", run_id="a" * 32)
    step = 0
    print("ready", flush=True)
    for line in sys.stdin:
        word = line.strip()
        if word == "log":
            for _ in range(3):
                writer.log_metric("loss", float(step), step)
                step += 1
        if word == "wait":
            store.flush()
        print(word, flush=True)
    writer.finish()
"""


@pytest.fixture
def live(python, tmp_path):
    """Return a process with a live run, and a function that tells it what to do."""
    process = python(LIVE, tmp_path / ".nbtrack", stdin=-1)

    def tell(*words):
        for word in words:
            process.stdin.write(f"{word}\n")
            process.stdin.flush()
            assert process.stdout.readline().strip() == word

    assert process.stdout.readline().strip() == "ready"
    tell("log", "wait")
    return process, tell


def end(process):
    process.stdin.close()
    process.stdin = None
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return err


def test_points_wait_for_a_store_that_is_moved_away_for_a_moment(live, tmp_path, eventually):
    process, tell = live
    folder = tmp_path / ".nbtrack"
    os.rename(folder, tmp_path / "away")
    tell("log")
    assert not folder.exists()
    os.rename(tmp_path / "away", folder)
    tell("log")
    err = end(process)
    assert points_of(folder) == {"a" * 32: {"loss": list(range(9))}}
    assert "lost" not in err


def test_a_store_that_does_not_come_back_is_told_and_not_made_in_silence(live, tmp_path):
    process, tell = live
    folder = tmp_path / ".nbtrack"
    os.rename(folder, tmp_path / "away")
    tell("log")
    process.stdin.close()
    process.stdin = None
    _, err = process.communicate(timeout=60)
    assert "not there any more" in err
    assert not folder.exists()
    assert points_of(tmp_path / "away") == {"a" * 32: {"loss": [0, 1, 2]}}


def test_a_backup_put_in_place_goes_on_and_what_it_lacks_is_counted(live, tmp_path):
    process, tell = live
    folder = tmp_path / ".nbtrack"
    store = open_store(folder)
    store.backup(tmp_path / "backup")
    store.close()
    tell("log", "wait")
    shutil.rmtree(folder)
    os.rename(tmp_path / "backup", folder)
    tell("log", "wait", "log")
    err = end(process)
    assert points_of(folder) == {"a" * 32: {"loss": [0, 1, 2, 6, 7, 8, 9, 10, 11]}}
    assert err.count("NbtrackWarning") == err.count("3 points of run") == 1


def test_another_store_in_place_keeps_its_runs(live, tmp_path):
    process, tell = live
    folder = tmp_path / ".nbtrack"
    other = open_store(tmp_path / "other")
    for number in range(3):
        writer = other.create_run(experiment="x", run_id=f"{number}" * 32)
        for step in range(40):  # enough for chunks that are merged
            writer.log_metric("loss", 1.0, step)
            other.flush()
    other.close()
    before = points_of(tmp_path / "other")
    os.rename(folder, tmp_path / "away")
    os.rename(tmp_path / "other", folder)
    for _ in range(40):
        tell("log", "wait")
    err = end(process)
    assert points_of(folder) == before | {"a" * 32: {"loss": list(range(3, 123))}}
    assert points_of(tmp_path / "away") == {"a" * 32: {"loss": [0, 1, 2]}}
    assert err.count("NbtrackWarning") == err.count("another one than before") == 1


def test_a_run_that_is_resumed_goes_on_in_another_store(tmp_path, store):
    writer = store.create_run(experiment="e", name="again")
    writer.log_metric("loss", 1.0, 0)
    writer.finish()
    store.backup(tmp_path / "older")
    writer = store.resume_run(writer.id)
    store.flush()
    shutil.rmtree(store.path)
    with pytest.warns(NbtrackWarning, match="new one has been made"):
        store.create_run(experiment="e", name="new").finish()
    writer.log_metric("loss", 2.0, 1)
    with pytest.warns(NbtrackWarning, match="another one than before"):
        writer.finish()
    run = store.run("again")
    assert (run.id, run.status, store.history(run.key, "loss").steps) == (writer.id, "FINISHED", [1])


def test_a_held_run_is_read_by_its_id_in_a_replaced_store(store, tmp_path):
    from nbtrack.entities import Run

    wanted = store.create_run(experiment="e", name="wanted")
    wanted.log_param("alpha", 1)
    wanted.finish()
    held = Run(store, wanted.id)
    assert dict(held.params) == {"alpha": 1}
    store.backup(tmp_path / "backup")
    store.release()
    shutil.rmtree(store.path)
    other = open_store(tmp_path / "other")
    stranger = other.create_run(experiment="e", name="stranger")
    stranger.log_param("alpha", 99)
    stranger.finish()
    other.close()
    shutil.copytree(tmp_path / "other", store.path)
    with pytest.raises(LookupError):
        held.params["alpha"]


def test_workers_that_are_ended_while_they_write_say_nothing(tmp_path, run_python):
    """A pool of workers, each with a run of its own, that are told to end while their exit writes."""
    (tmp_path / "work.py").write_text(
        "import nbtrack\ndef work(number):\n    nbtrack.log_metric('m', float(number))\n    return number\n"
    )
    _, err = run_python(
        """
        import multiprocessing, os, sys
        sys.path.insert(0, sys.argv[1])
        os.environ["NBTRACK_STORE"] = sys.argv[1] + "/.nbtrack"
        os.environ["PYTHONPATH"] += os.pathsep + sys.argv[1]
        from work import work
        if __name__ == "__main__":
            for _ in range(4):
                pool = multiprocessing.get_context("spawn").Pool(3)
                assert pool.map(work, range(30)) == list(range(30))
                pool.terminate()
                pool.join()
        """,
        tmp_path,
    )
    assert err == ""
    store = open_store(tmp_path / ".nbtrack")
    counts = [store.metrics(run.key)["m"].count for run in store.find_runs(Query()) if store.metrics(run.key)]
    assert sum(counts) == 120
    store.close()
