"""The points of a score that is printed again and again."""

from __future__ import annotations

from typing import NamedTuple

from nbtrack.capture.results.readings import number

__all__ = ["Lines", "Point", "PrintedSeries"]

_MAX_POINTS = 100_000
"""Points beyond which a series is thinned."""

Point = tuple[float, float, int]
"""Seconds since the epoch, value, decimals printed."""


class Lines(NamedTuple):
    """Lines with a number each in the same place, printed one after the other."""

    lines: list[str]
    since: float
    width: float
    """Seconds between two of them."""
    start: int
    end: int
    decimals: int | None

    def points(self, chosen: range) -> list[Point]:
        """Return the points of some of the lines."""
        lines, since, width, start, end, decimals = self
        if decimals is None:
            return [(since + place * width, *number(lines[place][start:end])) for place in chosen]
        return [(since + place * width, float(lines[place][start:end]), decimals) for place in chosen]


class PrintedSeries:
    """The points of one name: of a long series every second one, then every fourth, and always the last."""

    __slots__ = ("_fresh", "_is_last_alone", "_number", "_step", "points")

    def __init__(self) -> None:
        self.points: list[Point] = []
        self._fresh: list[Lines] = []
        self._step = 1
        self._number = 0
        """How many points there were."""
        self._is_last_alone = False
        """Whether the last point is kept only because it is the last."""

    def keep(self, lines: Lines) -> None:
        """Take lines, which are read by `settle`."""
        self._fresh.append(lines)

    def settle(self) -> None:
        """Read the lines that were kept since the last time."""
        fresh, self._fresh = self._fresh, []
        if not fresh:
            return
        if self._is_last_alone:
            self.points.pop()
        for lines in fresh:
            self._add(lines)
        self._is_last_alone = (self._number - 1) % self._step > 0
        if self._is_last_alone:
            last = len(fresh[-1].lines) - 1
            self.points += fresh[-1].points(range(last, last + 1))

    def _add(self, lines: Lines) -> None:
        number, count = self._number, len(lines.lines)
        while number < self._number + count:
            first = number - self._number + -number % self._step
            chosen = range(first, count, self._step)[: _MAX_POINTS - len(self.points)]
            self.points += lines.points(chosen)
            number = self._number + first + len(chosen) * self._step
            if len(self.points) >= _MAX_POINTS:
                del self.points[1::2]
                self._step *= 2
        self._number += count

    @property
    def steps(self) -> list[int]:
        """The number of each point among all that were printed."""
        steps = list(range(0, len(self.points) * self._step, self._step))
        return [*steps[:-1], self._number - 1]
