"""Rich displays come from the layer above, looked up only when a front-end asks for one."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["html", "page", "panel"]


def html(function: str, shown: Any) -> str:
    """Return what a function of `nbtrack.notebook.display` makes of an object."""
    display = importlib.import_module("nbtrack.notebook.display")
    result: str = getattr(display, function)(shown)
    return result


def panel(runs: Any, columns: Any) -> Any:
    """Return a panel of runs."""
    return importlib.import_module("nbtrack.widgets.panel").panel_of(runs, columns)


def page(run: Any) -> Any:
    """Return a run's page."""
    return importlib.import_module("nbtrack.widgets").RunPage(run)
