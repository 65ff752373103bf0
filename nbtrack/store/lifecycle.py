"""The life of runs and experiments: marked as crashed, deleted, restored, removed for good."""

# ruff: noqa: S608 - what is put together are table names and expressions of ours

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbtrack.errors import InvalidValueError, NotFoundError
from nbtrack.records import Experiment
from nbtrack.store.connection import retrying, transaction
from nbtrack.store.damage import RUN_TABLES
from nbtrack.store.flush import CLOCK, tick
from nbtrack.store.liveness import Identity, is_dead
from nbtrack.store.location import ARTIFACTS, DATABASE
from nbtrack.store.staging import Staging

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from pathlib import Path

__all__ = [
    "GcReport",
    "create_experiment",
    "dead_runs",
    "delete_experiment",
    "delete_runs",
    "experiments",
    "finish_gc",
    "gc",
    "mark_crashed",
    "rename_experiment",
    "restore_experiment",
    "restore_runs",
    "revive_experiment",
]


@dataclass(frozen=True, slots=True)
class GcReport:
    """What `Store.gc` removed."""

    runs: int
    experiments: int
    bytes: int
    """The disk space that was freed."""


def dead_runs(connection: sqlite3.Connection) -> list[tuple[int, str]]:
    """Return the keys and ids of runs that are marked as running and whose process has ended."""
    rows = connection.execute(
        "SELECT id, uuid, heartbeat, host, boot, pid, pid_started FROM runs WHERE status = 'RUNNING'"
    ).fetchall()
    return [(key, uuid) for key, uuid, heartbeat, *process in rows if is_dead(Identity(*process), heartbeat)]


def mark_crashed(connection: sqlite3.Connection, dead: Sequence[tuple[int, str]]) -> list[str]:
    """Mark runs as crashed at their last heartbeat, and return the ids of those that nobody had marked before."""
    marked = []
    with transaction(connection):
        tick(connection)
        for key, uuid in dead:
            cursor = connection.execute(
                f"UPDATE runs SET status = 'CRASHED', changed = {CLOCK}, end_time = max(start_time, "
                "coalesce(heartbeat, 0), coalesce((SELECT max(last_time) FROM metrics WHERE run = runs.id), 0)) "
                "WHERE id = ? AND status = 'RUNNING'",
                (key,),
            )
            if cursor.rowcount:
                marked.append(uuid)
    return marked


def delete_runs(connection: sqlite3.Connection, run_ids: Sequence[str]) -> None:
    """Mark runs and their children as deleted."""
    with transaction(connection):
        _check(connection, run_ids)
        tick(connection)
        connection.execute(
            "WITH RECURSIVE family (uuid) AS (SELECT value FROM json_each(?) UNION "
            "SELECT r.uuid FROM family AS f JOIN runs AS r ON r.parent = f.uuid) "
            f"UPDATE runs SET deleted = ?, changed = {CLOCK} "
            "WHERE deleted IS NULL AND uuid IN (SELECT uuid FROM family)",
            (json.dumps(list(run_ids)), time.time()),
        )


def restore_runs(connection: sqlite3.Connection, run_ids: Sequence[str]) -> None:
    """Take runs back, with the children that were deleted together with them."""
    with transaction(connection):
        _check(connection, run_ids)
        tick(connection)
        connection.execute(
            "WITH RECURSIVE family (uuid, moment) AS (SELECT uuid, deleted FROM runs "
            "WHERE uuid IN (SELECT value FROM json_each(?)) UNION "
            "SELECT r.uuid, f.moment FROM family AS f JOIN runs AS r ON r.parent = f.uuid AND r.deleted = f.moment) "
            f"UPDATE runs SET deleted = NULL, changed = {CLOCK} "
            "WHERE deleted IS NOT NULL AND uuid IN (SELECT uuid FROM family)",
            (json.dumps(list(run_ids)),),
        )


def _check(connection: sqlite3.Connection, run_ids: Sequence[str]) -> None:
    for run_id in run_ids:
        if connection.execute("SELECT 1 FROM runs WHERE uuid = ?", (run_id,)).fetchone() is None:
            raise NotFoundError(f"there is no run {run_id!r}; nothing was changed")


def experiments(connection: sqlite3.Connection, *, deleted: bool) -> list[Experiment]:
    """Return the experiments, or the deleted ones, by name, each with how many runs it shows."""
    rows = connection.execute(
        "SELECT e.id, e.name, e.created, e.deleted, "
        "(SELECT count(*) FROM runs AS r WHERE r.experiment = e.id AND r.deleted IS NULL) "
        "FROM experiments AS e WHERE (e.deleted IS NOT NULL) = ? ORDER BY e.name",
        (deleted,),
    )
    return [Experiment(*row) for row in rows]


def create_experiment(connection: sqlite3.Connection, name: str, *, exist_ok: bool) -> None:
    """Make an experiment."""
    with transaction(connection):
        row = connection.execute("SELECT deleted FROM experiments WHERE name = ?", (name,)).fetchone()
        if row is None:
            connection.execute("INSERT INTO experiments (name, created) VALUES (?, ?)", (name, time.time()))
        elif row[0] is not None:
            raise InvalidValueError(f"experiment {name!r} is deleted; restore it, or choose another name")
        elif not exist_ok:
            raise InvalidValueError(f"experiment {name!r} exists already; choose another name")


def rename_experiment(connection: sqlite3.Connection, name: str, new: str) -> None:
    """Give an experiment another name."""
    with transaction(connection):
        number = _experiment(connection, name)
        taken = connection.execute("SELECT id FROM experiments WHERE name = ?", (new,)).fetchone()
        if taken is not None and taken[0] != number:
            raise InvalidValueError(f"experiment {new!r} exists already; choose another name for {name!r}")
        connection.execute("UPDATE experiments SET name = ? WHERE id = ?", (new, number))
        _touch_runs(connection, number)


def delete_experiment(connection: sqlite3.Connection, name: str) -> None:
    """Mark an experiment as deleted; its runs are hidden with it."""
    with transaction(connection):
        number = _experiment(connection, name)
        connection.execute("UPDATE experiments SET deleted = ? WHERE id = ?", (time.time(), number))
        _touch_runs(connection, number)


def restore_experiment(connection: sqlite3.Connection, name: str) -> None:
    """Take a deleted experiment back."""
    with transaction(connection):
        number = _experiment(connection, name)
        connection.execute("UPDATE experiments SET deleted = NULL WHERE id = ?", (number,))
        _touch_runs(connection, number)


def revive_experiment(connection: sqlite3.Connection, name: str) -> None:
    """Take a deleted experiment back without its runs: they stay deleted, each to be restored by itself."""
    with transaction(connection):
        number = _experiment(connection, name)
        connection.execute(
            "UPDATE runs SET deleted = (SELECT deleted FROM experiments WHERE id = ?) "
            "WHERE experiment = ? AND deleted IS NULL",
            (number, number),
        )
        connection.execute("UPDATE experiments SET deleted = NULL WHERE id = ?", (number,))
        _touch_runs(connection, number)


def _experiment(connection: sqlite3.Connection, name: str) -> int:
    row = connection.execute("SELECT id FROM experiments WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise NotFoundError(f"there is no experiment {name!r}")
    return int(row[0])


def _touch_runs(connection: sqlite3.Connection, experiment: int) -> None:
    tick(connection)
    connection.execute(f"UPDATE runs SET changed = {CLOCK} WHERE experiment = ?", (experiment,))


def gc(connection: sqlite3.Connection, folder: Path, older_than: float) -> GcReport:
    """Remove for good what was deleted more than `older_than` seconds ago; see `Store.gc`."""
    before = _database_bytes(folder)
    Staging(folder).put_back(connection)
    with transaction(connection):
        tick(connection)
        limit = time.time() - older_than
        rows = connection.execute(
            "SELECT r.id, r.uuid FROM runs AS r JOIN experiments AS e ON e.id = r.experiment "
            "WHERE (r.deleted <= ? OR e.deleted <= ?) AND r.status <> 'RUNNING' "
            # A registered model stays until its version is deleted.
            "AND r.uuid NOT IN (SELECT run FROM model_versions WHERE run IS NOT NULL)",
            (limit, limit),
        ).fetchall()
        keys = json.dumps([key for key, _ in rows])
        for table in RUN_TABLES:
            connection.execute(f"DELETE FROM {table} WHERE run IN (SELECT value FROM json_each(?))", (keys,))
        uuids = json.dumps([*_being_removed(connection), *(uuid for _, uuid in rows)])
        connection.execute("DELETE FROM models WHERE run IN (SELECT value FROM json_each(?))", (uuids,))
        connection.execute("DELETE FROM runs WHERE id IN (SELECT value FROM json_each(?))", (keys,))
        connection.execute("DELETE FROM documents WHERE hash NOT IN (SELECT hash FROM run_documents)")
        gone = connection.execute(
            "DELETE FROM experiments WHERE deleted <= ? AND id NOT IN (SELECT experiment FROM runs)", (limit,)
        ).rowcount
        # Artifacts are removed last: if this process dies before, no run lacks its artifacts, and the next gc continues.
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('gc', ?)", (uuids,))
    freed = finish_gc(connection, folder)
    retrying(connection, lambda: connection.execute("VACUUM"))
    # If a reader is in the way, SQLite truncates the log later.
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return GcReport(len(rows), gone, freed + before - _database_bytes(folder))


def finish_gc(connection: sqlite3.Connection, folder: Path) -> int:
    """Remove the artifacts of runs that gc has removed, also of a gc that was interrupted; return their bytes."""
    freed = sum(_remove(folder / ARTIFACTS / uuid) for uuid in _being_removed(connection))
    with transaction(connection):
        connection.execute("DELETE FROM meta WHERE key = 'gc'")
    return freed


def _being_removed(connection: sqlite3.Connection) -> list[str]:
    row = connection.execute("SELECT value FROM meta WHERE key = 'gc'").fetchone()
    return [] if row is None else list(json.loads(row[0]))


def _remove(folder: Path) -> int:
    size = sum(file.lstat().st_size for file in folder.rglob("*") if not file.is_dir())
    import shutil

    shutil.rmtree(folder, ignore_errors=True)
    return size


def _database_bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.glob(f"{DATABASE}*"))
