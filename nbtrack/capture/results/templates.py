"""What is read in lines that differ in their digits alone: the grammar is asked once for all of them.

A program prints the same few lines again and again. A line with each digit replaced by 0 is its template; where the
scores of one line of a template stand, they stand in the others.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from nbtrack.capture.results.printed_series import Lines
from nbtrack.capture.results.readings import fixed, may_hold, readings
from nbtrack.capture.results.tracebacks import may_show_code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from nbtrack.capture.results.printed_series import PrintedSeries
    from nbtrack.capture.results.written import Written

__all__ = ["MAX_LINE_LENGTH", "NOTHING", "Part", "Plan", "Templates", "keys"]

MAX_LINE_LENGTH = 2_000
"""Characters of a line of scores."""
_MAX_PLANS = 5_000
_DIGITS = bytes.maketrans(b"123456789", b"0" * 9)
_DISPLAYED = re.compile(r"Out\[\d+\]:")
"""How a terminal shows a cell's value: the text of an object does not count as output."""
_REPRESENTATION = re.compile(r"\s*<.*>\s*")
"""What an object without a text of its own is printed as."""
_COUNTER = re.compile(r"\b(?:epoch|fold|round|trial|episode)\W{0,3}(\d+)", re.IGNORECASE)
"""The counter by which two versions of a redrawn line are separate results."""
_SIMPLE = re.compile(r"[-+]?[0-9]*\.?([0-9]*)")


def keys(text: str, between: bytes = b"\n") -> list[bytes]:
    """Return the templates of the lines of a text."""
    return text.encode(errors="surrogatepass").translate(_DIGITS).split(between)


class Part(NamedTuple):
    """Where a score stands in the lines of a template."""

    start: int
    end: int
    decimals: int | None
    """None where the text of the number has to be looked at for them."""
    series: PrintedSeries
    written: tuple[tuple[int, int, frozenset[str]], ...]
    """Where a text of the source may stand that has the number in it."""


class Plan:
    """How the lines of a template are read.

    Parameters
    ----------
    marked
        Whether they may show code, as a traceback does.
    fixed
        Where digits stand that say which metric it is: `f1`.
    """

    __slots__ = ("_parts", "fixed", "marked")

    def __init__(self, *, marked: bool, fixed: Sequence[tuple[int, int]] = ()) -> None:
        self.marked = marked
        self.fixed = fixed
        self._parts: dict[str, tuple[Part, ...]] = {}
        """The scores, by the text at the places that are fixed."""

    def read(
        self, lines: list[str], since: float, width: float, parts: Callable[[str], Iterable[Part]]
    ) -> None:
        """Keep the scores of lines that follow each other at this distance; `parts` finds where they stand."""
        if len(lines) > 1 and self.fixed:
            for number, line in enumerate(lines):
                self.read([line], since + number * width, width, parts)
            return
        which = "".join([lines[0][start:end] for start, end in self.fixed]) if self.fixed else ""
        found = self._parts.get(which)
        if found is None:
            if len(self._parts) >= _MAX_PLANS:
                self._parts.clear()
            found = self._parts[which] = tuple(parts(lines[0]))
        if len(lines) > 1 and len({id(part.series) for part in found}) < len(found):
            for number, line in enumerate(lines):  # a name has several points in a line
                self.read([line], since + number * width, width, parts)
            return
        for start, end, decimals, series, written in found:
            if not written:
                series.keep(Lines(lines, since, width, start, end, decimals))
                continue
            for number, line in enumerate(lines):
                if not any(line[begin:close] in texts for begin, close, texts in written):
                    series.keep(Lines([line], since + number * width, width, start, end, decimals))


NOTHING = Plan(marked=False)
"""That of lines in which nothing is read."""


class Templates:
    """The plans of the templates that were seen.

    Parameters
    ----------
    written
        The numbers that stand in the source.
    series
        Returns that of a name.
    """

    def __init__(self, written: Written, series: Callable[[str], PrintedSeries]) -> None:
        self._written, self._series = written, series
        self.plans: dict[bytes, Plan] = {}
        self._counters: dict[bytes, tuple[int, int] | None] = {}

    def plan(self, line: str, key: bytes) -> Plan:
        """Return the plan of a line's template."""
        found = self.plans.get(key)
        if found is not None:
            return found
        if len(line) > MAX_LINE_LENGTH:
            return NOTHING
        if len(self.plans) >= _MAX_PLANS:
            self.plans.clear()
        marked = may_show_code(line)
        if line.strip() and may_hold(line):
            made = Plan(marked=marked, fixed=fixed(line))
        else:
            made = Plan(marked=True) if marked else NOTHING
        self.plans[key] = made
        return made

    def parts(self, line: str) -> Iterator[Part]:
        """Yield where the scores of a line stand."""
        if not may_hold(line) or _DISPLAYED.match(line) or _REPRESENTATION.fullmatch(line):
            return
        for one in readings(line):
            simple = _SIMPLE.fullmatch(line[one.start : one.end])
            decimals = len(simple[1]) if simple else None
            written = self._written.places(line, one)
            yield Part(one.start, one.end, decimals, self._series(one.name), written)

    def counter(self, line: str, key: bytes) -> str:
        """Return the epoch that a line is of, or nothing."""
        if key not in self._counters:
            if len(self._counters) >= _MAX_PLANS:
                self._counters.clear()
            found = _COUNTER.search(line)
            self._counters[key] = found.span(1) if found else None
        place = self._counters[key]
        return line[place[0] : place[1]] if place else ""
