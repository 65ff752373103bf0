"""Scores in what a cell prints and logs.

Functions of the notebook and of libraries often print their scores and return nothing; reading the text
finds them without a hook in anybody's function.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from nbtrack.capture.results.readings import plain, readings
from nbtrack.capture.results.tracebacks import Tracebacks
from nbtrack.clock import now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["PrintedScores"]

_DISPLAYED = re.compile(r"Out\[\d+\]:")
"""How a terminal shows a cell's value: the text of an object does not count as output."""
_REPRESENTATION = re.compile(r"<.*>")
"""What an object without a text of its own is printed as."""
_COUNTER = re.compile(r"\b(?:epoch|fold|round|trial|episode)\W{0,3}(\d+)", re.IGNORECASE)
"""The counter by which two versions of a redrawn line are separate results."""
_MAX_LINE_LENGTH = 2_000
"""Characters of a line of scores."""
_MAX_POINTS = 100_000
"""Points of a printed series, beyond which it is thinned."""


class PrintedScores:
    """Collects labelled numbers from text as it is printed, line by line."""

    def __init__(self) -> None:
        self.points: dict[str, list[tuple[float, float, int]]] = {}
        """Name to (seconds since the epoch, value, decimals printed)."""
        self._steps: dict[str, int] = {}
        self._numbers: dict[str, int] = {}
        self._latest: set[str] = set()
        """The series whose last point is kept only because it is the last."""
        self._streams: list[_Lines] = []
        self.feed = self.stream()

    def stream(self) -> Callable[[str], None]:
        """Return a function that receives the pieces of a new stream of output."""
        lines = _Lines(self._read)
        self._streams.append(lines)
        return lines.feed

    def finish(self) -> None:
        """Read the last lines, which may be incomplete."""
        for lines in self._streams:
            lines.feed("\n")

    def _read(self, line: str, moment: float) -> None:
        if _DISPLAYED.match(line) or _REPRESENTATION.fullmatch(line.strip()):
            return
        for one in readings(line):
            self._add(one.name, (moment, one.value, one.decimals))

    def _add(self, name: str, point: tuple[float, float, int]) -> None:
        """Keep a point; of a long series every second one, then every fourth, and always the last."""
        points = self.points.setdefault(name, [])
        if name in self._latest:
            points.pop()  # it was there as the latest alone
        step, number = self._steps.get(name, 1), self._numbers.get(name, 0)
        if number % step:
            self._latest.add(name)
        else:
            self._latest.discard(name)
        points.append(point)
        self._numbers[name] = number + 1
        if len(points) >= _MAX_POINTS:
            latest = points[-1]
            del points[1::2]
            self._steps[name] = 2 * step
            if points[-1] is not latest:
                points.append(latest)
                self._latest.add(name)

    def unknown(self, known: Iterable[Iterable[float]]) -> dict[str, list[tuple[float, float]]]:
        """Return name to (time, value) of the printed scores that are not among the `known` values.

        Parameters
        ----------
        known
            The values that capture has found in other ways; a printed number that equals one of them,
            rounded or as a percentage, is not new.
        """
        rounded: set[tuple[int, float]] = set()
        decimals = {d for points in self.points.values() for _, _, d in points}
        for values in known:
            for value in values:
                for d in decimals:
                    rounded.add((d, round(value, d)))
                    rounded.add((d, round(value * 100, d)))
                    rounded.add((d, round(-value, d)))
                if 0 in decimals and math.isfinite(value):
                    rounded.add((0, float(math.trunc(value))))  # as `%d` prints it
        found: dict[str, list[tuple[float, float]]] = {}
        for name, points in self.points.items():
            fresh = [(moment, value) for moment, value, d in points if (d, round(value, d)) not in rounded]
            if len(fresh) * 2 > len(points):
                found[name] = [(moment, value) for moment, value, _ in points]
        return found


class _Lines:
    """Joins the pieces of a stream into lines; for a redrawn line, the last version of each epoch counts.

    Parameters
    ----------
    read
        Called with a line and the time when it was printed.
    """

    def __init__(self, read: Callable[[str, float], None]) -> None:
        self._read = read
        self._rest = ""
        self._tracebacks = Tracebacks()
        self._drawn: dict[str, tuple[str, float]] = {}
        """The last version of the line for each epoch."""

    def feed(self, text: str) -> None:
        """Add the next piece."""
        if "\n" not in text and "\r" not in text:
            # A line may arrive in many pieces; one that never ends is not a line of scores.
            self._rest = (self._rest + text)[-_MAX_LINE_LENGTH:]
            return
        moment = now()
        *lines, self._rest = (self._rest + text).replace("\r\n", "\n").split("\n")
        for line in lines:
            self._draw(line.split("\r"), moment)
            self._end()
        *drawings, self._rest = self._rest.split("\r")
        self._draw(drawings, moment)

    def _draw(self, drawings: Iterable[str], moment: float) -> None:
        for drawing in drawings:
            line = plain(drawing)
            if line.strip() and len(line) <= _MAX_LINE_LENGTH:
                counted = _COUNTER.search(line)
                self._drawn[counted[1] if counted else ""] = line, moment
                if len(self._drawn) > 1_000:
                    self._end()

    def _end(self) -> None:
        drawn, self._drawn = self._drawn, {}
        for line, moment in drawn.values():
            if not self._tracebacks.holds(line):
                self._read(line, moment)
