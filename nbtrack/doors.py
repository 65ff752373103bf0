"""Rich displays come from the layer above, looked up only when a front-end asks for one."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["figure", "html", "page", "panel", "view"]


def html(function: str, shown: Any) -> str:
    """Return what a function of `nbtrack.notebook.display` makes of an object."""
    display = importlib.import_module("nbtrack.notebook.display")
    result: str = getattr(display, function)(shown)
    return result


def panel(runs: Any, columns: Any) -> Any:
    """Return a panel of runs."""
    return importlib.import_module("nbtrack.widgets.panel").panel_of(runs, columns)


def figure(runs: Any, kind: str | None, **options: Any) -> Any:
    """Return a Plotly figure of runs."""
    drawing = importlib.import_module("nbtrack.widgets.panel.drawing")
    return drawing.draw(kind, runs, columns=(), view="table", chosen=False, **options)


def view(runs: Any) -> dict[str, Any]:
    """Return what the JupyterLab extension makes a panel of, beside the static table."""
    view: dict[str, Any] = importlib.import_module("nbtrack.widgets.shown").runs_view(runs)
    return view


def page(run: Any) -> Any:
    """Return a run's page."""
    return importlib.import_module("nbtrack.widgets").RunPage(run)
