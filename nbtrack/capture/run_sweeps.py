"""What the loops of a run have tried: metrics that its curves can be drawn along, tables, and names that are no single setting."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from nbtrack.capture.frameworks.framework import Table
from nbtrack.capture.watch.sweeps import MAX_WORDS
from nbtrack.points import Points

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nbtrack.capture.execution import Execution
    from nbtrack.capture.settings.setting import Setting
    from nbtrack.capture.watch.sweeps import SweepSite

__all__ = ["tables_of_words", "tried", "without_tried"]


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


def tables_of_words(run: Execution, found: Mapping[str, Points]) -> dict[str, Table]:
    """Return a table for each loop that has tried words, by its title: what it tried in each pass, and the results.

    `for kernel in ["linear", "rbf"]: acc = ...` has the columns `kernel` and `acc`.
    """
    results: dict[str, Sequence[float]] = {name: points.values for name, points in found.items()}
    results.update(run.seen)
    tables = {}
    for sites in run.sites:
        for number in dict.fromkeys(site.loop for site in sites.sweeps):
            own = [site for site in sites.sweeps if site.loop == number]
            around = [site for site in sites.sweeps if site.loop in own[0].around]
            if any(site.words for site in (*around, *own)):
                of = {n: v for n, v in results.items() if n.partition(".")[0] in own[0].mentions}
                table = _table(around, own, of)
                if table is not None:
                    tables[f"sweep of {', '.join(site.name for site in (*around, *own))}"] = table
    return tables


def _table(
    around: Sequence[SweepSite], own: Sequence[SweepSite], results: Mapping[str, Sequence[float]]
) -> Table | None:
    """Return what a loop and those around it have tried, beside the results of its passes; None without results."""
    tried = {name: column for site in around for name, column in site.steps().items()}
    tried |= {name: column for site in own for name, column in site.ordered().items()}
    passes = max(site.passes for site in own)
    # The last pass may have ended before its result.
    length = next((n for n in (passes, passes - 1) if n in map(len, results.values())), 0)
    if not 1 < length <= MAX_WORDS:
        return None
    columns = {
        name: values for name, values in results.items() if len(values) == length and name not in tried
    }
    if not columns:
        return None
    rows = [
        [*(_at(column, step) for column in tried.values()), *(values[step] for values in columns.values())]
        for step in range(length)
    ]
    return Table([*tried, *columns], rows)


def _at(column: Mapping[int, float | str], step: int) -> float | str:
    """Return the value that a variable has had since its last step."""
    since = max((one for one in column if one <= step), default=None)
    return "" if since is None else column[since]


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
