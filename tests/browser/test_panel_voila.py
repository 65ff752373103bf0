"""The comparison panel on a page that Voila makes of a notebook: no cell, no notebook, the same panel."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.browser.contrast import pale
from tests.browser.lab import PATIENCE, SHOTS, START, Voila, settle
from tests.browser.test_panel import FILL, ROOT, Shown

ANOTHER = "import nbtrack\nwith nbtrack.start_run(run_name='from elsewhere'): nbtrack.log_metric('rmse', 9.5)"


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_a_voila_page_compares_runs(lab, chromium, theme, tmp_path):
    lab.put("voila-panel.ipynb", [FILL.format(store="voila-store", count=40), "nbtrack.panel()"])
    shutil.move(lab.folder / "voila-panel.ipynb", tmp_path)
    voila = Voila(tmp_path, "voila-panel.ipynb", theme)
    page = chromium.new_page(viewport={"width": 1100, "height": 800})
    page.set_default_timeout(PATIENCE)

    def shot(what):
        settle(page)
        page.screenshot(path=SHOTS / f"panel-voila-{theme}-{what}.png")
        assert not [one for one in pale(panel.root) if one[1] != "rgba(0, 0, 0, 0)"], what

    def tab(title):
        panel.root.get_by_role("tab", name=title, exact=True).click()
        return panel.root.locator('[role="tabpanel"]:not([hidden])')

    try:
        page.goto(voila.url, timeout=START)
        page.locator(".nbtrack-panel").wait_for()
        panel = Shown(page.locator("body"))
        panel.total(40)

        panel.box.fill("params.optimizer = 'adam' and metrics.rmse < 0.3")
        panel.root.get_by_text("40 runs", exact=True).wait_for(state="detached")
        panel.head("metrics.rmse").click()
        panel.head("metrics.rmse").get_by_text("▲").wait_for()
        panel.box.fill("")
        panel.total(40)
        panel.wait_text(0, "metrics.rmse", "0.00")
        shot("table")

        panel.row(0).click()
        panel.row(1).click(modifiers=["Control"])
        tab("Compare").get_by_text("The 2 chosen runs").wait_for()
        shot("compare")
        tab("Curves").locator("canvas").first.wait_for()
        tab("Charts").locator("svg, canvas").first.wait_for()
        shot("charts")

        tab("Runs")
        panel.root.get_by_role("button", name="Delete", exact=True).click()
        # Where the pointer is, it stays.
        panel.root.get_by_text("2 runs deleted.").hover()
        panel.total(38)
        panel.root.get_by_role("button", name="Undo").click()
        panel.total(40)

        env = os.environ | {"NBTRACK_STORE": str(tmp_path / "voila-store")}
        subprocess.run([sys.executable, "-c", ANOTHER], check=True, env=env, cwd=ROOT)
        panel.total(41)

        panel.root.get_by_role("button", name="Choose none").click()
        panel.root.get_by_role("button", name="Export").click()
        with page.expect_download() as download:
            panel.root.get_by_role("button", name="Download as CSV").click()
        assert "from elsewhere" in download.value.path().read_text()

        for width in (600, 2_000):
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_function("width => innerWidth === width", arg=width)
            shot(f"{width}")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, "nothing is cut off"
    finally:
        page.close()
        voila.close()
