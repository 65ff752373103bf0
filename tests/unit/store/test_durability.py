"""Nothing that was logged is lost to a killed process, a full disk, a read-only folder or a move."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import suppress

import pytest

from nbtrack.errors import StoreError
from nbtrack.store import find_store, inspect, open_store
from nbtrack.store.migrations import MIGRATIONS

LOGS = """
    import os, sys, time
    from nbtrack.store import open_store, pack_point
    store = open_store(sys.argv[1])
    writer = store.create_run(experiment="e")
    print(writer.id, flush=True)
    log = open(sys.argv[2], "w", buffering=1)
    step = 0
    while True:
        for _ in range(50):
            now = time.time()
            writer.series("loss").append(pack_point(step, now, float(step)))
            step += 1
        log.write(f"{step} {now}\\n")
        time.sleep(0.005)
"""


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
@pytest.mark.parametrize("seconds", [0.4, 1.37])
def test_kill_9_loses_no_point_older_than_a_second(tmp_path, python, run_python, seconds, eventually):
    folder, log = tmp_path / ".nbtrack", tmp_path / "log"
    process = python(LOGS, folder, log)
    run_id = process.stdout.readline().strip()
    eventually(lambda: log.exists() and log.read_text())
    time.sleep(seconds)
    killed = time.time()
    process.send_signal(signal.SIGKILL)
    process.wait()

    # What the process said of itself, up to its last whole line.
    said = [line.split() for line in log.read_text().split("\n")[:-1]]
    logged = max((int(step) for step, when in said if float(when) < killed - 1), default=0)
    # Another process takes the next look, and knows.
    out, _ = run_python(
        """
        import sys
        from nbtrack.query import Query
        from nbtrack.store import open_store, pack_point
        store = open_store(sys.argv[1])
        run = store.find_runs(Query())[0]
        history = store.history(run.key, "loss")
        print(run.id, run.status, run.end_time, len(history.steps))
        assert history.steps == list(range(len(history.steps)))
        assert history.values == [float(step) for step in history.steps]
        assert store.metrics(run.key)["loss"].count == len(history.steps)
        assert not store.check().problems
        """,
        folder,
    )
    found, status, end_time, kept = out.split()
    assert (found, status) == (run_id, "CRASHED")
    assert killed - 2 < float(end_time) < killed + 0.1
    assert int(kept) >= logged
    with sqlite3.connect(folder / "nbtrack.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_process_that_just_ends_leaves_all_it_logged(tmp_path, run_python):
    run_python(
        """
        import sys
        from nbtrack.store import open_store, pack_point
        writer = open_store(sys.argv[1]).create_run(experiment="e", name="left")
        for step in range(1000):
            writer.log_metric("loss", 0.5, step)
        """,
        tmp_path / ".nbtrack",
    )
    store = open_store(tmp_path / ".nbtrack")
    run = store.run("left")
    assert (run.status, store.metrics(run.key)["loss"].count) == ("CRASHED", 1000)
    assert sorted(file.name for file in store.path.iterdir() if file.suffix != ".db-shm") >= [".gitignore"]
    store.close()


@pytest.fixture
def small_disk(tmp_path):
    """Return a folder on a file system of one megabyte of its own."""
    folder = tmp_path / "small"
    folder.mkdir()
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("only root mounts file systems; the limit on a file's size is tested instead")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], check=False)
    if mounted.returncode:
        pytest.skip("this place lets nobody mount file systems; the limit on a file's size is tested instead")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


FILLS = """
    import array, os, sys, time, warnings
    from nbtrack.points import Points
    limit = int(sys.argv[2])
    if limit:
        import resource, signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    warnings.simplefilter("always")
    from nbtrack.errors import StoreError
    from nbtrack.query import Query
    from nbtrack.store import open_store, pack_point
    store = open_store(sys.argv[1])
    kept = store.create_run(experiment="e", name="before")
    kept.log_metric("loss", 1.0, 0)
    kept.finish()
    writer = store.create_run(experiment="e", name="big")
    writer.log_metric("loss", 1.0, 0)
    store.flush()
    column = array.array("d", [time.time()]) * 100_000
    writer.series("loss").extend(Points(array.array("q", [i * i for i in range(100_000)]), column, column))
    for number in range(25):
        time.sleep(0.1)          # the cell goes on
        assert store.run("before").status == "FINISHED"
    print("the cell went on")
    try:
        writer.finish()
    except StoreError as error:
        print("ERROR", error)
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    else:
        os.remove(sys.argv[3])
    store.flush()
    run = store.run("big")
    print(run.status, store.metrics(run.key)["loss"].count, len(store.history(run.key, "loss").steps))
    print(store.check().problems)
"""


def check_filled(out, err):
    lines = out.splitlines()
    assert lines[0] == "the cell went on"
    assert lines[1].startswith("ERROR the store ")
    assert "free some space" in lines[1]
    # Once there is room again, everything that was held arrives.
    assert lines[2:] == ["FINISHED 100001 100001", "[]"]
    assert err.count("free some space") == 1, "told once"
    assert "Traceback" not in err


def test_a_full_disk_is_told_once_and_nothing_is_lost_when_there_is_room_again(small_disk, run_python):
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 400_000)
    # The file system grows when the process removes what fills it.
    subprocess.run(["mount", "-o", "remount,size=6m", small_disk], check=True)
    ballast.write_bytes(b"x" * 5_500_000)
    out, err = run_python(FILLS, small_disk / ".nbtrack", 0, ballast)
    check_filled(out, err)


def test_a_full_disk_is_found_by_doctor_and_told_by_what_reads(small_disk, python):
    folder = small_disk / ".nbtrack"
    store = open_store(folder)
    finished_run(store)
    store.close()
    with (small_disk / "ballast").open("wb", buffering=0) as ballast, suppress(OSError):
        while True:
            ballast.write(b"x" * 10_000)
    [problem] = inspect(folder).problems
    assert (problem.what, "free some space" in problem.advice) == ("its disk is full", True)
    process = python(
        """
        import sys
        from nbtrack.cli import main
        sys.argv = ["nbtrack", "runs", "--store", sys.argv[1]]
        main()
        """,
        folder,
    )
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0 or "free some space" in err
    assert "Traceback" not in err


@pytest.mark.skipif(os.name == "nt", reason="needs limits")
def test_a_file_that_may_not_grow_is_told_once_and_nothing_is_lost_when_it_may_again(tmp_path, run_python):
    out, err = run_python(FILLS, tmp_path / ".nbtrack", 1_000_000)
    check_filled(out, err)


def test_what_cannot_be_held_is_let_go_and_counted(tmp_path, run_python):
    """A store that stays full does not fill the memory instead."""
    if os.name == "nt":
        pytest.skip("needs limits")
    _, err = run_python(
        """
        import resource, signal, sys, time, warnings
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        warnings.simplefilter("always")
        from array import array
        from nbtrack.points import Points
        from nbtrack.store import open_store, pack_point
        store = open_store(sys.argv[1])
        writer = store.create_run(experiment="e", name="big")
        store.flush()
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, resource.RLIM_INFINITY))
        for _ in range(2):
            column = array("d", [0.0]) * 3_000_000
            loss = writer.series("loss")
            loss.extend(Points(array("q", range(3_000_000)), column, column))
            while loss.size():
                time.sleep(0.1)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        writer.log_metric("after", 1.0, 0)
        writer.finish()
        run = store.run("big")
        print(sorted(store.metrics(run.key)))
        """,
        tmp_path / ".nbtrack",
    )
    assert "3,000,000 points had to be let go" in err
    assert "6,000,000 points are lost" in err


@pytest.fixture
def read_only_folder(tmp_path):
    """Return a function that makes a folder read-only, for root too."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:

        def protect(folder):
            for entry in (folder, *folder.rglob("*")):
                entry.chmod(0o555 if entry.is_dir() else 0o444)

        yield protect
        for entry in (tmp_path, *tmp_path.rglob("*")):
            entry.chmod(0o755 if entry.is_dir() else 0o644)
        return
    mounted = []

    def protect(folder):
        for command in (["mount", "--bind", folder, folder], ["mount", "-o", "remount,bind,ro", folder]):
            if subprocess.run(command, check=False).returncode:
                pytest.skip("root may write everywhere here, and mount nothing")
        mounted.append(folder)

    yield protect
    for folder in mounted:
        subprocess.run(["umount", "-l", folder], check=True)


def finished_run(store, name="r"):
    writer = store.create_run(experiment="e", name=name)
    writer.log_metric("loss", 0.5, 0)
    writer.finish()
    return writer.id


def check_only_read(folder, find):
    store = open_store(folder)
    assert store.read_only
    (run,) = find(store)
    assert find(store, "metrics.loss >= 0") == [run]
    assert store.metrics(run.key)["loss"].count >= 1
    for write in (
        lambda: store.create_run(experiment="e"),
        lambda: store.delete_runs([run.id]),
        lambda: store.edit_run(run.id),
        store.gc,
        lambda: store.create_experiment("x"),
    ):
        with pytest.raises(StoreError, match="may only be read"):
            write()
    store.close()


def test_a_read_only_folder_is_read(tmp_path, read_only_folder, find):
    store = open_store(tmp_path / "shared" / ".nbtrack")
    finished_run(store)
    store.close()
    read_only_folder(tmp_path / "shared")
    check_only_read(tmp_path / "shared" / ".nbtrack", find)


def test_a_read_only_folder_is_read_with_the_log_of_a_killed_process(
    tmp_path, read_only_folder, python, find
):
    folder = tmp_path / "shared" / ".nbtrack"
    folder.parent.mkdir()
    process = python(LOGS, folder, tmp_path / "log")
    process.stdout.readline()
    time.sleep(1)
    process.kill()
    process.wait()
    assert (folder / "nbtrack.db-wal").stat().st_size > 0
    (folder / "nbtrack.db-shm").unlink()  # as when the folder came from another machine
    read_only_folder(folder.parent)
    check_only_read(folder, find)


def test_a_store_cannot_be_made_in_a_read_only_folder(tmp_path, read_only_folder):
    (tmp_path / "shared").mkdir()
    read_only_folder(tmp_path / "shared")
    with pytest.raises(StoreError, match=r"cannot be made.*NBTRACK_STORE"):
        open_store(tmp_path / "shared" / ".nbtrack")


def test_a_reader_that_changes_nothing_follows_a_writer(store, find):
    reader = open_store(store.path, read_only=True)
    for number in range(3):
        finished_run(store)
        assert len(find(reader)) == number + 1
    with pytest.raises(StoreError, match="may only be read"):
        reader.create_run(experiment="e")
    reader.close()


def test_no_store_is_made_to_be_read(tmp_path):
    with pytest.raises(StoreError, match="there is no store"):
        open_store(tmp_path / ".nbtrack", read_only=True)
    assert not (tmp_path / ".nbtrack").exists()


def test_a_folder_moved_while_closed_holds_everything(tmp_path, find, monkeypatch):
    store = open_store(tmp_path / "before" / ".nbtrack")
    run_id = finished_run(store)
    artifact = store.artifact_folder(run_id) / "plot.txt"
    artifact.parent.mkdir(parents=True)
    artifact.write_text("hello")
    store.close()
    assert {file.name for file in store.path.iterdir()} == {"nbtrack.db", "artifacts", ".gitignore"}
    (tmp_path / "elsewhere").mkdir()
    shutil.move(tmp_path / "before", tmp_path / "elsewhere" / "after")

    monkeypatch.delenv("NBTRACK_STORE", raising=False)
    (tmp_path / "elsewhere" / "after" / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "elsewhere" / "after" / "deep" / "er")
    moved = open_store(find_store())
    (run,) = find(moved)
    assert moved.history(run.key, "loss").values == [0.5]
    assert (moved.artifact_folder(run.id) / "plot.txt").read_text() == "hello"
    assert str(tmp_path) not in (moved.path / "nbtrack.db").read_bytes().decode("latin-1")
    moved.close()


def test_a_backup_taken_while_others_write_is_whole(tmp_path, python, find, eventually):
    folder = tmp_path / ".nbtrack"
    process = python(LOGS, folder, tmp_path / "log")
    run_id = process.stdout.readline().strip()
    eventually(lambda: folder.joinpath("nbtrack.db").exists())
    store = open_store(folder)
    eventually(lambda: store.names("metrics"))
    store.artifact_folder(run_id).mkdir(parents=True)
    (store.artifact_folder(run_id) / "a.txt").write_text("a")
    for number in range(3):
        time.sleep(0.3)
        store.backup(tmp_path / f"copy{number}")
    assert process.poll() is None
    process.kill()
    process.wait()
    counts = []
    for number in range(3):
        copy = open_store(tmp_path / f"copy{number}")
        assert copy.check().problems == []
        (run,) = find(copy)
        history = copy.history(run.key, "loss")
        assert history.steps == list(range(len(history.steps)))
        assert copy.metrics(run.key)["loss"].count == len(history.steps)
        assert (copy.artifact_folder(run_id) / "a.txt").read_text() == "a"
        counts.append(len(history.steps))
        copy.close()
    assert 0 < counts[0] < counts[1] < counts[2]
    with pytest.raises(StoreError, match="exists already"):
        store.backup(tmp_path / "copy0")
    with pytest.raises(StoreError, match="inside the store"):
        store.backup(store.path / "copy")
    store.close()


def test_what_is_no_database_is_told(tmp_path):
    folder = tmp_path / ".nbtrack"
    folder.mkdir()
    (folder / "nbtrack.db").write_text("this is no database, however long it may be" * 100)
    with pytest.raises(StoreError, match="no database"):
        open_store(folder)


def test_damage_is_found(tmp_path):
    store = open_store(tmp_path / ".nbtrack")
    for _ in range(50):
        finished_run(store)
    assert store.check().problems == []
    store.close()
    database = tmp_path / ".nbtrack" / "nbtrack.db"
    content = bytearray(database.read_bytes())
    content[-6000:-4096] = b"\xff" * 1904
    database.write_bytes(content)
    store = open_store(tmp_path / ".nbtrack")
    assert store.check().problems
    store.close()


def test_health(store):
    finished_run(store)
    store.artifact_folder("x").mkdir(parents=True)
    (store.artifact_folder("x") / "a").write_bytes(b"12345")
    health = store.check()
    assert (health.problems, health.runs, health.artifact_bytes) == ([], {"FINISHED": 1}, 5)
    assert (health.version, health.journal_mode, health.read_only) == (len(MIGRATIONS), "wal", False)
    assert health.database_bytes >= 4096
    assert health.sqlite_version == sqlite3.sqlite_version


SAVES = """
    import os, sys
    import nbtrack, numpy, torch
    from nbtrack.errors import StoreError
    nbtrack.set_store(sys.argv[1])
    class Model:
        def __init__(self):
            self.weights = numpy.random.default_rng(0).random(200_000)
        def predict(self, data):
            return data
    with nbtrack.start_run() as run:
        nbtrack.log_metric("loss", 0.5)
        for model in (Model(), torch.nn.Linear(1000, 400)):
            try:
                nbtrack.log_model(model, "model")
            except StoreError as error:
                print("ERROR", error)
        try:
            nbtrack.save_model(Model(), sys.argv[2])
        except StoreError as error:
            print("ERROR", error)
        try:
            nbtrack.log_text("x" * 2_000_000, "long.txt")
        except StoreError as error:
            print("ERROR", error)
    run = nbtrack.runs()[0]
    print(run.status, run.metrics, list(run.models), list(run.artifacts))
"""


def test_what_a_full_disk_has_no_room_for_is_told_and_leaves_nothing(small_disk, run_python):
    folder = small_disk / ".nbtrack"
    out, err = run_python(SAVES, folder, small_disk / "own")
    *faults, last = out.splitlines()
    assert len(faults) == 4, out + err
    assert all(line.startswith("ERROR ") for line in faults)
    assert all("free some space" in line or "No space left" in line for line in faults)
    assert last == "FINISHED {'loss': 0.5} [] []"
    left = [
        file for file in small_disk.rglob("*") if file.is_file() and ".nbtrack/nbtrack.db" not in str(file)
    ]
    assert [file.name for file in left] == [".gitignore"]
