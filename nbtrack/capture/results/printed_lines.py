"""The lines of a stream of output."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from nbtrack.capture.results.readings import plain
from nbtrack.capture.results.templates import MAX_LINE_LENGTH, NOTHING, keys
from nbtrack.capture.results.tracebacks import Tracebacks
from nbtrack.clock import now

if TYPE_CHECKING:
    from nbtrack.capture.results.templates import Plan, Templates

__all__ = ["PrintedLines"]


class PrintedLines:
    """Joins the pieces of a stream into lines; for a redrawn line, the last version of each epoch counts.

    Parameters
    ----------
    templates
        How lines are read.
    """

    def __init__(self, templates: Templates) -> None:
        self._templates = templates
        self._rest = ""
        self._tracebacks = Tracebacks()
        self._drawn: dict[str, tuple[str, bytes, float]] = {}
        """The last version of the line for each epoch."""

    def feed(self, text: str, since: float | None = None, until: float | None = None) -> None:
        """Add the next piece; its lines were printed between two times, evenly, or else now."""
        if "\n" not in text and "\r" not in text:
            # A line may arrive in many pieces; one that never ends is not a line of scores.
            self._rest = (self._rest + text)[-MAX_LINE_LENGTH:]
            return
        text = (self._rest + text).replace("\r\n", "\n")
        whole, newline, self._rest = text.rpartition("\n")
        since = now() if since is None else since
        if newline:
            self._take(plain(whole), since, since if until is None else until)
        if "\r" in self._rest:
            drawn, _, self._rest = self._rest.rpartition("\r")
            self._draw(plain(drawn), since)

    def _take(self, block: str, since: float, until: float) -> None:
        """Read whole lines: those that follow each other and have the same template together."""
        lines, end = block.split("\n"), 0
        width = (until - since) / len(lines)
        templates, redrawn = self._templates, "\r" in block
        try:
            for key, run in groupby(keys(block)):
                begin, end = end, end + len([*run])
                first = lines[begin]
                plan = NOTHING if redrawn and "\r" in first else templates.plan(first, key)
                if plan.marked or redrawn or self._drawn or self._tracebacks.waiting:
                    for number in range(begin, end):
                        self._one(plan, lines[number], since + number * width)
                elif plan is not NOTHING:
                    plan.read(lines[begin:end], since + begin * width, width, templates.parts)
        except BaseException:  # Ctrl-C: what was not read is read later
            self._rest = "\n".join([*lines[end:], self._rest])
            raise

    def _one(self, plan: Plan, line: str, moment: float) -> None:
        if "\r" in line or self._drawn:
            self._draw(line, moment)
            self._end()
        else:
            self._line(plan, line, moment)

    def _draw(self, drawings: str, moment: float) -> None:
        for drawing, key in zip(drawings.split("\r"), keys(drawings, b"\r"), strict=True):
            if drawing.strip() and len(drawing) <= MAX_LINE_LENGTH:
                self._drawn[self._templates.counter(drawing, key)] = drawing, key, moment
                if len(self._drawn) > 1_000:
                    self._end()

    def _end(self) -> None:
        drawn, self._drawn = self._drawn, {}
        for line, key, moment in drawn.values():
            self._line(self._templates.plan(line, key), line, moment)

    def _line(self, plan: Plan, line: str, moment: float) -> None:
        if (plan.marked or self._tracebacks.waiting) and line.strip() and self._tracebacks.holds(line):
            return
        if plan is not NOTHING:
            plan.read([line], moment, 0.0, self._templates.parts)
