"""Queries on a store: functions of a connection inside a read transaction."""

# ruff: noqa: S608 - what is put together are table names and expressions of ours

from __future__ import annotations

import contextlib
import json
import math
import warnings
import zlib
from typing import TYPE_CHECKING, Any, Literal

from nbtrack.errors import InvalidValueError, NbtrackWarning, NotFoundError
from nbtrack.records import DataRecord, MetricSummary, ParamValue, RunRecord, Series
from nbtrack.store.chunks import Columns, DamagedChunkError, in_order, pack_point, unpack
from nbtrack.values import is_run_id

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    from nbtrack.store.liveness import Identity

__all__ = [
    "NameKind",
    "add_chunk",
    "changed_since",
    "children",
    "clock",
    "data",
    "document",
    "experiment_ids",
    "find_run",
    "fold_names",
    "history",
    "lineage",
    "metrics",
    "names",
    "param_value",
    "params",
    "records",
    "running",
    "runs_of",
    "tags",
]

NameKind = Literal["params", "metrics", "tags", "data"]
_KINDS = ("params", "metrics", "tags", "data")

_RECORD = """
SELECT r.id, r.uuid, r.name, e.name, r.experiment, r.status, r.start_time, r.end_time, r.parent, r.lineage,
       r.notebook, r.git_commit, r.note, r.deleted, r.changed
FROM runs AS r JOIN experiments AS e ON e.id = r.experiment
"""


def records(connection: sqlite3.Connection, keys: Sequence[int]) -> list[RunRecord]:
    """Return the runs with these row numbers, in this order."""
    rows = connection.execute(
        _RECORD + "WHERE r.id IN (SELECT value FROM json_each(?))", (json.dumps(list(keys)),)
    )
    by_key = {run.key: run for run in map(RunRecord._make, rows)}
    return [by_key[key] for key in keys if key in by_key]


def runs_of(connection: sqlite3.Connection, ids: Iterable[str]) -> list[RunRecord]:
    """Return the runs with these full ids, in this order, each once.

    Raises
    ------
    NotFoundError
        For an id that is no run's.
    """
    wanted = list(dict.fromkeys(ids))
    found = _select(connection, "WHERE r.uuid IN (SELECT value FROM json_each(?))", json.dumps(wanted))
    by_id = {run.id: run for run in found}
    missing = [run_id for run_id in wanted if run_id not in by_id]
    if missing:
        more = f", nor {len(missing) - 1} more of these" if len(missing) > 1 else ""
        raise NotFoundError(
            f"there is no run {missing[0]!r}{more}; runs are looked up here by their whole ids"
        )
    return [by_id[run_id] for run_id in wanted]


def find_run(connection: sqlite3.Connection, text: str) -> RunRecord:
    """Return the run with this id, prefix of an id, or name.

    Raises
    ------
    NotFoundError
        When there is none, or more than one.
    """
    found = _select(connection, "WHERE r.uuid = ?", text)
    if not found and is_run_id(text, least=4):
        found = _live(_select(connection, "WHERE r.uuid >= ? AND r.uuid < ?", text, text + "g"))
    if not found:
        found = _live(_select(connection, "WHERE r.name = ?", text))
    if len(found) == 1:
        return found[0]
    if found:
        some = ", ".join(f"{run.id[:8]} ({run.name})" for run in found[:5])
        more = f" and {len(found) - 5} more" if len(found) > 5 else ""
        raise NotFoundError(f"{len(found)} runs match {text!r}: {some}{more}; give more of the id")
    raise NotFoundError(f"there is no run {text!r}{_nearest(connection, text)}")


def _select(connection: sqlite3.Connection, where: str, *values: object) -> list[RunRecord]:
    return [RunRecord._make(row) for row in connection.execute(_RECORD + where, values)]


def _live(runs: list[RunRecord]) -> list[RunRecord]:
    """Return the runs that are not deleted, or, if all are, those."""
    return [run for run in runs if run.deleted is None] or runs


def _nearest(connection: sqlite3.Connection, text: str) -> str:
    if is_run_id(text):
        return ""  # nobody mistypes a full id

    from nbtrack.query import suggest

    rows = connection.execute("SELECT name, uuid FROM runs WHERE deleted IS NULL ORDER BY id DESC LIMIT 5000")
    known = {candidate for name, uuid in rows for candidate in (name, uuid[: len(text)])}
    near = suggest(text, known)
    return f"; did you mean {near!r}?" if near else ""


def running(connection: sqlite3.Connection, process: Identity) -> list[RunRecord]:
    """Return the runs that a process has open, by its number alone, in the order they began."""
    return _select(
        connection,
        "WHERE r.status = 'RUNNING' AND r.deleted IS NULL AND r.pid = ? AND r.host = ? AND r.boot = ? ORDER BY r.id",
        process.pid,
        process.host,
        process.boot,
    )


def children(connection: sqlite3.Connection, run_id: str) -> list[RunRecord]:
    """Return the runs begun inside a run, in the order they began."""
    return _select(connection, "WHERE r.parent = ? AND r.deleted IS NULL ORDER BY r.start_time, r.id", run_id)


def lineage(connection: sqlite3.Connection, lineage_id: str, limit: int | None = None) -> list[RunRecord]:
    """Return the runs of one cell, newest first."""
    order = "WHERE r.lineage = ? AND r.deleted IS NULL ORDER BY r.start_time DESC, r.id DESC LIMIT ?"
    return _select(connection, order, lineage_id, -1 if limit is None else limit)


def experiment_ids(connection: sqlite3.Connection, wanted: Sequence[str]) -> list[int]:
    """Return the ids of experiments given by name.

    Raises
    ------
    NotFoundError
        When there is no experiment of a name.
    """
    known = dict(connection.execute("SELECT name, id FROM experiments"))
    for name in wanted:
        if name not in known:
            from nbtrack.query import suggest

            near = suggest(name, known)
            hint = f"; did you mean {near!r}?" if near else ""
            raise NotFoundError(f"there is no experiment {name!r}{hint}")
    return [known[name] for name in wanted]


def param_value(kind: int, num: float | None, text: str) -> ParamValue:
    """Return a param as it was logged, from its row."""
    if kind == 4:
        return text
    # A damaged row is returned as its text, never as another number.
    with contextlib.suppress(ValueError, ArithmeticError, TypeError):
        if kind == 3:
            return float(text)
        if kind == 2:
            if len(text) > 4000:
                import decimal

                return int(decimal.Decimal(text))  # int() refuses this many digits
            return int(text)
        return bool(num) if kind == 1 else None
    return str(text)


def params(connection: sqlite3.Connection, key: int) -> dict[str, ParamValue]:
    """Return a run's params by name."""
    rows = connection.execute(
        "SELECT n.name, p.kind, p.num, p.text FROM params AS p JOIN names AS n ON n.id = p.key WHERE p.run = ?",
        (key,),
    )
    return {name: param_value(kind, num, text) for name, kind, num, text in sorted(rows)}


def metrics(connection: sqlite3.Connection, key: int) -> dict[str, MetricSummary]:
    """Return the summaries of a run's metrics by name."""
    rows = connection.execute(
        "SELECT n.name, m.last, m.first, m.min, m.max, m.sum / (m.count - m.nans), m.count, m.last_step, m.last_time "
        "FROM metrics AS m JOIN names AS n ON n.id = m.key WHERE m.run = ? ORDER BY n.name",
        (key,),
    )
    return {name: MetricSummary(*map(_number, numbers)) for name, *numbers in rows}


def _number(value: Any) -> Any:
    return math.nan if value is None else value


def tags(connection: sqlite3.Connection, key: int) -> dict[str, str]:
    """Return a run's tags by name."""
    sql = "SELECT n.name, t.value FROM tags AS t JOIN names AS n ON n.id = t.key WHERE t.run = ? ORDER BY n.name"
    return dict(connection.execute(sql, (key,)))


def fold_names(tags: Iterable[object]) -> set[str]:
    """Return the metrics that are scores of folds, according to the values of `FOLDS_TAG` in `tags`."""
    found: set[str] = set()
    for text in {tag for tag in tags if isinstance(tag, str)}:
        # The user may change a tag: one that is not a list of names is ignored.
        with contextlib.suppress(ValueError, RecursionError):
            listed = json.loads(text)
            found.update(
                name for name in (listed if isinstance(listed, list) else ()) if isinstance(name, str)
            )
    return found


def history(connection: sqlite3.Connection, key: int, metric: str) -> Series:
    """Return a metric's points by step, then time; empty when the run has none of it.

    The last point is always there, even if the series was too long to be kept whole.
    """
    number = "(SELECT id FROM names WHERE name = ?)"
    columns = Columns.empty()
    for chunk in connection.execute(
        f"SELECT count, data FROM points WHERE run = ? AND key = {number} ORDER BY id",
        (key, metric),
    ):
        add_chunk(columns, metric, *chunk)
    row = connection.execute(
        f"SELECT count, last_step, last_time, last FROM metrics WHERE run = ? AND key = {number}",
        (key, metric),
    ).fetchone()
    columns = in_order(columns)
    if row is not None and row[0] > len(columns.steps):
        *_, step, time, value = row
        if not columns.steps or (columns.steps[-1], columns.times[-1]) < (step, time):
            columns.extend(Columns.of([pack_point(step, time, _number(value))]))
    return Series(columns.steps.tolist(), columns.times.tolist(), columns.values.tolist())


def add_chunk(columns: Columns, metric: str, count: int, chunk: bytes) -> None:
    """Add the points of a chunk; if it is damaged, warn and add none."""
    try:
        columns.extend(unpack(chunk))
    except DamagedChunkError as error:
        _warn(f"{count} points of metric {metric!r} are damaged ({error}), and left out")


def _warn(what: str) -> None:
    warnings.warn(f"{what}; `nbtrack doctor` tells more", NbtrackWarning, stacklevel=4)


def data(connection: sqlite3.Connection, key: int) -> dict[str, DataRecord]:
    """Return what a run read, by name."""
    rows = connection.execute(
        "SELECT n.name, d.kind, d.shape, d.dtypes, d.fingerprint, d.sampled "
        "FROM data AS d JOIN names AS n ON n.id = d.key WHERE d.run = ? ORDER BY n.name",
        (key,),
    )
    found = {}
    for name, kind, shape, dtypes, fingerprint, sampled in rows:
        try:
            described = tuple(json.loads(shape)), dict(json.loads(dtypes))
        except (ValueError, TypeError) as error:
            _warn(f"what is kept of data {name!r} is damaged ({error}), and left out")
        else:
            found[name] = DataRecord(name, kind, *described, fingerprint, bool(sampled))
    return found


def document(connection: sqlite3.Connection, key: int, kind: str) -> Any | None:
    """Return a run's document of a kind, or None."""
    row = connection.execute(
        "SELECT d.body FROM run_documents AS r JOIN documents AS d ON d.hash = r.hash WHERE r.run = ? AND r.kind = ?",
        (key, kind),
    ).fetchone()
    try:
        return None if row is None else json.loads(zlib.decompress(row[0]))
    except (zlib.error, ValueError, TypeError) as error:
        _warn(f"document {kind!r} of a run is damaged ({error}), and left out")
        return None


def names(connection: sqlite3.Connection, kind: str) -> list[str]:
    """Return the names that runs use for params, metrics, tags or data, sorted.

    Raises
    ------
    InvalidValueError
        For another kind.
    """
    if kind not in _KINDS:
        raise InvalidValueError(f"{kind!r} is no kind of names; use one of {', '.join(_KINDS)}")
    sql = f"SELECT name FROM names AS n WHERE EXISTS (SELECT 1 FROM {kind} WHERE key = n.id)"
    return sorted(name for (name,) in connection.execute(sql))


def clock(connection: sqlite3.Connection) -> int:
    """Return how many changes the store has had."""
    row = connection.execute("SELECT value FROM meta WHERE key = 'clock'").fetchone()
    return 0 if row is None else int(row[0])


def changed_since(connection: sqlite3.Connection, since: int) -> list[str]:
    """Return the ids of the runs that changed after `since`, an earlier value of `clock`."""
    return [
        row[0]
        for row in connection.execute("SELECT uuid FROM runs WHERE changed > ? ORDER BY changed", (since,))
    ]
