"""What stands in the notebook and can be worked with: the only part that speaks to anywidget.

A widget's class is imported when it is first used: the Jupyter server, too, imports this package, and needs none.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbtrack.widgets.panel import Panel
    from nbtrack.widgets.runpage.page import RunPage
    from nbtrack.widgets.serve import ServePanel

__all__ = ["Panel", "RunPage", "ServePanel"]

_MODULES = {"Panel": "panel.widget", "RunPage": "runpage.page", "ServePanel": "serve"}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
