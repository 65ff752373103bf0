"""A consistent copy of a store, made while other processes write to it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from nbtrack.errors import StoreError
from nbtrack.store.location import ARTIFACTS, DATABASE
from nbtrack.store.staging import STAGING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["backup"]


def backup(connection: sqlite3.Connection, folder: Path, target: Path) -> None:
    """Copy the store to the new folder `target`.

    The database is copied first, as it is at one moment; then the artifacts, so that none of its runs lacks its own.

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
        if (folder / ARTIFACTS).is_dir():
            shutil.copytree(
                folder / ARTIFACTS, partial / ARTIFACTS, symlinks=True, ignore=shutil.ignore_patterns(STAGING)
            )
        (partial / ".gitignore").write_text("*\n", encoding="ascii")
        if target.exists():
            target.rmdir()
        partial.rename(target)
    except (OSError, shutil.Error, sqlite3.Error) as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise StoreError(f"backup {str(target)!r} could not be written ({error})") from error
