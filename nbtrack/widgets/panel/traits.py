"""The state that a panel begins with: the same for its widget and for a page of a server."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TypedDict

from nbtrack.store.location import database_file
from nbtrack.widgets.bundle import build
from nbtrack.widgets.panel import pinning, queries
from nbtrack.widgets.panel.first_columns import first_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbtrack.store import Store

__all__ = ["FIRST_ROWS", "leading", "panel_traits"]

FIRST_ROWS = 60
"""Rows that come with the panel itself: it is painted without asking, while the kernel goes on with other cells."""
MAX_LEADING = 200
"""As in `labextension/src/panel/leading.ts`."""


class Leading(TypedDict):
    """The runs that stand before all others, and the filter that finds them: the page asks for them again."""

    filter: str
    ids: list[str]


def panel_traits(
    store: Store,
    *,
    filter: str = "",  # noqa: A002 - what it is called everywhere else
    order_by: Sequence[str] = (),
    experiments: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    deleted: bool = False,
    only: Sequence[str] | None = None,
    leading: Leading | None = None,
) -> dict[str, Any]:
    """Return the traits of a panel, by the names that `labextension/src/panel/model.ts` has.

    Parameters
    ----------
    store
        The store.
    filter, order_by, experiments, columns, deleted, only
        As in `Panel`.
    leading
        The runs that stand before all others.
    """
    query: dict[str, Any] = {
        "filter": filter,
        "order_by": list(order_by),
        "experiments": None if experiments is None else list(experiments),
        "deleted": deleted,
    }
    selection = queries.Selection.of(store, query, only)  # type: ignore[arg-type]
    shown = first_columns(store, selection) if columns is None else list(columns)
    ids = leading["ids"] if leading else []
    wanted: Any = {"offset": 0, "limit": FIRST_ROWS, "columns": shown, "first": ids}
    first = pinning.window(store, selection, wanted)
    return {
        **query,
        "columns": shown,
        "_first": {**query, **first, "read": time.time()},
        "_read_only": store.read_only,
        "_place": {"store": str(store.path), "file": database_file(store.path), "only": only},
        "_build": build(),
        **({"_leading": leading} if leading else {}),
    }


def leading(store: Store, filter: str) -> Leading:  # noqa: A002 - what it is called everywhere else
    """Return the newest runs that a filter finds, to stand before all others."""
    query: Any = {"filter": filter, "order_by": [], "experiments": None, "deleted": False}
    found = queries.ids(store, queries.Selection.of(store, query), 0, MAX_LEADING)
    return {"filter": filter, "ids": found["ids"]}
