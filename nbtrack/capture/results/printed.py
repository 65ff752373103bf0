"""Scores in what a cell prints and logs.

Functions of the notebook and of libraries often print their scores and return nothing; reading the text
finds them without a hook in anybody's function.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from typing import TYPE_CHECKING

from nbtrack.capture.results.printed_lines import PrintedLines
from nbtrack.capture.results.printed_series import PrintedSeries
from nbtrack.capture.results.templates import Templates
from nbtrack.capture.results.written import Written

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from nbtrack.capture.results.printed_series import Point

__all__ = ["PrintedScores"]

_MAX_COMPARED = 2_000
"""Points of a series that are looked for among the known values."""


class PrintedScores:
    """Collects labelled numbers from text as it is printed, line by line.

    Parameters
    ----------
    written
        The numbers that stand in the source, and are no results.
    """

    def __init__(self, written: Written | None = None) -> None:
        self._series: dict[str, PrintedSeries] = {}
        self._templates = Templates(written or Written(), self._named)
        self._streams: list[PrintedLines] = []
        self.feed = self.stream()

    @property
    def points(self) -> dict[str, list[Point]]:
        """The points of each name: the time, the value, and how many decimals it was printed with."""
        return {name: series.points for name, series in self._series.items() if series.points}

    def stream(self) -> Callable[..., None]:
        """Return a function that receives the pieces of a new stream of output."""
        lines = PrintedLines(self._templates)
        self._streams.append(lines)

        def feed(text: str, since: float | None = None, until: float | None = None) -> None:
            lines.feed(text, since, until)
            for series in list(self._series.values()):
                series.settle()

        return feed

    def finish(self) -> None:
        """Read the last lines, which may be incomplete."""
        for lines in self._streams:
            lines.feed("\n")
        for series in self._series.values():
            series.settle()

    def _named(self, name: str) -> PrintedSeries:
        return self._series.setdefault(name, PrintedSeries())

    def unknown(
        self, known: Iterable[Collection[float]], named: Collection[str] = ()
    ) -> dict[str, tuple[list[int], list[Point]]]:
        """Return name to steps and points of the printed scores that are not among the `known` values.

        Parameters
        ----------
        known
            The values that capture has found in other ways; a printed number that equals one of them,
            rounded or as a percentage, is not new.
        named
            The names under which it has found them.
        """
        waiting = {name: one for name, one in self._series.items() if one.points and name not in named}
        if not waiting:
            return {}
        values = sorted({value for series in known for value in series if value == value})  # noqa: PLR0124 (no NaN)
        found = {}
        for name, series in waiting.items():
            compared = series.points[:: math.ceil(len(series.points) / _MAX_COMPARED)]
            fresh = sum(not _is_among(value, decimals, values) for _, value, decimals in compared)
            if fresh * 2 > len(compared):
                found[name] = series.steps, series.points
        return found


def _is_among(printed: float, decimals: int, values: list[float]) -> bool:
    """Return whether one of some sorted values looks like this when it is printed: rounded, in percent, without its sign."""
    slack = 0.501 * 10.0**-decimals
    for factor in (1.0, 100.0, -1.0):
        ends = sorted(((printed - slack) / factor, (printed + slack) / factor))
        if any(round(value * factor, decimals) == printed for value in _between(values, *ends)):
            return True
    # As `%d` prints it.
    return decimals == 0 and any(
        math.trunc(value) == printed for value in _between(values, printed - 1, printed + 1)
    )


def _between(values: list[float], low: float, high: float) -> Iterator[float]:
    place = bisect_left(values, low)
    while place < len(values) and values[place] <= high:
        yield values[place]
        place += 1
