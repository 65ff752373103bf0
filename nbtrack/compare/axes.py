"""Fields of many runs as columns to draw: parallel coordinates, scatter, box plots."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from nbtrack.compare.chosen import chosen, heads
from nbtrack.compare.finite import finites
from nbtrack.entities.text import value_text
from nbtrack.errors import FilterError, InvalidValueError
from nbtrack.fields import MISSING, identity, is_finite, is_number
from nbtrack.query import parse
from nbtrack.query.field_names import literal, written_column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbtrack.compare.documents import Box, BoxDocument, Column, FieldsDocument
    from nbtrack.records import RunRecord
    from nbtrack.store import Store

__all__ = ["NONE", "box", "column", "filter_name", "parallel", "scatter"]

NONE = "none"
"""The label of the group of runs that lack the field."""
MAX_RUNS = 2_000
"""Runs that are drawn at most: more lines or dots could not be distinguished."""
_MAX_CATEGORIES = 40
_MAX_STEPS, _STEP = 12, 2.9
"""How many values may be steps of a logarithmic axis, and how many times as large as the one before each is at least."""
_TIMES = ("start_time", "end_time")


def parallel(store: Store, ids: Sequence[str], fields: Sequence[str]) -> FieldsDocument:
    """Return fields of these runs, an axis each; the last one colours the lines.

    Parameters
    ----------
    fields
        As columns of the run table: `params.alpha`, `metrics.rmse`, `duration`.

    Raises
    ------
    InvalidValueError, NotFoundError
        For an unknown field, when no run is chosen, or one is not there.
    """
    runs = chosen(store, ids)
    shown = runs[:MAX_RUNS]
    columns = [column(store, field, store.column(field, shown)) for field in fields]
    return {"runs": heads(shown), "columns": columns, "left_out": len(runs) - len(shown)}


def scatter(store: Store, ids: Sequence[str], x: str, y: str, colour: str | None = None) -> FieldsDocument:
    """Return two fields of these runs, and a third that colours the dots; see `parallel`."""
    return parallel(store, ids, [x, y] if colour is None else [x, y, colour])


def box(store: Store, ids: Sequence[str], field: str, by: str | None = None) -> BoxDocument:
    """Return the spread of a field of these runs, a box for each value of another.

    Raises
    ------
    InvalidValueError, NotFoundError
        For an unknown field, one that is not a number, when no run is chosen, or one is not there.
    """
    runs = chosen(store, ids)
    values = store.column(field, runs)
    groups: dict[Any, tuple[Any, list[int]]] = {}
    labels = [MISSING] * len(runs) if by is None else store.column(by, runs)
    for place, label in enumerate(labels):
        groups.setdefault(identity(label), (label, []))[1].append(place)
    cautions = []
    if len(groups) > _MAX_CATEGORIES:
        cautions.append(f"{by} has {len(groups):,} different values; the first {_MAX_CATEGORIES} are shown")
    boxes: list[Box] = []
    for label, places in sorted(groups.values(), key=lambda group: _order(group[0])):
        known = [place for place in places if is_finite(values[place])]
        if known and len(boxes) < _MAX_CATEGORIES:
            name = "all runs" if by is None else NONE if label is MISSING else value_text(label)
            boxes.append(_box(name, [runs[p] for p in known], [float(values[p]) for p in known]))
    if not boxes:
        raise InvalidValueError(f"no run has a number for {field!r}; choose a metric or a numeric param")
    return {
        "field": field,
        "by": by,
        "names": {run.id: run.name for run in runs},
        "boxes": boxes,
        "cautions": cautions,
    }


def column(store: Store, field: str, values: Sequence[Any]) -> Column:
    """Return a field as an axis: numbers if all values are, else one category for each text."""
    there = [value for value in values if value is not MISSING]
    kind: Any = "category"
    if all(map(is_number, there)):
        kind = "time" if field.removeprefix("attributes.") in _TIMES else "number"
    label = field.partition(".")[2] if field.startswith("params.") else field.removeprefix("metrics.")
    base: Column = {
        "field": field,
        "filter": filter_name(store, field),
        "label": label,
        "kind": kind,
        "values": [],
        "categories": [],
        "quoted": [],
        "log": False,
        "whole": False,
    }
    if kind != "category":
        drawn = finites(values)
        known = [value for value in drawn if value is not None]
        whole = bool(known) and all(value == round(value) for value in known)
        return {**base, "values": drawn, "log": _wide(known), "whole": whole}
    texts = [None if value is MISSING else str(value) for value in values]
    shown = sorted(set(texts) - {None}, key=str)
    kept = [text for text in shown if text is not None][:_MAX_CATEGORIES]
    quoted = {str(value): literal(value) for value in there}
    places = {text: float(place) for place, text in enumerate(kept)}
    return {
        **base,
        "values": [None if text is None else places.get(text) for text in texts],
        "categories": kept,
        "quoted": [quoted[text] for text in kept],
    }


def filter_name(store: Store, field: str) -> str | None:
    """Return a column's name in a filter; None if a filter cannot name it."""
    metrics = store.names("metrics") if field.startswith("metrics.") else ()
    text = written_column(field, metrics)
    try:
        parse(f"{text} IS NULL")
    except FilterError:
        return None
    return text


def _wide(values: Sequence[float]) -> bool:
    """Return whether numbers stand better on a logarithmic axis.

    They are positive, and span more than two powers of ten, ignoring the extremes, or are few that each are a multiple
    of the one before, such as learning rates.
    """
    if not values or min(values) <= 0:
        return False
    steps = sorted(set(values))
    if 3 <= len(steps) <= _MAX_STEPS and all(after >= before * _STEP for before, after in pairwise(steps)):
        return True
    ordered = sorted(values)
    aside = len(ordered) // 20
    return ordered[-1 - aside] / ordered[aside] > 100


def _order(value: Any) -> tuple[int, Any]:
    if is_finite(value):
        return 0, value
    return (2, "") if value is MISSING else (1, str(value))


def _box(label: str, runs: Sequence[RunRecord], values: list[float]) -> Box:
    import numpy as np

    quartiles: list[float] = np.percentile(values, [25, 50, 75]).tolist()
    q1, median, q3 = quartiles
    reach = 1.5 * (q3 - q1)
    inside = [value for value in values if q1 - reach <= value <= q3 + reach]
    return {
        "label": label,
        "runs": [run.id for run in runs],
        "values": values,
        "low": min(inside),
        "q1": q1,
        "median": median,
        "q3": q3,
        "high": max(inside),
        "mean": float(np.mean(values)),
        "outliers": [p for p, value in enumerate(values) if not q1 - reach <= value <= q3 + reach],
    }
