"""The dashboard's notebook runs as it is, in a kernel without a page: with no run, with one, and with names that nobody would choose."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

import nbtrack
from tests.waiting import HANGS

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


def executed(store, monkeypatch):
    """Return the notebook as it is after all its cells have run on a store."""
    monkeypatch.setenv("NBTRACK_STORE", str(store))
    notebook = nbformat.read(NOTEBOOKS / "dashboard.ipynb", as_version=4)
    NotebookClient(notebook, timeout=280, iopub_timeout=HANGS).execute()
    return notebook


def shown(notebook):
    """Return the parts as HTML, from the widgets' state that a saved notebook keeps."""
    held = notebook.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    return "".join(one["state"]["value"] for one in held.values() if "value" in one["state"])


def test_it_runs_where_there_is_no_run(tmp_path, monkeypatch):
    notebook = executed(tmp_path, monkeypatch)
    assert "No runs yet" in shown(notebook)
    assert not [o for cell in notebook.cells for o in cell.get("outputs", ()) if o.output_type == "error"]


@pytest.mark.parametrize("name", ["ridge", "<b>&`\"')] or 1=1 --", "</style><script>x()</script>"])
def test_it_shows_a_run_whatever_its_names_are(tmp_path, monkeypatch, name):
    run = nbtrack.open_store(tmp_path).create_run(experiment=name, name=name)
    run.log_param(name, name)
    run.log_metric(f"rmse {name}", 0.25, step=0)
    run.finish()
    html = shown(executed(tmp_path, monkeypatch))
    assert "0.25" in html
    assert "<script>" not in html
    assert "<b>" not in html
    assert html.count("<style>") == html.count("</style>") == html.count("<section")


def test_it_is_committed_without_outputs():
    notebook = nbformat.read(NOTEBOOKS / "dashboard.ipynb", as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells)
    assert "widgets" not in notebook.metadata
