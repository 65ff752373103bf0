"""Runs as plain text for terminals."""

from __future__ import annotations

import datetime as dt
import math
import shutil
import unicodedata
from typing import TYPE_CHECKING, Any

from nbtrack.fields import MISSING, differ, is_number
from nbtrack.records import FOLDS_TAG
from nbtrack.store.reader import fold_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nbtrack.records import RunRecord

__all__ = [
    "ROWS_SHOWN",
    "choose_columns",
    "did_you_mean",
    "duration_text",
    "one_line",
    "pairs_text",
    "runs_text",
    "short_id",
    "size_text",
    "table_text",
    "time_text",
    "value_text",
]

ROWS_SHOWN = 20
_GAP = "  "


def one_line(text: str, width: int | None = None) -> str:
    """Return text that takes one line: control characters escaped, cut to `width` columns.

    A name may hold line breaks and terminal codes; a terminal must not see them.
    """
    line = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    if width is None or _columns(line) <= width:
        return line
    kept, taken = [], 1
    for character in line:
        taken += _columns(character)
        if taken > width:
            break
        kept.append(character)
    return "".join(kept) + "…"


def _columns(text: str) -> int:
    """Return how many terminal columns a text takes."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) != 0 for c in text)


def value_text(value: Any) -> str:
    """Return a short text for a param or metric: floats with five digits, others as `str()`.

    Examples
    --------
    >>> value_text(0.123456789), value_text(3), value_text(None)
    ('0.12346', '3', 'None')
    """
    return f"{value:.5g}" if isinstance(value, float) else one_line(str(value))


def short_id(run_id: str) -> str:
    """Return the beginning of a run's id, by which commands find it.

    Examples
    --------
    >>> short_id("0f3c9a41b2d84e6fa1c07d5e8b9f6a23")
    '0f3c9a41'
    """
    return run_id[:8]


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """Return a suffix for a message that suggests the nearest known name, or an empty text."""
    from nbtrack.query import suggest  # slow to import, and most scripts never need it

    near = suggest(str(word), [name for name in known if name != word])
    return f"; did you mean {near!r}?" if near else ""


def duration_text(seconds: float | None) -> str:
    """Return a duration in a readable form.

    Examples
    --------
    >>> duration_text(0.0123), duration_text(83), duration_text(7260)
    ('12 ms', '1 min 23 s', '2 h 1 min')
    """
    if seconds is None or not math.isfinite(seconds):
        return ""
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours < 48 else f"{hours // 24} d {hours % 24} h"


def time_text(time: float) -> str:
    """Return seconds since the epoch as local date and time."""
    return dt.datetime.fromtimestamp(time).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def size_text(size: int) -> str:
    """Return a number of bytes with a suitable unit.

    Examples
    --------
    >>> size_text(512), size_text(20_000_000)
    ('512 B', '20.0 MB')
    """
    if size < 1000:
        return f"{size} B"
    amount, units = size / 1000, ["kB", "MB", "GB", "TB"]
    while amount >= 999.95 and len(units) > 1:
        amount /= 1000
        del units[0]
    return f"{amount:.1f} {units[0]}"


def table_text(headers: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool] = ()) -> str:
    """Return a table of columns two spaces apart, with a rule below the headers.

    Parameters
    ----------
    headers
        One text per column.
    rows
        One text per cell; each row has as many as `headers`.
    right
        Whether each column is right-aligned; by default left-aligned.
    """
    widths = [max(map(_columns, column)) for column in zip(headers, *rows, strict=True)]
    sides = [*right, *[False] * (len(headers) - len(right))]

    def line(cells: Sequence[str]) -> str:
        padded = []
        for cell, width, to_right in zip(cells, widths, sides, strict=True):
            space = " " * (width - _columns(cell))
            padded.append(space + cell if to_right else cell + space)
        return _GAP.join(padded).rstrip()

    return "\n".join([line(headers), _GAP.join("-" * width for width in widths), *map(line, rows)])


def pairs_text(pairs: Mapping[str, str], indent: str = "  ") -> str:
    """Return names with their values, one per line, with the values aligned."""
    width = max(map(_columns, map(one_line, pairs)), default=0)
    lines = []
    for name, value in pairs.items():
        shown = one_line(name)
        lines.append(f"{indent}{shown}{' ' * (width - _columns(shown))}{_GAP}{value}".rstrip())
    return "\n".join(lines)


def choose_columns(table: Mapping[str, Sequence[Any]]) -> list[str]:
    """Return the params and metrics of a table, the most informative first; `MISSING` stands where a run lacks one.

    Metrics and params alternate; params that differ come before those that are all equal, and
    columns of many rows before those of few. For scores of folds the mean is returned, not the last.
    """
    folds = fold_names(table.get(f"tags.{FOLDS_TAG}", ()))
    last_folds = {f"metrics.{name}" for name in folds if f"metrics.{name}.mean" in table}

    def rank(name: str) -> tuple[bool, int]:
        count = sum(value is not MISSING for value in table[name])
        alike = len(table[name]) > 1 and not differ(table[name])
        return alike and name.startswith("params."), -count

    every = [name for name in table if name.startswith("metrics.") and name not in last_folds]
    metrics = sorted(every, key=rank)
    params = sorted((name for name in table if name.startswith("params.")), key=rank)
    turns = [name for pair in zip(metrics, params, strict=False) for name in pair]
    shorter = min(len(metrics), len(params))
    return turns + metrics[shorter:] + params[shorter:]


def runs_text(
    records: Sequence[RunRecord], table: Mapping[str, Sequence[Any]], total: int, width: int | None = None
) -> str:
    """Return runs as a table that fits the terminal.

    Parameters
    ----------
    records
        The runs to show, in their order.
    table
        `params.x`, `metrics.x` with one value per run, `MISSING` where it has none.
    total
        How many runs there are, including those not shown.
    width
        Columns of the terminal; by default its actual width.
    """
    if not records:
        return "No runs."
    width = width or shutil.get_terminal_size((120, 24)).columns
    headers = ["id", "name", "status", "started", "time"]
    right = [False, False, False, False, True]
    cells = [
        [short_id(r.id), one_line(r.name, 32), r.status, time_text(r.start_time), duration_text(_seconds(r))]
        for r in records
    ]
    columns = choose_columns(table)
    chosen = _fitting(columns, table, _space_beside(headers, cells, width))
    if len(chosen) < len(columns):
        # A param or a metric tells more than an id.
        headers, right, cells = headers[1:], right[1:], [row[1:] for row in cells]
        chosen = _fitting(columns, table, _space_beside(headers, cells, width))
    for name in sorted(chosen, key=lambda name: (name.startswith("metrics."), columns.index(name))):
        headers.append(one_line(name.partition(".")[2], 24))
        right.append(all(value is MISSING or is_number(value) for value in table[name]))
        for row, text in zip(cells, chosen[name], strict=True):
            row.append(text)
    lines = [table_text(headers, cells, right)]
    more = []
    if total > len(records):
        more.append(f"{total - len(records):,} more runs")
    if len(columns) > len(chosen):
        more.append(f"{len(columns) - len(chosen)} more columns")
    return "\n".join([*lines, *([f"and {' and '.join(more)}"] if more else [])])


def _fitting(columns: Sequence[str], table: Mapping[str, Sequence[Any]], space: int) -> dict[str, list[str]]:
    """Return the cells of the first columns that have the space."""
    chosen: dict[str, list[str]] = {}
    for name in columns:
        shown = ["" if value is MISSING else one_line(value_text(value), 24) for value in table[name]]
        needed = 2 + max(_columns(text) for text in [one_line(name.partition(".")[2], 24), *shown])
        if needed <= space:
            chosen[name] = shown
            space -= needed
    return chosen


def _space_beside(headers: Sequence[str], cells: Sequence[Sequence[str]], width: int) -> int:
    return width - sum(max(map(len, column)) + 2 for column in zip(headers, *cells, strict=True))


def _seconds(record: RunRecord) -> float | None:
    return None if record.end_time is None else record.end_time - record.start_time
