"""Who may ask a server: no page of another site, no rebound name, and nobody without the token."""

import gzip
import json
import os
import socket
import subprocess
import sys

import pytest

from nbtrack.serving.access_rules import AccessRules, is_loopback
from tests.serving.http import served
from tests.waiting import HANGS

ROW = {"inputs": [[1.0] * 11]}


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:5000", "127.0.0.1.evil.example", "", "local host"]
)
def test_a_name_that_was_turned_to_this_machine_is_refused(wine_server, host):
    for answer in (wine_server.post(ROW, Host=host), wine_server.ask(path="/ping", Host=host)):
        assert answer.status == 403
        assert "--allowed-host" in answer.message


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:80", "127.0.0.1", "[::1]:5000", "model.localhost"])
def test_numbers_and_localhost_are_let_in(wine_server, host):
    assert wine_server.post(ROW, Host=host).status == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost"])
def test_a_page_of_another_site_is_refused(wine_server, origin):
    answer = wine_server.post(ROW, Origin=origin)
    assert answer.status == 403
    assert origin in answer.message
    assert "access-control-allow-origin" not in answer.headers


def test_the_servers_own_page_may_ask(wine_server):
    assert wine_server.post(ROW, Origin=wine_server.url).status == 200


def test_a_form_of_another_site_cannot_send_what_is_no_json(wine_server):
    """What a page may send without a preflight: these types, which are not JSON's."""
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        assert wine_server.post('{"inputs": [[1]]}', kind=kind).status == 415


def test_a_token_is_asked_of_all_but_probes(wine_folder, tmp_path):
    with served(wine_folder, "--trust", "--token", "secret", folder=tmp_path) as server:
        for answer in (
            server.post(ROW),
            server.post(ROW, Authorization="Bearer wrong"),
            server.ask(path="/metrics"),
        ):
            assert answer.status == 401
            assert answer.headers["www-authenticate"] == "Bearer"
            assert "secret" not in answer.message
        for scheme in ("Bearer", "bearer", "BEARER"):
            assert server.post(ROW, Authorization=f"{scheme} secret").status == 200
        assert server.post(ROW, Authorization="Basic secret").status == 401
        assert server.ask(path="/ping").status == 200
    with served(
        wine_folder, "--trust", folder=tmp_path, environment={"NBTRACK_SERVE_TOKEN": "other"}
    ) as server:
        assert server.post(ROW).status == 401
        assert server.post(ROW, Authorization="Bearer other").status == 200


def test_beyond_loopback_there_is_a_warning_without_a_token(wine_folder, tmp_path):
    with served(wine_folder, "--trust", "--host", "0.0.0.0", folder=tmp_path) as server:
        assert "give it a --token" in server.log
        assert server.post(ROW).status == 200
        assert server.post(ROW, Host="evil.example").status == 403
    with served(wine_folder, "--trust", "--host", "0.0.0.0", "--token", "t", folder=tmp_path) as server:
        assert "--token" not in server.log


def test_a_further_name_may_be_allowed(wine_folder, tmp_path):
    options = ("--trust", "--allowed-host", "hub.example")
    with served(wine_folder, *options, folder=tmp_path) as server:
        assert server.post(ROW, Host="hub.example").status == 200
        assert server.post(ROW, Host="hub.example", Origin="https://hub.example").status == 200
        assert server.post(ROW, Host="other.example").status == 403


def test_it_listens_on_this_machine_alone(wine_server):
    import psutil

    (listening,) = [
        found
        for found in psutil.Process(wine_server.process.pid).net_connections("inet")
        if found.status == psutil.CONN_LISTEN
    ]
    assert listening.laddr.ip == "127.0.0.1"


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("127.8.9.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False),
     ("example.org", False)],
)  # fmt: skip
def test_loopback(host, loopback):
    assert is_loopback(host) is loopback


def test_any_name_where_a_hub_has_looked(monkeypatch):
    access = AccessRules("127.0.0.1", ["*"])
    assert access.refusal(b"hub.example", b"https://hub.example", None) is None
    assert access.refusal(b"hub.example", None, None) is None
    for origin in (b"https://evil.example", b"null"):
        assert access.refusal(b"hub.example", origin, None)[0] == 403


@pytest.mark.skipif(os.name == "nt", reason="modes of files are POSIX's")
def test_the_record_of_a_server_is_the_users_own(wine_server):
    from nbtrack.serving.running import read_records

    ((file, told),) = [found for found in read_records() if found[1]["pid"] == wine_server.process.pid]
    assert file.stat().st_mode & 0o077 == 0
    assert told["url"] == wine_server.url


@pytest.mark.parametrize("name", ["Host", "Origin", "Authorization", "Content-Type"])
def test_a_header_that_decides_is_said_once(wine_server, name):
    """A proxy may look at the one, and the server at the other."""
    lines = [
        "POST /invocations HTTP/1.1",
        f"Host: 127.0.0.1:{wine_server.port}",
        "Content-Type: application/json",
    ]
    value = {"Host": "evil.example", "Content-Type": "application/json"}.get(name, "Basic x")
    lines += [f"{name}: {value}"] * (1 if name in {"Host", "Content-Type"} else 2)
    request = "\r\n".join([*lines, "Content-Length: 2", "", "{}"])
    with socket.create_connection(("127.0.0.1", wine_server.port), timeout=HANGS) as connection:
        connection.sendall(request.encode())
        assert connection.recv(65_536).startswith(b"HTTP/1.1 400 ")


def test_a_token_is_read_from_a_file(wine_folder, tmp_path):
    file = tmp_path / "token"
    file.write_text("secret\n")
    with served(wine_folder, "--trust", "--token-file", str(file), folder=tmp_path) as server:
        assert server.post(ROW).status == 401
        assert server.post(ROW, Authorization="Bearer secret").status == 200


@pytest.mark.parametrize(
    ("content", "options", "said"), [("", (), "is empty"), ("secret", ("--token", "x"), "not both")]
)
def test_a_token_file_that_says_nothing_or_too_much_is_told(wine_folder, tmp_path, content, options, said):
    file = tmp_path / "token"
    file.write_text(content)
    command = [
        sys.executable,
        "-m",
        "nbtrack",
        "models",
        "serve",
        "-m",
        str(wine_folder),
        "--token-file",
        str(file),
        *options,
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=HANGS, check=False)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate, gzip", "GZIP"])
def test_a_body_in_an_encoding_that_is_not_read_is_refused(wine_server, encoding):
    body = gzip.compress(json.dumps(ROW).encode())
    answer = wine_server.post(body, Content_Encoding=encoding)
    assert answer.status == 415
    assert answer.headers["accept-encoding"] == "identity"
    assert "Content-Encoding" in answer.message
    assert wine_server.post(ROW, Content_Encoding="identity").status == 200
