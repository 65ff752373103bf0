"""Runs that are pinned stand first in the table, whatever its order: as long as the filter finds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbtrack.query.tree import Field, In, Not, Text
from nbtrack.widgets.panel import queries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbtrack.store import Store
    from nbtrack.widgets import wire
    from nbtrack.widgets.panel.queries import Selection

__all__ = ["ids", "window"]


def window(store: Store, selection: Selection, request: wire.Window) -> dict[str, Any]:
    """Return the rows that a request asks for, those of the runs `first` before all others.

    The pinned have the order of the table among themselves. Those that the query does not find are not shown, as any
    other run is not: what is counted and exported is what is seen.

    Parameters
    ----------
    request
        With `offset`, `limit`, `columns` and `first`, the ids of the pinned runs.

    Returns
    -------
    dict
        As of `queries.window`.
    """
    offset, limit, columns = request["offset"], request["limit"], request["columns"]
    pinned = queries.among(store, selection, request["first"])["ids"] if request["first"] else []
    if not pinned:
        return queries.window(store, selection, offset, limit, columns)
    if selection.query.limit is not None:
        return _limited(store, selection, request, pinned)
    top = pinned[offset : offset + limit]
    where = Not(In(Field("attributes", "run_id"), tuple(map(Text, pinned))))
    beyond = max(0, offset - len(pinned))
    rest = queries.window(store, selection.where(where), beyond, limit - len(top), columns)
    total = len(pinned) + rest["total"]
    if top:
        rest = _joined(queries.those(store, selection, top, columns), rest)
    return {**rest, "total": total, "offset": offset, "remark": None}


def ids(store: Store, selection: Selection, request: wire.IdsOf) -> dict[str, Any]:
    """Return the ids of the rows that a request asks for, as `window` orders them."""
    if not request["first"]:
        return queries.ids(store, selection, request["offset"], request["limit"])
    found = window(store, selection, {**request, "columns": []})
    return {"total": found["total"], "ids": found["ids"]}


def _limited(
    store: Store, selection: Selection, request: wire.Window, pinned: Sequence[str]
) -> dict[str, Any]:
    """Return the rows of a query that says how many it lets through: these are the same, whatever stands first."""
    known = set(pinned)
    every = store.window(selection.query, 0, 2**53, [], **selection.scope).ids
    rows = [*pinned, *(run for run in every if run not in known)]
    offset = request["offset"]
    part = queries.those(store, selection, rows[offset : offset + request["limit"]], request["columns"])
    return {**part, "total": len(rows), "offset": offset, "remark": None}


def _joined(top: dict[str, Any], rest: dict[str, Any]) -> dict[str, Any]:
    columns = {name: [*values, *rest["columns"][name]] for name, values in top["columns"].items()}
    # The older clock: the page then hears of every later change.
    return {**rest, "clock": top["clock"], "ids": [*top["ids"], *rest["ids"]], "columns": columns}
