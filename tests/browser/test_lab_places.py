"""Where JupyterLab offers the runs: commands with arguments, palette, menu, launcher, status bar, settings."""

import json
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.browser.lab import PATIENCE, THEMES
from tests.browser.test_side import ASKED, fill

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


def set_runs(lab, **settings):
    """Set what a user sets of the panel."""
    file = lab.folder / ".home" / "settings" / "nbtrack" / "runs.jupyterlab-settings"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(settings))


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


@pytest.mark.parametrize("theme", THEMES)
def test_palette_menu_and_launcher_offer_the_runs(lab, chromium, theme):
    shade = shade_of(theme)
    folder = lab.folder / f"places-{shade}"
    fill(folder, count=4, name="card")
    # A project's root: no store is looked for above it, where other tests may have tracked something.
    (lab.folder / f"places-none-{shade}" / ".git").mkdir(parents=True)
    name = f"places-none-{shade}/places.ipynb"
    lab.put(name, ["1 + 1"])
    with lab.opened(chromium, name, theme=theme) as notebook:
        page = notebook.page
        side = page.locator("#nbtrack-runs")
        page.get_by_role("menuitem", name="View", exact=True).click()
        entries = page.locator('.lm-Menu-item[data-command^="nbtrack:show-runs"]')
        expect(entries).to_have_text(["Show Runs", "Show Runs Wide"])
        notebook.shot(f"places-menu-{shade}")
        entries.first.click()
        side.get_by_text("There are no runs in this folder yet.").wait_for()

        page.keyboard.press("Control+Shift+C")
        page.locator(".lm-CommandPalette-input").fill("show runs w")
        found = page.locator('.lm-CommandPalette-item[data-command="nbtrack:show-runs-wide"]')
        found.wait_for()
        notebook.shot(f"places-palette-{shade}")
        found.click()
        expect(page.locator("#jp-main-dock-panel #nbtrack-runs")).to_be_visible()

        # The launcher is of the folder that the file browser shows.
        page.evaluate("path => jupyterapp.commands.execute('filebrowser:open-path', { path })", folder.name)
        page.evaluate("cwd => jupyterapp.commands.execute('launcher:create', { cwd })", folder.name)
        card = page.locator(".jp-LauncherCard", has_text="Runs")
        card.scroll_into_view_if_needed()
        expect(card.locator("svg")).to_be_visible()
        notebook.shot(f"places-launcher-{shade}")
        card.click()
        side.get_by_text("4 runs", exact=True).wait_for()
        expect(page.locator("#jp-main-dock-panel #nbtrack-runs")).to_be_visible()
        notebook.shot(f"places-wide-{shade}")


TRAIN = """%%track long-one
import time
for step in range(60):
    loss = 1 / (step + 1)
    time.sleep(0.25)"""


@pytest.mark.parametrize("theme", THEMES)
def test_the_status_bar_says_what_is_running(lab, chromium, theme):
    shade = shade_of(theme)
    (lab.folder / f"status-{shade}").mkdir()
    name = f"status-{shade}/status.ipynb"
    lab.put(name, ["%load_ext nbtrack", TRAIN, "import time\ntime.sleep(2.5)"])
    with lab.opened(chromium, name, theme=theme) as notebook:
        page = notebook.page
        item = page.locator(".nbtrack-running")
        assert page.evaluate(ASKED) == [], "nothing is asked for at the start"
        notebook.run(0)
        notebook.run(1, wait=False)
        item.get_by_text("long-one is running").wait_for()
        notebook.shot(f"status-running-{shade}")
        asked = page.evaluate(ASKED)
        assert all("api/running" in one for one in asked), "the panel is not loaded for it"
        item.get_by_role("button").click()
        page.locator("#nbtrack-runs").get_by_text("1 run", exact=True).wait_for()
        notebook.wait_until_idle()
        expect(item).to_be_hidden()
        # And nobody asks any more.
        counted = f"({ASKED})().filter(one => one.includes('api/running')).length"
        before = page.evaluate(counted)
        page.wait_for_timeout(4_000)
        assert page.evaluate(counted) == before


def test_a_notebook_that_does_not_use_nbtrack_asks_nothing(lab, chromium):
    lab.put("without.ipynb", ["import time\ntime.sleep(2.5)"])
    with lab.opened(chromium, "without.ipynb") as notebook:
        notebook.run(0)
        assert notebook.page.evaluate(ASKED) == []


def test_the_settings_say_where_the_panel_is(lab, chromium):
    lab.put("settings.ipynb", ["1 + 1"])
    set_runs(lab, side="right", status=False)
    try:
        with lab.opened(chromium, "settings.ipynb") as notebook:
            page = notebook.page
            execute(page, "show-runs")
            expect(page.locator("#jp-right-stack #nbtrack-runs")).to_be_visible()
            page.evaluate("() => jupyterapp.commands.execute('settingeditor:open', { query: 'nbtrack' })")
            page.get_by_text("Where the panel is").wait_for()
            notebook.shot("settings")
            # What is set takes effect at once.
            page.locator(".jp-SettingsForm select").select_option(label="left")
            expect(page.locator("#jp-left-stack #nbtrack-runs")).to_be_attached()
    finally:
        set_runs(lab)


def test_the_panel_is_where_it_was_when_the_page_is_loaded_again(lab, chromium):
    fill(lab.folder / "again", count=2, name="kept")
    lab.put("again/again.ipynb", ["1 + 1"])
    with lab.opened(chromium, "again/again.ipynb") as notebook:
        page = notebook.page
        with page.expect_response(
            lambda answer: "/api/workspaces/" in answer.url and answer.request.method == "PUT"
        ):
            execute(page, "show-runs")
        page.locator("#nbtrack-runs").get_by_text("2 runs", exact=True).wait_for()
        page.reload()
        notebook.wait_until_ready()
        expect(page.locator("#jp-left-stack #nbtrack-runs")).to_be_visible()
        page.locator("#nbtrack-runs").get_by_text("2 runs", exact=True).wait_for()
