"""The stores that a server has open: a few, and none that nobody asks for."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nbtrack.errors import NotFoundError, StoreError
from nbtrack.store import Store
from nbtrack.store.location import database_file

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Stores", "stores"]

MAX_STORES = 8
"""Stores that stay open while nobody reads them."""
READ_TIMEOUT = 10.0
"""Seconds after which a read is broken off."""
IDLE = 60.0
"""Seconds after which a store that nobody reads is closed."""


@dataclass(slots=True)
class _Open:
    store: Store
    file: str
    """Which file its database is."""
    readers: int = 0
    used: float = 0.0
    dismissed: bool = False
    """Whether it is closed when the last reader has gone."""


class Stores:
    """Stores by their folders, each opened when it is first asked for: once to be read, once to be changed."""

    def __init__(self) -> None:
        self._opened: dict[tuple[Path, bool], _Open] = {}
        self._lock = threading.Lock()

    @property
    def any_open(self) -> bool:
        """Whether a store is open."""
        return bool(self._opened)

    @contextmanager
    def using(self, folder: str, database: str, *, writes: bool = False) -> Iterator[Store]:
        """Return the store in a folder, open as long as the block runs.

        Parameters
        ----------
        folder
            Its absolute path.
        database
            Which file its database is, as `database_file` tells.
        writes
            Whether it may be changed.

        Raises
        ------
        NotFoundError
            When there is none; none is made.
        StoreError
            When it is another one, or cannot be read as it is.
        """
        path = Path(folder)
        file = database_file(path) if path.is_absolute() else ""
        if not file:
            self._dismiss(path)
            raise NotFoundError(f"there is no store in {folder[:300]!r}; it may have been moved or removed")
        if database != file:
            raise StoreError(f"the store in {folder[:300]!r} is another one here than where it was asked for")
        opened = self._take(path, file, writes=writes)
        try:
            yield opened.store
        finally:
            self._give_back(opened)

    def close_idle(self, after: float = IDLE) -> None:
        """Close what nobody has read for some time."""
        limit = time.monotonic() - after
        with self._lock:
            for name, opened in list(self._opened.items()):
                if not opened.readers and opened.used <= limit:
                    self._let_go(name)

    def _take(self, path: Path, file: str, *, writes: bool) -> _Open:
        name = (path, writes)
        with self._lock:
            opened = self._opened.get(name)
            if opened is not None and opened.file != file:
                # Another store stands in its place, which may be of another version.
                self._let_go(name)
                opened = None
            if opened is None:
                opened = _Open(Store(path, read_only=not writes), file)
                opened.store.limit_reads(READ_TIMEOUT)
            self._opened.pop(name, None)
            # The one that was asked for last stands last.
            self._opened[name] = opened
            opened.readers += 1
            for other in list(self._opened)[:-MAX_STORES]:
                self._let_go(other)
            return opened

    def _give_back(self, opened: _Open) -> None:
        with self._lock:
            opened.readers -= 1
            opened.used = time.monotonic()
            if opened.dismissed and not opened.readers:
                opened.store.close()

    def _dismiss(self, path: Path) -> None:
        with self._lock:
            for writes in (False, True):
                if (path, writes) in self._opened:
                    self._let_go((path, writes))

    def _let_go(self, name: tuple[Path, bool]) -> None:
        opened = self._opened.pop(name)
        opened.dismissed = True
        if not opened.readers:
            opened.store.close()


stores = Stores()
"""Those that the server has open."""
