"""Where JupyterLab offers the runs: commands with arguments, palette, menu, launcher, status bar, settings."""

import subprocess
import sys

from playwright.sync_api import expect

from tests.browser.lab import PATIENCE
from tests.browser.test_side import fill

RUN_ID = "import nbtrack; print(nbtrack.runs(\"run_name = '{name}'\")[0].id)"


def shade_of(theme):
    return theme.rpartition(" ")[2].lower()


def run_id(folder, name):
    """Return the id of a folder's run."""
    code = (
        f"import nbtrack; nbtrack.set_store('.'); {RUN_ID.format(name=name).removeprefix('import nbtrack; ')}"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE / 1_000,
    )
    return told.stdout.strip()


def execute(page, command, **args):
    page.evaluate(
        "([command, args]) => { jupyterapp.commands.execute(command, args); }", [f"nbtrack:{command}", args]
    )


def test_a_command_opens_a_run_a_filter_and_another_folder(lab, chromium):
    folder, other = lab.folder / "told", lab.folder / "told-other"
    fill(folder, count=5, name="here")
    fill(other, count=3, name="there")
    lab.put("told/told.ipynb", ["1 + 1"])
    with lab.opened(chromium, "told/told.ipynb") as notebook:
        page = notebook.page
        side = page.locator("#nbtrack-runs")
        # Before anything of the panel is loaded, and then in the panel that is there.
        execute(page, "show-runs", run=run_id(folder, "here-2"))
        expect(side.get_by_role("tab", name="Run", exact=True)).to_have_attribute("aria-selected", "true")
        side.locator(".nbtrack-run").get_by_text("here-2").first.wait_for()
        execute(page, "show-runs", run=run_id(folder, "here-4"))
        side.locator(".nbtrack-run").get_by_text("here-4").first.wait_for()
        execute(page, "show-runs", filter="params.depth >= 3")
        side.get_by_text("2 runs", exact=True).wait_for()
        expect(side.get_by_role("combobox")).to_have_value("params.depth >= 3")
        execute(page, "show-runs-wide", folder="told-other", filter="")
        side.get_by_text("3 runs", exact=True).wait_for()
        expect(page.locator("#jp-main-dock-panel #nbtrack-runs")).to_be_visible()
        # Without a folder it is the notebook's.
        execute(page, "show-runs")
        side.get_by_text("5 runs", exact=True).wait_for()
