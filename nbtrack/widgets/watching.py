"""Threads that look at what may have changed: a widget's own, and one a store for all that follow it."""

from __future__ import annotations

import logging
import threading
import time
import weakref
from typing import TYPE_CHECKING, Protocol

from nbtrack.errors import NbtrackError
from nbtrack.store.location import is_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbtrack.store import Store

__all__ = ["Follower", "Watcher", "clock_of", "follow"]

_log = logging.getLogger(__name__)

POLL_INTERVAL = 0.25
"""Seconds between two looks at a store."""
COST = 10
"""A look that took a second is followed by a pause of ten: a cell may be training meanwhile."""
RETRY_INTERVAL = 5.0
"""Seconds until the next look after one that failed, at a store that is away for a moment, say."""
UNKNOWN = -1
"""What no clock shows: the next look finds a change."""


def clock_of(store: Store) -> int:
    """Return the number that moves with every change of a store."""
    return store.changes(2**62).clock


class Watcher:
    """A thread that looks again and again, as long as there is something to see.

    Parameters
    ----------
    name
        What its thread is called.
    look
        Looks once.
    wanted
        Whether to look again.
    interval
        Seconds between two looks.
    """

    def __init__(
        self, name: str, look: Callable[[], object], wanted: Callable[[], bool], interval: float
    ) -> None:
        self._name, self._look, self._wanted, self._interval = name, look, wanted, interval
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look if there is something to see and nobody looks yet."""
        # With the lock: who starts it finds either its thread at work or none.
        with self._lock:
            if not self.running and not self._ended.is_set() and self._wanted():
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()

    @property
    def running(self) -> bool:
        """Whether it looks."""
        return self._thread is not None and self._thread.is_alive()

    def end(self) -> None:
        """Look no more."""
        self._ended.set()

    def _run(self) -> None:
        pause = self._interval
        while not self._ended.wait(pause):
            with self._lock:
                if not self._wanted():
                    self._thread = None
                    return
            began = time.perf_counter()
            try:
                self._look()
            except (NbtrackError, OSError):
                pause = max(self._interval, RETRY_INTERVAL)
            else:
                pause = max(self._interval, COST * (time.perf_counter() - began))


class Follower(Protocol):
    """Hears that a store has changed."""

    @property
    def followed(self) -> bool:
        """Whether it still wants to know."""

    def changed(self, clock: int) -> None:
        """Hear that the store has changed."""


_changes: dict[int, _StoreChanges] = {}
_starting = threading.Lock()


def follow(store: Store, follower: Follower, clock: int) -> None:
    """Tell a follower of the store's changes after `clock`, as long as it wants to know."""
    with _starting:
        changes = _changes.get(id(store))
        if changes is None:
            changes = _changes[id(store)] = _StoreChanges(store, clock)
        changes.followers.add(follower)
        if changes.clock != clock:
            # The others may have heard of what this one has not seen.
            changes.clock = UNKNOWN
    changes.watcher.start()


class _StoreChanges:
    def __init__(self, store: Store, clock: int) -> None:
        self.store = store
        self.followers: weakref.WeakSet[Follower] = weakref.WeakSet()
        self.clock = clock
        self.watcher = Watcher("nbtrack-store-watch", self._look, self._wanted, POLL_INTERVAL)

    def _interested(self) -> list[Follower]:
        return [one for one in list(self.followers) if one.followed]

    def _wanted(self) -> bool:
        # With the lock: who follows next finds either this one at work or none.
        with _starting:
            if not self._interested():
                _changes.pop(id(self.store), None)
                return False
            return True

    def _look(self) -> None:
        if not is_store(self.store.path):
            # To read a store that was taken away would make a new one in its place.
            return
        clock = clock_of(self.store)
        with _starting:
            if clock == self.clock:
                return
            self.clock = clock
        for one in self._interested():
            try:
                one.changed(clock)
            except Exception:  # noqa: BLE001 - a follower that fails keeps no other from hearing
                _log.warning("a widget failed to show a change", exc_info=True)
