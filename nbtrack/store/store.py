"""The store that other parts of nbtrack write to and read from."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from nbtrack.store import health, processes
from nbtrack.store.location import find_store, resolve
from nbtrack.store.reading import Reading
from nbtrack.store.registry import Registry
from nbtrack.store.repair import repair
from nbtrack.store.writing import Writing

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["Store", "inspect", "open_store", "process_is_read_only"]

_stores: dict[tuple[Path, bool], Store] = {}
"""The open stores by folder and whether they are read-only."""


def open_store(location: str | os.PathLike[str] | None = None, *, read_only: bool = False) -> Store:
    """Open the store in a folder, which is created if needed; a process has one `Store` for a folder.

    Parameters
    ----------
    location
        The store's folder, or one with a ``.nbtrack`` in it; by default what `find_store` finds.
    read_only
        Change nothing. A store whose folder cannot be written is always opened read-only, and so is every store where
        `NBTRACK_READ_ONLY` is set.

    Raises
    ------
    StoreError
        When it cannot be opened or made, or was written by a newer nbtrack.

    Examples
    --------
    >>> store = nbtrack.open_store("experiments")
    >>> writer = store.create_run(experiment="wine")
    >>> writer.log_metric("rmse", 0.73, step=0)
    >>> writer.finish()
    """
    store = _opened(find_store() if location is None else resolve(location), read_only=read_only)
    store.begin_again()
    return store


def inspect(location: str | os.PathLike[str]) -> health.Health:
    """Check the whole store in a folder for damage, without changing anything.

    Raises
    ------
    StoreError
        When there is no such folder.
    """
    folder = resolve(location)
    with processes.opening:
        held = _stores.get((folder, False)) or _stores.get((folder, True))
    return health.inspect(folder) if held is None else held.check()


def process_is_read_only() -> bool:
    """Return whether `NBTRACK_READ_ONLY` keeps this process from changing any store."""
    return bool(os.environ.get("NBTRACK_READ_ONLY"))


def _opened(folder: Path, *, read_only: bool) -> Store:
    read_only = read_only or process_is_read_only()
    with processes.opening:
        store = _stores.get((folder, read_only))
        if store is None:
            store = _stores[folder, read_only] = Store(folder, read_only=read_only)
            processes.opened.append(store)
        return store


class Store(Reading, Writing):
    """Runs with what they logged, in one folder; see `open_store`.

    All methods may be called from any thread. Those that read see everything that this process logged before, and are
    not blocked by other processes that write. Those that write raise `StoreError` when the store cannot be written.

    Attributes
    ----------
    path
        The store's folder.
    read_only
        Whether it can only be read.
    """

    @property
    def models(self) -> Registry:
        """The models that runs saved, and the registered ones."""

        def write(work: Callable[[sqlite3.Connection], Any]) -> Any:
            self._check_writable()
            return self._writer.call(work)

        return Registry(self._settled, write, self._staging)

    def __reduce__(self) -> tuple[Any, ...]:
        return _reopen, (self.path, self.read_only)

    def repair(self) -> list[str]:
        """Repair what `check` finds without losing anything readable, and return what was done.

        What is damaged beyond repair is removed, so that the rest is consistent: make a backup before.
        """
        self._check_writable()
        return self._writer.call(lambda connection: repair(connection, self.path))

    def close(self) -> None:
        """Write what is pending and close the store's files, so that the folder can be moved."""
        self.release()
        with processes.opening:
            for location, store in list(_stores.items()):
                if store is self:
                    del _stores[location]
                    processes.opened.remove(self)


def _reopen(folder: Path, read_only: bool) -> Store:
    return _opened(folder, read_only=read_only)
