"""Whatever a client sends and whatever a model does, the service lives on."""

import http.client
import io
import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor

import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.serving.gate import Gate
from tests.serving.http import connected, do, ended, request, served, together
from tests.waiting import HANGS, eventually


@pytest.fixture(scope="module")
def naughty(naughty_folder, tmp_path_factory):
    options = ("--trust", "--max-body", "10MB")
    with served(naughty_folder, *options, folder=tmp_path_factory.mktemp("serving")) as server:
        yield server


@pytest.fixture(scope="module")
def hasty(naughty_folder, tmp_path_factory):
    """Return a server whose model is soon said to hang."""
    options = ("--trust", "--timeout", "1.5")
    with served(naughty_folder, *options, folder=tmp_path_factory.mktemp("serving")) as server:
        assert recovers(server)
        yield server


def lives_on(server):
    """Return whether the server answers, after it had time to replace a process."""
    answer = server.post(do("nothing"))
    return answer.predictions == ["did nothing"]


def recovers(server):
    """Return whether a hasty server answers, as soon as it has a process that is quick enough for it."""

    def answered():
        # To start one takes longer than it has patience for, on a busy machine.
        answer = server.post(do("nothing"))
        return None if answer.status in (503, 504) else answer

    return eventually(answered).predictions == ["did nothing"]


@pytest.mark.parametrize(
    ("what", "status", "says"),
    [
        ("raise", 500, "RuntimeError: out of cheese"),
        ("refuse", 400, "ValueError: that is no cheese"),
        ("object", 500, "object"),
        ("exit", 500, "exit code 3"),
        ("crash", 500, "SIGSEGV"),
        ("quit", 500, "SystemExit: 4"),
    ],
)
def test_what_a_model_does_to_itself_is_a_json_error(naughty, what, status, says):
    answer = naughty.post(do(what))
    assert answer.status == status
    assert says in answer.message
    assert lives_on(naughty)


@pytest.mark.parametrize("what", ["hang", "hang in C"])
def test_a_model_that_hangs_is_a_json_error(hasty, what):
    answer = hasty.post(do(what))
    assert answer.status == 504
    assert "1.5 s" in answer.message
    assert recovers(hasty)


def test_what_a_model_prints_goes_to_the_log_and_nan_is_null(naughty):
    assert naughty.post(do("print")).predictions == ["did print"]
    naughty.wait("cheese on the log")
    assert naughty.post(do("nan")).predictions == [None, None]


def test_the_restarts_are_counted(naughty):
    before = naughty.ask(path="/stats").json["restarts"]
    naughty.post(do("exit"))
    assert lives_on(naughty)
    assert naughty.ask(path="/stats").json["restarts"] == before + 1


def test_requests_that_wait_behind_a_hanging_one_are_answered(hasty):
    with connected(hasty, request("hang")) as hanging:
        eventually(lambda: hasty.in_progress == 1)
        statuses = {answer.status for answer in together(lambda _: hasty.post(do("nothing")), 5)}
        assert hanging.recv(1000).startswith(b"HTTP/1.1 504 ")
    # Those for which no process is free in time are turned away.
    assert statuses <= {200, 503, 504}
    assert recovers(hasty)


def test_a_large_body_is_refused_whole_or_in_pieces(naughty):
    answer = naughty.post(b" " * 10_000_001)
    assert answer.status == 413
    assert "10,000,000 bytes" in answer.message
    connection = http.client.HTTPConnection("127.0.0.1", naughty.port, timeout=HANGS)
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
    with connected(naughty, raw) as connection:
        head, _, body = b"".join(iter(lambda: connection.recv(65536), b"")).partition(b"\r\n\r\n")
    assert int(head.split()[1]) in (400, 404, 431)
    assert json.loads(body)["message"]
    assert lives_on(naughty)


def test_a_client_that_goes_away_holds_up_nobody(naughty):
    for _ in range(20):
        with connected(naughty, request("sleep 0.05")):
            pass
    assert lives_on(naughty)


BIG = "x" * 1_000_000
UNPACKED = {
    "a text again and again": pa.array([BIG] * 50),
    "bytes again and again": pa.array([BIG.encode()] * 50),
    "in lists": pa.array([[BIG, "short"]] * 50),
    "in objects": pa.array([{"field": BIG}] * 50),
    "in maps": pa.array([[("key", BIG)]] * 50, pa.map_(pa.string(), pa.string())),
    "one number again and again": pa.array([1.5]).take(pa.array([0] * 3_000_000, pa.int32())),
    "nothing again and again": pa.nulls(3_000_000, pa.float64()),
    "empty texts": pa.array([""]).take(pa.array([0] * 3_000_000, pa.int32())),
}


def parquet(**columns):
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file, compression="zstd")
    return file.getvalue()


@pytest.mark.parametrize("kind", UNPACKED)
def test_a_body_of_parquet_that_grows_beyond_the_limit_is_not_unpacked(naughty, kind):
    values = UNPACKED[kind]
    body = parquet(what=values)
    assert len(body) < 100_000
    answer = naughty.post(body, kind="application/vnd.apache.parquet")
    assert answer.status == 413
    assert "holds more than the 10,000,000 bytes that a request may have" in answer.message
    assert lives_on(naughty)


def test_a_body_of_parquet_is_taken_up_to_the_limit(naughty):
    # Each of the long texts may be meant by each row, but is by one.
    texts = ["nothing", *(f"{number}" * 1_000 for number in range(2_000))]
    body = parquet(what=texts, again=["once"] * 1_999 + [BIG, None], lists=[["a"], None] * 1_000 + [[]])
    assert naughty.post(body, kind="application/vnd.apache.parquet").predictions[0] == "did nothing"


def test_too_many_waiting_requests_are_turned_away_at_once(naughty_folder, tmp_path, gate):
    options = ("--trust", "--max-body", "1kB")
    with (
        served(naughty_folder, *options, folder=tmp_path) as server,
        connected(server, request(gate.what)) as first,
        ThreadPoolExecutor(12) as threads,
    ):
        gate.reached()
        # A server holds four bodies of the greatest size at most, and so five of these.
        long = {**do("nothing"), "note": "x" * 700}
        asked = [threads.submit(server.post, long) for _ in range(12)]
        # They are told so while the first is still being predicted.
        eventually(lambda: sum(one.done() for one in asked) == 7)
        refused = [one.result() for one in asked if one.done()]
        gate.open()
        assert {answer.status for answer in refused} == {503}
        assert all(answer.headers["retry-after"] == "1" for answer in refused)
        assert sorted(one.result().status for one in asked) == [200] * 5 + [503] * 7
        assert first.recv(1000).startswith(b"HTTP/1.1 200 ")
        assert lives_on(server)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_finishes_what_is_under_way_and_leaves_nothing(naughty_folder, tmp_path, gate, number):
    with (
        served(naughty_folder, "--trust", folder=tmp_path) as server,
        connected(server, request(gate.what)) as asking,
    ):
        children = psutil.Process(server.process.pid).children(recursive=True)
        assert children
        gate.reached()
        server.process.send_signal(number)
        eventually(lambda: not server.listens)
        gate.open()
        assert asking.recv(1000).startswith(b"HTTP/1.1 200 ")
        assert ended(server.process) == 0
        assert not [child for child in children if child.is_running()]


def test_the_model_ends_when_its_server_is_killed(naughty_folder, tmp_path, gate):
    with (
        served(naughty_folder, "--trust", folder=tmp_path) as server,
        connected(server, request(gate.what)),
    ):
        children = psutil.Process(server.process.pid).children(recursive=True)
        gate.reached()
        os.kill(server.process.pid, signal.SIGKILL)
        assert not psutil.wait_procs(children, timeout=HANGS)[1]


def test_several_workers_predict_at_once(naughty_folder, tmp_path):
    gates = [Gate(tmp_path, f"gate-{number}") for number in range(3)]
    with served(naughty_folder, "--trust", "--workers", "3", folder=tmp_path) as server:

        def work(number):
            if number < 3:
                return server.post(do(gates[number].what)).status
            try:
                for gate in gates:
                    # Nobody goes on before all are there: one after another, they would wait for ever.
                    gate.reached()
            finally:
                for gate in gates:
                    gate.open()
            return 200

        assert together(work, 4) == [200] * 4


def test_a_request_before_the_model_is_there_waits_for_it(naughty_folder, tmp_path):
    with served(naughty_folder, "--trust", folder=tmp_path, ready=False) as server:
        server.wait("loading naughty for")
        assert server.ask(path="/ping").status in (200, 503)
        assert server.ask(path="/v2/health/live").status == 200
        assert lives_on(server)
        assert server.ask(path="/ping").status == 200
