"""Metric curves of many runs, packed for the page."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from nbtrack.compare.chosen import chosen
from nbtrack.compare.finite import finite
from nbtrack.direction import direction
from nbtrack.store.curves import along_metric

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbtrack.compare.documents import CurveAxis, CurveEntry, CurvesDocument
    from nbtrack.records import RunRecord
    from nbtrack.store import Store
    from nbtrack.store.curves import Curve, Spacing

__all__ = ["curves"]

_MAX_BUCKETS = 60_000
"""Buckets of all curves together: some hundred kilobytes, and more than a screen can show."""


def curves(
    store: Store,
    ids: Sequence[str],
    metric: str,
    *,
    points: int = 400,
    x: CurveAxis = "step",
    within: tuple[float, float] | None = None,
    spacing: Spacing = "even",
) -> CurvesDocument:
    """Return a metric's curves in these runs; those without the metric have no points.

    Parameters
    ----------
    points
        How many buckets a curve has at most; fewer if there are many runs.
    x, within, spacing
        As `store.curves` takes them.

    Raises
    ------
    InvalidValueError, NotFoundError
        When no run is chosen, one is not there, or `points`, `x` or `spacing` cannot be.
    """
    runs = chosen(store, ids)
    room = max(40, _MAX_BUCKETS // len(runs))
    found = store.curves(
        [run.key for run in runs],
        metric,
        points=min(points, room),
        x=x,
        within=within,
        spacing=spacing,
    )
    # A float32 resolves seconds since the epoch only to two minutes; a metric may be as large.
    shifts = x == "time" or along_metric(x)
    origin = min((float(curve.x.min()) for curve in found if len(curve.x)), default=0.0) if shifts else 0.0
    return {
        "metric": metric,
        "x": x,
        "spacing": spacing,
        "within": within,
        "direction": direction(metric),
        "origin": origin,
        "runs": [_entry(run, curve) for run, curve in zip(runs, found, strict=True)],
        "packed": _packed(found, origin),
    }


def _entry(run: RunRecord, curve: Curve) -> CurveEntry:
    last = None if curve.last is None else (curve.last[0], finite(curve.last[1]))
    return {
        "id": run.id,
        "name": run.name,
        "status": run.status,
        "count": curve.count,
        "lost": curve.lost,
        "size": len(curve.x),
        "exact": curve.exact,
        "last": last,
    }


def _packed(found: Sequence[Curve], origin: float) -> str:
    import numpy as np

    parts: list[Any] = []
    with np.errstate(over="ignore"):
        for curve in found:
            parts += [curve.x - origin, curve.mean]
            if not curve.exact:
                parts += [curve.low, curve.high]
        whole = np.concatenate(parts).astype("<f4") if parts else np.empty(0, "<f4")
    return base64.b64encode(whole.tobytes()).decode("ascii")
