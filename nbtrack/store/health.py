"""How a store is, and a copy of it that is whole."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nbtrack.errors import StoreError
from nbtrack.store.location import DATABASE
from nbtrack.store.migrate import version_of

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Health", "backup", "check"]


@dataclass(frozen=True, slots=True)
class Health:
    """What `Store.check` found; `problems` is empty for a sound store."""

    path: Path
    read_only: bool
    version: int
    """How many migrations the store has had."""
    journal_mode: str
    sqlite_version: str
    database_bytes: int
    artifact_bytes: int
    runs: dict[str, int]
    """How many runs are in each status, deleted ones included."""
    problems: list[str] = field(default_factory=list)


def check(connection: sqlite3.Connection, folder: Path, *, read_only: bool) -> Health:
    """Look at every page of the database, and at the sizes of what is there."""
    problems = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
    runs: dict[str, int] = {}
    try:
        runs = dict(connection.execute("SELECT status, count(*) FROM runs GROUP BY status ORDER BY status"))
        lost = connection.execute(
            "SELECT count(*) FROM points WHERE run NOT IN (SELECT id FROM runs)"
        ).fetchone()[0]
    except sqlite3.DatabaseError as error:
        problems.append(str(error))
    else:
        problems += [f"{lost} chunks of points belong to no run"] if lost else []
    return Health(
        folder,
        read_only,
        version_of(connection),
        str(connection.execute("PRAGMA journal_mode").fetchone()[0]),
        sqlite3.sqlite_version,
        sum(file.stat().st_size for file in folder.glob(f"{DATABASE}*")),
        sum(file.lstat().st_size for file in (folder / "artifacts").rglob("*") if not file.is_dir()),
        runs,
        problems,
    )


def backup(connection: sqlite3.Connection, folder: Path, target: Path) -> None:
    """Copy the store to the folder `target`, which is made.

    The database is copied as it is at one moment, the artifacts after it, so that those of its runs are there.

    Raises
    ------
    StoreError
        When `target` exists and is not an empty folder, lies inside the store, or cannot be written.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise StoreError(f"backup {str(target)!r} exists already; give the path of a new folder")
    if target.resolve().is_relative_to(folder):
        raise StoreError(f"backup {str(target)!r} lies inside the store itself; give a folder elsewhere")
    import shutil

    partial = target.with_name(f"{target.name}.partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        with closing(sqlite3.connect(partial / DATABASE)) as copy:
            connection.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
        if (folder / "artifacts").is_dir():
            shutil.copytree(folder / "artifacts", partial / "artifacts", symlinks=True)
        (partial / ".gitignore").write_text("*\n", encoding="ascii")
        if target.exists():
            target.rmdir()
        partial.rename(target)
    except (OSError, shutil.Error, sqlite3.Error) as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise StoreError(f"backup {str(target)!r} could not be written ({error})") from error
