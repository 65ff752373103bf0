"""JupyterLab for the tests: its server, and a notebook in it as a user works with it."""

import json
import os
import re
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

SHOTS = Path(__file__).resolve().parents[2] / "build" / "screenshots"
"""Where the tests leave what they saw, to be looked at."""


THEMES = ["JupyterLab Light", pytest.param("JupyterLab Dark", marks=pytest.mark.long)]
"""The second is for `make test-all`: a theme's faults are seldom those of one push."""


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
    """

    def __init__(self, folder):
        self.folder = folder
        self._home = folder / ".home"
        (folder / ".home" / "runtime").mkdir(parents=True)
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
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", "--port=0", *root]
        with (folder / ".home" / "lab.log").open("wb") as log:
            self._process = subprocess.Popen(
                [
                    *command,
                    "--LabApp.news_url=None",
                    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
                ],
                cwd=folder,
                env=kept | own,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.url, self.token = self._address()

    def _address(self):
        deadline = time.monotonic() + 60
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
        self._process.terminate()
        self._process.wait(30)

    def _set(self, extension, plugin, **settings):
        folder = self._home / "settings" / "@jupyterlab" / extension
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{plugin}.jupyterlab-settings").write_text(json.dumps(settings))

    @contextmanager
    def opened(self, chromium, name, *, theme="JupyterLab Light", width=1300, height=900):
        """Open a notebook in a page of its own; its kernel ends with the block."""
        self._set("apputils-extension", "themes", theme=theme)
        self._set("apputils-extension", "notification", fetchNews="false")
        # Cells out of sight would be taken out of the page, and with them what they show.
        self._set("notebook-extension", "tracker", windowingMode="none")
        page = chromium.new_page(viewport={"width": width, "height": height})
        try:
            page.goto(f"{self.url}lab/workspaces/{Path(name).stem}/tree/{name}?token={self.token}&reset")
            notebook = Notebook(page)
            notebook.wait_until_idle()
            notebook.wait_until_drawn()
            yield notebook
        finally:
            page.close()


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
        deadline = time.monotonic() + 60
        while not self._listens(port):
            assert self._process.poll() is None, (folder / "voila.log").read_text()
            assert time.monotonic() < deadline, (folder / "voila.log").read_text()
            time.sleep(0.1)

    @staticmethod
    def _listens(port):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            return False
        return True

    def close(self):
        """End it, and with it the kernels."""
        self._process.terminate()
        self._process.wait(30)


class Notebook:
    """An open notebook.

    Attributes
    ----------
    page
        Playwright's page.
    """

    def __init__(self, page):
        self.page = page

    def wait_until_idle(self, seconds=120):
        """Wait until the kernel has nothing more to do."""
        self.page.wait_for_selector(
            '.jp-Notebook-ExecutionIndicator[data-status="idle"]', timeout=seconds * 1_000, state="attached"
        )

    def wait_until_drawn(self):
        """Wait until JupyterLab has drawn the cells for good: at first it does so more than once."""
        same = "() => { const cell = document.querySelector('.jp-CodeCell'); const was = cell?.seen; if (cell) cell.seen = true; return was }"
        kept = 0
        while kept < 4:
            kept = kept + 1 if self.page.evaluate(same) else 0
            self.page.wait_for_timeout(250)

    def run(self, number, *, wait=True):
        """Run the code cell of this number, from 0, as Ctrl+Enter does; return the cell."""
        cell = self.cell(number)
        cell.scroll_into_view_if_needed()
        cell.locator(".cm-content").click()
        before = self._prompt(cell)
        self.page.keyboard.press("Control+Enter")
        if wait:
            self.page.wait_for_function(
                "([cell, before]) => { const now = cell.querySelector('.jp-InputPrompt').textContent;"
                " return now !== before && /\\d/.test(now) }",
                arg=[cell.element_handle(), before],
                timeout=120_000,
            )
            self.wait_until_idle()
        return cell

    def run_all(self, seconds=240):
        """Run every cell, as the menu does."""
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        self.page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="busy"]', state="attached")
        self.wait_until_idle(seconds)

    def cell(self, number):
        """Return the code cell of this number, from 0."""
        return self.page.locator(".jp-CodeCell").nth(number)

    def shot(self, name):
        """Leave a picture of the page to be looked at."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png")

    @staticmethod
    def _prompt(cell):
        return cell.locator(".jp-InputPrompt").first.text_content()


def contrast(text, behind):
    """Return the contrast of a text's CSS colour with what is behind it as WCAG 2 defines it, from 1 to 21."""
    *ink, alpha = (
        [float(part) for part in re.findall(r"[\d.]+", text)] if "rgba" in text else [*_rgb(text), 1.0]
    )
    paper = _rgb(behind)
    seen = [alpha * one + (1 - alpha) * other for one, other in zip(ink, paper, strict=True)]
    bright, dark = sorted((_luminance(seen), _luminance(paper)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _rgb(colour):
    return [float(part) for part in re.findall(r"[\d.]+", colour)[:3]]


def _luminance(colour):
    parts = [part / 255 for part in colour]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
