"""Notebooks that a program executes and that are exported: they keep what can be read, and no scripts."""

import json

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from nbtrack.widgets.view import MIME
from tests.waiting import HANGS

FILL = """
import nbtrack
for number in range(3):
    with nbtrack.start_run(run_name=f'ridge-{number}') as run:
        nbtrack.log_param('alpha', number)
        nbtrack.log_metric('rmse', number / 4)
"""
SOURCES = [
    FILL,
    "panel = nbtrack.panel()\npanel",
    "run.page()",
    "nbtrack.runs()",
    "panel.filter = 'params.alpha > 0'\n[run.name for run in panel.runs]",
    "panel.close()",
]


@pytest.fixture
def executed(tmp_path, monkeypatch):
    """Return a notebook after all its cells have run where nobody sees them."""
    monkeypatch.setenv("NBTRACK_STORE", str(tmp_path))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in SOURCES])
    NotebookClient(notebook, timeout=HANGS, iopub_timeout=HANGS).execute()
    return notebook


def test_it_keeps_no_script(executed):
    kinds = {kind for cell in executed.cells for output in cell.outputs for kind in output.get("data", {})}
    assert kinds == {"text/plain", "text/html", MIME}
    assert "ridge-2" in executed.cells[4].outputs[0].data["text/plain"], "the panel can be used from Python"
    assert len(json.dumps(executed)) < 40_000


def test_its_html_shows_what_the_widgets_would(executed):
    html, _ = HTMLExporter().from_notebook_node(executed)
    shown = html.split('data-mime-type="text/html"')[1:]
    panel, page, runs = shown[0], shown[1], shown[2]
    for one in (panel, runs):
        assert all(f"ridge-{number}" in one for number in range(3))
    assert "alpha" in page
    assert "application/vnd.jupyter.widget-view+json" not in html.partition("<body")[2]
