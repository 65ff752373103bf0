"""One execution of a cell: the user's options, the sites that watch it, its results."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbtrack.capture.frameworks.told import Told
from nbtrack.capture.results.printed import PrintedScores
from nbtrack.capture.settings.earlier import EarlierChoices
from nbtrack.capture.settings.given import Given
from nbtrack.capture.trained.stepped import Stepped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbtrack.capture.frameworks.framework import Table
    from nbtrack.capture.settings.estimators import Fitted
    from nbtrack.capture.watch.before import Before
    from nbtrack.capture.watch.sites import Sites
    from nbtrack.points import Points
    from nbtrack.records import DataRecord, EstimatorRecord, ParamValue

__all__ = ["Captured", "Execution", "Options"]

_MAX_SEEN_VALUES = 100_000
"""Values of a series that are remembered after the store has them."""


@dataclass(frozen=True, slots=True)
class Options:
    """The user's options for a cell's names; `only_` replaces what capture finds by itself."""

    params: frozenset[str] = frozenset()
    metrics: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    only_params: bool = False
    only_metrics: bool = False


@dataclass(eq=False, slots=True)
class Execution:
    """The state of an execution while it runs, and after it has ended."""

    namespace: dict[str, Any]
    options: Options
    before: Before
    results: frozenset[str] = frozenset()
    """Names that earlier cells of the session kept as metrics."""
    earlier: EarlierChoices = field(default_factory=EarlierChoices)
    """What earlier cells have chosen."""
    sites: list[Sites] = field(default_factory=list)
    """The sites of the cell, and of code that magics in it have run."""
    given: Given = field(default_factory=Given)
    """What was given to the code by its arguments."""
    steps: bool = False
    """Whether functions elsewhere take an optimiser's steps, with which its modules are trained."""
    stepped: Stepped = field(default_factory=Stepped)
    """Hears the steps of optimisers."""
    script: bool = False
    """Whether it is a script, whose arguments have plain names."""
    printed: PrintedScores = field(default_factory=PrintedScores)
    told: Told = field(default_factory=Told)
    """What frameworks know of the trainings, at the end."""
    seen: dict[str, array[float]] = field(default_factory=dict)
    """Name to the values of a series that were stored while the cell ran."""
    secrets: list[str] = field(default_factory=list)
    """The secrets that were masked in the params."""

    def observed(self) -> Iterator[tuple[str, Points]]:
        """Yield the points that the cell's loops have observed since the last call; thread-safe."""
        for sites in list(self.sites):
            for observed in sites.observed:
                if observed.name in self.options.ignore:
                    continue
                points = observed.drain()
                if not points.values:
                    continue
                seen = self.seen.setdefault(observed.name, array("d"))
                if len(seen) < _MAX_SEEN_VALUES:
                    seen.extend(points.values[:_MAX_SEEN_VALUES])
                yield observed.name, points

    @property
    def iterations(self) -> int:
        """How many points the longest series has so far."""
        return max((o.counted + len(o.values) for s in self.sites for o in s.observed), default=0)

    @property
    def reached(self) -> int:
        """How far the cell is: a number that changes when there is something new."""
        return sum(sites.reach.count for sites in self.sites)


@dataclass(slots=True)
class Captured:
    """The results of a cell after it has run."""

    params: dict[str, ParamValue] = field(default_factory=dict)
    metrics: dict[str, Points] = field(default_factory=dict)
    """The points that have not been drained already."""
    left_out: list[str] = field(default_factory=list)
    """Short descriptions of what could not be captured."""
    data: list[DataRecord] = field(default_factory=list)
    estimators: list[EstimatorRecord] = field(default_factory=list)
    fitted: list[Fitted] = field(default_factory=list)
    """The estimators themselves, in the order of `estimators`."""
    loops: dict[str, list[int]] = field(default_factory=dict)
    """For series in a nested loop: the step at which each iteration of the outer loop began."""
    tables: dict[str, Table] = field(default_factory=dict)
    """Tables of results, such as the trials of a search."""
    told: dict[str, str] = field(default_factory=dict)
    """The metrics that frameworks have told of, with the code's own names for their values; empty where it has none."""
    tags: dict[str, str] = field(default_factory=dict)
    """What else frameworks tell, such as where the best model is."""
    folds: set[str] = field(default_factory=set)
    """Metrics whose points are the scores of folds: their mean counts, not the last."""
    secrets: list[str] = field(default_factory=list)
    """The secrets that were masked in the params."""
    written: frozenset[str] = frozenset()
    """The params from the cell's own names; the others are arguments and parameters of objects."""
    positional: dict[str, list[str]] = field(default_factory=dict)
    """By callee: the names of the arguments that it takes without their names, so that a literal there has a name."""
