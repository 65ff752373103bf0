"""What a user sees of nbtrack in JupyterLab, in both themes."""

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.contrast import pale

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"

TRAIN = """%%track {name}
rate = {rate}
x = 1.0
for step in range(50):
    x -= rate * 2 * x
    loss = x**2
final_loss = loss"""

LOOP = """%%track
for step in range(1_000_000):
    loss = 1 / (step + 1)
    time.sleep(0.1)
    if os.path.exists({end!r}):
        break"""

LOG = """attack = {attack!r}
with nbtrack.start_run(run_name=attack) as run:
    nbtrack.log_param(attack, attack)
    nbtrack.log_metric(attack, 1.0)
    nbtrack.set_tag(attack, attack)
    nbtrack.set_note(attack)
    nbtrack.log_text(attack, 'a.txt')"""


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_runs_of_a_cell_can_be_read_in_both_themes(lab, chromium, theme):
    experiment = f"themes-{theme[-5:].strip().lower()}"
    name = f"{experiment}.ipynb"
    long = "a name that goes on " * 12
    sources = [
        "%load_ext nbtrack",
        TRAIN.format(name="slow", rate=0.01),
        TRAIN.format(name="quick", rate=0.1),
        TRAIN.format(name=f"'{long}'", rate=0.001),
        "%%track broken\nalpha = 1\nraise ValueError('no')",
        f"%runs experiment = '{experiment}'",
        "%runs metrics.nothing > 1",
        f"import nbtrack\nruns = nbtrack.runs(experiment='{experiment}')\nruns[-2]",
        "runs[-2].diff(runs[-1])",
        # What stands in place of the panel where there is no kernel.
        "from IPython.display import HTML\nHTML(runs._repr_html_())",
        "HTML(nbtrack.runs('metrics.nothing > 1')._repr_html_())",
    ]
    lab.put(name, sources)
    with lab.opened(chromium, name, theme=theme) as notebook:
        cells = [notebook.run(number) for number in range(len(sources))]

        def tells(number, *texts):
            for text in texts:
                expect(cells[number].locator(".jp-OutputArea")).to_contain_text(text)

        tells(1, "slow", "rate=0.01")
        tells(2, "▼")  # the change against the best run before it
        tells(4, "FAILED ValueError")
        expect(cells[4].locator(".jp-OutputArea").get_by_text("Traceback")).to_have_count(1)
        panel = cells[5].locator(".nbtrack-panel")
        panel.get_by_text("4 runs", exact=True).wait_for()
        heads = [head.get_attribute("data-column") for head in panel.get_by_role("columnheader").all()]
        assert {"name", "params.rate", "metrics.loss", "metrics.final_loss"} <= set(heads)
        cells[6].locator(".nbtrack-panel").get_by_text("No run matches.").wait_for()
        table = cells[9].locator(".jp-OutputArea table")
        expect(table.locator("tbody tr")).to_have_count(4)
        assert {"name", "status", "rate", "loss", "final_loss"} <= set(table.locator("th").all_inner_texts())
        tells(10, "No runs.")
        tells(7, "rate")
        tells(8, "0.01")

        for cell in cells[1:]:
            area = cell.locator(".jp-OutputArea")
            assert area.evaluate("a => a.scrollWidth <= a.clientWidth + 1"), "nothing hangs out of the cell"
        shown = [
            cells[2].locator("summary b"),
            cells[2].locator("summary span"),
            table.locator("td"),
            table.locator("th"),
        ]
        # Its AA asks for 4.5; JupyterLab's own quiet text on a striped row has 4.496.
        faint = [one for found in shown for one in pale(found, least=4.45)]
        assert not faint, "text that WCAG 2 calls too pale to read"
        cells[2].locator("summary").click()
        assert cells[2].locator("details table[aria-label=params]").is_visible()
        for number in (2, 5, 8, 9):
            cells[number].scroll_into_view_if_needed()
            notebook.shot(f"{experiment}-{number}")


def test_a_long_loop_is_followed_while_it_runs(lab, chromium):
    end = lab.folder / "progress.end"
    lab.put(
        "progress.ipynb", ["%load_ext nbtrack\nimport os, time", LOOP.format(end=str(end)), "print(step + 1)"]
    )
    with lab.opened(chromium, "progress.ipynb") as notebook:
        notebook.run(0)
        cell = notebook.run(1, wait=False)
        shown = cell.locator(".jp-OutputArea")
        line = shown.get_by_text("iterations in")
        early = line.inner_text()
        shown.get_by_text(early, exact=True).wait_for(state="hidden")
        assert notebook.running(1)
        notebook.shot("progress")
        end.touch()
        count = notebook.run(2).locator(".jp-OutputArea").get_by_text(re.compile(r"^\d+\s*$")).inner_text()
        expect(shown).to_contain_text(f"{count.strip()} iterations")


def test_what_a_store_holds_is_text_and_never_code(lab, chromium):
    attack = "<img src=x onerror=window.attacked=1><script>window.attacked=1</script>"
    lab.put(
        "hostile.ipynb",
        [
            "%load_ext nbtrack\nimport nbtrack",
            LOG.format(attack=attack),
            "nbtrack.runs()",
            "nbtrack.runs()[0]",
            f"%%track '{attack}'\nsetting = {attack!r}\nscore = 1.0",
            "nbtrack.runs()[0].diff(nbtrack.runs()[1])",
            "%runs",
        ],
    )
    with lab.opened(chromium, "hostile.ipynb") as notebook:
        for number in range(7):
            notebook.run(number)
        for number in (2, 6):
            panel = notebook.cell(number).locator(".nbtrack-panel")
            panel.get_by_role("gridcell").get_by_text(attack, exact=True).first.wait_for()
        for number in (3, 4, 5):
            # It is told as it is.
            expect(notebook.cell(number).locator(".jp-OutputArea")).to_contain_text("<script>")
        assert notebook.page.locator(".jp-OutputArea img").count() == 0
        assert notebook.page.evaluate("window.attacked") is None


def test_the_quickstart_reads_well(lab, chromium):
    shutil.copytree(NOTEBOOKS / "sklearn_elasticnet_wine", lab.folder / "sklearn_elasticnet_wine")
    shutil.copy(NOTEBOOKS / "quickstart.ipynb", lab.folder)
    with lab.opened(chromium, "quickstart.ipynb") as notebook:
        notebook.run_all()
        page = notebook.page
        errors = page.locator('.jp-OutputArea [data-mime-type="application/vnd.jupyter.stderr"]')
        assert errors.all_inner_texts() == []
        page.locator(".jp-OutputArea summary").filter(has_text="elastic-net").first.wait_for()
        page.get_by_role("heading", name="Find them again").scroll_into_view_if_needed()
        found = page.locator(".jp-CodeCell").filter(has_text="%runs metrics.rmse")
        first = found.locator('.nbtrack-panel [role=grid] [role=row][aria-rowindex="2"]')
        first.wait_for()
        expect(first).to_contain_text("random-forest")  # the best run stands first
        notebook.shot("quickstart")
