"""Lines of output that show code, not results: tracebacks, and the source line below a warning."""

from __future__ import annotations

import linecache
import re

__all__ = ["Tracebacks", "may_show_code"]

_HEADER = re.compile(r"(?P<before>.*?)\s*\bTraceback \(most recent call last\)(?P<colon>:?)")
_PLACE = re.compile(
    r"\s*(?:File ([\"']).+\1, line \d+|File \S+:\d+(?=,? in |\Z)|(?:Cell|Input) In\s?\[\d+\], line \d+)"
)
"""Where a frame of a traceback stands that has no header: a syntax error's, or a stack's."""
_WARNED = re.compile(r"(?P<path>(?:\b[A-Za-z]:)?[^:]+):(?P<line>\d+): \w*Warning: ")
_INDENTED = re.compile(r"[\s|+>│╭╰]")
"""What the lines of a traceback begin with; some libraries draw boxes around them."""


def may_show_code(line: str) -> bool:
    """Return whether a line, or one with other digits, may begin what shows code."""
    return "Traceback (most" in line or "Warning: " in line or _PLACE.match(line) is not None


class Tracebacks:
    r"""Recognises the lines of a stream that belong to a traceback or quote a warning's source.

    The statement `f1 = 2 * p` in a traceback is not a score of 2.

    Examples
    --------
    >>> text = "Traceback (most recent call last):\n  File 'a.py', line 2\n    loss = 0.5\nValueError: loss\nloss: 0.7"
    >>> shown = Tracebacks()
    >>> [line for line in text.split("\n") if not shown.holds(line)]
    ['loss: 0.7']
    """

    def __init__(self) -> None:
        self._inside = False
        self._last: re.Pattern[str] | None = None
        """The traceback's last line, which is the error's message; None if it has no such line."""
        self._quoted = ""
        """The source line that follows a warning."""

    @property
    def waiting(self) -> bool:
        """Whether the next line may be such a line because of those before it."""
        return self._inside or self._last is not None or bool(self._quoted)

    def holds(self, line: str) -> bool:
        """Return whether the next line of the stream is such a line."""
        return self._is_of_traceback(line) or self._is_quoted(line)

    def _is_of_traceback(self, line: str) -> bool:
        header = _HEADER.match(line)
        if header is not None:
            self._inside, self._last = True, _last_line(header)
            return True
        if self._last is not None:
            if self._last.match(line):
                self._inside, self._last = False, None
            return True
        self._inside = _PLACE.match(line) is not None or (self._inside and _INDENTED.match(line) is not None)
        return self._inside

    def _is_quoted(self, line: str) -> bool:
        if self._quoted and line.strip() == self._quoted:
            self._quoted = ""
            return True
        warned = _WARNED.search(line) if "Warning: " in line else None
        if warned is not None:
            self._quoted = linecache.getline(warned["path"], int(warned["line"])).strip()
        return False


def _last_line(header: re.Match[str]) -> re.Pattern[str] | None:
    """Return how the last line of a traceback begins, by its header."""
    before = header["before"].strip()
    if before.endswith("Exception Group"):
        return None  # all lines are indented
    if before.isidentifier() and not header["colon"]:
        # IPython names the error first; lines of code and of places follow, which are not indented.
        return re.compile(rf"{before}\b")
    return re.compile(rf"(?!{_INDENTED.pattern})")
