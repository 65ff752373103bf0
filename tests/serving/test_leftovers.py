"""Nothing is left of a server: no process of the model's own, no file, whoever was killed."""

import contextlib
import os
import signal
import subprocess
import sys
import time

import pandas as pd
import psutil
import pytest

import nbtrack
from nbtrack.models import save
from nbtrack.serving.running import records_folder
from tests.serving.http import served

pytestmark = pytest.mark.skipif(os.name == "nt", reason="groups of processes are POSIX's")


def do(what):
    return {"dataframe_split": {"columns": ["what"], "data": [[what]]}}


@pytest.fixture(scope="module")
def parent_folder(tmp_path_factory):
    """Return the folder of a model that starts processes of its own."""

    def parent(frame):
        import ctypes
        import re
        import subprocess
        import time

        what = frame["what"].iloc[0]
        if what != "nothing":
            subprocess.Popen(["sleep", "300.25"])
        if what == "hang":
            time.sleep(600)
        elif what == "hang in C":
            ctypes.PyDLL(None).sleep(600)
        elif what == "hold":
            re.match(r"(a+)+$", "a" * 60 + "b")  # for years, and nothing of Python's runs meanwhile
        elif what == "exit":
            time.sleep(1)
            os._exit(3)
        elif what == "print":
            for _ in range(300):
                print("x" * 100_000)
        return [what]

    folder = tmp_path_factory.mktemp("models") / "parent"
    save(parent, folder, input_example=pd.DataFrame({"what": ["nothing"]}))
    return folder


def below(pid):
    return psutil.Process(pid).children(recursive=True)


def sleepers(processes):
    return [process for process in processes if process.name() == "sleep"]


def gone(processes, seconds=10):
    return not psutil.wait_procs(processes, timeout=seconds)[1]


def ask_and_leave(server, what):
    process = subprocess.Popen([
        sys.executable, "-c",
        f"import urllib.request as r, json; r.urlopen(r.Request('{server.url}/invocations', json.dumps({do(what)!r}).encode(), {{'Content-Type': 'application/json'}}))",
    ], stderr=subprocess.DEVNULL)  # fmt: skip
    deadline = time.monotonic() + 20
    while not (found := sleepers(below(server.process.pid))):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    time.sleep(0.3)
    return process, found


@pytest.mark.parametrize(("what", "status"), [("hang", 504), ("hang in C", 504), ("exit", 500)])
def test_what_the_model_has_started_ends_with_its_process(parent_folder, tmp_path, what, status):
    with served(parent_folder, "--trust", "--timeout", "1.5", folder=tmp_path) as server:
        client, found = ask_and_leave(server, what)
        client.wait(20)
        assert gone(found)
        assert server.post(do("nothing")).status == 200


def test_what_the_model_has_started_ends_with_a_server_that_is_stopped(parent_folder, tmp_path):
    with served(parent_folder, "--trust", folder=tmp_path) as server:
        server.post(do("start"))
        found = below(server.process.pid)
        assert sleepers(found)
        server.stop()
        assert gone(found, 3)


@pytest.mark.parametrize("what", ["start", "hang"])
def test_what_the_model_has_started_ends_with_a_server_that_is_killed(parent_folder, tmp_path, what):
    with served(parent_folder, "--trust", folder=tmp_path) as server:
        client, found = ask_and_leave(server, what)
        found = below(server.process.pid)
        assert len(found) == 2
        os.kill(server.process.pid, signal.SIGKILL)
        client.wait(20)
        assert gone(found)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of the end of a parent")
def test_a_model_that_hangs_in_native_code_ends_with_a_server_that_is_killed(parent_folder, tmp_path):
    with served(parent_folder, "--trust", folder=tmp_path) as server:
        client, found = ask_and_leave(server, "hold")
        workers = [one for one in below(server.process.pid) if one not in found]
        os.kill(server.process.pid, signal.SIGKILL)
        client.wait(20)
        try:
            assert gone(workers)
        finally:
            for process in found:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()


_KERNEL = """
import nbtrack, os, sys, time
server = nbtrack.serve({folder!r}, trust=True).wait()
child = os.fork()
if child == 0:
    time.sleep(600)
print(server.pid, child, flush=True)
time.sleep(600)
"""


def test_a_server_ends_with_a_kernel_that_has_forked(wine_folder):
    process = subprocess.Popen(
        [sys.executable, "-c", _KERNEL.format(folder=str(wine_folder))], stdout=subprocess.PIPE, text=True
    )
    pid, child = map(int, process.stdout.readline().split())
    found = [psutil.Process(pid), *below(pid)]
    process.kill()
    process.wait(10)
    try:
        assert gone(found)
        assert psutil.pid_exists(child)
    finally:
        os.kill(child, signal.SIGKILL)
        process.stdout.close()


def test_the_log_goes_with_its_server_and_stays_with_its_object(wine_folder):
    before = set(records_folder().iterdir())
    server = nbtrack.serve(wine_folder, trust=True).wait()
    assert len(set(records_folder().iterdir()) - before) == 2
    process = server._process
    server.stop()
    deadline = time.monotonic() + 5
    while set(records_folder().iterdir()) - before:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert "ready" in server.tail()
    assert process.stdout.closed
    assert process.stdin.closed


def test_old_logs_without_a_server_are_removed():
    old, new = records_folder() / "old.log", records_folder() / "new.log"
    for file in (old, new):
        file.write_text("x")
    os.utime(old, (1, 1))
    nbtrack.servers()
    assert not old.exists()
    assert new.exists()
    new.unlink()


def test_a_server_that_is_dropped_while_it_runs_goes_on_and_is_forgotten_when_it_ends(wine_folder):
    import gc

    from nbtrack.serving.start import _own

    nbtrack.serve(wine_folder, trust=True).wait()
    gc.collect()
    (server,) = nbtrack.servers()
    assert server.status == "ready"
    server.stop()
    del server
    for _ in range(50):
        gc.collect()
        if not [one for one in _own if one.status != "offered"]:
            break
        time.sleep(0.1)
    assert not [one for one in _own if one.uri == str(wine_folder)]


def test_a_model_that_prints_for_ever_fills_no_disk(parent_folder):
    server = nbtrack.serve(parent_folder, trust=True).wait()
    try:
        for _ in range(2):
            server.predict(pd.DataFrame({"what": ["print"]}))
            time.sleep(2.2)
            assert server._log.stat().st_size < 10_000_000
        assert "begins anew" in server.tail(2000) or "x" in server.tail()
        assert server.status == "ready"
    finally:
        server.stop()
