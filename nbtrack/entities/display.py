"""Rich displays come from the layer above, looked up only when a front-end asks for one."""

from __future__ import annotations

import importlib
import sys
from typing import Any

__all__ = ["html", "panel", "panel_bundle", "show_run"]


def html(function: str, shown: Any) -> str:
    """Return what a function of `nbtrack.notebook.display` makes of an object."""
    display = importlib.import_module("nbtrack.notebook.display")
    result: str = getattr(display, function)(shown)
    return result


def show_run(run: Any) -> None:
    """Show a run with what can be done with it, where that is possible; `NotImplementedError` elsewhere."""
    importlib.import_module("nbtrack.notebook.serve").show_run(run)


def panel(runs: Any, columns: Any) -> Any:
    """Return a panel of runs."""
    return importlib.import_module("nbtrack.widgets.panel").panel_of(runs, columns)


def panel_bundle(runs: Any, **kwargs: Any) -> Any:
    """Return what shows a panel of runs, or None where there is no page to show one, or it cannot be made.

    The static table, which every notebook shows, is made apart from it.
    """
    if "ipykernel" not in sys.modules:
        return None
    try:
        return panel(runs, None)._repr_mimebundle_(**kwargs)
    except Exception:  # noqa: BLE001 - runs are shown, whatever becomes of the panel
        return None
