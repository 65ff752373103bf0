"""What clients do on a connection besides asking: slowly, endlessly, out of turn, or not to the end."""

import contextlib
import json
import selectors
import signal
import socket
import subprocess
import sys
import time

import psutil
import pytest

from nbtrack.serving.settings import Settings
from tests.serving.http import PING, POST, connected, do, ended, request, served
from tests.serving.server_process import started
from tests.waiting import HANGS, eventually


@pytest.fixture(scope="module")
def server(naughty_folder, tmp_path_factory):
    """Return a server that waits for a client longer than a test does, and takes a megabyte at most."""
    yield from serving(naughty_folder, tmp_path_factory, receive_timeout=10 * HANGS)


@pytest.fixture(scope="module")
def hasty(naughty_folder, tmp_path_factory):
    """Return a server that has a receive timeout of two seconds, for what does not arrive within them."""
    yield from serving(naughty_folder, tmp_path_factory, receive_timeout=2.0)


def serving(naughty_folder, tmp_path_factory, receive_timeout):
    settings = Settings(
        str(naughty_folder), "naughty", "1", "naughty", trust=True, port=0, receive_timeout=receive_timeout,
        max_body=1_000_000,
    )  # fmt: skip
    with started(settings, tmp_path_factory.mktemp("serving")) as server:
        yield server


def answers(connection):
    """Return the statuses of all answers until the server closes the connection."""
    said = b""
    with contextlib.suppress(ConnectionError):
        while data := connection.recv(65536):
            said += data
    return [int(part.split()[0]) for part in said.split(b"HTTP/1.1 ")[1:]]


def is_closed_after(connection, data, pause):
    """Send something again and again until the server closes the connection; return whether it does."""
    deadline = time.monotonic() + HANGS
    with contextlib.suppress(ConnectionError):
        while time.monotonic() < deadline:
            connection.sendall(data)
            time.sleep(pause)
        return False
    return True


def test_the_second_request_of_a_packet_has_no_longer_than_the_first(hasty):
    with connected(hasty, PING + b"GET /ping HTTP/1.1\r\nX-") as connection:
        assert answers(connection) == [200, 408]


def test_the_headers_of_the_second_request_of_a_packet_are_counted(server):
    with connected(server, PING + b"GET /ping HTTP/1.1\r\nX: ") as connection:
        assert is_closed_after(connection, b"x" * 50_000, 0.01)
        assert answers(connection) in ([200, 431], [])  # a reset may take the answers with it
    with connected(server, PING + b"GET /ping HTTP/1.1\r\nX: ") as connection:
        # What comes with the beginning of a request is not counted: the rest is sent when that has been read.
        assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")
        for _ in range(3):
            connection.sendall(b"x" * 30_000)
        assert answers(connection) == [431]


def test_trailers_are_counted_and_are_no_headers(server):
    chunked = POST + b"Transfer-Encoding: chunked\r\n\r\n"
    with connected(server, chunked + b"1\r\n{\r\n0\r\n") as connection:
        # As above.
        eventually(lambda: server.in_progress == 1)
        for _ in range(5):
            connection.sendall((b"X: " + b"x" * 100 + b"\r\n") * 200)
        assert answers(connection) == [431]
    body = json.dumps(do("nothing")).encode()
    whole = chunked + b"%x\r\n" % len(body) + body + b"\r\n0\r\nHost: evil.example\r\nX: y\r\n\r\n"
    with connected(server, whole) as connection:
        assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("crumb", [b"\r\n", b"G", b"X"])
def test_crumbs_between_requests_hold_no_connection(hasty, crumb):
    with connected(hasty, PING) as connection:
        assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")
        assert is_closed_after(connection, crumb, 0.3)


def test_the_rest_of_a_body_that_nobody_waits_for_holds_no_connection(hasty):
    with connected(hasty, POST + b"Content-Length: 999999999\r\n\r\n") as connection:
        assert connection.recv(1000).startswith(b"HTTP/1.1 413 ")
        assert is_closed_after(connection, b"x", 0.3)


def test_garbage_after_a_slow_request_is_not_its_answer(server):
    with connected(server, request("sleep 0.3") + b"\x00nonsense\r\n\r\n") as connection:
        assert answers(connection) == [200, 400]
    chunks = POST + b"Transfer-Encoding: chunked\r\n\r\nnonsense\r\n"
    with connected(server, request("sleep 0.3") + chunks + PING) as connection:
        assert answers(connection) == [200, 400]


def test_a_body_of_crumbs_is_refused(hasty):
    began = time.monotonic()
    with connected(hasty, POST + b"Content-Length: 1000\r\n\r\n") as connection:
        assert is_closed_after(connection, b" ", 0.3)
        assert time.monotonic() - began > 1.5


def test_slow_clients_are_let_go_and_hold_up_nobody(hasty):
    head = b"POST /invocations HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-"
    with (
        connected(hasty) as idle,
        connected(hasty, head) as heads,
        connected(hasty, POST + b"Content-Length: 100\r\n\r\n{") as bodies,
    ):
        assert hasty.post(do("nothing")).predictions == ["did nothing"]
        assert idle.recv(1000) == b""
        for connection in (heads, bodies):
            assert connection.recv(1000).startswith(b"HTTP/1.1 408 ")
    assert hasty.post(do("nothing")).predictions == ["did nothing"]


def test_bodies_under_way_have_a_bound_together(server):
    """Twenty bodies that do not end, of which there is room for four."""
    process = psutil.Process(server.process.pid)
    before = process.memory_info().rss
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(connected(server)) for _ in range(20)]
        for connection in connections:
            connection.sendall(POST + b"Content-Length: 1000000\r\n\r\n")
            with contextlib.suppress(ConnectionError):
                connection.sendall(b" " * 900_000)
        # Who is refused is told at once; the others are waited for.
        told = stack.enter_context(selectors.DefaultSelector())
        for connection in connections:
            told.register(connection, selectors.EVENT_READ)
        eventually(lambda: len(told.select(0)) >= 16)
        assert process.memory_info().rss - before < 30_000_000
        assert server.ask(path="/ping").status == 200
        for connection in connections:
            # Those that there is room for are taken; they hold nothing but spaces.
            with contextlib.suppress(ConnectionError):
                connection.sendall(b" " * 100_000)
        said = [connection.recv(1000) for connection in connections]
        assert sorted({head.split()[1] for head in said}) == [b"400", b"503"]
        assert sum(head.startswith(b"HTTP/1.1 400 ") for head in said) <= 4
        assert all(b"retry-after: 1" in head for head in said if head.startswith(b"HTTP/1.1 503 "))
    assert server.post(do("nothing")).predictions == ["did nothing"]


def test_what_a_client_does_not_wait_for_is_not_predicted(naughty_folder, tmp_path, gate):
    with served(naughty_folder, "--trust", folder=tmp_path) as server:
        with contextlib.ExitStack() as stack:
            stack.enter_context(connected(server, request(gate.what)))
            gate.reached()
            for _ in range(5):
                stack.enter_context(connected(server, request("print")))
            eventually(lambda: server.in_progress == 6)
        # That all have gone is noticed while the first is still being predicted.
        gone = 'nbtrack_requests_total{path="/invocations",status="499"} 6.0'
        eventually(lambda: gone in server.ask(path="/metrics").body.decode())
        gate.open()
        assert server.post(do("nothing")).predictions == ["did nothing"]
        stats = server.ask(path="/stats").json
        assert (stats["requests"], stats["errors"], stats["in_progress"]) == (7, 0, 0)
        server.stop()
        assert "cheese on the log" not in server.log


def test_a_stalled_body_does_not_hold_up_a_stop_and_a_request_under_way_is_finished(
    naughty_folder, tmp_path, gate
):
    with (
        served(naughty_folder, "--trust", folder=tmp_path) as server,
        connected(server, request(gate.what)) as asking,
        connected(server, POST + b"Content-Length: 1000\r\n\r\n{") as stalled,
    ):
        gate.reached()
        eventually(lambda: server.in_progress == 2)
        server.process.send_signal(signal.SIGTERM)
        # It is let go while the other is still being predicted, and long before it is too late for it, with a 408.
        assert answers(stalled) in ([503], [])
        gate.open()
        assert answers(asking) == [200]
        assert ended(server.process) == 0


def test_more_connections_than_the_system_has_room_for(naughty_folder, tmp_path):
    """A process of the model is replaced though clients hold all connections there may be."""
    limited = f"import resource, os, sys; resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200)); os.execv({sys.executable!r}, [{sys.executable!r}, '-m', 'nbtrack.serving.server'])"
    settings = Settings(
        str(naughty_folder), "naughty", "1", "naughty", trust=True, port=0, receive_timeout=10 * HANGS
    )
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
            first = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=HANGS))
            others = [
                stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=HANGS))
                for _ in range(400)
            ]
            assert others[-1].recv(1000).startswith(b"HTTP/1.1 503 ")
            first.sendall(request("exit") + request("nothing").replace(b"Host", b"Connection: close\r\nHost"))
            assert answers(first) == [500, 200]
    finally:
        process.terminate()
        ended(process)
        process.stdin.close()
        process.stdout.close()
