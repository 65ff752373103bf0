"""The filters that were used and those that were saved, kept in the store's folder."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any, TypedDict

from nbtrack.entities.artifacts import written_whole
from nbtrack.errors import StoreError

if TYPE_CHECKING:
    from nbtrack.store import Store

__all__ = ["Memory"]

FILE = "panel.json"
MAX_FILTERS = 50
"""Filters that are remembered, and filters that are saved."""
MAX_TEXT = 10_000

_writing = threading.Lock()


class Saved(TypedDict):
    """A filter with a name."""

    name: str
    filter: str


class Memory:
    """What people typed into the filter boxes of a store's panels.

    Where the store may only be read, nothing is kept, and a panel says so.

    Parameters
    ----------
    store
        The store.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._file = store.path / FILE

    def read(self) -> dict[str, Any]:
        """Return what is kept, the newest first; a file that is damaged holds nothing."""
        try:
            held = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            held = None
        held = held if isinstance(held, dict) else {}
        history, saved = (
            found if isinstance(found := held.get(part), list) else [] for part in ("history", "saved")
        )
        return {
            "history": [one for one in history if isinstance(one, str)][:MAX_FILTERS],
            "saved": [
                {"name": one["name"], "filter": one["filter"]}
                for one in saved
                if isinstance(one, dict)
                and isinstance(one.get("name"), str)
                and isinstance(one.get("filter"), str)
            ][:MAX_FILTERS],
            "kept": not self._store.read_only,
        }

    def remember(self, text: str) -> dict[str, Any]:
        """Put a filter that was used before those used earlier."""
        if self._store.read_only or not text.strip() or len(text) > MAX_TEXT:
            return self.read()
        with _writing:
            held = self.read()
            held["history"] = [text, *(one for one in held["history"] if one != text)][:MAX_FILTERS]
            self._write(held)
        return held

    def save(self, name: str, text: str) -> dict[str, Any]:
        """Keep a filter under a name, in the place of what had it.

        Raises
        ------
        StoreError
            When it cannot be kept.
        """
        return self._change(name, [{"name": name, "filter": text[:MAX_TEXT]}])

    def forget(self, name: str) -> dict[str, Any]:
        """Let go of a saved filter.

        Raises
        ------
        StoreError
            When the store may only be read.
        """
        return self._change(name, [])

    def _change(self, name: str, new: list[Saved]) -> dict[str, Any]:
        if self._store.read_only:
            raise StoreError(
                f"the store {str(self._store.path)!r} may only be read: filters cannot be saved in it"
            )
        with _writing:
            held = self.read()
            held["saved"] = [*new, *(one for one in held["saved"] if one["name"] != name)][:MAX_FILTERS]
            self._write(held)
        return held

    def _write(self, held: dict[str, Any]) -> None:
        kept = {"history": held["history"], "saved": held["saved"]}
        with written_whole(self._file) as part:
            part.write_text(json.dumps(kept, indent=1), encoding="utf-8")
