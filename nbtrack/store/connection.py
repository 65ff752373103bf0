"""Connections to a store's database: how they are opened, wait for each other and fail."""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from nbtrack.errors import FilterError, StoreError
from nbtrack.store.location import DATABASE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "Connection",
    "Snapshots",
    "connect",
    "connect_frozen",
    "leak",
    "prepare",
    "retrying",
    "transaction",
    "translated",
]

BUSY_TIMEOUT = 30.0
"""Seconds that a write waits for other processes before it fails. What runs log is then tried again."""
NOTICE_TIMEOUT = 5.0
"""Seconds of waiting for a lock after which a message says who holds it."""

_NETWORK = {
    *(
        "9p",
        "afpfs",
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "coda",
        "drvfs",
        "glusterfs",
        "gpfs",
        "lustre",
        "ncpfs",
    ),
    *(
        "nfs",
        "nfs4",
        "osxfuse",
        "macfuse",
        "prl_fs",
        "pvfs2",
        "smb2",
        "smb3",
        "smbfs",
        "vboxsf",
        "virtiofs",
        "webdav",
    ),
}
_READ_TIMEOUT_MS = 30_000
_PROGRESS_INTERVAL = 100_000
"""SQLite instructions between two checks of a read's time limit: a few milliseconds."""
_LINUX: bool = sys.platform == "linux"


class Connection(sqlite3.Connection):
    """A connection that reports long waits."""

    on_wait: Callable[[str], None] | None = None
    """Called with who holds the lock, once a write has waited for `NOTICE_TIMEOUT`."""


def connect(folder: Path, mode: str) -> Connection:
    """Open the database of the store in `folder`.

    `mode` is SQLite's: ``rwc`` creates a missing database, ``rw`` requires one, ``ro`` does not change it, and
    ``ro&immutable=1`` assumes that nobody does. The connection is in autocommit mode and may be passed between threads.
    """
    path = (folder / DATABASE).as_posix()
    connection = sqlite3.connect(
        f"file://{'' if path.startswith('/') else '/'}{quote(path)}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=512,
        factory=Connection,
    )
    connection.execute(f"PRAGMA busy_timeout = {_READ_TIMEOUT_MS}")
    connection.execute("PRAGMA cache_size = -64000")
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection


def connect_frozen(folder: Path) -> tuple[Connection, Path | None]:
    """Open the database of a store that may not be changed; also return the folder of the copy, if one was needed.

    Even to read a database that has a log, SQLite must create files beside it. Where it cannot, a database without a
    log is read in place, and one with a log (left by a process that died) is read from a copy.
    """
    try:
        connection = connect(folder, "ro")
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise
    else:
        return connection, None
    logs = [folder / f"{DATABASE}-wal", folder / f"{DATABASE}-journal"]
    if not any(log.is_file() and log.stat().st_size for log in logs):
        return connect(folder, "ro&immutable=1"), None
    import shutil
    import tempfile

    copy = Path(tempfile.mkdtemp(prefix="nbtrack-"))
    for file in (folder / DATABASE, *logs):
        if file.is_file():
            shutil.copyfile(file, copy / file.name)
    return connect(copy, "rw"), copy


def prepare(connection: sqlite3.Connection, folder: Path) -> None:
    """Make a connection ready to write: with a write-ahead log, or a rollback journal where that cannot work."""
    connection.execute("PRAGMA busy_timeout = 20")
    # Written pages are not read again: a larger cache would hold a long curve in memory twice.
    connection.execute("PRAGMA cache_size = -8000")
    wanted = "delete" if _on_network(folder) else "wal"

    def set_mode() -> None:
        if connection.execute("PRAGMA journal_mode").fetchone()[0] != wanted:
            connection.execute(f"PRAGMA journal_mode = {wanted}")

    # Another process may be using the store in the other mode: both are correct, so it can stay.
    with suppress(StoreError):
        retrying(connection, set_mode, limit=5.0)
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA journal_size_limit = 16777216")


def retrying(connection: sqlite3.Connection, work: Callable[[], object], limit: float | None = None) -> None:
    """Repeat `work` while another process has the store locked, for at most `limit` seconds.

    Raises
    ------
    StoreError
        When the store stays locked; the message says by whom.
    """
    limit = BUSY_TIMEOUT if limit is None else limit
    began = time.monotonic()
    pause = 0.0005
    tell = getattr(connection, "on_wait", None)
    while True:
        try:
            work()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise
            waited = time.monotonic() - began
            if waited > limit:
                raise StoreError(
                    f"the store has been locked for {limit:.0f} s by {_holder(connection)}"
                ) from error
            if tell is not None and waited > NOTICE_TIMEOUT:
                tell(_holder(connection))
                tell = None
        else:
            return
        # Jitter keeps many waiting processes from trying in step.
        time.sleep(pause * (0.5 + os.urandom(1)[0] / 255))
        pause = min(pause * 1.5, 0.02)


def _holder(connection: sqlite3.Connection) -> str:
    from nbtrack.store.holder import holder

    _, _, file = connection.execute("PRAGMA database_list").fetchone()
    return holder(Path(file))


class Snapshots:
    """The connection that a store is read with: one reader at a time, each with a snapshot of the store.

    Parameters
    ----------
    connect
        Opens the connection.
    stamp
        Identifies the file that the connection reads: when it changes, the connection is opened anew.
    """

    def __init__(self, connect: Callable[[], sqlite3.Connection], stamp: Callable[[], object]) -> None:
        self._connect = connect
        self._stamp = stamp
        self._opened: object = None
        self._connection: sqlite3.Connection | None = None
        self.limit: float | None = None
        """Seconds after which a read is interrupted."""
        self.busy = threading.RLock()
        """Held while a thread may be inside SQLite: nobody should fork then."""

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Begin a read transaction; inside another one, return its connection."""
        with self.busy:
            connection = self._current()
            inner = connection.in_transaction
            if inner:
                yield connection
                return
            if self.limit is not None:
                ends = time.monotonic() + self.limit
                connection.set_progress_handler(lambda: time.monotonic() > ends, _PROGRESS_INTERVAL)
            try:
                connection.execute("BEGIN")
                yield connection
            finally:
                if self.limit is not None:
                    connection.set_progress_handler(None, 0)
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def version(self) -> object:
        """Return a value that changes with every commit; ten times as fast as reading."""
        with self.busy:
            connection = self._current()
            return self._opened, connection.execute("PRAGMA data_version").fetchone()

    def _current(self) -> sqlite3.Connection:
        stamp = self._stamp()
        if self._connection is None or stamp != self._opened:
            self.close()
            self._connection, self._opened = self._connect(), stamp
        return self._connection

    def close(self) -> None:
        """Close the connection; it is opened again when it is needed."""
        with self.busy:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def forked(self) -> None:
        """Start anew in a child process."""
        leak(self._connection)
        self._connection = None
        self.busy = threading.RLock()


_inherited: list[sqlite3.Connection] = []


def leak(connection: sqlite3.Connection | None) -> None:
    """Keep a forked child from ever closing its parent's connection, even when it ends.

    SQLite would take the child for the last user of the store, and remove the log that the parent still uses.
    """
    if connection is not None:
        import ctypes

        _inherited.append(connection)
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(connection))


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Begin a write transaction when no other process is in one; commit it, or roll it back on an error."""
    retrying(connection, lambda: connection.execute("BEGIN IMMEDIATE"))
    try:
        yield
        retrying(connection, lambda: connection.execute("COMMIT"))
    except BaseException:
        # SQLite may have rolled back by itself; the first error is the one to raise.
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


@contextmanager
def translated(folder: Path) -> Iterator[None]:
    """Turn SQLite's errors into a `StoreError` that says what to do, or into a `FilterError`."""
    try:
        yield
    except sqlite3.Error as error:
        from nbtrack.query import interruption

        if stopped := interruption():
            raise FilterError(stopped) from None
        # Errors that Python's module raises itself, such as a closed connection, have no code.
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        said = _ERROR_TEXTS.get(code, "cannot be read or written; run `nbtrack doctor` on it")
        raise StoreError(f"the store {str(folder)!r} {said} ({error})") from error
    except UnicodeDecodeError as error:
        # SQLite's message quotes the bytes that it read as a name, and Python cannot decode them.
        said = _ERROR_TEXTS[sqlite3.SQLITE_CORRUPT]
        raise StoreError(f"the store {str(folder)!r} {said} ({error})") from error


_ERROR_TEXTS = {
    sqlite3.SQLITE_INTERRUPT: "holds too much for what was asked to be answered in time; ask for less",
    sqlite3.SQLITE_FULL: "has no room left on its disk; free some space",
    sqlite3.SQLITE_READONLY: "may only be read; make its folder writable, or set NBTRACK_STORE to another one",
    sqlite3.SQLITE_BUSY: "is locked by another process; try again when that has ended",
    sqlite3.SQLITE_CORRUPT: "is damaged; restore a backup, or move the folder away and start a new one",
    sqlite3.SQLITE_NOTADB: "has a file nbtrack.db that is no database; move it away, or restore a backup",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; see that its folder exists and may be read and written",
    sqlite3.SQLITE_IOERR: "cannot be read or written: its disk reports an error or is full; free some space or check it",
}


def _on_network(folder: Path) -> bool:
    """Whether `folder` is on a file system shared over a network, where a write-ahead log is not safe."""
    best, kind = "", ""
    for place, type_ in _mounts():
        inside = str(folder) == place or str(folder).startswith(place.rstrip(os.sep) + os.sep)
        if inside and len(place) >= len(best):
            best, kind = place, type_
    return kind in _NETWORK or kind.startswith("fuse.") or str(folder).startswith("\\\\")


def _mounts() -> Iterator[tuple[str, str]]:
    if _LINUX:
        for line in (
            Path("/proc/self/mounts").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        ):
            _, place, kind, *_ = line.split(" ")
            yield place.replace("\\040", " "), kind
        return
    import psutil

    for partition in psutil.disk_partitions(all=True):
        yield partition.mountpoint, "smbfs" if "remote" in partition.opts else partition.fstype.lower()
