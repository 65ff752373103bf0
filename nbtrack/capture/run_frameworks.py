"""What frameworks know of a run's trainings, together with what capture finds by itself: each value once."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from nbtrack.points import Points

__all__ = ["is_told", "with_told", "without_told"]


def with_told(found: Mapping[str, Points], told: Mapping[str, Points]) -> dict[str, Points]:
    """Return metrics together with those of frameworks.

    Of a history that both have the framework's counts, under the name that the library's users know; a single result
    that the cell has a name for keeps that.
    """
    own = without_told(found, told)
    single = [points.values[0] for points in own.values() if len(points.values) == 1]
    fresh = {
        name: points
        for name, points in told.items()
        if len(points.values) > 1 or not _is_known(points.values[0], single)
    }
    return {**own, **fresh}


def without_told(found: Mapping[str, Points], told: Mapping[str, Points]) -> dict[str, Points]:
    """Return metrics without those that frameworks have: of the same name, or histories with the same values."""
    histories = [points for points in told.values() if len(points.values) > 1]
    return {
        name: points
        for name, points in found.items()
        if name not in told
        and not (len(points.values) > 1 and any(_same(points, other) for other in histories))
    }


def is_told(printed: str, told: Collection[str]) -> bool:
    """Return whether a printed name is one that a framework has told of: `train_rmse` is `train-rmse`."""
    return printed in {re.sub(r"\W+", "_", name).strip("_").lower() for name in told}


def _same(points: Points, other: Points) -> bool:
    return len(points.values) == len(other.values) and all(
        math.isclose(a, b, rel_tol=1e-9) or (math.isnan(a) and math.isnan(b))
        for a, b in zip(points.values, other.values, strict=True)
    )


def _is_known(value: float, others: Collection[float]) -> bool:
    """Return whether a result is among others; whole numbers may be equal by chance."""
    return not value.is_integer() and value in others
