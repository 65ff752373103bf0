"""The page of `nbtrack ui` in a browser: two visitors of whom one may not write, below a path, of a hostile store."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.browser.contrast import pale
from tests.browser.lab import PATIENCE, SHOTS, settle

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = [
    "</script><script>document.title='owned'</script>",
    "<img src=x onerror=document.title='owned'>",
    "\"'>`${document.title='owned'}\u202e" + "x" * 300,
]
FILL = f"""
import nbtrack
for number in range(30):
    nbtrack.set_experiment(['wine', 'churn'][number % 2])
    with nbtrack.start_run(run_name=f'run-{{number}}'):
        nbtrack.log_params(dict(alpha=number / 30, solver=['sgd', 'adam'][number % 2]))
        nbtrack.log_metric('rmse', 1 / (1 + number))
for name in {HOSTILE!r}:
    with nbtrack.start_run(run_name=name):
        nbtrack.log_params({{name[:200]: name, 'alpha': 1}})
        nbtrack.log_metric('rmse', 3)
        nbtrack.set_tag("note", name * 50)
        nbtrack.log_text(name, 'pages/<img src=x onerror=document.title=1>.html')
"""


class Page:
    """`nbtrack ui` in a process of its own."""

    def __init__(self, store, *options):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "nbtrack", "ui", "--port", "0", "--store", str(store), *options],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=store.parent,
        )  # fmt: skip
        self.url = re.search(r"http://\S+", self.process.stderr.readline())[0]

    def end(self):
        self.process.terminate()
        self.process.communicate(timeout=PATIENCE / 1_000)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    store = tmp_path_factory.mktemp("ui") / ".nbtrack"
    env = os.environ | {"NBTRACK_STORE": str(store)}
    subprocess.run([sys.executable, "-c", FILL], check=True, env=env, cwd=ROOT, stderr=subprocess.DEVNULL)
    return store


@pytest.fixture(scope="module")
def pages(store):
    """Return the page for who only looks, below a path and with a token, and that for who may write."""
    looks, writes = Page(store, "--host", "0.0.0.0", "--base-url", "/team/board/"), Page(store, "--write")
    yield looks, writes
    looks.end()
    writes.end()


@pytest.fixture
def visitor(chromium):
    """Return what opens a page for a visitor of their own; a script of the store's would be told by its title."""
    contexts = []

    def opened(url, theme="light", width=1_280):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=theme, accept_downloads=True
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.wrong = []
        page.on("pageerror", lambda error: page.wrong.append(str(error)))
        page.goto(url)
        return page

    yield opened
    for context in contexts:
        context.close()


def shot(page, name):
    settle(page)
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"ui-{name}.png")
    assert not pale(page.locator("#nbtrack"))
    assert "owned" not in page.title()
    assert page.wrong == []


def row(page, name):
    # The head of the table has hostile names as well.
    return page.get_by_role("row").filter(has_text=name).last


def open_run(page, name):
    row(page, name).click()
    page.get_by_role("tab", name="Run", exact=True).click()
    page.locator("article.nbtrack-run").wait_for()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_visitor_looks_at_all_and_changes_nothing(pages, visitor, theme, tmp_path):
    looks, _ = pages
    page = visitor(looks.url, theme)
    row(page, "run-29").wait_for()
    assert page.url == looks.url.partition("?")[0]
    assert page.url.endswith("/team/board/")
    page.get_by_text("read only").wait_for()
    row(page, "<img src=x").wait_for()
    shot(page, f"table-{theme}")
    open_run(page, "<img src=x")
    assert page.get_by_role("button", name="Delete", exact=True).locator("visible=true").count() == 0
    tree = page.get_by_role("tree", name="Artifacts")
    if not tree.is_visible():
        page.get_by_text("Artifacts", exact=True).first.click()
    tree.get_by_role("treeitem").filter(has_text=".html").click()
    page.get_by_role("region", name="Preview").get_by_role("link").wait_for()
    page.get_by_role("region", name="Preview").scroll_into_view_if_needed()
    shot(page, f"run-{theme}")
    for link in (
        tree.get_by_role("link").last,
        page.get_by_role("region", name="Preview").get_by_role("link"),
    ):
        with page.expect_download() as download:
            link.click()
        assert Path(download.value.path()).read_text() == HOSTILE[1]
        assert download.value.suggested_filename.endswith(".html")
    with page.expect_download() as download:
        page.get_by_role("link", name="Save all artifacts as one ZIP file").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 1
    assert len(page.context.pages) == 1


def test_who_may_write_renames_a_run_and_the_other_visitor_sees_it(pages, visitor, store):
    looks, writes = pages
    other = visitor(looks.url)
    row(other, "run-7").wait_for()
    page = visitor(writes.url)
    row(page, "run-7").wait_for()
    assert page.get_by_text("read only").count() == 0
    open_run(page, "run-7")
    page.get_by_role("button", name=re.compile("ename")).locator("visible=true").first.click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("the best so far")
    page.keyboard.press("Enter")
    row(other, "the best so far").wait_for()
    assert page.wrong == other.wrong == []


def test_a_visitor_without_the_token_is_told_so(pages, visitor):
    looks, _ = pages
    page = visitor(looks.url.partition("?")[0])
    page.get_by_role("alert").get_by_text("the token is missing or wrong").wait_for()
    assert page.get_by_role("row").count() == 0


def test_a_link_of_another_site_opens_the_page_for_who_has_the_cookie(pages, visitor):
    looks, writes = pages
    page = visitor(looks.url)
    row(page, "run-29").wait_for()
    address = page.url + "#filter=params.solver%20%3D%20'adam'"
    # Another site by its name: 127.0.0.1 is not localhost.
    page.goto(writes.url.replace("127.0.0.1", "localhost"))
    page.evaluate("address => { location.href = address; }", address)
    row(page, "run-29").wait_for()
    page.get_by_text("15 of 33").or_(page.get_by_text("15 runs")).first.wait_for()


def test_a_store_that_comes_later_appears_by_itself(visitor, tmp_path):
    store = tmp_path / "later"
    waits = Page(store)
    try:
        page = visitor(waits.url)
        page.get_by_text("There are no runs here yet").wait_for()
        env = os.environ | {"NBTRACK_STORE": str(store)}
        source = "import nbtrack\nwith nbtrack.start_run(run_name='the first'): pass"
        subprocess.run([sys.executable, "-c", source], check=True, env=env, cwd=ROOT)
        row(page, "the first").wait_for()
    finally:
        waits.end()


def test_a_report_is_all_of_it_in_one_file_without_a_network(store, chromium, tmp_path):
    for theme, width in (("light", 1_280), ("dark", 700)):
        path = tmp_path / f"report-{theme}.html"
        command = [
            sys.executable,
            "-m",
            "nbtrack",
            "report",
            "-o",
            str(path),
            "--title",
            "Wine",
            "--store",
            str(store),
        ]
        told = subprocess.run(command, check=True, capture_output=True, text=True, cwd=tmp_path)
        assert told.stdout == f"33 runs written to {path}\n"
        viewport = {"width": width, "height": 900}
        context = chromium.new_context(viewport=viewport, color_scheme=theme, offline=True)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.wrong, asked = [], []
        page.on("pageerror", lambda error, page=page: page.wrong.append(str(error)))
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto(path.as_uri())
        row(page, "run-29").wait_for()
        page.get_by_text("33 runs, as of").wait_for()
        shot(page, f"report-{theme}")
        assert page.get_by_role("combobox", name="Filter").is_hidden()
        grid = page.locator(".nbtrack-panel-grid")
        tabs = {"Workspace": "run-29", "Compare": "solver", "Groups": "sgd", "Charts": "Parallel coordinates"}
        for tab, there in tabs.items():
            page.get_by_role("tab", name=tab, exact=True).click()
            page.get_by_text(there).locator("visible=true").first.wait_for()
            assert page.get_by_role("alert").locator("visible=true").all_inner_texts() == []
            shot(page, f"report-{tab.lower()}-{theme}")
        for chart in ("Scatter", "Box plots", "Importance"):
            page.get_by_role("button", name=chart, exact=True).click()
            page.locator(".nbtrack-panel-document :is(svg, canvas)").locator("visible=true").first.wait_for()
            assert page.get_by_role("alert").locator("visible=true").all_inner_texts() == []
        page.get_by_role("tab", name="Runs", exact=True).click()
        open_run(page, HOSTILE[0])
        changed = page.locator("[data-section='what changed']")
        changed.get_by_text("Since run-29").wait_for()
        shot(page, f"report-run-{theme}")
        page.emulate_media(media="print")
        assert page.locator(".nbtrack-report-paper").get_by_text("run-12", exact=True).is_visible()
        assert page.locator(".nbtrack-page-top").is_hidden()
        page.emulate_media(media="screen")
        page.get_by_role("tab", name="Runs", exact=True).click()
        page.get_by_role("columnheader", name="rmse").click()
        grid.get_by_role("row").nth(1).get_by_text("run-29").wait_for()
        assert [url for url in asked if not url.startswith(("file:", "blob:", "data:"))] == []
        context.close()


NESTED = """
import nbtrack
with nbtrack.start_run(run_name='search'):
    with nbtrack.start_run(run_name='trial', nested=True):
        nbtrack.log_metric('rmse', 1)
"""


def test_back_leads_where_one_came_from_and_a_store_that_is_gone_is_told(visitor, tmp_path):
    store = tmp_path / "work" / ".nbtrack"
    store.parent.mkdir()
    env = os.environ | {"NBTRACK_STORE": str(store)}
    subprocess.run([sys.executable, "-c", NESTED], check=True, env=env, cwd=ROOT)
    shown = Page(store)
    try:
        page = visitor(shown.url)
        page.get_by_role("combobox", name="Filter").fill("run_name = 'trial'")
        page.get_by_text("1 run", exact=True).wait_for()
        page.get_by_role("button", name="trial", exact=True).click()
        page.locator("article.nbtrack-run").get_by_text("part of").wait_for()
        page.get_by_role("button", name="Open the run search").click()
        page.locator(".nbtrack-run-title", has_text="search").wait_for()
        page.go_back()
        page.get_by_role("tab", name="Runs", exact=True, selected=True).wait_for()
        assert page.get_by_role("combobox", name="Filter").input_value() == "run_name = 'trial'"
        page.get_by_role("button", name="Export").click()
        page.get_by_role("button", name="Download as CSV").wait_for()
        assert not page.get_by_role("button", name="DataFrame in the notebook").is_visible()
        page.keyboard.press("Escape")

        store.rename(tmp_path / "elsewhere")
        page.get_by_text("it may have been moved or removed").wait_for()
        (tmp_path / "elsewhere").rename(store)
        page.get_by_text("it may have been moved or removed").wait_for(state="hidden")
        assert page.wrong == []
    finally:
        shown.end()
