"""The table of runs as a tree: children stand below their parent, where that is unfolded."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nbtrack.query import Query
from nbtrack.query.tree import Field, In, Text
from nbtrack.widgets.panel import queries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbtrack.store import Store
    from nbtrack.widgets.panel.messages import Request
    from nbtrack.widgets.panel.queries import Asked

__all__ = ["tree"]


def tree(store: Store, asked: Asked, request: Request) -> dict[str, Any]:
    """Return the rows of the tree that a request asks for, as `queries.window` does those of the table.

    A run whose parent is not found by the query stands where it would without one, so that none is hidden by a filter
    that lets through a child alone. Runs of one parent have the order of the table.

    Parameters
    ----------
    request
        With `offset`, `limit`, `columns` and `unfolded`, the ids of the runs whose children are shown.

    Returns
    -------
    dict
        As of `queries.window`, with `depths`, how deep each row stands, and `children`, how many each has.
    """
    whole = store.window(asked.query, 0, 2**53, ["parent"], **asked.scope)
    rows, children = _laid_out(whole.ids, whole.columns["parent"], frozenset(request["unfolded"]))
    offset = request["offset"]
    part = rows[offset : offset + request["limit"]]
    result = queries.window(store, _these(asked, [run for run, _ in part]), 0, len(part), request["columns"])
    place = {run: at for at, run in enumerate(result["ids"])}
    # What has gone in between is not drawn.
    part = [(run, depth) for run, depth in part if run in place]
    order = [place[run] for run, _ in part]
    return {
        **result,
        "total": len(rows),
        "offset": offset,
        "ids": [run for run, _ in part],
        "columns": {name: [values[at] for at in order] for name, values in result["columns"].items()},
        "depths": [depth for _, depth in part],
        "children": [len(children.get(run, ())) for run, _ in part],
        "remark": result["remark"] if part else queries.window(store, asked, 0, 0, [])["remark"],
    }


def _laid_out(
    ids: Sequence[str], parents: Sequence[str | None], unfolded: frozenset[str]
) -> tuple[list[tuple[str, int]], dict[str, list[str]]]:
    """Return the rows that are shown, each with its depth, and the children of each run."""
    found = set(ids)
    children: dict[str, list[str]] = {}
    roots: list[str] = []
    for run, parent in zip(ids, parents, strict=True):
        if parent in found and parent != run:
            children.setdefault(str(parent), []).append(run)
        else:
            roots.append(run)
    rows: list[tuple[str, int]] = []
    waiting = [(run, 0) for run in reversed(roots)]
    while waiting:
        run, depth = waiting.pop()
        rows.append((run, depth))
        if run in unfolded:
            waiting += [(child, depth + 1) for child in reversed(children.get(run, ()))]
    return rows, children


def _these(asked: Asked, ids: Sequence[str]) -> Asked:
    where = In(Field("attributes", "run_id"), tuple(map(Text, ids)))
    # Which runs these are is known already: what the query says of them need not be looked at again.
    return replace(asked, query=Query(where, ()), experiments=None)
