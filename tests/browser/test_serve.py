"""The serve panel as a user works with it in JupyterLab, in both themes."""

import re
import shutil
import time

import psutil
import pytest
from playwright.sync_api import expect

from tests.browser.contrast import pale
from tests.browser.held import Held
from tests.browser.lab import PATIENCE, SHOTS, START, THEMES, Voila, listens

SETUP = """
%load_ext nbtrack
import time
import pandas as pd
import nbtrack
from nbtrack.models import infer_signature


def wait_for(file):
    import os, time
    while not os.path.exists(file):
        time.sleep(0.02)


class Slow:
    def __init__(self, loads, predicts):
        self.loads, self.predicts = loads, predicts

    def __setstate__(self, state):
        self.__dict__.update(state)
        wait_for(self.loads)

    def predict(self, frame, params=None):
        if params['wait']:
            wait_for(self.predicts)
        return frame.sum(axis=1).round(6).tolist()


WINE = ('fixed acidity,volatile acidity,citric acid,residual sugar,chlorides,free sulfur dioxide,'
        'total sulfur dioxide,density,pH,sulphates,alcohol').split(',')
example = pd.DataFrame([[7.4, .7, 0, 1.9, .076, 11, 34, .9978, 3.51, .56, 9.4]], columns=WINE)
with nbtrack.start_run(run_name='slow <b>wine</b>') as run:
    nbtrack.log_metric('rmse', 0.7)
    nbtrack.log_model(Slow({loads!r}, {predicts!r}), input_example=example, signature=infer_signature(example, params={{'wait': 0.0}}))
"""
"""A model that takes its time, both to load and to predict: until there is a file."""


def setup(loads="/", predicts="/"):
    """Return the cell that logs the model."""
    return SETUP.format(loads=str(loads), predicts=str(predicts))


@pytest.mark.parametrize("theme", THEMES)
def test_a_server_is_asked_and_stopped_from_its_panel(lab, chromium, theme):
    word = theme[-5:].strip().lower()
    name = f"serve-{word}.ipynb"
    loads, predicts = lab.folder / f"{name}.loads", lab.folder / f"{name}.predicts"
    held = Held(lab.folder, name, frozen=True)
    sources = [
        setup(loads, predicts),
        "server = %serve run\nserver",
        held.source,
        "%serve run --port {server.port}",
        "[server.status, server in nbtrack.servers()]",
    ]
    lab.put(name, sources)
    with lab.opened(chromium, name, theme=theme) as notebook:
        notebook.run(0)
        cell = notebook.run(1)
        panel = cell.locator(".nbtrack-serve")
        state = panel.get_by_role("status").first
        predict = panel.get_by_role("button", name="Predict")

        def shot(what, shown=panel):
            shown.scroll_into_view_if_needed()
            notebook.shot(f"serve-{word}-{what}")
            assert not pale(shown), what

        expect(state).to_have_text("Starting")
        assert predict.is_disabled()
        assert panel.get_by_text("slow <b>wine</b>", exact=True).is_visible()
        shot("starting")
        loads.touch()
        panel.get_by_text("Ready", exact=True).wait_for()
        expect(panel.get_by_label("alcohol")).to_have_value("9.4")  # the example is there to be changed
        shot("ready")

        panel.get_by_label("alcohol").fill("12.5")
        panel.get_by_label("alcohol").press("Enter")
        expect(panel.locator("output")).to_have_text("72.6438")
        panel.locator("dd").first.get_by_text("1", exact=True).wait_for()
        shot("predicted")

        panel.get_by_label("alcohol").fill("")
        predict.click()
        panel.get_by_text("alcohol: a value is needed").wait_for()
        expect(panel.get_by_label("alcohol")).to_be_focused()
        shot("refused")
        panel.get_by_label("alcohol").fill("9.4")

        notebook.run(2, wait=False)
        held.wait_until_begun()
        predict.click()
        panel.get_by_text("Waiting for the kernel: a cell is running").wait_for()
        shot("waiting")
        held.let_go()
        expect(panel.locator("output")).to_have_text("69.5438")
        notebook.wait_until_idle()

        failing = notebook.run(3).locator(".nbtrack-serve")
        failing.get_by_text("Failed", exact=True).wait_for()
        expect(failing.get_by_role("alert")).to_contain_text("give another with -p")
        expect(failing.locator("details")).to_have_attribute("open", "")
        shot("failed", failing)

        panel.get_by_label("wait").fill("1")
        predict.click()
        panel.get_by_text("Predicting…").wait_for()
        port = int(re.search(r"127\.0\.0\.1:(\d+)", panel.inner_text())[1])
        panel.get_by_role("button", name="Stop").click()
        wait_until_none_listens(port)
        predicts.touch()
        panel.get_by_text("Stopped", exact=True).wait_for()
        shot("stopped")
        expect(panel.locator("output")).to_have_text("69.5438")  # what was under way is finished
        notebook.told(4, "['stopped', False]")
        panel.get_by_role("button", name="Start again").click()
        panel.get_by_text("Ready", exact=True).wait_for()
        notebook.told(4, "['ready', True]")
        assert notebook.page.locator(".jp-CodeCell").count() == len(sources), "keys in the panel are its own"


def wait_until_none_listens(port):
    ends = time.monotonic() + PATIENCE / 1_000
    while listens(port):
        assert time.monotonic() < ends, f"the server still listens at {port}"
        time.sleep(0.05)


def test_no_server_outlives_a_kernel_that_is_restarted(lab, chromium):
    lab.put("serve-restart.ipynb", [setup(), "server = nbtrack.serve(run).wait()\nprint('pid', server.pid)"])
    with lab.opened(chromium, "serve-restart.ipynb") as notebook:
        notebook.run(0)
        pid = int(notebook.run(1).get_by_text(re.compile(r"^pid \d+\s*$")).inner_text().split()[1])
        processes = [psutil.Process(pid), *psutil.Process(pid).children()]
        assert len(processes) == 2
        notebook.page.get_by_role("menuitem", name="Kernel", exact=True).click()
        notebook.page.get_by_role("menuitem", name=re.compile("^Restart Kernel…")).first.click()
        notebook.page.locator(".jp-Dialog .jp-mod-warn").click()
        assert not psutil.wait_procs(processes, timeout=PATIENCE / 1_000)[1]
        # A kernel that is being started again cannot be ended.
        notebook.wait_until_ready()


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
    lab.put(name, [setup(), WIDE])
    with lab.opened(chromium, name, theme=theme, width=width) as notebook:
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
        copy = panel.get_by_role("button", name="Copy")
        # It is said for two seconds only.
        copy.evaluate(
            "b => new MutationObserver(() => { window.said = b.textContent }).observe(b, { childList: true })"
        )
        copy.click()
        notebook.page.wait_for_function("window.said?.startsWith('Cop')")
        panel.scroll_into_view_if_needed()
        notebook.shot(f"serve-wide-{width}")
        assert not pale(panel)


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_a_voila_page_serves_a_model(lab, chromium, theme, tmp_path):
    lab.put("page.ipynb", [setup(), "%serve run"])
    shutil.move(lab.folder / "page.ipynb", tmp_path)
    voila = Voila(tmp_path, "page.ipynb", theme)
    page = chromium.new_page(viewport={"width": 900, "height": 800})
    page.set_default_timeout(PATIENCE)
    try:
        page.goto(voila.url, timeout=START)
        panel = page.locator(".nbtrack-serve")
        panel.get_by_text("Ready", exact=True).wait_for()
        panel.get_by_label("alcohol").fill("12.5")
        panel.get_by_role("button", name="Predict").click()
        expect(panel.locator("output")).to_have_text("72.6438")
        page.screenshot(path=SHOTS / f"serve-voila-{theme}.png")
        assert not pale(panel)
        panel.get_by_role("button", name="Stop").click()
        panel.get_by_text("Stopped", exact=True).wait_for()
    finally:
        page.close()
        voila.close()
