"""The doors upwards: what a lower layer shows with something of a higher one, looked up only when it is asked for.

There is no other import by a name in a text; `tests/unit/test_imports.py` checks that.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["figure", "namespace", "panel", "run_page", "runs_view", "serve_panel"]


def panel(runs: Any, columns: Any) -> Any:
    """Return a panel of runs."""
    return import_module("nbtrack.widgets.panel").panel_of(runs, columns)


def runs_view(runs: Any) -> dict[str, Any]:
    """Return what the JupyterLab extension makes a panel of, beside the static table."""
    view: dict[str, Any] = import_module("nbtrack.widgets.shown").runs_view(runs)
    return view


def run_page(run: Any) -> Any:
    """Return a run's page."""
    return import_module("nbtrack.widgets").RunPage(run)


def figure(runs: Any, kind: str | None, **options: Any) -> Any:
    """Return a Plotly figure of runs."""
    drawing = import_module("nbtrack.compare.drawing")
    return drawing.draw(kind, runs, columns=(), view="table", chosen=False, **options)


def serve_panel(server: Any) -> Any:
    """Return the widget that shows a model server."""
    return import_module("nbtrack.widgets").ServePanel(server)


def namespace() -> Any:
    """Return the module that puts things among the notebook's names."""
    return import_module("nbtrack.notebook.user_namespace")
