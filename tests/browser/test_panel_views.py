"""The panel's views beside the table, as a user works with them in JupyterLab, in both themes."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.contrast import pale
from tests.browser.lab import THEMES
from tests.browser.test_panel import FILL, SOON, Shown


@pytest.mark.parametrize("theme", THEMES)
def test_chosen_runs_are_compared(lab, chromium, theme):
    word = theme[-5:].strip().lower()
    name = f"views-{word}.ipynb"
    sources = [
        FILL.format(store=f"views-{word}", count=40),
        "panel = nbtrack.panel()\npanel",
        "print(panel.view, repr(panel.filter), len(panel.runs))",
    ]
    lab.put(name, sources)
    with lab.opened(chromium, name, theme=theme) as notebook:
        notebook.run(0)
        panel = Shown(notebook.run(1))
        panel.total(40)
        root = panel.root

        def tab(title):
            root.get_by_role("tab", name=title, exact=True).click()
            return root.locator('[role="tabpanel"]:not([hidden])')

        def shot(what):
            root.scroll_into_view_if_needed()
            notebook.shot(f"views-{word}-{what}")
            assert not [one for one in pale(root) if one[1] != "rgba(0, 0, 0, 0)"], what

        view = tab("Run")
        view.get_by_text("Choose a run in the table").wait_for()

        view = tab("Compare")
        view.get_by_text("The first 20 of 40 runs; choose others in the table").wait_for()
        tab("Runs")
        panel.row(0).click()
        panel.row(1).click(modifiers=["Control"])
        view = tab("Compare")
        view.get_by_text("The 2 chosen runs").wait_for()
        view.locator("thead").get_by_text("run-039").wait_for()
        view.locator("tbody").get_by_text("alpha").first.wait_for()
        shot("compare")
        view.locator("summary").get_by_text("Artifacts").click()
        view.get_by_text("None of these runs has artifacts.").wait_for()

        view = tab("Curves")
        view.locator("canvas").first.wait_for()
        view.get_by_text("The 2 chosen runs").wait_for()
        shot("curves")

        tab("Runs")
        root.get_by_role("button", name="Choose none").click()
        view = tab("Charts")
        view.get_by_text("All 40 runs of the table").wait_for()
        view.locator("svg, canvas").first.wait_for()
        charts = {
            "Scatter": "scatter",
            "Box plots": "box",
            "Importance": "importance",
            "Parallel coordinates": "parallel",
        }
        for chart, drawn in charts.items():
            view.get_by_role("button", name=chart, exact=True).click()
            view.locator('[aria-pressed="true"]').filter(has_text=chart).wait_for()
            # Until it is drawn, the one before is seen.
            view.locator(f".nbtrack-{drawn}, [role=alert]").first.wait_for()
            assert view.locator(".nbtrack-panel-document [role=alert]").count() == 0, chart
            shot(f"charts-{chart.split()[0].lower()}")

        view = tab("Workspace")
        view.get_by_role("button", name="Remove: Scatter").wait_for()
        run = view.locator("aside li").filter(has_text="run-038")
        run.hover()
        expect(run).to_have_class("nbtrack-marked")
        view.get_by_label("Name of the arrangement").fill("mine")
        view.get_by_role("button", name="Save", exact=True).click()
        expect(view.get_by_label("Arrangement", exact=True)).to_have_value("mine")
        shot("workspace")

        tab("Runs")
        panel.row(1).click()
        view = tab("Run")
        view.get_by_role("heading", name="run-038").wait_for()
        shot("run")
        notebook.told(2, "run '' 40")


SEEDS = """
import nbtrack
nbtrack.set_store('seeds-{word}')
for depth in (2, 4, 8):
    for seed in range(3):
        with nbtrack.start_run(run_name=f'd{{depth}}-{{seed}}'):
            nbtrack.log_params({{'depth': depth, 'seed': seed, '<img src=x>': "it's", 'epochs': 9}})
            nbtrack.log_metrics({{'rmse': 1 / depth + seed / 50, 'r2': 1 - 1 / depth}})
            for step in range(30):
                nbtrack.log_metric('loss', 1 / (1 + step) + depth / 10 + seed / 50, step=step)
"""


@pytest.mark.parametrize("theme", THEMES)
def test_views_are_loaded_once_and_groups_shown(lab, chromium, theme):
    word = theme[-5:].strip().lower()
    name = f"groups-{word}.ipynb"
    sources = [
        SOON + SEEDS.format(word=word),
        "first = nbtrack.panel()\nfirst.view = 'groups'\nfirst",
        "second = nbtrack.panel()\nsecond.view = 'curves'\nsecond",
        "soon(lambda: first.filter)\nprint([run.name for run in first.selected], first.filter, first.view)",
    ]
    lab.put(name, sources)
    with lab.opened(chromium, name, theme=theme) as notebook:
        page = notebook.page
        page.evaluate(
            """() => {
              window.asked = 0;
              const send = WebSocket.prototype.send;
              WebSocket.prototype.send = function (data) {
                const text = typeof data === 'string' ? data : new TextDecoder().decode(data);
                window.asked += text.includes('"kind":"bundle"') ? 1 : 0;
                return send.call(this, data);
              };
            }"""
        )
        notebook.run(0)
        panel = Shown(notebook.run(1))
        view = panel.root.locator('[role="tabpanel"]:not([hidden])')
        view.get_by_role("button", name="Group by: depth").wait_for()
        view.get_by_role("button", name="depth=4: choose 3 runs").wait_for()
        other = Shown(notebook.run(2))
        other.root.locator("canvas").first.wait_for()
        other.root.get_by_text("All 9 runs of the table").wait_for()
        assert page.evaluate("asked") == 0, "the server has the scripts"
        assert page.locator("style[data-nbtrack-style^='views']").count() == 1

        best = view.locator("tr", has=page.get_by_role("button", name="depth=8: choose 3 runs"))
        # Of loss a low one, of rmse and r2 this one.
        expect(best.locator(".nbtrack-best")).to_have_count(3 - 1)
        view.get_by_role("button", name="rmse", exact=True).click()
        expect(view.locator("tbody tr").first).to_contain_text(re.compile("^8"))
        view.get_by_role("button", name="depth=8: choose 3 runs").press("Enter")
        view.get_by_text("Chosen: depth=8, 3 runs").wait_for()
        panel.root.scroll_into_view_if_needed()
        notebook.shot(f"groups-{word}")
        assert not [one for one in pale(panel.root) if one[1] != "rgba(0, 0, 0, 0)"]

        view.get_by_role("button", name="Group by: depth").click()
        view.get_by_role("searchbox").fill("seed")
        view.get_by_label("seed", exact=True).check()
        view.get_by_role("button", name="depth=8, seed=2: choose 1 run").wait_for()
        notebook.shot(f"groups-{word}-fields")
        view.get_by_label("seed", exact=True).uncheck()
        view.get_by_role("button", name="depth=8: choose 3 runs").wait_for()
        page.keyboard.press("Escape")

        view.get_by_role("button", name="Curves of the groups").click()
        view.locator("canvas").first.wait_for()
        view.get_by_label("Group by").wait_for()
        expect(view.get_by_label("Group by")).to_have_value("params.depth")
        notebook.shot(f"groups-{word}-curves")
        panel.root.get_by_role("tab", name="Groups").click()
        view.get_by_text("Chosen: depth=8, 3 runs").wait_for()
        view.get_by_role("button", name="Show these in the table").click()
        panel.total(3)
        notebook.told(3, "['d8-2', 'd8-1', 'd8-0'] params.depth = 8 table")


MIXED = """
import nbtrack
nbtrack.set_store('mixed-{word}')
nbtrack.set_experiment('curves')
for seed in range(4):
    with nbtrack.start_run(run_name=f'curve-{{seed}}'):
        nbtrack.log_params({{'lr': seed / 8, 'epochs': 9}})
        for step in range(20):
            nbtrack.log_metrics({{'loss': 1 / (1 + step + seed), 'val_loss': 2 / (1 + step + seed)}}, step=step)
nbtrack.set_experiment('iris')
for depth in range(6):
    with nbtrack.start_run(run_name=f'iris-{{depth}}'):
        nbtrack.log_params({{'depth': depth, 'criterion': 'gini' if depth % 2 else 'entropy', 'n': 7}})
        nbtrack.log_metric('accuracy', 0.9 + depth / 100)
panel = nbtrack.panel(experiment='iris')
panel.view = 'curves'
panel
"""


@pytest.mark.parametrize("theme", THEMES)
def test_charts_are_of_what_the_shown_runs_have(lab, chromium, theme):
    word = theme[-5:].strip().lower()
    name = f"mixed-{word}.ipynb"
    lab.put(name, [MIXED.format(word=word), "panel.experiments = ['curves']", "panel.experiments = None"])
    with lab.opened(chromium, name, theme=theme) as notebook:
        page = notebook.page
        panel = Shown(notebook.run(0))
        root = panel.root

        def tab(title):
            root.get_by_role("tab", name=title, exact=True).click()
            return root.locator('[role="tabpanel"]:not([hidden])')

        def shot(what):
            root.scroll_into_view_if_needed()
            notebook.shot(f"mixed-{word}-{what}")
            assert not [one for one in pale(root) if one[1] != "rgba(0, 0, 0, 0)"], what

        view = tab("Curves")
        bars = view.get_by_role("img", name="Bars, the best first: iris-5 0.95, iris-4 0.94")
        bars.wait_for()
        expect(view.get_by_label("Metric", exact=True)).to_have_value("accuracy")
        others = view.get_by_label("Metric", exact=True).locator("optgroup")
        assert others.get_attribute("label") == "Only other runs have"
        assert others.locator("option").all_inner_texts() == ["loss", "val_loss"]
        assert not view.get_by_role("button", name="All metrics").count(), "there is none with a history"
        shot("bars")
        view = tab("Charts")
        view.get_by_role("button", name="Axes: criterion, depth, accuracy").wait_for()
        shot("parallel")

        notebook.run(1)
        view = tab("Curves")
        view.get_by_label("Group by").wait_for()
        view.locator(".nbtrack-curves-body canvas").first.wait_for()
        expect(view.get_by_label("Metric", exact=True)).to_have_value("loss")
        view.get_by_role("button", name="All metrics").click()
        view.get_by_role("region", name="val_loss").locator("canvas").first.wait_for()
        shot("all")
        view.get_by_role("button", name="val_loss: show alone").click()
        view.get_by_label("Metric", exact=True).wait_for()
        expect(view.get_by_label("Metric", exact=True)).to_have_value("val_loss")
        with page.expect_download() as coming:
            view.get_by_role("button", name="CSV").click()
        lines = coming.value.path().read_text().splitlines()
        assert lines[0] == "run_id,run,step,val_loss,low,high"
        assert len(lines) == 1 + 4 * 20

        notebook.run(2)
        # Until then the charts of the runs before are seen.
        panel.total(10)
        view = tab("Charts")
        view.locator(".nbtrack-panel-document:not([aria-busy])").wait_for()
        view.get_by_role("button", name="Axes: ").click()
        view.get_by_role("searchbox").fill("l")
        view.get_by_label("lr").check()
        page.keyboard.press("Escape")
        axis = view.get_by_role("button", name="Axis lr: arrow keys move it")
        axis.press("ArrowLeft")
        shot("axes")

        view = tab("Compare")
        view.get_by_label("Baseline").select_option(index=0)
        view.get_by_text("\N{MINUS SIGN}0.01 (\N{MINUS SIGN}1.05 %)").wait_for()
        expect(view.locator('[data-verdict="worse"]')).to_have_count(5)
        shot("baseline")
