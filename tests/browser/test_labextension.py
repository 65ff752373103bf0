"""The JupyterLab extension: what is displayed becomes live, and can be read where its kernel has gone."""

import json
import re
import urllib.request

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
        assert area.locator(".jp-RenderedHTML:visible").count() == 0
        return area

    def still(self, number):
        """Wait until the static HTML of a cell can be seen, and it alone."""
        area = self.notebook.cell(number).locator(".jp-OutputArea-output")
        area.locator(".jp-RenderedHTML").wait_for()
        area.locator(LIVE).first.wait_for(state="hidden")
        assert area.locator(LIVE).locator("visible=true").count() == 0
        text = area.inner_text()
        assert not [error for error in ERRORS if error in text]
        return area

    def check(self):
        """Nothing on the page was executed, and no error is to be read anywhere, hidden ones included."""
        page = self.notebook.page
        assert page.evaluate("window.attacked") is None
        assert page.locator(".jp-OutputArea img").count() == 0
        said = page.locator(".jp-Notebook").evaluate("notebook => notebook.textContent")
        assert not [error for error in ERRORS if error in said]


def save(lab, notebook, name):
    """Save a notebook, and wait until it lies on the disk with its outputs."""
    with notebook.page.expect_response(
        lambda r: f"/api/contents/{name}" in r.url and r.request.method == "PUT"
    ):
        notebook.page.get_by_role("menuitem", name="File", exact=True).click()
        notebook.page.get_by_role("menuitem", name=re.compile("^Save Notebook(?! As)")).click()
    return json.loads((lab.folder / name).read_text())


def end_kernels(lab):
    """End all kernels, as the server's user can at any time."""
    with urllib.request.urlopen(f"{lab.url}api/sessions?token={lab.token}") as answer:
        sessions = json.load(answer)
    for session in sessions:
        url = f"{lab.url}api/sessions/{session['id']}?token={lab.token}"
        urllib.request.urlopen(urllib.request.Request(url, method="DELETE")).close()


def test_what_is_displayed_is_live_and_stays_readable_without_its_kernel(lab, chromium):
    name = "displayed.ipynb"
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
            "import time\nfrom IPython.display import display\ndisplay(runs)\ntime.sleep(8)",
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

        cell = notebook.run(7, wait=False)
        displayed.live(7)
        assert cell.locator(".jp-InputPrompt").first.inner_text() == "[*]:", "it is live while its cell runs"
        notebook.wait_until_idle()
        saved = save(lab, notebook, name)
        kinds = [set(cell["outputs"][0]["data"]) for cell in saved["cells"][1:5]]
        assert all({"application/vnd.nbtrack.view+json", "text/html", "text/plain"} <= kind for kind in kinds)

        # The page is loaded again while the kernel lives.
        notebook.page.reload()
        notebook.wait_until_idle()
        notebook.wait_until_drawn()
        for number in (1, 2, 3, 4):
            displayed.live(number)
        told = notebook.run(5).locator(".jp-OutputArea").inner_text()
        assert told.strip() == "2 displayed, 2 opened"

        notebook.run(6)
        displayed.still(2)
        displayed.live(1)
        displayed.check()

        # The kernel starts again: what it knew has gone.
        notebook.page.get_by_role("menuitem", name="Kernel", exact=True).click()
        notebook.page.get_by_role("menuitem", name=re.compile("^Restart Kernel…")).click()
        notebook.page.get_by_role("button", name="Confirm Kernel Restart").click()
        for number in (1, 2, 3, 4):
            displayed.still(number)
        notebook.wait_until_idle()
        displayed.check()

    end_kernels(lab)
    with lab.opened(chromium, name) as notebook:
        displayed = Displayed(notebook)
        notebook.wait_until_idle()
        notebook.page.wait_for_timeout(1_000)
        tables = [displayed.still(number) for number in (1, 2, 3, 4)]
        assert ATTACK[:20] in tables[0].inner_text()
        displayed.check()
        notebook.shot("displayed-still")
