"""The output under a tracked cell: one line at its end, and a progress line while a loop runs."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from nbtrack.entities.text import duration_text, value_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from nbtrack.direction import Direction
    from nbtrack.records import ParamValue, Status

__all__ = ["Change", "Outcome", "Progress", "spark"]

_BARS = "▁▂▃▄▅▆▇█"
_MAX_SHOWN = 6
_QUIET = "color:var(--jp-ui-font-color2,#707070)"
_FONT = "font-family:var(--jp-ui-font-family,system-ui,sans-serif);font-size:var(--jp-ui-font-size1,13px)"
_GOOD = "color:var(--jp-success-color0,#1b7d34)"
_BAD = "color:var(--jp-warn-color0,#b3590a)"
_FAILED = "color:var(--jp-error-color1,#c62828)"
_RIGHT = "text-align:right;font-variant-numeric:tabular-nums"


def spark(values: Sequence[float], width: int = 24) -> str:
    """Return a curve as a row of block characters, each the mean of its section; NaN is a blank."""
    if not values:
        return ""
    width = min(width, len(values))
    means: list[float | None] = []
    for k in range(width):
        part = values[k * len(values) // width : (k + 1) * len(values) // width]
        finite = [v for v in part if abs(v) < float("inf")]
        means.append(sum(finite) / len(finite) if finite else None)
    known = [m for m in means if m is not None]
    if not known:
        return ""
    low, span = min(known), (max(known) - min(known)) or 1.0
    return "".join(" " if m is None else _BARS[round((m - low) / span * (len(_BARS) - 1))] for m in means)


@dataclass(frozen=True, slots=True)
class Change:
    """How a metric compares with the best earlier run of the same cell."""

    best: float
    direction: Direction

    def text(self, value: float) -> tuple[str, bool | None]:
        """Return the comparison of `value` as text, and whether it is better."""
        gap = value - self.best
        if gap != gap or abs(gap) <= 1e-9 * max(abs(self.best), 1e-12):  # noqa: PLR0124 - NaN
            return "= best", None
        better = (gap < 0) == (self.direction == "down")
        return f"{'▼' if gap < 0 else '▲'} {abs(gap):.2g}", better


@dataclass(slots=True)
class Outcome:
    """The content of the line under a cell."""

    name: str
    run_id: str
    status: Status
    duration: float
    params: Mapping[str, ParamValue] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    changes: Mapping[str, Change] = field(default_factory=dict)
    spreads: Mapping[str, tuple[float, int]] = field(default_factory=dict)
    """The mean and the number of scores of folds, shown in place of the last fold's score."""
    models: Sequence[str] = ()
    error: str = ""
    experiment: str = ""
    changed: Collection[str] = ()
    """The params that differ from those of this cell's previous run."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """Details that the line has no room for: note, tags, data."""
    remark: str = ""
    """Why a part of the cell could not be tracked."""

    def bundle(self) -> dict[str, str]:
        """Return the line as display data: plain text, and HTML that needs no script."""
        return {"text/plain": self.text(), "text/html": self.html()}

    def text(self) -> str:
        """Return the line as plain text."""
        parts = [self.name, self._state(), _shortened(self._params(), " ")]
        parts.append(_shortened((f"{name} {self._metric_text(name)}" for name in self.metrics), ", "))
        parts += [", ".join(self.models), self.remark]
        return "nbtrack: " + " | ".join(part for part in parts if part)

    def html(self) -> str:
        """Return the line as HTML; it expands to all params and metrics."""
        style = _QUIET if self.status == "FINISHED" else _FAILED
        where = f"run {self.run_id} in {self.experiment}"
        line = [
            f"<b title='{escape(where, quote=True)}'>{escape(_cut(self.name, 60))}</b>",
            f"<span style='{style}'>{escape(self._state())}</span>",
            _shortened((self._param_html(name) for name in self.params), " "),
            _shortened((self._metric_html(name) for name in self.metrics), "&ensp;"),
            f"<span style='{_QUIET}'>{escape(', '.join(self.models))}</span>" if self.models else "",
            f"<span style='{_QUIET}'>{escape(self.remark)}</span>" if self.remark else "",
        ]
        summary = f"<span style='{_QUIET}'> · </span>".join(part for part in line if part)
        return (
            f"<details style='{_FONT};margin:2px 0'><summary style='cursor:pointer'>{summary}</summary>"
            f"<div style='display:flex;gap:3em;margin:4px 0 4px 1.2em;overflow-x:auto'>"
            f"{_table('param', self.params.items())}"
            f"{_table('metric', ((n, value_text(v)) for n, v in self.metrics.items()))}"
            f"{_table('fact', self._facts(), 'text-align:left')}"
            "</div></details>"
        )

    def shown_value(self, name: str) -> float:
        """Return the value that the line shows for a metric: of folds their mean."""
        return self._value(name)[0]

    def _state(self) -> str:
        took = duration_text(self.duration)
        if self.status == "FINISHED":
            return took
        return " ".join(part for part in (self.status, self.error, f"after {took}") if part)

    def _facts(self) -> list[tuple[str, str]]:
        page = f"nbtrack.get_run('{self.run_id[:8]}').page()"
        return [*self.facts.items(), ("id", self.run_id), ("its page", page)]

    def _params(self) -> list[str]:
        return [self._param(name) for name in self.params]

    def _param(self, name: str) -> str:
        return f"{_cut(name, 40)}={_cut(value_text(self.params[name]), 40)}"

    def _param_html(self, name: str) -> str:
        text = f"<code>{escape(self._param(name))}</code>"
        hint = "another value than in the run of this cell before"
        return f"<b title='{hint}'>{text}</b>" if name in self.changed else text

    def _metric_text(self, name: str) -> str:
        value, folds = self._value(name)
        change = self.changes.get(name)
        if change is None:
            return value_text(value) + folds
        comparison, better = change.text(value)
        verdict = "" if better is None else (" better" if better else " worse")
        return f"{value_text(value)}{folds} ({comparison}{verdict})"

    def _value(self, name: str) -> tuple[float, str]:
        """Return the value that is shown for a metric, and a suffix that explains it."""
        if name in self.spreads:
            mean, count = self.spreads[name]
            return mean, f" (mean of {count})"
        return self.metrics[name], ""

    def _metric_html(self, name: str) -> str:
        value, folds = self._value(name)
        text = f"{escape(_cut(name, 40))}&nbsp;<b title='{value!r}'>{value_text(value)}</b>{folds}"
        change = self.changes.get(name)
        if change is None:
            return text
        comparison, better = change.text(value)
        style = _QUIET if better is None else (_GOOD if better else _BAD)
        title = (
            f"{'better' if better else 'not better'} than {change.best!r}, the best run of this cell so far"
        )
        return f"{text}&nbsp;<span style='{style}' title='{title}'>{escape(comparison)}</span>"


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _shortened(items: Iterable[str], between: str) -> str:
    every = list(items)
    more = [f"+{len(every) - _MAX_SHOWN}"] if len(every) > _MAX_SHOWN + 1 else []
    return between.join([*every[: _MAX_SHOWN if more else None], *more])


def _table(head: str, rows: Iterable[tuple[str, object]], style: str = _RIGHT) -> str:
    cells = "".join(
        f"<tr><td style='text-align:left;padding:0 1em 0 0'>{escape(_cut(str(name), 120))}</td>"
        f"<td style='{style};padding:0'>{escape(_cut(str(value), 200))}</td></tr>"
        for name, value in rows
    )
    return f"<table aria-label='{head}s'>{cells}</table>" if cells else ""


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
        values = {n: (value_text(c.last), spark(c.points)) for n, c in list(self._curves.items())[:4]}
        text = "  ".join([head, *(f"{n} {last} {bars}" for n, (last, bars) in values.items())])
        html = "&ensp;".join(
            f"{escape(_cut(name, 40))}&nbsp;<b>{last}</b>&nbsp;<span style='letter-spacing:-1px'>{bars}</span>"
            for name, (last, bars) in values.items()
        )
        return {
            "text/plain": text,
            "text/html": f"<div style='{_FONT}'><span style='{_QUIET}'>{head}</span>&ensp;{html}</div>",
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
