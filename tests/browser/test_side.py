"""The panel "Runs" in JupyterLab's side bar: the runs of the current notebook's folder, without its kernel."""

import json
import os
import subprocess
import sys

import nbformat
import pytest
from playwright.sync_api import expect

from tests.browser.lab import PATIENCE, THEMES

FILL = """
import nbtrack
for number in range({count}):
    with nbtrack.start_run(run_name=f'{name}-{{number}}'):
        nbtrack.log_params(dict(alpha=number / 10, depth=number))
        nbtrack.log_metrics(dict(rmse=1 / (number + 1), mae=number))
"""

OPEN = """() => new Promise(done => {
    const start = performance.now();
    const look = () => document.querySelector("#nbtrack-runs .nbtrack-panel-row .nbtrack-panel-name")
        ? done(performance.now() - start) : requestAnimationFrame(look);
    jupyterapp.commands.execute("nbtrack:show-runs");
    look();
})"""
"""Shows the panel, and tells after how many milliseconds the first run is drawn."""

ASKED = """() => performance.getEntriesByType("resource").map(one => one.name)
    .filter(name => /(?<!extensions)\\/nbtrack\\/(static|api)\\//.test(name))"""

NARROWED = """() => {
    const split = jupyterapp.shell._hsplitPanel;
    split.setRelativeSizes([250, split.node.clientWidth - 250, 0]);
}"""

INSERTED = """run => run.dispatchEvent(new CustomEvent("nbtrack:insert", { bubbles: true, detail: "alpha = 0.1" }))"""

CELLS = """() => [...jupyterapp.shell.widgets("main")].find(one => one.context?.path).content.model.sharedModel.cells
    .map(cell => cell.source)"""


def fill(folder, *, count, name):
    """Track runs in a folder of its own."""
    folder.mkdir(exist_ok=True)
    env = {key: value for key, value in os.environ.items() if key != "NBTRACK_STORE"}
    env["NBTRACK_STORE"] = str(folder / ".nbtrack")
    code = FILL.format(count=count, name=name)
    subprocess.run([sys.executable, "-c", code], cwd=folder, env=env, check=True, timeout=PATIENCE / 1_000)


@pytest.mark.parametrize("theme", THEMES)
def test_the_side_panel_shows_the_runs_of_the_notebooks_folder(lab, chromium, theme):
    shade = theme.rpartition(" ")[2].lower()
    folder = lab.folder / f"side-{shade}"
    fill(folder, count=30, name="model")
    name = f"{folder.name}/side.ipynb"
    lab.put(name, ["1 + 1"])
    with lab.opened(chromium, name, theme=theme) as notebook:
        page = notebook.page
        assert page.evaluate(ASKED) == [], "nothing is loaded before the panel is shown"
        first = page.evaluate(OPEN)
        print(f"first rows after {first:.0f} ms")
        side = page.locator("#nbtrack-runs")
        side.get_by_text("30 runs", exact=True).wait_for()
        expect(side.locator(".nbtrack-side-foot")).to_have_text(str(folder / ".nbtrack"))

        page.evaluate(NARROWED)
        expect(side.get_by_role("columnheader")).to_have_count(3)
        expect(side.get_by_role("button", name="Any time")).to_be_hidden()
        notebook.shot(f"side-narrow-{shade}")
        grid = side.get_by_role("grid")
        assert grid.evaluate("one => one.scrollWidth <= one.clientWidth"), "nothing sticks out"
        side.get_by_role("button", name="Columns, filters and more").click()
        expect(side.get_by_role("button", name="Any time")).to_be_visible()
        side.get_by_role("button", name="Columns, filters and more").click()

        # Runs of other processes appear, and the filter's language is that of the panel.
        fill(folder, count=1, name="late")
        side.get_by_text("31 runs", exact=True).wait_for()
        side.get_by_role("combobox").fill("run_name like 'late%'")
        side.get_by_text("1 run", exact=True).wait_for()

        side.get_by_role("button", name="late-0").click()
        side.locator(".nbtrack-run").get_by_text("alpha").first.wait_for()
        notebook.shot(f"side-run-{shade}")

        # What a run's button for its code does, which a script's run has not.
        side.locator(".nbtrack-run").evaluate(INSERTED)
        assert page.evaluate(CELLS) == ["1 + 1", "alpha = 0.1"]

        side.get_by_role("button", name="Open wide").click()
        side.get_by_role("tab", name="Runs").click()
        side.get_by_role("combobox").fill("")
        side.get_by_text("31 runs", exact=True).wait_for()
        expect(side.get_by_role("columnheader", name="alpha")).to_be_visible()
        notebook.shot(f"side-wide-{shade}")
        side.get_by_role("button", name="To the side").click()
        expect(page.locator("#jp-left-stack #nbtrack-runs")).to_be_visible()


MINE = """
import nbtrack
with nbtrack.start_run(run_name="of-{name}"):
    nbtrack.log_metric("rmse", 0.5)
"""


def test_the_runs_of_the_current_notebook_stand_first(lab, chromium):
    folder = lab.folder / "side-own"
    fill(folder, count=3, name="early")
    for name in ("one", "two"):
        lab.put(f"side-own/{name}.ipynb", ["%load_ext nbtrack", MINE.format(name=name)])
    with lab.opened(chromium, "side-own/two.ipynb") as notebook:
        notebook.run(0)
        notebook.run(1)
    with lab.opened(chromium, "side-own/one.ipynb") as notebook:
        page = notebook.page
        notebook.run(0)
        notebook.run(1)
        fill(folder, count=2, name="late")
        page.evaluate("() => jupyterapp.commands.execute('nbtrack:show-runs')")
        side = page.locator("#nbtrack-runs")
        side.get_by_text("7 runs", exact=True).wait_for()
        names = side.locator(".nbtrack-panel-row:visible .nbtrack-panel-name")
        expect(names).to_have_text(["of-one", "late-1", "late-0", "of-two", "early-2", "early-1", "early-0"])
        expect(side.locator(".nbtrack-panel-leading")).to_have_count(1)
        notebook.shot("side-own")

        # Another notebook of the folder: its run comes first, and the filter stays.
        side.get_by_role("combobox").fill("run_name not like 'early%'")
        side.get_by_text("4 runs", exact=True).wait_for()
        page.evaluate("() => jupyterapp.commands.execute('docmanager:open', { path: 'side-own/two.ipynb' })")
        expect(names).to_have_text(["of-two", "late-1", "late-0", "of-one"])
        fill(folder, count=1, name="last")
        expect(names).to_have_text(["of-two", "last-0", "late-1", "late-0", "of-one"])


def test_a_folder_without_runs_says_so_until_the_first_is_tracked(lab, chromium):
    folder = lab.folder / "side-none"
    # A project's root: no store is looked for above it, where other tests may have tracked something.
    (folder / ".git").mkdir(parents=True)
    lab.put("side-none/first.ipynb", ["1 + 1"])
    with lab.opened(chromium, "side-none/first.ipynb") as notebook:
        page = notebook.page
        page.evaluate("() => jupyterapp.commands.execute('nbtrack:show-runs')")
        side = page.locator("#nbtrack-runs")
        side.get_by_text("There are no runs in this folder yet.").wait_for()
        notebook.shot("side-none")
        fill(folder, count=2, name="first")
        side.get_by_text("2 runs", exact=True).wait_for()


def test_a_server_without_nbtrack_is_told_in_a_sentence(lab, chromium):
    lab.put("side-error.ipynb", ["1 + 1"])
    with lab.opened(chromium, "side-error.ipynb") as notebook:
        page = notebook.page
        page.route("**/nbtrack/**", lambda route: route.fulfill(status=404, body="{}"))
        page.evaluate("() => jupyterapp.commands.execute('nbtrack:show-runs')")
        page.locator("#nbtrack-runs").get_by_text("this Jupyter server has no nbtrack").wait_for()
        notebook.shot("side-error")


OTHER = {"name": "echo-sh", "display_name": "Echo", "language": "text"}

ECHO = """
from ipykernel.kernelapp import IPKernelApp
from ipykernel.kernelbase import Kernel

class Echo(Kernel):
    implementation = banner = "Echo"
    implementation_version = "1"
    language_info = {"name": "text", "mimetype": "text/plain", "file_extension": ".txt"}

    def do_execute(self, code, silent, *rest, **more):
        self.send_response(self.iopub_socket, "stream", {"name": "stdout", "text": code})
        return {"status": "ok", "execution_count": self.execution_count, "payload": [], "user_expressions": {}}

IPKernelApp.launch_instance(kernel_class=Echo)
"""
"""A kernel that is no Python's, and knows no comms."""


def test_a_kernel_of_another_language_needs_nothing_for_the_panel(lab, chromium):
    folder = lab.folder / "side-echo"
    fill(folder, count=3, name="beside")
    spec = lab.folder / ".home" / "data" / "kernels" / OTHER["name"]
    spec.mkdir(parents=True)
    (spec / "echo.py").write_text(ECHO)
    argv = [sys.executable, str(spec / "echo.py"), "-f", "{connection_file}"]
    (spec / "kernel.json").write_text(json.dumps({"argv": argv, **OTHER}))
    cells = [nbformat.v4.new_code_cell("hello %%track")]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": OTHER})
    nbformat.write(notebook, folder / "echo.ipynb")
    with lab.opened(chromium, "side-echo/echo.ipynb") as notebook:
        errors = heard_errors(notebook.page)
        notebook.told(0, "hello %%track")
        notebook.page.evaluate("() => jupyterapp.commands.execute('nbtrack:show-runs')")
        side = notebook.page.locator("#nbtrack-runs")
        side.get_by_text("3 runs", exact=True).wait_for()
        side.get_by_role("button", name="beside-1", exact=True).click()
        side.locator(".nbtrack-run").get_by_text("alpha").first.wait_for()
        assert errors == []


def test_the_panel_follows_the_notebook_in_front_and_outlives_its_kernel(lab, chromium):
    for number, name in enumerate(("one", "two"), start=1):
        fill(lab.folder / f"side-{name}", count=number, name=name)
        lab.put(f"side-{name}/{name}.ipynb", ["1 + 1"])
    with lab.opened(chromium, "side-one/one.ipynb") as notebook:
        page = notebook.page
        errors = heard_errors(page)
        page.evaluate("() => jupyterapp.commands.execute('nbtrack:show-runs')")
        side = page.locator("#nbtrack-runs")
        side.get_by_text("1 run", exact=True).wait_for()
        page.evaluate("() => jupyterapp.commands.execute('docmanager:open', { path: 'side-two/two.ipynb' })")
        side.get_by_text("2 runs", exact=True).wait_for()
        expect(side.locator(".nbtrack-side-foot")).to_have_text(str(lab.folder / "side-two" / ".nbtrack"))
        page.locator(".lm-TabBar-tab", has_text="one.ipynb").first.click()
        side.get_by_text("1 run", exact=True).wait_for()

        page.evaluate("() => [...jupyterapp.shell.widgets('main')][0].sessionContext.restartKernel()")
        notebook.wait_until_ready()
        fill(lab.folder / "side-one", count=1, name="after")
        side.get_by_text("2 runs", exact=True).wait_for()
        page.evaluate("() => [...jupyterapp.shell.widgets('main')][0].sessionContext.shutdown()")
        fill(lab.folder / "side-one", count=1, name="without")
        side.get_by_text("3 runs", exact=True).wait_for()
        # What is closed is followed no more, and what it showed stays.
        page.evaluate("() => [...jupyterapp.shell.widgets('main')].find(one => one.context).dispose()")
        side.get_by_text("2 runs", exact=True).wait_for()
        assert errors == []


def heard_errors(page):
    """Return a list to which the page's errors of nbtrack's come."""
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console",
        lambda told: errors.append(told.text) if told.type == "error" and "nbtrack" in told.text else None,
    )
    return errors
