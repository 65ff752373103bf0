"""The panel while its kernel runs a cell: the Jupyter server reads for it, and what changes something waits."""

import json
import os
import subprocess
import sys
from contextlib import contextmanager

import pytest

from tests.browser.lab import Lab
from tests.browser.test_panel import FILL, ROOT, Shown

WAITING = "Waiting for the kernel: a cell is running"

# Runs until it is told to stop; in the other, no thread of the kernel's can do anything meanwhile.
SLEEPING = "import time\nwhile not os.path.exists('{name}.stop'): time.sleep(0.02)"
FROZEN = "import ctypes; ctypes.PyDLL(None).sleep(7)"

# How long a change of the filter takes to be seen, from the last key on.
TIMED = """
root => {
    const total = root.querySelector('.nbtrack-panel-total');
    let typed = 0;
    root.addEventListener('keydown', () => { typed = performance.now() }, true);
    window.repainted = [];
    new MutationObserver(() => requestAnimationFrame(() => window.repainted.push(performance.now() - typed)))
        .observe(total, { childList: true, characterData: true, subtree: true });
}
"""


@pytest.fixture
def asked(chromium, monkeypatch):
    """Return what pages ask nbtrack's extension: the kinds, in their order."""
    kinds = []
    opening = chromium.new_page

    def new_page(**settings):
        page = opening(**settings)

        def hear(request):
            if "/nbtrack/api/" in request.url:
                kinds.append(json.loads(request.post_data)["request"]["kind"])

        page.on("request", hear)
        return page

    monkeypatch.setattr(chromium, "new_page", new_page)
    return kinds


def begin(notebook, number):
    """Run a cell that does not end soon."""
    cell = notebook.run(number, wait=False)
    cell.locator(".jp-InputPrompt").first.get_by_text("[*]:").wait_for()
    # It is said to run before the kernel has it.
    notebook.page.wait_for_timeout(300)


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
    sources = [
        FILL.format(store=name, count=60),
        "panel = nbtrack.panel()\npanel",
        SLEEPING.format(name=name),
        FROZEN,
    ]
    lab.put(f"{name}.ipynb", sources)
    with without_subshells(lab), lab.opened(chromium, f"{name}.ipynb") as notebook:
        page = notebook.page
        page.set_default_timeout(10_000)
        notebook.run(0)
        panel = Shown(notebook.run(1))
        panel.total(60)

        begin(notebook, 2)
        panel.root.evaluate(TIMED)
        panel.box.click()
        panel.box.press_sequentially("metrics.rmse < 0.1")
        panel.total(10)
        page.wait_for_timeout(500)
        slowest = max(page.evaluate("window.repainted"))
        print(f"keystroke to repaint while a cell runs: {page.evaluate('window.repainted')} ms")
        assert slowest < 1_000
        panel.head("metrics.rmse").click()
        panel.wait_text(0, "metrics.rmse", "0")
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
        (lab.folder / f"{name}.stop").touch()
        panel.root.get_by_text("1 run deleted.").wait_for()
        panel.total(60)
        panel.root.get_by_text(WAITING).wait_for(state="hidden")
        notebook.wait_until_idle()
        before = len(asked)
        panel.box.fill("metrics.rmse < 0.1")
        panel.total(9)
        page.wait_for_timeout(2_500)
        assert "changes" not in asked[before:], "the kernel answers again"

        # A kernel whose threads cannot run pushes nothing.
        panel.box.fill("")
        panel.total(60)
        begin(notebook, 3)
        panel.box.fill("metrics.rmse >= 0")
        panel.root.get_by_text(WAITING).wait_for(state="hidden")
        page.wait_for_timeout(1_300)
        another_process(lab, name, "from afar")
        panel.total(61)
        assert notebook.cell(3).locator(".jp-InputPrompt").first.inner_text() == "[*]:"
        assert {"window", "scale", "document", "changes"} <= set(asked)


@pytest.mark.long
def test_without_the_extension_the_panel_waits(tmp_path, chromium, asked):
    config = tmp_path / ".home" / "config"
    config.mkdir(parents=True)
    off = {"ServerApp": {"jpserver_extensions": {"nbtrack.widgets.server": False}}}
    (config / "jupyter_server_config.json").write_text(json.dumps(off))
    lab = Lab(tmp_path)
    name = "panel-waits"
    lab.put(
        f"{name}.ipynb",
        [FILL.format(store=name, count=20), "nbtrack.panel()", SLEEPING.format(name=name)],
    )
    try:
        with without_subshells(lab), lab.opened(chromium, f"{name}.ipynb") as notebook:
            notebook.page.set_default_timeout(10_000)
            notebook.run(0)
            panel = Shown(notebook.run(1))
            panel.total(20)
            begin(notebook, 2)
            panel.box.fill("params.depth = 1")
            panel.root.get_by_text(WAITING).wait_for()
            panel.box.fill("params.depth = 2")
            notebook.shot("panel-busy-waits")
            (lab.folder / f"{name}.stop").touch()
            panel.total(4)
            panel.root.get_by_text(WAITING).wait_for(state="hidden")
            assert "changes" not in asked
            assert len(asked) < 4, "what is not there is not asked again"
    finally:
        lab.close()
