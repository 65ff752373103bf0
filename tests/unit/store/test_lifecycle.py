"""Runs and experiments are deleted softly, restored, and cleared away."""

import subprocess
import sys
import time

import pytest

from nbtrack.errors import InvalidValueError, NotFoundError, RunStateError
from nbtrack.store import pack_point


def make(store, name, experiment="e", parent=None, points=0):
    writer = store.create_run(experiment=experiment, name=name, parent=parent)
    writer.log_param("alpha", 1)
    writer.set_document("source", {"cell": name * 1000})
    for step in range(points):
        writer.series("loss").append(pack_point(step, time.time(), step / 7))
    writer.artifact_folder.mkdir(parents=True)
    (writer.artifact_folder / "model.bin").write_bytes(b"x" * 10_000)
    writer.finish()
    return writer.id


def names(runs):
    return {run.name for run in runs}


def test_deleting_hides_and_restoring_brings_back(store, find):
    first, second = make(store, "first"), make(store, "second")
    store.delete_runs([first])
    assert names(find(store)) == {"second"}
    assert names(find(store, deleted=True)) == {"first"}
    assert store.run(first).deleted is not None
    store.restore_runs([first])
    assert names(find(store)) == {"first", "second"}
    assert store.run(first).deleted is None
    with pytest.raises(NotFoundError, match="no run 'nothing'"):
        store.delete_runs([second, "nothing"])
    assert names(find(store)) == {"first", "second"}
    with pytest.raises(NotFoundError):
        store.restore_runs(["nothing"])


def test_children_go_and_come_with_their_parent(store, find):
    parent = make(store, "parent")
    child = make(store, "child", parent=parent)
    make(store, "grandchild", parent=child)
    other = make(store, "other", parent=parent)
    assert names(store.children(parent)) == {"child", "other"}
    store.delete_runs([other])
    store.delete_runs([parent])
    assert find(store) == []
    store.restore_runs([parent])
    # What was deleted on its own before stays so.
    assert names(find(store)) == {"parent", "child", "grandchild"}
    assert names(store.children(parent)) == {"child"}


def test_gc_removes_what_was_deleted_and_gives_its_room_back(store, find):
    kept, gone = make(store, "kept", points=100), make(store, "gone", points=200_000)
    running = store.create_run(experiment="e", name="running")
    store.flush()
    store.delete_runs([gone, running.id])
    assert store.gc(older_than=3600).runs == 0
    report = store.gc()
    assert (report.runs, report.experiments) == (1, 0)
    assert report.bytes > 200_000 * 16
    assert store.check().database_bytes < 400_000
    assert not store.artifact_folder(gone).exists()
    assert store.artifact_folder(kept).exists()
    with pytest.raises(NotFoundError):
        store.run(gone)
    assert store.document(store.run(kept).key, "source") == {"cell": "kept" * 1000}
    # A run that still logs is left alone.
    assert names(find(store, deleted=True)) == {"running"}
    running.log_metric("loss", 1.0, 0)
    running.finish()
    assert store.metrics(store.run(running.id).key)["loss"].count == 1
    assert store.check().problems == []


def test_documents_that_another_run_shares_stay(store):
    ids = []
    for _ in range(2):
        writer = store.create_run(experiment="e")
        writer.set_document("environment", {"python": "3.11"})
        writer.finish()
        ids.append(writer.id)
    store.delete_runs(ids[:1])
    store.gc()
    assert store.document(store.run(ids[1]).key, "environment") == {"python": "3.11"}


def test_experiments(store, find):
    created = store.create_experiment("wine")
    assert (created.name, created.runs, created.deleted) == ("wine", 0, None)
    with pytest.raises(InvalidValueError, match="exists already"):
        store.create_experiment("wine")
    assert store.create_experiment("wine", exist_ok=True) == created
    make(store, "a", experiment="wine")
    make(store, "b", experiment="beer")
    assert [(e.name, e.runs) for e in store.experiments()] == [("beer", 1), ("wine", 1)]

    store.rename_experiment("wine", "red wine")
    assert store.run("a").experiment == "red wine"
    assert names(find(store, experiments=["red wine"])) == {"a"}
    with pytest.raises(InvalidValueError, match="exists already"):
        store.rename_experiment("beer", "red wine")
    with pytest.raises(NotFoundError, match="did you mean 'beer'"):
        find(store, experiments=["beeer"])
    with pytest.raises(NotFoundError):
        store.rename_experiment("nothing", "something")


def test_a_deleted_experiment_hides_its_runs_until_it_is_restored_or_cleared_away(store, find):
    run_id = make(store, "a", experiment="wine")
    make(store, "b", experiment="beer")
    store.delete_experiment("wine")
    assert names(find(store)) == {"b"}
    assert [e.name for e in store.experiments()] == ["beer"]
    assert [e.name for e in store.experiments(deleted=True)] == ["wine"]
    with pytest.raises(RunStateError, match="'wine' is deleted; restore it"):
        store.create_run(experiment="wine")
    with pytest.raises(InvalidValueError, match="restore it"):
        store.create_experiment("wine")
    store.restore_experiment("wine")
    assert names(find(store)) == {"a", "b"}
    store.delete_experiment("wine")
    report = store.gc()
    assert (report.runs, report.experiments) == (1, 1)
    assert not store.artifact_folder(run_id).exists()
    assert store.create_experiment("wine").runs == 0


def test_files_are_closed_while_other_threads_go_on(tmp_path):
    """SQLite was closed while a thread was inside it, which is an error, or the end of the process."""
    code = f"""
import threading, nbtrack
store = nbtrack.set_store({str(tmp_path / ".nbtrack")!r})
with nbtrack.start_run() as run:
    nbtrack.log_metric("loss", 1.0)
over, failed = threading.Event(), []
def go_on():
    while not over.is_set():
        try:
            store.edit_run(run.id).set_tag("a", "b")
            store.flush()
            nbtrack.get_run(run.id).metrics
        except Exception as error:
            failed.append(error)
threads = [threading.Thread(target=go_on) for _ in range(3)]
for thread in threads:
    thread.start()
for _ in range(200):
    store.release()
over.set()
for thread in threads:
    thread.join()
print(failed[:1])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr
