"""How far a job is, as one line that a terminal shows anew."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from nbtrack.scoring.journal import Progress

__all__ = ["ProgressLine", "line_of"]

_EVERY = 0.1
_WIDTH = 24


class ProgressLine:
    """The line; in what is no terminal nothing is shown.

    Parameters
    ----------
    stream
        Where it is shown; by default standard error.
    shown
        Whether it is shown; by default if the stream is a terminal.
    """

    def __init__(self, stream: TextIO | None = None, *, shown: bool | None = None) -> None:
        self._stream = stream or sys.stderr
        self._shown = self._stream.isatty() if shown is None else shown
        self._last = 0.0
        self._length = 0

    def __call__(self, progress: Progress, total: int | None) -> None:
        """Show how far a job is."""
        now = time.monotonic()
        if not self._shown or now - self._last < _EVERY:
            return
        self._last = now
        self._write(line_of(progress, total))

    def end(self, text: str = "") -> None:
        """Put a last line in its place."""
        if self._shown and (self._length or text):
            self._write(text)
            self._stream.write("\n" if text else "\r")
            self._stream.flush()

    def _write(self, text: str) -> None:
        self._stream.write(f"\r{text.ljust(self._length)}")
        self._stream.flush()
        self._length = len(text)


def line_of(progress: Progress, total: int | None) -> str:
    """Return how far a job is.

    Examples
    --------
    >>> from nbtrack.scoring.journal import Progress
    >>> line_of(Progress(rows=500, seconds=2.0), 1000)
    '[############            ]  50% 500 rows, 250 rows/s, 2 s left'
    """
    speed = progress.rows / progress.seconds if progress.seconds else 0.0
    told = f"{progress.rows:,} rows, {speed:,.0f} rows/s"
    if progress.skipped:
        told += f", {progress.skipped:,} left out"
    if not total:
        return told
    part = min(progress.rows / total, 1.0)
    bar = ("#" * int(part * _WIDTH)).ljust(_WIDTH)
    left = f", {(total - progress.rows) / speed:,.0f} s left" if speed else ""
    return f"[{bar}] {part:4.0%} {told}{left}"
