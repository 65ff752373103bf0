"""Comparisons of runs: documents of plain JSON for the panel's views, and the same as Plotly figures.

A document contains no NaN and no infinity, so that any JSON parser reads it. Every name and text in it is the
user's: it is data, and must be shown as text.
"""

from nbtrack.compare.artifacts import artifacts, pictures
from nbtrack.compare.axes import box, parallel, scatter
from nbtrack.compare.figures import figure
from nbtrack.compare.groups import grouped, grouped_curves
from nbtrack.compare.histories import curves
from nbtrack.compare.importance import importance
from nbtrack.compare.sides import side_by_side
from nbtrack.compare.since import since

__all__ = [
    "artifacts",
    "box",
    "curves",
    "figure",
    "grouped",
    "grouped_curves",
    "importance",
    "parallel",
    "pictures",
    "scatter",
    "side_by_side",
    "since",
]
