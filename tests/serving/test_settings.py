"""What a server is told: refused at once where it cannot be, and warned of where it is not wise."""

import errno
import os
import re
import socket
import subprocess
import sys

import pytest

import nbtrack
from nbtrack.errors import InvalidValueError, NbtrackWarning, ServerError
from nbtrack.serving.listening import bind
from nbtrack.serving.settings import Settings
from tests.serving.http import Served


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("workers", 0), ("workers", -1), ("workers", True), ("timeout", 0), ("timeout", -1.0), ("timeout", float("nan")),
        ("timeout", float("inf")), ("port", -1), ("port", 65_536), ("host", ""), ("host", "http://x"), ("host", "a b"),
        ("host", "[::1]"), ("max_body", 0), ("receive_timeout", 0), ("token", ""), ("token", "a b"), ("token", "ä"),
        ("token", "a\n"),
    ],
)  # fmt: skip
def test_a_value_of_no_such_kind_is_refused_by_name(name, value):
    with pytest.raises(InvalidValueError, match=name) as caught:
        Settings("m", "m", "1", "m", **{name: value})
    assert name == "token" or repr(value) in str(caught.value)


def test_values_that_are_right():
    for host in ("127.0.0.1", "::1", "::", "localhost", "my-host.example", "0.0.0.0"):
        Settings("m", "m", "1", "m", host=host, port=0, timeout=1, token="a~!")


def test_serve_refuses_before_anything_is_started(wine_folder):
    with pytest.raises(InvalidValueError, match="workers"):
        nbtrack.serve(wine_folder, trust=True, workers=0)
    assert nbtrack.servers() == []


def test_the_next_port_is_tried_only_where_one_is_taken(monkeypatch):
    tried = []

    def refuse(address, **options):
        tried.append(address)
        raise OSError(errno.EADDRNOTAVAIL, os.strerror(errno.EADDRNOTAVAIL))

    monkeypatch.setattr(socket, "create_server", refuse)
    with pytest.raises(ServerError, match="cannot assign"):
        bind("192.0.2.1", 5000, tries=100)
    assert len(tried) == 1


def test_whoever_calls_serve_is_warned(wine_folder):
    with pytest.warns(NbtrackWarning, match="give it a --token") as told:
        server = nbtrack.serve(wine_folder, trust=True, host="0.0.0.0")
    try:
        assert told[0].filename == __file__
        (line,) = server.wait().warnings
        assert "0.0.0.0" in line
    finally:
        server.stop()


def test_whoever_calls_serve_is_warned_of_other_versions(wine_folder, tmp_path):
    import shutil

    folder = tmp_path / "other"
    shutil.copytree(wine_folder, folder)
    text = (folder / "requirements.txt").read_text()
    (folder / "requirements.txt").write_text(re.sub(r"scikit-learn==\S+", "scikit-learn==0.24.2", text))
    with pytest.warns(NbtrackWarning, match=r"scikit-learn 0\.24\.2"):
        server = nbtrack.serve(folder, trust=True)
    assert len(server.wait().warnings) == 1
    server.stop()


@pytest.fixture
def no_state(tmp_path, monkeypatch):
    """Let there be no folder for servers."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))


def test_without_a_state_folder_the_command_serves_all_the_same(no_state, wine_folder, tmp_path):
    server = Served(wine_folder, "--trust", folder=tmp_path)
    try:
        server.wait()
        assert "nbtrack.servers() will not tell of this server" in server.log
        assert server.post({"inputs": [[1.0] * 11]}).status == 200
    finally:
        server.stop()


def test_without_a_state_folder_serve_serves_all_the_same(no_state, wine_folder):
    with pytest.warns(NbtrackWarning, match="cannot be written"):
        server = nbtrack.serve(wine_folder, trust=True)
    assert server.wait().predict([[1.0] * 11])
    assert nbtrack.servers() == [server]
    assert "ready" in server.tail()
    server.stop()
    assert nbtrack.servers() == []
    assert "ready" in server.tail()


def test_a_magic_with_a_name_of_two_words_says_how_it_is_written(tmp_path):
    code = (
        "from IPython.testing.globalipapp import start_ipython; shell = start_ipython()\n"
        "shell.run_line_magic('load_ext', 'nbtrack')\n"
        "shell.run_cell('%serve string classes')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path, timeout=60
    )
    assert "quotes" in done.stdout + done.stderr
