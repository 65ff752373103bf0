"""A cache of which runs queries find, valid until the store changes."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

    from nbtrack.query import Compiled

__all__ = ["Listing", "ListingCache"]

MAX_LISTINGS = 4
"""Queries whose listings are cached: enough for views that alternate. A listing of 100,000 runs takes 0.8 MB."""
MIN_FAR_OFFSET = 1_000
"""The smallest offset at which a listing pays: SQLite skips fewer rows faster than a listing is made."""


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
        """Return the keys of a slice; None if a query for the slice is faster.

        To list all runs takes as long as to skip them once or twice, so it is done for the second slice with a large
        offset. While a store changes, each slice counts as the first.
        """
        if self._keys is None:
            if offset < MIN_FAR_OFFSET:
                return None
            if not self._asked:
                self._asked = True
                return None
            ids = self._compiled.ids
            self._keys = array("q", (key for (key,) in connection.execute(ids.sql, ids.params)))
            self._total = len(self._keys)
        return self._keys[offset : offset + limit].tolist()


class ListingCache:
    """The listings of the last queries on a connection."""

    def __init__(self) -> None:
        self._connection: sqlite3.Connection | None = None
        self._version = -1
        self._listings: dict[tuple[str, str], Listing] = {}

    def listing(self, connection: sqlite3.Connection, compiled: Compiled) -> Listing:
        """Return the listing of a query, from the cache if the store has not changed.

        Parameters
        ----------
        connection
            Inside a read transaction, and never written with.
        compiled
            The query without a slice.
        """
        # Changes with every commit by another connection.
        version = connection.execute("PRAGMA data_version").fetchone()[0]
        if connection is not self._connection or version != self._version:
            self._connection, self._version = connection, version
            self._listings.clear()
        # The time that `now()` gave is among the values. As text, because 1 == 1.0 but SQLite's functions differ on them.
        key = compiled.ids.sql, repr(compiled.ids.params)
        listing = self._listings.pop(key, None) or Listing(compiled)
        self._listings[key] = listing
        if len(self._listings) > MAX_LISTINGS:
            del self._listings[next(iter(self._listings))]
        return listing
