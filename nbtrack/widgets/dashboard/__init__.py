"""The parts of a team's page, each of which follows a store; `notebooks/dashboard.ipynb` is made of them.

They are ordinary widgets: any notebook can show them, in JupyterLab and under Voila.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbtrack.widgets.dashboard.live import beside as beside
    from nbtrack.widgets.dashboard.parts import best as best
    from nbtrack.widgets.dashboard.parts import leaderboard as leaderboard
    from nbtrack.widgets.dashboard.parts import matters as matters
    from nbtrack.widgets.dashboard.parts import newest as newest
    from nbtrack.widgets.dashboard.parts import running as running

__all__ = ["beside", "best", "leaderboard", "matters", "newest", "running"]

_MODULES = {"beside": "live"} | dict.fromkeys(__all__[1:], "parts")


def __getattr__(name: str) -> Any:
    # `nbtrack ui` needs only how Voila is started, and no widgets.
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
