"""The panel's Python half: traits that are shared with the page, and answers to what it asks."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any

import traitlets

from nbtrack.compare.drawing import draw
from nbtrack.doors import namespace
from nbtrack.entities import Runs
from nbtrack.entities.html import runs_html
from nbtrack.errors import NbtrackError, StoreError
from nbtrack.query import Query
from nbtrack.store.location import is_store
from nbtrack.widgets.base import NbtrackWidget
from nbtrack.widgets.panel import queries
from nbtrack.widgets.panel.answers import PanelAnswers
from nbtrack.widgets.panel.first_columns import first_columns
from nbtrack.widgets.panel.layout import read_layout
from nbtrack.widgets.panel.openviews import OpenViews
from nbtrack.widgets.panel.reading import chosen
from nbtrack.widgets.panel.traits import panel_traits
from nbtrack.widgets.replies import accepted
from nbtrack.widgets.wire import PANEL, VIEWS, panel_kinds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbtrack.compare.figures import FigureKind
    from nbtrack.store import Store
    from nbtrack.widgets.kinds import Kinds

__all__ = ["Panel"]

MAX_KEPT = 200
"""Runs that were picked and are named in a notebook, so that a server can show them when the kernel has gone."""
STILL_ROWS = 5
"""Rows that stand where the panel's script is not."""


class Panel(NbtrackWidget):
    """The runs of a store as a table that can be filtered, ordered and followed.

    `filter`, `order_by`, `columns`, `experiments`, `deleted`, `selected` and `view` can be read, set and observed.

    Parameters
    ----------
    store
        The store.
    filter
        As in `nbtrack.runs`.
    order_by
        As in `nbtrack.runs`; it goes before the order that the filter has.
    experiments
        Names of the experiments to look in; all without it.
    columns
        Such as `params.alpha`, `metrics.loss.min`, `tags.team`, `status`; those that tell most without it.
    deleted
        Whether to show the deleted runs in place of the others.
    only
        Ids of the runs that the panel is about; all without it.

    Examples
    --------
    >>> panel = nbtrack.panel("metrics.rmse < 0.8")
    >>> panel.selected = ["ridge"]
    >>> panel.selected[0].params
    {'alpha': 0.5}
    """

    _kinds = PANEL
    _bundle = "panel"

    filter = traitlets.Unicode().tag(sync=True)
    order_by: traitlets.List[str] = traitlets.List(traitlets.Unicode()).tag(sync=True)
    columns: traitlets.List[str] = traitlets.List(traitlets.Unicode()).tag(sync=True)
    experiments = traitlets.List(traitlets.Unicode(), allow_none=True, default_value=None).tag(sync=True)
    deleted = traitlets.Bool(default_value=False).tag(sync=True)
    view = traitlets.Enum(tuple(VIEWS), "table").tag(sync=True)
    selected: traitlets.Any = traitlets.Any()
    """The chosen runs, as `Runs`; can be set to runs or their ids."""
    _chosen: traitlets.List[str] = traitlets.List(traitlets.Unicode()).tag(sync=True)
    _opened = traitlets.Unicode().tag(sync=True)
    """The run whose page was opened; empty stands for the one that was chosen last."""
    _first = traitlets.Dict().tag(sync=True)
    _read_only = traitlets.Bool(default_value=False).tag(sync=True)
    _layout = traitlets.Dict().tag(sync=True)
    """Widths, pinned columns and shading, as `nbtrack.widgets.panel.layout` has them."""
    _place = traitlets.Dict().tag(sync=True)
    """What the page tells the Jupyter server, which reads for it while a cell runs."""

    def __init__(
        self,
        store: Store,
        *,
        filter: str = "",  # noqa: A002 - what it is called everywhere else
        order_by: Sequence[str] = (),
        experiments: Sequence[str] | None = None,
        columns: Sequence[str] | None = None,
        deleted: bool = False,
        only: Sequence[str] | None = None,
    ) -> None:
        self._store = store
        self._only = None if only is None else list(only)
        self._answers = PanelAnswers(store, self._only)
        self._views = OpenViews(store, self._push)
        self._by_itself = columns is None
        traits = panel_traits(
            store,
            filter=filter,
            order_by=order_by,
            experiments=experiments,
            columns=columns,
            deleted=deleted,
            only=self._only,
        )
        super().__init__(**traits)

    @property
    def runs(self) -> Runs:
        """The runs that the panel shows, in its order.

        Examples
        --------
        >>> panel = nbtrack.panel()
        >>> panel.filter = "params.alpha > 0.2"
        >>> [run.name for run in panel.runs]
        ['ridge']
        """
        selection = self._selection
        return Runs(
            self._store, selection.query, experiments=selection.experiments, deleted=selection.deleted
        )

    @property
    def _selection(self) -> queries.Selection:
        state: Any = {name: getattr(self, name) for name in ("filter", "order_by", "experiments", "deleted")}
        return queries.Selection.of(self._store, state, self._only)

    @traitlets.validate("filter", "order_by")
    def _understood(self, proposal: Any) -> Any:
        name = proposal["trait"].name
        state: Any = {"filter": self.filter, "order_by": self.order_by, "experiments": None, "deleted": False}
        state[name] = proposal["value"]
        queries.Selection.of(self._store, state)
        return proposal["value"]

    @traitlets.validate("columns")
    def _are_columns(self, proposal: Any) -> list[str]:
        return list(dict.fromkeys(map(queries.check_column, proposal["value"])))

    @traitlets.validate("_layout")
    def _is_layout(self, proposal: Any) -> Any:
        return read_layout(proposal["value"])

    @traitlets.validate("experiments")
    def _are_experiments(self, proposal: Any) -> Any:
        value = proposal["value"]
        if value is not None:
            self._store.count_runs(Query(), experiments=value)
        return value

    @traitlets.default("selected")
    def _none_selected(self) -> Runs:
        return Runs.of(self._store, [])

    @traitlets.validate("selected")
    def _are_runs(self, proposal: Any) -> Runs:
        value = proposal["value"]
        if isinstance(value, str):
            value = [value]
        ids = [one if isinstance(one, str) else one.id for one in value]
        # What a user gives may be a name or the beginning of an id.
        return self._runs_of([one if len(one) == 32 else self._store.run(one).id for one in ids])

    @traitlets.observe("selected")
    def _tell_selected(self, change: Any) -> None:
        ids = [run.id for run in change["new"]]
        if set(ids) != set(self._chosen):
            self._chosen = ids

    @traitlets.observe("_chosen")
    def _hear_selected(self, change: Any) -> None:
        if set(change["new"]) != {run.id for run in self.selected}:
            self.selected = list(change["new"])

    def _runs_of(self, ids: Sequence[str]) -> Runs:
        if not ids:
            return Runs.of(self._store, [])
        return Runs.of(self._store, chosen(self._store, ids, self._selection.query.order_by))

    def figure(self, kind: FigureKind | None = None, **options: Any) -> Any:
        """Return a chart as a Plotly figure, to change and to keep: of the chosen runs, or of all that the panel shows.

        Of very many that are not chosen the first are drawn, as by the panel itself: 100 curves.

        Parameters
        ----------
        kind
            `curves`, `grouped`, `parallel`, `scatter`, `contour`, `box` or `importance`; without it that of the view
            that the panel shows, elsewhere parallel coordinates, or curves where no param differs.
        options
            As in `nbtrack.compare.figure`, such as `x="params.alpha", y="metrics.rmse"`. What is needed and
            not given is what the page shows at first, the panel's columns before others and seeds last: see
            `nbtrack.compare.defaults`.

        Returns
        -------
        plotly.graph_objects.Figure

        Raises
        ------
        InvalidValueError
            When there is nothing to draw, or the kind or an option is not known; says what to do.
        MissingPackageError
            When Plotly is not installed.

        Examples
        --------
        >>> figure = nbtrack.panel().figure("scatter", x="params.alpha", y="metrics.rmse")
        >>> figure.update_layout(title="Ridge").write_html("ridge.html")
        """
        chosen = bool(self._chosen)
        runs = self.selected if chosen else self.runs
        return draw(kind, runs, columns=self.columns, view=self.view, chosen=chosen, **options)

    def close(self) -> None:
        """Take the panel out of the page.

        Examples
        --------
        >>> panel = nbtrack.panel()
        >>> panel.close()
        """
        self._views.close_all()
        super().close()

    # What the page asks for.

    def _kinds_of(self, content: Any) -> Kinds:
        return panel_kinds(content)

    def _take(self, request: Any) -> None:
        if request["kind"] == "bye":
            self._views.close(request)
            return
        self._views.ask(request)
        if request["kind"] == "frame":
            # What a cell sees does not change while it runs, and the next one finds it.
            namespace().between_cells(lambda: self._hand_over(request))
            return
        super()._take(request)

    def _hand_over(self, request: Any) -> None:
        self._say(accepted(request["id"]))
        self._answer(request)

    def _result(self, request: Any) -> dict[str, Any]:
        store = self._store
        if self._place["file"] and not is_store(store.path):
            # To ask it would make a new one in its place.
            raise StoreError(
                f"the store {str(store.path)!r} is no longer there; open one with nbtrack.set_store"
            )
        result = self._answers.result(request)
        if request["kind"] in {"window", "tree"}:
            self._views.show(request, result["clock"])
        return result

    # What the page hears without asking.

    def _push(self, clock: int, requests: dict[str, Any]) -> None:
        """Push to each view the rows that it looks at: a page cannot ask while a cell runs."""
        if self._by_itself and not any(name.startswith(("metrics.", "params.")) for name in self.columns):
            # The panel was opened before there was anything to show.
            with self._speaking, contextlib.suppress(NbtrackError):
                self.columns = first_columns(self._store, self._selection)
        views: dict[str, Any] = {}
        for view, request in requests.items():
            try:
                views[view] = {"asked": request["id"], **self._answers.result(request)}
            except NbtrackError:
                # What the filter names may have gone; the view hears it when it asks.
                continue
        self._say({"kind": "changed", "clock": clock, "views": views})

    # How it is shown.

    def __repr__(self) -> str:
        return repr(self.runs)

    def _static_html(self) -> str:
        return runs_html(self.runs)

    def _kept(self) -> dict[str, Any]:
        # A notebook goes to others: the store is told as seen from its folder, where a kernel begins.
        with contextlib.suppress(OSError, ValueError):  # on another drive
            store = os.path.relpath(self._store.path).replace(os.sep, "/")
            if len(self._only or ()) <= MAX_KEPT:
                names = ("filter", "order_by", "experiments", "deleted", "columns")
                state = {name: getattr(self, name) for name in names}
                return {"panel": {"store": store, "file": self._place["file"], "only": self._only, **state}}
        return {}

    @traitlets.default("_still")
    def _still_html(self) -> str:
        return runs_html(self.runs, STILL_ROWS)
