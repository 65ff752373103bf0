"""Tracked cells in JupyterLab: the button that tracks a cell, and the badge that tells how its last run went."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.contrast import pale
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
    .filter(name => /(?<!extensions)\\/nbtrack\\/(static|api)\\/(?!running)/.test(name))"""
"""What a badge would have asked for: that a run is going on is the status bar's question, where a cell takes a second."""


def put(lab, name, cells):
    """Write a notebook into a folder of its own: its store is found from no other. Return its name for JupyterLab."""
    (lab.folder / name).mkdir()
    lab.put(f"{name}/{name}.ipynb", cells)
    return f"{name}/{name}.ipynb"


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
    first = FIT.format(alpha=0.1, rmse=0.5)
    name = put(
        lab,
        f"cells-{shade}",
        ["%load_ext nbtrack", first, "%%track broken\nloss = sum([0.5])\n1 / 0", "1 + 1"],
    )
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
        assert [pale(badge(notebook, number)) for number in (1, 2)] == [[], []]
        notebook.shot(f"cells-stale-{shade}")
        page.evaluate(EDIT, [1, first])
        expect(badge(notebook, 1)).to_have_text("rmse 0.5")
        page.evaluate(EDIT, [1, second])
        notebook.run(1)
        expect(badge(notebook, 1)).to_have_text("rmse 0.25▼ 0.25")
        assert pale(badge(notebook, 1)) == []
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
        changed = side.locator("[data-section='what changed']")
        changed.get_by_role("row", name="alpha 0.1 → 0.2").wait_for()
        changed.get_by_text("▼ 0.25 better").wait_for()
        changed.get_by_text("+ alpha = 0.2").wait_for()
        assert pale(changed) == []
        notebook.shot(f"cells-run-{shade}")
        choose(notebook, 1, "Compare the Runs")
        side.get_by_text("2 runs", exact=True).wait_for()
        expect(side.get_by_role("combobox")).to_have_value(re.compile("^lineage = '[0-9a-f]{24}'$"))
        notebook.shot(f"cells-compare-{shade}")

        # The name in the line under the cell opens the page too, and the line says what changed.
        line = notebook.cell(1).locator(".jp-OutputArea-output summary")
        expect(line).to_contain_text("alpha 0.1 → 0.2")
        line.locator("[data-nbtrack-run]").click()
        changed.get_by_role("row", name="alpha 0.1 → 0.2").wait_for()
        assert line.locator("..").get_attribute("open") is None

        choose(notebook, 1, "Restore the Code")
        notebook.shot(f"cells-restore-{shade}")
        menu.get_by_role("menuitem", name=re.compile("^fit.*rmse 0.5")).click()
        expect(badge(notebook, 1)).to_contain_text("stale")
        assert sources(notebook)[1] == first
        notebook.cell(1).locator(".cm-content").click()
        page.keyboard.press("Control+z")
        expect(badge(notebook, 1)).not_to_contain_text("stale")
        assert sources(notebook)[1] == second


TRACK = """() => jupyterapp.commands.execute("nbtrack:track-cell")"""


def track(notebook, number):
    """Press the button of a code cell's toolbar."""
    notebook.cell(number).locator(".jp-InputPrompt").click()
    notebook.cell(number).locator(".jp-cell-toolbar").get_by_title(re.compile("rack this cell")).click()


def test_the_button_tracks_a_cell_and_undo_takes_it_back(lab, chromium):
    name = put(
        lab,
        "cells-button",
        ["import math", "alpha = 0.1\nrmse = sum([alpha])", "# list\n%%bash\nls", "beta = 1"],
    )
    with lab.opened(chromium, name) as notebook:
        page = notebook.page
        track(notebook, 1)
        assert sources(notebook)[:3] == [
            "import math",
            "%load_ext nbtrack",
            "%%track\nalpha = 0.1\nrmse = sum([alpha])",
        ]
        pressed = notebook.cell(2).locator(".jp-cell-toolbar").get_by_title("Do not track this cell")
        expect(pressed).to_have_attribute("aria-pressed", "true")
        notebook.shot("cells-button")

        # It works as it stands.
        for number in range(3):
            notebook.run(number)
        expect(badge(notebook, 2)).to_contain_text("rmse 0.1")

        # One step takes it back, and the other the cell that loads nbtrack.
        notebook.cell(2).locator(".cm-content").click()
        page.keyboard.press("Control+z")
        assert sources(notebook)[2] == "alpha = 0.1\nrmse = sum([alpha])"
        page.keyboard.press("Escape")
        page.keyboard.press("z")
        assert sources(notebook)[1] == "alpha = 0.1\nrmse = sum([alpha])"
        page.keyboard.press("Shift+z")
        assert sources(notebook)[1] == "%load_ext nbtrack"

        # Options are kept in the session.
        page.evaluate(EDIT, [2, "%%track fine -t team=red\nalpha = 0.1"])
        track(notebook, 2)
        assert sources(notebook)[2] == "alpha = 0.1"
        track(notebook, 2)
        assert sources(notebook)[2] == "%%track fine -t team=red\nalpha = 0.1"

        # nbtrack is loaded once.
        track(notebook, 4)
        assert sources(notebook)[1:] == [
            "%load_ext nbtrack", "%%track fine -t team=red\nalpha = 0.1", "# list\n%%bash\nls", "%%track\nbeta = 1"
        ]  # fmt: skip

        track(notebook, 3)
        notebook.page.get_by_role("alert").get_by_text("begins with %%bash").wait_for()
        assert sources(notebook)[3] == "# list\n%%bash\nls"
        notebook.shot("cells-refused")

        # It is in the palette, for a user's shortcuts, and in no other cell than one of code.
        page.evaluate("() => jupyterapp.commands.execute('apputils:activate-command-palette')")
        page.locator(".lm-CommandPalette-input").fill("track this cell")
        expect(page.locator(".lm-CommandPalette-itemLabel")).to_have_text("Track This Cell")
        notebook.shot("cells-palette")
        page.keyboard.press("Escape")
        page.evaluate(ACTIVATE, 0)
        page.keyboard.press("m")
        page.locator(".jp-MarkdownCell .jp-cell-toolbar").get_by_title("Insert a cell below").wait_for()
        expect(
            page.locator(".jp-MarkdownCell .jp-cell-toolbar").get_by_title(re.compile("rack this cell"))
        ).to_be_hidden()


def test_a_cell_that_runs_is_shown_so_and_one_that_is_stopped_too(lab, chromium):
    loop = "import time\nfor epoch in range(100_000):\n    loss = 1 / (epoch + 1)\n    time.sleep(0.01)"
    name = put(
        lab, "cells-running", ["%load_ext nbtrack", f"%%track long\n{loop}", FIT.format(alpha=1, rmse=1)]
    )
    with lab.opened(chromium, name) as notebook:
        page = notebook.page
        notebook.run(0)
        notebook.run(1, wait=False)
        expect(badge(notebook, 1)).to_have_text("running")
        # As soon as it shows its progress the run can be opened, while the kernel is busy.
        expect(badge(notebook, 1)).to_have_attribute("title", "long: running")
        notebook.shot("cells-running")
        choose(notebook, 1, "Open long")
        page.locator("#nbtrack-runs .nbtrack-run").get_by_text("loss", exact=True).first.wait_for()
        page.get_by_role("menuitem", name="Kernel", exact=True).click()
        page.get_by_role("menuitem", name="Interrupt Kernel").click()
        expect(badge(notebook, 1)).to_have_attribute("data-outcome", "killed")
        expect(badge(notebook, 1)).to_contain_text("loss")
        notebook.shot("cells-killed")


def test_a_model_is_served_from_a_new_cell(lab, chromium):
    fit = (
        "%%track\nfrom sklearn.linear_model import LinearRegression\n"
        "model = LinearRegression().fit([[1.0], [2.0]], [1.0, 2.0])\nr2 = model.score([[1.0], [2.0]], [1.0, 2.0])"
    )
    name = put(lab, "cells-serve", ["%load_ext nbtrack", fit, "1 + 1"])
    with lab.opened(chromium, name) as notebook:
        notebook.run(0)
        notebook.run(1)
        choose(notebook, 1, "Serve Its Model")
        assert re.fullmatch("%serve [0-9a-f]{8}", sources(notebook)[2])
        assert sources(notebook)[3] == "1 + 1"
        notebook.run(2)
        notebook.cell(2).locator(".nbtrack-serve").get_by_text("Stop").wait_for()


MOVES = """() => {
    const panel = [...jupyterapp.shell.widgets("main")].find(one => one.context?.path && one.isVisible);
    panel.content.activeCellIndex = 1;
    return jupyterapp.commands.execute("notebook:move-cell-down")
        .then(() => jupyterapp.commands.execute("notebook:duplicate-below"));
}"""


def test_badges_follow_cells_that_move_are_copied_and_deleted_and_stay_without_a_kernel(lab, chromium):
    name = put(lab, "cells-moved", ["%load_ext nbtrack", FIT.format(alpha=0.1, rmse=0.5), "1 + 1"])
    with lab.opened(chromium, name) as notebook:
        page = notebook.page
        notebook.run(0)
        notebook.run(1)
        expect(badge(notebook, 1)).to_have_text("rmse 0.5")
        page.evaluate(MOVES)
        expect(badge(notebook, 1)).to_have_count(0)
        for number in (2, 3):
            expect(badge(notebook, number)).to_have_text("rmse 0.5")
        page.evaluate("() => jupyterapp.commands.execute('notebook:delete-cell')")
        expect(page.locator(".nbtrack-cell-badge")).to_have_count(1)
        with notebook.saved():
            page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
        page.evaluate("() => jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
        expect(page.locator(".nbtrack-cell-badge")).to_have_count(0)
    saved = json.loads((lab.folder / name).read_text())
    assert saved["cells"][2]["outputs"][0]["metadata"]["nbtrack"]["store"] == ".nbtrack"
    with lab.opened(chromium, name) as notebook:
        expect(badge(notebook, 2)).to_have_text("rmse 0.5")
        assert notebook.page.evaluate(ASKED) == []


ATTACK = "<img src=x onerror=window.attacked=1><script>window.attacked=1</script>"


def hostile(folder, name, count, language="python"):
    """Write a notebook with outputs that somebody else made up."""
    told = {
        "run": "0a" * 16, "name": ATTACK, "status": "FINISHED", "lineage": "0b" * 12, "store": "../../../../etc/.nbtrack",
        "source": ATTACK, "metric": {"name": ATTACK * 20, "text": ATTACK, "value": 1, "change": ATTACK, "better": ATTACK},
        "model": True,
    }  # fmt: skip
    odd = [
        told,
        None,
        [],
        ATTACK,
        {**told, "run": "'; DROP TABLE runs"},
        {**told, "status": {"__proto__": {}}},
        {"a": "b" * 100_000},
    ]
    cells = [
        {
            "cell_type": "code", "id": f"cell-{number}", "metadata": {}, "execution_count": 1, "source": f"%%track\nx = {number}",
            "outputs": [
                {"output_type": "display_data", "data": {"text/plain": "line"}, "metadata": {"nbtrack": odd[number % len(odd)]}}
            ],
        }
        for number in range(count)
    ]  # fmt: skip
    kernel = {"name": "python3", "display_name": "x", "language": language}
    notebook = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    if language != "python":
        notebook["metadata"] = {"kernelspec": {**kernel, "name": "ir"}, "language_info": {"name": language}}
    (folder / name).write_text(json.dumps(notebook))


def test_a_hostile_notebook_runs_nothing(lab, chromium):
    (lab.folder / "hostile").mkdir()
    hostile(lab.folder / "hostile", "cells.ipynb", 7)
    with lab.opened(chromium, "hostile/cells.ipynb") as notebook:
        page = notebook.page
        faults = []
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        expect(badge(notebook, 0)).to_contain_text("<img")
        expect(page.locator(".nbtrack-cell-badge")).to_have_count(1)
        notebook.shot("cells-hostile")
        badge(notebook, 0).click()
        page.locator(".nbtrack-cell-menu").get_by_text("Compare").wait_for()
        notebook.shot("cells-hostile-menu")
        page.keyboard.press("Escape")
        choose(notebook, 0, "Restore the Code")
        page.get_by_role("alert").get_by_text(
            re.compile("earlier runs cannot be had|No store|no earlier run")
        ).wait_for()
        choose(notebook, 0, "Open <img")
        page.locator("#nbtrack-runs").get_by_text(
            re.compile("there (is|are) no run", re.IGNORECASE)
        ).first.wait_for()
        notebook.shot("cells-hostile-run")
        choose(notebook, 0, "Serve Its Model")
        assert sources(notebook)[1] == "%serve 0a0a0a0a"
        assert page.evaluate("window.attacked") is None
        assert page.locator(".jp-Notebook img, .lm-Menu img").count() == 0
        assert faults == []


WINDOWED = """() => [...jupyterapp.shell.widgets("main")].find(one => one.context?.path && one.isVisible)
    .content.scrollToItem(199)"""


def test_a_long_notebook_of_which_most_is_out_of_sight(lab, chromium):
    folder = lab.folder / "windowed"
    folder.mkdir()
    hostile(folder, "cells.ipynb", 210)
    with lab.opened(chromium, "windowed/cells.ipynb", windowing="full") as notebook:
        page = notebook.page
        badges = page.locator(".nbtrack-cell-badge")
        badges.first.wait_for()
        last = page.locator(".jp-CodeCell", has_text="x = 196")
        expect(last).to_have_count(0)
        page.evaluate(WINDOWED)
        expect(last.locator(".nbtrack-cell-badge")).to_be_visible()
        page.evaluate(WINDOWED.replace("199", "0"))
        first = page.locator(".jp-CodeCell", has_text=re.compile(r"x = 0(?!\d)"))
        expect(first.locator(".nbtrack-cell-badge")).to_be_visible()


def test_a_notebook_in_another_language_has_neither_button_nor_badge(lab, chromium):
    folder = lab.folder / "elsewhere"
    folder.mkdir()
    hostile(folder, "cells.ipynb", 1, language="R")
    page = chromium.new_page()
    faults = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    try:
        page.goto(f"{lab.url}lab/workspaces/of-another/tree/elsewhere/cells.ipynb?token={lab.token}")
        # There is no such kernel here.
        page.locator(".jp-Dialog").get_by_role("button", name="No Kernel").click()
        page.locator(".jp-cell-toolbar").get_by_title("Insert a cell below").wait_for()
        expect(page.locator(".jp-cell-toolbar").get_by_title(re.compile("rack this cell"))).to_be_hidden()
        assert page.locator(".nbtrack-cell-badge").count() == 0
        page.evaluate(TRACK)
        assert page.evaluate(SOURCES) == ["%%track\nx = 0"]
        assert page.evaluate(ASKED) == []
        assert faults == []
    finally:
        page.close()
        lab.end_kernels()


BESIDE = (
    """path => jupyterapp.commands.execute("docmanager:open", { path, options: { mode: "split-right" } })"""
)


def test_two_notebooks_side_by_side_have_each_their_own(lab, chromium):
    name = put(lab, "cells-left", ["%load_ext nbtrack", "alpha = 1"])
    (lab.folder / "beside").mkdir()
    hostile(lab.folder / "beside", "cells-right.ipynb", 1)
    with lab.opened(chromium, name, width=1900) as notebook:
        page = notebook.page
        page.evaluate(BESIDE, "beside/cells-right.ipynb")
        right = page.locator(".jp-NotebookPanel", has_text="x = 0")
        left = page.locator(".jp-NotebookPanel", has_text="alpha = 1")
        expect(right.locator(".nbtrack-cell-badge")).to_have_count(1)
        expect(left.locator(".nbtrack-cell-badge")).to_have_count(0)
        left.locator(".jp-InputPrompt").nth(1).click()
        left.locator(".jp-cell-toolbar").get_by_title("Track this cell").click()
        expect(left.locator(".jp-CodeCell").nth(1)).to_contain_text("%%track")
        right.locator(".jp-cell-toolbar").get_by_title("Do not track this cell").click()
        expect(right.locator(".jp-CodeCell").first).not_to_contain_text("%%track")
        expect(left.locator(".jp-CodeCell").nth(1)).to_contain_text("%%track")
        notebook.shot("cells-beside")


LOCK = """() => {
    const panel = [...jupyterapp.shell.widgets("main")].find(one => one.context?.path && one.isVisible);
    panel.content.model.cells.get(0).setMetadata("editable", false);
}"""


def test_a_cell_that_may_not_be_edited_is_left_alone(lab, chromium):
    name = put(lab, "cells-locked", ["alpha = 1"])
    with lab.opened(chromium, name) as notebook:
        notebook.page.evaluate(LOCK)
        notebook.page.evaluate(TRACK)
        notebook.page.get_by_role("alert").get_by_text("may not be edited").wait_for()
        assert sources(notebook) == ["alpha = 1"]
