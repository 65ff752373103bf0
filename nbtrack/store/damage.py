"""Damage in the rows of a store's database: how it is found, and repaired where nothing readable is lost."""

# ruff: noqa: S608 - what is put together are table and column names of ours

from __future__ import annotations

import json
import sqlite3
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbtrack.store.chunks import (
    FULL_DENSITY,
    Columns,
    DamagedChunkError,
    in_order,
    stride_of,
    summarise,
    unpack,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Problem", "mend_content", "problems_of_content"]

REPAIR_ADVICE = "run `nbtrack doctor --repair`"
RUN_TABLES = ("params", "tags", "metrics", "points", "data", "run_documents")
_STATUSES = ("RUNNING", "FINISHED", "FAILED", "KILLED", "CRASHED")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong with a store."""

    what: str
    advice: str
    """What to do."""
    fatal: bool = False
    """Whether nothing of the store can be read."""
    index: bool = False
    """Whether the problem is in an index, which can be rebuilt from its table."""

    def __str__(self) -> str:
        return f"{self.what}; {self.advice}"


def problems_of_content(connection: sqlite3.Connection) -> Iterator[Problem]:
    """Yield the problems of rows. Each check runs by itself, because one may meet a damaged page."""
    for check in (_runs, _orphans, _points, _documents, _params, _data, _meta):
        try:
            yield from check(connection)
        except (sqlite3.Error, UnicodeDecodeError) as error:
            yield Problem(f"{check.__name__.strip('_')} cannot all be read ({error})", "restore a backup")


def _about(connection: sqlite3.Connection, run: int, key: int | None = None) -> str:
    """Return the name of a run, with that of one of its keys."""
    found = connection.execute("SELECT uuid FROM runs WHERE id = ?", (run,)).fetchone()
    text = f"run {str(found[0])[:8]}" if found else f"a run that is not there (row {run})"
    if key is None:
        return text
    name = connection.execute("SELECT name FROM names WHERE id = ?", (key,)).fetchone()
    return f"{name[0] if name else key!r} of {text}"


def _runs(connection: sqlite3.Connection) -> Iterator[Problem]:
    for run, experiment in connection.execute(
        "SELECT id, experiment FROM runs WHERE experiment NOT IN (SELECT id FROM experiments)"
    ):
        yield Problem(
            f"the experiment ({experiment}) of {_about(connection, run)} is not there, and hides it",
            REPAIR_ADVICE,
        )
    odd = (
        "SELECT id FROM runs WHERE typeof(uuid) <> 'text' OR length(uuid) <> 32 OR typeof(name) <> 'text' "
        "OR typeof(start_time) NOT IN ('real', 'integer') OR typeof(end_time) NOT IN ('real', 'integer', 'null') "
        f"OR status NOT IN ({', '.join('?' * len(_STATUSES))})"
    )
    for (run,) in connection.execute(odd, _STATUSES):
        yield Problem(
            f"the row of {_about(connection, run)} is damaged", "restore a backup, or delete the run"
        )


def _orphans(connection: sqlite3.Connection) -> Iterator[Problem]:
    for table in RUN_TABLES:
        sql = f"SELECT count(*) FROM {table} WHERE run NOT IN (SELECT id FROM runs)"
        lost = connection.execute(sql).fetchone()[0]
        if lost:
            yield Problem(f"{lost} rows of {table} belong to no run", REPAIR_ADVICE)
    for table in ("params", "tags", "metrics", "points", "data"):
        sql = f"SELECT count(DISTINCT key) FROM {table} WHERE key NOT IN (SELECT id FROM names)"
        lost = connection.execute(sql).fetchone()[0]
        if lost:
            yield Problem(f"{lost} {table} have no name, and are not shown", REPAIR_ADVICE)


def _points(connection: sqlite3.Connection) -> Iterator[Problem]:
    for _, run, key, count, why in _damaged_chunks(connection):
        about = _about(connection, run, key)
        yield Problem(
            f"{count} points of {about} are damaged ({why}), and left out of its history",
            f"restore a backup to have them; {REPAIR_ADVICE} to remove them",
        )
    held = "SELECT run, key, sum(count) AS held FROM points GROUP BY run, key"
    differ = (
        f"SELECT m.run, m.key, m.count, coalesce(p.held, 0) FROM metrics AS m LEFT JOIN ({held}) AS p "
        "ON p.run = m.run AND p.key = m.key WHERE m.run IN (SELECT id FROM runs) "
        f"AND (coalesce(p.held, 0) > m.count OR (m.count <= {FULL_DENSITY} AND coalesce(p.held, 0) < m.count))"
    )
    for run, key, count, found in connection.execute(differ):
        about = _about(connection, run, key)
        yield Problem(
            f"metric {about} had {count} points, and {found} are there", f"restore a backup; {REPAIR_ADVICE}"
        )
    alone = (
        f"SELECT run, key, held FROM ({held}) AS p WHERE run IN (SELECT id FROM runs) "
        "AND NOT EXISTS (SELECT 1 FROM metrics AS m WHERE m.run = p.run AND m.key = p.key)"
    )
    for run, key, count in connection.execute(alone):
        yield Problem(
            f"{count} points of {_about(connection, run, key)} have no summary, and are not shown",
            REPAIR_ADVICE,
        )


def _damaged_chunks(connection: sqlite3.Connection) -> Iterator[tuple[int, int, int, int, str]]:
    """Yield the row, run, key and count of each chunk of points that is damaged, and why."""
    for row, run, key, count, data in connection.execute("SELECT id, run, key, count, data FROM points"):
        try:
            if not isinstance(data, bytes):
                raise DamagedChunkError("it is no blob")  # noqa: TRY301 (as what unpack raises)
            found = len(unpack(data).steps)
        except DamagedChunkError as error:
            yield row, run, key, count, str(error)
        else:
            if found != count:
                yield row, run, key, count, f"it holds {found}"


def _damaged_documents(connection: sqlite3.Connection) -> Iterator[tuple[bytes, str]]:
    for digest, body in connection.execute("SELECT hash, body FROM documents"):
        try:
            json.loads(zlib.decompress(body))
        except (zlib.error, ValueError, TypeError) as error:
            yield digest, str(error)


def _documents(connection: sqlite3.Connection) -> Iterator[Problem]:
    used = "SELECT run, kind FROM run_documents WHERE hash = ? AND run IN (SELECT id FROM runs)"
    for digest, why in _damaged_documents(connection):
        of = [f"{kind} of {_about(connection, run)}" for run, kind in connection.execute(used, (digest,))]
        yield Problem(
            f"the document {', '.join(of[:3]) or 'of no run'} is damaged ({why})",
            f"restore a backup to have it; {REPAIR_ADVICE} to remove it",
        )
    missing = "SELECT run, kind FROM run_documents WHERE hash NOT IN (SELECT hash FROM documents)"
    for run, kind in connection.execute(missing):
        yield Problem(
            f"the document {kind} of {_about(connection, run)} is not there",
            f"restore a backup; {REPAIR_ADVICE}",
        )


def _readable_param(kind: Any, num: Any, text: Any) -> bool:
    if kind not in range(5) or not isinstance(text, str):
        return False
    try:
        if kind == 2 and len(text) <= 4000:
            int(text)
        elif kind == 3:
            float(text)
    except ValueError:
        return False
    return kind != 1 or num in (0, 1)


def _params(connection: sqlite3.Connection) -> Iterator[Problem]:
    for run, key, *value in connection.execute("SELECT run, key, kind, num, text FROM params"):
        if not _readable_param(*value):
            yield Problem(
                f"param {_about(connection, run, key)} is damaged",
                f"restore a backup; {REPAIR_ADVICE} to remove it",
            )


def _readable_data(shape: Any, dtypes: Any) -> bool:
    try:
        return isinstance(json.loads(shape), list) and isinstance(json.loads(dtypes), dict)
    except (ValueError, TypeError):
        return False


def _data(connection: sqlite3.Connection) -> Iterator[Problem]:
    for run, key, *described in connection.execute("SELECT run, key, shape, dtypes FROM data"):
        if not _readable_data(*described):
            yield Problem(
                f"data {_about(connection, run, key)} is damaged",
                f"restore a backup; {REPAIR_ADVICE} to remove it",
            )


def _meta(connection: sqlite3.Connection) -> Iterator[Problem]:
    row = connection.execute("SELECT value FROM meta WHERE key = 'clock'").fetchone()
    newest = connection.execute("SELECT max(changed) FROM runs").fetchone()[0] or 0
    if row is None or not isinstance(row[0], int) or row[0] < newest:
        yield Problem(
            "the store's clock is missing or behind: other processes do not see changes", REPAIR_ADVICE
        )


def mend_content(connection: sqlite3.Connection) -> list[str]:
    """Repair rows inside a write transaction, and return what was done."""
    done: list[str] = []
    for mend in (_mend_runs, _mend_orphans, _mend_points, _mend_documents, _mend_values, _mend_meta):
        done += mend(connection)
    return done


def _mend_runs(connection: sqlite3.Connection) -> Iterator[str]:
    lost = connection.execute(
        "SELECT DISTINCT experiment FROM runs WHERE experiment NOT IN (SELECT id FROM experiments)"
    )
    for (number,) in lost.fetchall():
        name = f"recovered {number}"
        connection.execute("INSERT INTO experiments (id, name, created) VALUES (?, ?, 0)", (number, name))
        yield f"put runs without an experiment into {name!r}"


def _mend_orphans(connection: sqlite3.Connection) -> Iterator[str]:
    for table in RUN_TABLES:
        count = connection.execute(f"DELETE FROM {table} WHERE run NOT IN (SELECT id FROM runs)").rowcount
        if count:
            yield f"removed {count} rows of {table} that belonged to no run"
    for table in ("params", "tags", "metrics", "points", "data"):
        lost = connection.execute(f"SELECT DISTINCT key FROM {table} WHERE key NOT IN (SELECT id FROM names)")
        for (key,) in lost.fetchall():
            connection.execute("INSERT INTO names VALUES (?, ?)", (key, f"recovered {key}"))
            yield f"named what had no name in {table}: 'recovered {key}'"


def _mend_points(connection: sqlite3.Connection) -> Iterator[str]:
    damaged = list(_damaged_chunks(connection))
    connection.executemany("DELETE FROM points WHERE id = ?", [(row,) for row, *_ in damaged])
    if damaged:
        yield f"removed {sum(count for _, _, _, count, _ in damaged)} damaged points"
    held = "SELECT run, key, sum(count) AS held FROM points GROUP BY run, key"
    wrong = connection.execute(
        f"SELECT p.run, p.key FROM ({held}) AS p LEFT JOIN metrics AS m ON m.run = p.run AND m.key = p.key "
        f"WHERE m.count IS NULL OR p.held > m.count OR (m.count <= {FULL_DENSITY} AND p.held < m.count) "
        f"UNION SELECT m.run, m.key FROM metrics AS m WHERE NOT EXISTS (SELECT 1 FROM points AS p "
        "WHERE p.run = m.run AND p.key = m.key)"
    ).fetchall()
    for run, key in wrong:
        columns = Columns.empty()
        for (data,) in connection.execute(
            "SELECT data FROM points WHERE run = ? AND key = ? ORDER BY id", (run, key)
        ):
            columns.extend(unpack(data))
        connection.execute("DELETE FROM metrics WHERE run = ? AND key = ?", (run, key))
        if columns.steps:
            columns = in_order(columns)
            row = (run, key, *summarise(columns, stride_of(columns.steps)))
            connection.execute(f"INSERT INTO metrics VALUES ({', '.join('?' * len(row))})", row)
        yield f"summed up metric {_about(connection, run, key)} anew, from {len(columns.steps)} points"


def _mend_documents(connection: sqlite3.Connection) -> Iterator[str]:
    damaged = list(_damaged_documents(connection))
    connection.executemany("DELETE FROM documents WHERE hash = ?", [(digest,) for digest, _ in damaged])
    count = connection.execute(
        "DELETE FROM run_documents WHERE hash NOT IN (SELECT hash FROM documents)"
    ).rowcount
    if damaged or count:
        yield f"removed {max(len(damaged), count)} damaged documents"


def _mend_values(connection: sqlite3.Connection) -> Iterator[str]:
    tables: dict[str, tuple[str, Callable[..., bool]]] = {
        "params": ("kind, num, text", _readable_param),
        "data": ("shape, dtypes", _readable_data),
    }
    for table, (columns, readable) in tables.items():
        rows = connection.execute(f"SELECT run, key, {columns} FROM {table}")
        lost = [(run, key) for run, key, *value in rows if not readable(*value)]
        connection.executemany(f"DELETE FROM {table} WHERE run = ? AND key = ?", lost)
        if lost:
            yield f"removed {len(lost)} damaged rows of {table}"


def _mend_meta(connection: sqlite3.Connection) -> Iterator[str]:
    if list(_meta(connection)):
        connection.execute(
            "INSERT OR REPLACE INTO meta VALUES ('clock', (SELECT coalesce(max(changed), 0) + 1 FROM runs))"
        )
        yield "set the store's clock anew"
