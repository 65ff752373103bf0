"""Nothing is left of a server: no process of the model's own, no file, whoever was killed."""

import contextlib
import os
import signal
import subprocess
import sys

import pandas as pd
import psutil
import pytest

import nbtrack
from nbtrack.models import save
from nbtrack.serving.running import records_folder
from tests.serving.http import connected, do, ended, request, served
from tests.waiting import HANGS, eventually

pytestmark = pytest.mark.skipif(os.name == "nt", reason="groups of processes are POSIX's")


@pytest.fixture(scope="module")
def parent_folder(tmp_path_factory):
    """Return the folder of a model that starts a process of its own, and writes its number where it is told to."""

    def parent(frame):
        import ctypes
        import os
        import re
        import subprocess
        import time
        from pathlib import Path

        what, _, place = frame["what"].iloc[0].partition(" at ")
        if place:
            process = subprocess.Popen(["sleep", "300.25"])
            part = Path(place).with_suffix(".part")
            part.write_text(str(process.pid))
            part.rename(place)
        if what == "hang":
            time.sleep(600)
        elif what == "hang in C":
            ctypes.PyDLL(None).sleep(600)
        elif what == "hold":
            re.match(r"(a+)+$", "a" * 60 + "b")  # for years, and nothing of Python's runs meanwhile
        elif what == "exit":
            os._exit(3)
        elif what == "print":
            for _ in range(300):
                print("x" * 100_000)
        return [what]

    folder = tmp_path_factory.mktemp("models") / "parent"
    save(parent, folder, input_example=pd.DataFrame({"what": ["nothing"]}))
    return folder


@pytest.fixture(scope="module")
def hasty(parent_folder, tmp_path_factory):
    """Return a server whose model is said to hang after some seconds."""
    with served(
        parent_folder, "--trust", "--timeout", "3", folder=tmp_path_factory.mktemp("serving")
    ) as server:
        yield server


def below(pid):
    return psutil.Process(pid).children(recursive=True)


def gone(processes):
    return not psutil.wait_procs(processes, timeout=HANGS)[1]


def started_by_the_model(place):
    """Return the number of the process that the model starts, when it has."""
    eventually(place.exists)
    return int(place.read_text())


@pytest.mark.parametrize(("what", "status"), [("hang", 504), ("hang in C", 504), ("exit", 500)])
def test_what_the_model_has_started_ends_with_its_process(hasty, tmp_path, what, status):
    # To start its process anew takes longer than it has patience for, on a busy machine.
    eventually(lambda: hasty.post(do("nothing")).status == 200)
    place = tmp_path / "number"
    assert hasty.post(do(f"{what} at {place}")).status == status
    eventually(lambda: not psutil.pid_exists(started_by_the_model(place)))
    eventually(lambda: hasty.post(do("nothing")).status == 200)


def test_what_the_model_has_started_ends_with_a_server_that_is_stopped(parent_folder, tmp_path):
    place = tmp_path / "number"
    with served(parent_folder, "--trust", folder=tmp_path) as server:
        assert server.post(do(f"start at {place}")).status == 200
        found = below(server.process.pid)
        assert started_by_the_model(place) in [process.pid for process in found]
        server.stop()
        assert gone(found)


@pytest.mark.parametrize("what", ["start", "hang"])
def test_what_the_model_has_started_ends_with_a_server_that_is_killed(parent_folder, tmp_path, what):
    place = tmp_path / "number"
    with (
        served(parent_folder, "--trust", folder=tmp_path) as server,
        connected(server, request(f"{what} at {place}")) as asking,
    ):
        number = started_by_the_model(place)
        if what == "start":
            assert asking.recv(1000).startswith(b"HTTP/1.1 200 ")
        found = below(server.process.pid)
        assert len(found) == 2
        assert number in [process.pid for process in found]
        os.kill(server.process.pid, signal.SIGKILL)
        assert gone(found)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of the end of a parent")
def test_a_model_that_hangs_in_native_code_ends_with_a_server_that_is_killed(parent_folder, tmp_path):
    place = tmp_path / "number"
    with (
        served(parent_folder, "--trust", folder=tmp_path) as server,
        connected(server, request(f"hold at {place}")),
    ):
        own = psutil.Process(started_by_the_model(place))
        workers = [one for one in below(server.process.pid) if one != own]
        assert len(workers) == 1
        os.kill(server.process.pid, signal.SIGKILL)
        try:
            assert gone(workers)
        finally:
            with contextlib.suppress(psutil.NoSuchProcess):
                own.kill()


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
    ended(process)
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
    eventually(lambda: not set(records_folder().iterdir()) - before)
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
    (server,) = [one for one in nbtrack.servers() if one.uri == str(wine_folder)]
    assert server.status == "ready"
    server.stop()
    del server

    def is_forgotten():
        gc.collect()
        return not [one for one in _own if one.uri == str(wine_folder)]

    eventually(is_forgotten)


def test_a_model_that_prints_for_ever_fills_no_disk(parent_folder):
    server = nbtrack.serve(parent_folder, trust=True).wait()
    try:
        for _ in range(2):
            server.predict(pd.DataFrame({"what": ["print"]}))
            eventually(lambda: server._log.stat().st_size < 10_000_000)
        # A log that is too long begins anew: for a moment there is nothing in it.
        eventually(lambda: "begins anew" in server.tail(2000) or "x" in server.tail())
        assert server.status == "ready"
    finally:
        server.stop()
