"""The colours of runs and of values: distinguishable for the colour-blind, and the same in the page and in figures."""

from __future__ import annotations

__all__ = ["RAMP", "RUNS", "run_colour"]

RUNS = ("#378ced", "#d1701b", "#489552", "#b36cb2", "#584e02", "#422998", "#890038", "#7a7a7a")
"""For a light page; labextension/src/plot/colours.ts has the same, and those for a dark page."""

RAMP = ("#352a86", "#0a5fa8", "#0a8c9a", "#2f9e5f", "#a58f00", "#d3701a")
"""From low to high, each readable on white."""


def run_colour(place: int) -> str:
    """Return the colour of the run at a place among those compared."""
    return RUNS[place % len(RUNS)]
