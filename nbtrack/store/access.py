"""The base of a store's reading and writing parts: its database and the writer thread."""

from __future__ import annotations

import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from nbtrack.errors import StoreError
from nbtrack.store import lifecycle
from nbtrack.store.database import Database
from nbtrack.store.listings import ListingCache
from nbtrack.store.staging import Staging
from nbtrack.store.writer import Writer

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

    from nbtrack.store.processes import Lock

__all__ = ["Access"]

FLUSH_TIMEOUT = 2.0
"""Seconds that a reader waits for what its own process logged to be written."""
RECOVERY_INTERVAL = 1.0
"""Seconds between two checks for runs whose process has died."""


class Access:
    """A store's files, held open.

    Parameters
    ----------
    folder
        The store's folder.
    read_only
        Whether nothing may be changed even if it could.
    """

    def __init__(self, folder: Path, *, read_only: bool) -> None:
        self.path = folder
        self._database = Database(folder, read_only=read_only)
        self.read_only = self._database.read_only
        self._writer = Writer(self._database)
        self._recovered_at = float("-inf")
        self._extended: sqlite3.Connection | None = None
        self._found = ListingCache()
        self._staging = Staging(folder)

    def __repr__(self) -> str:
        return f"<Store {str(self.path)!r}{' read-only' if self.read_only else ''}>"

    def file(self) -> object:
        """Identify the database file: row numbers are only valid in the file that they were read from."""
        return self._database.file()

    def limit_reads(self, seconds: float) -> None:
        """Have a read that takes longer than this fail with a `StoreError`."""
        self._database.limit_reads(seconds)

    def begin_again(self) -> None:
        """Make the store again if it was deleted or moved since it was opened."""
        self._writer.begin_again(moved=True)

    def flush(self) -> None:
        """Wait until everything that this process has logged so far is committed.

        Raises
        ------
        StoreError
            When it could not be written. It is tried again as long as the process lives.
        """
        self._writer.flush()

    def settle(self, wait: float) -> None:
        """Try to write what is pending, for at most `wait` seconds; errors are not raised."""
        self._writer.settle(wait)

    def release(self) -> None:
        """Write what is pending and close the files; they are opened again when they are needed."""
        try:
            self.flush()
        finally:
            self._writer.stop()
            # Another thread may have started the writer's again: SQLite must not be closed while that is inside it.
            with self._writer.busy:
                self._database.close()

    def locks(self) -> Iterator[Lock]:
        """Return the locks that a thread holds while it is inside SQLite."""
        yield self._writer.busy
        yield self._database.busy

    def forked(self) -> None:
        """Start anew in a child process: what the parent has open, and has still to write, stays with the parent."""
        self._found = ListingCache()
        self._writer.reset()
        self._database.forked()

    def recover(self) -> list[str]:
        """Mark running runs whose process has died as CRASHED, and return their ids.

        Reading does so by itself, at most once a second.
        """
        if self.read_only:
            return []
        with self._database.read() as connection:
            dead = lifecycle.dead_runs(connection)
        if not dead:
            return []

        def mark(connection: sqlite3.Connection) -> list[str]:
            self._staging.put_back(connection)
            return lifecycle.mark_crashed(connection, dead)

        return self._writer.call(mark, FLUSH_TIMEOUT)

    @contextmanager
    def _settled(self) -> Iterator[sqlite3.Connection]:
        """Begin to read after what this process logged was written, if it can be written now."""
        with suppress(StoreError):
            self._writer.settle(FLUSH_TIMEOUT)
            if not self._writer.stuck and time.monotonic() - self._recovered_at > RECOVERY_INTERVAL:
                self._recovered_at = time.monotonic()
                self.recover()
        with self._database.read() as connection:
            yield connection

    def _check_writable(self) -> None:
        if self.read_only:
            raise StoreError(
                f"the store {str(self.path)!r} may only be read; make its folder writable, "
                "or set NBTRACK_STORE to another one"
            )
