"""The line under a tracked cell while a loop runs: how far it is, with a small curve of each series."""

from __future__ import annotations

import time
from html import escape
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from nbtrack.entities.text import duration_text, value_text
from nbtrack.recording.line import FONT, QUIET, short

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Progress", "drawn", "spark"]

_BARS = "▁▂▃▄▅▆▇█"
_MAX_SHOWN = 4
_POINTS, _WIDTH, _HEIGHT = 60, 120, 18


def spark(values: Sequence[float], width: int = 24) -> str:
    """Return a curve as a row of block characters, each the mean of its section; NaN is a blank."""
    means = _means(values, width)
    known = [m for m in means if m is not None]
    if not known:
        return ""
    low, span = min(known), (max(known) - min(known)) or 1.0
    return "".join(" " if m is None else _BARS[round((m - low) / span * (len(_BARS) - 1))] for m in means)


def drawn(values: Sequence[float], name: str) -> str:
    """Return a curve as a small SVG, of means as well; it is broken where there is no value."""
    means = _means(values, _POINTS)
    known = [m for m in means if m is not None]
    if len(known) < 2:
        return ""
    # Halved first: the range of what is very large is larger than any number.
    low, span = min(known) / 2, (max(known) / 2 - min(known) / 2) or 1.0
    pen, path = "M", []
    for place, mean in enumerate(means):
        if mean is not None:
            along = 2 + place / (len(means) - 1) * (_WIDTH - 4)
            up = (mean / 2 - low) / span if max(known) > min(known) else 0.5
            path.append(f"{pen}{along:.1f} {_HEIGHT - 2 - up * (_HEIGHT - 4):.1f}")
        pen = "M" if mean is None else "L"
    return (
        f"<svg width='{_WIDTH}' height='{_HEIGHT}' viewBox='0 0 {_WIDTH} {_HEIGHT}' role='img' "
        f"aria-label='curve of {escape(short(name, 40), quote=True)}' style='vertical-align:-3px'>"
        f"<path d='{''.join(path)}' fill='none' stroke-width='1.5' stroke-linejoin='round' "
        f"style='stroke:var(--jp-brand-color1,#1976d2)' stroke='#1976d2'/></svg>"
    )


def _means(values: Sequence[float], width: int) -> list[float | None]:
    """Return the mean of each of as many sections; None where nothing in one is finite."""
    width = min(width, len(values))
    means: list[float | None] = []
    for k in range(width):
        part = values[k * len(values) // width : (k + 1) * len(values) // width]
        finite = [v for v in part if abs(v) < float("inf")]
        means.append(sum(v / len(finite) for v in finite) if finite else None)
    return means


class Progress:
    """A line that follows a long loop: iteration, latest values, a small curve.

    Parameters
    ----------
    publish
        The shell's publisher: takes data and keyword arguments `transient` and `update`.
    iterations
        Returns the number of iterations so far.
    metadata
        The output's metadata: which run it is of.
    """

    def __init__(
        self, publish: Callable[..., Any], iterations: Callable[[], int], metadata: dict[str, Any]
    ) -> None:
        self._publish = publish
        self._iterations = iterations
        self._metadata = metadata
        self._display = f"nbtrack-{uuid4().hex}"
        self._curves: dict[str, _Curve] = {}
        self._began = time.monotonic()
        self._shown = False

    def add(self, name: str, values: Sequence[float]) -> None:
        """Note the newest values of a series."""
        self._curves.setdefault(name, _Curve()).extend(values)

    def show(self) -> None:
        """Show the line, or update it."""
        if self._curves:
            transient = {"display_id": self._display}
            self._publish(self._bundle(), self._metadata, transient=transient, update=self._shown)
            self._shown = True

    def end(self) -> None:
        """Update the line once more, if it was shown at all."""
        if self._shown:
            self.show()

    def _bundle(self) -> dict[str, str]:
        head = f"{self._iterations():,} iterations in {duration_text(time.monotonic() - self._began)}"
        curves = list(self._curves.items())[:_MAX_SHOWN]
        text = "  ".join([head, *(f"{name} {value_text(c.last)} {spark(c.points)}" for name, c in curves)])
        html = "&ensp;".join(
            f"{escape(short(name, 40))}&nbsp;<b>{value_text(c.last)}</b>&nbsp;{drawn(c.points, name)}"
            for name, c in curves
        )
        return {
            "text/plain": text,
            "text/html": f"<div style='{FONT}'><span style='{QUIET}'>{head}</span>&ensp;{html}</div>",
        }


class _Curve:
    """A whole series, thinned so that it stays small."""

    _MAX_POINTS = 2_000

    def __init__(self) -> None:
        self.points: list[float] = []
        self.last = 0.0
        self._stride = 1
        self._skip = 0

    def extend(self, values: Sequence[float]) -> None:
        """Add every n-th of the next values; n grows with the length of the series."""
        self.last = values[-1]
        self.points.extend(values[self._skip :: self._stride])
        self._skip = (self._skip - len(values)) % self._stride
        while len(self.points) > self._MAX_POINTS:
            del self.points[1::2]
            self._stride *= 2
