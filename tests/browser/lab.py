"""JupyterLab for the tests: its server, and a notebook in it as a user works with it."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Error, expect

SHOTS = Path(__file__).resolve().parents[2] / "build" / "screenshots"
"""Where the tests leave what they saw, to be looked at."""

PATIENCE = 60_000
"""Milliseconds that a test waits for an event. It is no measure of speed: it ends a test that would hang."""

START = 3 * PATIENCE
"""The same for what starts or loads as a whole: a server, JupyterLab's page, a notebook under Voila."""

RUN = 4 * PATIENCE
"""The same for what a cell computes."""

expect.set_options(timeout=PATIENCE)

THEMES = ["JupyterLab Light", pytest.param("JupyterLab Dark", marks=pytest.mark.long)]
"""The second is for `make test-all`: a theme's faults are seldom those of one push."""

# JupyterLab shows a kernel as idle before there is one, and draws the cells of a notebook twice until it is.
READY = """path => {
    const panels = window.jupyterapp ? [...jupyterapp.shell.widgets("main")] : [];
    const panel = panels.find(one => one.context?.path === path);
    const kernel = panel?.sessionContext.session?.kernel;
    // What a kernel said of itself before anybody listened it says again when it is asked.
    if (kernel?.connectionStatus === "connected" && kernel.status !== "idle" && !(Date.now() - window.asked < 2_000)) {
        window.asked = Date.now();
        kernel.requestKernelInfo().catch(() => undefined);
    }
    return Boolean(panel?.context.isReady && panel.sessionContext.isReady
        && kernel?.connectionStatus === "connected" && kernel.status === "idle");
}"""

STATE = """path => {
    const panels = window.jupyterapp ? [...jupyterapp.shell.widgets("main")] : [];
    const panel = panels.find(one => one.context?.path === path);
    const kernel = panel?.sessionContext.session?.kernel;
    return { panels: panels.length, ready: panel?.context.isReady, session: panel?.sessionContext.isReady,
        connection: kernel?.connectionStatus, status: kernel?.status, dialogs: document.querySelectorAll(".jp-Dialog").length };
}"""
"""What of it is there, for who has waited in vain."""

# In another kernel a cell may get the number that it had before.
RAN = """cell => {
    const prompt = cell.querySelector(".jp-InputPrompt");
    cell.ran = false;
    const seen = new MutationObserver(() => { cell.ran ||= /\\d/.test(prompt.textContent); });
    seen.observe(prompt, { childList: true, characterData: true, subtree: true });
}"""

# What moves, and comes to an end; what turns as long as something is under way does not.
MOVES = """() => document.fonts.status === "loading" || document.getAnimations().some(one =>
    one.playState === "running" && one.effect?.getComputedTiming().endTime !== Infinity)"""

FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def find_chromium():
    """Return the path of the machine's Chromium; None lets Playwright use its own."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


class Lab:
    """A JupyterLab server that knows nothing of the user's settings.

    Parameters
    ----------
    folder
        Where its notebooks are, and everything else that it writes.
    python
        Whose JupyterLab it is.
    app
        `jupyterlab`, or `notebook` for Jupyter Notebook, which has the same server.
    """

    def __init__(self, folder, *, python=sys.executable, app="jupyterlab"):
        self.folder = folder
        self._app = app
        self._opened = 0
        self._home = folder / ".home"
        (folder / ".home" / "runtime").mkdir(parents=True)
        # It takes longer to load than all the rest.
        unused = {"ServerApp": {"jpserver_extensions": {"voila.server_extension": False}}}
        (self._home / "config" / "jupyter_server_config.d").mkdir(parents=True)
        (self._home / "config" / "jupyter_server_config.d" / "unused.json").write_text(json.dumps(unused))
        own = {
            "HOME": str(self._home),
            "IPYTHONDIR": str(self._home / "ipython"),
            "JUPYTER_CONFIG_DIR": str(self._home / "config"),
            "JUPYTER_DATA_DIR": str(self._home / "data"),
            "JUPYTER_RUNTIME_DIR": str(self._home / "runtime"),
            "JUPYTERLAB_SETTINGS_DIR": str(self._home / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(self._home / "workspaces"),
        }
        kept = {n: v for n, v in os.environ.items() if n not in {"NBTRACK_STORE", "PYTHONDONTWRITEBYTECODE"}}
        root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        command = [str(python), "-m", app, "--no-browser", "--ip=127.0.0.1", "--port=0", *root]
        exposing = "LabApp" if app == "jupyterlab" else "JupyterNotebookApp"
        with (folder / ".home" / "lab.log").open("wb") as log:
            self._process = subprocess.Popen(
                [
                    *command,
                    "--LabApp.news_url=None",
                    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
                    f"--{exposing}.expose_app_in_browser=True",
                ],
                cwd=folder,
                env=kept | own,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.url, self.token = self._address()

    def _address(self):
        deadline = time.monotonic() + START / 1_000
        while time.monotonic() < deadline:
            assert self._process.poll() is None, (self._home / "lab.log").read_text()
            for file in (self._home / "runtime").glob("jpserver-*.json"):
                try:
                    told = json.loads(file.read_text())
                    urllib.request.urlopen(f"{told['url']}api?token={told['token']}", timeout=5).close()
                except (ValueError, OSError):
                    continue
                return told["url"], told["token"]
            time.sleep(0.1)
        raise TimeoutError((self._home / "lab.log").read_text())

    def put(self, name, sources):
        """Write a notebook with these code cells, not yet run."""
        kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
        nbformat.write(notebook, self.folder / name)

    def close(self):
        """End the server, and with it the kernels."""
        _end(self._process)

    def end_kernels(self):
        """End all kernels, as the server's user can at any time."""
        for session in json.loads(self._ask("GET", "api/sessions")):
            self._ask("DELETE", f"api/sessions/{session['id']}")

    def _ask(self, method, path):
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(f"{self.url}{path}", method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=PATIENCE / 1_000) as answer:
            return answer.read()

    def _set(self, extension, plugin, *, scope="@jupyterlab", **settings):
        folder = self._home / "settings" / scope / extension
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{plugin}.jupyterlab-settings").write_text(json.dumps(settings))

    @contextmanager
    def opened(self, chromium, name, *, theme="JupyterLab Light", width=1300, height=900, windowing="none"):
        """Open a notebook in a page of its own; its kernel ends with the block."""
        self._set("apputils-extension", "themes", theme=theme)
        self._set("apputils-extension", "notification", fetchNews="false")
        # With any other mode cells out of sight are taken out of the page, and with them what they show.
        self._set("notebook-extension", "tracker", windowingMode=windowing)
        page = chromium.new_page(viewport={"width": width, "height": height})
        page.set_default_timeout(PATIENCE)
        try:
            # A workspace that was used before would have JupyterLab open the notebook twice.
            self._opened += 1
            place = f"lab/workspaces/of-{self._opened}/tree" if self._app == "jupyterlab" else "notebooks"
            page.goto(f"{self.url}{place}/{name}?token={self.token}")
            notebook = Notebook(page, name)
            try:
                notebook.wait_until_ready()
            except Error as error:
                notebook.shot(f"not-ready-{Path(name).stem}")
                said = (self._home / "lab.log").read_text()[-3_000:]
                raise AssertionError(f"{page.evaluate(STATE, name)}\n{said}") from error
            yield notebook
        finally:
            page.close()
            self.end_kernels()


class Voila:
    """A Voila server of one notebook, which it executes for each page.

    Parameters
    ----------
    folder
        Where the notebook is.
    name
        The notebook.
    theme
        `light` or `dark`.
    """

    def __init__(self, folder, name, theme):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/"
        command = [sys.executable, "-m", "voila", name, "--no-browser", f"--port={port}", f"--theme={theme}"]
        with (folder / "voila.log").open("wb") as log:
            self._process = subprocess.Popen(
                command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={n: v for n, v in os.environ.items() if n != "NBTRACK_STORE"},
            )  # fmt: skip
        deadline = time.monotonic() + START / 1_000
        while not listens(port):
            assert self._process.poll() is None, (folder / "voila.log").read_text()
            assert time.monotonic() < deadline, (folder / "voila.log").read_text()
            time.sleep(0.1)

    def close(self):
        """End it, and with it the kernels."""
        _end(self._process)


class Notebook:
    """An open notebook.

    Attributes
    ----------
    page
        Playwright's page.
    """

    def __init__(self, page, name):
        self.page = page
        self._name = name

    def wait_until_ready(self):
        """Wait until JupyterLab, which has just been loaded, has drawn the cells for good and has the kernel."""
        self.page.wait_for_function(READY, arg=self._name, timeout=START)

    def wait_until_idle(self):
        """Wait until the kernel has nothing more to do."""
        self.page.wait_for_selector(
            '.jp-Notebook-ExecutionIndicator[data-status="idle"]', timeout=RUN, state="attached"
        )

    def run(self, number, *, wait=True):
        """Run the code cell of this number, from 0, as Ctrl+Enter does; return the cell."""
        cell = self.cell(number)
        cell.scroll_into_view_if_needed()
        cell.locator(".cm-content").click()
        cell.evaluate(RAN)
        self.page.keyboard.press("Control+Enter")
        if wait:
            self.page.wait_for_function("cell => cell.ran", arg=cell.element_handle(), timeout=RUN)
            self.wait_until_idle()
        return cell

    def run_all(self):
        """Run every cell, as the menu does."""
        cells = self.page.locator(".jp-CodeCell")
        for cell in cells.all():
            cell.evaluate(RAN)
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        # Between two cells the kernel is idle, too.
        every = "() => [...document.querySelectorAll('.jp-CodeCell')].every(cell => cell.ran)"
        self.page.wait_for_function(every, timeout=RUN)
        self.wait_until_idle()

    def told(self, number, text, *, whole=False):
        """Run a cell, and wait until its output has this text: JupyterLab draws it when the kernel has long been idle."""
        shown = expect(self.run(number).locator(".jp-OutputArea"))
        if whole:
            shown.to_have_text(text)
        else:
            shown.to_contain_text(text)

    def running(self, number):
        """Return whether JupyterLab shows a cell as one that runs, or is to."""
        return self._prompt(self.cell(number)) == "[*]:"

    def saved(self):
        """Return a context that ends when the notebook has been saved in it."""
        return self.page.expect_response(
            lambda answer: f"/api/contents/{self._name}" in answer.url and answer.request.method == "PUT"
        )

    def cell(self, number):
        """Return the code cell of this number, from 0."""
        return self.page.locator(".jp-CodeCell").nth(number)

    def shot(self, name):
        """Leave a picture of the page to be looked at."""
        settle(self.page)
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png")

    @staticmethod
    def _prompt(cell):
        return cell.locator(".jp-InputPrompt").first.text_content()


def listens(port):
    """Return whether a server listens at a port of this machine."""
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def settle(page):
    """Wait until what is under way on a page is drawn: it would be seen half done in a picture."""
    page.wait_for_function(f"() => !({MOVES})()")
    page.locator(".nbtrack-panel-document[aria-busy]").locator("visible=true").first.wait_for(state="hidden")
    page.evaluate(FRAMES)


def _end(process):
    process.terminate()
    try:
        process.wait(PATIENCE / 1_000)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
