"""The JupyterLab extension: what is displayed becomes live, and can be read where its kernel has gone."""

import json
import re

from playwright.sync_api import expect

from tests.browser.held import Held

ATTACK = "<img src=x onerror=window.attacked=1><script>window.attacked=1</script>"

SETUP = f"""
import nbtrack
attack = {ATTACK!r}
nbtrack.set_experiment(attack)
for number in range(3):
    with nbtrack.start_run(run_name=f'{{attack}} {{number}}') as run:
        nbtrack.log_param(attack, attack)
        nbtrack.log_metric('loss', 1 / (number + 1))
"""

SERVE = """
import numpy as np
from sklearn.linear_model import LinearRegression
with nbtrack.start_run() as run:
    nbtrack.log_model(LinearRegression().fit(np.eye(3), [1.0, 2, 3]), 'model', input_example=np.eye(3))
nbtrack.serve(run)
"""

ASKED = """
from nbtrack.widgets import shown
print(len(shown._shown), 'displayed,', sum(one.panel is not None for one in shown._shown.values()), 'opened')
"""

LIVE = ".nbtrack-panel, .nbtrack-run, .nbtrack-serve"
ERRORS = ("model not found", "Error displaying", "Loading widget")


class Displayed:
    """The outputs of a notebook's cells."""

    def __init__(self, notebook):
        self.notebook = notebook

    def live(self, number):
        """Wait until the widget of a cell can be seen, and it alone."""
        area = self.notebook.cell(number).locator(".jp-OutputArea-output")
        area.locator(LIVE).first.wait_for()
        area.locator(".jp-RenderedHTML").locator("visible=true").first.wait_for(state="hidden")
        return area

    def still(self, number):
        """Wait until the static HTML of a cell can be seen, and it alone."""
        area = self.notebook.cell(number).locator(".jp-OutputArea-output")
        area.locator(".jp-RenderedHTML").wait_for()
        area.locator(LIVE).first.wait_for(state="hidden")
        assert area.locator(LIVE).locator("visible=true").count() == 0
        for error in ERRORS:
            expect(area).not_to_contain_text(error, use_inner_text=True)
        return area

    def check(self):
        """Nothing on the page was executed, and no error is to be read anywhere, hidden ones included."""
        page = self.notebook.page
        assert page.evaluate("window.attacked") is None
        assert page.locator(".jp-OutputArea img").count() == 0
        for error in ERRORS:
            expect(page.locator(".jp-Notebook")).not_to_contain_text(error)


def save(lab, notebook, name):
    """Save a notebook, and wait until it lies on the disk with its outputs."""
    with notebook.saved():
        notebook.page.get_by_role("menuitem", name="File", exact=True).click()
        notebook.page.get_by_role("menuitem", name=re.compile("^Save Notebook(?! As)")).click()
    return json.loads((lab.folder / name).read_text())


def test_what_is_displayed_is_live_and_stays_readable_without_its_kernel(lab, chromium):
    name = "displayed.ipynb"
    held = Held(lab.folder, "displayed")
    lab.put(
        name,
        [
            SETUP,
            "runs = nbtrack.runs(experiment=attack)\nruns",
            "panel = runs.panel()\npanel",
            "runs[0].page()",
            SERVE,
            ASKED,
            "panel.close()",
            f"from IPython.display import display\ndisplay(nbtrack.runs(experiment=attack))\n{held.source}",
        ],
    )
    with lab.opened(chromium, name) as notebook:
        displayed = Displayed(notebook)
        for number in range(6):
            notebook.run(number)
        areas = [displayed.live(number) for number in (1, 2, 3, 4)]
        areas[0].get_by_text("4 runs", exact=True).wait_for()
        displayed.check()
        notebook.shot("displayed-live")

        notebook.run(7, wait=False)
        displayed.live(7)
        assert notebook.running(7), "it is live while its cell runs"
        held.let_go()
        expect(notebook.cell(7).locator(".jp-InputPrompt").first).to_have_text(re.compile(r"\d"))
        saved = save(lab, notebook, name)
        kinds = [set(cell["outputs"][0]["data"]) for cell in saved["cells"][1:5]]
        assert all({"application/vnd.nbtrack.view+json", "text/html", "text/plain"} <= kind for kind in kinds)

        # The page is loaded again while the kernel lives.
        notebook.page.reload()
        notebook.wait_until_ready()
        for number in (1, 2, 3, 4):
            displayed.live(number)
        notebook.told(5, "2 displayed, 2 opened", whole=True)

        notebook.run(6)
        displayed.still(2)
        displayed.live(1)
        displayed.check()

        # The kernel starts again: what it knew has gone.
        notebook.page.get_by_role("menuitem", name="Kernel", exact=True).click()
        notebook.page.get_by_role("menuitem", name=re.compile("^Restart Kernel…")).click()
        notebook.page.get_by_role("button", name="Confirm Kernel Restart").click()
        for number in (1, 3, 4):
            displayed.still(number)
        # What a panel showed the server shows, and follows.
        kept = displayed.live(2)
        kept.get_by_text("4 runs", exact=True).wait_for()
        notebook.wait_until_idle()
        displayed.check()

    # Their kernels have ended with that page.
    with lab.opened(chromium, name) as notebook:
        displayed = Displayed(notebook)
        # When what is shown now is live, what was shown before has been looked for.
        notebook.run(0)
        notebook.run(7)
        displayed.live(7)
        tables = [displayed.still(number) for number in (1, 3, 4)]
        # The first cell has run again: the panel has the runs of today, not those that it showed at first.
        displayed.live(2).get_by_text("7 runs", exact=True).wait_for()
        assert ATTACK[:20] in tables[0].inner_text()
        displayed.check()
        notebook.cell(1).scroll_into_view_if_needed()
        notebook.shot("displayed-still")


def test_a_notebook_that_is_saved_with_its_widgets_keeps_no_scripts(lab, chromium):
    lab._set("jupyterlab-manager", "plugin", scope="@jupyter-widgets", saveState=True)
    try:
        lab.put("saved-state.ipynb", [SETUP, "nbtrack.panel()", "run.page()"])
        with lab.opened(chromium, "saved-state.ipynb") as notebook:
            notebook.run_all()
            shown = Displayed(notebook)
            shown.live(1)
            shown.live(2)
            with notebook.saved():
                notebook.page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
        saved = json.loads((lab.folder / "saved-state.ipynb").read_text(encoding="utf-8"))
        (states,) = (one["state"] for one in saved["metadata"]["widgets"].values())
        scripts = [one["state"]["_esm"] for one in states.values() if "_esm" in one["state"]]
        assert len(scripts) == 2
        assert max(map(len, scripts)) < 5_000
        with lab.opened(chromium, "saved-state.ipynb") as notebook:
            for number in (1, 2):
                area = notebook.cell(number).locator(".jp-OutputArea-output")
                expect(area).to_contain_text("loss", use_inner_text=True)
            notebook.shot("saved-state")
    finally:
        lab._set("jupyterlab-manager", "plugin", scope="@jupyter-widgets", saveState=False)
