"""What the loops of a run have tried: metrics that its curves can be drawn along, and names that are no single setting."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from nbtrack.points import Points

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nbtrack.capture.execution import Execution
    from nbtrack.capture.settings.setting import Setting

__all__ = ["tried", "without_tried"]


def tried(run: Execution, found: Mapping[str, Points]) -> dict[str, Points]:
    """Return the values of the loops' variables, by name, where results have been found that belong to them.

    They have the steps of the results, as `C` has of `acc` in `for C in [0.1, 1]: acc = ...`.
    """
    lengths = {len(points.values) for points in found.values()} | {len(seen) for seen in run.seen.values()}
    results: dict[str, Points] = {}
    for sites in run.sites:
        for site in sites.sweeps:
            for name, values in site.values.items():
                steps, times, numbers = zip(*values, strict=True)
                # The last pass may have ended before its result.
                belongs = not lengths.isdisjoint({site.passes, site.passes - 1}) or steps[-1] >= site.passes
                if belongs and len(set(numbers)) > 1 and name not in found and name not in run.seen:
                    results[name] = Points(array("q", steps), array("d", times), array("d", numbers))
    return results


def without_tried(run: Execution, settings: Iterable[Setting]) -> list[Setting]:
    """Return settings of objects without those that a loop has tried several values of: the last is not the run's."""
    several = _several(run)
    return [one for one in settings if one.name.rpartition(".")[2].rpartition("__")[2] not in several]


def _several(run: Execution) -> set[str]:
    names: set[str] = set()
    for sites in run.sites:
        for site in sites.sweeps:
            if site.passes > 1:
                names |= site.keywords
            names |= {key.rpartition("__")[2] for key, values in site.seen.items() if len(values) > 1}
    return names
