"""The page of `nbtrack ui`: the command itself, asked over HTTP."""

import contextlib
import http.client
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import zipfile

import pytest

import nbtrack
from nbtrack.store.location import database_file
from tests.waiting import HANGS, eventually

QUERY = {"filter": "", "order_by": [], "experiments": None, "deleted": False}
SCRIPT = b"<script>document.title = 'owned'</script>"


class Site:
    """`nbtrack ui` in a process of its own."""

    def __init__(self, store, *options, python=sys.executable):
        self.store = store
        self.process = subprocess.Popen(
            [python, "-m", "nbtrack", "ui", "--port", "0", "--store", str(store), *options],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            cwd=store.parent,
        )  # fmt: skip
        self.line = self.process.stderr.readline()
        if "0.0.0.0" in options:
            others = self.process.stderr.readline()
            assert others == self.line.replace("127.0.0.1", socket.gethostname()), (
                "others are told where it is"
            )
        self.url = re.search(r"http://127\.0\.0\.1:\d+(\S+)", self.line)[0]
        self.port = int(re.search(r":(\d+)/", self.url)[1])
        self.token = self.url.partition("?token=")[2]

    def send(self, method, place, body=None, **headers):
        """Return the status, the headers and the body of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=HANGS)
        with contextlib.closing(connection):
            names = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, place, body, names)
            response = connection.getresponse()
            return response.status, response.headers, response.read()

    def get(self, place, **headers):
        return self.send("GET", place, **headers)

    def ask(self, request, address="/api/ask", **more):
        """Return the status and the reply to a request of a panel."""
        asked = {
            "store": str(self.store), "file": database_file(self.store), "only": None, "read_only": False,
            "request": {"id": "t-1", **request},
        }  # fmt: skip
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        status, _, reply = self.send("POST", address, json.dumps(asked | more), **headers)
        return status, json.loads(reply)

    def end(self, number=signal.SIGTERM):
        """Return its exit code, and what it said besides its address."""
        self.process.send_signal(number)
        try:
            out, said = self.process.communicate(timeout=HANGS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        return self.process.returncode, out + said


@contextlib.contextmanager
def served(store, *options):
    """Serve while the block runs; it ends quietly."""
    site = Site(store, *options)
    try:
        yield site
    finally:
        ended = site.end()
    assert ended == (0, "")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a store with a run that has files of every kind."""
    folder = tmp_path_factory.mktemp("site") / ".nbtrack"
    source = f"""
import nbtrack, pathlib
nbtrack.set_store({str(folder)!r})
for number in range(12):
    with nbtrack.start_run(run_name=f'run-{{number}}') as run:
        nbtrack.log_param('alpha', number)
        nbtrack.log_metric('rmse', number)
with nbtrack.start_run(run_name='files'):
    nbtrack.log_text({SCRIPT.decode()!r}, 'pages/evil.html')
    nbtrack.log_text('a,b', 'plots/ä "b";\\x7f.csv')
    path = pathlib.Path({str(folder.parent)!r}) / 'weights.bin'
    path.write_bytes(bytes(range(256)) * 20_000)
    nbtrack.log_artifact(str(path), 'model')
"""
    subprocess.run([sys.executable, "-c", source], check=True)
    (folder.parent / "secret.txt").write_text("secret")
    return folder


@pytest.fixture(scope="module")
def run(folder):
    return nbtrack.runs("name = 'files'", store=folder)[0].id


@pytest.fixture(scope="module")
def site(folder):
    with served(folder) as site:
        yield site


@pytest.fixture(scope="module")
def guarded(folder):
    """Return a page that others can reach."""
    with served(folder, "--host", "0.0.0.0", "--base-url", "/team/board") as site:
        yield site


def test_the_page_is_there_with_its_rows(site):
    status, headers, page = site.get("/")
    assert status == 200
    assert site.token == ""
    assert "script-src 'self' blob:" in headers["Content-Security-Policy"]
    for name in re.findall(r'"(static/page\.\w+[^"]*)"', page.decode()):
        status, headers, text = site.get(f"/{name}")
        assert (status, len(text) > 10_000) == (200, True)
        assert "immutable" in headers["Cache-Control"]
    status, headers, reply = site.get("/api/panel")
    first = json.loads(reply)
    assert (first["_first"]["total"], headers["X-Nbtrack-Writes"]) == (13, "no")
    status, reply = site.ask(
        {"kind": "window", **QUERY, "offset": 0, "limit": 5, "columns": ["name"], "first": []}
    )
    assert (status, reply["result"]["total"]) == (200, 13)
    status, reply = site.ask(
        {"kind": "export", **QUERY, "columns": ["name", "params.alpha"], "ids": [], "format": "csv"}
    )
    assert "run-3,3" in reply["result"]["text"]


def test_nobody_changes_what_is_only_shown(site, run):
    change = {"of": run, "kind": "edit", "changes": {"name": "owned"}}
    status, reply = site.ask(change)
    assert (status, reply["ok"]) == (400, False)
    status, reply = site.ask(change, "/api/change")
    assert (status, reply["ok"]) == (403, False)
    assert "--write" in reply["error"]["message"]
    status, reply = site.ask({"of": run, "kind": "package", "folder": "made"}, "/api/change")
    assert (status, reply["ok"]) == (403, False)


def test_no_other_store_can_be_asked_for(site, tmp_path):
    subprocess.run(
        [
            sys.executable,
            "-c",
            f"import nbtrack; nbtrack.set_store({str(tmp_path / 'other')!r}).create_run(experiment='e')",
        ],
        check=True,
    )
    status, reply = site.ask(
        {"kind": "changes"}, store=str(tmp_path / "other"), file=database_file(tmp_path / "other")
    )
    assert (status, reply["ok"]) == (409, False)
    assert "another store" in reply["error"]["message"]


def test_an_artifact_is_sent_whole_and_in_part(site, run):
    whole = bytes(range(256)) * 20_000
    status, headers, body = site.get(f"/artifacts/{run}/model/weights.bin")
    assert (status, body == whole) == (200, True)
    assert headers["Content-Disposition"].startswith('attachment; filename="weights.bin"')
    tag = headers["ETag"]
    for asked, expected, told in [
        ("bytes=5-9", whole[5:10], f"bytes 5-9/{len(whole)}"),
        ("bytes=5119990-", whole[-10:], f"bytes 5119990-5119999/{len(whole)}"),
        ("bytes=-3", whole[-3:], f"bytes 5119997-5119999/{len(whole)}"),
        ("bytes=0-99999999999", whole, f"bytes 0-5119999/{len(whole)}"),
    ]:
        status, headers, body = site.get(f"/artifacts/{run}/model/weights.bin", Range=asked, If_Range=tag)
        assert (status, headers["Content-Range"], body == expected) == (206, told, True), asked
    status, headers, body = site.get(f"/artifacts/{run}/model/weights.bin", Range="bytes=5120000-")
    assert (status, headers["Content-Range"], body) == (416, "bytes */5120000", b"")
    for asked in ({"Range": "bytes=5-9", "If_Range": '"old"'}, {"Range": "bytes=1-2,4-5"}, {"Range": "x"}):
        status, _, body = site.get(f"/artifacts/{run}/model/weights.bin", **asked)
        assert (status, len(body)) == (200, len(whole)), asked
    status, headers, body = site.send("HEAD", f"/artifacts/{run}/model/weights.bin")
    assert (status, headers["Content-Length"], body) == (200, "5120000", b"")


def test_no_artifact_is_shown_as_a_page_of_ours(site, run):
    status, headers, body = site.get(f"/artifacts/{run}/pages/evil.html")
    assert (status, body) == (200, SCRIPT)
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in headers["Content-Security-Policy"]
    status, headers, body = site.get(f"/artifacts/{run}/plots/%C3%A4%20%22b%22%3B%7F.csv")
    assert (status, body) == (200, b"a,b")
    assert headers["Content-Disposition"] == (
        "attachment; filename=\"_ _b___.csv\"; filename*=UTF-8''%C3%A4%20%22b%22%3B%7F.csv"
    )


def test_a_folder_is_a_zip_file(site, run):
    status, headers, body = site.get(f"/artifacts/{run}/")
    assert (status, headers["Content-Type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.testzip() is None
        assert set(archive.namelist()) == {
            "model/weights.bin", "pages/evil.html", 'plots/ä "b";\x7f.csv',
        }  # fmt: skip
    _, headers, body = site.get(f"/artifacts/{run}/pages")
    assert 'filename="pages.zip"' in headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.read("evil.html") == SCRIPT


def test_nothing_but_artifacts_is_sent(site, run, folder):
    (folder / "artifacts" / run / "out").symlink_to(folder.parent)
    try:
        for name in (
            "../../nbtrack.db", "..%2F..%2Fnbtrack.db", "%2e%2e/%2e%2e/nbtrack.db", "out/secret.txt", "nothing",
            "/etc/passwd", "%2Fetc%2Fpasswd", "model/weights.bin%00", "\\..\\..\\nbtrack.db",
        ):  # fmt: skip
            status, _, body = site.get(f"/artifacts/{run}/{name}")
            assert (status, json.loads(body)["ok"]) == (404, False), name
        for place in (
            "/artifacts/0000/x",
            "/artifacts//x",
            "/artifacts/../nbtrack.db",
            "/static/../page.py",
            "/x",
        ):
            assert site.get(place)[0] == 404, place
    finally:
        (folder / "artifacts" / run / "out").unlink()


def test_other_sites_and_rebound_names_are_refused(site):
    body = "{}"
    for headers in (
        {"Host": "evil.example"},
        {"Host": f"evil.example:{site.port}"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors"},
        {"Sec_Fetch_Site": "same-site", "Sec_Fetch_Mode": "cors"},
    ):
        status, told, reply = site.send("POST", "/api/ask", body, **headers)
        assert (status, json.loads(reply)["ok"]) == (403, False), headers
        assert "Access-Control-Allow-Origin" not in told
    assert "--token" in json.loads(site.get("/api/panel", Host="evil.example")[2])["error"]["message"]
    assert site.send("OPTIONS", "/api/ask", Origin="https://evil.example")[0] == 403
    for headers in (
        {"Origin": f"http://127.0.0.1:{site.port}"},
        {"Host": f"localhost:{site.port}", "Origin": f"http://localhost:{site.port}"},
        {"Origin": "https://board.example", "X_Forwarded_Host": "board.example"},
        {"Origin": "https://board.example", "Sec_Fetch_Site": "same-origin"},
    ):
        assert site.send("POST", "/api/ask", body, **headers)[0] == 400, headers


def test_who_has_no_token_sees_nothing(guarded, run):
    assert len(guarded.token) >= 32
    assert f"http://127.0.0.1:{guarded.port}/team/board/?token=" in guarded.line
    for place in ("api/panel", f"artifacts/{run}/", "x"):
        status, headers, reply = guarded.get(f"/team/board/{place}")
        assert (status, headers["WWW-Authenticate"]) == (401, "Bearer")
        assert json.loads(reply)["ok"] is False
    assert guarded.send("POST", "/team/board/api/ask", "{}")[0] == 401
    status, headers, page = guarded.get("/team/board/?token=wrong")
    assert (status, headers["Set-Cookie"]) == (401, None)
    assert b"run-" not in page
    assert guarded.get("/team/board/api/panel", Cookie=f"nbtrack-{guarded.port}=wrong")[0] == 401
    assert guarded.get("/team/board/api/panel?token=" + guarded.token)[0] == 401
    with open(f"/proc/{guarded.process.pid}/cmdline", encoding="utf-8") as arguments:
        assert guarded.token not in arguments.read(), "others on the machine can see them"


def test_the_token_comes_once_and_is_a_cookie_from_then_on(guarded):
    status, headers, _ = guarded.get(f"/team/board/?token={guarded.token}&x=1")
    assert (status, headers["Location"]) == (303, "./?x=1")
    cookie, *rest = headers["Set-Cookie"].split("; ")
    assert rest == ["Path=/team/board/", "HttpOnly", "SameSite=Strict"]
    assert guarded.token not in cookie
    # Any name will do, as behind a proxy; also one that takes the path off.
    for place in ("/team/board/api/panel", "/api/panel"):
        status, _, reply = guarded.get(place, Cookie=f"a=b; {cookie}", Host="board.example")
        assert (status, json.loads(reply)["_first"]["total"]) == (200, 13), place
    assert guarded.get("/api/panel", Authorization=f"Bearer {guarded.token}")[0] == 200
    status, headers, _ = guarded.get("/team/board?token=abc")
    assert (status, headers["Location"]) == (307, "board/?token=abc")
    headers = guarded.get(f"/?token={guarded.token}", X_Forwarded_Proto="https")[1]
    assert headers["Set-Cookie"].endswith("; Secure")
    assert guarded.send("POST", "/api/ask", "{}", Cookie=cookie, Origin="http://127.0.0.1:1")[0] == 403


def test_a_proxy_says_below_which_path_it_shows_the_page(folder):
    with served(folder, "--token", "ü; given") as site:
        place = f"/?token={'%C3%BC%3B%20given'}"
        assert site.token == "%C3%BC%3B%20given"
        assert "Path=/team/;" in site.get(place, X_Forwarded_Prefix="/team")[1]["Set-Cookie"]
        for told in ("/team; Domain=evil", "//evil.example", "team"):
            assert "Path=/;" in site.get(place, X_Forwarded_Prefix=told)[1]["Set-Cookie"]


def test_who_may_write_does_and_the_page_knows(tmp_path):
    store = tmp_path / "store"
    source = f"import nbtrack; nbtrack.set_store({str(store)!r})\nwith nbtrack.start_run() as run: pass\nprint(run.info.run_id)"
    made = subprocess.run([sys.executable, "-c", source], check=True, capture_output=True, text=True)
    run = made.stdout.strip()
    with served(store, "--write") as site:
        assert b"&quot;writes&quot;: true" in site.get("/")[2]
        assert site.get("/api/panel")[1]["X-Nbtrack-Writes"] == "yes"
        change = {"of": run, "kind": "edit", "changes": {"name": "renamed", "tags": {"team": "red"}}}
        assert site.ask(change, "/api/change") == (200, {"id": "t-1", "ok": True, "result": {}})
        # What needs a kernel stays refused.
        assert site.ask({"of": run, "kind": "serve", "model": "m"}, "/api/change")[0] == 400
    found = nbtrack.runs(store=store)[0]
    assert (found.name, found.tags["team"]) == ("renamed", "red")


def test_a_store_that_is_not_there_yet_is_waited_for(tmp_path):
    store = tmp_path / "later"
    with served(store) as site:
        assert site.get("/api/panel")[2] == b"null"
        assert not store.exists()
        assert site.get("/artifacts/x/y")[0] == 404
        subprocess.run(
            [
                sys.executable,
                "-c",
                f"import nbtrack; nbtrack.set_store({str(store)!r}).create_run(experiment='e').finish()",
            ],
            check=True,
        )
        assert json.loads(site.get("/api/panel")[2])["_first"]["total"] == 1


def test_methods_and_sizes(site):
    assert site.send("POST", "/")[0] == 405
    status, headers, _ = site.get("/api/ask")
    assert (status, headers["Allow"]) == (405, "POST")
    status, _, reply = site.send("POST", "/api/ask", b" " * 3_000_000)
    assert (status, json.loads(reply)["ok"]) == (413, False)
    assert site.send("HEAD", "/")[2] == b""


def test_many_visitors_at_once_are_all_answered(site):
    request = {"kind": "window", **QUERY, "offset": 0, "limit": 60, "columns": ["name"], "first": []}
    failures = []

    def visit():
        for _ in range(4):
            status, _ = site.ask(request)
            if status != 200:
                failures.append(status)

    visitors = [threading.Thread(target=visit) for _ in range(100)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join(HANGS)
    assert failures == []


def test_a_visitor_who_leaves_during_a_download_keeps_no_file_open(site, run, folder):
    path = folder / "artifacts" / run / "model" / "huge.bin"
    with path.open("wb") as file:
        file.truncate(3_000_000_000)
    try:
        with socket.create_connection(("127.0.0.1", site.port), timeout=HANGS) as client:
            client.sendall(
                f"GET /artifacts/{run}/model/huge.bin HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
            )
            assert b"content-length: 3000000000" in client.recv(4096)
            eventually(lambda: str(path) in opened(site))
            with open(f"/proc/{site.process.pid}/status", encoding="utf-8") as status:
                assert int(re.search(r"VmRSS:\s+(\d+)", status.read())[1]) < 300_000
        eventually(lambda: str(path) not in opened(site))
        assert site.get(f"/artifacts/{run}/model")[0] == 413
    finally:
        path.unlink()


def opened(site):
    """Return the files that the server has open."""
    found = []
    for name in os.listdir(f"/proc/{site.process.pid}/fd"):
        with contextlib.suppress(FileNotFoundError):
            found.append(os.readlink(f"/proc/{site.process.pid}/fd/{name}"))
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_quietly_also_while_a_page_is_open(folder, number):
    site = Site(folder)
    with socket.create_connection(("127.0.0.1", site.port), timeout=HANGS) as client:
        client.sendall(b"GET /api/panel HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert client.recv(4096).startswith(b"HTTP/1.1 200")
        assert site.end(number) == (0, "")


def test_a_port_that_is_taken_is_said(folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "nbtrack", "ui", "--port", str(port), "--store", str(folder)],
            capture_output=True, text=True, timeout=HANGS, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert f"port {port}" in done.stderr
    assert "--port" in done.stderr
