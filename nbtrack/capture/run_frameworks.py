"""What frameworks know of a run's trainings, together with what capture finds by itself: each value once."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from nbtrack.capture.frameworks.told import Told
    from nbtrack.points import Points

__all__ = ["is_told", "with_told", "without_told"]


def with_told(found: Mapping[str, Points], scored: Collection[str], told: Told) -> dict[str, Points]:
    """Return metrics together with those of frameworks.

    Of a history that both have the framework's counts, under the name that the library's users know; a single result
    that the cell has a name for keeps that.

    Parameters
    ----------
    found
        The metrics that capture has found.
    scored
        Those of them that are named after a function or a text, and not by the cell.
    told
        What frameworks have told.
    """
    own = without_told(found, told)
    results = _single(told.metrics)
    own = {
        name: points
        for name, points in own.items()
        # `out.metrics.test_loss` is `test_loss`.
        if not (_is_known(points, results) and (name in scored or _ends_as(name, points, told.metrics)))
    }
    bound = _single(own)
    fresh = {
        f"{told.owners[name]}.{name}" if name in own else name: points
        for name, points in told.metrics.items()
        if not _is_known(points, bound)
    }
    return {**own, **fresh}


def without_told(found: Mapping[str, Points], told: Told) -> dict[str, Points]:
    """Return metrics without histories that frameworks have, and without lists of several results of theirs."""
    histories = [points for points in told.metrics.values() if len(points.values) > 1]
    results = _single(told.metrics)
    return {
        name: points
        for name, points in found.items()
        if len(points.values) == 1
        or not (any(_same(points, other) for other in histories) or results.issuperset(points.values))
    }


def is_told(printed: str, told: Collection[str]) -> bool:
    """Return whether a printed name is one that a framework has told of: `train_rmse` is `train-rmse`."""
    return printed in {re.sub(r"\W+", "_", name).strip("_").lower() for name in told}


def _same(points: Points, other: Points) -> bool:
    return len(points.values) == len(other.values) and all(
        math.isclose(a, b, rel_tol=1e-9) or (math.isnan(a) and math.isnan(b))
        for a, b in zip(points.values, other.values, strict=True)
    )


def _ends_as(name: str, points: Points, told: Mapping[str, Points]) -> bool:
    """Return whether a metric is one that frameworks have told of, by the last part of its name."""
    _, dot, last = name.rpartition(".")
    return bool(dot) and last in told and list(told[last].values) == list(points.values)


def _single(metrics: Mapping[str, Points]) -> set[float]:
    return {points.values[0] for points in metrics.values() if len(points.values) == 1}


def _is_known(points: Points, results: Collection[float]) -> bool:
    """Return whether a result is among others; whole numbers may be equal by chance."""
    return len(points.values) == 1 and not points.values[0].is_integer() and points.values[0] in results
