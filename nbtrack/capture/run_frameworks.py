"""What frameworks know of a run's trainings, together with what capture finds by itself: each value once."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from nbtrack.capture.words.names import is_metric_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from nbtrack.capture.frameworks.told import Told
    from nbtrack.points import Points

__all__ = ["as_printed", "told_of", "with_told", "without_told"]


def with_told(
    found: Mapping[str, Points], seen: Mapping[str, Sequence[float]], scored: Collection[str], told: Told
) -> dict[str, Points]:
    """Return metrics together with those of frameworks.

    Of a history that both have the framework's counts, under the name that the library's users know; a single result
    that the cell has a name for keeps that. What the cell logs to another tracker has the name that it is logged by.

    Parameters
    ----------
    found
        The metrics that capture has found.
    seen
        The values of those that loops were seen to have: some may be in the store already.
    scored
        Those that are named after a function or a text, and not by the cell.
    told
        What frameworks have told.
    """
    told = _without_loops(told, {name: points.values for name, points in found.items()} | dict(seen))
    logged = _single({name: told.metrics[name] for name in told.logged})
    own = {
        n: p
        for n, p in without_told(found, told, seen).items()
        if not _is_known(p, logged)
        and not _is_attribute(n, p, told.metrics)
        and not _is_of(p, told.metrics.get(n))
    }
    # Names after a function or a text, and paths that end as the library's own name: `out.metrics.test_loss`.
    paths = {name for name, points in own.items() if _ends_as(name, points, told.metrics)}
    holders = {(name.partition(".")[0], own[name].values[0]) for name in paths}
    copies = {name for name, p in own.items() if (name.partition(".")[0], p.values[0]) in holders}
    loose = {name for name in own if name in scored or name in paths} | copies
    bound = _single({name: points for name, points in own.items() if name not in loose})
    fresh = {
        name: points
        for name, points in told.metrics.items()
        if not (_is_known(points, bound) or (name in seen and _are_equal(points.values, seen[name])))
    }
    results = _single(fresh)
    own = {
        name: points
        for name, points in own.items()
        if not (name in loose and (_is_known(points, results) or _is_shown_of(points, fresh.get(name))))
    }
    taken = own.keys() | seen.keys()
    return own | {f"{told.owners[n]}.{n}" if n in taken else n: points for n, points in fresh.items()}


def _without_loops(told: Told, own: Mapping[str, Sequence[float]]) -> Told:
    """Return what was told without results of a loop for which the cell has a list itself, under a name of its own.

    Where it scores each training in its own way, it is that which counts.
    """
    known = set()
    scores = {len(values) for name, values in own.items() if is_metric_name(name.rpartition(".")[2])}
    for name in told.looped:
        values = told.metrics[name].values
        scored = is_metric_name(name) and len(values) in scores
        if scored or any(_are_equal(values, one, within=1e-5) for one in own.values()):
            known.add(name)
    return replace(told, metrics={name: points for name, points in told.metrics.items() if name not in known})


def without_told(found: Mapping[str, Points], told: Told, seen: Collection[str] = ()) -> dict[str, Points]:
    """Return metrics without histories that frameworks have, and without lists of several results of theirs."""
    histories = [points.values for points in told.metrics.values() if len(points.values) > 1]
    results = _single(told.metrics)
    return {
        name: points
        for name, points in found.items()
        if len(points.values) == 1
        or name in seen
        or not (any(_are_equal(points.values, one) for one in histories) or results.issuperset(points.values))
    }


def told_of(before: Mapping[str, Points], after: Mapping[str, Points]) -> dict[str, str]:
    """Return the metrics that came from frameworks, with the names under which the cell has their values itself; empty without one.

    Parameters
    ----------
    before, after
        The metrics without frameworks, and `with_told`.
    """
    told = {name: points for name, points in after.items() if before.get(name) is not points}
    return {
        name: next(
            (n for n, p in before.items() if n not in after and _are_equal(p.values, points.values)), ""
        )
        for name, points in told.items()
    }


def as_printed(told: Iterable[str]) -> set[str]:
    """Return the names of metrics as they are read in a text: `train-rmse` is `train_rmse`."""
    return {re.sub(r"\W+", "_", name).strip("_").lower() for name in told}


def _is_attribute(name: str, points: Points, told: Mapping[str, Points]) -> bool:
    """Return whether a metric is a model's attribute of which a framework tells: `best_iteration_`."""
    known = told.get(name.removesuffix("_")) if name.endswith("_") else None
    return known is not None and list(known.values) == list(points.values)


def _is_of(points: Points, history: Points | None) -> bool:
    """Return whether a result is one of the history of its own name: `trainer.evaluate()` returns what it logs."""
    return (
        history is not None
        and len(points.values) == 1 < len(history.values)
        and points.values[0] in history.values
    )


def _are_equal(values: Sequence[float], others: Sequence[float], within: float = 1e-9) -> bool:
    return len(values) == len(others) and all(
        math.isclose(a, b, rel_tol=within) or (math.isnan(a) and math.isnan(b))
        for a, b in zip(values, others, strict=True)
    )


def _is_shown_of(points: Points, history: Points | None) -> bool:
    """Return whether a result is one of a history's, as it was rounded to be shown."""
    if history is None or len(points.values) > 1:
        return False
    shown = points.values[0]
    return any(round(value, decimals) == shown for value in history.values for decimals in range(1, 7))


def _ends_as(name: str, points: Points, told: Mapping[str, Points]) -> bool:
    """Return whether a metric is one that frameworks have told of, by the last part of its name."""
    _, dot, last = name.rpartition(".")
    return bool(dot) and last in told and list(told[last].values) == list(points.values)


def _single(metrics: Mapping[str, Points]) -> set[float]:
    return {points.values[0] for points in metrics.values() if len(points.values) == 1}


def _is_known(points: Points, results: Collection[float]) -> bool:
    """Return whether a result is among others; whole numbers may be equal by chance."""
    return len(points.values) == 1 and not points.values[0].is_integer() and points.values[0] in results
