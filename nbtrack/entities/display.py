"""Rich displays come from the layer above, looked up only when a front-end asks for one."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["html", "show_run"]


def html(function: str, shown: Any) -> str:
    """Return what a function of `nbtrack.notebook.display` makes of an object."""
    display = importlib.import_module("nbtrack.notebook.display")
    result: str = getattr(display, function)(shown)
    return result


def show_run(run: Any) -> None:
    """Show a run with what can be done with it, where that is possible; `NotImplementedError` elsewhere."""
    importlib.import_module("nbtrack.notebook.serve").show_run(run)
