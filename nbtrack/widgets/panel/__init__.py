"""The comparison panel: the runs of a store, filtered, ordered, chosen and followed in the notebook.

The widget is imported when it is first used: the Jupyter server reads for a panel without it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbtrack.widgets.panel.opening import panel, panel_of
    from nbtrack.widgets.panel.widget import Panel

__all__ = ["Panel", "panel", "panel_of"]

_MODULES = {"Panel": "widget", "panel": "opening", "panel_of": "opening"}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
