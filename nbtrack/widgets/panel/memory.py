"""The filters that were used and those that were saved, kept in the store's folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from nbtrack.widgets.panel.storefile import StoreFile

if TYPE_CHECKING:
    from nbtrack.store import Store

__all__ = ["Memory"]

FILE = "panel.json"
MAX_FILTERS = 50
"""Filters that are remembered, and filters that are saved."""
MAX_TEXT = 10_000


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
        self._file = StoreFile(store, FILE)

    def read(self) -> dict[str, Any]:
        """Return what is kept, the newest first; a file that is damaged holds nothing."""
        held = self._file.read()
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
            "kept": self._file.kept,
        }

    def remember(self, text: str) -> dict[str, Any]:
        """Put a filter that was used before those used earlier."""
        if not self._file.kept or not text.strip() or len(text) > MAX_TEXT:
            return self.read()
        with self._file.changing:
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
        self._file.check("filters")
        with self._file.changing:
            held = self.read()
            held["saved"] = [*new, *(one for one in held["saved"] if one["name"] != name)][:MAX_FILTERS]
            self._write(held)
        return held

    def _write(self, held: dict[str, Any]) -> None:
        self._file.write({"history": held["history"], "saved": held["saved"]})
