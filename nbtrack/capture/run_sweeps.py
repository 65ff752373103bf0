"""What the loops of a run have tried: metrics that its curves can be drawn along, and names that are no single setting."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from nbtrack.points import Points

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nbtrack.capture.execution import Execution
    from nbtrack.capture.settings.setting import Setting
    from nbtrack.capture.watch.sweeps import SweepSite

__all__ = ["tried", "without_tried"]


def tried(run: Execution, found: Mapping[str, Points]) -> dict[str, Points]:
    """Return the values of the loops' variables, by name, where results have been found that belong to them.

    They have the steps of the results, as `C` has of `acc` in `for C in [0.1, 1]: acc = ...`.
    """
    lengths = {len(points.values) for points in found.values()} | {len(seen) for seen in run.seen.values()}
    lengths -= {1}  # no history
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
    sites = [site for sites in run.sites for site in sites.sweeps]
    return [one for one in settings if not any(_is_tried(one, site) for site in sites)]


def _is_tried(setting: Setting, site: SweepSite) -> bool:
    """Return whether a setting is of an object of a loop, and differs from pass to pass."""
    name = setting.name.rpartition(".")[2].rpartition("__")[2]
    varied = {key.rpartition("__")[2] for key, values in site.seen.items() if len(values) > 1}
    if site.passes < 2 or name not in site.keywords | varied:
        return False
    holder = setting.prefix.partition(".")[0]
    # Of a final model, made of the best after the loop, it is a setting.
    return name not in site.elsewhere or holder in site.holders or holder[:1].isupper()
