"""Metric histories as curves to draw: many runs at once, downsampled so that spikes stay visible."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from nbtrack.errors import InvalidValueError
from nbtrack.store.chunks import Columns
from nbtrack.store.reader import add_chunk

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

__all__ = ["Curve", "CurveX", "Spacing", "along_metric", "curves"]

CurveX = Literal["step", "relative", "time"]
"""The x axis of a curve: the step, seconds since the run began, or seconds since the epoch."""

Spacing = Literal["even", "log"]
"""How points are thinned: evenly, or more at the end than at the start, for a logarithmic axis."""

_METRIC_PREFIX = "metrics."
"""The prefix of a metric's name as the x axis."""

_MIN_POINTS = 4


@dataclass(frozen=True, slots=True)
class Curve:
    """A metric's history in buckets: NumPy arrays of equal length, and exact facts about the whole history.

    The first and the last point of the requested range each have a bucket of their own. NaN stands for a bucket without
    a finite value. With another metric as the x axis, buckets are in the order of the steps, so that x rises and falls.
    """

    key: int
    """The run's row."""
    x: Any
    """The x of each bucket: that of its middle point."""
    low: Any
    """The least finite value of each bucket."""
    high: Any
    """The greatest finite value of each bucket."""
    mean: Any
    """The mean of the finite values of each bucket; the value itself where there is only one."""
    last: tuple[float, float] | None
    """The x and the value of the last point of all, in view or not; None if there is no point."""
    count: int = 0
    """How many points there are in all."""
    lost: int = 0
    """How many points in view cannot be drawn: NaN, infinite, or without a value of the metric on the x axis."""
    exact: bool = True
    """Whether each bucket holds one point."""


def curves(
    connection: sqlite3.Connection,
    keys: Sequence[int],
    metric: str,
    *,
    points: int,
    x: str,
    within: tuple[float, float] | None,
    spacing: Spacing,
) -> list[Curve]:
    """Return the curve of a metric for each of these runs, in their order; see `Store.curves`.

    Raises
    ------
    InvalidValueError
        For fewer than 4 points, or another `x` or `spacing`.
    """
    if points < _MIN_POINTS:
        raise InvalidValueError(f"{points} points are no curve; ask for {_MIN_POINTS} or more")
    if x not in get_args(CurveX) and not along_metric(x):
        known = ", ".join(get_args(CurveX))
        raise InvalidValueError(
            f"x {x!r} is not known; use one of {known}, or a metric, such as 'metrics.loss'"
        )
    if spacing not in get_args(Spacing):
        raise InvalidValueError(f"spacing {spacing!r} is not known; use 'even' or 'log'")
    wanted = json.dumps(list(keys))
    starts = dict(
        connection.execute(
            "SELECT id, start_time FROM runs WHERE id IN (SELECT value FROM json_each(?))", (wanted,)
        )
    )
    found: dict[int, Curve] = {}
    histories = _histories(connection, wanted, metric)
    if along_metric(x):
        others = _histories(connection, wanted, x.removeprefix(_METRIC_PREFIX))
        for key, columns, other in _paired(histories, others):
            places, values, unplaced = _align(columns, other)
            found[key] = _curve(
                key, places, values, points, within=within, spacing=spacing, unplaced=unplaced
            )
    else:
        for key, columns in histories:
            places, values = _placed(columns, x, starts.get(key, 0.0))
            found[key] = _curve(key, places, values, points, within=within, spacing=spacing)
    return [found.get(key) or _empty(key) for key in keys]


def along_metric(x: object) -> bool:
    """Return whether the x axis of a curve is another metric."""
    return isinstance(x, str) and x.startswith(_METRIC_PREFIX) and x != _METRIC_PREFIX


def _histories(connection: sqlite3.Connection, wanted: str, metric: str) -> Iterator[tuple[int, Columns]]:
    """Yield the points of each run that has some, in the order they were logged; the runs by their keys."""
    known = connection.execute("SELECT id FROM names WHERE name = ?", (metric,)).fetchone()
    if known is None:
        return
    number = known[0]
    within = "key = ? AND run IN (SELECT value FROM json_each(?))"
    lasts = {
        row[0]: row[1:]
        for row in connection.execute(
            f"SELECT run, count, last_step, last_time, last FROM metrics WHERE {within}",  # noqa: S608 - our own text
            (number, wanted),
        )
    }
    chunks = connection.execute(
        f"SELECT run, count, data FROM points WHERE {within} ORDER BY run, id",  # noqa: S608 - our own text
        (number, wanted),
    )
    current: int | None = None
    columns = Columns.empty()
    for run, count, chunk in chunks:
        if run != current and current is not None:
            yield current, _with_last(columns, lasts.get(current))
            columns = Columns.empty()
        current = run
        add_chunk(columns, metric, count, chunk)
    if current is not None:
        yield current, _with_last(columns, lasts.get(current))


def _paired(
    histories: Iterator[tuple[int, Columns]], others: Iterator[tuple[int, Columns]]
) -> Iterator[tuple[int, Columns, Columns]]:
    """Yield the points of two metrics for each run that has the first, one run at a time to save memory."""
    other = next(others, None)
    for key, columns in histories:
        while other is not None and other[0] < key:
            other = next(others, None)
        yield key, columns, other[1] if other is not None and other[0] == key else Columns.empty()


def _with_last(columns: Columns, last: tuple[Any, ...] | None) -> Columns:
    """Add the last point of a series that was too long to be kept whole."""
    if last is not None and last[0] > len(columns.steps):
        _, step, time, value = last
        if not columns.steps or (step, time) != (columns.steps[-1], columns.times[-1]):
            columns.steps.append(step)
            columns.times.append(time)
            columns.values.append(float("nan") if value is None else value)
    return columns


def _placed(columns: Columns, x: str, start: float) -> tuple[Any, Any]:
    """Return the x of the points, sorted, and their values."""
    import numpy as np

    places = np.frombuffer(columns.steps, "int64").astype("float64")
    times = np.frombuffer(columns.times, "float64")
    values = np.frombuffer(columns.values, "float64")
    if x != "step":
        places = times - start if x == "relative" else times
    if bool((places[1:] < places[:-1]).any()):
        order = np.lexsort((times, places))  # stable, as `last` of equals is the one logged last
        places, values = places[order], values[order]
    return places, values


def _align(columns: Columns, other: Columns) -> tuple[Any, Any, int]:
    """Return x from another metric, in the order of the steps, the values, and how many points have no x.

    A point's x is the value of the other metric at the same step, or the last one before it.
    """
    import numpy as np

    steps, values = _placed(columns, "step", 0.0)
    other_steps, other_values = _placed(other, "step", 0.0)
    before = np.searchsorted(other_steps, steps, "right") - 1
    places = np.append(other_values, np.nan)[before]  # -1, before the first of them, is NaN
    known = np.isfinite(places)
    return places[known], values[known], int(len(known) - known.sum())


def _curve(
    key: int,
    places: Any,
    values: Any,
    points: int,
    *,
    within: tuple[float, float] | None,
    spacing: Spacing,
    unplaced: int = 0,
) -> Curve:
    import numpy as np

    count = len(places) + unplaced
    last = (float(places[-1]), float(values[-1])) if len(places) else None
    if within is not None:
        places, values = _in_view(places, values, within)
    finite = np.isfinite(values)
    lost = int(len(values) - finite.sum()) + unplaced
    if not finite.all():
        values = np.where(finite, values, np.nan)
    if len(values) <= points:
        return Curve(key, places, values, values, values, last, count, lost)
    buckets = _buckets(places, values, _edges(len(values), points, spacing))
    return Curve(key, *buckets, last, count, lost, exact=False)


def _in_view(places: Any, values: Any, within: tuple[float, float]) -> tuple[Any, Any]:
    """Return the points from the first to the last in view, and one more on each side, where the line leaves the view."""
    import numpy as np

    if len(places) and bool((places[1:] < places[:-1]).any()):
        inside = np.flatnonzero((places >= within[0]) & (places <= within[1]))
        # Where no point is in view, a line between two of them may be.
        first, end = (int(inside[0]), int(inside[-1]) + 1) if len(inside) else (0, len(places))
    else:
        first = int(np.searchsorted(places, within[0], "left"))
        end = int(np.searchsorted(places, within[1], "right"))
    return places[max(0, first - 1) : end + 1], values[max(0, first - 1) : end + 1]


def _edges(count: int, points: int, spacing: Spacing) -> Any:
    """Return where each bucket begins: the first and the last point have one of their own."""
    import numpy as np

    inner = points - 1
    spaced = np.geomspace if spacing == "log" else np.linspace
    edges = spaced(1, count - 1, inner).astype("int64")
    return np.unique(np.concatenate([[0], edges, [count - 1]]))


def _buckets(places: Any, values: Any, edges: Any) -> tuple[Any, Any, Any, Any]:
    """Return the place, least, greatest and mean value of each bucket."""
    import numpy as np

    ends: Any = np.append(edges[1:], len(values))
    known = ~np.isnan(values)
    sizes = np.add.reduceat(known.astype("int64"), edges)
    # A bucket without a value has no mean, and the sum of the largest floats is infinite.
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        means = np.add.reduceat(np.where(known, values, 0.0), edges) / sizes
    low, high = np.fmin.reduceat(values, edges), np.fmax.reduceat(values, edges)
    means = np.where(np.isinf(means), low / 2 + high / 2, means)
    return places[(edges + ends - 1) // 2], low, high, means


def _empty(key: int) -> Curve:
    import numpy as np

    none = np.empty(0)
    return Curve(key, none, none, none, none, None)
