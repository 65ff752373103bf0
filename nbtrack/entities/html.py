"""Runs, a run and a difference as static HTML, readable without widgets or a kernel.

Everything that comes from a store is escaped; colours follow JupyterLab's theme where there is one.
"""

from __future__ import annotations

import difflib
import time
from html import escape
from typing import TYPE_CHECKING, Any

from nbtrack.direction import direction
from nbtrack.entities.folds import folds_of, shown_metrics
from nbtrack.entities.system_use import results, system_use
from nbtrack.entities.text import (
    ROWS_SHOWN,
    choose_columns,
    duration_text,
    one_line,
    size_text,
    time_text,
    value_text,
)
from nbtrack.fields import MISSING, is_number, is_ordered
from nbtrack.query import unknown_names
from nbtrack.records import UNSTARRED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nbtrack.entities import Run, RunDiff, Runs
    from nbtrack.records import RunRecord

__all__ = ["diff_html", "run_html", "runs_html"]

_COLUMNS = 14
_FONT = "font-family:var(--jp-ui-font-family,system-ui,sans-serif);font-size:var(--jp-ui-font-size1,13px)"
_QUIET = "color:var(--jp-ui-font-color2,#707070)"
_GOOD = "color:var(--jp-success-color0,#1b7d34);font-weight:600"
_BAD = "color:var(--jp-error-color1,#c62828)"
_CELL = "padding:2px 8px;white-space:nowrap"
_LEFT = f"text-align:left;{_CELL}"
_RIGHT = f"text-align:right;font-variant-numeric:tabular-nums;{_CELL}"
_ADDED = "background:color-mix(in srgb,#2e9e4f 18%,transparent)"
_REMOVED = "background:color-mix(in srgb,#d64545 18%,transparent)"


def runs_html(runs: Runs, rows_shown: int = ROWS_SHOWN) -> str:
    """Return the first runs as a table: metrics, then params that differ; the best value of a metric is highlighted."""
    shown = runs[:rows_shown].records
    if not shown:
        remarks = "".join(
            f"<pre>{escape(str(one))}</pre>" for one in unknown_names(runs.query, runs.store.names)
        )
        return f"<div style='{_FONT};{_QUIET}'>No runs.{remarks}</div>"
    table = runs.table(shown, MISSING)
    every = choose_columns(table)
    columns = sorted(every[:_COLUMNS], key=lambda name: (name.startswith("params."), every.index(name)))
    right = {name: all(v is MISSING or is_number(v) for v in table[name]) for name in columns}
    # If every run has finished, a status column is useless.
    show_status = any(record.status != "FINISHED" for record in shown)
    heads = [
        _head("name"),
        *([_head("status")] if show_status else []),
        _head("started"),
        _head("time", right=True),
    ]
    heads += [_head(name.partition(".")[2], right=right[name], title=name) for name in columns]
    best = {name: _best(name, table[name], shown) for name in columns}
    rows = []
    for row, record in enumerate(shown):
        took = None if record.end_time is None else record.end_time - record.start_time
        cells = [
            _cell(one_line(record.name, 40), title=f"{record.id} in {record.experiment}"),
            *([_cell(record.status.lower(), style=_status_style(record.status))] if show_status else []),
            _cell(time_text(record.start_time), style=_QUIET),
            _cell(duration_text(took), right=True),
        ]
        for name in columns:
            value = table[name][row]
            starred = value is not MISSING and value == best[name] and record.status not in UNSTARRED
            cells.append(_value_cell(value, right=right[name], style=_GOOD if starred else ""))
        rows.append(f"<tr>{''.join(cells)}</tr>")
    total = len(shown) if len(shown) < rows_shown else runs.total()
    more = [f"{total - len(shown):,} more runs"] if total > len(shown) else []
    more += (
        [f"{len(every) - len(columns)} more columns (to_pandas() has all)"]
        if len(every) > len(columns)
        else []
    )
    below = [f"and {' and '.join(more)}"] if more else []
    if any(record.status == "RUNNING" for record in shown):
        # The table stays in the notebook when they have ended.
        below.append(f"as of {time_text(time.time())}")
    foot = f"<div style='{_QUIET};padding:2px 10px'>{', '.join(below)}</div>" if below else ""
    return _framed(
        f"<table><thead><tr>{''.join(heads)}</tr></thead><tbody>{''.join(rows)}</tbody></table>{foot}"
    )


def run_html(run: Run) -> str:
    """Return a run's content: facts, params, metrics, tags, models, files, code, error."""
    record = run.record
    took = None if record.end_time is None else record.end_time - record.start_time
    facts = [
        record.status.lower(),
        duration_text(took),
        time_text(record.start_time),
        f"in {one_line(record.experiment, 60)}",
        (record.git_commit or "")[:10],
    ]
    line = " · ".join(escape(fact) for fact in facts if fact)
    head = (
        f"<div><b>{escape(one_line(record.name, 80))}</b> <code style='{_QUIET}'>{escape(run.id[:8])}</code> "
        f"<span style='{_status_style(record.status) or _QUIET}'>{line}</span></div>"
    )
    note = f"<div style='white-space:pre-wrap'>{escape(record.note[:2000])}</div>" if record.note else ""
    summaries, folds = run.store.metrics(run.key), folds_of([run.tags])
    metrics, system = [
        [
            [name, value_text(value), value_text(s.min), value_text(s.max), f"{s.count:,}"]
            for (name, value), s in zip(shown_metrics(part, folds).items(), part.values(), strict=True)
        ]
        for part in (results(summaries), system_use(summaries))
    ]
    sections = [
        _pairs("params", run.params),
        _rows("metrics", ["metric", "value", "min", "max", "points"], metrics),
        _rows("system use", ["system use", "value", "min", "max", "points"], system),
        # System tags are for filters, and not shown.
        _pairs("tags", {name: text for name, text in run.tags.items() if not name.startswith("nbtrack.")}),
        # A loop may fit several models with one name.
        _rows("models", ["models", "", "saved as"], [[m.name, m.estimator, m.path] for m in run.models]),
        _pairs("data", {name: f"{d.kind} {' × '.join(map(str, d.shape))}" for name, d in run.data.items()}),
        _pairs("artifacts", {a.name: size_text(a.size) for a in run.artifacts.values()}),
    ]
    body = f"<div style='display:flex;flex-wrap:wrap;gap:8px 32px;align-items:flex-start'>{''.join(sections)}</div>"
    if run.source is not None:
        body += _folded("code", str(run.source))
    if run.traceback:
        body += _folded("traceback", run.traceback)
    return _framed(head + note + body)


def diff_html(diff: RunDiff) -> str:
    """Return a difference as tables side by side and the code's changes in colour."""
    names = [one_line(run.name, 40) for run in (diff.left, diff.right)]
    if names[0] == names[1]:
        names = [f"{name} {run.id[:8]}" for name, run in zip(names, (diff.left, diff.right), strict=True)]
    parts = []
    for part in ("params", "metrics", "tags", "data", "environment"):
        found: Mapping[str, tuple[Any, Any]] = getattr(diff, part)
        rows = [[name, *(_side(value) for value in pair)] for name, pair in sorted(found.items())]
        parts.append(_rows(part, [part, *names], rows))
    if diff.code:
        sources = [str(run.source or "").splitlines() for run in (diff.left, diff.right)]
        parts.append(_code_diff(*sources))
    if not any(parts):
        return f"<div style='{_FONT};{_QUIET}'>No difference between {escape(names[0])} and {escape(names[1])}.</div>"
    return _framed("".join(parts))


def _framed(body: str) -> str:
    return f"<div style='{_FONT};overflow-x:auto;max-width:100%'>{body}</div>"


def _head(text: str, *, right: bool = False, title: str = "") -> str:
    style = _RIGHT if right else _LEFT
    hint = f" title='{escape(title, quote=True)}'" if title else ""
    return f"<th scope='col' style='{style}'{hint}>{escape(one_line(text, 32))}</th>"


def _cell(text: str, *, right: bool = False, style: str = "", title: str = "") -> str:
    hint = f" title='{escape(title, quote=True)}'" if title else ""
    return f"<td style='{_RIGHT if right else _LEFT};{style}'{hint}>{escape(text)}</td>"


def _value_cell(value: Any, *, right: bool, style: str) -> str:
    if value is MISSING:
        return _cell("", right=right, style=style)
    return _cell(one_line(value_text(value), 32), right=right, style=style, title=str(value)[:300])


def _status_style(status: str) -> str:
    return {"FINISHED": _QUIET, "RUNNING": ""}.get(status, _BAD)


def _best(name: str, values: Sequence[Any], records: Sequence[RunRecord]) -> Any:
    """Return the value to highlight in a column: a metric's best, if its better direction is known."""
    way = direction(name.partition(".")[2]) if name.startswith("metrics.") else None
    known = [
        value
        for value, record in zip(values, records, strict=True)
        if is_ordered(value) and record.status not in UNSTARRED
    ]
    if way is None or len(set(known)) < 2:
        return None
    return min(known) if way == "down" else max(known)


def _pairs(title: str, pairs: Mapping[str, Any]) -> str:
    return _rows(title, [title, ""], [[name, value_text(value)] for name, value in pairs.items()])


def _rows(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    body = "".join(
        "<tr>"
        + "".join(
            _cell(one_line(c, 80), right=k > 0, title=c if len(c) > 80 else "") for k, c in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    if not body:
        return ""
    head = "".join(_head(text, right=k > 0) for k, text in enumerate(heads))
    return f"<table aria-label='{escape(title, quote=True)}'><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _folded(title: str, text: str) -> str:
    return (
        f"<details><summary style='cursor:pointer'>{escape(title)}</summary>"
        f"<pre style='overflow-x:auto;margin:4px 0'>{escape(text[:50_000])}</pre></details>"
    )


def _side(value: Any) -> str:
    if value is None:
        return "–"
    if hasattr(value, "fingerprint"):
        return f"{value.kind} {' × '.join(map(str, value.shape))} {value.fingerprint[:8]}"
    return value_text(value)


def _code_diff(left: Sequence[str], right: Sequence[str]) -> str:
    lines = []
    for line in list(difflib.unified_diff(left, right, lineterm="", n=3))[2:2_000]:
        style = {"+": _ADDED, "-": _REMOVED, "@": _QUIET}.get(line[:1], "")
        lines.append(f"<span style='display:block;{style}'>{escape(one_line(line)) or ' '}</span>")
    return f"<pre style='overflow-x:auto;margin:6px 0' aria-label='code'>{''.join(lines)}</pre>"
