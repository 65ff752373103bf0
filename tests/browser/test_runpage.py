"""A run's page as a user works with it in JupyterLab, in both themes, and with a run that means harm."""

import http.server
import json
import threading
import zipfile

import pytest
from playwright.sync_api import expect

from tests.browser.contrast import pale
from tests.browser.held import Held
from tests.browser.lab import THEMES

SETUP = """
%load_ext nbtrack
import json, time
import numpy as np, pandas as pd
import nbtrack
from nbtrack.widgets import RunPage
rng = np.random.default_rng(0)
wine = pd.DataFrame(rng.normal(size=(200, 4)), columns=['alcohol', 'fixed acidity', 'pH', 'sulphates'])
wine['quality'] = wine['alcohol'] * 2 + rng.normal(size=200)
"""

TRAIN = """
%%track wine-forest -e wine -t team=red -t stage=draft
from sklearn.ensemble import RandomForestRegressor
import matplotlib.pyplot as plt
n_estimators, max_depth, learning_rate = 20, 4, 0.0123456789
X, y = wine.drop(columns='quality'), wine['quality']
model = RandomForestRegressor(n_estimators=n_estimators, max_depth=max_depth, random_state=3).fit(X, y)
r2 = model.score(X, y)
for epoch in range(300):
    loss = float(np.exp(-epoch / 60) + 0.05 * rng.random() + (1.5 if epoch == 140 else 0))
    print(f'epoch {epoch} loss {loss:.3f}')
plt.figure(figsize=(4, 2.5)); plt.plot(np.cumsum(rng.normal(size=100))); plt.show()
nbtrack.log_text('# Report\\nAll is well.', 'report.md')
nbtrack.log_dict({'deep': {'list': [1, 2, 3]}, 'ok': True}, 'config/settings.json')
nbtrack.log_text(wine.round(4).to_csv(index=False), 'tables/wine.csv')
nbtrack.log_dict({'columns': ['question', 'score'], 'data': [['<b>why</b>', 0.5]]}, 'eval.json')
circle = '<circle cx="60" cy="60" r="50" fill="teal"/>'
svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="120" height="120" onload="window.__pwned=1">{circle}</svg>'
nbtrack.log_text(svg, 'plots/logo.svg')
"""

SHOW = """
run = nbtrack.last_active_run()
run = nbtrack.get_run(run.id)
run.note = '''## What this run is for

A **forest** on the wine data, see [the paper](https://example.org/wine).

- [x] baseline
- [ ] more trees

| trees | r2 |
|---|--:|
| 20 | 0.87 |
'''
page = RunPage(run)
page
"""


def whole(notebook, shown, name):
    """Leave a picture of all of a page, however long it is."""
    size = notebook.page.viewport_size
    height = int(shown.bounding_box()["height"]) + 400
    notebook.page.set_viewport_size({"width": size["width"], "height": max(size["height"], height)})
    shown.scroll_into_view_if_needed()
    notebook.shot(name)
    notebook.page.set_viewport_size(size)


@pytest.mark.parametrize("theme", THEMES)
def test_a_run_is_read_edited_deleted_and_restored(lab, chromium, theme):
    word = theme[-5:].strip().lower()
    name = f"runpage-{word}.ipynb"
    held = Held(lab.folder, name, frozen=True)
    sources = [
        SETUP,
        TRAIN,
        SHOW,
        held.source,
        "[run.name, run.tags.get('team'), run.tags.get('owner'), run.tags.get('stage'), run.note[:10]]",
    ]
    lab.put(name, sources)
    with lab.opened(chromium, name, theme=theme) as notebook:
        page = notebook.page
        notebook.run(0)
        notebook.run(1)
        shown = notebook.run(2).locator(".nbtrack-run")
        shown.get_by_text("Finished", exact=True).wait_for()
        shown.locator("figure img").wait_for()
        shown.get_by_role("row", name="r2").first.wait_for()
        assert shown.get_by_role("link", name="the paper").get_attribute("rel") == "noopener noreferrer"
        whole(notebook, shown, f"runpage-{word}")
        assert not pale(shown)

        # Files of each kind, by mouse and by keys.
        tree = shown.get_by_role("tree")
        pane = shown.get_by_role("region", name="Preview")
        tree.get_by_text("wine.csv").click()
        pane.get_by_text("the first 100 rows").wait_for()
        tree.get_by_text("settings.json").click()
        pane.get_by_text('"deep": {').wait_for()
        page.keyboard.press("End")
        page.keyboard.press("Enter")
        tree.get_by_text("logo.svg").click()
        pane.locator("img").wait_for()
        whole(notebook, shown, f"runpage-{word}-svg")
        pane.get_by_role("button", name="Source").click()
        pane.get_by_text("onload=").wait_for()
        with page.expect_download() as download:
            pane.get_by_role("button", name="Download plots/logo.svg").click()
        assert download.value.suggested_filename == "logo.svg"
        assert "onload" in download.value.path().read_text()
        tree.get_by_text("report.md").click()
        pane.get_by_role("heading", name="Report").wait_for()
        tree.get_by_text("eval.json").click()
        pane.get_by_role("columnheader", name="question").wait_for()
        tree.get_by_text("tables", exact=True).click()
        with page.expect_download() as download:
            pane.get_by_role("button", name="Download tables").click()
        assert zipfile.ZipFile(download.value.path()).namelist() == ["wine.csv"]
        with page.expect_download() as download:
            shown.get_by_role("button", name="Save all artifacts as one ZIP file").click()
        assert {"plots/logo.svg", "tables/wine.csv"} < {*zipfile.ZipFile(download.value.path()).namelist()}

        # The tracked cell, once more below.
        before = page.locator(".jp-CodeCell").count()
        shown.get_by_role("button", name="Put the tracked cell into a new cell below").click()
        expect(page.locator(".jp-CodeCell")).to_have_count(before + 1)
        expect(notebook.cell(3).locator(".cm-content")).to_contain_text("%%track")
        notebook.cell(3).locator(".cm-content").click()
        page.keyboard.press("Escape")
        page.keyboard.press("d")
        page.keyboard.press("d")

        # A metric's curve, on the page itself.
        shown.get_by_role("button", name="loss", exact=True).click()
        shown.locator(".nbtrack-curves canvas").first.wait_for()
        whole(notebook, shown, f"runpage-{word}-curve")
        shown.get_by_role("button", name="Close the curve").click()

        # The run becomes a project, beside the store and nowhere else.
        shown.get_by_role("button", name="Make a project of the run").click()
        box = shown.get_by_label("Folder of the project")
        expect(box).to_have_value("wine-forest-project")
        whole(notebook, shown, f"runpage-{word}-package")
        box.fill("../elsewhere")
        box.press("Enter")
        shown.get_by_role("alert").get_by_text("'../elsewhere' is no folder beside the store").wait_for()
        whole(notebook, shown, f"runpage-{word}-package-refused")
        box.fill(f"forest-{word}")
        box.press("Enter")
        shown.get_by_text(f"forest-{word} with").wait_for()
        whole(notebook, shown, f"runpage-{word}-packaged")
        assert "max_depth" in (lab.folder / f"forest-{word}" / "MLproject").read_text()
        shown.get_by_role("button", name="Hide what was made").click()
        expect(shown.get_by_role("button", name="Make a project of the run")).to_be_focused()

        # The model gets a version, and that an alias.
        shown.get_by_role("button", name="Make this model a version").click()
        shown.get_by_label("Register under the name").fill(f"wine-{word}")
        shown.get_by_label("Register under the name").press("Enter")
        shown.get_by_role("button", name=f"Give wine-{word} version 1 an alias").click()
        shown.get_by_label(f"New alias of wine-{word} version 1").fill("champion")
        shown.get_by_label(f"New alias of wine-{word} version 1").press("Enter")
        shown.get_by_text("@champion").wait_for()
        whole(notebook, shown, f"runpage-{word}-registered")
        shown.get_by_role("button", name="Remove the alias champion").click()
        shown.get_by_text("@champion").wait_for(state="detached")
        tree.get_by_text("figure-1.png").click()
        pane.locator("img").wait_for()
        whole(notebook, shown, f"runpage-{word}-preview")

        # Name, tags and note.
        shown.get_by_role("button", name="Rename the run").click()
        box = shown.get_by_label("Name of the run")
        box.fill("forest <b>of</b> the year")
        box.press("Enter")
        shown.get_by_role("heading", name="forest <b>of</b> the year").wait_for()
        shown.get_by_role("button", name="team: red").click()
        shown.get_by_label("Value of the tag team").fill("blue")
        shown.get_by_label("Value of the tag team").press("Enter")
        shown.get_by_role("button", name="team: blue").wait_for()
        shown.get_by_role("button", name="Remove the tag stage").click()
        shown.get_by_role("button", name="stage: draft").wait_for(state="detached")
        shown.get_by_role("button", name="Add a tag").click()
        shown.locator("datalist option[value=team]").wait_for(state="attached")
        shown.get_by_label("Name of the tag").fill("owner")
        shown.get_by_label("Value of the tag").press_sequentially("ada")
        shown.get_by_label("Value of the tag").press("Enter")
        shown.get_by_role("button", name="owner: ada").wait_for()
        shown.get_by_role("button", name="Edit note").click()
        shown.get_by_label("Note", exact=True).last.fill("a")
        # JupyterLab would have it that Enter in a notebook makes no new line.
        page.keyboard.press("Enter")
        page.keyboard.type("b")
        expect(shown.get_by_label("Note", exact=True).last).to_have_value("a\nb")
        page.keyboard.press("Escape")
        shown.get_by_text("What this run is for").wait_for()

        # The kernel is busy: the edit waits, and that is said.
        notebook.run(3, wait=False)
        held.wait_until_begun()
        shown.get_by_role("button", name="Edit note").click()
        shown.get_by_label("Note", exact=True).last.fill("short _note_")
        page.keyboard.press("Control+Enter")
        shown.get_by_text("waiting for the kernel: a cell is running").wait_for()
        shown.scroll_into_view_if_needed()
        notebook.shot(f"runpage-{word}-waiting")
        held.let_go()
        shown.locator(".nbtrack-run-note em").get_by_text("note").wait_for()
        notebook.wait_until_idle()
        told = "['forest <b>of</b> the year', 'blue', 'ada', None, 'short _not']"
        notebook.told(4, told)

        # A name that cannot be is refused, with the reason.
        shown.get_by_role("button", name="Rename the run").click()
        box.fill("n" * 2000)
        box.press("Enter")
        shown.get_by_text("shorten it to 1,000 at most").wait_for()
        box.press("Escape")

        shown.get_by_role("button", name="Serve this model").click()
        shown.get_by_text("Ready", exact=True).wait_for()
        notebook.shot(f"runpage-{word}-serving")
        shown.get_by_role("button", name="Stop the server").click()
        shown.get_by_text("Stopped", exact=True).wait_for()

        with page.expect_download() as download:
            shown.get_by_role("button", name="Save params, metrics and tags as JSON").click()
        saved = json.loads(download.value.path().read_text())
        assert saved["params"]["max_depth"] == 4

        shown.get_by_role("button", name="Delete the run").click()
        shown.get_by_role("button", name="Delete it").click()
        shown.get_by_role("button", name="Take the run back").click()
        shown.get_by_role("button", name="Delete the run").wait_for()
        # A closed section stays closed.
        shown.locator("summary").filter(has_text="Params").click()
        again = notebook.run(2).locator(".nbtrack-run")
        again.get_by_text("Finished", exact=True).wait_for()
        assert again.locator("[data-section=params]").get_attribute("open") is None
        assert page.locator(".jp-CodeCell").count() == len(sources), "keys in the page are its own"


BEGIN = """
active = nbtrack.start_run(run_name='live')
nbtrack.log_metrics({f'm{k:02}': k for k in range(40)})
nbtrack.log_metric('loss', 1.0, step=0)
page = RunPage(nbtrack.get_run(active.id))
page
"""

GO_ON = """
import os
for step in range(1, 25):
    nbtrack.log_metric('loss', 1 / step, step=step)
    while step % 6 == 0 and not os.path.exists(f'runpage-live.{step}'):
        time.sleep(0.02)
nbtrack.end_run()
"""


@pytest.mark.long
def test_a_run_that_goes_on_is_followed_and_nothing_moves(lab, chromium):
    lab.put("runpage-live.ipynb", [SETUP, BEGIN, GO_ON])
    with lab.opened(chromium, "runpage-live.ipynb") as notebook:
        notebook.run(0)
        shown = notebook.run(1).locator(".nbtrack-run")
        shown.get_by_text("Running", exact=True).wait_for()
        frame = shown.get_by_role("group", name="Metrics")
        frame.evaluate("frame => { frame.scrollTop = 90 }")
        row = shown.locator("tr").filter(has=notebook.page.get_by_role("rowheader", name="loss", exact=True))
        handle = row.element_handle()
        points = row.locator("td").nth(3)
        expect(points).to_have_text("1")
        notebook.run(2, wait=False)
        for step in (6, 12, 18):
            row.get_by_text(str(step + 1), exact=True).wait_for()
            assert frame.evaluate("frame => frame.scrollTop") == 90
            (lab.folder / f"runpage-live.{step}").touch()
        row.get_by_text("25", exact=True).wait_for()
        assert notebook.running(2), "it is followed while its cell runs"
        shown.scroll_into_view_if_needed()
        notebook.shot("runpage-live")
        (lab.folder / "runpage-live.24").touch()
        shown.get_by_text("Finished", exact=True).wait_for()
        assert row.element_handle().evaluate("(now, before) => now === before", handle), (
            "rows stay what they are"
        )


HOSTILE = '''
from nbtrack.models import infer_signature
from nbtrack.records import DataRecord
S = '<script>window.__pwned=1</script>'
I = '<img src=x onerror="window.__pwned=2">'
RTL = 'gnp.\\u202etxt.exe\\u200b\\u2066'
with nbtrack.start_run(run_name=I + S, experiment_id=None) as active:
    for name in (S, I, RTL, 'n' * 1000, '__proto__', 'constructor', 'javascript:alert(1)'):
        nbtrack.log_param(name, I)
        nbtrack.log_metric(name, float('nan'))
        nbtrack.set_tag(name, S)
    nbtrack.log_param('long', S * 5000)
    for step in range(200):
        nbtrack.log_metric('wild', [float('inf'), 1e308, -1e308, float('nan')][step % 4], step=step)
    nbtrack.set_tag('big', 'x' * 100_000)
    nbtrack.log_text(S + I, 'page.html')
    nbtrack.log_text('<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30" onload="window.__pwned=3"><script>window.__pwned=4</script><script href="EVIL/a.js"/><style>@import url("EVIL/a.css"); @font-face { font-family: f; src: url("EVIL/f.woff") } rect { fill: url("EVIL/g.svg#g"); mask: url(EVIL/m.svg#m) } text { font-family: f }</style><image href="EVIL/b.png" width="9" height="9"/><use href="EVIL/c.svg#a"/><text>a</text><rect width="80" height="20"/><foreignObject width="90" height="30"><iframe xmlns="http://www.w3.org/1999/xhtml" src="EVIL/d.html"/><img xmlns="http://www.w3.org/1999/xhtml" src="EVIL/e.png" onerror="parent.__pwned=20"/></foreignObject><animate attributeName="x" onbegin="window.__pwned=21" dur="1s"/></svg>', 'image.svg')
    nbtrack.log_text('<?xml version="1.0"?><?xml-stylesheet href="EVIL/h.css"?><!DOCTYPE svg [<!ENTITY x SYSTEM "EVIL/x.txt">]><svg xmlns="http://www.w3.org/2000/svg"><text>&x;</text></svg>', 'entity.svg')
    nbtrack.log_text('![x](EVIL/i.png) <img src="EVIL/j.png" onerror="window.__pwned=22"> [a](javascript:alert(1))', 'readme.md')
    nbtrack.log_text('<svg xmlns="http://www.w3.org/2000/svg" onload="window.__pwned=5"/>', 'image.png')
    nbtrack.log_text(S + ',' + I + '\\n' + I + ',' + S, 'table.csv')
    nbtrack.log_text(json.dumps({S: I}), 'data.json')
    nbtrack.log_text('x', '<img src=x onerror=window.__pwned=6>.txt')
    nbtrack.log_text('x', RTL)
    def model(frame):
        return frame
    bad = pd.DataFrame([[1.0, 'a']], columns=[I, S])
    nbtrack.log_model(model, input_example=bad)
run = nbtrack.get_run(active.id)
run.note = """# <img src=x onerror="window.__pwned=7">
<script>window.__pwned=8</script> <a href="javascript:window.__pwned=9">raw</a>
[js](javascript:window.__pwned=10) [js2](JaVaScRiPt:window.__pwned=11) [tab](java\\tscript:window.__pwned=12)
[data](data:text/html,<script>window.__pwned=13</script>) [vb](vbscript:x) [api](/api/shutdown) [rel](//evil.example/x)
![i](javascript:window.__pwned=14) ![tracker](https://evil.example/x.png) <https://ok.example/a>
[mail](mailto:a@b.example) [ok](https://ok.example "on\\" onmouseover=window.__pwned=15 ") &lt;script&gt; &#x3c;b&#62;
<svg onload="window.__pwned=16"><details open ontoggle=window.__pwned=17> \\u202eback\\u200bwards
<iframe srcdoc="<script>parent.__pwned=18</script>"></iframe>
"""
for name in (I, RTL, 'n' * 300):
    run.store.models.register(name, f'runs:/{run.id}/model', run.id)
    for alias in (I, RTL, 'n' * 300):
        run.store.models.set_alias(name, alias, 1)
run.set_tag('mlflow.user', I + RTL)
writer = run.store.edit_run(run.id)
writer.set_data(DataRecord(I, S, (3, 2), {I: S, RTL: 'x'}, S))
writer.set_document('source', {'cell': S + I + RTL, 'earlier': [S, I], 'stale': True, 'script': S})
writer.set_document('traceback', {'text': S + I})
writer.set_document('environment', {'python': {'implementation': I, 'version': S}, 'packages': {S: I, '__proto__': I}, 'git': {'commit': S, 'remote': 'javascript:alert(1)'}, 'variables': {I: S}})
writer.set_document('outcome', {'stdout': S + I + '\\x1b[31m', 'figures': ['image.svg', 'image.png', '../../nbtrack.db', I], 'wall_seconds': 'x'})
run.store.flush()
page = RunPage(run)
page
'''


@pytest.fixture
def listener():
    """Return a server, with its `url`, that has in `heard` what was loaded from it."""
    heard = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            heard.append(self.path)
            self.send_error(404)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.url, server.heard = f"http://127.0.0.1:{server.server_port}", heard
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("theme", "width"),
    [("JupyterLab Light", 720), pytest.param("JupyterLab Dark", 1900, marks=pytest.mark.long)],
)
def test_a_run_that_means_harm_is_only_read(lab, chromium, listener, theme, width):
    name = f"runpage-hostile-{width}.ipynb"
    lab.put(name, [SETUP, HOSTILE.replace("EVIL", listener.url)])
    with lab.opened(chromium, name, theme=theme, width=width) as notebook:
        page = notebook.page
        # The text for notebooks without widgets is JupyterLab's to clean; here the widget is looked at.
        asked, dialogs, errors = [], [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        page.on("pageerror", lambda error: errors.append(error))  # noqa: PLW0108 - Playwright marks what it calls
        notebook.run(0)
        shown = notebook.run(1).locator(".nbtrack-run")
        shown.get_by_text("Finished", exact=True).wait_for()
        shown.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")
        tree = shown.get_by_role("tree")
        pane = shown.get_by_role("region", name="Preview")
        files = [
            "page.html",
            "image.svg",
            "entity.svg",
            "readme.md",
            "image.png",
            "table.csv",
            "data.json",
            ".txt",
        ]
        # A model's folder holds what machines read: it is closed at first.
        tree.locator("[aria-expanded=false]").first.click()
        for file in [*files, "MLmodel"]:
            tree.get_by_text(file).first.click()
            pane.locator("strong").get_by_text(file).wait_for()
            pane.get_by_text("Reading…", exact=True).wait_for(state="hidden")
        tree.get_by_text("image.png").click()
        pane.get_by_text("onload=").wait_for()
        tree.get_by_text("image.svg").click()
        pane.locator("img").wait_for()
        assert (
            pane.locator("img").evaluate("async image => { await image.decode(); return image.naturalWidth }")
            == 90
        )
        assert shown.locator("script, iframe, object, embed, svg script, foreignObject").count() == 0
        hrefs = shown.locator("a").evaluate_all("all => all.map(one => [one.getAttribute('href'), one.rel])")
        assert hrefs
        assert all(href.startswith(("https://", "mailto:")) for href, _ in hrefs), hrefs
        assert all("noopener" in rel for _, rel in hrefs)
        attributes = (
            "all => all.flatMap(e => [...e.attributes].map(a => a.name)).filter(n => n.startsWith('on'))"
        )
        assert shown.locator("*").evaluate_all(attributes) == []
        text = shown.inner_text()
        assert "\u202e" not in text
        assert "⟨U+202E⟩" in text
        area = notebook.cell(1).locator(".jp-OutputArea").first
        assert area.evaluate("a => a.scrollWidth <= a.clientWidth + 1"), "nothing hangs out of the cell"
        whole(notebook, shown, f"runpage-hostile-{width}")
        assert not pale(shown)
        # What the page was made to load would have been asked for before this.
        page.evaluate(
            "url => new Promise(done => { const last = new Image(); last.onerror = done; last.src = url })",
            f"{listener.url}/last",
        )
        assert page.evaluate("window.__pwned") is None
        assert not dialogs
        assert not [error for error in errors if "nbtrack" in str(error)], errors
        foreign = [
            url for url in asked if "evil" in url or url.endswith("/x") or url.startswith(listener.url)
        ]
        assert foreign == [f"{listener.url}/last"]
        assert listener.heard == ["/last"], "nothing is loaded for a picture"


PANEL = """
def model(frame):
    return frame
with nbtrack.start_run(run_name='one') as active:
    for step in range(9):
        nbtrack.log_metrics({'acc': step / 9, 'loss': 1 / (step + 1)}, step=step)
    nbtrack.log_model(model, input_example=pd.DataFrame({'x': [1.0], 'o': [{'a': 1}]}))
panel = nbtrack.panel(f"run_id = '{active.id}'")
panel
"""
SERVE = """
server = nbtrack.serve(nbtrack.get_run(active.id))
server.wait()
server
"""


def test_in_jupyterlab_enter_is_the_widgets(lab, chromium):
    """JupyterLab listens to keys above the widgets, and cancels what Enter does in a box."""
    lab.put("runpage-enter.ipynb", [SETUP, PANEL, SERVE, "server.stop()"])
    with lab.opened(chromium, "runpage-enter.ipynb") as notebook:
        page = notebook.page
        notebook.run(0)
        panel = notebook.run(1).locator(".nbtrack-panel")
        panel.get_by_role("button", name="Filters", exact=True).click()
        panel.get_by_label("Name of the filter").fill("mine")
        panel.get_by_label("Name of the filter").press("Enter")
        panel.get_by_role("button", name="mine", exact=True).wait_for()
        panel.get_by_role("button", name="Filters", exact=True).click()
        panel.get_by_text("one", exact=True).click()
        panel.get_by_role("tab", name="Run", exact=True).click()
        shown = panel.locator(".nbtrack-run")
        shown.get_by_role("button", name="Add a note").click()
        typed(shown.get_by_label("Note", exact=True).last)
        page.keyboard.press("Escape")
        # There is a better place for a curve than the page.
        shown.get_by_role("button", name="loss", exact=True).click()
        panel.get_by_role("tab", name="Curves", selected=True).wait_for()
        panel.get_by_label("Curves of loss", exact=True).wait_for()
        typed(notebook.run(2).locator(".nbtrack-serve textarea"))
        notebook.run(3)


def typed(box):
    """Type two lines into a box."""
    box.fill("")
    box.press_sequentially("a")
    box.press("Enter")
    box.press_sequentially("b")
    expect(box).to_have_value("a\nb")
