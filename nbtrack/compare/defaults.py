"""What a chart shows where the user does not say: the kernel decides for its own figures and for the page alike."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypedDict

from nbtrack.direction import direction
from nbtrack.records import SYSTEM_USE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nbtrack.store.uses import FieldUse

__all__ = ["MAX_AXES", "Defaults", "defaults", "is_seed"]

MAX_AXES = 8
"""Params that parallel coordinates show at first."""
MAX_TEXTS = 12
"""Different texts of a param that has an axis at first."""
_SEED = re.compile(r"(?:^|[._/-])(?:random_state|random_seed|seed|split)$", re.IGNORECASE)
"""Params that only repeat a run: those of estimators have a prefix, `forest__random_state`."""


class Defaults(TypedDict):
    """What there is to choose from, in order, and what is chosen at first. Metrics have no prefix, params have one."""

    metrics: list[str]
    """Those of the panel's columns first, and last those that only other runs have."""
    params: list[str]
    """In the same order."""
    groups: list[str]
    """What runs can be grouped by, in the same order."""
    histories: list[str]
    """The metrics that have more than one point in some run."""
    metric: str | None
    """One that differs between most runs, whose better end is known if there is such; None if no run has a metric."""
    curve: str | None
    """One with a history that most runs have, chosen likewise."""
    varied: list[str]
    """The params that differ between most runs, seeds last."""
    repeated: str | None
    """The first of them that has a value in several runs."""


def is_seed(param: str) -> bool:
    """Return whether a param only tells repetitions apart.

    Examples
    --------
    >>> [is_seed(name) for name in ("seed", "forest__random_state", "model.seed", "seeds")]
    [True, False, True, False]
    """
    return _SEED.search(param) is not None


def defaults(runs: int, uses: Iterable[FieldUse], columns: Sequence[str] = ()) -> Defaults:
    """Return what charts of runs show at first.

    Parameters
    ----------
    runs
        How many there are.
    uses
        What they have of each field; those that only other runs have count 0.
    columns
        The panel's, whose order these fields have.
    """
    use = {one.name: one for one in uses}
    listed = list(dict.fromkeys([*(name for name in columns if name in use), *use]))
    # System use is there to be chosen, and never chosen unless it is a column.
    hidden = {name for name in use if name.startswith(f"metrics.{SYSTEM_USE}")} - set(columns)
    ordered = sorted(listed, key=lambda name: (use[name].count == 0, name in hidden))
    metrics = [use[name] for name in ordered if name.startswith("metrics.")]
    results = [one for one in metrics if one.name not in hidden]
    params = [use[name] for name in ordered if name.startswith("params.")]
    differing = _common([one for one in results if one.values > 1]) or [one for one in results if one.count]
    histories = [one for one in metrics if one.points > 1]
    metric = _metric(_known(differing)[0]) if differing else None
    curves = _known(_common([one for one in histories if one.name not in hidden]))
    varied = _varied(params, runs)
    return {
        "metrics": [_metric(one) for one in metrics],
        "params": [one.name for one in params],
        "groups": [
            name for name in ordered if "." not in name or name.startswith(("params.", "tags.", "data."))
        ],
        "histories": [_metric(one) for one in histories],
        "metric": metric,
        "curve": _metric(curves[0]) if curves else metric,
        "varied": [one.name for one in varied],
        "repeated": next((one.name for one in varied if one.values < one.count), None),
    }


def _metric(use: FieldUse) -> str:
    return use.name.removeprefix("metrics.")


def _known(metrics: list[FieldUse]) -> list[FieldUse]:
    """Leave out metrics of which is not known whether they are better low or high, if there are others."""
    return [use for use in metrics if direction(_metric(use)) is not None] or metrics


def _common(uses: list[FieldUse]) -> list[FieldUse]:
    """Leave out what less than half as many runs have as the most common one."""
    most = max((use.count for use in uses), default=0)
    return [use for use in uses if use.count * 2 >= most]


def _varied(params: list[FieldUse], runs: int) -> list[FieldUse]:
    differing = [
        use
        for use in params
        if (use.values > 1 or 0 < use.count < runs) and (use.number or use.values <= MAX_TEXTS)
    ]
    common = [use for use in differing if use.count * 2 >= runs] or differing
    return sorted(common, key=lambda use: is_seed(use.name))
