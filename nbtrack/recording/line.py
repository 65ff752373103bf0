"""The line under a tracked cell: what its run changed, and how that compares with the best."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from nbtrack.entities.text import duration_text, value_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nbtrack.direction import Direction
    from nbtrack.records import ParamValue, Status

__all__ = ["FONT", "QUIET", "Change", "Outcome", "Since", "short"]

_MAX_SHOWN = 6
QUIET = "color:var(--jp-ui-font-color2,#707070)"
FONT = "font-family:var(--jp-ui-font-family,system-ui,sans-serif);font-size:var(--jp-ui-font-size1,13px)"
_GOOD = "color:var(--jp-success-color0,#1b7d34)"
_BAD = "color:var(--jp-warn-color0,#b3590a)"
_FAILED = "color:var(--jp-error-color1,#c62828)"
_RIGHT = "text-align:right;font-variant-numeric:tabular-nums"


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


@dataclass(frozen=True, slots=True)
class Since:
    """What a run changed since the run before of the same code."""

    name: str
    """That of the run before."""
    params: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict)
    """What differs, as text before and now; None where a run has no such param."""
    code: bool = False
    """Whether the code differs in more than its literals."""
    data: Sequence[str] = ()
    """The tables and arrays whose content differs."""

    def rest(self) -> list[str]:
        """Return what changed beside the params."""
        return [
            *(f"data {short(name, 40)} changed" for name in self.data),
            *(["code edited"] if self.code else []),
        ]

    @property
    def nothing(self) -> bool:
        """Whether all is as it was."""
        return not (self.params or self.code or self.data)


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
    since: Since | None = None
    """What differs from the run before; None for a first run, which shows its params."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """Details that the line has no room for: note, tags, data."""
    remark: str = ""
    """Why a part of the cell could not be tracked."""

    def bundle(self) -> dict[str, str]:
        """Return the line as display data: plain text, and HTML that needs no script."""
        return {"text/plain": self.text(), "text/html": self.html()}

    def text(self) -> str:
        """Return the line as plain text."""
        parts = [self.name, self._state(), self._settings()]
        parts.append(_shortened((f"{name} {self._metric_text(name)}" for name in self.metrics), ", "))
        parts += [", ".join(self.models), self.remark]
        return "nbtrack: " + " | ".join(part for part in parts if part)

    def html(self) -> str:
        """Return the line as HTML; it expands to all params and metrics."""
        style = QUIET if self.status == "FINISHED" else _FAILED
        where = f"run {self.run_id} in {self.experiment}"
        line = [
            f"<b title='{escape(where, quote=True)}' data-nbtrack-run='{self.run_id}'>{escape(short(self.name, 60))}</b>",
            f"<span style='{style}'>{escape(self._state())}</span>",
            self._settings_html(),
            _shortened((self._metric_html(name) for name in self.metrics), "&ensp;"),
            f"<span style='{QUIET}'>{escape(', '.join(self.models))}</span>" if self.models else "",
            f"<span style='{QUIET}'>{escape(self.remark)}</span>" if self.remark else "",
        ]
        summary = f"<span style='{QUIET}'> · </span>".join(part for part in line if part)
        return (
            f"<details style='{FONT};margin:2px 0'><summary style='cursor:pointer'>{summary}</summary>"
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

    def _settings(self) -> str:
        """Return what changed, or the params of a first run."""
        since = self.since
        if since is None:
            return _shortened(map(self._param, self.params), " ")
        if since.nothing:
            return "nothing changed"
        edits = (f"{short(name, 40)} {_edit(*pair)}" for name, pair in since.params.items())
        return _shortened([*edits, *since.rest()], ", ")

    def _settings_html(self) -> str:
        since = self.since
        if since is None:
            return _shortened((f"<code>{escape(self._param(name))}</code>" for name in self.params), " ")
        hint = escape(f"since {since.name}, the run of this cell before", quote=True)
        if since.nothing:
            return f"<span style='{QUIET}' title='{hint}'>nothing changed</span>"
        edits = (
            f"<code>{escape(short(name, 40))}</code>&nbsp;{_edit_html(*pair)}"
            for name, pair in since.params.items()
        )
        return f"<span title='{hint}'>{_shortened([*edits, *map(escape, since.rest())], ', ')}</span>"

    def _param(self, name: str) -> str:
        return f"{short(name, 40)}={short(value_text(self.params[name]), 40)}"

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
        text = f"{escape(short(name, 40))}&nbsp;<b title='{value!r}'>{value_text(value)}</b>{folds}"
        change = self.changes.get(name)
        if change is None:
            return text
        comparison, better = change.text(value)
        style = QUIET if better is None else (_GOOD if better else _BAD)
        title = (
            f"{'better' if better else 'not better'} than {change.best!r}, the best run of this cell so far"
        )
        return f"{text}&nbsp;<span style='{style}' title='{title}'>{escape(comparison)}</span>"


def _edit(before: str | None, now: str | None) -> str:
    if now is None:
        return "is gone"
    return f"{short(now, 40)} (new)" if before is None else f"{short(before, 40)} → {short(now, 40)}"


def _edit_html(before: str | None, now: str | None) -> str:
    if before is None or now is None:
        return escape(_edit(before, now))
    return f"<span style='{QUIET}'>{escape(short(before, 40))}</span>&nbsp;→&nbsp;<b>{escape(short(now, 40))}</b>"


def short(text: str, length: int) -> str:
    """Return a text, cut to this many characters."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _shortened(items: Iterable[str], between: str) -> str:
    every = list(items)
    more = [f"+{len(every) - _MAX_SHOWN}"] if len(every) > _MAX_SHOWN + 1 else []
    return between.join([*every[: _MAX_SHOWN if more else None], *more])


def _table(head: str, rows: Iterable[tuple[str, object]], style: str = _RIGHT) -> str:
    cells = "".join(
        f"<tr><td style='text-align:left;padding:0 1em 0 0'>{escape(short(str(name), 120))}</td>"
        f"<td style='{style};padding:0'>{escape(short(str(value), 200))}</td></tr>"
        for name, value in rows
    )
    return f"<table aria-label='{head}s'>{cells}</table>" if cells else ""
