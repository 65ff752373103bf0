"""Runs grouped by params or other fields, such as all but the seed: mean and spread of metrics, curves with a band."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from nbtrack.compare.axes import NONE, filter_name
from nbtrack.compare.chosen import chosen
from nbtrack.compare.defaults import is_seed
from nbtrack.compare.finite import finites
from nbtrack.direction import direction
from nbtrack.entities.text import value_text
from nbtrack.errors import InvalidValueError
from nbtrack.fields import MISSING, distinct, identity, is_finite, is_number, is_ordered, sent
from nbtrack.query.field_names import literal
from nbtrack.store.curves import along_metric

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbtrack.compare.documents import (
        CurveAxis,
        Group,
        GroupCurve,
        GroupCurvesDocument,
        GroupsDocument,
        Spread,
    )
    from nbtrack.records import RunRecord
    from nbtrack.store import Store
    from nbtrack.store.curves import Curve

__all__ = ["grouped", "grouped_curves"]

_MAX_GROUP_VALUES = 12
"""The most values of a field by which runs are grouped by default."""
_MAX_GROUPS = 1_000
"""The most groups that are listed."""
_LACKING = identity(MISSING)
_CURVE_POINTS = 2_000
"""Points of each curve from which a group's mean is computed."""


def grouped(
    store: Store, ids: Sequence[str], by: Sequence[str] | None, metrics: Sequence[str]
) -> GroupsDocument:
    """Return the runs grouped by fields, with the spread of each metric's last values in each group.

    Parameters
    ----------
    by
        Columns of the run table: `params.alpha`, `tags.team`, `experiment`. Runs without a value are a group, too.
        None for a default: all params that differ except the seed, or one that has few values.
    metrics
        Names, or summaries as in filters: `loss`, `loss.min`.

    Raises
    ------
    InvalidValueError, NotFoundError
        For an unknown field, when no run is chosen, or one does not exist.
    """
    runs = chosen(store, ids)
    if by is None:
        by = _likely(store, runs)
    columns = [store.column(metric if _is_field(metric) else f"metrics.{metric}", runs) for metric in metrics]
    found = _groups(store, runs, by)
    names = [filter_name(store, field) for field in by]
    groups: list[Group] = []
    for key, places in found[:_MAX_GROUPS]:
        groups.append(
            {
                "label": _label(by, key),
                "key": [sent(value) for value in key],
                "runs": [runs[place].id for place in places],
                "spreads": [_spread([column[place] for place in places]) for column in columns],
                "filter": _condition(names, by, key),
            }
        )
    return {
        "by": list(by),
        "metrics": list(metrics),
        "directions": [direction(metric) for metric in metrics],
        "groups": groups,
        "left_out": len(found) - len(groups),
    }


def grouped_curves(
    store: Store,
    ids: Sequence[str],
    by: Sequence[str],
    metric: str,
    *,
    points: int = 300,
    x: CurveAxis = "step",
) -> GroupCurvesDocument:
    """Return the mean of a metric's curves in each group, with standard deviation, least and greatest.

    At each x, the runs count whose curves reach it; curves are interpolated linearly.

    Raises
    ------
    InvalidValueError, NotFoundError
        As `grouped` and `curves` raise; also along another metric, where curves have no mean.
    """
    if along_metric(x):
        raise InvalidValueError(
            f"groups have no mean along {x!r}, where a curve may turn back; use step, relative or time, or no groups"
        )
    runs = chosen(store, ids)
    found = store.curves([run.key for run in runs], metric, points=max(points, _CURVE_POINTS), x=x)
    groups: list[GroupCurve] = []
    for key, places in _groups(store, runs, by):
        curves = [found[place] for place in places if len(found[place].x)]
        if curves:
            ids_of = [runs[place].id for place in places if len(found[place].x)]
            groups.append(_mean_curve(_label(by, key), ids_of, curves, points))
    return {"metric": metric, "x": x, "by": list(by), "direction": direction(metric), "groups": groups}


def _is_field(metric: str) -> bool:
    return metric.startswith("metrics.")


def _likely(store: Store, runs: Sequence[RunRecord]) -> list[str]:
    """Return the default fields to group these runs by."""
    columns = {f"params.{name}": store.column(f"params.{name}", runs) for name in store.names("params")}
    values = {field: distinct(column) for field, column in columns.items()}
    varying = [field for field, found in values.items() if len(found) > 1]
    # A field that few runs have usually comes from another experiment.
    common = [
        field
        for field in varying
        if len(values[field] - {_LACKING}) > 1 and columns[field].count(MISSING) * 2 <= len(runs)
    ]
    varying = common or varying
    settings = [field for field in varying if not is_seed(field.removeprefix("params."))]
    # Those with the most values tell runs apart soonest, and then the others need no look.
    telling = sorted(settings, key=lambda field: -len(values[field]))
    if len(settings) < len(varying) and _repeats([columns[field] for field in telling], len(runs)):
        return settings
    few = [field for field in settings if len(values[field]) <= min(_MAX_GROUP_VALUES, len(runs) - 1)]
    return few[:1]


def _repeats(columns: Sequence[Sequence[Any]], runs: int) -> bool:
    """Return whether two of the runs have the same values in all columns."""
    groups: list[int] = [0] * runs
    for column in columns:
        numbers: dict[Any, int] = {}
        keys = zip(groups, map(identity, column), strict=True)
        groups = [numbers.setdefault(key, len(numbers)) for key in keys]
        if len(numbers) == runs:
            return False
    return runs > 1


def _condition(names: Sequence[str | None], by: Sequence[str], key: Sequence[Any]) -> str | None:
    """Return a filter that finds the runs with these values; None if there is none."""
    parts = [_equals(name, field, value) for name, field, value in zip(names, by, key, strict=True)]
    known = [part for part in parts if part is not None]
    return " AND ".join(known) if known and len(known) == len(parts) else None


def _equals(name: str | None, field: str, value: Any) -> str | None:
    if name is None:
        return None
    if value is MISSING:
        return f"{name} IS NULL"
    if is_number(value) and not field.startswith("params."):
        # Times are shown in seconds but compared in milliseconds: no filter finds them by the shown value.
        return None
    wanted = literal(value)
    return None if wanted is None else f"{name} = {wanted}"


def _groups(
    store: Store, runs: Sequence[RunRecord], by: Sequence[str]
) -> list[tuple[tuple[Any, ...], list[int]]]:
    """Return each group's values of the fields, and the indices of its runs."""
    columns = [store.column(field, runs) for field in by]
    found: dict[tuple[Any, ...], tuple[tuple[Any, ...], list[int]]] = {}
    for place in range(len(runs)):
        values = tuple(column[place] for column in columns)
        found.setdefault(tuple(map(identity, values)), (values, []))[1].append(place)
    return sorted(found.values(), key=lambda group: tuple(map(_order, group[0])))


def _order(value: Any) -> tuple[int, Any]:
    if is_ordered(value):
        return 0, value
    return (2, "") if value is MISSING else (1, str(value))


def _label(by: Sequence[str], key: Sequence[Any]) -> str:
    """Return the label of a group: `alpha=0.1, seed=none`."""
    if not by:
        return "all runs"
    named = zip(by, key, strict=True)
    return ", ".join(
        f"{field.partition('.')[2] or field}={NONE if value is MISSING else value_text(value)}"
        for field, value in named
    )


def _spread(values: Sequence[Any]) -> Spread:
    known = [float(value) for value in values if is_finite(value)]
    if not known:
        return {"mean": None, "std": None, "min": None, "max": None, "count": 0}
    mean = math.fsum(value / len(known) for value in known)
    std = None
    if len(known) > 1:
        # Scaled, because the square of a large float is infinite.
        scale = max(abs(value - mean) for value in known) or 1.0
        std = scale * math.sqrt(
            math.fsum(((value - mean) / scale) ** 2 for value in known) / (len(known) - 1)
        )
    return {"mean": mean, "std": std, "min": min(known), "max": max(known), "count": len(known)}


def _mean_curve(label: str, ids: list[str], curves: Sequence[Curve], points: int) -> GroupCurve:
    import numpy as np

    places = np.unique(np.concatenate([curve.x for curve in curves]))
    if len(places) > points:
        places = np.linspace(places[0], places[-1], points)
    table = np.full((len(curves), len(places)), np.nan)
    for row, curve in zip(table, curves, strict=True):
        known = ~np.isnan(curve.mean)
        if known.any():
            row[:] = np.interp(places, curve.x[known], curve.mean[known], left=np.nan, right=np.nan)
    counts = (~np.isnan(table)).sum(axis=0)
    filled = np.where(np.isnan(table), 0.0, table)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = filled.sum(axis=0) / counts
        squares = np.where(np.isnan(table), 0.0, (table - mean) ** 2).sum(axis=0)
        std = np.sqrt(squares / (counts - 1))
    return {
        "label": label,
        "runs": ids,
        "x": places.tolist(),
        "mean": finites(mean.tolist()),
        "std": finites(std.tolist()),
        "min": finites(np.fmin.reduce(table, axis=0).tolist()),
        "max": finites(np.fmax.reduce(table, axis=0).tolist()),
        "count": counts.tolist(),
    }
