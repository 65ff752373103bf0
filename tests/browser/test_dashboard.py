"""The team's page that `nbtrack ui --voila` shows: to who has the token, and so that nobody changes anything."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest

from tests.browser.contrast import pale
from tests.browser.lab import PATIENCE, SHOTS, START, settle
from tests.waiting import eventually

ROOT = Path(__file__).resolve().parents[2]

FILL = """
import random
import nbtrack
from sklearn.linear_model import Ridge
chance = random.Random(1)
for number in range({count}):
    nbtrack.set_experiment(['wine', 'churn'][number % 2])
    with nbtrack.start_run(run_name=f'run-{{number}}'):
        alpha = chance.random()
        nbtrack.log_params(dict(alpha=alpha, depth=number % 5, solver=chance.choice(['sgd', 'adam'])))
        nbtrack.log_metric(['rmse', 'auc'][number % 2], round(0.5 + alpha / 3, 4))
        nbtrack.set_tag('team', 'red')
nbtrack.set_experiment('<img src=x onerror=document.title="owned">')
for name in {hostile}:
    with nbtrack.start_run(run_name=name):
        nbtrack.log_params({{name: name, 'alpha': 1}})
        nbtrack.log_metric('rmse ' + name, 3)
nbtrack.set_experiment('wine')
with nbtrack.start_run(run_name='with a model'):
    nbtrack.log_param('alpha', 9.0)
    nbtrack.log_model(Ridge().fit([[1.0], [2.0]], [1.0, 2.0]), 'model')
    nbtrack.log_metric('rmse', 0.01)
"""
HOSTILE = [
    "</script><script>document.title='owned'</script>",
    "<img src=x onerror=document.title='owned'>",
    "`\"'); DROP TABLE runs; --",
    "a\nb\u202e" + "x" * 300,
]

GOING_ON = """
import time
import nbtrack
nbtrack.set_experiment('wine')
with nbtrack.start_run(run_name='going on'):
    for step in range(10_000):
        nbtrack.log_metric('loss', 1 / (1 + step), step=step)
        print(step, flush=True)
        time.sleep(0.2)
"""

# What a visitor can do who has the page: say to the kernel what its widgets say, and more.
VISITOR = """async ({ kernel, asked }) => {
    const socket = new WebSocket(`${location.origin.replace("http", "ws")}/api/kernels/${kernel}/channels`);
    await new Promise((done, failed) => { socket.onopen = done; socket.onerror = failed; });
    const heard = [];
    let told = () => {};
    // What has buffers comes as bytes, and says nothing of a request.
    socket.onmessage = ({ data }) => { if (typeof data === "string") { heard.push(JSON.parse(data)); told(); } };
    const say = (msg_type, content, metadata = {}) => {
        const header = { msg_id: crypto.randomUUID(), msg_type, session: "visitor", username: "", version: "5.3", date: new Date().toISOString() };
        socket.send(JSON.stringify({ header, parent_header: {}, metadata, content, channel: "shell", buffers: [] }));
        return header.msg_id;
    };
    const until = async (wanted) => {
        for (const end = Date.now() + 30_000; Date.now() < end;) {
            const found = heard.find(wanted);
            if (found) return found;
            await new Promise(done => { told = done; setTimeout(done, 200); });
        }
        return null;
    };
    say("comm_open", { comm_id: "looks", target_name: "jupyter.widget.control", data: {} }, { version: "1.0.0" });
    say("comm_msg", { comm_id: "looks", data: { method: "request_states" } });
    const all = await until(one => one.content?.data?.method === "update_states");
    const panels = Object.entries(all.content.data.states).filter(([, { state }]) => state._place && !state.filter);
    const replies = [];
    for (const [number, request] of asked.entries()) {
        const id = `visitor-${number}`;
        say("comm_msg", { comm_id: panels[0][0], data: { method: "custom", content: { id, ...request } } });
        const reply = await until(one => one.content?.data?.content?.id === id && "ok" in one.content.data.content);
        replies.push(reply?.content.data.content);
    }
    say("execute_request", { code: "import nbtrack; nbtrack.runs()[0].delete()", silent: false });
    socket.close();
    return replies;
}"""


class Board:
    """`nbtrack ui --voila`, and the store that it shows."""

    def __init__(self, store, *options, log):
        self._log = log
        with log.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "nbtrack", "ui", "--voila", "--port", "0", "--store", str(store), *options],
                cwd=log.parent, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
            )  # fmt: skip
        found = eventually(lambda: re.search(r"nbtrack: (http://\S+)", self.said()), self.said, START / 1_000)
        self.url = found[1]

    def said(self):
        """Return what it said so far; a process that has ended says nothing more."""
        text = self._log.read_text(errors="replace")
        assert self.process.poll() is None, text
        return text

    def kernels(self):
        """Return the kernels that run for it."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        return [one for one in children if "ipykernel_launcher" in " ".join(one.cmdline())]

    def end(self, number=signal.SIGTERM):
        """End it as an operator does, and return its exit code; no kernel may be left."""
        kernels = self.kernels()
        self.process.send_signal(number)
        try:
            code = self.process.wait(PATIENCE / 1_000)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        _gone, left = psutil.wait_procs(kernels, timeout=PATIENCE / 1_000)
        assert not left
        return code


def nbtrack_in(store, source):
    """Run a script on the store, in a process of its own."""
    env = os.environ | {"NBTRACK_STORE": str(store)}
    subprocess.run([sys.executable, "-c", source], check=True, env=env, cwd=ROOT)


def told_of(store):
    """Return what visitors could have changed, as another process finds it."""
    source = """
import json, nbtrack
store = nbtrack.get_store()
runs = [(run.id, run.name, run.tags, run.record.note, run.status) for run in nbtrack.runs("status != 'RUNNING'")]
models = {name: store.models.model(name).aliases for name in store.models.names()}
print(json.dumps([runs, len(nbtrack.runs(deleted=True)), models, sorted(one.name for one in store.path.iterdir())]))
"""
    env = os.environ | {"NBTRACK_STORE": str(store)}
    done = subprocess.run([sys.executable, "-c", source], check=True, env=env, cwd=ROOT, capture_output=True)
    runs, deleted, models, files = json.loads(done.stdout)
    return runs, deleted, models, [name for name in files if not name.startswith("nbtrack.db-")]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Return a store of two experiments, of hostile names, and of a run with a model; a run goes on meanwhile."""
    store = tmp_path_factory.mktemp("board") / "store"
    nbtrack_in(store, FILL.format(count=24, hostile=HOSTILE))
    env = os.environ | {"NBTRACK_STORE": str(store)}
    going = subprocess.Popen([sys.executable, "-c", GOING_ON], stdout=subprocess.PIPE, env=env, cwd=ROOT)
    assert going.stdout.readline()
    yield store
    going.kill()
    going.wait()
    going.stdout.close()


@pytest.fixture(scope="module")
def board(store):
    """Return the page of the store."""
    board = Board(store, log=store.parent / "board.log")
    yield board
    board.end()


def opened(browser, url, width=1280, height=2_200):
    """Return a page of a visitor of their own."""
    context = browser.new_context(viewport={"width": width, "height": height})
    # A network that answers nothing from elsewhere: the page must not wait for it.
    context.route(lambda address: not address.startswith("http://127.0.0.1"), lambda route: None)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(url, timeout=START)
    return page


def shot(page, name):
    settle(page)
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"dashboard-{name}.png")
    assert not pale(page.locator(".nbtrack-board"))


def part(page, title):
    return page.locator(".nbtrack-board").filter(has=page.get_by_role("heading", name=title))


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_a_visitor_sees_what_the_team_does(board, store, chromium, theme):
    # The second theme is asked for as a visitor does: no kernel of the pool has drawn it.
    page = opened(chromium, board.url + ("&theme=dark" if theme == "dark" else ""))
    try:
        ranked = part(page, "Leaderboard of wine: rmse, lowest first")
        served = ranked.get_by_role("row").filter(has_text="with a model")
        assert served.inner_text().split("\t")[1:3] == ["with a model", "0.01"]
        part(page, "What is new").get_by_role("cell", name="going on").wait_for()
        best = part(page, "Best by experiment")
        assert {"wine", "churn"} <= set(best.locator("td:first-child").all_inner_texts())
        part(page, "What matters for rmse in wine").get_by_role("cell", name="alpha").wait_for()
        running = page.locator(".nbtrack-panel").nth(0)
        running.locator("canvas").first.wait_for()
        page.locator(".nbtrack-panel").nth(1).get_by_role("row").filter(has_text="run-23").wait_for()
        # Of hostile names all is text, and no code is shown.
        assert page.title() == "dashboard"
        assert "import nbtrack" not in page.content()
        shot(page, theme)

        nbtrack_in(
            store,
            f"import nbtrack\nnbtrack.set_experiment('wine')\nwith nbtrack.start_run(run_name='{theme}'): nbtrack.log_metric('rmse', 0.001)",
        )
        ranked.get_by_role("cell", name=theme, exact=True).wait_for()
        for width in (400, 2_000):
            page.set_viewport_size({"width": width, "height": 2_200})
            page.wait_for_function("width => innerWidth === width", arg=width)
            shot(page, f"{theme}-{width}")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, "nothing is cut off"
    finally:
        page.context.close()


def test_a_kernel_of_the_pool_shows_what_is_now(board, store, chromium):
    """It has run the notebook long before; within seconds the page is there."""
    eventually(lambda: len(board.kernels()) >= 2)
    source = "import nbtrack\nnbtrack.set_experiment('wine')\nwith nbtrack.start_run(run_name='after the pool was filled'): nbtrack.log_metric('rmse', 1e-6)"
    nbtrack_in(store, source)
    page = opened(chromium, board.url)
    try:
        first = part(page, "Leaderboard of wine").get_by_role("row").nth(1)
        first.get_by_role("cell", name="after the pool was filled").wait_for()
    finally:
        page.context.close()


def test_who_has_no_token_is_shown_nothing(board, chromium):
    page = opened(chromium, board.url.partition("?")[0])
    try:
        assert "/login" in page.url
        assert page.locator(".nbtrack-board").count() == 0
    finally:
        page.context.close()
    address, _, token = board.url.partition("?token=")
    assert len(token) >= 32
    for path in ("voila/files/x.png", "api/kernels/11111111-1111-1111-1111-111111111111"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{address}{path}", timeout=PATIENCE / 1_000)
        assert refused.value.code in {403, 404}
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(
            f"{address}api/kernels/11111111-1111-1111-1111-111111111111/channels", timeout=60
        )
    assert refused.value.code == 403
    arguments = " ".join(psutil.Process(board.process.pid).cmdline())
    assert token not in arguments, "others on the machine can see them"


def test_a_visitor_changes_nothing_whatever_the_page_says_to_the_kernel(board, store, chromium):
    before = told_of(store)
    ids = {name: run for run, name, *_ in before[0]}
    model, run = ids["with a model"], ids["run-3"]
    query = {"filter": "", "order_by": [], "experiments": None, "deleted": False}
    refused = [
        {"kind": "delete", "ids": [run]},
        {"kind": "restore", "ids": [run]},
        {"kind": "rename", "ids": [run], "name": "owned"},
        {"kind": "tag", "ids": [run], "name": "team", "value": "owned"},
        {"kind": "tag", "ids": [run], "name": "team", "value": None},
        {"kind": "save", "name": "owned", "filter": "status = 'FINISHED'"},
        {"kind": "forget", "name": "owned"},
        {"of": run, "kind": "edit", "changes": {"name": "owned", "note": "owned", "tags": {"team": None}}},
        {"of": run, "kind": "delete"},
        {"of": run, "kind": "restore"},
        {"of": model, "kind": "register", "model": "model", "name": "owned"},
        {"of": model, "kind": "set_alias", "name": "owned", "version": 1, "alias": "champion"},
        {"of": model, "kind": "delete_alias", "name": "owned", "alias": "champion"},
        {"of": model, "kind": "serve", "model": "model"},
        {"of": model, "kind": "stop", "model": "model"},
    ]
    harmless = [
        {"kind": "remember", "filter": "params.alpha > 1"},
        {"kind": "frame", **query, "columns": ["name"], "ids": []},
        {"of": model, "kind": "refresh"},
    ]
    page = opened(chromium, board.url)
    other = opened(chromium, board.url)
    try:
        page.locator(".nbtrack-panel").nth(1).get_by_role("row").nth(2).wait_for()
        config = json.loads(page.locator("#jupyter-config-data").text_content())
        replies = page.evaluate(VISITOR, {"kernel": config["kernelId"], "asked": refused + harmless})
        for request, reply in zip(refused, replies, strict=False):
            assert reply is not None, request
            assert not reply["ok"], request
            assert reply["error"], request
            assert "may only be read" in json.dumps(reply["error"]), (request, reply)
        assert all(reply["ok"] for reply in replies[len(refused) :])
        assert not [
            one
            for one in psutil.Process(board.process.pid).children(recursive=True)
            if "nbtrack.serving" in " ".join(one.cmdline())
        ]
        # On the page itself there is nothing to try it with, and it goes on; so does that of the other visitor.
        for one in (page, other):
            panel = one.locator(".nbtrack-panel").nth(1)
            panel.get_by_role("row").filter(has_text="run-23").click()
            panel.get_by_text("1 run chosen").wait_for()
            for name in ("Delete", "Add a tag"):
                assert panel.get_by_role("button", name=name, exact=True).locator("visible=true").count() == 0
    finally:
        page.context.close()
        other.context.close()
    assert told_of(store) == before


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.long)])
def test_it_ends_with_its_kernels(store, number):
    """However early: here while the kernels of the pool are still starting."""
    board = Board(store, log=store.parent / f"ends-{number}.log")
    eventually(board.kernels)
    assert board.end(number) == 0


@pytest.mark.long
@pytest.mark.parametrize("count", [0, 1, 10_000])
def test_it_looks_right_with_few_runs_and_with_many(chromium, tmp_path, count):
    store = tmp_path / "store"
    nbtrack_in(store, f"""
import nbtrack
store = nbtrack.get_store()
for number in range({count}):
    run = store.create_run(experiment=f'experiment {{number % 40}}', name=f'run-{{number}}')
    run.log_param('alpha', number % 97)
    run.log_metric('rmse', number % 1009, step=0)
    run.finish()
""")  # fmt: skip
    board = Board(store, "--base-url", "/team/board", log=tmp_path / "board.log")
    try:
        assert "/team/board/?token=" in board.url
        page = opened(chromium, board.url)
        if count:
            part(page, "Leaderboard of experiment").get_by_role("row").nth(min(count, 10)).wait_for()
        else:
            part(page, "Leaderboard").get_by_text("No runs yet").wait_for()
        panel = page.locator(".nbtrack-panel").nth(1)
        panel.get_by_text(f"{count:,} run{'' if count == 1 else 's'}", exact=True).wait_for()
        assert page.locator(".nbtrack-panel").nth(0).is_hidden(), "nothing runs"
        shot(page, f"{count}-runs")
        page.context.close()
    finally:
        board.end()
