"""The charts that people put together in a panel's workspace, kept by name in the store's folder."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypedDict

from nbtrack.errors import InvalidValueError
from nbtrack.widgets.panel.storefile import StoreFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbtrack.store import Store

__all__ = ["Arrangements"]

FILE = "workspaces.json"
MAX_ARRANGEMENTS = 50
MAX_BYTES = 100_000
"""Of one arrangement."""


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
        self._file = StoreFile(store, FILE)

    def read(self) -> dict[str, Any]:
        """Return the arrangements, the one that was saved last first; a file that is damaged holds none."""
        held = self._file.read()
        found = [one for one in held if _is_arrangement(one)] if isinstance(held, list) else []
        return {"arrangements": found[:MAX_ARRANGEMENTS], "kept": self._file.kept}

    def save(self, name: str, charts: Sequence[Any]) -> dict[str, Any]:
        """Keep charts under a name, in the place of what had it; without charts the name is let go of.

        Raises
        ------
        StoreError
            When the store may only be read.
        InvalidValueError
            For what is no list of charts, or too large.
        """
        self._file.check("arrangements")
        new: Arrangement = {"name": name, "charts": list(charts)}
        if not _is_arrangement(new) or len(json.dumps(new)) > MAX_BYTES:
            raise InvalidValueError(
                f"{name!r} cannot be saved: an arrangement is a list of charts with kind and asked, of at most {MAX_BYTES:,} bytes"
            )
        with self._file.changing:
            others = [one for one in self.read()["arrangements"] if one["name"] != name]
            kept = ([new] if charts else []) + others
            self._file.write(kept[:MAX_ARRANGEMENTS])
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
