"""One flush: writes the contents of the buffers as rows, inside a transaction that the caller began."""

# ruff: noqa: S608 - what is put together are column names of ours

from __future__ import annotations

import json
import sqlite3
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from nbtrack.store.buffers import DELETED
from nbtrack.store.chunks import Columns, DamagedChunkError, pack, stride_of, unpack

if TYPE_CHECKING:
    from nbtrack.records import DataRecord, ParamValue
    from nbtrack.store.buffers import Batch, Chunk, Entry, SeriesBatch

__all__ = ["CLOCK", "Names", "tick", "write_batch"]

CLOCK = "(SELECT value FROM meta WHERE key = 'clock')"
"""What `runs.changed` is set to inside a transaction that has called `tick`."""

MERGE_FACTOR = 32
"""How many chunks of a series, merged equally often before, are merged into one."""
_MERGE_BYTES = 1 << 20
_MAX_INSERT_ROWS = 32

_MISSING_RUN = -1
"""Stands for the row of a run that the store does not have."""

# Raised for a value that SQLite cannot store, as opposed to a store that cannot be written.
_UNFIT = (sqlite3.ProgrammingError, sqlite3.InterfaceError, sqlite3.IntegrityError, sqlite3.DataError)
_UNFIT_VALUE = (OverflowError, TypeError, ValueError, *_UNFIT)

_POINTS = "INSERT INTO points (run, key, count, data) VALUES "
_METRICS = (
    "INSERT INTO metrics "
    "(run, key, count, nans, last, last_step, last_time, first, first_step, first_time, min, max, sum) VALUES "
)
_MERGED = """
ON CONFLICT (run, key) DO UPDATE SET
    count = count + excluded.count,
    nans = nans + excluded.nans,
    last = iif((excluded.last_step, excluded.last_time) >= (last_step, last_time), excluded.last, last),
    last_time = iif((excluded.last_step, excluded.last_time) >= (last_step, last_time),
        excluded.last_time, last_time),
    last_step = max(last_step, excluded.last_step),
    first = iif((excluded.first_step, excluded.first_time) < (first_step, first_time), excluded.first, first),
    first_time = iif((excluded.first_step, excluded.first_time) < (first_step, first_time),
        excluded.first_time, first_time),
    first_step = min(first_step, excluded.first_step),
    sum = CASE WHEN min IS NULL THEN excluded.sum WHEN excluded.min IS NULL THEN sum ELSE sum + excluded.sum END,
    min = coalesce(min(min, excluded.min), min, excluded.min),
    max = coalesce(max(max, excluded.max), max, excluded.max)
"""


class Names:
    """The numbers of interned names; forgotten when a transaction that may have added some is rolled back."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, connection: sqlite3.Connection, name: str) -> int:
        """Return the number of `name`, a new one when the store has none."""
        number = self._numbers.get(name)
        if number is None:
            row = connection.execute("SELECT id FROM names WHERE name = ?", (name,)).fetchone()
            if row is None:
                row = (connection.execute("INSERT INTO names (name) VALUES (?)", (name,)).lastrowid,)
            number = self._numbers[name] = row[0]
        return number

    def forget(self) -> None:
        """Forget every number."""
        self._numbers.clear()


def tick(connection: sqlite3.Connection) -> None:
    """Advance the store's clock; called once in a transaction that changes runs."""
    connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'clock'")


def write_batch(connection: sqlite3.Connection, names: Names, batch: Batch) -> None:
    """Write a batch; what cannot be stored is listed in `batch.refused`, and the rest is stored.

    `batch.key` is the run's row afterwards.
    """
    if batch.run.refused:
        batch.key = _MISSING_RUN
        return
    fields = {name: value for what, name, value in batch.entries if what == "run"}
    try:
        batch.key = key = _run_row(connection, batch, fields)
    except _UNFIT_VALUE as error:
        key = _refuse(batch, f"run {batch.run.run_id} could not be kept ({error})")
    if key == _MISSING_RUN:
        return
    for entry in batch.entries:
        try:
            _write_entry(connection, names, key, entry)
        except _UNFIT_VALUE as error:
            batch.refused.append(f"{entry[0]} {entry[1]!r} was not kept ({error})")
    _write_series(connection, names, batch)
    if fields.get("status", "RUNNING") != "RUNNING":
        _merge_all(connection, names, batch)


def _run_row(connection: sqlite3.Connection, batch: Batch, fields: dict[str, Any]) -> int:
    run = batch.run
    columns = "".join(f", {name} = ?" for name in fields)
    # By its id as well: if the database file was replaced, the row may belong to another run.
    sql = f"UPDATE runs SET changed = {CLOCK}{columns} WHERE id = ? AND uuid = ?"

    def update(key: int) -> bool:
        return connection.execute(sql, (*fields.values(), key, run.run_id)).rowcount > 0

    if batch.key is not None and update(batch.key):
        return batch.key
    if run.row is not None and not run.kept:
        # Checking first would cost each new run a query.
        with suppress(sqlite3.IntegrityError):
            return _insert_run(connection, run.row | fields)
    row = connection.execute(
        "SELECT id, pid, pid_started, start_time FROM runs WHERE uuid = ?", (run.run_id,)
    ).fetchone()
    if row is None and run.row is not None and batch.key is None:
        if run.kept:
            batch.refused.append(
                f"run {run.run_id} is not in the store {batch.folder!r}, which is another one than before: the run goes "
                f"on there, without what was written to the other, such as {batch.lost:,} points of what is logged now"
            )
        return _insert_run(connection, run.row | fields)
    if row is None:
        return _refuse(
            batch, f"run {run.run_id} is not in the store any more: what was logged to it is not kept"
        )
    key, *whose = row
    if run.row is not None and not run.kept and whose != [run.row[name] for name in _OWNER_COLUMNS]:
        return _refuse(
            batch, f"run {run.run_id} could not be kept: another process has begun a run of this id"
        )
    update(key)
    if batch.lost:
        batch.refused.append(
            f"the store {batch.folder!r} is an older state of what it was: {batch.lost:,} points of run {run.run_id} "
            "that had been written are not in it; the run goes on there"
        )
    return int(key)


_OWNER_COLUMNS = ("pid", "pid_started", "start_time")


def _refuse(batch: Batch, message: str) -> int:
    """Report once that the store refuses the run."""
    batch.refused.append(message)
    batch.run.refused = True
    batch.key = _MISSING_RUN
    return _MISSING_RUN


def _insert_run(connection: sqlite3.Connection, row: dict[str, Any]) -> int:
    row = row | {"experiment": experiment_number(connection, row["experiment"], row["start_time"])}
    cursor = connection.execute(
        f"INSERT INTO runs ({', '.join(row)}, changed) VALUES ({', '.join('?' * len(row))}, {CLOCK})",
        tuple(row.values()),
    )
    return int(cursor.lastrowid or 0)


def experiment_number(connection: sqlite3.Connection, name: str, now: float) -> int:
    """Return the number of an experiment, which is created if there is none of that name."""
    row = connection.execute("SELECT id FROM experiments WHERE name = ?", (name,)).fetchone()
    if row is not None:
        return int(row[0])
    cursor = connection.execute("INSERT INTO experiments (name, created) VALUES (?, ?)", (name, now))
    return int(cursor.lastrowid or 0)


_TABLES = {"param": "params", "data": "data"}


def _write_entry(connection: sqlite3.Connection, names: Names, run: int, entry: Entry) -> None:
    what, name, value = entry
    if what == "document":
        _write_document(connection, run, name, value)
    if what in ("run", "document"):
        return
    key = names.number(connection, name)
    if value is DELETED:
        connection.execute(f"DELETE FROM {_TABLES[what]} WHERE run = ? AND key = ?", (run, key))
    elif what == "param":
        connection.execute("INSERT OR REPLACE INTO params VALUES (?, ?, ?, ?, ?)", (run, key, *_param(value)))
    elif what == "tag" and value is None:
        connection.execute("DELETE FROM tags WHERE run = ? AND key = ?", (run, key))
    elif what == "tag":
        connection.execute("INSERT OR REPLACE INTO tags VALUES (?, ?, ?)", (run, key, value))
    else:
        connection.execute(
            "INSERT OR REPLACE INTO data VALUES (?, ?, ?, ?, ?, ?, ?)", (run, key, *_data(value))
        )


def _param(value: ParamValue) -> tuple[int, float | None, str]:
    """Return kind, num and text of a param."""
    if value is None:
        return 0, None, "None"
    if isinstance(value, str):
        return 4, None, value
    if isinstance(value, bool):
        return 1, float(value), str(value)
    if isinstance(value, float):
        return 3, value, repr(float(value))
    try:
        return 2, float(value), str(value)
    except OverflowError:
        # Compared as infinity; the text keeps every digit.
        return 2, float("inf") if value > 0 else float("-inf"), _digits(value)


def _digits(value: int) -> str:
    import decimal

    # str() refuses integers of more than 4,300 digits.
    return format(decimal.Decimal(value), "f")


def _data(record: DataRecord) -> tuple[str, str, str, str, int]:
    return (
        record.kind,
        json.dumps(record.shape),
        json.dumps(dict(record.dtypes)),
        record.fingerprint,
        int(record.sampled),
    )


def _write_document(connection: sqlite3.Connection, run: int, kind: str, body: bytes) -> None:
    from hashlib import blake2b

    digest = blake2b(body, digest_size=16).digest()
    before = connection.execute(
        "SELECT hash FROM run_documents WHERE run = ? AND kind = ?", (run, kind)
    ).fetchone()
    if connection.execute("SELECT 1 FROM documents WHERE hash = ?", (digest,)).fetchone() is None:
        connection.execute("INSERT INTO documents VALUES (?, ?)", (digest, zlib.compress(body)))
    connection.execute("INSERT OR REPLACE INTO run_documents VALUES (?, ?, ?)", (run, kind, digest))
    if before is not None and before[0] != digest:
        # A replaced document is deleted: it may have held a secret that was only recognised later.
        connection.execute(
            "DELETE FROM documents WHERE hash = ? AND NOT EXISTS (SELECT 1 FROM run_documents WHERE hash = ?)",
            (before[0], before[0]),
        )


def _write_series(connection: sqlite3.Connection, names: Names, batch: Batch) -> None:
    metrics: list[tuple[Any, ...]] = []
    waiting: list[tuple[SeriesBatch, int, Chunk]] = []
    size = 0
    for series in batch.series:
        try:
            key = names.number(connection, series.buffer.key)
        except _UNFIT_VALUE as error:
            batch.refused.append(f"metric {series.buffer.key!r} was not kept ({error})")
            continue
        for chunk in series.chunks():
            metrics.append((batch.key, key, *chunk.summary))
            if chunk.data:
                waiting.append((series, key, chunk))
                size += len(chunk.data)
            if size >= _MERGE_BYTES:
                _write_chunks(connection, batch, waiting)
                waiting.clear()
                size = 0
    _write_chunks(connection, batch, waiting)
    _insert(connection, _METRICS, metrics, _MERGED)


def _write_chunks(
    connection: sqlite3.Connection, batch: Batch, chunks: list[tuple[SeriesBatch, int, Chunk]]
) -> None:
    rows = [(batch.key, key, chunk.kept, chunk.data) for _, key, chunk in chunks]
    for (series, _, _), number, row in zip(chunks, _insert(connection, _POINTS, rows), rows, strict=True):
        if len(row[-1]) < _MERGE_BYTES:
            _note_chunk(connection, row[:2], series, number)


def _insert(
    connection: sqlite3.Connection, head: str, rows: list[tuple[Any, ...]], tail: str = ""
) -> list[int]:
    """Insert rows, many with one statement, and return their row numbers if the table has any.

    While the main thread is busy, this thread can lose some milliseconds at every call of SQLite.
    """
    numbers: list[int] = []
    for start in range(0, len(rows), _MAX_INSERT_ROWS):
        some = rows[start : start + _MAX_INSERT_ROWS]
        row = f"({', '.join('?' * len(some[0]))})"
        cursor = connection.execute(
            f"{head}{', '.join([row] * len(some))}{tail}", [value for values in some for value in values]
        )
        last = cursor.lastrowid or 0
        numbers += range(last - len(some) + 1, last + 1)
    return numbers


def _note_chunk(
    connection: sqlite3.Connection, key: tuple[int | None, int], series: SeriesBatch, number: int
) -> None:
    """Record a written chunk for merging, and merge if enough chunks have gathered."""
    for tier in series.tiers:
        tier.append(number)
        if len(tier) < MERGE_FACTOR:
            return
        number = _merge(connection, key, tier)
        tier.clear()
    series.tiers.append([number])


def _merge_all(connection: sqlite3.Connection, names: Names, batch: Batch) -> None:
    """Merge, at the end of a run, the small chunks of each series into one."""
    written = {series.buffer.key: series for series in batch.series}
    for name, buffer in list(batch.run.series.items()):
        tiers = (written.get(name) or buffer).tiers
        numbers = [number for tier in tiers for number in tier]
        if len(numbers) > 1 and batch.key is not None:
            _merge(connection, (batch.key, names.number(connection, name)), numbers)
        tiers.clear()


def _merge(connection: sqlite3.Connection, key: tuple[int | None, int], numbers: list[int]) -> int:
    """Merge chunks of one series into the first of them, and return its number."""
    merged = Columns.empty()
    found: list[int] = []
    for number in sorted(numbers):
        # Only chunks of this series: in a store that was replaced, the number may belong to another one.
        row = connection.execute(
            "SELECT data FROM points WHERE id = ? AND run = ? AND key = ?", (number, *key)
        ).fetchone()
        if row is not None:
            # A damaged chunk stays as it is, for `nbtrack doctor` to report.
            with suppress(DamagedChunkError):
                merged.extend(unpack(row[0]))
                found.append(number)
    if len(found) < 2:
        return numbers[-1]
    connection.execute(
        "UPDATE points SET count = ?, data = ? WHERE id = ?",
        (len(merged.steps), pack(merged, stride_of(merged.steps)), found[0]),
    )
    connection.executemany("DELETE FROM points WHERE id = ?", [(number,) for number in found[1:]])
    return found[0]
