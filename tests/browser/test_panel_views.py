"""The panel's views beside the table, as a user works with them in JupyterLab, in both themes."""

import pytest

from tests.browser.lab import THEMES
from tests.browser.test_panel import FILL, Shown
from tests.browser.test_serve import pale


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
        notebook.page.set_default_timeout(15_000)
        notebook.run(0)
        panel = Shown(notebook.run(1))
        panel.total(40)
        root = panel.root

        def tab(title):
            root.get_by_role("tab", name=title, exact=True).click()
            return root.locator('[role="tabpanel"]:not([hidden])')

        def shot(what):
            root.scroll_into_view_if_needed()
            notebook.page.wait_for_timeout(400)
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
        view.get_by_text("run-039").first.wait_for()
        view.get_by_text("alpha").first.wait_for()
        shot("compare")

        view = tab("Curves")
        view.locator("canvas").first.wait_for()
        view.get_by_text("The 2 chosen runs").wait_for()
        shot("curves")

        tab("Runs")
        root.get_by_role("button", name="Choose none").click()
        view = tab("Charts")
        view.get_by_text("All 40 runs of the table").wait_for()
        view.locator("svg, canvas").first.wait_for()
        for chart in ("Scatter", "Box plots", "Importance", "Parallel coordinates"):
            view.get_by_role("button", name=chart, exact=True).click()
            pressed = view.locator('[aria-pressed="true"]').filter(has_text=chart)
            pressed.wait_for()
            notebook.page.wait_for_timeout(1_500)
            assert view.locator(".nbtrack-panel-document [role=alert]").count() == 0, chart
            shot(f"charts-{chart.split()[0].lower()}")

        tab("Runs")
        panel.row(1).click()
        view = tab("Run")
        view.get_by_role("heading", name="run-038").wait_for()
        shot("run")
        told = notebook.run(2).locator(".jp-OutputArea").inner_text()
        assert "run '' 40" in told
