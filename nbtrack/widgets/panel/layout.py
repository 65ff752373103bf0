"""How a panel's table is laid out, and which runs stay on top of it: what every view of it shares, and what lasts when it is shown again."""

from __future__ import annotations

from typing import Any, TypedDict

__all__ = ["MOST_PINNED", "NARROWEST", "SHADINGS", "WIDEST", "Layout", "read_layout"]

NARROWEST, WIDEST = 48, 900
SHADINGS = ("bars", "heat", "none")
"""How a number shows where it stands in its column."""

MOST = 5_000
"""Of more columns than that nothing is kept."""


MOST_PINNED = 100
"""So many runs can be pinned: more are no top."""


class Layout(TypedDict, total=False):
    """What people changed; what is not there is as it is at first."""

    widths: dict[str, int]
    """Pixels of a column."""
    pinned: list[str]
    """Columns that stay at the left when the table is moved sideways."""
    runs: list[str]
    """Ids of the runs that stand before all others, those pinned last at the end."""
    shading: dict[str, str]
    """One of `SHADINGS` for a column; for all others under `*`."""


def read_layout(told: Any) -> Layout:
    """Return what of a page's or a user's word about the layout can be understood; the rest is passed over."""
    told = told if isinstance(told, dict) else {}
    layout: Layout = {}
    widths = {
        name: min(max(round(width), NARROWEST), WIDEST)
        for name, width in _items(told, "widths")
        if _is_width(width)
    }
    if widths:
        layout["widths"] = widths
    pinned = told.get("pinned")
    if isinstance(pinned, list):
        # None pinned is another thing than nothing said.
        layout["pinned"] = list(dict.fromkeys(name for name in pinned[:MOST] if isinstance(name, str)))
    runs = told.get("runs")
    if isinstance(runs, list):
        ids = [run for run in runs[:MOST] if isinstance(run, str)]
        if ids:
            layout["runs"] = list(dict.fromkeys(ids))[:MOST_PINNED]
    shading = {name: how for name, how in _items(told, "shading") if isinstance(how, str) and how in SHADINGS}
    if shading:
        layout["shading"] = shading
    return layout


def _items(told: dict[Any, Any], part: str) -> list[tuple[str, Any]]:
    held = told.get(part)
    items = list(held.items())[:MOST] if isinstance(held, dict) else []
    return [(name, value) for name, value in items if isinstance(name, str)]


def _is_width(value: Any) -> bool:
    # Neither NaN nor an infinity is between these.
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 100_000
