"""The sites of a cell's syntax tree that are watched while it runs, with what they observed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbtrack.capture.watch.observe import LoopCounter

if TYPE_CHECKING:
    import ast

    from nbtrack.capture.source.analysis import Call, CellAnalysis, Loop
    from nbtrack.capture.watch.fits import FitSite
    from nbtrack.capture.watch.folds import FoldSite
    from nbtrack.capture.watch.made import MadeSite
    from nbtrack.capture.watch.observe import Observed
    from nbtrack.capture.watch.predicted import PredictSite
    from nbtrack.capture.watch.reach import Reach
    from nbtrack.capture.watch.score_site import ScoreSite
    from nbtrack.capture.watch.sweeps import SweepSite

__all__ = ["Sites"]


@dataclass(eq=False)
class Sites:
    """What watches one syntax tree while it runs."""

    analysis: CellAnalysis
    """The analysis of the whole tree; after the run, of the part that was reached."""
    reach: Reach
    whole: CellAnalysis | None = None
    """After the run, the analysis of the whole tree."""
    series: dict[str, Observed] = field(default_factory=dict)
    sums: dict[str, Observed] = field(default_factory=dict)
    scores: list[ScoreSite] = field(default_factory=list)
    fits: list[FitSite] = field(default_factory=list)
    made: list[tuple[Call, MadeSite]] = field(default_factory=list)
    predictions: list[PredictSite] = field(default_factory=list)
    folds: list[FoldSite] = field(default_factory=list)
    sweeps: list[SweepSite] = field(default_factory=list)
    loops: dict[int, LoopCounter] = field(default_factory=dict)
    after: dict[int, Observed] = field(default_factory=dict)
    """By the `id` of a statement: the series that is observed only there."""
    keys: dict[tuple[str, int], set[str]] = field(default_factory=dict)
    """By a container's name and depth: the computed keys under which the cell has stored something."""

    texts: list[tuple[ast.expr, list[Any]]] = field(default_factory=list)
    """What is shown of files and of objects with a text of their own, with its values."""

    def put(self, name: str) -> set[str]:
        """Return the dotted paths in a container at which the cell has stored something."""
        found: set[str] = set()
        for keys in self.analysis.touched.get(name, ()):
            paths = {name}
            for depth, key in enumerate(keys):
                ends = self.keys.get((name, depth), set()) if key is None else {key}
                paths = {f"{path}.{end}" for path in paths for end in ends}
            found |= paths
        return found

    @property
    def observed(self) -> list[Observed]:
        """All series of the tree."""
        whole = [*self.series.values(), *self.sums.values()]
        return whole + [part for series in whole for part in list(series.parts.values())]

    def counter(self, loop: Loop) -> LoopCounter:
        """Return the counter of one of the tree's loops, which is created at the first call."""
        return self.loops.setdefault(loop.number, LoopCounter())
