"""A store's database as a process has it open: a connection to write with, one to read with, and their locks."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from nbtrack.errors import StoreError
from nbtrack.store.connection import Snapshots, connect, connect_frozen, leak, prepare, translated
from nbtrack.store.location import DATABASE
from nbtrack.store.migrate import check_readable, migrate

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

    from nbtrack.store.processes import Lock

__all__ = ["Database"]


class Database:
    """The connections to one store's database.

    Parameters
    ----------
    folder
        The store's folder.
    read_only
        Whether nothing may be changed even if it could.

    Attributes
    ----------
    opened
        How often the connection to write with was opened: what was known of the store before is to be forgotten then.
    """

    def __init__(self, folder: Path, *, read_only: bool) -> None:
        self.path = folder
        self.read_only = read_only or not _writable(folder)
        self.opened = 0
        self._connection: sqlite3.Connection | None = None
        self._file: object = None
        self._copy: Path | None = None
        self._snapshots = Snapshots(self._connect_to_read, self._stamp)
        if self.read_only and not (folder / DATABASE).is_file():
            raise StoreError(f"there is no store in {str(folder)!r}; open it without read_only to make one")
        with translated(folder):
            if not self.read_only:
                self.writing()
                return
            try:
                with self._snapshots.read() as connection:
                    check_readable(connection, folder)
            except BaseException:
                # Nobody has this store, so nobody else could close its files.
                self.close()
                raise

    @property
    def busy(self) -> Lock:
        """The lock that is held while a thread may be inside SQLite to read."""
        return self._snapshots.busy

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Begin a read transaction, on the connection as it is inside another one."""
        with translated(self.path), self._snapshots.read() as connection:
            yield connection

    def version(self) -> object:
        """Return another value whenever another connection has changed the store; takes some microseconds."""
        with translated(self.path):
            return self._snapshots.version()

    def writing(self) -> sqlite3.Connection:
        """Return the connection to write with; the store is opened, or made, for it if need be."""
        if self._connection is not None and self._stamp() == self._file:
            return self._connection
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"the store {str(self.path)!r} cannot be made ({error.strerror}); set NBTRACK_STORE to another folder"
            ) from error
        connection = connect(self.path, "rwc")
        try:
            prepare(connection, self.path)
            migrate(connection, self.path)
        except BaseException:
            connection.close()
            raise
        ignore = self.path / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="ascii")
        self._connection, self._file = connection, self._stamp()
        self.opened += 1
        return connection

    def close(self) -> None:
        """Close the files; they are opened again when they are needed."""
        self._snapshots.close()
        if self._connection is not None:
            self._connection.close()
        self._connection = None
        self._drop_copy()

    def forked(self) -> None:
        """Leave to the parent, in a child process, what it has open."""
        leak(self._connection)
        self._connection = self._copy = None
        self._snapshots.forked()

    def _stamp(self) -> object:
        """Tell the database from another one in its place, and, where it is read as it is, from a later state."""
        database = self.path / DATABASE
        state = _state(database)
        if not self.read_only:
            return state and state[:2]
        return state, _state(database.with_name(f"{DATABASE}-wal"))

    def _connect_to_read(self) -> sqlite3.Connection:
        if self.read_only:
            self._drop_copy()
            connection, self._copy = connect_frozen(self.path)
        else:
            connection = connect(self.path, "rw")
        connection.execute("PRAGMA query_only = ON")
        return connection

    def _drop_copy(self) -> None:
        if self._copy is not None:
            import shutil

            shutil.rmtree(self._copy, ignore_errors=True)
        self._copy = None


def _writable(folder: Path) -> bool:
    """Whether a store can be written, or made, as far as can be told without doing so."""
    database = folder / DATABASE
    return not database.is_file() or (os.access(folder, os.W_OK) and os.access(database, os.W_OK))


def _state(file: Path) -> tuple[int, ...] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size
