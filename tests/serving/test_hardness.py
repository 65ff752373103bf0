"""Whatever a client sends and whatever a model does, the service lives on."""

import http.client
import json
import os
import signal
import socket
import time

import psutil
import pytest

from tests.serving.http import served, together


def do(what):
    return {"dataframe_split": {"columns": ["what"], "data": [[what]]}}


@pytest.fixture(scope="module")
def naughty(naughty_folder, tmp_path_factory):
    options = ("--trust", "--timeout", "1.5", "--max-body", "10MB")
    with served(naughty_folder, *options, folder=tmp_path_factory.mktemp("serving")) as server:
        yield server


def lives_on(server):
    """Return whether the server answers, after it had time to replace a process."""
    answer = server.post(do("nothing"))
    return answer.predictions == ["did nothing"]


@pytest.mark.parametrize(
    ("what", "status", "says"),
    [
        ("raise", 500, "RuntimeError: out of cheese"),
        ("refuse", 400, "ValueError: that is no cheese"),
        ("object", 500, "object"),
        ("exit", 500, "exit code 3"),
        ("crash", 500, "SIGSEGV"),
        ("quit", 500, "SystemExit: 4"),
        ("hang", 504, "1.5 s"),
        ("hang in C", 504, "1.5 s"),
    ],
)
def test_what_a_model_does_to_itself_is_a_json_error(naughty, what, status, says):
    answer = naughty.post(do(what))
    assert answer.status == status
    assert says in answer.message
    assert lives_on(naughty)


def test_what_a_model_prints_goes_to_the_log_and_nan_is_null(naughty):
    assert naughty.post(do("print")).predictions == ["did print"]
    naughty.wait("cheese on the log")
    assert naughty.post(do("nan")).predictions == [None, None]


def test_the_restarts_are_counted(naughty):
    before = naughty.ask(path="/stats").json["restarts"]
    naughty.post(do("exit"))
    assert lives_on(naughty)
    assert naughty.ask(path="/stats").json["restarts"] == before + 1


def test_requests_that_wait_behind_a_hanging_one_are_answered(naughty):
    answers = together(lambda n: naughty.post(do("hang" if n == 0 else "nothing")), 6)
    statuses = sorted(answer.status for answer in answers)
    assert statuses.count(504) == 1
    assert set(statuses) <= {200, 503, 504}
    assert lives_on(naughty)


def test_a_large_body_is_refused_whole_or_in_pieces(naughty):
    answer = naughty.post(b" " * 10_000_001)
    assert answer.status == 413
    assert "10,000,000 bytes" in answer.message
    connection = http.client.HTTPConnection("127.0.0.1", naughty.port, timeout=30)
    pieces = (b" " * 1_000_000 for _ in range(11))
    connection.request(
        "POST", "/invocations", pieces, {"Content-Type": "application/json"}, encode_chunked=True
    )
    answer = connection.getresponse()
    assert answer.status == 413
    assert "10,000,000 bytes" in json.loads(answer.read())["message"]
    connection.close()
    assert naughty.post(b" " * 9_000_000).status == 400
    assert lives_on(naughty)


@pytest.mark.parametrize(
    "raw",
    [
        b"nonsense\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /ping HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"POST /invocations HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /invocations HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"GET /%ff%00 HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
        b"GET /ping HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
    ],
)
def test_what_is_no_http_is_refused(naughty, raw):
    with socket.create_connection(("127.0.0.1", naughty.port), timeout=10) as connection:
        connection.sendall(raw)
        head, _, body = b"".join(iter(lambda: connection.recv(65536), b"")).partition(b"\r\n\r\n")
    assert int(head.split()[1]) in (400, 404, 431)
    assert json.loads(body)["message"]
    assert lives_on(naughty)


def test_slow_clients_are_let_go_and_hold_up_nobody(naughty_folder, tmp_path):
    # A second of patience, in place of thirty: what the command does not offer.
    from nbtrack.serving.server import Settings
    from tests.serving.server_process import started

    settings = Settings(str(naughty_folder), "naughty", "1", "naughty", trust=True, port=0, patience=1.0)
    with started(settings, tmp_path) as server:
        idle, heads, bodies = (
            socket.create_connection(("127.0.0.1", server.port), timeout=10) for _ in range(3)
        )
        heads.sendall(b"POST /invocations HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-")
        bodies.sendall(
            b"POST /invocations HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            b"Content-Length: 100\r\n\r\n{"
        )
        assert lives_on(server)
        assert idle.recv(1000) == b""
        for connection in (heads, bodies):
            assert connection.recv(1000).startswith(b"HTTP/1.1 408 ")
            connection.close()
        idle.close()
        assert lives_on(server)


def test_a_client_that_goes_away_holds_up_nobody(naughty):
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", naughty.port)) as connection:
            body = json.dumps(do("sleep 0.05")).encode()
            head = f"POST /invocations HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            connection.sendall(head.encode() + body)
    assert lives_on(naughty)


def test_too_many_waiting_requests_are_turned_away_at_once(naughty_folder, tmp_path):
    options = ("--trust", "--max-body", "1kB", "--timeout", "20")
    with served(naughty_folder, *options, folder=tmp_path) as server:
        # A server holds four bodies of the greatest size at most.
        long = {**do("sleep 0.5"), "note": "x" * 700}
        answers = together(lambda _: server.post(long), 12)
        statuses = [answer.status for answer in answers]
        assert set(statuses) == {200, 503}
        assert all(answer.headers["retry-after"] == "1" for answer in answers if answer.status == 503)
        assert lives_on(server)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_finishes_what_is_under_way_and_leaves_nothing(naughty_folder, tmp_path, number):
    with served(naughty_folder, "--trust", folder=tmp_path) as server:
        children = psutil.Process(server.process.pid).children(recursive=True)
        assert children

        def work(n):
            if n == 0:
                return server.post(do("sleep 1"))
            time.sleep(0.5)
            return server.stop(number)

        answer, code = together(work, 2)
        assert answer.predictions == ["did sleep 1"]
        assert code == 0
        assert not [child for child in children if child.is_running()]


def test_the_model_ends_when_its_server_is_killed(naughty_folder, tmp_path):
    with served(naughty_folder, "--trust", folder=tmp_path) as server:
        children = psutil.Process(server.process.pid).children(recursive=True)
        hanging = socket.create_connection(("127.0.0.1", server.port))
        body = json.dumps(do("hang")).encode()
        head = "POST /invocations HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        hanging.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        time.sleep(0.3)
        os.kill(server.process.pid, signal.SIGKILL)
        assert not psutil.wait_procs(children, timeout=10)[1]
        hanging.close()


def test_several_workers_predict_at_once(naughty_folder, tmp_path):
    with served(naughty_folder, "--trust", "--workers", "3", folder=tmp_path) as server:
        for _ in range(100):
            if server.ask(path="/metrics").body.count(b"nbtrack_ready 1.0"):
                break
        together(lambda _: server.post(do("sleep 1")), 3)  # all have loaded the model then
        start = time.monotonic()
        answers = together(lambda _: server.post(do("sleep 1")), 3)
        assert [answer.status for answer in answers] == [200, 200, 200]
        assert time.monotonic() - start < 2.5


def test_a_request_before_the_model_is_there_waits_for_it(naughty_folder, tmp_path):
    with served(naughty_folder, "--trust", folder=tmp_path, ready=False) as server:
        server.wait("loading naughty for")
        assert server.ask(path="/ping").status in (200, 503)
        assert server.ask(path="/v2/health/live").status == 200
        assert lives_on(server)
        assert server.ask(path="/ping").status == 200
