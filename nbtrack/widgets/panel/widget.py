"""The panel's Python half: traits that are shared with the page, and answers to what it asks."""

from __future__ import annotations

import contextlib
import threading
import time
import weakref
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from nbtrack.compare.drawing import draw
from nbtrack.doors import namespace
from nbtrack.entities import Runs
from nbtrack.entities.html import runs_html
from nbtrack.errors import InvalidValueError, NbtrackError, StoreError
from nbtrack.query import Query
from nbtrack.store.location import database_file, is_store
from nbtrack.widgets.bundle import bundled
from nbtrack.widgets.panel import queries
from nbtrack.widgets.panel.answering import Answering
from nbtrack.widgets.panel.columns import first_columns
from nbtrack.widgets.panel.editing import rename, tag
from nbtrack.widgets.panel.export import shown_frame
from nbtrack.widgets.panel.layout import read_layout
from nbtrack.widgets.panel.memory import Memory
from nbtrack.widgets.panel.messages import failed, read_request, view_of
from nbtrack.widgets.panel.reading import KINDS, Reading, chosen
from nbtrack.widgets.panel.viewscript import views_build
from nbtrack.widgets.panel.watching import follow
from nbtrack.widgets.replies import accepted, done, request_id
from nbtrack.widgets.runpage import RunPage
from nbtrack.widgets.shown import widget_view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbtrack.compare.figures import FigureKind
    from nbtrack.store import Store
    from nbtrack.widgets.panel.messages import Request

__all__ = ["VIEWS", "Panel"]

VIEWS = ("table", "compare", "curves", "charts", "groups", "run")
"""What a panel can show, each a tab."""

FIRST_ROWS = 60
"""So many rows come with the panel itself: it is painted without asking, while the kernel goes on with other cells."""

MOST_VIEWS = 8
"""Of more views of one panel than that, the oldest are no longer told of changes until they ask again."""

FRAME = "runs_df"
"""What the DataFrame is called that the panel puts into the notebook."""

LOOKED_AT = 3_600.0
"""Seconds after its last request for which a view counts as open: a page that is closed does not say so."""


class Panel(anywidget.AnyWidget):
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
    >>> panel = nbtrack.panel("metrics.rmse < 0.8")  # doctest: +SKIP
    >>> panel.selected.to_pandas()  # doctest: +SKIP
    """

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    _build = traitlets.Unicode().tag(sync=True)
    """Which build the script of the views is of: a page that has it does not ask for it again."""

    filter = traitlets.Unicode().tag(sync=True)
    order_by: traitlets.List[str] = traitlets.List(traitlets.Unicode()).tag(sync=True)
    columns: traitlets.List[str] = traitlets.List(traitlets.Unicode()).tag(sync=True)
    experiments = traitlets.List(traitlets.Unicode(), allow_none=True, default_value=None).tag(sync=True)
    deleted = traitlets.Bool(default_value=False).tag(sync=True)
    view = traitlets.Enum(VIEWS, "table").tag(sync=True)
    selected: traitlets.Any = traitlets.Any()
    """The chosen runs, as `Runs`; can be set to runs or their ids."""
    _chosen: traitlets.List[str] = traitlets.List(traitlets.Unicode()).tag(sync=True)
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
        self._reading = Reading(store, self._only, store.read_only)
        self._memory = Memory(store)
        # One thread at a time speaks to the page.
        self._speaking = threading.RLock()
        self._views: dict[str, tuple[Request, float]] = {}
        self._closed = False
        self._page: RunPage | None = None
        self._frame: weakref.ref[Any] | None = None
        self._answering = Answering(self._answer)
        state: dict[str, Any] = {
            "filter": filter,
            "order_by": list(order_by),
            "experiments": None if experiments is None else list(experiments),
            "deleted": deleted,
        }
        asked = queries.Asked.of(store, state, self._only)  # type: ignore[arg-type]
        self._by_itself = columns is None
        state["columns"] = first_columns(store, asked) if columns is None else list(columns)
        first = queries.window(store, asked, 0, FIRST_ROWS, state["columns"])
        place = {"store": str(store.path), "file": database_file(store.path), "only": self._only}
        super().__init__(**state, _first={**state, **first}, _read_only=store.read_only, _place=place)
        self.on_msg(self._receive)

    @traitlets.default("_esm")
    def _front_end(self) -> str:
        return bundled("panel.js")

    @traitlets.default("_css")
    def _style(self) -> str:
        return bundled("panel.css")

    @traitlets.default("_build")
    def _views_build(self) -> str:
        return views_build()

    @property
    def runs(self) -> Runs:
        """The runs that the panel shows, in its order."""
        asked = self._asked
        return Runs(self._store, asked.query, experiments=asked.experiments, deleted=asked.deleted)

    @property
    def _asked(self) -> queries.Asked:
        state: Any = {name: getattr(self, name) for name in ("filter", "order_by", "experiments", "deleted")}
        return queries.Asked.of(self._store, state, self._only)

    @traitlets.validate("filter", "order_by")
    def _understood(self, proposal: Any) -> Any:
        name = proposal["trait"].name
        state: Any = {"filter": self.filter, "order_by": self.order_by, "experiments": None, "deleted": False}
        state[name] = proposal["value"]
        queries.Asked.of(self._store, state)
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
        return Runs.of(self._store, chosen(self._store, ids, self._asked.query.order_by))

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
            not given is the first metric of which is known whether it is better low or high, and params that differ,
            the panel's columns first.

        Returns
        -------
        plotly.graph_objects.Figure

        Raises
        ------
        InvalidValueError
            When there is nothing to draw, or the kind or an option is not known; says what to do.
        NbtrackError
            When Plotly is not installed.

        Examples
        --------
        >>> figure = panel.figure("scatter", x="params.alpha", y="metrics.rmse")  # doctest: +SKIP
        >>> figure.update_layout(title="Ridge").write_html("ridge.html")  # doctest: +SKIP
        """
        chosen = bool(self._chosen)
        runs = self.selected if chosen else self.runs
        return draw(kind, runs, columns=self.columns, view=self.view, chosen=chosen, **options)

    def close(self) -> None:
        """Take the panel out of the page."""
        self._closed = True
        self._views.clear()
        if self._page is not None:
            self._page.close()
        super().close()

    # What the page asks for.

    def _receive(self, _widget: Any, content: Any, _buffers: Any) -> None:
        try:
            request = read_request(content)
        except InvalidValueError as error:
            self._say(failed(request_id(content), error))
            return
        view = view_of(request["id"])
        if request["kind"] == "bye":
            self._views.pop(view, None)
            return
        if (seen := self._views.get(view)) is not None:
            # Whatever it asks for, somebody looks at it.
            self._views[view] = (seen[0], time.monotonic())
        if request["kind"] == "frame":
            # What a cell sees does not change while it runs, and the next one finds it.
            namespace().between_cells(lambda: self._hand_over(request))
            return
        self._say(accepted(request["id"]))
        self._answering.take(request)

    def _hand_over(self, request: Request) -> None:
        self._say(accepted(request["id"]))
        self._answer(request)

    def _answer(self, request: Request) -> None:
        try:
            result = self._result(request)
        except Exception as error:  # noqa: BLE001 - whatever it was, the page is told
            self._say(failed(request["id"], error))
        else:
            self._say(done(request["id"], result))

    def _result(self, request: Request) -> dict[str, Any]:
        kind, store = request["kind"], self._store
        if self._place["file"] and not is_store(store.path):
            # To ask it would make a new one in its place.
            raise StoreError(
                f"the store {str(store.path)!r} is no longer there; open one with nbtrack.set_store"
            )
        if kind in KINDS:
            result = self._reading.result(request)
            if kind in {"window", "tree"}:
                self._see(request, result["clock"])
            return result
        if kind in {"delete", "restore"}:
            (store.delete_runs if kind == "delete" else store.restore_runs)(request["ids"])
            return {"count": len(request["ids"])}
        if kind == "tag":
            return tag(store, request["ids"], request["name"], request["value"])
        if kind == "rename":
            return rename(store, request["ids"], request["name"])
        if kind == "open":
            return {"page": self._opened(request["ids"])}
        if kind == "frame":
            return self._handed_over(request)
        return self._remembered(request)

    def _opened(self, ids: Sequence[str]) -> str:
        """Return the widget of a run's page, the same one for whichever run it shows."""
        (run,) = self._runs_of(ids[:1]) if ids else Runs.of(self._store, [])
        if self._page is None:
            self._page = RunPage(run, inside=True)
        else:
            self._page.run = run
        return str(self._page.model_id)

    def _handed_over(self, request: Request) -> dict[str, Any]:
        """Put the runs into the notebook as a DataFrame; return what it is called there."""
        records = self._reading.records(queries.Asked.of(self._store, request, self._only), request)
        frame = shown_frame(self._store, records, request["columns"])
        earlier = None if self._frame is None else self._frame()
        name = namespace().put(frame, FRAME, earlier)
        self._frame = weakref.ref(frame)
        return {"name": name, "count": len(records)}

    def _remembered(self, request: Request) -> dict[str, Any]:
        memory = self._memory
        if request["kind"] == "remember":
            return memory.remember(request["filter"])
        if request["kind"] == "save":
            return memory.save(request["name"], request["filter"])
        return memory.forget(request["name"])

    def _say(self, message: Any) -> None:
        with self._speaking:
            if not self._closed:
                self.send(message)

    # What the page is told without asking.

    def _see(self, request: Request, clock: int) -> None:
        """Keep what a view looks at, so that it can be told when that changes."""
        view = view_of(request["id"])
        self._views.pop(view, None)
        self._views[view] = (request, time.monotonic())
        while len(self._views) > MOST_VIEWS:
            self._views.pop(next(iter(self._views)), None)
        follow(self._store, self, clock)

    @property
    def followed(self) -> bool:
        """Whether a view of the panel is open, as far as is known."""
        limit = time.monotonic() - LOOKED_AT
        return not self._closed and any(seen > limit for _, seen in list(self._views.values()))

    def changed(self, clock: int) -> None:
        """Push to each view the rows that it looks at: a page cannot ask while a cell runs."""
        if self._by_itself and not any(name.startswith(("metrics.", "params.")) for name in self.columns):
            # The panel was opened before there was anything to show.
            with self._speaking, contextlib.suppress(NbtrackError):
                self.columns = first_columns(self._store, self._asked)
        views: dict[str, Any] = {}
        for view, (request, _) in list(self._views.items()):
            try:
                views[view] = {"asked": request["id"], **self._reading.window(request)}
            except NbtrackError:
                # What the filter names may have gone; the view is told when it asks.
                continue
        self._say({"kind": "changed", "clock": clock, "views": views})

    # How it is shown.

    def __repr__(self) -> str:
        return repr(self.runs)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        shown = super()._repr_mimebundle_(**kwargs)
        if shown is None:
            return None
        data, metadata = shown
        # Where no widget and no kernel is, the table can still be read.
        read = {"text/plain": repr(self), "text/html": runs_html(self.runs)}
        return {**data, **widget_view(self.model_id), **read}, metadata
