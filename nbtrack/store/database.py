"""A store's database, opened by this process: a connection to write, one to read, and their locks."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from nbtrack.errors import StoreError
from nbtrack.store.connection import Snapshots, connect, connect_frozen, leak, prepare, translated
from nbtrack.store.location import DATABASE, kept_runs
from nbtrack.store.migrate import check_readable, migrate, version_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

    from nbtrack.store.connection import Connection
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
        How often the connection to write with was opened. Whoever caches facts about the store drops them when it changes.
    """

    # The open folder, to notice when another one takes its name; None where a folder cannot be held open.
    _folder: int | None = None

    def __init__(self, folder: Path, *, read_only: bool) -> None:
        self.path = folder
        # As text, because it is used at every run and every flush.
        self._name = os.fspath(folder / DATABASE)
        self.read_only = read_only or not _writable(folder)
        self.opened = 0
        self._connection: Connection | None = None
        self._file: object = None
        self._log: object = None
        self._opening = threading.Lock()
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
        """The lock that a thread holds while it may be reading inside SQLite."""
        return self._snapshots.busy

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Begin a read transaction; inside another one, return its connection."""
        with translated(self.path), self._snapshots.read() as connection:
            yield connection

    def limit_reads(self, seconds: float) -> None:
        """Have a read that takes longer than this fail with a `StoreError`."""
        self._snapshots.limit = seconds

    def version(self) -> object:
        """Return a value that changes when another connection has changed the store; takes a few microseconds."""
        with translated(self.path):
            return self._snapshots.version()

    def writing(self) -> Connection:
        """Return the connection to write with; opens the store if needed, and creates it the first time.

        Raises
        ------
        StoreError
            When it cannot be opened or is gone. What could not be written can still be written when it is back.
        """
        found = self._stamp()
        if self._connection is not None and found == self._file:
            return self._connection
        if self.opened and found is None:
            raise self._gone()
        with self._opening:
            self._set_log_aside()
            self.disconnect()
            return self._open()

    def disconnect(self) -> None:
        """Drop the connection to write with, so that the next use opens a new one."""
        # Once the log is closed, its inode number may be reused for a new log.
        self._log = None
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def file(self) -> object:
        """Return what identifies the database file; None if there is none."""
        return _file(self._name)

    def is_gone(self) -> bool:
        """Whether there is no database in its place any more."""
        return not self.read_only and self._stamp() is None

    def make_again(self, *, moved: bool) -> bool:
        """Create a deleted store anew, and return whether that was done; a moved one is left alone unless `moved`."""
        if not (self.is_gone() and (moved or self._was_deleted())):
            return False
        self.disconnect()
        with translated(self.path):
            self._open()
        return True

    def _open(self) -> Connection:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"the store {str(self.path)!r} cannot be made ({error.strerror}); set NBTRACK_STORE to another folder"
            ) from error
        self._check_not_lost(empty=not _size(self._name))
        connection = connect(self.path, "rwc")
        try:
            prepare(connection, self.path)
            self._check_not_lost(empty=version_of(connection) == 0)
            migrate(connection, self.path)
        except BaseException:
            connection.close()
            raise
        ignore = self.path / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="ascii")
        self._connection, self._file, self._log = connection, self._stamp(), _file(self._log_file)
        self.opened += 1
        self._hold_folder()
        return connection

    def _check_not_lost(self, *, empty: bool) -> None:
        """Refuse to create a new database where one was lost."""
        kept = len(kept_runs(self.path)) if empty else 0
        if kept:
            raise StoreError(
                f"the store {str(self.path)!r} has an empty database or none, though artifacts of {kept} runs are there: "
                "restore a backup of it, or move the folder away and start a new store"
            )

    def _gone(self) -> StoreError:
        return StoreError(
            f"the store {str(self.path)!r} is not there any more: its folder was moved, deleted or cannot be reached. "
            "Bring it back, or begin a new one with nbtrack.set_store()"
        )

    def _hold_folder(self) -> None:
        self._release_folder()
        with suppress(OSError):  # Windows opens no folders, and deletes none with an open file in it
            self._folder = os.open(self.path, os.O_RDONLY)

    def _release_folder(self) -> None:
        if self._folder is not None:
            os.close(self._folder)
        self._folder = None

    def _was_deleted(self) -> bool:
        """Whether the store's folder, or the database in it, seems to have been deleted."""
        if self._folder is None:
            return False
        opened = os.fstat(self._folder)
        return opened.st_nlink == 0 or _file(self.path) == (opened.st_dev, opened.st_ino)

    @property
    def _log_file(self) -> Path:
        return self.path / f"{DATABASE}-wal"

    def _set_log_aside(self) -> None:
        """Keep the old database's log from being applied to a new database in its place."""
        if self._log is not None and _file(self._log_file) == self._log and self._stamp() != self._file:
            with suppress(OSError):
                self._log_file.replace(self._log_file.with_name(f"{self._log_file.name}.replaced"))
            with suppress(OSError):
                self.path.joinpath(f"{DATABASE}-shm").unlink()

    def close(self) -> None:
        """Close the files; they are opened again when they are needed."""
        self._snapshots.close()
        self.disconnect()
        self._release_folder()
        self._drop_copy()

    def forked(self) -> None:
        """In a child process, leave to the parent what it has open."""
        leak(self._connection)
        self._connection = self._copy = self._log = None
        self._opening = threading.Lock()
        self._snapshots.forked()

    def _stamp(self) -> object:
        """Return what identifies the database file, and its state if it is read in place."""
        if not self.read_only:
            return _file(self._name)
        return _state(self._name), _state(self._log_file)

    def _connect_to_read(self) -> sqlite3.Connection:
        if self.read_only:
            self._drop_copy()
            connection, self._copy = connect_frozen(self.path)
        else:
            if self._stamp() is None:
                raise self._gone()
            with self._opening:
                self._set_log_aside()
            connection = connect(self.path, "rw")
        connection.execute("PRAGMA query_only = ON")
        return connection

    def _drop_copy(self) -> None:
        if self._copy is not None:
            import shutil

            shutil.rmtree(self._copy, ignore_errors=True)
        self._copy = None


def _writable(folder: Path) -> bool:
    """Whether a store can probably be written or created; nothing is changed to find out."""
    database = folder / DATABASE
    return not database.is_file() or (os.access(folder, os.W_OK) and os.access(database, os.W_OK))


def _state(file: str | Path) -> tuple[int, ...] | None:
    try:
        status = os.stat(file)  # noqa: PTH116 - as quick as can be
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size


def _size(path: str) -> int:
    state = _state(path)
    return 0 if state is None else state[-1]


def _file(path: str | Path) -> tuple[int, ...] | None:
    """Return what identifies a file, apart from its name; None if there is none."""
    state = _state(path)
    return state and state[:2]
