"""One execution of a cell: what the user said of it, what watches it, what it has come to."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbtrack.capture.results.printed import PrintedScores

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbtrack.capture.settings.estimators import Fitted
    from nbtrack.capture.watch.before import Before
    from nbtrack.capture.watch.sites import Sites
    from nbtrack.points import Points
    from nbtrack.records import DataRecord, EstimatorRecord, ParamValue

__all__ = ["Captured", "Execution", "Options"]

_SEEN = 100_000
"""The values of a series that are remembered once the store has them."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the user said of a cell's names; `only_` replaces what capture finds by itself."""

    params: frozenset[str] = frozenset()
    metrics: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    only_params: bool = False
    only_metrics: bool = False


@dataclass(eq=False, slots=True)
class Execution:
    """What is known of an execution while it goes on, and when it has ended."""

    namespace: dict[str, Any]
    options: Options
    before: Before
    results: frozenset[str] = frozenset()
    """Names that earlier cells of the session kept as metrics."""
    chosen: frozenset[str] = frozenset()
    """Names that earlier cells assigned a literal."""
    sites: list[Sites] = field(default_factory=list)
    """Of the cell, and of what magics in it have run as code of the cell."""
    printed: PrintedScores = field(default_factory=PrintedScores)
    seen: dict[str, array[float]] = field(default_factory=dict)
    """Name to the values of a series that went to the store while the cell ran."""
    secrets: list[str] = field(default_factory=list)
    """What was masked in the params."""

    def observed(self) -> Iterator[tuple[str, Points]]:
        """Yield what the cell's loops have observed since the last call; safe from another thread."""
        for sites in list(self.sites):
            for observed in sites.observed:
                if observed.name in self.options.ignore:
                    continue
                points = observed.drain()
                if not points.values:
                    continue
                seen = self.seen.setdefault(observed.name, array("d"))
                if len(seen) < _SEEN:
                    seen.extend(points.values[:_SEEN])
                yield observed.name, points

    @property
    def iterations(self) -> int:
        """How many points the longest series has so far."""
        return max((o.counted + len(o.values) for s in self.sites for o in s.observed), default=0)

    @property
    def reached(self) -> int:
        """How far the cell is: another number where there is something new to know."""
        return sum(sites.reach.count for sites in self.sites)


@dataclass(slots=True)
class Captured:
    """What a cell came to, once it has run."""

    params: dict[str, ParamValue] = field(default_factory=dict)
    metrics: dict[str, Points] = field(default_factory=dict)
    """What has not been drained already."""
    left_out: list[str] = field(default_factory=list)
    """What could not be gathered, each in a few words."""
    data: list[DataRecord] = field(default_factory=list)
    estimators: list[EstimatorRecord] = field(default_factory=list)
    fitted: list[Fitted] = field(default_factory=list)
    """The estimators themselves, in the order of `estimators`."""
    loops: dict[str, list[int]] = field(default_factory=dict)
    """Of series in a nested loop: the step at which each iteration of the outer loop began."""
    folds: set[str] = field(default_factory=set)
    """Metrics whose points are the scores of folds: their mean counts, not the last."""
    secrets: list[str] = field(default_factory=list)
    """What was masked in the params."""
    written: frozenset[str] = frozenset()
    """The params that the cell sets or reads under names of its own: the rest are arguments and what objects tell."""
