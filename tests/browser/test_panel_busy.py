"""The panel while its kernel runs a cell: the Jupyter server reads for it, and what changes something waits."""

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from tests.browser.held import Held
from tests.browser.lab import PATIENCE, Lab
from tests.browser.test_panel import FILL, ROOT, Shown

WAITING = "Waiting for the kernel: a cell is running"


class Asked:
    """What panels ask nbtrack's extension of the Jupyter server; the status bar has a question of its own.

    Attributes
    ----------
    kinds
        The kinds of questions, in their order.
    """

    def __init__(self):
        self.kinds = []
        self.page = None

    def hear(self, request):
        if "/nbtrack/api/ask" in request.url or "/nbtrack/api/change" in request.url:
            self.kinds.append(json.loads(request.post_data)["request"]["kind"])

    def wait_for(self, kind):
        """Wait until a question of this kind is asked."""
        since = len(self.kinds)
        with self.page.expect_request(lambda _: kind in self.kinds[since:]):
            pass

    def wait_until_quiet(self):
        """Wait until it is not asked any more, every second, what has changed."""
        quiet, seen = 0, -1
        ends = time.monotonic() + PATIENCE / 1_000
        while quiet < 10:
            assert time.monotonic() < ends, self.kinds
            count = self.kinds.count("changes")
            quiet, seen = (quiet + 1 if count == seen else 0), count
            self.page.wait_for_timeout(300)


@pytest.fixture
def asked(chromium, monkeypatch):
    """Return what is asked by the page that the test opens."""
    asked = Asked()
    opening = chromium.new_page

    def new_page(**settings):
        asked.page = opening(**settings)
        asked.page.on("request", asked.hear)
        return asked.page

    monkeypatch.setattr(chromium, "new_page", new_page)
    return asked


def begin(notebook, number, held):
    """Run a cell that does not end before it is let go."""
    notebook.run(number, wait=False)
    held.wait_until_begun()
    assert notebook.running(number)


@contextmanager
def without_subshells(lab):
    """Have a kernel answer no comm while a cell runs, as before ipykernel 7 and JupyterLab 4.4."""
    lab._set("apputils-extension", "kernels-settings", commsOverSubshells="disabled")
    try:
        yield
    finally:
        lab._set("apputils-extension", "kernels-settings", commsOverSubshells="perCommTarget")


def another_process(lab, store, name):
    code = f"import nbtrack\nwith nbtrack.start_run(run_name={name!r}): nbtrack.log_metric('rmse', 9.5)"
    env = os.environ | {"NBTRACK_STORE": str(lab.folder / store)}
    subprocess.run([sys.executable, "-c", code], check=True, env=env, cwd=ROOT)


def test_the_panel_goes_on_while_a_cell_runs(lab, chromium, asked):
    name = "panel-busy"
    held = Held(lab.folder, name)
    frozen = Held(lab.folder, f"{name}-frozen", frozen=True)
    sources = [
        FILL.format(store=name, count=60),
        "panel = nbtrack.panel()\npanel",
        held.source,
        frozen.source,
    ]
    lab.put(f"{name}.ipynb", sources)
    with without_subshells(lab), lab.opened(chromium, f"{name}.ipynb") as notebook:
        notebook.run(0)
        panel = Shown(notebook.run(1))
        panel.total(60)

        begin(notebook, 2, held)
        panel.box.click()
        panel.box.press_sequentially("metrics.rmse < 0.1")
        panel.total(10)
        panel.head("metrics.rmse").click()
        panel.wait_text(0, "metrics.rmse", "0.00")
        panel.box.fill("")
        panel.total(60)
        another_process(lab, name, "from elsewhere")
        panel.total(61)
        panel.root.get_by_role("tab", name="Charts").click()
        view = panel.root.locator('[role="tabpanel"]:not([hidden])')
        view.locator("svg, canvas").first.wait_for()
        panel.root.get_by_text(WAITING).wait_for(state="hidden")
        notebook.shot("panel-busy-chart")
        panel.root.get_by_role("tab", name="Runs").click()

        # What changes something waits, and is said to.
        panel.row(0).click()
        panel.root.get_by_role("button", name="Delete", exact=True).click()
        panel.root.get_by_text(WAITING).wait_for()
        panel.box.fill("metrics.rmse > 0.5")
        panel.total(10)
        panel.root.evaluate("root => root.scrollIntoView()")
        notebook.shot("panel-busy-delete")
        assert panel.root.get_by_text(WAITING).is_visible()
        panel.box.fill("")
        panel.total(61)
        held.let_go()
        panel.root.get_by_text("1 run deleted.").wait_for()
        panel.total(60)
        panel.root.get_by_text(WAITING).wait_for(state="hidden")
        notebook.wait_until_idle()
        # The kernel answers again: the server is asked no more.
        asked.wait_until_quiet()
        panel.box.fill("metrics.rmse < 0.1")
        panel.total(9)

        # A kernel whose threads cannot run pushes nothing.
        panel.box.fill("")
        panel.total(60)
        begin(notebook, 3, frozen)
        panel.box.fill("metrics.rmse >= 0")
        # Had the rows not come from the server, it would be said that they are waited for.
        asked.wait_for("changes")
        panel.root.get_by_text(WAITING).wait_for(state="hidden")
        another_process(lab, name, "from afar")
        panel.total(61)
        assert notebook.running(3)
        assert {"window", "scale", "document", "changes"} <= set(asked.kinds)


@pytest.mark.long
def test_without_the_extension_the_panel_waits(tmp_path, chromium, asked):
    config = tmp_path / ".home" / "config"
    config.mkdir(parents=True)
    off = {"ServerApp": {"jpserver_extensions": {"nbtrack.widgets.server": False}}}
    (config / "jupyter_server_config.json").write_text(json.dumps(off))
    lab = Lab(tmp_path)
    name = "panel-waits"
    held = Held(lab.folder, name)
    lab.put(f"{name}.ipynb", [FILL.format(store=name, count=20), "nbtrack.panel()", held.source])
    try:
        with without_subshells(lab), lab.opened(chromium, f"{name}.ipynb") as notebook:
            notebook.run(0)
            panel = Shown(notebook.run(1))
            panel.total(20)
            begin(notebook, 2, held)
            panel.box.fill("params.depth = 1")
            panel.root.get_by_text(WAITING).wait_for()
            panel.box.fill("params.depth = 2")
            notebook.shot("panel-busy-waits")
            held.let_go()
            panel.total(4)
            panel.root.get_by_text(WAITING).wait_for(state="hidden")
            assert "changes" not in asked.kinds
            assert len(asked.kinds) < 4, "what is not there is not asked again"
    finally:
        lab.close()
