"""What clients do on a connection besides asking: slowly, endlessly, out of turn, or not to the end."""

import contextlib
import json
import socket
import subprocess
import sys
import time

import psutil
import pytest

from nbtrack.serving.server import Settings
from tests.serving.http import served, together
from tests.serving.server_process import started

PING = b"GET /ping HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
POST = b"POST /invocations HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"


def do(what):
    return {"dataframe_split": {"columns": ["what"], "data": [[what]]}}


def request(what):
    body = json.dumps(do(what)).encode()
    return POST + b"Content-Length: %d\r\n\r\n" % len(body) + body


@pytest.fixture(scope="module")
def server(naughty_folder, tmp_path_factory):
    """Return a server with two seconds of patience, and bodies of a megabyte at most."""
    settings = Settings(
        str(naughty_folder), "naughty", "1", "naughty", trust=True, port=0, patience=2.0, timeout=20,
        max_body=1_000_000,
    )  # fmt: skip
    with started(settings, tmp_path_factory.mktemp("serving")) as server:
        yield server


@contextlib.contextmanager
def connected(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=15) as connection:
        yield connection


def answers(connection):
    """Return the statuses of all answers until the server closes the connection."""
    said = b""
    with contextlib.suppress(ConnectionError):
        while data := connection.recv(65536):
            said += data
    return [int(part.split()[0]) for part in said.split(b"HTTP/1.1 ")[1:]]


def until_closed(connection, data, pause, seconds=12):
    """Send something again and again until the server has closed the connection; return how long that was."""
    began = time.monotonic()
    with contextlib.suppress(ConnectionError):
        while time.monotonic() - began < seconds:
            connection.sendall(data)
            time.sleep(pause)
    return time.monotonic() - began


def test_the_second_request_of_a_packet_has_no_longer_than_the_first(server):
    with connected(server) as connection:
        connection.sendall(PING + b"GET /ping HTTP/1.1\r\nX-")
        began = time.monotonic()
        assert answers(connection) == [200, 408]
        assert time.monotonic() - began < 6


def test_the_headers_of_the_second_request_of_a_packet_are_counted(server):
    with connected(server) as connection:
        connection.sendall(PING + b"GET /ping HTTP/1.1\r\nX: ")
        until_closed(connection, b"x" * 50_000, 0.01, 1.5)
        assert answers(connection) in ([200, 431], [])  # a reset may take the answers with it
    with connected(server) as connection:
        connection.sendall(PING + b"GET /ping HTTP/1.1\r\nX: ")
        for _ in range(3):
            time.sleep(0.05)
            connection.sendall(b"x" * 30_000)
        assert answers(connection) == [200, 431]


def test_trailers_are_counted_and_are_no_headers(server):
    chunked = POST + b"Transfer-Encoding: chunked\r\n\r\n"
    with connected(server) as connection:
        connection.sendall(chunked + b"1\r\n{\r\n0\r\n")
        for _ in range(5):
            time.sleep(0.05)
            connection.sendall((b"X: " + b"x" * 100 + b"\r\n") * 200)
        assert answers(connection) == [431]
    body = json.dumps(do("nothing")).encode()
    with connected(server) as connection:
        connection.sendall(
            chunked + b"%x\r\n" % len(body) + body + b"\r\n0\r\nHost: evil.example\r\nX: y\r\n\r\n"
        )
        assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("crumb", [b"\r\n", b"G", b"X"])
def test_crumbs_between_requests_hold_no_connection(server, crumb):
    with connected(server) as connection:
        connection.sendall(PING)
        assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")
        assert until_closed(connection, crumb, 0.3) < 8


def test_the_rest_of_a_body_that_nobody_waits_for_holds_no_connection(server):
    with connected(server) as connection:
        connection.sendall(POST + b"Content-Length: 999999999\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 413 ")
        assert until_closed(connection, b"x", 0.3) < 8


def test_garbage_after_a_slow_request_is_not_its_answer(server):
    with connected(server) as connection:
        connection.sendall(request("sleep 1") + b"\x00nonsense\r\n\r\n")
        assert answers(connection) == [200, 400]
    with connected(server) as connection:
        connection.sendall(
            request("sleep 1") + POST + b"Transfer-Encoding: chunked\r\n\r\nnonsense\r\n" + PING
        )
        assert answers(connection) == [200, 400]


def test_a_body_of_crumbs_is_refused(server):
    with connected(server) as connection:
        connection.sendall(POST + b"Content-Length: 1000\r\n\r\n")
        began = time.monotonic()
        assert until_closed(connection, b" ", 0.3) < 8
        assert time.monotonic() - began > 1.5


def test_bodies_under_way_have_a_bound_together(server):
    """Twenty bodies that never end, of which there is room for four."""
    process = psutil.Process(server.process.pid)
    before = process.memory_info().rss
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(connected(server)) for _ in range(20)]
        for connection in connections:
            connection.sendall(POST + b"Content-Length: 1000000\r\n\r\n")
            with contextlib.suppress(ConnectionError):
                connection.sendall(b" " * 900_000)
        time.sleep(0.5)
        assert process.memory_info().rss - before < 30_000_000
        assert server.ask(path="/ping").status == 200
        said = [connection.recv(1000) for connection in connections]
        assert sorted({head.split()[1] for head in said}) == [b"408", b"503"]
        assert sum(head.startswith(b"HTTP/1.1 408 ") for head in said) <= 4
        assert all(b"retry-after: 1" in head for head in said if head.startswith(b"HTTP/1.1 503 "))
    assert server.post(do("nothing")).predictions == ["did nothing"]


def test_what_a_client_does_not_wait_for_is_not_predicted(naughty_folder, tmp_path):
    with served(naughty_folder, "--trust", folder=tmp_path) as server:
        with contextlib.ExitStack() as stack:
            for what in ["sleep 1", *["print"] * 5]:
                connection = stack.enter_context(connected(server))
                connection.sendall(request(what))
                time.sleep(0.05)
            time.sleep(0.3)
        assert server.post(do("nothing")).predictions == ["did nothing"]
        stats = server.ask(path="/stats").json
        assert (stats["requests"], stats["errors"], stats["in_progress"]) == (7, 0, 0)
        metrics = server.ask(path="/metrics").body.decode()
        assert 'nbtrack_requests_total{path="/invocations",status="499"} 6.0' in metrics
        assert "cheese on the log" not in server.log


def test_a_stalled_body_does_not_hold_up_a_stop_and_a_request_under_way_is_finished(naughty_folder, tmp_path):
    with served(naughty_folder, "--trust", folder=tmp_path) as server, connected(server) as stalled:
        stalled.sendall(POST + b"Content-Length: 1000\r\n\r\n{")
        time.sleep(0.2)

        def work(n):
            if n == 0:
                return server.post(do("sleep 1.5"))
            time.sleep(0.5)
            began = time.monotonic()
            server.stop()
            return time.monotonic() - began

        answer, took = together(work, 2)
        assert answer.predictions == ["did sleep 1.5"]
        assert took < 6
        assert answers(stalled) in ([503], [])


def test_more_connections_than_the_system_has_room_for(naughty_folder, tmp_path):
    """A process of the model is replaced though clients hold all connections there may be."""
    limited = f"import resource, os, sys; resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200)); os.execv({sys.executable!r}, [{sys.executable!r}, '-m', 'nbtrack.serving.server'])"
    settings = Settings(str(naughty_folder), "naughty", "1", "naughty", trust=True, port=0)
    process = subprocess.Popen(
        [sys.executable, "-c", limited],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=tmp_path,
    )  # fmt: skip
    try:
        print(settings.to_json(), file=process.stdin, flush=True)
        port = json.loads(process.stdout.readline())["port"]
        while json.loads(process.stdout.readline())["event"] != "ready":
            pass
        with contextlib.ExitStack() as stack:
            first = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
            others = [
                stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
                for _ in range(400)
            ]
            assert others[-1].recv(1000).startswith(b"HTTP/1.1 503 ")
            first.sendall(request("exit") + request("nothing").replace(b"Host", b"Connection: close\r\nHost"))
            assert answers(first) == [500, 200]
    finally:
        process.terminate()
        process.wait(30)
        process.stdin.close()
        process.stdout.close()
