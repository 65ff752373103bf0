"""Tracked cells in JupyterLab: the button that tracks a cell, and the badge that tells how its last run went."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.lab import THEMES

FIT = """%%track fit
alpha = {alpha}
rmse = sum([{rmse}])
"""

SOURCES = """() => [...jupyterapp.shell.widgets("main")].find(one => one.context?.path && one.isVisible).content.model.sharedModel.cells
    .map(cell => cell.source)"""

ACTIVATE = """at => {
    const panel = [...jupyterapp.shell.widgets("main")].find(one => one.context?.path && one.isVisible);
    panel.content.activeCellIndex = at;
    panel.content.mode = "command";
    panel.content.activeCell.node.focus();
}"""

EDIT = """([at, source]) => [...jupyterapp.shell.widgets("main")].find(one => one.context?.path && one.isVisible)
    .content.model.cells.get(at).sharedModel.setSource(source)"""

ASKED = """() => performance.getEntriesByType("resource").map(one => one.name)
    .filter(name => /(?<!extensions)\\/nbtrack\\/(static|api)\\//.test(name))"""


def badge(notebook, number):
    """Return the badge of a code cell."""
    return notebook.cell(number).locator(".nbtrack-cell-badge")


def sources(notebook):
    """Return the sources of all cells."""
    return notebook.page.evaluate(SOURCES)


def choose(notebook, number, entry):
    """Open the menu of a cell's badge, and choose in it."""
    badge(notebook, number).click()
    notebook.page.locator(".nbtrack-cell-menu").get_by_role("menuitem", name=entry).click()


@pytest.mark.parametrize("theme", THEMES)
def test_a_badge_tells_how_the_last_run_went(lab, chromium, theme):
    shade = theme.rpartition(" ")[2].lower()
    folder = lab.folder / f"cells-{shade}"
    folder.mkdir()
    name = f"{folder.name}/cells.ipynb"
    first = FIT.format(alpha=0.1, rmse=0.5)
    lab.put(name, ["%load_ext nbtrack", first, "%%track broken\nloss = sum([0.5])\n1 / 0", "1 + 1"])
    with lab.opened(chromium, name, theme=theme) as notebook:
        page = notebook.page
        notebook.run(0)
        before = notebook.cell(1).bounding_box()
        notebook.run(1)
        expect(badge(notebook, 1)).to_have_text("rmse 0.5")
        expect(badge(notebook, 1)).to_have_attribute("data-outcome", "finished")
        wrapper = notebook.cell(1).locator(".jp-Cell-inputWrapper").bounding_box()
        assert wrapper["height"] <= before["height"], "the code is where it was"
        notebook.run(2)
        expect(badge(notebook, 2)).to_have_text("failedloss 0.5")
        notebook.run(3)
        expect(badge(notebook, 3)).to_have_count(0)
        assert page.evaluate(ASKED) == [], "nothing was asked for"

        second = FIT.format(alpha=0.2, rmse=0.25)
        page.evaluate(EDIT, [1, second])
        expect(badge(notebook, 1)).to_contain_text("stale")
        notebook.shot(f"cells-stale-{shade}")
        page.evaluate(EDIT, [1, first])
        expect(badge(notebook, 1)).to_have_text("rmse 0.5")
        page.evaluate(EDIT, [1, second])
        notebook.run(1)
        expect(badge(notebook, 1)).to_have_text("rmse 0.25▼ 0.25")
        notebook.shot(f"cells-{shade}")

        # By the keyboard, too.
        badge(notebook, 1).focus()
        page.keyboard.press("Enter")
        menu = page.locator(".nbtrack-cell-menu")
        expect(menu.get_by_role("menuitem")).to_have_count(4)
        notebook.shot(f"cells-menu-{shade}")
        page.keyboard.press("Escape")
        expect(badge(notebook, 1)).to_be_focused()

        choose(notebook, 1, "Open fit")
        side = page.locator("#nbtrack-runs")
        side.locator(".nbtrack-run").get_by_text("alpha").first.wait_for()
        notebook.shot(f"cells-run-{shade}")
        choose(notebook, 1, "Compare the Runs")
        side.get_by_text("2 runs", exact=True).wait_for()
        expect(side.get_by_role("combobox")).to_have_value(re.compile("^lineage = '[0-9a-f]{24}'$"))
        notebook.shot(f"cells-compare-{shade}")

        choose(notebook, 1, "Restore the Code")
        notebook.shot(f"cells-restore-{shade}")
        menu.get_by_role("menuitem", name=re.compile("^fit.*rmse 0.5")).click()
        expect(badge(notebook, 1)).to_contain_text("stale")
        assert sources(notebook)[1] == first
        notebook.cell(1).locator(".cm-content").click()
        page.keyboard.press("Control+z")
        expect(badge(notebook, 1)).not_to_contain_text("stale")
        assert sources(notebook)[1] == second
