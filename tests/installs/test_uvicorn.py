"""The server with the oldest uvicorn that pyproject.toml allows, and with the newest: it builds on uvicorn's protocol class."""

import re
import socket
import tomllib

import pytest

from nbtrack.models import save
from tests.installs.environments import ROOT, programs_with, run
from tests.serving.http import PING, served

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
(OLDEST,) = (re.sub(r".*>=", "", one) for one in PROJECT["dependencies"] if one.startswith("uvicorn"))


@pytest.fixture(scope="module", params=[f"uvicorn=={OLDEST}.*", "uvicorn"])
def python(request, wheel, tmp_path_factory):
    folder = tmp_path_factory.mktemp("uvicorn") / "environment"
    python = programs_with(folder, f"nbtrack @ {wheel.as_uri()}", request.param) / "python"
    version = run(python, "-c", "import uvicorn; print(uvicorn.__version__)", folder=folder).strip()
    assert version.startswith(f"{OLDEST}.") == ("==" in request.param), version
    return python


@pytest.fixture
def server(python, tmp_path):
    def double(frame):
        return (frame["x"] * 2).tolist()

    save(double, tmp_path / "model")
    with served(tmp_path / "model", "--trust", folder=tmp_path, python=python) as server:
        yield server


def answers(server, sent):
    """Return all that comes back for these bytes, up to the end of the connection."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall(sent)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def test_it_answers_refuses_and_ends(server):
    assert server.ask().status == 200
    body = {"dataframe_split": {"columns": ["x"], "data": [[1], [4]]}}
    assert server.post(body).predictions == [2, 8]
    assert server.post("{").status == 400
    # What nbtrack's own protocol class does: packets of several requests, headers of any size, and no HTTP.
    closing = PING.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    assert answers(server, PING + closing).count(b"HTTP/1.1 200") == 2
    assert answers(
        server, b"GET /ping HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: " + b"a" * 70_000 + b"\r\n\r\n"
    ).startswith(b"HTTP/1.1 431")
    assert answers(server, b"cheese\r\n\r\n").startswith(b"HTTP/1.1 400")
    assert server.stop() == 0
