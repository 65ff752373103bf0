"""What the Jupyter server reads for a panel: a real server, asked over HTTP."""

import asyncio
import contextlib
import http.client
import json
import math
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import nbtrack
from nbtrack.errors import NbtrackError, StoreError
from nbtrack.query import Query
from nbtrack.store import Store, open_store
from nbtrack.store.location import database_file
from nbtrack.widgets.bundle import build
from nbtrack.widgets.panel import Panel
from nbtrack.widgets.replies import done, failed
from nbtrack.widgets.server import desk as desks
from nbtrack.widgets.server.stores import Stores, stores
from nbtrack.widgets.wire import PANEL, RUN_PAGE
from tests.waiting import HANGS, eventually

ROOT = Path(__file__).resolve().parents[4]
CONFIG = ROOT / "labextension" / "jupyter_server_config.d" / "nbtrack.json"
QUERY = {"filter": "", "order_by": [], "experiments": None, "deleted": False}
CHANGES = {"id": "v-1", "kind": "changes"}
TOKEN = "of-the-tests"


class Server:
    """A Jupyter server that knows nothing of the user's settings, but for the file that nbtrack installs."""

    def __init__(self, folder):
        config, self.root = folder / "config", folder / "root"
        (config / "jupyter_server_config.d").mkdir(parents=True)
        self.root.mkdir()
        shutil.copy(CONFIG, config / "jupyter_server_config.d")
        others = ("jupyterlab", "jupyter_lsp", "notebook_shim", "voila.server_extension")
        (config / "jupyter_server_config.json").write_text(
            json.dumps({"ServerApp": {"jpserver_extensions": dict.fromkeys(others, False)}})
        )
        own = {f"JUPYTER_{name}_DIR": str(folder / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
        command = [sys.executable, "-m", "jupyter_server", "--no-browser", "--ip=127.0.0.1", "--port=0"]
        self.log = folder / "server.log"
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [*command, "--allow-root", f"--IdentityProvider.token={TOKEN}", "--ServerApp.base_url=/user/ada/"],
                cwd=self.root, env=os.environ | own, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        self._record = folder / "runtime" / f"jpserver-{self._process.pid}.json"
        eventually(self._is_up, self.log.read_text)

    def _is_up(self):
        assert self._process.poll() is None, self.log.read_text()
        with contextlib.suppress(OSError, ValueError):
            self._url = urlsplit(json.loads(self._record.read_text())["url"])
            return self.send("GET", "api")[0] == 200
        return False

    def send(self, method, place, body=None, **headers):
        connection = http.client.HTTPConnection(self._url.hostname, self._url.port, timeout=HANGS)
        with contextlib.closing(connection):
            names = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, f"{self._url.path}{place}", body, names)
            response = connection.getresponse()
            self.headers = response.headers
            return response.status, response.read().decode()

    def post(self, body, **headers):
        """Return the status and the reply, asking as a page with the server's token does."""
        headers = {"Authorization": f"token {TOKEN}", **headers}
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        status, reply = self.send("POST", "nbtrack/api/ask", text, **headers)
        return status, json.loads(reply)

    def ask(self, store, request, **more):
        return self.post(
            {
                "store": str(store.path),
                "file": database_file(store.path),
                "only": None,
                "read_only": False,
                **more,
                "request": request,
            }
        )

    def result(self, store, request, **more):
        status, reply = self.ask(store, request, **more)
        assert (status, reply["ok"]) == (200, True), reply
        assert reply["id"] == request["id"]
        return reply["result"]

    def files(self):
        """Return the paths of the files that the server has open."""
        found = []
        for file in Path(f"/proc/{self._process.pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                found.append(os.readlink(file))
        return found

    def close(self):
        self._process.terminate()
        self._process.wait(HANGS)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("server"))
    yield server
    server.close()


@pytest.fixture
def filled(store):
    for number in range(12):
        nbtrack.set_experiment("wine" if number % 3 else "beer")
        with nbtrack.start_run(run_name=f"<b>run-{number:02}"):
            nbtrack.log_params({"alpha": number / 10, "kind": "auto" if number % 2 else 1, "same": 7})
            nbtrack.log_metric("rmse", math.nan if number == 5 else number)
            for step in range(3):
                nbtrack.log_metric("loss", abs(step - 1) + number, step=step)
    store.flush()
    return store


def requests(panel):
    """Return a request or more of each kind that only reads."""
    ids = [run.id for run in panel.runs[:3]]
    query = {**QUERY, "filter": "params.alpha < 0.9", "order_by": ["metrics.rmse DESC"]}
    columns = ["name", "params.alpha", "metrics.loss.min", "metrics.rmse", "start_time"]
    documents = [
        ("side_by_side", {}),
        ("artifacts", {}),
        ("pictures", {"name": "matrix.png"}),
        ("curves", {"metric": "loss"}),
        ("curves", {"metric": "rmse", "x": "metrics.loss"}),
        ("parallel", {"fields": ["params.alpha", "metrics.rmse"]}),
        ("scatter", {"x": "params.alpha", "y": "metrics.rmse", "colour": None}),
        ("box", {"field": "metrics.rmse", "by": "params.kind"}),
    ]
    return [
        {"kind": "window", **query, "offset": 2, "limit": 5, "columns": columns, "first": ids[:1]},
        {"kind": "window", **query, "filter": "params.alhpa = 1", "offset": 0, "limit": 5, "columns": [], "first": []},
        {"kind": "ids", **query, "offset": 0, "limit": 100, "first": ids[:1]},
        {"kind": "tree", **query, "offset": 1, "limit": 5, "columns": columns, "first": [], "unfolded": ids},
        {"kind": "among", **query, "ids": ids},
        {"kind": "telling", **query},
        {"kind": "tags", "ids": ids},
        {"kind": "scale", **query, "columns": ["params.alpha"]},
        {"kind": "differing", **query, "columns": ["params.alpha", "params.same"]},
        {"kind": "names"},
        {"kind": "fields", **query, "ids": [], "document": "parallel", "columns": []},
        {"kind": "complete", "text": "params.al", "caret": 9},
        {"kind": "memory"},
        {"kind": "arrangements"},
        {"kind": "changes"},
        {"kind": "run", "run": ids[0]},
        *({"kind": "export", **query, "columns": columns, "ids": chosen, "format": form}
          for chosen, form in (([], "csv"), (ids, "markdown"), (ids, "latex"))),
        *({"kind": "document", **query, "ids": chosen, "document": name, "asked": asked}
          for name, asked in documents for chosen in ([], ids)),
    ]  # fmt: skip


@pytest.mark.parametrize("picked", [False, True])
def test_the_server_answers_what_the_kernel_would(server, filled, picked):
    runs = nbtrack.runs()
    panel = Panel(filled, only=[run.id for run in runs[2:9]] if picked else None)
    try:
        panel._answers._memory.save("cheap", "params.alpha < 0.3")
        asked = [{"id": f"v-{number}", **one} for number, one in enumerate(requests(panel))]
        assert {one["kind"] for one in asked} == PANEL.reads, "requests() has one of each kind that reads"
        for request in asked:
            before = json.loads(json.dumps(panel._result(request), allow_nan=False))
            found = server.result(filled, request, only=panel._place["only"])
            # That a run has ended may have been written in between.
            assert found in (before, json.loads(json.dumps(panel._result(request)))), request
    finally:
        panel.close()


def of_kernel(panel, request):
    """Return the kernel's reply: its result, or why there is none, such as code that was not kept."""
    try:
        return done(request["id"], panel._result(request))
    except NbtrackError as error:
        return failed(request["id"], error)


def test_a_runs_page_is_answered_as_the_kernel_does(server, filled):
    panel = Panel(filled)
    run = nbtrack.runs()[3]
    asked = [
        {"kind": "preview", "name": "note.txt"},
        {"kind": "path", "name": "note.txt"},
        {"kind": "download", "name": "note.txt", "offset": 0, "stamp": ""},
        {"kind": "curve", "asked": {"metric": "loss"}},
        {"kind": "since", "against": "best"},
        {"kind": "script"},
        {"kind": "export"},
        {"kind": "names"},
    ]
    assert {one["kind"] for one in asked} == RUN_PAGE.reads
    try:
        with nbtrack.start_run(run.id):
            nbtrack.log_text("better", "note.txt")
        for one in asked:
            request = {"id": "v-1", "of": run.id, **one}
            assert server.ask(filled, request) == (200, json.loads(json.dumps(of_kernel(panel, request))))
        status, _ = server.ask(filled, {"id": "v-1", "kind": "delete", "of": run.id})
        assert (status, nbtrack.get_run(run.id).record.deleted) == (400, None)
    finally:
        panel.close()


def test_a_filter_that_is_wrong_is_told_as_the_kernel_does(server, filled):
    request = {
        "id": "v-1",
        "kind": "ids",
        **QUERY,
        "filter": "stauts = 'FAILED'",
        "offset": 0,
        "limit": 9,
        "first": [],
    }
    status, reply = server.ask(filled, request)
    assert (status, reply["ok"]) == (200, False)
    assert reply["error"]["suggestion"] == "status"
    assert (reply["error"]["start"], reply["error"]["end"]) == (0, 6)


def test_nobody_asks_without_the_servers_leave(server, filled):
    body = json.dumps(
        {
            "store": str(filled.path),
            "file": database_file(filled.path),
            "only": None,
            "read_only": False,
            "request": CHANGES,
        }
    )
    place = "nbtrack/api/ask"
    assert server.send("POST", place, body)[0] == 403
    assert server.send("POST", place, body, Authorization="token wrong")[0] == 403
    assert server.send("POST", place, body, Cookie="_xsrf=a", X_XSRFToken="a")[0] == 403
    # A browser that has logged in has a cookie, and must show that it is its page that asks.
    told = []
    for page in ("login", f"api/status?token={TOKEN}"):
        assert server.send("GET", page)[0] == 200
        told += server.headers.get_all("Set-Cookie")
    cookies = "; ".join(one.split(";")[0] for one in told)
    xsrf = cookies.split("_xsrf=")[1].split(";")[0]
    assert server.send("POST", place, body, Cookie=cookies)[0] == 403
    assert server.send("POST", place, body, Cookie=cookies, X_XSRFToken="other")[0] == 403
    assert server.send("POST", place, body, Cookie=cookies, X_XSRFToken=xsrf)[0] == 200
    headers = {"X_XSRFToken": xsrf, "Origin": "https://elsewhere.example.org"}
    assert server.send("POST", place, body, Cookie=cookies, **headers)[0] in (403, 404)


def test_where_no_store_is_none_is_made(server, tmp_path):
    nothing, elsewhere = tmp_path / "nothing", tmp_path / "elsewhere"
    nothing.mkdir()
    for place in (str(nothing), str(elsewhere), str(nothing / "x" / ".nbtrack"), "", ".nbtrack", "~", "\0"):
        status, reply = server.post(
            {"store": place, "file": "7", "only": None, "read_only": False, "request": CHANGES}
        )
        assert status == 410, place
        assert reply["error"]["type"] == "NotFoundError"
        assert "there is no store in" in reply["error"]["message"]
    assert [*nothing.iterdir()] == []
    assert not elsewhere.exists()


def test_a_store_that_was_moved_or_replaced_is_noticed(server, store, tmp_path):
    with nbtrack.start_run():
        pass
    store.flush()
    names = {"id": "v-1", "kind": "ids", **QUERY, "offset": 0, "limit": 9, "first": []}
    assert server.result(store, names)["total"] == 1
    store.close()
    other = Store(tmp_path / "other", read_only=False)
    for _ in range(3):
        other.create_run(experiment="wine").finish()
    other.close()
    store.path.rename(tmp_path / "moved")
    assert server.ask(store, names)[0] == 410
    other.path.rename(store.path)
    assert server.result(store, names)["total"] == 3


def test_of_another_machine_the_same_path_is_another_store(server, filled):
    status, reply = server.ask(filled, CHANGES, file="7")
    assert status == 409
    assert "is another one here" in reply["error"]["message"]


def test_what_is_written_meanwhile_is_seen(server, filled):
    before = server.result(filled, CHANGES)["clock"]
    with nbtrack.start_run(run_name="later"):
        nbtrack.log_metric("rmse", 1.5)
    filled.flush()
    assert server.result(filled, CHANGES)["clock"] > before


@pytest.mark.parametrize("version", [0, 99])
def test_a_store_of_another_version_is_left_as_it_is(server, filled, version):
    filled.close()
    with contextlib.closing(sqlite3.connect(filled.path / "nbtrack.db")) as database:
        (right,) = database.execute("PRAGMA user_version").fetchone()
        database.execute(f"PRAGMA user_version = {version}")
    status, reply = server.ask(filled, CHANGES)
    assert status == 409
    assert f"has version {version}" in reply["error"]["message"]
    if sys.platform == "linux":
        held = [file for file in server.files() if file.startswith(str(filled.path))]
        assert held == [], "and not kept open"
    with contextlib.closing(sqlite3.connect(filled.path / "nbtrack.db")) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (version,)
        database.execute(f"PRAGMA user_version = {right}")


def test_a_damaged_store_is_told(server, filled):
    filled.close()
    (filled.path / "nbtrack.db").write_bytes(b"SQLite format 3\0" + b"x" * 5_000)
    status, reply = server.ask(filled, CHANGES)
    assert status == 409
    assert reply["error"]["type"] == "StoreError"


WRONG = [
    b"",
    b"{",
    b"null",
    b"[]",
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"store": "\\ud800", "file": "7", "only": null, "read_only": false, "request": {}}',
    {"store": "/", "file": "7", "only": None, "request": CHANGES},
    {"store": "/", "file": "7", "only": None, "read_only": False, "request": CHANGES, "more": 1},
    {"store": ["/"], "file": "7", "only": None, "read_only": False, "request": CHANGES},
    {"store": "/", "file": "7", "only": "all", "read_only": False, "request": CHANGES},
    {"store": "/", "file": "7", "only": [1], "read_only": False, "request": CHANGES},
    {"store": "/", "file": "7", "only": ["x"] * 20_001, "read_only": False, "request": CHANGES},
    {"store": "/", "file": 7, "only": None, "read_only": False, "request": CHANGES},
    {"store": "/", "file": "7", "only": None, "read_only": 1, "request": CHANGES},
    {"store": "/", "file": "7", "only": None, "read_only": False, "request": None},
    {
        "store": "/",
        "file": "7",
        "only": None,
        "read_only": False,
        "request": {**CHANGES, "kind": "constructor"},
    },
]


@pytest.mark.parametrize("body", WRONG, ids=lambda body: str(body)[:60])
def test_what_is_no_request_is_refused(server, body):
    status, reply = server.post(body)
    assert status == 400
    assert reply["error"]["type"] == "InvalidValueError"
    assert "Traceback" not in str(reply)


@pytest.mark.parametrize(
    "request_",
    [
        {"kind": "delete", "ids": []},
        {"kind": "restore", "ids": []},
        {"kind": "remember", "filter": ""},
        {"kind": "save", "name": "a", "filter": ""},
        {"kind": "forget", "name": "a"},
        {"kind": "arrange", "name": "a", "charts": []},
        {"kind": "bye"},
    ],
    ids=lambda request: request["kind"],
)
def test_what_changes_something_is_the_kernels(server, filled, request_):
    status, reply = server.ask(filled, {"id": "v-1", **request_})
    assert status == 400
    assert "is the kernel's to answer" in reply["error"]["message"]
    assert reply["id"] == "v-1"


def test_a_page_that_may_write_changes_runs_through_the_server(server, filled):
    run = nbtrack.runs()[0]
    asked = {"store": str(filled.path), "file": database_file(filled.path), "only": None, "read_only": False}

    def change(request, **headers):
        body = json.dumps({**asked, "request": {"id": "v-1", **request}})
        headers = {"Authorization": f"token {TOKEN}", **headers}
        status, reply = server.send("POST", "nbtrack/api/change", body, **headers)
        return status, json.loads(reply)

    assert change({"kind": "rename", "ids": [run.id], "name": "renamed"})[1]["ok"]
    assert change({"kind": "tag", "ids": [run.id], "name": "team", "value": "red"})[1]["result"]["count"] == 1
    assert change({"kind": "edit", "of": run.id, "changes": {"note": "why"}})[1]["ok"]
    found = nbtrack.get_run(run.id)
    assert (found.name, found.tags["team"], found.note) == ("renamed", "red", "why")
    assert change({"kind": "save", "name": "a", "filter": "params.alpha < 1"})[1]["result"]["saved"]
    assert change({"kind": "delete", "ids": [run.id]})[0] == 200
    assert nbtrack.get_run(run.id).record.deleted is not None
    assert change({"kind": "restore", "of": run.id})[0] == 200
    assert nbtrack.get_run(run.id).record.deleted is None
    for of_kernel in ({"kind": "frame", **QUERY, "columns": [], "ids": []}, {"kind": "bye"},
                      {"kind": "serve", "of": run.id, "model": "model"}):  # fmt: skip
        status, reply = change(of_kernel)
        assert (status, "is the kernel's to answer" in reply["error"]["message"]) == (400, True)
    assert change({"kind": "delete", "ids": [run.id]}, Authorization="token wrong")[0] == 403
    assert nbtrack.get_run(run.id).record.deleted is None


def test_what_a_panel_begins_with_is_told_of_a_folder(server, filled, tmp_path):
    # The server's root is a folder of its own; a store beside it is not shown.
    headers = {"Authorization": f"token {TOKEN}"}
    status, reply = server.send("GET", "nbtrack/api/panel?path=", **headers)
    assert (status, reply) == (200, "null")
    root = server.root
    shutil.copytree(filled.path, root / "work" / ".nbtrack")
    (root / "work" / "deep").mkdir()
    (root / "work" / "nb.ipynb").touch()
    for path in ("work", "work/deep", "/work/nb.ipynb", "work/new.ipynb"):
        status, reply = server.send("GET", f"nbtrack/api/panel?path={path}", **headers)
        traits = json.loads(reply)
        assert (status, traits["_place"]["store"]) == (200, str(root / "work" / ".nbtrack")), path
        assert (traits["_first"]["total"], len(traits["columns"]) > 4) == (12, True)
        assert server.headers["X-Nbtrack-Writes"] == "yes"
    assert server.send("GET", "nbtrack/api/panel?path=../..", **headers)[0] == 404
    assert server.send("GET", "nbtrack/api/panel?path=work")[0] == 403
    shutil.rmtree(root / "work")


def test_the_page_and_its_files_are_for_who_is_logged_in(server):
    headers = {"Authorization": f"token {TOKEN}"}
    status, page = server.send("GET", "nbtrack/", **headers)
    assert status == 200
    assert "script-src 'self' blob:" in server.headers["Content-Security-Policy"]
    for name, place in re.findall(r'"(static/(page\.\w+)[^"]*)"', page):
        status, text = server.send("GET", f"nbtrack/{name}", **headers)
        assert (status, len(text) > 10_000) == (200, True), place
        assert "immutable" in server.headers["Cache-Control"]
    assert server.send("GET", "nbtrack/static/panel.js", **headers)[0] == 200
    assert server.headers["Cache-Control"] == "no-cache"
    assert server.send("GET", "nbtrack/static/handler.py", **headers)[0] == 404
    assert server.send("GET", "nbtrack/")[0] == 302, "to the login"
    assert server.send("GET", "nbtrack/static/page.js")[0] in (302, 403)


def test_a_body_that_is_too_large_is_not_read(server):
    # It is refused by what is said of it, when none of it has come yet.
    status, reply = server.post(b"", Content_Length="3000000")
    assert status == 413
    assert "2,097,152 bytes at most" in reply["message"]
    with contextlib.suppress(ConnectionError):
        assert server.send("POST", "nbtrack/api/ask", iter([b" " * 500_000] * 8), Authorization=f"token {TOKEN}")[0] == 400  # fmt: skip


def test_a_fault_says_nothing_of_the_inside(server, filled):
    asked = {"x": 5, "y": ["metrics.rmse"], "colour": None}
    status, reply = server.ask(
        filled, {"id": "v-1", "kind": "document", **QUERY, "ids": [], "document": "scatter", "asked": asked}
    )
    assert status == 500
    assert reply["id"] == "v-1"
    assert reply["error"]["message"] == "the server could not answer this; its log says why"
    assert "Traceback" in server.log.read_text()


def test_files_of_another_build_are_not_there(server):
    headers = {"Authorization": f"token {TOKEN}"}
    for place, status in (
        (f"views.js?v={build()}", 200),
        ("views.js?v=other", 404),
        ("THIRD-PARTY.txt", 404),
    ):
        assert server.send("GET", f"nbtrack/static/{place}", **headers)[0] == status


def test_the_servers_start_and_the_first_request_import_little():
    code = """
import sys
import nbtrack.widgets.server as extension
parts = [name for name in sys.modules if name.startswith("nbtrack")]
assert set(parts) == {"nbtrack", "nbtrack.version", "nbtrack.widgets", "nbtrack.widgets.server"}, parts
from nbtrack.widgets.server import handler, answers
heavy = {"IPython", "anywidget", "ipywidgets", "numpy", "pandas", "plotly", "sklearn"} & sys.modules.keys()
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_a_read_that_takes_too_long_is_stopped(filled):
    with contextlib.closing(Store(filled.path, read_only=True)) as store:
        store.limit_reads(0.1)
        endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
        late = pytest.raises(StoreError, match="to be answered in time; ask for less")
        with late, store._settled() as connection:
            connection.execute(endless).fetchone()
        assert len(store.find_runs(Query())) == 12


def test_a_request_that_takes_too_long_is_left_to_the_kernel(filled, monkeypatch):
    monkeypatch.setattr(desks, "ANSWER_TIMEOUT", 0.2)
    asked = {"store": str(filled.path), "file": database_file(filled.path), "only": None, "read_only": False}
    body = json.dumps({**asked, "request": CHANGES}).encode()
    desk = desks.Desk()

    async def ask():
        assert (await desk.answer(body))[0] == 200
        with stores.using(asked["store"], asked["file"]) as store, store._database.busy:
            status, reply = await desk.answer(body)
            assert (status, desk._open) == (503, 1)
            assert "takes longer than 0.2 s here" in json.loads(reply)["error"]["message"]
        assert (await desk.answer(body))[0] == 200

    asyncio.run(ask())
    stores.close_idle(0)


def test_few_stores_stay_open_and_none_that_is_idle(tmp_path):
    opened = Stores()
    folders = [tmp_path / str(number) for number in range(10)]
    for folder in folders:
        open_store(folder).close()
    with opened.using(str(folders[0]), database_file(folders[0])) as first:
        for folder in folders[1:]:
            with opened.using(str(folder), database_file(folder)) as store:
                assert store.read_only
                store.changes()
        first.changes()
        with opened.using(str(folders[-1]), database_file(folders[-1])) as again:
            assert again is store, "one that is open is not opened again"
        opened.close_idle(0)
        assert not opened.any_open
    with opened.using(str(folders[0]), database_file(folders[0])) as anew:
        assert anew is not first
        opened.close_idle(0)
        assert opened.any_open, "not while it is read"
    opened.close_idle(0)
    assert not opened.any_open


def test_what_is_running_in_a_folder_is_told_to_who_may_ask(server):
    headers = {"Authorization": f"token {TOKEN}"}

    def running():
        status, reply = server.send("GET", "nbtrack/api/running?path=trained/nb.ipynb", **headers)
        assert status == 200
        return json.loads(reply)

    (server.root / "trained").mkdir()
    assert running() == {"running": 0, "name": None}
    with contextlib.closing(open_store(server.root / "trained" / ".nbtrack")) as store:
        writer = store.create_run(experiment="wine", name="long one")
        store.flush()
        assert running() == {"running": 1, "name": "long one"}
        writer.finish()
        store.flush()
        assert running() == {"running": 0, "name": None}
    assert server.send("GET", "nbtrack/api/running?path=../..", **headers)[0] == 404
    assert server.send("GET", "nbtrack/api/running?path=trained")[0] == 403
    shutil.rmtree(server.root / "trained")
