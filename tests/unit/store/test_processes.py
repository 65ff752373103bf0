"""Many processes use one store at once, fork in the midst of it, and die."""

import sqlite3
import threading
import time

import pytest

from nbtrack.errors import StoreError
from nbtrack.store import open_store
from nbtrack.store.migrations import MIGRATIONS

NEXT = len(MIGRATIONS) + 1
"""The version of a store that the next nbtrack would write."""


def test_eight_processes_log_a_hundred_and_sixty_runs_at_once(tmp_path, python, find):
    script = """
        import sys, time
        from nbtrack.store import open_store, pack_point
        store = open_store(sys.argv[1])
        for number in range(20):
            writer = store.create_run(experiment="load", name=f"{sys.argv[2]}-{number}")
            writer.log_param("number", number)
            for step in range(5000):
                writer.series("loss").append(pack_point(step, time.time(), step / 7))
            writer.finish()
    """
    processes = [python(script, tmp_path / ".nbtrack", number) for number in range(8)]
    for process in processes:
        _, err = process.communicate(timeout=120)
        assert (process.returncode, err) == (0, "")
    store = open_store(tmp_path / ".nbtrack")
    runs = find(store)
    assert {run.name for run in runs} == {f"{p}-{n}" for p in range(8) for n in range(20)}
    for run in runs:
        history = store.history(run.key, "loss")
        assert run.status == "FINISHED"
        assert history.steps == list(range(5000))
        assert history.values == [step / 7 for step in range(5000)]
        assert store.params(run.key) == {"number": int(run.name.split("-")[1])}
    assert len({run.id for run in runs}) == 160
    assert store.check().problems == []
    store.close()


def test_several_processes_make_one_store_at_once(tmp_path, python, find):
    script = """
        import sys, time
        from nbtrack.store import open_store, pack_point
        while time.time() < float(sys.argv[2]):
            pass
        store = open_store(sys.argv[1])
        store.create_run(experiment="e").finish()
    """
    for round_ in range(3):
        folder = tmp_path / str(round_) / ".nbtrack"
        processes = [python(script, folder, time.time() + 1) for _ in range(4)]
        for process in processes:
            _, err = process.communicate(timeout=60)
            assert (process.returncode, err) == (0, "")
        store = open_store(folder)
        assert len(find(store)) == 4
        assert [experiment.runs for experiment in store.experiments()] == [4]
        assert (folder / ".gitignore").read_text() == "*\n"
        store.close()


# As a later nbtrack would have it: one migration more, which must not be applied twice.
LATER = """
    import sys, time
    from nbtrack.store import open_store, migrations
    more = migrations.Migration("more", '''
        ALTER TABLE runs ADD COLUMN colour TEXT;
        CREATE TRIGGER coloured AFTER INSERT ON runs BEGIN
            UPDATE runs SET colour = 'red; or blue' WHERE id = new.id;
        END;
        INSERT INTO meta VALUES ('coloured', 1);
    ''')
    migrations.MIGRATIONS = (*migrations.MIGRATIONS, more)
    while time.time() < float(sys.argv[2]):
        pass
    store = open_store(sys.argv[1])
    store.create_run(experiment="e").finish()
"""


def test_several_processes_migrate_one_store_at_once(tmp_path, python):
    folder = tmp_path / ".nbtrack"
    store = open_store(folder)
    writer = store.create_run(experiment="e", name="old")
    writer.log_metric("loss", 0.5, 0)
    writer.finish()
    processes = [python(LATER, folder, time.time() + 1) for _ in range(3)]
    for process in processes:
        _, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (0, "")
    # This process had the store open all the while, and goes on.
    store.create_run(experiment="e").finish()
    assert store.metrics(store.run("old").key)["loss"].last == 0.5
    store.close()
    with sqlite3.connect(folder / "nbtrack.db") as connection:
        colours = connection.execute("SELECT colour, count(*) FROM runs GROUP BY colour").fetchall()
        assert colours == [(None, 1), ("red; or blue", 4)]
        assert connection.execute("PRAGMA user_version").fetchone() == (NEXT,)


@pytest.mark.parametrize("read_only", [False, True])
def test_a_store_from_a_newer_version_is_refused(tmp_path, run_python, read_only):
    run_python(LATER, tmp_path / ".nbtrack", 0)
    before = (tmp_path / ".nbtrack" / "nbtrack.db").read_bytes()
    with pytest.raises(
        StoreError,
        match=rf"version {NEXT}, written by nbtrack [\d.]+; this nbtrack .* up to version {NEXT - 1}",
    ):
        open_store(tmp_path / ".nbtrack", read_only=read_only)
    assert (tmp_path / ".nbtrack" / "nbtrack.db").read_bytes() == before


def test_a_store_from_an_older_version_is_not_migrated_to_be_read(tmp_path, run_python):
    store = open_store(tmp_path / ".nbtrack")
    store.create_run(experiment="e").finish()
    store.close()
    out, _ = run_python(
        """
        import sys
        from nbtrack.errors import StoreError
        from nbtrack.store import open_store, migrations
        migrations.MIGRATIONS = (*migrations.MIGRATIONS, migrations.Migration("more", "CREATE TABLE more (x);"))
        try:
            open_store(sys.argv[1], read_only=True)
        except StoreError as error:
            print(error)
        """,
        tmp_path / ".nbtrack",
    )
    assert f"has version {NEXT - 1} and needs {NEXT}: open it once where it can be written" in out


def test_a_migration_that_fails_leaves_the_store_as_it_was(tmp_path, run_python):
    store = open_store(tmp_path / ".nbtrack")
    store.create_run(experiment="e", name="kept").finish()
    store.close()
    out, _ = run_python(
        """
        import sys
        from nbtrack.errors import StoreError
        from nbtrack.store import open_store, migrations
        bad = migrations.Migration("bad", "CREATE TABLE more (x); INSERT INTO more VALUES (1); DROP TABLE nothing;")
        migrations.MIGRATIONS = (*migrations.MIGRATIONS, bad)
        try:
            open_store(sys.argv[1])
        except StoreError as error:
            print("told")
        """,
        tmp_path / ".nbtrack",
    )
    assert out.strip() == "told"
    store = open_store(tmp_path / ".nbtrack")
    assert store.run("kept").status == "FINISHED"
    assert store.check().version == NEXT - 1
    store.close()


def test_a_long_transaction_of_another_process_delays_and_breaks_nothing(store, find):
    """The cell goes on, readers read, and what was logged arrives when the lock is gone.

    That it is gone only afterwards tells that nobody waits for it; a caller that waits for as long as the
    store is patient would take an hour for all that it logs.
    """
    writer = store.create_run(experiment="e")
    writer.log_metric("loss", 1.0, 0)
    store.flush()
    other = sqlite3.connect(store.path / "nbtrack.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    start = time.monotonic()
    for step in range(1000):
        writer.log_metric("loss", 1.0, step)
        writer.log_param(f"p{step}", step)
    assert time.monotonic() - start < 60
    reader = open_store(store.path, read_only=True)
    assert len(find(reader)) == 1
    assert len(find(store)) == 1
    other.execute("COMMIT")
    writer.finish()
    assert store.metrics(store.run(writer.id).key)["loss"].count == 1001
    reader.close()
    other.close()


def test_a_rollback_journal_serves_where_a_log_cannot(tmp_path, python, find):
    """Network file systems: here the disk that the test runs on is taken for one."""
    script = """
        import sys, time
        from nbtrack.store import connection, open_store, pack_point
        connection._NETWORK = {kind for _, kind in connection._mounts()}
        store = open_store(sys.argv[1])
        for number in range(5):
            writer = store.create_run(experiment="e")
            for step in range(1000):
                writer.series("loss").append(pack_point(step, time.time(), 0.5))
                if step % 100 == 0:
                    assert store.run(writer.id).status == "RUNNING"
            writer.finish()
        print(store.check().journal_mode)
    """
    processes = [python(script, tmp_path / ".nbtrack") for _ in range(3)]
    for process in processes:
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out.strip(), err) == (0, "delete", "")
    store = open_store(tmp_path / ".nbtrack")
    runs = find(store)
    assert [store.metrics(run.key)["loss"].count for run in runs] == [1000] * 15
    store.close()


def test_stores_and_writers_are_handed_to_other_processes(store):
    import pickle

    writer = store.create_run(experiment="e")
    assert pickle.loads(pickle.dumps(store)) is store
    again = pickle.loads(pickle.dumps(writer))
    assert (again.id, again.name, again.artifact_folder) == (writer.id, writer.name, writer.artifact_folder)
    again.log_metric("m", 1.0, 0)
    again.finish("FAILED")
    assert store.run(writer.id).status == "RUNNING"
    assert set(store.metrics(store.run(writer.id).key)) == {"m"}


def test_a_process_has_one_store_for_a_folder(store, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert open_store(".nbtrack") is store
    assert open_store(tmp_path) is store
    assert open_store(store.path / "nbtrack.db") is store
    threads_saw = []
    threads = [
        threading.Thread(target=lambda: threads_saw.append(open_store(tmp_path / "b"))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(seen) for seen in threads_saw}) == 1
    threads_saw[0].close()


# Liveness


def test_a_run_whose_process_was_killed_is_crashed_at_the_next_look(store, python, find, eventually):
    process = python(
        """
        import sys, time
        from nbtrack.store import open_store, pack_point
        store = open_store(sys.argv[1])
        store.create_run(experiment="e", name="a")
        store.create_run(experiment="e", name="done").finish()
        store.flush()
        print("ready", flush=True)
        time.sleep(60)
        """,
        store.path,
    )
    process.stdout.readline()
    mine = store.create_run(experiment="e", name="mine")
    assert store.recover() == []
    assert {run.status for run in find(store)} == {"RUNNING", "FINISHED"}
    process.kill()  # and not waited for: a zombie is dead, too
    eventually(lambda: store.run("a").status == "CRASHED")
    assert [run.name for run in find(store, "status = 'CRASHED'")] == ["a"]
    crashed = store.run("a")
    assert crashed.start_time <= crashed.end_time <= time.time()
    assert store.run("mine").status == "RUNNING"
    mine.finish()


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ("host = 'elsewhere', heartbeat = heartbeat - 100", "RUNNING"),
        ("host = 'elsewhere', heartbeat = heartbeat - 121", "CRASHED"),
        ("boot = 'earlier', heartbeat = heartbeat - 121", "CRASHED"),
        ("pid_started = pid_started - 10", "CRASHED"),  # another process has the number by now
        ("heartbeat = heartbeat - 10000", "RUNNING"),  # it is there: silence means nothing
    ],
)
def test_what_tells_that_a_process_has_died(tmp_path, python, change, status):
    process = python(
        """
        import sys
        from nbtrack.store import open_store, pack_point
        store = open_store(sys.argv[1])
        store.create_run(experiment="e", name="a")
        store.flush()
        print("ready", flush=True)
        sys.stdin.read()
        """,
        tmp_path / ".nbtrack",
        stdin=-1,
    )
    process.stdout.readline()
    with sqlite3.connect(tmp_path / ".nbtrack" / "nbtrack.db") as connection:
        connection.execute(f"UPDATE runs SET {change}")
    connection.close()
    store = open_store(tmp_path / ".nbtrack")
    assert store.run("a").status == status
    store.close()


def test_a_run_taken_for_dead_shows_that_it_lives(tmp_path, python, eventually):
    """As after the machine slept: the heartbeat, here every 0.2 s, takes the mark off again."""
    process = python(
        """
        import sys
        from nbtrack.store import open_store, writer
        writer.HEARTBEAT_INTERVAL = 0.2
        store = open_store(sys.argv[1])
        run = store.create_run(experiment="e", name="a")
        store.flush()
        print("ready", flush=True)
        sys.stdin.readline()
        run.finish()
        """,
        tmp_path / ".nbtrack",
        stdin=-1,
    )
    process.stdout.readline()
    with sqlite3.connect(tmp_path / ".nbtrack" / "nbtrack.db") as connection:
        connection.execute("UPDATE runs SET status = 'CRASHED', end_time = 1, heartbeat = 1")
    connection.close()
    store = open_store(tmp_path / ".nbtrack")
    eventually(lambda: store.run("a").status == "RUNNING")
    assert store.run("a").end_time is None
    process.communicate("\n")
    assert process.returncode == 0
    assert store.run("a").status == "FINISHED"
    store.close()


def test_opening_a_store_is_light(run_python):
    out, _ = run_python(
        """
        import sys
        import nbtrack.store
        print([name for name in ("pandas", "numpy", "psutil", "IPython") if name in sys.modules])
        """
    )
    assert out.strip() == "[]"
