"""The panel where other programs than JupyterLab show widgets: marimo, and the classic notebook with Colab's versions."""

import contextlib
import os
import re
import subprocess
import time

import nbformat
import pytest
from playwright.sync_api import sync_playwright

from tests.browser.lab import PATIENCE, RUN, START, find_chromium
from tests.installs.environments import programs_with, run

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]

COLAB = (
    "ipython==7.34.0", "ipykernel==6.17.1", "ipywidgets==7.7.1", "notebook==6.5.7", "numpy==2.0.2", "pandas==2.2.2",
    "psutil==5.9.5", "setuptools<81",
)  # fmt: skip
"""What Colab's image has of what matters here; its page has a manager of its own for ipywidgets 7."""

FILL = """
import nbtrack
for number in range(5):
    with nbtrack.start_run(run_name=f'ridge-{number}'):
        nbtrack.log_param('alpha', number)
        for step in range(20):
            nbtrack.log_metric('loss', number / (step + 1), step=step)
"""

MARIMO = """
import marimo
app = marimo.App()

@app.cell
def _():
    import nbtrack
    nbtrack.panel()
    return

if __name__ == "__main__":
    app.run()
"""

CONNECTED = """() => window.Jupyter?.notebook?.kernel?.is_connected()
    && requirejs.defined('nbextensions/jupyter-js-widgets/extension') && Jupyter.notebook.kernel.widget_manager"""


@contextlib.contextmanager
def serving(folder, *command):
    """Run a server in a folder until the block ends; return the address that it says."""
    home = folder / "home"
    home.mkdir()
    own = {
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home),
        "JUPYTER_DATA_DIR": str(home),
        "IPYTHONDIR": str(home),
    }
    path = f"{command[0].parent}{os.pathsep}{os.environ['PATH']}"
    kept = {name: value for name, value in os.environ.items() if name not in {"NBTRACK_STORE", "PYTHONPATH"}}
    log = folder / "server.log"
    with log.open("wb") as target:
        process = subprocess.Popen(
            [str(part) for part in command], cwd=folder, env=kept | own | {"PATH": path},
            stdin=subprocess.DEVNULL, stdout=target, stderr=target,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + START / 1_000
        while (found := re.search(r"http://(?:127\.0\.0\.1|localhost):\d+\S*", log.read_text())) is None:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield found[0]
    finally:
        process.terminate()
        process.wait(PATIENCE / 1_000)


@contextlib.contextmanager
def opened(address):
    """Open a page in Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        try:
            page = browser.new_page(viewport={"width": 1300, "height": 900})
            page.set_default_timeout(PATIENCE)
            page.goto(address)
            yield page
        finally:
            browser.close()


def check(page):
    """Use the panel: its rows, a view of the second script, and a run's page."""
    page.locator(".nbtrack-panel-row").nth(4).wait_for(timeout=RUN)
    page.get_by_role("combobox", name="Filter").fill("params.alpha > 2")
    page.get_by_text("2 runs", exact=True).wait_for()
    page.get_by_role("tab", name="Curves").click()
    page.locator(".nbtrack-panel canvas").first.wait_for()
    page.get_by_role("tab", name="Runs").click()
    page.get_by_role("button", name="ridge-3").click()
    page.locator(".nbtrack-panel .nbtrack-run").get_by_text("alpha").first.wait_for()


def test_marimo_shows_the_panel(wheel, tmp_path):
    programs = programs_with(tmp_path / "environment", wheel, "marimo")
    work = tmp_path / "work"
    work.mkdir()
    run(programs / "python", "-c", FILL, folder=work)
    (work / "runs.py").write_text(MARIMO)
    command = (programs / "marimo", "run", "runs.py", "--headless", "--no-token", "--host", "127.0.0.1")
    with serving(work, *command) as address, opened(address) as page:
        check(page)


def test_the_classic_notebook_shows_the_panel_with_colabs_versions(wheel, tmp_path):
    programs = programs_with(tmp_path / "environment", wheel, *COLAB)
    work = tmp_path / "work"
    work.mkdir()
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = [nbformat.v4.new_code_cell(source) for source in ("%load_ext nbtrack", FILL, "nbtrack.panel()")]
    nbformat.write(
        nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), work / "runs.ipynb"
    )
    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    command = (programs / "jupyter-notebook", "--no-browser", "--ip=127.0.0.1", "--NotebookApp.token=", *root)
    with serving(work, *command) as address, opened(f"{address}notebooks/runs.ipynb") as page:
        page.wait_for_function(CONNECTED, timeout=START)
        page.evaluate("() => Jupyter.notebook.execute_all_cells()")
        check(page)
