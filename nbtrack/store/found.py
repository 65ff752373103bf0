"""Which runs queries found, kept as long as the store stays as it is."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

    from nbtrack.query import Compiled

__all__ = ["Found", "Listing"]

KEPT = 4
"""Of so many queries: what is looked at in turn. A listing of 100,000 runs takes 0.8 MB."""
FAR = 1_000
"""So many rows are passed over as quickly as a listing is made of all that are there."""


class Listing:
    """The runs that one query finds, in its order.

    Parameters
    ----------
    compiled
        The query without a slice.
    """

    def __init__(self, compiled: Compiled) -> None:
        self._compiled = compiled
        self._total: int | None = None
        self._keys: array[int] | None = None
        self._asked = False

    def total(self, connection: sqlite3.Connection) -> int:
        """Return how many runs there are."""
        if self._total is None:
            count = self._compiled.count
            self._total = int(connection.execute(count.sql, count.params).fetchone()[0])
        return self._total

    def keys(self, connection: sqlite3.Connection, offset: int, limit: int) -> list[int] | None:
        """Return the keys of a slice; None where it is quicker to ask SQLite for it.

        To list all runs takes as long as to pass over them once or twice: that is done for the second slice that lies
        far down. While a store changes, each slice is the first.
        """
        if self._keys is None:
            if offset < FAR:
                return None
            if not self._asked:
                self._asked = True
                return None
            ids = self._compiled.ids
            self._keys = array("q", (key for (key,) in connection.execute(ids.sql, ids.params)))
            self._total = len(self._keys)
        return self._keys[offset : offset + limit].tolist()


class Found:
    """What the last queries found on a connection."""

    def __init__(self) -> None:
        self._connection: sqlite3.Connection | None = None
        self._version = -1
        self._listings: dict[tuple[str, str], Listing] = {}

    def listing(self, connection: sqlite3.Connection, compiled: Compiled) -> Listing:
        """Return what a query finds, or found, if the store is still the same.

        Parameters
        ----------
        connection
            Inside a read transaction, and never written with.
        compiled
            The query without a slice.
        """
        # Tells of every commit by another connection, whatever it changed.
        version = connection.execute("PRAGMA data_version").fetchone()[0]
        if connection is not self._connection or version != self._version:
            self._connection, self._version = connection, version
            self._listings.clear()
        # What `now()` was, is among the values. As text, for 1 and 1.0 are equal, but not to SQLite's functions.
        key = compiled.ids.sql, repr(compiled.ids.params)
        listing = self._listings.pop(key, None) or Listing(compiled)
        self._listings[key] = listing
        if len(self._listings) > KEPT:
            del self._listings[next(iter(self._listings))]
        return listing
