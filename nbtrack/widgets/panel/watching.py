"""Follows stores for all panels that are open: one thread a store, none while nobody looks."""

from __future__ import annotations

import logging
import threading
import time
import weakref
from typing import TYPE_CHECKING, Protocol

from nbtrack.errors import NbtrackError
from nbtrack.store.location import DATABASE

if TYPE_CHECKING:
    from nbtrack.store import Store

__all__ = ["Follower", "follow"]

_log = logging.getLogger(__name__)

PAUSE = 0.5
"""Seconds between two looks at a store."""
UNKNOWN = -1
"""What no clock shows: the next look tells of a change."""

_watches: dict[int, _Watch] = {}
_watching = threading.Lock()


class Follower(Protocol):
    """Who is told that a store has changed."""

    @property
    def followed(self) -> bool:
        """Whether it still wants to know."""

    def changed(self, clock: int) -> None:
        """Hear that the store has changed."""


def follow(store: Store, follower: Follower, clock: int) -> None:
    """Tell a follower of the store's changes after `clock`, as long as it wants to know."""
    with _watching:
        watch = _watches.get(id(store))
        if watch is None:
            watch = _watches[id(store)] = _Watch(store, clock)
            watch.followers.add(follower)
            threading.Thread(target=watch.run, name="nbtrack-panel-watch", daemon=True).start()
        else:
            watch.followers.add(follower)
            if watch.clock != clock:
                # The others may have been told of what this one has not seen.
                watch.clock = UNKNOWN


class _Watch:
    def __init__(self, store: Store, clock: int) -> None:
        self.store = store
        self.followers: weakref.WeakSet[Follower] = weakref.WeakSet()
        self.clock = clock

    def run(self) -> None:
        pause = PAUSE
        while True:
            time.sleep(pause)
            with _watching:
                if not self._interested():
                    # With the lock: who follows next finds either this thread at work or none.
                    del _watches[id(self.store)]
                    return
            began = time.perf_counter()
            self._look()
            # What is slow to look at is looked at less often: a cell may be training meanwhile.
            pause = max(PAUSE, 10 * (time.perf_counter() - began))

    def _interested(self) -> list[Follower]:
        return [one for one in self.followers if one.followed]

    def _look(self) -> None:
        if not (self.store.path / DATABASE).is_file():
            # To read a store that was taken away would make a new one in its place.
            return
        try:
            clock = self.store.changes(2**62).clock
        except NbtrackError:
            # It may be there again at the next look.
            return
        with _watching:
            if clock == self.clock:
                return
            self.clock = clock
            interested = self._interested()
        for one in interested:
            try:
                one.changed(clock)
            except Exception:  # noqa: BLE001 - what one cannot hear the others are told all the same
                _log.warning("a panel could not be told of a change", exc_info=True)
