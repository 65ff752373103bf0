"""Columns of the run table, each read for many runs at once."""

# ruff: noqa: S608 - what is put together are expressions of ours

from __future__ import annotations

import json
import math
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, Literal

from nbtrack.errors import InvalidValueError
from nbtrack.fields import MISSING
from nbtrack.query.field_names import SUMMARIES, metric_column
from nbtrack.records import BROKEN, FOLDS_TAG, UNSTARRED, is_system_use
from nbtrack.store import reader

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Mapping, Sequence

    from nbtrack.records import ParamValue, RunRecord

__all__ = ["ATTRIBUTES", "columns", "extreme", "fold_names", "table"]

# In filters a count is a float, to be divided; in a table it is a whole number.
_SUMMARIES = {name: sql.replace("{row}.", "") for name, sql in SUMMARIES.items()} | {"count": "count"}

_INDEXED = frozenset({"last", "min", "max"})
"""The columns of metrics that have an index."""


def _duration(run: RunRecord) -> float | None:
    return None if run.end_time is None else run.end_time - run.start_time


ATTRIBUTES: dict[str, Callable[[RunRecord], Any]] = {
    "run_id": attrgetter("id"),
    "id": attrgetter("id"),
    "duration": _duration,
    **{
        name: attrgetter(name)
        for name in (
            *("name", "experiment", "experiment_id", "status", "start_time", "end_time", "parent", "lineage"),
            *("notebook", "git_commit", "note", "deleted"),
        )
    },
}


def columns(
    connection: sqlite3.Connection, names: Sequence[str], runs: Sequence[RunRecord]
) -> dict[str, list[Any]]:
    """Return columns such as ``params.alpha``, ``metrics.loss.min``, ``tags.team``, ``duration`` by name.

    `MISSING` stands where a run lacks the field, because None is a valid param. As in the filter language, a metric that
    is itself called ``loss.min`` comes before the summary of ``loss``, and ``metrics.`loss`.min`` is always the summary.

    Raises
    ------
    InvalidValueError
        For a name that is no column's.
    """
    scope = _Scope(connection, [run.key for run in runs])
    return {name: _column(connection, name, runs, scope) for name in names}


def table(
    connection: sqlite3.Connection,
    runs: Sequence[RunRecord],
    lacking: Any = None,
    system_use: Collection[str] | None = (),
) -> dict[str, list[Any]]:
    """Return all columns of params, metrics (their last values) and tags that one of the runs has.

    They are named ``params.NAME``, ``metrics.NAME`` and ``tags.NAME``, in this order and then by name. `lacking` stands where a run lacks it. Of the metrics that say what a run took of its machine those of
    `system_use` are there, all if it is None.

    If a metric holds the scores of folds in one of the runs, its mean is added as ``metrics.NAME.mean``.
    """
    scope = _Scope(connection, [run.key for run in runs])
    if scope.runs is not None:
        result = _small_table(connection, runs, scope.runs, lacking, system_use)
    else:
        result = _whole_table(connection, runs, scope, lacking, system_use)
    means: dict[str, list[Any]] = {}
    for name in reader.fold_names(result.get(f"tags.{FOLDS_TAG}", ())):
        column = f"metrics.{name}.mean"
        if f"metrics.{name}" in result and column not in result:
            values = _metrics(connection, f"`{name}`.mean", scope)
            means[column] = [values.get(run.key, lacking) for run in runs]
    return dict(sorted((result | means).items(), key=_place)) if means else result


def extreme(
    connection: sqlite3.Connection,
    keys: Sequence[int],
    metric: str,
    mode: Literal["min", "max"],
    *,
    broken: bool,
) -> int | None:
    """Return which of these runs has the least or greatest value of a metric; of equals the first."""
    number, value = _metric(connection, metric)
    if number is None:
        return None
    scope = _Scope(connection, keys)
    looked_at = "" if broken else f"AND r.status NOT IN ({', '.join(map(repr, sorted(BROKEN)))})"
    # With an index on the value, the first row in its order is most often the answer. Without one, the rows are read
    # in the order of the runs, which is that of the file.
    origin = "metrics AS m CROSS JOIN runs AS r" if value in _INDEXED else "runs AS r CROSS JOIN metrics AS m"
    rows = connection.execute(
        f"SELECT m.run, {value} AS value FROM {origin} WHERE r.id = m.run AND m.key = :key "
        f"AND value IS NOT NULL {looked_at}{scope.where} ORDER BY value {'ASC' if mode == 'min' else 'DESC'}",
        scope.about(number),
    )
    wanted = frozenset(keys)
    among = (row for row in rows if row[0] in wanted)
    _, equals = next(groupby(among, key=itemgetter(1)), (None, ()))
    return min((run for run, _ in equals), key=keys.index, default=None)


def lineage_bests(
    connection: sqlite3.Connection, run: RunRecord, metrics: Mapping[str, Literal["min", "max"]], limit: int
) -> dict[str, float]:
    """Return the best value of each metric in the last runs of a cell but this one.

    Runs that are broken or still going have no best.
    """
    others = connection.execute(
        f"SELECT id FROM runs WHERE lineage = ? AND deleted IS NULL AND id <> ? AND status NOT IN "
        f"({', '.join(map(repr, sorted(UNSTARRED)))}) ORDER BY start_time DESC, id DESC LIMIT ?",
        (run.lineage, run.key, limit),
    )
    runs = json.dumps([key for (key,) in others])
    bests = {}
    for name, mode in metrics.items():
        number, value = _metric(connection, name)
        (best,) = connection.execute(
            f"SELECT {mode}({value}) FROM metrics WHERE key = ? AND run IN (SELECT value FROM json_each(?))",
            (number, runs),
        ).fetchone()
        if best is not None:
            bests[name] = best
    return bests


def fold_names(connection: sqlite3.Connection, keys: Sequence[int]) -> set[str]:
    """Return the metrics that are scores of folds in one of these runs."""
    tags = _tags(connection, FOLDS_TAG, _Scope(connection, keys))
    return reader.fold_names(tags[run] for run in set(tags).intersection(keys))


def _place(column: tuple[str, list[Any]]) -> tuple[int, str]:
    """Return where a column stands in a table."""
    name = column[0]
    return list(_AS_PARAMS).index(name.partition(".")[0]), name


def _is_shown(kind: str, name: str, system_use: Collection[str] | None) -> bool:
    return system_use is None or kind != "metrics" or not is_system_use(name) or name in system_use


def _whole_table(
    connection: sqlite3.Connection,
    runs: Sequence[RunRecord],
    scope: _Scope,
    lacking: Any,
    system_use: Collection[str] | None,
) -> dict[str, list[Any]]:
    """Return a table of many of a store's runs: column by column."""
    keys = [run.key for run in runs]
    result: dict[str, list[Any]] = {}
    for kind in ("params", "metrics", "tags"):
        for name in reader.names(connection, kind):
            if not _is_shown(kind, name, system_use):
                continue
            values = _READ[kind](connection, name, scope)
            if not values.keys().isdisjoint(keys):
                result[f"{kind}.{name}"] = [values.get(key, lacking) for key in keys]
    return result


def _small_table(
    connection: sqlite3.Connection,
    runs: Sequence[RunRecord],
    scope: str,
    lacking: Any,
    system_use: Collection[str] | None,
) -> dict[str, list[Any]]:
    """Return a table of few of a store's runs: run by run, as each column on its own would cost more."""
    rows = {run.key: number for number, run in enumerate(runs)}
    result: dict[str, list[Any]] = {}
    for kind, param in _AS_PARAMS.items():
        columns: dict[str, list[Any]] = {}
        found = connection.execute(
            f"SELECT n.name, t.run, {param} FROM {kind} AS t JOIN names AS n ON n.id = t.key "
            "WHERE t.run IN (SELECT value FROM json_each(?))",
            (scope,),
        )
        for name, run, type_, num, text in found:
            column = columns.get(name) or columns.setdefault(name, [lacking] * len(runs))
            quick = type_ == 3 and num is not None
            column[rows[run]] = num if quick else reader.param_value(type_, num, text)
        result |= {
            f"{kind}.{name}": columns[name] for name in sorted(columns) if _is_shown(kind, name, system_use)
        }
    return result


_AS_PARAMS = {"params": "t.kind, t.num, t.text", "metrics": "3, t.last, 'nan'", "tags": "4, NULL, t.value"}
"""For each kind of field, the columns that hold a value, in the form of a param's."""


class _Scope:
    """Which rows to read: those of the runs, or all, if the runs are most of the store's."""

    def __init__(self, connection: sqlite3.Connection, keys: Sequence[int]) -> None:
        self.where = ""
        self.runs: str | None = None
        first, last = connection.execute(
            "SELECT (SELECT min(id) FROM runs), (SELECT max(id) FROM runs)"
        ).fetchone()
        if len(keys) < ((last or 0) - (first or 0)) / 4:
            self.where = " AND run IN (SELECT value FROM json_each(:runs))"
            self.runs = json.dumps(list(keys))

    def about(self, number: int | None) -> dict[str, int | str | None]:
        """Return the values of the placeholders in a query for the name with this number."""
        return {"key": number, "runs": self.runs}


def _column(connection: sqlite3.Connection, name: str, runs: Sequence[RunRecord], scope: _Scope) -> list[Any]:
    kind, _, rest = name.partition(".")
    if kind in _READ and rest:
        values = _READ[kind](connection, rest, scope)
        return [values.get(run.key, MISSING) for run in runs]
    attribute = ATTRIBUTES.get(rest if kind == "attributes" else name)
    if attribute is None:
        raise InvalidValueError(
            f"{name!r} is no column; use params.NAME, metrics.NAME, tags.NAME, data.NAME "
            f"or one of {', '.join(ATTRIBUTES)}"
        )
    return [MISSING if value is None else value for value in map(attribute, runs)]


def _metric(connection: sqlite3.Connection, name: str) -> tuple[int | None, str]:
    """Return the number of a metric and the SQL of its value; `name` may be that of a summary."""
    number = _metric_number(connection, name)
    if number is not None:
        return number, _SUMMARIES["last"]
    metric, summary = metric_column(name, lambda _name: False)
    return None if metric == name else _metric_number(connection, metric), _SUMMARIES[summary]


def _metrics(connection: sqlite3.Connection, name: str, scope: _Scope) -> dict[int, float]:
    number, value = _metric(connection, name)
    if number is None:
        return {}
    values: dict[int, Any] = dict(
        connection.execute(
            f"SELECT run, {value} FROM metrics WHERE key = :key{scope.where}", scope.about(number)
        )
    )
    if None in values.values():
        values = {run: math.nan if value is None else value for run, value in values.items()}
    return values


# Params that SQLite cannot return as a value, each found through the index: NaN, None, and integers that a float
# cannot hold.
_MAX_EXACT_INTEGER = 2**53
_INEXACT_PARAMS = (
    "num IS NULL AND kind <> 4",
    f"num >= {_MAX_EXACT_INTEGER} AND kind = 2",
    f"num <= -{_MAX_EXACT_INTEGER} AND kind = 2",
)


def _params(connection: sqlite3.Connection, name: str, scope: _Scope) -> dict[int, ParamValue]:
    rows = f"FROM params WHERE key = :key{scope.where}"
    about = scope.about(_number(connection, name))
    # Much faster than to convert each row in Python.
    plain = f"CASE kind WHEN 3 THEN num WHEN 2 THEN CAST(num AS INTEGER) ELSE text END {rows}"
    values = dict(connection.execute(f"SELECT run, {plain}", about))
    bools = dict(connection.execute(f"SELECT run, num {rows} AND num IN (0, 1) AND kind = 1", about))
    values.update(zip(bools, map(bool, bools.values()), strict=True))
    others = " UNION ALL ".join(
        f"SELECT run, kind, num, text {rows} AND {other}" for other in _INEXACT_PARAMS
    )
    for run, kind, num, text in connection.execute(others, about):
        values[run] = reader.param_value(kind, num, text)
    return values


def _tags(connection: sqlite3.Connection, name: str, scope: _Scope) -> dict[int, str]:
    sql = f"SELECT run, value FROM tags WHERE key = :key{scope.where}"
    return dict(connection.execute(sql, scope.about(_number(connection, name))))


def _fingerprints(connection: sqlite3.Connection, name: str, scope: _Scope) -> dict[int, str]:
    sql = f"SELECT run, fingerprint FROM data WHERE key = :key{scope.where}"
    return dict(connection.execute(sql, scope.about(_number(connection, name))))


_READ: dict[str, Callable[[sqlite3.Connection, str, _Scope], dict[int, Any]]] = {
    "params": _params,
    "metrics": _metrics,
    "tags": _tags,
    "data": _fingerprints,
}


def _metric_number(connection: sqlite3.Connection, name: str) -> int | None:
    """Return the number of a metric's name, or None; a param called `loss.min` does not hide a summary of `loss`."""
    sql = "SELECT id FROM names WHERE name = ? AND EXISTS (SELECT 1 FROM metrics WHERE key = names.id)"
    row = connection.execute(sql, (name,)).fetchone()
    return None if row is None else int(row[0])


def _number(connection: sqlite3.Connection, name: str) -> int | None:
    row = connection.execute("SELECT id FROM names WHERE name = ?", (name,)).fetchone()
    return None if row is None else int(row[0])
