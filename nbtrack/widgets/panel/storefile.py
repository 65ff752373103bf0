"""A small JSON file in a store's folder, in which panels keep what their users have set."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

from nbtrack.entities.artifacts import written_whole
from nbtrack.errors import StoreError

if TYPE_CHECKING:
    from nbtrack.store import Store

__all__ = ["StoreFile"]


class StoreFile:
    """A file of a store.

    Parameters
    ----------
    store
        The store.
    name
        The file's name.
    """

    changing = threading.Lock()
    """Held by who reads a file to write it again."""

    def __init__(self, store: Store, name: str) -> None:
        self._store = store
        self._path = store.path / name

    @property
    def kept(self) -> bool:
        """Whether it can be written."""
        return not self._store.read_only

    def check(self, what: str) -> None:
        """Refuse to save something in a store that may only be read.

        Raises
        ------
        StoreError
            When that is so.
        """
        if not self.kept:
            raise StoreError(
                f"the store {str(self._store.path)!r} may only be read: {what} cannot be saved in it"
            )

    def read(self) -> Any:
        """Return what it holds; None where it is missing or damaged."""
        try:
            return json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return None

    def write(self, held: Any) -> None:
        """Write it anew."""
        with written_whole(self._path) as part:
            part.write_text(json.dumps(held, indent=1), encoding="utf-8")
