"""What a page reads of a store: the same whether the kernel answers it or, while a cell runs, the Jupyter server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbtrack.query import Query
from nbtrack.query.tree import Field, In, Text
from nbtrack.widgets.panel import pinning, queries
from nbtrack.widgets.panel.cells import head
from nbtrack.widgets.panel.columns import first_columns
from nbtrack.widgets.panel.completion import complete
from nbtrack.widgets.panel.export import export
from nbtrack.widgets.panel.memory import Memory
from nbtrack.widgets.panel.nesting import tree
from nbtrack.widgets.panel.views import document, most_runs
from nbtrack.widgets.panel.viewscript import views_script

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbtrack.query import Order
    from nbtrack.records import RunRecord
    from nbtrack.store import Store
    from nbtrack.widgets.panel.messages import Request

__all__ = ["KINDS", "Reading", "chosen"]

KINDS = frozenset(
    {
        "window",
        "tree",
        "ids",
        "among",
        "scale",
        "differing",
        "names",
        "telling",
        "tags",
        "fields",
        "complete",
        "document",
        "export",
        "memory",
        "changes",
        "views",
    }
)
"""The kinds of request that change nothing: `labextension/src/panel/messages.ts` names the same."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Answers what a panel's page reads.

    Parameters
    ----------
    store
        The store.
    only
        Ids of the runs that the panel is about; None for all.
    read_only
        Whether the panel's store may only be read, which is what its page is told.
    """

    store: Store
    only: Sequence[str] | None
    read_only: bool

    def result(self, request: Request) -> dict[str, Any]:
        """Return the result of a request of one of `KINDS`.

        Raises
        ------
        NbtrackError
            When it has none.
        """
        kind, store = request["kind"], self.store
        if kind in {"window", "tree"}:
            return self.window(request)
        if kind == "tags":
            return queries.tags(store, chosen(store, request["ids"], ()))
        if kind == "changes":
            return {"clock": store.changes(2**62).clock}
        if kind == "views":
            return dict(views_script(request["build"]))
        if kind == "names":
            return {**queries.names(store), "read_only": self.read_only}
        if kind == "complete":
            return dict(complete(store, request["text"], request["caret"]))
        if kind == "memory":
            return {**Memory(store).read(), "kept": not self.read_only}
        asked = queries.Asked.of(store, request, self.only)
        if kind == "document":
            return document(store, asked, request["ids"], request["document"], request["asked"])
        if kind == "fields":
            return queries.fields(store, asked, request["ids"], most_runs(request["document"]))
        if kind == "ids":
            return pinning.ids(store, asked, request)
        if kind == "among":
            return queries.among(store, asked, request["ids"])
        if kind == "telling":
            return {"columns": first_columns(store, asked)}
        if kind == "scale":
            return queries.scales(store, asked, request["columns"])
        if kind == "differing":
            return queries.differing(store, asked, request["columns"])
        return self._exported(asked, request)

    def window(self, request: Request) -> dict[str, Any]:
        """Return the rows that a request asks for."""
        asked = queries.Asked.of(self.store, request, self.only)
        if request["kind"] == "tree":
            return tree(self.store, asked, request)
        return pinning.window(self.store, asked, request)

    def records(self, asked: queries.Asked, request: Request) -> list[RunRecord]:
        """Return the chosen runs, or where none are chosen all that are asked for."""
        if request["ids"]:
            return chosen(self.store, request["ids"], asked.query.order_by)
        return self.store.find_runs(asked.query, **asked.scope)

    def _exported(self, asked: queries.Asked, request: Request) -> dict[str, Any]:
        records = self.records(asked, request)
        metrics = frozenset(self.store.names("metrics"))
        heads = {name: head(name, metrics) for name in request["columns"]}
        return {"text": export(self.store, records, heads, request["format"]), "count": len(records)}


def chosen(store: Store, ids: Sequence[str], order_by: tuple[Order, ...]) -> list[RunRecord]:
    """Return the runs of these ids in an order, deleted ones last."""
    query = Query(In(Field("attributes", "run_id"), tuple(map(Text, ids))), order_by)
    records = store.find_runs(query)
    if len(records) < len(set(ids)):
        # Those of deleted experiments are found where these are named.
        every = [one.name for one in (*store.experiments(), *store.experiments(deleted=True))]
        records = store.find_runs(query, experiments=every)
        records += store.find_runs(query, experiments=every, deleted=True)
    return records
