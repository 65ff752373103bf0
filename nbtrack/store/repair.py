"""Repair a store: what `nbtrack doctor --repair` does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbtrack.store import migrations
from nbtrack.store.connection import transaction
from nbtrack.store.damage import mend_content
from nbtrack.store.lifecycle import finish_gc
from nbtrack.store.migrate import expected_schema
from nbtrack.store.staging import Staging

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

__all__ = ["repair"]


def repair(connection: sqlite3.Connection, folder: Path) -> list[str]:
    """Repair what can be repaired, remove what is damaged beyond repair, and return what was done."""
    done: list[str] = []
    for name, (kind, sql) in expected_schema(len(migrations.MIGRATIONS)).items():
        if (
            kind == "index"
            and not connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (name,)).fetchone()
        ):
            with transaction(connection):
                connection.execute(sql)
            done.append(f"made index {name} again")
    if any("index" in row[0] for row in connection.execute("PRAGMA integrity_check").fetchall()):
        connection.execute("REINDEX")
        done.append("made all indexes anew")
    with transaction(connection):
        done += mend_content(connection)
    count = Staging(folder).put_back(connection)
    if count:
        done.append(f"put back or removed {count} folders that killed processes had left")
    if finish_gc(connection, folder):
        done.append("removed the artifacts that a gc had not come to")
    return done
