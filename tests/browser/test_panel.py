"""The comparison panel as a user works with it in JupyterLab, in both themes."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from playwright.sync_api import expect

from tests.browser.contrast import contrast, pale
from tests.browser.held import Held
from tests.browser.lab import THEMES

ROOT = Path(__file__).resolve().parents[2]

FILL = """
import os, random
import nbtrack
nbtrack.set_store('{store}')
nbtrack.set_experiment('{store}')
chance = random.Random(1)
for number in range({count}):
    with nbtrack.start_run(run_name=f'run-{{number:03}}'):
        nbtrack.log_params(dict(
            alpha=chance.random(), depth=number % 5, optimizer=chance.choice(['sgd', 'adam']), same=1))
        nbtrack.log_metrics(dict(rmse=(number * 7 % {count}) / 100, r2=chance.random()))
        for step in range(3):
            nbtrack.log_metric('loss', abs(step - 1) + number, step=step)
        nbtrack.set_tag('team', 'red' if number % 2 else 'blue')
"""

SOON = """
import time

def soon(there):
    # Kernels of today hear a widget in a thread of its own, be it later than the cell that the user runs next.
    ends = time.monotonic() + 60
    while not there() and time.monotonic() < ends:
        time.sleep(0.01)
"""

LARGE = """
import sys, os
sys.path.insert(0, {root!r})
os.makedirs({folder!r}, exist_ok=True)
# Without it the store of another test, in a folder above, would be found first.
os.environ['NBTRACK_STORE'] = {folder!r}
from tests.benchmarks.search import fields, fill
fill(fields({count}))
"""

ATTACKS = [
    "<img src=x onerror=window.__pwned=1>",
    "<script>window.__pwned=1</script>",
    "\"'><svg onload=window.__pwned=1>",
    "javascript:window.__pwned=1",
    "__proto__",
    "`${window.__pwned=1}`",
    "a\n=cmd|' /C calc'!A0",
]


CUT = "cells => cells.filter(one => one.scrollWidth > one.clientWidth).map(one => one.textContent)"
"""The cells of which not all can be read."""


class Shown:
    """A panel on the page."""

    def __init__(self, cell):
        self.cell = cell
        self.page = cell.page
        self.root = cell.locator(".nbtrack-panel")
        self.root.wait_for()
        self.box = self.root.get_by_role("combobox", name="Filter runs")
        self.grid = self.root.get_by_role("grid")

    def total(self, count):
        """Wait until so many runs are said to be there."""
        text = f"{count:,} run{'' if count == 1 else 's'}"
        self.root.locator(".nbtrack-panel-total").get_by_text(text, exact=True).wait_for()

    def found(self, count):
        """Wait until so many rows are said to be in the table."""
        expect(self.grid).to_have_attribute("aria-rowcount", str(count + 1))

    def row(self, index):
        return self.grid.locator(f'[role="row"][aria-rowindex="{index + 2}"]:not([hidden])')

    def heads(self):
        return [head.get_attribute("data-column") for head in self.grid.get_by_role("columnheader").all()]

    def head(self, column):
        return self.grid.locator(f'[role="columnheader"][data-column="{column}"]')

    def field(self, index, column):
        return self.row(index).get_by_role("gridcell").nth(self.heads().index(column))

    def text(self, index, column):
        return self.field(index, column).inner_text()

    def wait_text(self, index, column, text):
        self.field(index, column).get_by_text(text, exact=True).wait_for()

    def wait_heads(self, columns):
        """Wait until these are the first columns."""
        for place, column in enumerate(columns):
            expect(self.grid.get_by_role("columnheader").nth(place)).to_have_attribute("data-column", column)

    def wait_width(self, column, width):
        """Wait until a column is so wide."""
        close = "([head, width]) => Math.abs(head.getBoundingClientRect().width - width) < 3"
        self.page.wait_for_function(close, arg=[self.head(column).element_handle(), width])

    def switch(self, what):
        """Switch one of the things on or off that the table shows."""
        self.root.get_by_role("button", name=re.compile("^Show(:|$)")).click()
        self.root.get_by_role("menuitemcheckbox", name=what).click()

    def widen(self, column):
        """Draw a column wider, by 60 pixels."""
        edge = self.head(column).locator(".nbtrack-panel-edge").bounding_box()
        self.page.mouse.move(edge["x"] + 3, edge["y"] + 10)
        self.page.mouse.down()
        self.page.mouse.move(edge["x"] + 63, edge["y"] + 10, steps=4)
        self.page.mouse.up()


@pytest.mark.parametrize("theme", THEMES)
def test_runs_are_found_ordered_and_chosen(lab, chromium, theme):
    word = theme[-5:].strip().lower()
    name = f"panel-{word}.ipynb"
    store = f"panel-{word}"
    sources = [
        SOON + FILL.format(store=store, count=60),
        "panel = nbtrack.panel()\nheard = []\npanel.observe(lambda c: heard.append(len(c['new'])), 'selected')\npanel",
        "soon(lambda: heard[-1:] == [2])\nprint(repr(panel.filter), panel.order_by, len(panel.runs), [r.name for r in panel.selected], heard[-1:])",
        "panel.columns = ['name', 'metrics.loss.min', 'params.alpha']\npanel.filter = 'metrics.rmse < 0.1'",
        "panel.selected = panel.runs[:2]\nprint(panel.columns)",
    ]
    lab.put(name, sources)
    with lab.opened(chromium, name, theme=theme) as notebook:
        notebook.run(0)
        panel = Shown(notebook.run(1))

        def shot(what):
            panel.root.scroll_into_view_if_needed()
            notebook.shot(f"panel-{word}-{what}")
            # What marks an error is a text without ink over the box's own.
            assert not [one for one in pale(panel.root) if one[1] != "rgba(0, 0, 0, 0)"], what

        panel.total(60)
        panel.wait_text(0, "name", "run-059")  # the newest run stands first
        shot("first")

        panel.box.click()
        panel.box.press_sequentially("metrics.rm")
        options = panel.root.get_by_role("listbox")
        # Of what is offered before the last key there is more, and Tab would take it.
        expect(options.get_by_role("option")).to_have_count(1)
        options.get_by_text("metrics.rmse").wait_for()
        shot("completion")
        panel.box.press("Tab")
        expect(panel.box).to_have_value("metrics.rmse")
        panel.box.fill("metrics.rmse < 0.1 and params.optimizer = ")
        options.get_by_text("'adam'").wait_for()
        panel.box.press("ArrowDown")
        panel.box.press("Enter")
        expect(panel.box).to_have_value("metrics.rmse < 0.1 and params.optimizer = 'adam'")
        panel.box.press("Enter")
        # While it was typed, there were 10 runs, and none.
        fewer = panel.root.locator(".nbtrack-panel-total").get_by_text(re.compile(r"^[1-9] runs?$"))
        few = int(fewer.inner_text().split()[0])
        panel.found(few)

        panel.box.fill("metrisc.rmse < 0.1")
        wrong = panel.root.locator(".nbtrack-panel-wrong")
        wrong.wait_for()
        expect(wrong).to_have_text("metrisc")
        panel.root.get_by_role("button", name="metric", exact=True).wait_for()
        shot("error")
        panel.found(few)  # the runs that were found stay
        panel.root.get_by_role("button", name="metric", exact=True).click()
        panel.total(10)
        expect(wrong).to_have_count(0)
        panel.box.fill("rmse < 0.1 and alpha >= 0")
        panel.root.get_by_text("rmse is metrics.rmse, alpha is params.alpha").wait_for()
        panel.total(10)
        panel.box.fill("")
        panel.total(60)
        assert panel.grid.locator(".nbtrack-panel-number").evaluate_all(CUT) == []

        panel.head("metrics.rmse").click()
        panel.wait_text(0, "metrics.rmse", "0.00")  # as many decimals as the others of the column
        expect(panel.head("metrics.rmse")).to_have_attribute("aria-sort", "ascending")
        # What adorns the rows comes after them.
        panel.row(0).locator(".nbtrack-panel-best").filter(has_text=re.compile("^0.00$")).wait_for()
        panel.head("params.depth").click()
        panel.head("metrics.rmse").click(modifiers=["Shift"])
        panel.head("metrics.rmse").click(modifiers=["Shift"])
        panel.head("metrics.rmse").get_by_text("▼2").wait_for()
        panel.wait_text(0, "metrics.rmse", "0.55")
        assert panel.text(0, "params.depth") == "0"
        shown = [float(panel.text(row, "metrics.rmse")) for row in range(8)]
        assert shown == sorted(shown, reverse=True)
        shot("sorted")

        panel.row(0).click()
        panel.row(3).click(modifiers=["Shift"])
        panel.row(5).click(modifiers=["Control"])
        panel.root.get_by_text("5 runs chosen").wait_for()
        panel.grid.focus()
        panel.page.keyboard.press("ArrowDown")
        panel.page.keyboard.press("Shift+ArrowDown")
        panel.root.get_by_text("2 runs chosen").wait_for()
        names = [panel.text(row, "name") for row in (6, 7)]
        shot("chosen")
        notebook.told(2, f"'' ['params.depth', 'metrics.rmse DESC'] 60 {names} [2]")
        panel.root.get_by_role("button", name="Compare", exact=True).click()
        expect(panel.root.get_by_role("tab", name="Compare")).to_have_attribute("aria-selected", "true")
        panel.root.get_by_role("tab", name="Runs").click()

        panel.root.get_by_role("button", name="Delete", exact=True).click()
        panel.root.get_by_text("2 runs deleted.").wait_for()
        panel.total(58)
        panel.switch("Deleted")
        panel.total(2)
        shot("deleted")
        panel.row(0).click()
        panel.root.get_by_role("button", name="Restore", exact=True).click()
        panel.total(1)
        panel.switch("Deleted")
        panel.total(59)

        notebook.run(3)
        panel.total(10)
        panel.wait_heads(["name", "metrics.loss.min", "params.alpha"])
        expect(panel.grid.get_by_role("columnheader")).to_have_count(3)
        expect(panel.box).to_have_value("metrics.rmse < 0.1")
        notebook.run(4)
        panel.root.get_by_text("2 runs chosen").wait_for()
        shot("set")
        assert notebook.page.locator(".jp-CodeCell").count() == len(sources), "keys in the panel are its own"


def test_a_run_is_opened_from_its_row_and_two_are_tagged(lab, chromium):
    sources = [FILL.format(store="panel-edit", count=6), "panel = nbtrack.panel()\npanel"]
    sources.append("print([run.tags['team'] for run in panel.runs], panel.view)")
    lab.put("panel-edit.ipynb", sources)
    with lab.opened(chromium, "panel-edit.ipynb") as notebook:
        notebook.run(0)
        panel = Shown(notebook.run(1))
        panel.total(6)
        page = panel.root.locator(".nbtrack-run")
        panel.row(1).get_by_role("button", name="run-004").click()
        page.get_by_text("run-004").first.wait_for()
        panel.root.get_by_text("2 of 6 in the table").wait_for()
        panel.page.keyboard.press("Escape")
        panel.root.get_by_text("No run chosen").wait_for()  # to open a run is not to choose it
        panel.field(2, "params.optimizer").click(button="right")
        panel.root.get_by_role("menuitem", name="Filter:").first.click()
        expect(panel.box).to_have_value(re.compile("^params.optimizer = '(sgd|adam)'$"))
        panel.grid.focus()
        panel.page.keyboard.press("/")
        expect(panel.box).to_be_focused()
        panel.box.fill("")
        panel.total(6)
        panel.grid.focus()
        panel.page.keyboard.press("?")
        panel.root.get_by_role("dialog", name="Keys").get_by_text("filter by what is in it").wait_for()
        panel.page.keyboard.press("Escape")

        panel.row(1).hover()
        panel.row(1).locator(".nbtrack-panel-check").click()
        panel.row(2).locator(".nbtrack-panel-check").click()
        panel.root.get_by_text("2 runs chosen").wait_for()
        panel.page.keyboard.press("Escape")
        panel.grid.focus()
        panel.page.keyboard.press("Escape")
        panel.row(1).dblclick()
        page.get_by_text("run-004").first.wait_for()
        panel.root.get_by_role("button", name="All runs").click()
        panel.page.keyboard.press("ArrowDown")
        panel.page.keyboard.press("Enter")
        page.get_by_text("run-003").first.wait_for()
        keys = panel.page.keyboard
        keys.press("Escape")
        keys.press("Tab")
        expect(panel.grid.get_by_role("columnheader", name="Name", exact=True)).to_be_focused()
        keys.press("End")
        keys.press("Alt+ArrowDown")
        panel.root.get_by_role("menuitem", name="Hide").wait_for()
        keys.press("Escape")
        keys.press("Tab")
        expect(panel.root.get_by_role("button", name="Choose none")).to_be_focused()  # one stop for heads

        panel.row(0).click()
        panel.row(1).click(modifiers=["Control"])
        panel.root.get_by_role("button", name="Tag", exact=True).click()
        dialog = panel.root.get_by_role("dialog", name="Tags of the chosen runs")
        dialog.get_by_text("several values").click()
        dialog.get_by_role("textbox", name="Value").fill("<b>gold</b>")
        panel.page.keyboard.press("Enter")
        panel.root.get_by_text("2 runs tagged team.").wait_for()
        dialog.get_by_text("<b>gold</b>").wait_for()
        panel.page.keyboard.press("Escape")
        notebook.told(2, "['<b>gold</b>', '<b>gold</b>', 'red', 'blue', 'red', 'blue'] table")

        panel.head("name").click()
        panel.wait_text(0, "name", "run-000")
        panel.row(3).hover()
        panel.row(3).get_by_role("button", name="Pin", exact=True).click()
        panel.wait_text(0, "name", "run-003")
        panel.head("name").click()
        panel.wait_text(1, "name", "run-005")
        panel.wait_text(0, "name", "run-003")  # pinned, whatever the order
        panel.row(1).get_by_role("button", name="In the charts").click()
        panel.root.get_by_role("tab", name="Charts").click()
        panel.root.get_by_role("button", name="Show 1 hidden run").click()
        panel.root.get_by_text("2 runs", exact=True).wait_for()


@pytest.mark.long
def test_columns_are_chosen_moved_and_resized(lab, chromium):
    lab.put(
        "panel-columns.ipynb",
        [
            SOON + FILL.format(store="panel-columns", count=20),
            "panel = nbtrack.panel()\npanel",
            "soon(lambda: panel.columns[1] == 'params.alpha')\nprint(panel.columns)",
        ],
    )
    with lab.opened(chromium, "panel-columns.ipynb", width=1700) as notebook:
        notebook.run(0)
        panel = Shown(notebook.run(1))
        panel.root.get_by_role("button", name="Columns").click()
        chooser = panel.root.get_by_role("dialog", name="Columns")
        chooser.get_by_role("searchbox").fill("team")
        chooser.get_by_label("team").check()
        chooser.get_by_role("searchbox").fill("")
        notebook.shot("panel-columns-menu")
        chooser.get_by_label("optimizer").uncheck()
        panel.page.keyboard.press("Escape")
        chooser.wait_for(state="hidden")
        panel.head("tags.team").wait_for()
        panel.wait_text(0, "tags.team", "red")
        expect(panel.head("params.optimizer")).to_have_count(0)

        panel.switch("Only what differs")
        for column in ("params.same", "status"):
            expect(panel.head(column)).to_have_count(0)
        assert {"name", "params.alpha", "metrics.rmse", "tags.team"} <= set(panel.heads())
        notebook.shot("panel-columns-differing")
        panel.switch("Only what differs")
        panel.head("params.same").wait_for()

        loss = panel.head("metrics.loss")
        loss.hover()
        loss.locator(".nbtrack-panel-more").click()
        panel.root.get_by_role("menuitemradio", name="max").click()
        panel.head("metrics.loss.max").get_by_text("max").wait_for()
        panel.wait_text(0, "metrics.loss.max", "20")

        before = panel.head("params.alpha").bounding_box()["width"]
        panel.widen("params.alpha")
        panel.wait_width("params.alpha", before + 60)
        panel.head("params.alpha").drag_to(panel.head("status"), target_position={"x": 5, "y": 10})
        panel.wait_heads(["name", "params.alpha", "status"])
        notebook.shot("panel-columns-moved")
        notebook.told(2, str(panel.heads()))


def test_what_another_process_writes_appears_by_itself(lab, chromium):
    held = Held(lab.folder, "panel-live")
    lab.put(
        "panel-live.ipynb",
        [FILL.format(store="panel-live", count=30), "nbtrack.panel()", held.source],
    )
    with lab.opened(chromium, "panel-live.ipynb") as notebook:
        notebook.run(0)
        panel = Shown(notebook.run(1))
        panel.total(30)
        panel.row(2).click()
        panel.grid.evaluate("grid => { grid.scrollTop = 200 }")
        code = "import nbtrack\nwith nbtrack.start_run(run_name='from elsewhere'): nbtrack.log_metric('rmse', 9.5)"
        env = os.environ | {"NBTRACK_STORE": str(lab.folder / "panel-live")}
        subprocess.run([sys.executable, "-c", code], check=True, env=env, cwd=ROOT)
        panel.total(31)
        panel.found(31)
        assert panel.grid.evaluate("grid => grid.scrollTop") == 200, "the place is kept"
        assert panel.grid.locator('[aria-selected="true"]').count() == 1
        panel.grid.evaluate("grid => { grid.scrollTop = 0 }")
        panel.wait_text(0, "name", "from elsewhere")

        # A cell that runs keeps the kernel from answering, not from telling.
        notebook.run(2, wait=False)
        held.wait_until_begun()
        subprocess.run(
            [sys.executable, "-c", code.replace("elsewhere", "afar")], check=True, env=env, cwd=ROOT
        )
        panel.wait_text(0, "name", "from afar")
        assert notebook.running(2)
        held.let_go()


@pytest.mark.long
@pytest.mark.parametrize("count", [10_000])
def test_many_runs_scroll(lab, chromium, count):
    folder = lab.folder / f"many-{count}"
    subprocess.run(
        [sys.executable, "-c", LARGE.format(root=str(ROOT), folder=str(folder), count=count)], check=True
    )
    lab.put(
        "panel-many.ipynb",
        [
            "import nbtrack\nfrom nbtrack.widgets import Panel",
            f"nbtrack.set_store({str(folder)!r})\nnbtrack.panel()",
        ],
    )
    with lab.opened(chromium, "panel-many.ipynb") as notebook:
        notebook.run(0)
        panel = Shown(notebook.run(1))
        panel.total(count)
        panel.head("metrics.loss").click()
        panel.wait_text(0, "status", "finished")
        panel.grid.evaluate(f"grid => {{ grid.scrollTop = {count // 2} * 28 }}")
        row = panel.row(count // 2 + 3)
        row.get_by_text("finished").wait_for()
        assert panel.grid.locator('[role="row"]').count() < 60, "only what is seen is on the page"
        panel.grid.focus()
        panel.page.keyboard.press("End")
        panel.row(count - 1).get_by_text("finished").wait_for()
        last = panel.text(count - 1, "name")
        panel.page.keyboard.press("p")
        panel.page.keyboard.press("Home")
        panel.row(0).get_by_role("button", name="Unpin").wait_for()
        panel.wait_text(0, "name", last)
        panel.page.keyboard.press("Control+a")
        panel.root.get_by_text(f"{count:,} runs chosen").wait_for()
        panel.root.get_by_role("button", name="Choose none").click()
        panel.root.get_by_text("No run chosen").wait_for()


SEEN = """cells => cells.map(cell => {
    // What CSS mixes is told in a colour space of its own.
    const context = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d')
    const rgb = colour => {
        context.fillStyle = colour
        context.fillRect(0, 0, 1, 1)
        return `rgb(${[...context.getImageData(0, 0, 1, 1).data.slice(0, 3)].join(' ')})`
    }
    const style = getComputedStyle(cell)
    const behind = rgb(style.backgroundColor)
    return [cell.textContent, rgb(style.color), behind]
})"""


@pytest.mark.parametrize("theme", THEMES)
def test_what_is_shown_is_exported_and_shaded(lab, chromium, theme):
    word = theme[-5:].strip().lower()
    name = f"panel-export-{word}.ipynb"
    sources = [
        FILL.format(store=f"panel-export-{word}", count=20),
        "panel = nbtrack.panel()\npanel",
        "print(type(runs_df).__name__, runs_df['name'].tolist(), runs_df['metrics.rmse'].dtype)",
        "panel",
    ]
    lab.put(name, sources)
    with lab.opened(chromium, name, theme=theme) as notebook:
        notebook.run(0)
        panel = Shown(notebook.run(1))
        panel.total(20)

        def export(what):
            panel.root.get_by_role("button", name="Export").click()
            panel.root.get_by_role("button", name=what).click()

        with notebook.page.expect_download() as download:
            export("Download as Parquet")
        table = pq.read_table(download.value.path())
        assert download.value.suggested_filename == "runs.parquet"
        assert (table.column_names, table.num_rows) == (panel.heads(), 20)
        assert table["metrics.rmse"].to_pylist()[:1] == [float(panel.text(0, "metrics.rmse"))]

        panel.row(1).click()
        panel.row(2).click(modifiers=["Shift"])
        export("DataFrame in the notebook")
        panel.root.get_by_text("2 runs are now in runs_df.").wait_for()
        notebook.told(2, "DataFrame ['run-018', 'run-017'] float64", whole=True)

        panel.root.get_by_role("button", name="Columns").click()
        panel.root.get_by_role("radio", name="Heat shading").check()
        notebook.shot(f"panel-{word}-shading")
        panel.page.keyboard.press("Escape")
        heat = panel.grid.locator(".nbtrack-panel-heat")
        heat.first.wait_for()
        panel.head("params.alpha").click(button="right")
        panel.root.get_by_role("menuitemradio", name="Bars").click()
        panel.grid.locator(".nbtrack-panel-best").first.wait_for()
        # What the columns span comes after the rows, a few columns at a time.
        for column in ("params.depth", "metrics.loss", "metrics.r2", "metrics.rmse"):
            expect(panel.field(0, column)).to_have_class(re.compile("nbtrack-panel-heat"))
        panel.root.scroll_into_view_if_needed()
        notebook.shot(f"panel-{word}-heat")
        seen = heat.evaluate_all(SEEN)
        assert len({behind for *_, behind in seen}) > 10
        assert min(contrast(ink, behind) for _, ink, behind in seen) >= 4.5
        assert heat.count() == len(seen) > 40

        # What was laid out is so in another view, and when the panel is shown again.
        before = panel.head("metrics.rmse").bounding_box()["width"]
        panel.widen("metrics.rmse")
        panel.wait_width("metrics.rmse", before + 60)
        again = Shown(notebook.run(3))
        again.grid.locator(".nbtrack-panel-heat").first.wait_for()
        again.wait_width("metrics.rmse", before + 60)
        again.head("status").click(button="right")
        again.root.get_by_role("menuitem", name="Pin to the left").click()
        expect(panel.head("status")).to_have_class(re.compile("nbtrack-panel-pinned"))


def test_nothing_that_a_store_holds_is_ever_code(lab, chromium):
    code = f"""
import nbtrack
nbtrack.set_store('panel-hostile')
attacks = {ATTACKS!r}
for attack in attacks:
    with nbtrack.start_run(run_name=attack):
        nbtrack.set_note(attack)
        for other in attacks:
            nbtrack.log_param(other, attack)
            nbtrack.log_metric(other, 1.0)
            nbtrack.set_tag(other, attack)
names = [f'{{kind}}.{{attack}}' for kind in ('params', 'metrics', 'tags') for attack in attacks]
nbtrack.panel(columns=['name', 'note', *names])
"""
    lab.put("panel-hostile.ipynb", [code, "nbtrack.panel()"])
    with lab.opened(chromium, "panel-hostile.ipynb") as notebook:
        panel = Shown(notebook.run(0))
        panel.total(len(ATTACKS))
        panel.grid.get_by_text(ATTACKS[1], exact=True).first.wait_for()
        for button in ("Filters", "Columns", "All experiments", "Export"):
            panel.root.get_by_role("button", name=button).click()
            opened = panel.root.get_by_role("dialog").locator("visible=true")
            opened.wait_for()
            panel.page.keyboard.press("Escape")
            opened.wait_for(state="hidden")
        panel.head(f"params.{ATTACKS[0]}").click(button="right")
        panel.page.keyboard.press("Enter")
        panel.box.click()
        for text, offered, wrong in (
            ("params.", ATTACKS[0], "."),
            ("name = '<", ATTACKS[0], "'"),
            ("tags.`__proto__` = ", "'__proto__'", None),
            (f"params.`{ATTACKS[0]}", None, "`"),
            (ATTACKS[1], "run_id", "<"),
        ):
            panel.box.fill(text)
            if offered is not None:
                panel.root.get_by_role("option").filter(has_text=offered).first.wait_for()
            if wrong is not None:
                expect(panel.root.locator(".nbtrack-panel-wrong")).to_have_text(wrong)
        panel.box.press("Enter")
        notebook.shot("panel-hostile")
        again = Shown(notebook.run(1))
        again.total(len(ATTACKS))
        again.grid.get_by_text(ATTACKS[1], exact=True).first.wait_for()
        harmful = notebook.page.locator(".jp-OutputArea img, .jp-OutputArea script, .nbtrack-panel svg")
        expect(harmful).to_have_count(0)
        assert notebook.page.evaluate("[window.__pwned, ({}).polluted]") == [None, None]


def test_runs_show_as_a_panel_and_are_kept_as_a_table(lab, chromium):
    lab.put(
        "panel-kept.ipynb",
        [
            FILL.format(store="panel-kept", count=5),
            "nbtrack.runs('metrics.rmse >= 0').panel()",
            "%load_ext nbtrack\n%runs --panel params.depth = 1",
        ],
    )
    with lab.opened(chromium, "panel-kept.ipynb") as notebook:
        notebook.run(0)
        Shown(notebook.run(1)).total(5)
        few = Shown(notebook.run(2))
        few.total(1)
        # From the panel, too: all other keys are its own.
        few.box.click()
        with notebook.saved():
            notebook.page.keyboard.press("Control+s")
    saved = json.loads((lab.folder / "panel-kept.ipynb").read_text())
    for cell in saved["cells"][1:]:
        html = "".join(cell["outputs"][0]["data"]["text/html"])
        assert "<table>" in html
        assert "run-001" in html


def test_an_empty_store_says_what_to_do(lab, chromium):
    lab.put(
        "panel-empty.ipynb",
        [
            "import nbtrack\nnbtrack.set_store('panel-empty')\nnbtrack.panel()",
            "with nbtrack.start_run(run_name='first'): nbtrack.log_metric('rmse', 1)",
        ],
    )
    with lab.opened(chromium, "panel-empty.ipynb", width=760) as notebook:
        panel = Shown(notebook.run(0))
        panel.root.get_by_text("No runs yet.").wait_for()
        notebook.shot("panel-empty")
        notebook.run(1)
        panel.total(1)
        panel.root.get_by_text("No runs yet.").wait_for(state="hidden")
        panel.box.fill("name = 'nobody'")
        panel.root.get_by_role("button", name="Show all runs").click()
        panel.total(1)
        notebook.shot("panel-narrow")
