"""The serve panel as a user works with it in JupyterLab, in both themes."""

import re
import shutil

import psutil
import pytest

from tests.browser.lab import SHOTS, THEMES, Voila, contrast

SETUP = """
%load_ext nbtrack
import time
import pandas as pd
import nbtrack
from nbtrack.models import infer_signature


class Slow:
    def __init__(self):
        self.pause = 3

    def __setstate__(self, state):
        time.sleep(state['pause'])
        self.__dict__.update(state)

    def predict(self, frame, params=None):
        time.sleep(params['wait'])
        return frame.sum(axis=1).round(6).tolist()


WINE = ('fixed acidity,volatile acidity,citric acid,residual sugar,chlorides,free sulfur dioxide,'
        'total sulfur dioxide,density,pH,sulphates,alcohol').split(',')
example = pd.DataFrame([[7.4, .7, 0, 1.9, .076, 11, 34, .9978, 3.51, .56, 9.4]], columns=WINE)
with nbtrack.start_run(run_name='slow <b>wine</b>') as run:
    nbtrack.log_metric('rmse', 0.7)
    nbtrack.log_model(Slow(), input_example=example, signature=infer_signature(example, params={'wait': 0.0}))
"""
"""A model that takes its time, both to load and to predict."""

COLOURS = """element => {
    let behind = element, filled = 'rgba(0, 0, 0, 0)';
    while (behind && /rgba\\(.*, 0\\)|transparent/.test(filled)) {
        filled = getComputedStyle(behind).backgroundColor;
        behind = behind.parentElement;
    }
    const canvas = document.createElement('canvas').getContext('2d');
    return [getComputedStyle(element).color, filled].map(colour => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
        return `rgba(${r}, ${g}, ${b}, ${a / 255})`;
    });
}"""
"""What is in colour spaces of their own, as `color-mix` makes, in plain red, green and blue."""


def pale(panel):
    """Return the texts of a panel that WCAG 2 calls too pale to read."""
    found = []
    for element in panel.locator("xpath=descendant::*[normalize-space(text())]").element_handles():
        if element.is_visible() and element.inner_text().strip():
            text, behind = element.evaluate(COLOURS)
            if contrast(text, behind) < 4.5:
                found.append((element.inner_text(), text, behind, contrast(text, behind)))
    return found


@pytest.mark.parametrize("theme", THEMES)
def test_a_server_is_asked_and_stopped_from_its_panel(lab, chromium, theme):
    word = theme[-5:].strip().lower()
    name = f"serve-{word}.ipynb"
    sources = [
        SETUP,
        "server = %serve run\nserver",
        # JupyterLab and the kernel of today hear the panel while a cell runs, if it lets other threads run.
        "print('be' 'gun')\ntime.sleep(1)\nimport ctypes\nctypes.PyDLL(None).usleep(4_000_000)",
        "%serve run --port {server.port}",
        "[server.status, server in nbtrack.servers()]",
    ]
    lab.put(name, sources)
    with lab.opened(chromium, name, theme=theme) as notebook:
        notebook.page.set_default_timeout(15_000)
        notebook.run(0)
        cell = notebook.run(1)
        panel = cell.locator(".nbtrack-serve")
        state = panel.get_by_role("status").first
        predict = panel.get_by_role("button", name="Predict")

        def shot(what, shown=panel):
            shown.scroll_into_view_if_needed()
            notebook.shot(f"serve-{word}-{what}")
            assert not pale(shown), what

        assert state.inner_text() == "Starting"
        assert predict.is_disabled()
        assert panel.get_by_text("slow <b>wine</b>", exact=True).is_visible()
        shot("starting")
        panel.get_by_text("Ready", exact=True).wait_for(timeout=20_000)
        assert panel.get_by_label("alcohol").input_value() == "9.4", "the example is there to be changed"
        shot("ready")

        panel.get_by_label("alcohol").fill("12.5")
        panel.get_by_label("alcohol").press("Enter")
        panel.locator("output").wait_for()
        assert panel.locator("output").inner_text() == "72.6438"
        panel.locator("dd").first.get_by_text("1", exact=True).wait_for()
        shot("predicted")

        panel.get_by_label("alcohol").fill("")
        predict.click()
        panel.get_by_text("alcohol: a value is needed").wait_for()
        focused = notebook.page.evaluate("document.activeElement.id")
        assert focused == panel.get_by_label("alcohol").get_attribute("id")
        shot("refused")
        panel.get_by_label("alcohol").fill("9.4")

        notebook.run(2, wait=False)
        notebook.cell(2).get_by_text("begun", exact=True).wait_for()
        notebook.page.wait_for_timeout(1_200)
        predict.click()
        panel.get_by_text("Waiting for the kernel: a cell is running").wait_for(timeout=3_000)
        shot("waiting")
        panel.locator("output").wait_for()
        notebook.wait_until_idle()

        failing = notebook.run(3).locator(".nbtrack-serve")
        failing.get_by_text("Failed", exact=True).wait_for()
        assert "give another with -p" in failing.get_by_role("alert").inner_text()
        assert failing.locator("details").get_attribute("open") is not None
        shot("failed", failing)

        panel.get_by_label("wait").fill("6")
        predict.click()
        panel.get_by_text("Predicting…").wait_for()
        panel.get_by_role("button", name="Stop").click()
        panel.get_by_text("Stopped", exact=True).wait_for(timeout=15_000)
        shot("stopped")
        assert panel.locator("output").inner_text() == "69.5438", "what was under way is finished"
        assert "['stopped', False]" in notebook.run(4).inner_text()
        panel.get_by_role("button", name="Start again").click()
        panel.get_by_text("Ready", exact=True).wait_for(timeout=20_000)
        assert "['ready', True]" in notebook.run(4).inner_text()
        assert notebook.page.locator(".jp-CodeCell").count() == len(sources), "keys in the panel are its own"


def test_no_server_outlives_a_kernel_that_is_restarted(lab, chromium):
    lab.put("serve-restart.ipynb", [SETUP, "server = nbtrack.serve(run).wait()\nprint('pid', server.pid)"])
    with lab.opened(chromium, "serve-restart.ipynb") as notebook:
        notebook.run(0)
        pid = int(re.search(r"pid (\d+)", notebook.run(1).inner_text())[1])
        processes = [psutil.Process(pid), *psutil.Process(pid).children()]
        assert len(processes) == 2
        notebook.page.get_by_role("menuitem", name="Kernel", exact=True).click()
        notebook.page.get_by_role("menuitem", name=re.compile("^Restart Kernel…")).first.click()
        notebook.page.locator(".jp-Dialog .jp-mod-warn").click()
        assert not psutil.wait_procs(processes, timeout=20)[1]


WIDE = """
wide = pd.DataFrame([[0.5] * 60], columns=[f'measurement of spectrum {k}' for k in range(60)])
wide = wide.assign(**{'note <b>': 'a', 'seen': True, 'at': pd.Timestamp('2026-01-31 12:30'), 'pixels': [[1, 2]]})
def broken(frame):
    raise ValueError(f"spectrum 7 of {frame['note <b>'][0]!r} is broken <img src=x>")
with nbtrack.start_run(run_name='of a name that goes on and on, ' * 5):
    nbtrack.log_model(broken, input_example=wide)
%serve {nbtrack.last_active_run().id}
"""


@pytest.mark.parametrize(
    ("theme", "width"),
    [
        pytest.param("JupyterLab Light", 760, marks=pytest.mark.long),
        pytest.param("JupyterLab Dark", 1900, marks=pytest.mark.long),
    ],
)
def test_a_model_of_many_columns_fits(lab, chromium, theme, width):
    name = f"serve-wide-{width}.ipynb"
    lab.put(name, [SETUP, WIDE])
    with lab.opened(chromium, name, theme=theme, width=width) as notebook:
        notebook.page.set_default_timeout(15_000)
        notebook.run(0)
        cell = notebook.run(1)
        panel = cell.locator(".nbtrack-serve")
        panel.get_by_text("Ready", exact=True).wait_for()
        area = cell.locator(".jp-OutputArea")
        assert area.evaluate("a => a.scrollWidth <= a.clientWidth + 1"), "nothing hangs out of the cell"
        assert panel.bounding_box()["height"] < 900
        panel.get_by_label("datetime").fill("2026-01-31T12:30")
        panel.get_by_label("pixels").fill("[1, 2")
        panel.get_by_role("button", name="Predict").click()
        panel.get_by_text("pixels: this is no JSON").wait_for()
        panel.get_by_label("pixels").fill("[1, 2]")
        field = panel.get_by_label("note <b>")
        field.fill("dd")
        field.press("Enter")
        told = "the model raised ValueError: spectrum 7 of 'dd' is broken <img src=x>"
        panel.get_by_text(told, exact=True).wait_for()
        panel.get_by_role("button", name="Copy").click()
        panel.get_by_role("button", name="Copied").wait_for()
        panel.scroll_into_view_if_needed()
        notebook.shot(f"serve-wide-{width}")
        assert not pale(panel)


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_a_voila_page_serves_a_model(lab, chromium, theme, tmp_path):
    lab.put("page.ipynb", [SETUP, "%serve run"])
    shutil.move(lab.folder / "page.ipynb", tmp_path)
    voila = Voila(tmp_path, "page.ipynb", theme)
    page = chromium.new_page(viewport={"width": 900, "height": 800})
    try:
        page.goto(voila.url, timeout=120_000)
        panel = page.locator(".nbtrack-serve")
        panel.get_by_text("Ready", exact=True).wait_for(timeout=60_000)
        panel.get_by_label("alcohol").fill("12.5")
        panel.get_by_role("button", name="Predict").click()
        panel.locator("output").wait_for()
        assert panel.locator("output").inner_text() == "72.6438"
        page.screenshot(path=SHOTS / f"serve-voila-{theme}.png")
        assert not pale(panel)
        panel.get_by_role("button", name="Stop").click()
        panel.get_by_text("Stopped", exact=True).wait_for(timeout=15_000)
    finally:
        page.close()
        voila.close()
