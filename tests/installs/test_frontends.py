"""nbtrack's wheel in the front ends that it supports: the oldest and the newest JupyterLab and Notebook."""

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.lab import Lab, find_chromium
from tests.installs.environments import programs_with

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]

FRONT_ENDS = [
    ("jupyterlab", "jupyterlab==4.2.*"),
    ("jupyterlab", "jupyterlab"),
    ("notebook", "notebook==7.2.*"),
    ("notebook", "notebook"),
]

CELLS = [
    "%load_ext nbtrack",
    "%%track first\nalpha = 0.5\nrmse = sum([alpha, 0.25])",
    "import nbtrack\nnbtrack.panel()",
]

LIST = """() => [...document.querySelectorAll("#nbtrack-runs .nbtrack-panel-row .nbtrack-panel-name")]
    .map(one => one.textContent)"""


class Heard:
    """A browser whose pages' complaints are kept.

    Attributes
    ----------
    complaints
        The warnings and errors that speak of nbtrack, or come from its files.
    """

    def __init__(self, browser):
        self._browser = browser
        self.complaints = []

    def new_page(self, **options):
        """Open a page."""
        page = self._browser.new_page(**options)
        page.on("console", lambda told: self._hear(told.type, f"{told.text} {told.location}"))
        page.on("pageerror", lambda error: self._hear("error", f"{error} {error.stack}"))
        return page

    def _hear(self, kind, text):
        if kind in {"error", "warning"} and "nbtrack" in text:
            self.complaints.append(text)


@pytest.fixture(
    scope="module", params=FRONT_ENDS, ids=["lab-oldest", "lab-newest", "notebook-oldest", "notebook-newest"]
)
def lab(request, wheel, tmp_path_factory):
    """Return a front end that was installed with nbtrack, and its name."""
    app, package = request.param
    folder = tmp_path_factory.mktemp("frontend")
    programs = programs_with(folder / "environment", f"nbtrack @ {wheel.as_uri()}", package, "ipykernel")
    (folder / "work").mkdir()
    lab = Lab(folder / "work", python=programs / "python", app=app)
    try:
        yield lab, package.translate({ord(one): None for one in "=.*"})
    finally:
        lab.close()


@pytest.fixture
def heard():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        yield Heard(browser)
        browser.close()


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_a_tracked_cell_the_panel_and_the_side_panel_are_shown(lab, heard, theme):
    lab, name = lab
    shade = theme.rpartition(" ")[2].lower()
    (lab.folder / shade).mkdir()
    lab.put(f"{shade}/first.ipynb", CELLS)
    with lab.opened(heard, f"{shade}/first.ipynb", theme=theme) as notebook:
        page = notebook.page
        expect(page.locator("body")).to_have_attribute("data-jp-theme-light", str(shade == "light").lower())
        notebook.run(0)
        tracked = notebook.run(1).locator(".jp-OutputArea")
        expect(tracked).to_contain_text("first")
        expect(tracked).to_contain_text("rmse")
        shown = notebook.run(2)
        expect(shown.locator(".nbtrack-panel-row .nbtrack-panel-name")).to_have_text(["first"])

        # Where the menus are, the schema puts the commands.
        page.get_by_role("menuitem", name="View", exact=True).click()
        page.locator('.lm-Menu-item[data-command="nbtrack:show-runs"]').click()
        side = page.locator("#nbtrack-runs")
        side.get_by_text("1 run", exact=True).wait_for()
        assert page.evaluate(LIST) == ["first"]
        notebook.shot(f"frontend-{name}-{shade}")
        side.get_by_role("button", name="first", exact=True).click()
        side.locator(".nbtrack-run").get_by_text("alpha").first.wait_for()
        page.evaluate(
            "() => jupyterapp.commands.execute('nbtrack:show-runs-wide', { filter: 'metrics.rmse > 2' })"
        )
        side.get_by_text("0 runs", exact=True).wait_for()
    assert heard.complaints == []


UNKNOWN = """() => [...document.querySelectorAll(".jp-CodeCell .cm-lintRange")].map(one => one.textContent)"""


def test_jupyterlab_lsp_knows_what_a_tracked_cell_assigns(wheel, heard, tmp_path):
    packages = [f"nbtrack @ {wheel.as_uri()}", "jupyterlab", "ipykernel", "jupyterlab-lsp"]
    programs = programs_with(tmp_path / "environment", *packages, "python-lsp-server[pyflakes]")
    (tmp_path / "work").mkdir()
    lab = Lab(tmp_path / "work", python=programs / "python")
    try:
        lab.put("linted.ipynb", ["%%track first -t a=b\nalpha = 0.5", "print(alpha)\nprint(missing)"])
        with lab.opened(heard, "linted.ipynb") as notebook:
            notebook.page.locator(".cm-lintRange").first.wait_for()
            # The server's answer is about all cells.
            assert [one.strip("()") for one in notebook.page.evaluate(UNKNOWN)] == ["missing"]
    finally:
        lab.close()
