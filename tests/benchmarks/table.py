"""The table, a line a row, printed as the figures come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.benchmarks import peers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.benchmarks.harness import Figures, Row

_NAMES = {"mlflow": "MLflow", "trackio": "trackio"}


class Table:
    """Lays out figures for a terminal of 160 columns, or more with peers.

    Parameters
    ----------
    measured
        The peers that have columns.
    """

    def __init__(self, measured: Sequence[str]) -> None:
        self._peers = [peer for peer in peers.PEERS if peer in measured]
        self._widths = [56, 28, 28, 7, *[21] * len(self._peers), 28, 3]

    def head(self) -> str:
        """Return the columns' names over a rule."""
        names = [f"{_NAMES[peer]} (to nbtrack)" for peer in self._peers]
        line = self._line(["median (min-max)", "nbtrack", "bare", "to bare", *names, "bar", "met"])
        return f"{line}\n{'-' * len(line)}"

    def line(self, figures: Figures) -> str:
        """Return a row's line."""
        row = figures.row
        ours, bare = figures.median("nbtrack"), figures.median("bare")
        ratio = _times(ours / bare) if ours is not None and bare else ""
        cells = [row.title, _spread(figures, "nbtrack"), _spread(figures, "bare"), ratio]
        for peer in self._peers:
            theirs = figures.median(peer)
            text = "" if theirs is None else number(theirs)
            if theirs is not None and ours:
                text += f" ({_times(theirs / ours)})"
            cells.append(text)
        met = {None: "", True: "yes", False: "NO"}[figures.met]
        return self._line([*cells, _bar(figures), met])

    def _line(self, cells: Sequence[str]) -> str:
        return "  ".join(cell.ljust(width) for cell, width in zip(cells, self._widths, strict=True)).rstrip()


def _spread(figures: Figures, side: str) -> str:
    values = figures.samples.get(side)
    middle = figures.median(side)
    if not values or middle is None:
        return ""
    unit = f" {figures.row.unit}" if figures.row.unit else ""
    spread = f" ({number(min(values))}-{number(max(values))})" if len(values) > 1 else ""
    return f"{number(middle)}{unit}{spread}"


def _bar(figures: Figures) -> str:
    row = figures.row
    if row.bar is None:
        return ""
    limit = f"{number(row.bar.limit)} {row.unit}".rstrip()
    if row.bar.sense != "adds":
        return f"{row.bar.sense} {limit}"
    added = "" if figures.added is None else f" (adds {number(figures.added)})"
    return f"bare + {limit}{added}"


def _times(ratio: float) -> str:
    return f"{number(ratio)}x" if ratio >= 0.1 else f"1/{number(1 / ratio)}"


def number(value: float) -> str:
    """Return a number with three digits that count.

    >>> number(1234567.8), number(0.12345), number(12.345)
    ('1,234,568', '0.123', '12.3')
    """
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def legend(rows: Sequence[Row]) -> str:
    """Return what the bare baselines are."""
    width = max((len(row.name) for row in rows), default=0) + 2
    lines = [f"  {row.name:<{width}}{row.bare}" for row in rows if row.bare]
    return "\n".join(["bare is:", *lines]) if lines else ""
