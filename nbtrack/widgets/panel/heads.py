"""What the page needs to know of a column beside its values."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from nbtrack.direction import direction
from nbtrack.query.field_names import metric_column, written_column

if TYPE_CHECKING:
    from collections.abc import Container

__all__ = ["ATTRIBUTES", "Head", "head"]

ATTRIBUTES = (
    *("name", "status", "start_time", "duration", "end_time", "experiment", "note", "notebook"),
    *("git_commit", "parent", "lineage", "run_id"),
)
"""What of the run itself can be a column, most asked for first."""


class Head(TypedDict):
    """What the page needs to know of a column."""

    kind: str
    """`attributes`, `params`, `metrics`, `tags` or `data`."""
    label: str
    """The name alone; of a metric without its summary."""
    summary: str | None
    """Of a metric which of its summaries: last, min, max, mean, first, count."""
    field: str
    """How the filter language writes it."""
    better: str | None
    """`down` or `up` where the metric's name tells."""


def head(column: str, metrics: Container[str]) -> Head:
    """Return the head of a column.

    Parameters
    ----------
    column
        Its name, as in `Store.window`.
    metrics
        The store's metrics: `metrics.loss.min` may be one of that name.
    """
    kind, _, rest = column.partition(".")
    field = written_column(column, metrics)
    if kind == "metrics" and rest:
        name, summary = metric_column(rest, metrics.__contains__)
        return {
            "kind": kind,
            "label": name,
            "summary": summary,
            "field": field,
            # Of how many points there are, neither more nor fewer is better.
            "better": None if summary == "count" else direction(name),
        }
    if kind in {"params", "tags", "data"} and rest:
        return {
            "kind": kind,
            "label": rest,
            "summary": None,
            "field": field,
            "better": None,
        }
    return {"kind": "attributes", "label": field, "summary": None, "field": field, "better": None}
