"""Another process holds the store's lock and does not let go."""

import os
import signal
import time

import pytest

from nbtrack.errors import NbtrackWarning, StoreError
from nbtrack.store import connection, holder, run_writer

HOLD = """
    import os, signal, sqlite3, sys
    connection = sqlite3.connect(sys.argv[1], isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    print("locked", flush=True)
    os.kill(os.getpid(), signal.SIGSTOP)
    connection.execute("COMMIT")
    print("let go", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def stopped(store, python):
    """Return a process that was stopped while it held the lock."""
    process = python(HOLD, store.path / "nbtrack.db")
    assert process.stdout.readline() == "locked\n"
    os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
    yield process
    process.send_signal(signal.SIGCONT)


def test_who_holds_the_lock_is_told_and_all_is_kept_until_it_is_let_go(
    store, stopped, find, eventually, monkeypatch
):
    monkeypatch.setattr(connection, "NOTICE_TIMEOUT", 0.2)
    monkeypatch.setattr(run_writer, "_FINISH_TIMEOUT", 0.5)

    def log_read_and_end():
        writer = store.create_run(experiment="e", name="kept")
        writer.log_metric("loss", 0.5, 1)
        eventually(lambda: store._writer.stuck)
        began = time.monotonic()
        for _ in range(20):
            assert find(store) == []
        read = time.monotonic() - began
        with pytest.raises(StoreError, match=r"within 0.5 s; it is tried again"):
            writer.finish()
        return read

    with pytest.warns(NbtrackWarning) as told:
        read = log_read_and_end()
    # Once, though it was waited for again and again.
    (said,) = (str(warning.message) for warning in told)
    assert f"is locked by process {stopped.pid} (python" in said
    assert f"which is stopped; continue it with `kill -CONT {stopped.pid}`" in said
    # A reader waits 2 s each time for what its own process logged where that can be written.
    assert read < 20
    stopped.send_signal(signal.SIGCONT)
    assert stopped.stdout.readline() == "let go\n"
    run = eventually(lambda: next((run for run in find(store) if run.status == "FINISHED"), None))
    assert store.history(run.key, "loss").values == [0.5]


def test_a_change_that_somebody_waits_for_fails_with_who_is_in_its_way(store, stopped, monkeypatch):
    monkeypatch.setattr(connection, "BUSY_TIMEOUT", 0.3)
    with pytest.raises(StoreError, match=rf"locked for 0 s by process {stopped.pid} .*which is stopped"):
        store.create_experiment("wine")
    assert store.experiments() == []


def test_where_the_system_has_no_list_of_locks_the_users_of_the_file_are_told(store, stopped):
    assert list(holder._openers(store.path / "nbtrack.db")) == [stopped.pid]
    assert list(holder._lockers(store.path / "nbtrack.db")) == [stopped.pid]


def test_without_anybody_to_be_found_another_process_is_told(tmp_path):
    assert holder.holder(tmp_path / "nothing.db") == "another process; end that process, or wait"
