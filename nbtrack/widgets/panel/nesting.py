"""The table of runs as a tree: children stand below their parent, where that is unfolded."""

from __future__ import annotations

import threading
import time
import weakref
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError
from nbtrack.fields import Missing
from nbtrack.widgets.panel import queries
from nbtrack.widgets.watching import clock_of
from nbtrack.widgets.wire import MAX_ROWS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbtrack.store import Store
    from nbtrack.widgets import wire
    from nbtrack.widgets.panel.queries import Selection

__all__ = ["tree"]

MAX_TREES = 2
"""Trees that are kept until their store changes, one a query: scrolling then reads only the rows it shows."""

TREE_LIFETIME = 10.0
"""Seconds for which a tree is kept: which runs are younger than a day changes though the store does not."""

Rows = list[tuple[str, int]]
"""Each with its depth."""


@dataclass
class _Family:
    roots: list[str]
    children: dict[str, list[str]]
    made: float = field(default_factory=time.monotonic)
    shown: tuple[frozenset[str], Rows] | None = None
    """What was unfolded last, and the rows that were shown then."""

    def rows(self, unfolded: frozenset[str]) -> Rows:
        shown = self.shown
        if shown is None or shown[0] != unfolded:
            shown = self.shown = unfolded, _laid_out(self.roots, self.children, unfolded)
        return shown[1]


_families: weakref.WeakKeyDictionary[Store, dict[Any, _Family]] = weakref.WeakKeyDictionary()
_keeping = threading.Lock()


def tree(store: Store, selection: Selection, request: wire.Tree) -> dict[str, Any]:
    """Return the rows of the tree that a request asks for, as `queries.window` does those of the table.

    A run whose parent is not found by the query stands where it would without one, so that none is hidden by a filter
    that lets through a child alone; so does one that is its own ancestor, and one that is pinned, before all others.
    Runs of one parent have the order of the table.

    Parameters
    ----------
    request
        With `offset`, `limit`, `columns`, `first`, the ids of the pinned runs, and `unfolded`, those of the runs whose
        children are shown.

    Returns
    -------
    dict
        As of `queries.window`, with `depths`, how deep each row stands, and `children`, how many each has.
    """
    if request["columns"] and request["limit"] > MAX_ROWS:
        raise InvalidValueError(f"limit is a number up to {MAX_ROWS:,} of rows, not {request['limit']}")
    # The clock from before reading: the page then hears of every later change.
    clock = clock_of(store)
    family = _family(store, selection, frozenset(request["first"]), clock)
    rows = family.rows(frozenset(request["unfolded"]))
    offset = request["offset"]
    part = rows[offset : offset + request["limit"]]
    result = queries.those(store, selection, [run for run, _ in part], request["columns"])
    depths = dict(part)
    return {
        **result,
        "clock": clock,
        "total": len(rows),
        "offset": offset,
        "depths": [depths[run] for run in result["ids"]],
        "children": [len(family.children.get(run, ())) for run in result["ids"]],
        "remark": result["remark"] if part else queries.window(store, selection, 0, 0, [])["remark"],
    }


def _family(store: Store, selection: Selection, first: frozenset[str], clock: int) -> _Family:
    experiments = None if selection.experiments is None else tuple(selection.experiments)
    key = selection.query, experiments, selection.deleted, first, clock
    with _keeping:
        kept = _families.setdefault(store, {})
        family = kept.pop(key, None)
        if family is not None and time.monotonic() - family.made < TREE_LIFETIME:
            kept[key] = family
            return family
    whole = store.window(selection.query, 0, 2**53, ["parent"], **selection.scope)
    family = _Family(*_related(whole.ids, whole.columns["parent"], first))
    with _keeping:
        kept[key] = family
        while len(kept) > MAX_TREES:
            del kept[next(iter(kept))]
    return family


def _related(
    ids: Sequence[str], parents: Sequence[str | Missing], first: frozenset[str]
) -> tuple[list[str], dict[str, list[str]]]:
    """Return the runs that stand below no other, and the children of each run."""
    found = set(ids)
    parent_of = {
        run: parent
        for run, parent in zip(ids, parents, strict=True)
        if not isinstance(parent, Missing) and parent in found and run not in first
    }
    circular = _circular(parent_of)
    children: dict[str, list[str]] = {}
    roots: list[str] = [run for run in ids if run in first]
    for run in ids:
        if run in parent_of and run not in circular:
            children.setdefault(parent_of[run], []).append(run)
        elif run not in first:
            roots.append(run)
    return roots, children


def _circular(parent_of: Mapping[str, str]) -> set[str]:
    """Return the runs that are their own ancestors, as a damaged store may say."""
    circular: set[str] = set()
    known: set[str] = set()
    for run in parent_of:
        way: dict[str, None] = {}
        at: str | None = run
        while at is not None and at not in known and at not in way:
            way[at] = None
            at = parent_of.get(at)
        if at in way:
            line = list(way)
            circular.update(line[line.index(at) :])
        known.update(way)
    return circular


def _laid_out(roots: Sequence[str], children: Mapping[str, Sequence[str]], unfolded: frozenset[str]) -> Rows:
    """Return the rows that are shown."""
    rows: Rows = []
    waiting = [(run, 0) for run in reversed(roots)]
    while waiting:
        run, depth = waiting.pop()
        rows.append((run, depth))
        if run in unfolded:
            waiting += [(child, depth + 1) for child in reversed(children.get(run, ()))]
    return rows
