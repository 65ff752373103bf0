"""How a panel's table is laid out, and which runs stay on top of it: what every view of it shares, and what lasts when it is shown again."""

from __future__ import annotations

from typing import Any, TypedDict

__all__ = ["MAX_PINNED", "MAX_WIDTH", "MIN_WIDTH", "SHADINGS", "Layout", "read_layout"]

MIN_WIDTH, MAX_WIDTH = 48, 900
SHADINGS = ("bars", "heat", "none")
"""How a number shows where it stands in its column."""

MAX_ENTRIES = 5_000
"""Columns whose layout is kept."""


MAX_PINNED = 100
"""Runs that can be pinned above the others."""


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


def read_layout(content: Any) -> Layout:
    """Return the valid parts of a layout that a page or a user gives; the rest is ignored."""
    content = content if isinstance(content, dict) else {}
    layout: Layout = {}
    widths = {
        name: min(max(round(width), MIN_WIDTH), MAX_WIDTH)
        for name, width in _items(content, "widths")
        if _is_width(width)
    }
    if widths:
        layout["widths"] = widths
    pinned = content.get("pinned")
    if isinstance(pinned, list):
        # An empty list means that no column is pinned; without one the default holds.
        layout["pinned"] = list(dict.fromkeys(name for name in pinned[:MAX_ENTRIES] if isinstance(name, str)))
    runs = content.get("runs")
    if isinstance(runs, list):
        ids = [run for run in runs[:MAX_ENTRIES] if isinstance(run, str)]
        if ids:
            layout["runs"] = list(dict.fromkeys(ids))[:MAX_PINNED]
    shading = {
        name: how for name, how in _items(content, "shading") if isinstance(how, str) and how in SHADINGS
    }
    if shading:
        layout["shading"] = shading
    return layout


def _items(content: dict[Any, Any], part: str) -> list[tuple[str, Any]]:
    held = content.get(part)
    items = list(held.items())[:MAX_ENTRIES] if isinstance(held, dict) else []
    return [(name, value) for name, value in items if isinstance(name, str)]


def _is_width(value: Any) -> bool:
    # Neither NaN nor an infinity is between these.
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 100_000
