"""A process is killed at any step of any operation that writes: what was there before or what was to be is there, whole."""

import os
import shutil

import pytest

import nbtrack
from nbtrack.store import open_store
from nbtrack.store.staging import STAGING

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")

# Children are forked from a process that has all it needs imported, and no store open. Each does one operation and kills
# itself at its n-th step: a call of SQLite or of the file system, in whichever thread.
KILLS = """
    import os, shutil, signal, sys, threading, traceback, warnings
    from pathlib import Path
    import cloudpickle, yaml
    import nbtrack, nbtrack.models
    from nbtrack.store import open_store

    warnings.simplefilter("ignore")
    root, most = Path(sys.argv[1]), int(sys.argv[2])
    STEPS = {"execute", "executemany", "rename", "replace", "mkdir", "unlink", "rmdir", "open", "write", "scandir", "link"}

    class Model:
        def __init__(self, value):
            self.value = value
        def predict(self, data):
            return [self.value] * len(data)

    def first(store):
        with nbtrack.start_run(run_name="first"):
            nbtrack.log_metric("loss", 0.5)
            nbtrack.log_model(Model(2), "model")

    def replace(store):
        with nbtrack.start_run(store.run("old").id):
            nbtrack.log_model(Model(2), "model")

    def replace_nested(store):
        with nbtrack.start_run(store.run("old").id):
            nbtrack.log_model(Model(2), "deep/er")

    def log(store):
        with nbtrack.start_run(run_name="logged"):
            nbtrack.log_params({"a": 1, "b": "x"})
            for step in range(50):
                nbtrack.log_metric("loss", step, step=step)
            nbtrack.log_text("text", "a.txt")
            nbtrack.log_artifacts(root / "files", "files")

    def register(store):
        nbtrack.register_model(f"runs:/{store.run('old').id}/model", "wine")
        store.models.set_alias("wine", "champion", 1)

    def delete_and_gc(store):
        store.delete_runs([store.run("gone").id])
        store.gc()

    def backup(store):
        store.backup(root / "backup")

    OPERATIONS = {f.__name__: f for f in (first, replace, replace_nested, log, register, delete_and_gc, backup)}

    def prepared(folder):
        nbtrack.set_store(folder)
        with nbtrack.start_run(run_name="old"):
            nbtrack.log_metric("loss", 1.0)
            nbtrack.log_model(Model(1), "model")
            nbtrack.log_model(Model(1), "deep/er")
        with nbtrack.start_run(run_name="gone"):
            nbtrack.log_metric("loss", 1.0)
            nbtrack.log_model(Model(1), "model")
        store = nbtrack.set_store(folder)
        store.close()

    def child(work):
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                work()
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(code)
        return os.waitpid(pid, 0)[1]

    def operate(name, folder, at):
        count = 0
        def step(frame, event, argument):
            nonlocal count
            if event == "c_call" and argument.__name__ in STEPS:
                count += 1
                if count == at:
                    os.kill(os.getpid(), signal.SIGKILL)
        store = nbtrack.set_store(folder)
        threading.setprofile(step)
        sys.setprofile(step)
        OPERATIONS[name](store)
        store.flush()
        sys.setprofile(None)
        (root / "count").write_text(str(count))

    def check(folder, name):
        store = nbtrack.set_store(folder)
        for run in nbtrack.runs():
            for record in store.models.of_run(run.id):
                value = nbtrack.load_model(f"runs:/{run.id}/{record.name}").predict([0])
                assert value in ([1], [2]), (run.name, record, value)
            summary = run.summary("loss") if "loss" in run.metrics else None
            assert summary is None or summary.count == len(run.history("loss")), (run.name, run.status, summary, run.history("loss"))
        assert nbtrack.load_model(store.run("old").id and f"runs:/{store.run('old').id}/model").predict([0])
        for version in [v for m in nbtrack.search_registered_models() for v in m.versions]:
            nbtrack.load_model(f"models:/wine/{version}")
        if (root / "backup").exists():
            assert open_store(root / "backup").check().problems == []
        # The next one that writes sweeps what was left, and finds all of it whole.
        with nbtrack.start_run(store.run("old").id):
            nbtrack.log_model(Model(3), "another")
        store.gc()
        for run in nbtrack.runs():
            names = {name.split("/")[0] for name in run.artifacts}
            models = {record.name.split("/")[0] for record in store.models.of_run(run.id)}
            assert names - models <= {"a.txt", "files", "model", "deep"}, names
            assert not [name for name in run.artifacts if "part" in name or name.split("/")[0].startswith(".")], names
        left = [p for own in (folder / "artifacts" / ".staged").glob("*") for p in own.iterdir()]
        assert not left, left
        runs = {run.id for run in nbtrack.runs()}
        assert {p.name for p in (folder / "artifacts").iterdir()} - {".staged"} <= runs
        assert store.check().problems == []

    (root / "files").mkdir()
    for number in range(3):
        (root / "files" / f"{number}.txt").write_text("x" * 1000)
    assert child(lambda: prepared(root / "prepared")) == 0
    killed = 0
    for name in OPERATIONS:
        at, total = 0, None
        while total is None or at < total:
            folder = root / "store"
            shutil.rmtree(folder, ignore_errors=True)
            shutil.rmtree(root / "backup", ignore_errors=True)
            shutil.rmtree(root / "backup.partial", ignore_errors=True)
            shutil.copytree(root / "prepared", folder)
            status = child(lambda: operate(name, folder, at))
            if total is None:
                assert status == 0, (name, status)
                total = int((root / "count").read_text())
                stride = max(1, -(-total // most))
                at = 1
            else:
                killed += os.WIFSIGNALED(status)
                at += stride
            assert child(lambda: check(folder, name)) == 0, (name, at, total)
        print(name, total, flush=True)
    print("kills", killed)
"""


@pytest.mark.parametrize("most", [6, pytest.param(60, marks=[pytest.mark.long, pytest.mark.timeout(3600)])])
def test_a_kill_at_any_step_leaves_all_that_was_kept_whole(tmp_path, python, most):
    process = python(KILLS, tmp_path, most)
    out, err = process.communicate(timeout=3000)
    assert process.returncode == 0, out + err
    assert int(out.split()[-1]) >= (200 if most > 6 else 20), out


READS = """
    import sys, time, traceback, warnings
    import nbtrack
    nbtrack.set_store(sys.argv[1])
    loads, failed = 0, 0
    print("ready", flush=True)
    last = -1
    while last < int(sys.argv[3]):
        loads += 1
        try:
            value = nbtrack.load_model(sys.argv[2]).predict([0])[0]
            assert value >= last, (value, last)
            last = value
        except Exception:
            failed += 1
            traceback.print_exc()
    print(loads, failed)
"""


def test_a_reader_beside_a_loop_that_replaces_its_model_loads_it_every_time(tmp_path, python):
    class Counted:
        def __init__(self, value):
            self.value = value

        def predict(self, data):
            return [self.value] * len(data)

    nbtrack.set_store(tmp_path / ".nbtrack")
    last = 600
    with nbtrack.start_run() as run:
        uri = nbtrack.log_model(Counted(0), "best").model_uri
        reader = python(READS, tmp_path / ".nbtrack", uri, last)
        assert reader.stdout.readline().strip() == "ready"
        for value in range(1, last + 1):
            nbtrack.log_model(Counted(value), "best")
    out, err = reader.communicate(timeout=120)
    loads, failed = map(int, out.split())
    assert failed == 0, err
    assert loads > 2
    assert {name.partition("/")[0] for name in run.artifacts} == {"best"}
    store = open_store(tmp_path / ".nbtrack")
    assert not [left for own in (store.path / "artifacts" / STAGING).glob("*") for left in own.iterdir()]
    shutil.rmtree(store.path / "artifacts" / STAGING)  # nothing in it is needed
    assert nbtrack.load_model(uri).predict([0]) == [last]
