"""The charts that people put together in a panel's workspace, kept by name in the store's folder."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any, TypedDict

from nbtrack.entities.artifacts import written_whole
from nbtrack.errors import InvalidValueError, StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbtrack.store import Store

__all__ = ["Arrangements"]

FILE = "workspaces.json"
MAX_ARRANGEMENTS = 50
MAX_BYTES = 100_000
"""Of one arrangement."""

_writing = threading.Lock()


class Arrangement(TypedDict):
    """Charts with a name: of each its kind, and what it is asked with."""

    name: str
    charts: list[dict[str, Any]]


class Arrangements:
    """The arrangements of a store's panels.

    Parameters
    ----------
    store
        The store.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._file = store.path / FILE

    def read(self) -> dict[str, Any]:
        """Return the arrangements, the one that was saved last first; a file that is damaged holds none."""
        try:
            held = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            held = None
        found = [one for one in held if _is_arrangement(one)] if isinstance(held, list) else []
        return {"arrangements": found[:MAX_ARRANGEMENTS], "kept": not self._store.read_only}

    def save(self, name: str, charts: Sequence[Any]) -> dict[str, Any]:
        """Keep charts under a name, in the place of what had it; without charts the name is let go of.

        Raises
        ------
        StoreError
            When the store may only be read.
        InvalidValueError
            For what is no list of charts, or too large.
        """
        if self._store.read_only:
            raise StoreError(
                f"the store {str(self._store.path)!r} may only be read: arrangements cannot be saved in it"
            )
        new: Arrangement = {"name": name, "charts": list(charts)}
        if not _is_arrangement(new) or len(json.dumps(new)) > MAX_BYTES:
            raise InvalidValueError(
                f"{name!r} cannot be saved: an arrangement is a list of charts with kind and asked, of at most {MAX_BYTES:,} bytes"
            )
        with _writing:
            others = [one for one in self.read()["arrangements"] if one["name"] != name]
            kept = ([new] if charts else []) + others
            with written_whole(self._file) as part:
                part.write_text(json.dumps(kept[:MAX_ARRANGEMENTS], indent=1), encoding="utf-8")
        return self.read()


def _is_arrangement(one: Any) -> bool:
    return (
        isinstance(one, dict)
        and one.keys() == {"name", "charts"}
        and isinstance(one["name"], str)
        and isinstance(one["charts"], list)
        and all(_is_chart(chart) for chart in one["charts"])
    )


def _is_chart(chart: Any) -> bool:
    return (
        isinstance(chart, dict)
        and chart.keys() == {"kind", "asked"}
        and isinstance(chart["kind"], str)
        and isinstance(chart["asked"], dict)
    )
