"""Capture: from a cell's source and its names' values to params, metrics, models, data and code.

Nothing here depends on IPython or on the store; `notebook` provides the cell and stores what is found. Names are
imported when they are first used: a script's environment is collected without the modules that watch cells.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbtrack.capture.cell import CellCapture, is_worth_tracking
    from nbtrack.capture.execution import Captured, Options
    from nbtrack.capture.script import ScriptCapture
    from nbtrack.capture.settings.earlier import EarlierChoices
    from nbtrack.capture.settings.estimators import Fitted

__all__ = [
    "Captured",
    "CellCapture",
    "EarlierChoices",
    "Fitted",
    "Options",
    "ScriptCapture",
    "is_worth_tracking",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = {
        "EarlierChoices": "settings.earlier",
        "Fitted": "settings.estimators",
        "Captured": "execution",
        "Options": "execution",
        "ScriptCapture": "script",
    }.get(name, "cell")
    found = getattr(import_module(f"{__name__}.{module}"), name)
    globals()[name] = found
    return found
