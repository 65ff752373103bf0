"""Bring a store to this nbtrack's version: safe when several processes do it at once."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from nbtrack.errors import StoreError
from nbtrack.store import migrations
from nbtrack.store.connection import retrying, transaction
from nbtrack.version import __version__

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["check_readable", "check_version", "expected_schema", "migrate", "version_of"]


def version_of(connection: sqlite3.Connection) -> int:
    """Return how many migrations the store has had."""
    found: list[int] = []
    # With a rollback journal, even this waits for a process that is writing.
    retrying(connection, lambda: found.append(connection.execute("PRAGMA user_version").fetchone()[0]))
    return found[0]


def check_version(connection: sqlite3.Connection, path: Path) -> int:
    """Return the store's version.

    Raises
    ------
    StoreError
        When the store was written by a newer nbtrack than this one.
    """
    version, known = version_of(connection), len(migrations.MIGRATIONS)
    if version > known:
        row = connection.execute("SELECT value FROM meta WHERE key = 'nbtrack'").fetchone()
        writer = f"nbtrack {row[0]}" if row else "a newer nbtrack"
        raise StoreError(
            f"the store {str(path)!r} has version {version}, written by {writer}; this nbtrack "
            f"{__version__} knows up to version {known}: upgrade nbtrack to open it"
        )
    return version


def check_readable(connection: sqlite3.Connection, path: Path) -> None:
    """Check that a store that stays as it is can be read.

    Raises
    ------
    StoreError
        When its version is not this nbtrack's.
    """
    version = check_version(connection, path)
    if version < len(migrations.MIGRATIONS):
        raise StoreError(
            f"the store {str(path)!r} has version {version} and needs {len(migrations.MIGRATIONS)}: "
            "open it once where it can be written"
        )


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Apply the migrations that the store has not had yet, each in one transaction.

    Raises
    ------
    StoreError
        When the store is newer than this nbtrack, or stays locked.
    """
    while check_version(connection, path) < len(migrations.MIGRATIONS):
        with transaction(connection):
            # Another process may have been here while this one waited for the lock.
            version = check_version(connection, path)
            if version == len(migrations.MIGRATIONS):
                return
            for statement in _statements(migrations.MIGRATIONS[version].sql):
                connection.execute(statement)
            connection.execute("INSERT OR REPLACE INTO meta VALUES ('nbtrack', ?)", (__version__,))
            connection.execute(f"PRAGMA user_version = {version + 1}")


def expected_schema(version: int) -> dict[str, tuple[str, str]]:
    """Return the tables and indexes that a store of a version has: their kinds and SQL by name."""
    with closing(sqlite3.connect(":memory:")) as connection:
        for migration in migrations.MIGRATIONS[:version]:
            connection.executescript(migration.sql)
        found = connection.execute("SELECT name, type, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {name: (kind, sql) for name, kind, sql in found if not name.startswith("sqlite_")}


def _statements(sql: str) -> list[str]:
    # executescript would commit the transaction that these belong to.
    statements, current = [], ""
    for line in sql.splitlines(keepends=True):
        current += line
        if sqlite3.complete_statement(current):
            statements.append(current)
            current = ""
    return statements
