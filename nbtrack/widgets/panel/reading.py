"""What a page reads of a store: the same whether the kernel answers it or, while a cell runs, the Jupyter server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbtrack.query import Query
from nbtrack.query.tree import Field, In, Text
from nbtrack.widgets.panel import pinning, queries
from nbtrack.widgets.panel.arrangements import Arrangements
from nbtrack.widgets.panel.completion import complete
from nbtrack.widgets.panel.export import export
from nbtrack.widgets.panel.first_columns import first_columns
from nbtrack.widgets.panel.heads import head
from nbtrack.widgets.panel.memory import Memory
from nbtrack.widgets.panel.nesting import tree
from nbtrack.widgets.panel.report import report_html, title_of
from nbtrack.widgets.panel.views import document, most_runs
from nbtrack.widgets.runpage.answers import RunAnswers
from nbtrack.widgets.runpage.traits import run_traits
from nbtrack.widgets.watching import clock_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nbtrack.query import Order
    from nbtrack.records import RunRecord
    from nbtrack.store import Store
    from nbtrack.widgets import wire
    from nbtrack.widgets.runpage.download import Downloads

__all__ = ["Reading", "chosen"]


class Reading:
    """Answers what a panel's page reads: a kind of request by the method of its name.

    Parameters
    ----------
    store
        The store.
    only
        Ids of the runs that the panel is about; None for all.
    read_only
        Whether the panel's store may only be read, as its page has it.
    downloads
        Those under way from runs' pages; shared where a store is not open for as long as they take.
    """

    def __init__(
        self, store: Store, only: Sequence[str] | None, read_only: bool, downloads: Downloads | None = None
    ) -> None:
        self.store, self.only, self.read_only = store, only, read_only
        self.of_run = RunAnswers(store, downloads=downloads)

    def result(self, request: Any) -> dict[str, Any]:
        """Return the result of a request: what the method of its kind returns, here or in `RunAnswers`.

        Raises
        ------
        NbtrackError
            When it has none.
        """
        if "of" in request:
            return self.of_run.result(request)
        answer: Callable[[Any], dict[str, Any]] = getattr(self, request["kind"])
        return answer(request)

    def window(self, request: wire.Window) -> dict[str, Any]:
        """Return rows of the table."""
        return pinning.window(self.store, self.selection(request), request)

    def tree(self, request: wire.Tree) -> dict[str, Any]:
        """Return rows of the table with their children below them."""
        return tree(self.store, self.selection(request), request)

    def ids(self, request: wire.IdsOf) -> dict[str, Any]:
        """Return the ids of the runs that a query finds."""
        return pinning.ids(self.store, self.selection(request), request)

    def among(self, request: wire.Among) -> dict[str, Any]:
        """Return those of the runs that the query finds."""
        return queries.among(self.store, self.selection(request), request["ids"])

    def scale(self, request: wire.ScaleOf) -> dict[str, Any]:
        """Return the least and the greatest value of columns."""
        return queries.scales(self.store, self.selection(request), request["columns"])

    def differing(self, request: wire.Differing) -> dict[str, Any]:
        """Return the columns in which the runs differ."""
        return queries.differing(self.store, self.selection(request), request["columns"])

    def names(self, _request: wire.AllNames) -> dict[str, Any]:
        """Return the names of all columns and experiments."""
        return {**queries.names(self.store), "read_only": self.read_only}

    def telling(self, request: wire.Telling) -> dict[str, Any]:
        """Return the columns that tell most."""
        return {"columns": first_columns(self.store, self.selection(request))}

    def tags(self, request: wire.Tags) -> dict[str, Any]:
        """Return the tags that runs have."""
        return queries.tags(self.store, chosen(self.store, request["ids"], ()))

    def fields(self, request: wire.Fields) -> dict[str, Any]:
        """Return the fields of runs, and what charts of them show at first."""
        limit = most_runs(request["document"])
        selection = self.selection(request)
        return queries.fields(self.store, selection, request["ids"], limit, request["columns"])

    def complete(self, request: wire.Complete) -> dict[str, Any]:
        """Return what may stand at a place of a filter."""
        return dict(complete(self.store, request["text"], request["caret"]))

    def document(self, request: wire.Document) -> dict[str, Any]:
        """Return what a view is drawn from."""
        selection = self.selection(request)
        return document(self.store, selection, request["ids"], request["document"], request["asked"])

    def export(self, request: wire.Export) -> dict[str, Any]:
        """Return the runs as a text."""
        records = self.records(request)
        if request["format"] == "report":
            title = title_of(request["filter"])
            return {
                "text": report_html(self.store, records, title, request["columns"]),
                "count": len(records),
            }
        metrics = frozenset(self.store.names("metrics"))
        heads = {name: head(name, metrics) for name in request["columns"]}
        return {"text": export(self.store, records, heads, request["format"]), "count": len(records)}

    def memory(self, _request: wire.Remembered) -> dict[str, Any]:
        """Return the filters that were used and saved."""
        return {**Memory(self.store).read(), "kept": not self.read_only}

    def arrangements(self, _request: wire.ArrangementsOf) -> dict[str, Any]:
        """Return the arrangements of charts that were saved."""
        return {**Arrangements(self.store).read(), "kept": not self.read_only}

    def run(self, request: wire.RunOf) -> dict[str, Any]:
        """Return what a run's page shows."""
        run = self.of_run.find(request["run"])
        return {**run_traits(run, self.of_run.servers(run)), "read_only": self.read_only}

    def changes(self, _request: wire.Clock) -> dict[str, Any]:
        """Return a number that moves with every change of the store."""
        return {"clock": clock_of(self.store)}

    def selection(self, request: wire.Query) -> queries.Selection:
        """Return which runs a request is about."""
        return queries.Selection.of(self.store, request, self.only)

    def records(self, request: wire.Export | wire.Frame) -> list[RunRecord]:
        """Return the chosen runs, or where none are chosen all that the query finds."""
        selection = self.selection(request)
        if request["ids"]:
            return chosen(self.store, request["ids"], selection.query.order_by)
        return self.store.find_runs(selection.query, **selection.scope)


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
