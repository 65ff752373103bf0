"""Servers that a notebook starts: watched, asked, stopped, and never left behind."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

import psutil
import pytest

import nbtrack
from nbtrack.errors import ModelError, NotFoundError, ServerError, TrustError
from nbtrack.serving.process import Server
from nbtrack.serving.running import read_records, records_folder
from tests.serving.gate import Gate
from tests.serving.http import ended, is_listening, served, together
from tests.waiting import HANGS, eventually


@pytest.fixture
def run(tmp_path, monkeypatch, wine, elastic_net):
    """Return a run that has saved the model of the wine data."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NBTRACK_STORE", raising=False)
    store = nbtrack.set_store(tmp_path / ".nbtrack")
    with nbtrack.start_run(run_name="fine wine") as run:
        nbtrack.log_model(elastic_net, input_example=wine.drop(columns="quality").head(2))
    yield nbtrack.get_run(run.id)
    store.close()


@pytest.fixture(autouse=True)
def _none_is_left():
    yield
    for server in nbtrack.servers():
        server.stop()


def family(server):
    process = psutil.Process(server.pid)
    return [process, *process.children(recursive=True)]


def gone(processes, seconds=HANGS):
    return not psutil.wait_procs(processes, timeout=seconds)[1]


def test_a_run_is_served_asked_listed_and_stopped(run, wine, elastic_net):
    server = nbtrack.serve(run)
    assert server.status in ("starting", "ready")
    server.wait()
    assert server.status == "ready"
    rows = wine.drop(columns="quality").head(3)
    expected = pytest.approx(elastic_net.predict(rows).tolist(), rel=1e-12)
    assert server.predict(rows) == expected
    assert server.predict(rows.to_numpy()) == expected
    assert server.predict(rows.to_dict(orient="list")) == expected
    with pytest.raises(ServerError, match="'pH'"):
        server.predict(rows.drop(columns="pH"))
    stats = server.stats()
    assert (stats.requests, stats.errors) == (4, 1)
    assert stats.p50 <= stats.p99
    (listed,) = nbtrack.servers()
    assert listed is server
    assert server.name == "fine wine"
    processes = family(server)
    server.stop()
    assert server.status == "stopped"
    assert gone(processes, 0)
    assert nbtrack.servers() == []
    with pytest.raises(ServerError, match="stopped"):
        server.predict(rows)
    server.stop()
    server.start()
    assert server.wait().predict(rows) == expected


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not here")
def test_the_curl_line_is_what_a_shell_takes(run, elastic_net, wine):
    server = nbtrack.serve(run).wait()
    done = subprocess.run(["sh", "-c", f"{server.curl} -sS"], capture_output=True, text=True, check=True)
    expected = elastic_net.predict(wine.drop(columns="quality").head(1))[0]
    assert done.stdout == f'{{"predictions":[{expected!r}]}}'.replace("np.float64(", "").replace(")", "")


def test_a_port_in_use_is_an_error_by_number_and_the_next_one_otherwise(run):
    first = nbtrack.serve(run).wait()
    second = nbtrack.serve(run).wait()
    assert first.port != second.port
    third = nbtrack.serve(run, first.port)
    with pytest.raises(ServerError, match=f"port {first.port}"):
        third.wait()
    assert third.status == "failed"
    assert str(first.port) in third.error
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert nbtrack.serve(run, port).wait().url == f"http://127.0.0.1:{port}"


def test_what_cannot_be_served_is_said_at_once(run, wine_folder):
    with pytest.raises(NotFoundError):
        nbtrack.serve("models:/nothing/1")
    with pytest.raises(ModelError):
        nbtrack.serve(wine_folder.parent)
    server = nbtrack.serve(wine_folder)
    with pytest.raises(ServerError, match="trust=True"):
        server.wait()
    assert server.status == "failed"
    assert nbtrack.serve(wine_folder, trust=True).wait().status == "ready"
    (nbtrack.get_run(run.id).store.artifact_folder(run.id) / "model" / "model.pkl").write_bytes(b"other")
    with pytest.raises(TrustError):
        nbtrack.serve(run)


def test_a_model_that_cannot_be_loaded_fails_with_its_log(tmp_path, wine_folder):
    folder = tmp_path / "broken"
    shutil.copytree(wine_folder, folder)
    (folder / "model.pkl").write_bytes(b"cos\nsystem\n")
    server = nbtrack.serve(folder, trust=True)
    with pytest.raises(ServerError, match="cannot be loaded"):
        server.wait()
    assert "cannot be loaded" in server.tail()


_CHILD = """
import nbtrack, signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where a shell has started pytest beside itself
server = nbtrack.serve({folder!r}, trust=True, detach={detach}).wait()
print(server.pid, flush=True)
{end}
"""


def child(folder, *, detach=False, end="time.sleep(600)"):
    """Return a process that serves, and the processes of its server."""
    process = subprocess.Popen(
        [sys.executable, "-c", _CHILD.format(folder=str(folder), detach=detach, end=end)],
        stdout=subprocess.PIPE,
        text=True,
    )
    server = psutil.Process(int(process.stdout.readline()))
    return process, [server, *server.children(recursive=True)]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_server_outlives_the_process_that_started_it(wine_folder, number):
    process, processes = child(wine_folder)
    assert len(processes) == 2
    os.kill(process.pid, number)
    ended(process)
    assert gone(processes)
    assert nbtrack.servers() == []
    process.stdout.close()


def test_a_server_ends_with_a_script_that_ends(wine_folder):
    process, processes = child(wine_folder, end="")
    ended(process)
    assert gone(processes)
    process.stdout.close()


def test_a_detached_server_goes_on_and_is_found_by_others(wine_folder, wine):
    process, processes = child(wine_folder, detach=True, end="")
    ended(process)
    process.stdout.close()
    time.sleep(0.5)
    (server,) = nbtrack.servers()
    assert server.pid == processes[0].pid
    assert len(server.predict(wine.drop(columns="quality").head(2))) == 2
    assert "ready" in server.tail()
    server.stop()
    assert gone(processes)


def test_servers_of_the_command_line_are_listed_too(wine_folder, tmp_path):
    with served(wine_folder, "--trust", folder=tmp_path) as server:
        (found,) = nbtrack.servers()
        assert (found.url, found.uri) == (server.url, str(wine_folder))
    assert nbtrack.servers() == []


def test_a_start_comes_to_an_end(run):
    """A bound against hanging, not a measurement: `make bench` measures."""
    assert nbtrack.serve(run).wait(HANGS).status == "ready"


def test_the_token_is_on_no_command_line(run, wine):
    server = nbtrack.serve(run, token="very-secret").wait()
    lines = [" ".join(process.cmdline()) for process in family(server)]
    assert len(lines) == 2
    assert not any("very-secret" in line for line in lines)
    assert len(server.predict(wine.drop(columns="quality").head(2))) == 2


def test_an_untrusted_model_has_nothing_installed(wine_folder, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    server = nbtrack.serve(wine_folder, env_manager="uv")
    with pytest.raises(ServerError, match="trust"):
        server.wait()
    assert not list(tmp_path.iterdir())


_OTHER = """
import nbtrack
for server in nbtrack.servers():
    print(server.name, server.status, server.wait(60).status, server.predict([[1.0] * 11])[0] > 0)
"""


def test_another_process_sees_a_server_that_is_being_started(wine_folder):
    server = nbtrack.serve(wine_folder, trust=True)
    eventually(lambda: server.url)
    done = subprocess.run([sys.executable, "-c", _OTHER], capture_output=True, text=True, check=True)
    assert done.stdout.split()[2:] == ["ready", "True"]
    server.wait()
    ((file, told),) = list(read_records())
    assert told["state"] == "ready"
    for state in ("starting", "ready"):
        file.write_text(json.dumps({**told, "state": state}))
        assert Server.found(told, file).status == state
    file.write_text(json.dumps({**told, "state": "starting"}))
    with pytest.raises(ServerError, match="not ready after"):
        Server.found(told, file).wait(0.5)


def test_a_number_that_another_process_has_now_is_not_signalled(wine_folder):
    with subprocess.Popen(["sleep", "100"]) as other:
        told = {
            "pid": other.pid, "started": psutil.Process(other.pid).create_time() - 100, "url": "http://127.0.0.1:1",
            "port": 1, "uri": "m", "name": "m", "path": str(wine_folder), "since": 1.0,
        }  # fmt: skip
        file = records_folder() / "other.json"
        file.write_text(json.dumps(told))
        found = Server.found(told, file)
        assert found.status == "stopped"
        found.stop()
        assert other.poll() is None
        assert nbtrack.servers() == []
        other.kill()


def test_a_server_whose_folder_has_gone_is_listed_asked_and_stopped(wine_folder, tmp_path):
    folder = tmp_path / "wine"
    shutil.copytree(wine_folder, folder)
    with served(folder, "--trust", folder=tmp_path) as server:
        shutil.rmtree(folder)
        (found,) = nbtrack.servers()
        assert found.url == server.url
        assert found.metadata.flavors == {}
        assert found.predict([[1.0] * 11])
        found.stop()
        assert ended(server.process) == 0


def test_a_model_that_cannot_be_loaded_again_is_said_by_its_server(naughty_folder, tmp_path):
    folder = tmp_path / "naughty"
    shutil.copytree(naughty_folder, folder)
    server = nbtrack.serve(folder, trust=True).wait()
    assert server.error is None
    server.predict({"what": ["nothing"]})  # what has answered is replaced without a pause
    folder.rename(tmp_path / "moved")
    with pytest.raises(ServerError, match="exit code 3"):
        server.predict({"what": ["exit"]})
    # Whoever waits for a process in vain is told that none was free.
    with pytest.raises(ServerError, match="cannot be loaded again"):
        server.predict({"what": ["nothing"]})
    eventually(lambda: server.error is not None)
    assert "cannot be loaded again" in server.error
    assert server.status == "ready"
    (tmp_path / "moved").rename(folder)
    eventually(lambda: server.error is None)
    assert server.predict({"what": ["nothing"]}) == ["did nothing"]
    server.stop()


def test_a_server_that_is_started_again_is_not_taken_for_the_one_that_ended(wine_folder, monkeypatch):
    over, again = threading.Event(), threading.Event()

    def keep(server, end_of_log):
        server.__dict__["kept"] = end_of_log
        if threading.current_thread().name == "nbtrack-server":
            over.set()
            again.wait(1)

    kept = property(lambda server: server.__dict__["kept"], keep)
    monkeypatch.setattr(Server, "_kept", kept, raising=False)
    server = nbtrack.serve(wine_folder, trust=True).wait()
    server.stop()
    # Who follows the first process has seen its end, and has not said so yet.
    assert over.wait(HANGS)
    server.start()
    again.set()
    assert server.wait().status == "ready"


def test_servers_are_stopped_at_once_and_a_stop_waits_for_predictions(naughty_folder, tmp_path):
    gates = [Gate(tmp_path, f"gate-{number}") for number in range(2)]
    servers = [nbtrack.serve(naughty_folder, trust=True) for _ in range(2)]
    for server in servers:
        server.wait()

    def work(n):
        if n < 2:
            return servers[n].predict({"what": [gates[n].what]})
        if n == 2:
            for gate in gates:
                gate.reached()
            return Server.stop_all(servers)
        try:
            # While both predict: one after another, the second would go on.
            eventually(lambda: not any(is_listening(server.port) for server in servers))
        finally:
            for gate in gates:
                gate.open()
        return None

    assert together(work, 4)[:2] == [[f"did {gate.what}"] for gate in gates]
    assert [server.status for server in servers] == ["stopped"] * 2


@pytest.mark.long
def test_a_stop_waits_for_a_long_prediction(naughty_folder):
    server = nbtrack.serve(naughty_folder, trust=True).wait()
    results = together(
        lambda n: server.predict({"what": ["sleep 12"]}) if n == 0 else (time.sleep(1), server.stop()), 2
    )
    assert results[0] == ["did sleep 12"]
