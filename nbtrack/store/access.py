"""A store's files as a process has them open: connections, the writer, what becomes of them in a fork."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from nbtrack.errors import StoreError
from nbtrack.store import lifecycle
from nbtrack.store.connection import Snapshots, connect, connect_frozen, leak, prepare, translated
from nbtrack.store.found import Found
from nbtrack.store.location import DATABASE
from nbtrack.store.migrate import check_readable, migrate
from nbtrack.store.writer import Writer

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

    from nbtrack.store.processes import Lock

__all__ = ["OpenStore"]

PATIENCE = 2.0
"""Seconds that a reader waits for what its own process logged to be written."""
LOOK = 1.0
"""Seconds between two looks for runs whose process has died."""


class OpenStore:
    """The part of a `Store` that holds its files open.

    Parameters
    ----------
    folder
        The store's folder.
    read_only
        Whether nothing may be changed even if it could.
    """

    def __init__(self, folder: Path, *, read_only: bool) -> None:
        self.path = folder
        self.read_only = read_only or not _writable(folder)
        self._connection: sqlite3.Connection | None = None
        self._file: object = None
        self._copy: Path | None = None
        self._looked = float("-inf")
        self._extended: sqlite3.Connection | None = None
        self._found = Found()
        self._writer = Writer(folder, self._write_connection)
        self._snapshots = Snapshots(self._read_connection, self._stamp)
        if self.read_only and not (folder / DATABASE).is_file():
            raise StoreError(f"there is no store in {str(folder)!r}; open it without read_only to make one")
        with translated(folder):
            if self.read_only:
                try:
                    with self._snapshots.read() as connection:
                        check_readable(connection, folder)
                except BaseException:
                    # Nobody has this store, so nobody else could close its files.
                    self._snapshots.close()
                    self._drop_copy()
                    raise
            else:
                self._write_connection()

    def __repr__(self) -> str:
        return f"<Store {str(self.path)!r}{' read-only' if self.read_only else ''}>"

    def flush(self) -> None:
        """Wait until everything that this process has logged so far is committed.

        Raises
        ------
        StoreError
            When it could not be written. It is tried again as long as the process lives.
        """
        if self._writer.pending():
            self._writer.call(lambda _connection: None)

    def settle(self, wait: float) -> None:
        """Write what is pending now, as far as that takes at most `wait` seconds and does not fail."""
        self._writer.settle(wait)

    def release(self) -> None:
        """Write what is pending and close the files; they are opened again when they are needed."""
        try:
            self.flush()
        finally:
            self._writer.stop()
            self._snapshots.close()
            if self._connection is not None:
                self._connection.close()
            self._connection = None
            self._drop_copy()

    def locks(self) -> Iterator[Lock]:
        """Return the locks without which no thread is inside SQLite."""
        yield self._writer.busy
        yield self._snapshots.busy

    def forked(self) -> None:
        """Start anew in a child process, without what the parent has open and will write."""
        leak(self._connection)
        self._connection = self._copy = None
        self._found = Found()
        self._writer.reset()
        self._snapshots.forked()

    def recover(self) -> list[str]:
        """Mark running runs whose process has died as CRASHED, and return their ids.

        Reading does so by itself, at most once a second.
        """
        if self.read_only:
            return []
        with self._read() as connection:
            dead = lifecycle.dead_runs(connection)
        if not dead:
            return []
        return self._writer.call(lambda connection: lifecycle.mark_crashed(connection, dead), PATIENCE)

    @contextmanager
    def _read(self) -> Iterator[sqlite3.Connection]:
        with translated(self.path), self._snapshots.read() as connection:
            yield connection

    @contextmanager
    def _settled(self) -> Iterator[sqlite3.Connection]:
        """Read once everything that was logged here is written, as far as that is possible now."""
        with suppress(StoreError):
            self._writer.settle(PATIENCE)
            if time.monotonic() - self._looked > LOOK:
                self._looked = time.monotonic()
                self.recover()
        with self._read() as connection:
            yield connection

    def _stamp(self) -> object:
        """Tell the database from another one in its place, and, where it is read as it is, from a later state."""
        database = self.path / DATABASE
        state = _state(database)
        if not self.read_only:
            return state and state[:2]
        return state, _state(database.with_name(f"{DATABASE}-wal"))

    def _read_connection(self) -> sqlite3.Connection:
        if self.read_only:
            self._drop_copy()
            connection, self._copy = connect_frozen(self.path)
        else:
            if not (self.path / DATABASE).is_file():
                self._writer.call(lambda _connection: None)
            connection = connect(self.path, "rw")
        connection.execute("PRAGMA query_only = ON")
        return connection

    def _write_connection(self) -> tuple[sqlite3.Connection, bool]:
        """Return the connection to write with, and whether the store had to be opened, or made, for it."""
        if self._connection is not None and self._stamp() == self._file:
            return self._connection, False
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
        return connection, True

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
