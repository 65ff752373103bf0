"""Lazy access to higher layers, for lower ones that show something of them; imported only when it is used.

There is no other import by name; `tests/unit/test_imports.py` checks that.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = [
    "description",
    "diff_html",
    "figure",
    "namespace",
    "notebook_cells",
    "panel",
    "report",
    "run_html",
    "run_page",
    "runs_html",
    "runs_view",
    "serve_panel",
    "spark_udf",
]


def panel(runs: Any, columns: Any) -> Any:
    """Return a panel of runs."""
    return import_module("nbtrack.widgets.panel").panel_of(runs, columns)


def report(runs: Any, path: Any, title: str | None) -> Any:
    """Write runs as one file of HTML; return its path."""
    return import_module("nbtrack.widgets.report").write_report(runs, path, title)


def runs_view(runs: Any) -> dict[str, Any]:
    """Return the data from which the JupyterLab extension creates a panel, in addition to the static table."""
    view: dict[str, Any] = import_module("nbtrack.widgets.shown").runs_view(runs)
    return view


def run_page(run: Any) -> Any:
    """Return a run's page."""
    return import_module("nbtrack.widgets").RunPage(run)


def figure(runs: Any, kind: str | None, **options: Any) -> Any:
    """Return a Plotly figure of runs."""
    drawing = import_module("nbtrack.compare.drawing")
    return drawing.draw(kind, runs, columns=(), view="table", chosen=False, **options)


def runs_html(runs: Any) -> str:
    """Return runs as a static table."""
    return str(import_module("nbtrack.entities.html").runs_html(runs))


def run_html(run: Any) -> str:
    """Return a run as static HTML."""
    return str(import_module("nbtrack.entities.html").run_html(run))


def diff_html(diff: Any) -> str:
    """Return what is different between two runs as static HTML."""
    return str(import_module("nbtrack.entities.html").diff_html(diff))


def description(run: Any) -> str:
    """Return what is kept of a run as text."""
    return str(import_module("nbtrack.entities.description").description(run))


def serve_panel(server: Any) -> Any:
    """Return the widget that shows a model server."""
    return import_module("nbtrack.widgets").ServePanel(server)


def namespace() -> Any:
    """Return the module that assigns variables in the notebook."""
    return import_module("nbtrack.notebook.user_namespace")


def notebook_cells(path: Any) -> list[tuple[str, str, str | None]]:
    """Return the code cells of a notebook's file: as written, as Python, and what stands behind `%%track`."""
    cells: list[tuple[str, str, str | None]] = import_module("nbtrack.notebook.file_cells").file_cells(path)
    return cells


def spark_udf(*arguments: Any, **options: Any) -> Any:
    """Return a model as a function of Spark's."""
    return import_module("nbtrack.scoring.spark").spark_udf(*arguments, **options)
