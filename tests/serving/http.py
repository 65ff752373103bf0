"""Model servers for the tests, as users start them, and plain HTTP to ask them."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading

from tests.waiting import HANGS, eventually

WINE_BODY = (
    '{"columns":["alcohol", "chlorides", "citric acid", "density", "fixed acidity", "free sulfur dioxide", "pH", '
    '"residual sugar", "sulphates", "total sulfur dioxide", "volatile acidity"],'
    '"data":[[12.8, 0.029, 0.48, 0.98, 6.2, 29, 3.33, 1.2, 0.39, 75, 0.66]]}'
)
"""The body that MLflow's tutorial sends."""


class Answer:
    """What a server answered."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def predictions(self):
        assert self.status == 200, self.body
        return self.json["predictions"]

    @property
    def message(self):
        """The message of an error, which must be JSON as MLflow's are."""
        assert self.status >= 400, self.body
        told = self.json
        assert set(told) in ({"error_code", "message"}, {"error"})
        return told.get("message") or told["error"]


class Served:
    """`nbtrack models serve` in a process of its own.

    Parameters
    ----------
    uri
        The model.
    options
        Further options of the command.
    folder
        The working folder.
    environment
        Variables that the process gets besides this one's.
    python
        The interpreter that runs it, whose environment may have other packages.
    """

    def __init__(self, uri, *options, folder, environment=None, python=sys.executable):
        self.process = subprocess.Popen(
            [str(python), "-m", "nbtrack", "models", "serve", "-m", str(uri), "-p", "0", *options],
            stderr=subprocess.PIPE,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            text=True,
            encoding="utf-8",
        )
        self.lines = []
        self.port = None
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stderr:
            self.lines.append(line)
            bound = re.search(r"for http://[^ ]*:(\d+)$", line.rstrip())
            if bound:
                self.port = int(bound[1])

    @property
    def log(self):
        return "".join(self.lines)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def wait(self, text="ready after", seconds=HANGS):
        """Return when the log has a text."""
        # One that has ended writes no more.
        eventually(lambda: text in self.log or self.process.poll() is not None, lambda: self.log, seconds)
        assert text in self.log, self.log
        return self

    @property
    def in_progress(self):
        """How many predictions the server is at: read, waiting, or being predicted."""
        return self.ask(path="/stats").json["in_progress"]

    @property
    def listens(self):
        """Whether it lets anybody in; from when it has begun to stop it does not."""
        return is_listening(self.port)

    def ask(self, method="GET", path="/ping", body=None, timeout=HANGS, **headers):
        """Send one request on a connection of its own."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        with contextlib.closing(connection):
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read())

    def post(self, body, path="/invocations", kind="application/json", **options):
        """Ask for a prediction; what is no text is sent as JSON."""
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.ask("POST", path, text, Content_Type=kind, **options)

    def stop(self, number=signal.SIGTERM):
        """Stop it as Ctrl-C does, and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = ended(self.process)
        self._reader.join(HANGS)
        self.process.stderr.close()
        return code


def is_listening(port):
    """Return whether a server on this machine lets anybody in."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=HANGS).close()
    except ConnectionError:
        return False
    return True


def ended(process):
    """Return the exit code of a process that was told to end; one that does not is killed, and told of."""
    try:
        return process.wait(HANGS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise


@contextlib.contextmanager
def served(uri, *options, folder, ready=True, **process):
    """Serve a model while the block runs."""
    server = Served(uri, *options, folder=folder, **process)
    try:
        yield server.wait() if ready else server
    finally:
        server.stop()


PING = b"GET /ping HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
POST = b"POST /invocations HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"


def do(what):
    """Return the body that tells a model what to do."""
    return {"dataframe_split": {"columns": ["what"], "data": [[what]]}}


def request(what):
    """Return the bytes of a request for it."""
    body = json.dumps(do(what)).encode()
    return POST + b"Content-Length: %d\r\n\r\n" % len(body) + body


@contextlib.contextmanager
def connected(server, said=b""):
    """Return a connection on which something has been said."""
    # A connection that rests is closed after 75 s by uvicorn, whatever nbtrack does.
    with socket.create_connection(("127.0.0.1", server.port), timeout=HANGS) as connection:
        connection.sendall(said)
        yield connection


def together(work, count):
    """Return the results of so many calls of `work(number)`, made on threads at once."""
    results = [None] * count

    def one(number):
        results[number] = work(number)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
