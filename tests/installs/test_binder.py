"""Binder's steps without Docker: what `binder/` installs, started as Binder starts it, and worked with in a browser."""

import os
import re
import shutil
import socket
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.lab import find_chromium
from tests.installs.environments import ROOT, programs_with, run
from tests.waiting import HANGS, eventually

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]

IMAGE = ["jupyterlab==4.4.9", "notebook==7.4.7", "jupyter-server==2.17.0", "ipywidgets==8.1.7"]
"""What repo2docker 2026.4 puts into an image of Python 3.12, as far as it matters here."""

TOKEN = "of-the-tests"


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """Return the folder of a clone, and that of the programs, after `binder/postBuild`."""
    folder = tmp_path_factory.mktemp("binder")
    home = folder / "clone"
    run("git", "clone", "--quiet", ROOT, home, folder=folder)
    version = (home / "binder" / "runtime.txt").read_text().strip().removeprefix("python-")
    programs = programs_with(folder / "environment", *IMAGE, "pip", python=_python(version))
    path = os.pathsep.join([str(programs), "/usr/bin", "/bin"])
    run("env", f"PATH={path}", f"HOME={home}", "bash", "binder/postBuild", folder=home)
    return home, programs


def _python(version):
    """Return a Python of the version that Binder would have, or this one where the machine has none."""
    command = shutil.which(f"python{version}")
    if (
        command is not None
        and subprocess.run([command, "--version"], check=False, capture_output=True).returncode == 0
    ):
        return command
    return str(next(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"), sys.executable))


@contextmanager
def started(home, programs):
    """Start what Binder starts, and yield its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = home / "server.log"
    own = {"HOME": str(home), "PATH": os.pathsep.join([str(programs), os.environ["PATH"]])}
    command = [
        programs / "jupyter",
        "notebook",
        "--no-browser",
        "--ip=127.0.0.1",
        f"--port={port}",
        "--allow-root",
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*map(str, command), f"--IdentityProvider.token={TOKEN}", "--ServerApp.base_url=/user/visitor/"],
            cwd=home, env=os.environ | own, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
        )  # fmt: skip
    address = f"http://127.0.0.1:{port}/user/visitor/"
    try:
        eventually(lambda: _answers(f"{address}api"), log.read_text)
        yield address
    finally:
        process.terminate()
        process.wait(HANGS)


def _answers(address):
    try:
        return urllib.request.urlopen(address).status == 200
    except OSError:
        return False


@pytest.fixture
def visit():
    with sync_playwright() as playwright:
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=options)
        yield browser.new_page(viewport={"width": 1400, "height": 1000})
        browser.close()


def test_the_image_is_small(image):
    home, programs = image
    assert not (home / "labextension" / "node_modules").exists()
    assert not (home / ".npm").exists()
    listed = run(programs / "python", "-m", "pip", "list", folder=home)
    assert "torch" not in listed
    assert re.search(r"^jupyterlab +4\.4\.9$", listed, re.MULTILINE), "the image's own is not replaced"
    assert re.search(r"^jupyter[-_]server[-_]proxy ", listed, re.MULTILINE)


def test_the_quickstart_is_executed_in_the_browser(image, visit):
    home, programs = image
    with started(home, programs) as address:
        visit.goto(f"{address}lab/tree/notebooks/quickstart.ipynb?token={TOKEN}")
        visit.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=120_000)
        visit.get_by_role("menuitem", name="Run", exact=True).click()
        visit.get_by_text("Run All Cells", exact=True).click()
        waiting = visit.locator(".jp-InputPrompt", has_text="[*]")
        expect(waiting.first).to_be_attached(timeout=60_000)
        expect(waiting).to_have_count(0, timeout=240_000)
        # A notebook hides the cells that are not in sight.
        expect(visit.locator(".nbtrack-panel").first).to_be_attached()
        expect(visit.locator(".jp-Notebook .jp-RenderedText[data-mime-type*=error]")).to_have_count(0)
        visit.screenshot(path=home / "quickstart.png")


def test_repo2docker_reads_it(tmp_path):
    programs = programs_with(tmp_path / "environment", "jupyter-repo2docker", "pip")
    told = run(programs / "jupyter-repo2docker", "--no-build", "--debug", ROOT, folder=tmp_path)
    assert "binder/postBuild" in told
    assert "3.12" in told
