"""How a panel is opened: from nothing, or from runs that were already looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbtrack import tracking
from nbtrack.errors import InvalidValueError
from nbtrack.widgets.panel.widget import Panel
from nbtrack.widgets.wire import VIEWS

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from nbtrack.entities import Runs
    from nbtrack.query import Query
    from nbtrack.store import Store

__all__ = ["panel", "panel_of"]

MAX_PICKED = 5_000
"""Runs picked by hand that one panel can show: SQL has its limits."""


def panel(
    filter: str | None = None,  # noqa: A002 - as in `nbtrack.runs`
    order_by: str | Sequence[str] | None = None,
    experiment: str | int | Sequence[str | int] | None = None,
    columns: Sequence[str] | None = None,
    *,
    deleted: bool = False,
    view: str = "table",
    selected: Sequence[str] = (),
    store: Store | str | os.PathLike[str] | None = None,
) -> Panel:
    """Return a panel that shows runs, and follows them.

    Parameters
    ----------
    filter
        As in `nbtrack.runs`, `metrics.rmse < 0.8` for instance; all runs without it.
    order_by
        As in `nbtrack.runs`.
    experiment
        The name or id of an experiment to look in, or several; all without it.
    columns
        Such as `["params.alpha", "metrics.loss.min", "tags.team", "status"]`; those that tell most without it.
    deleted
        Whether to show deleted runs in place of the others.
    view
        What is shown at first: `table`, `compare`, `curves`, `charts`, `groups`, or `run`, the page of the last chosen run.
    selected
        The chosen runs at first, by id, the beginning of an id, or name.
    store
        A store or its folder; by default the one in use. The panel of a store that was opened with
        `nbtrack.open_store(folder, read_only=True)` changes nothing.

    Raises
    ------
    FilterError
        When the filter cannot be understood, with its place.
    NotFoundError
        When there is no such experiment, or no such run to choose.
    InvalidValueError
        When there is no such view.

    Examples
    --------
    >>> panel = nbtrack.panel("metrics.rmse < 0.75", columns=["name", "metrics.rmse"])
    >>> [run.name for run in panel.runs]
    ['lasso']
    """
    runs = tracking.runs(filter, order_by, experiment=experiment, deleted=deleted, store=store)
    if view not in VIEWS:
        raise InvalidValueError(f"{view!r} is no view of a panel; choose one of {', '.join(VIEWS)}")
    made = panel_of(runs, columns)
    made.view = view
    if selected:
        made.selected = list(selected)
    return made


def panel_of(runs: Runs, columns: Sequence[str] | None = None) -> Panel:
    """Return a panel that shows the runs of a filter, or, where they were picked otherwise, these alone.

    Raises
    ------
    InvalidValueError
        When too many were picked.
    """
    scope = runs.scope
    only = None
    if scope.picked:
        only = [record.id for record in runs.records]
        if len(only) > MAX_PICKED:
            raise InvalidValueError(
                f"{len(only):,} runs were picked; a panel is about {MAX_PICKED:,} at most, or a filter's"
            )
    return Panel(
        runs.store,
        filter=_filter_text(runs.query, runs.store),
        order_by=_order_texts(runs.query),
        experiments=scope.experiments,
        columns=columns,
        deleted=scope.deleted,
        only=only,
    )


def _filter_text(query: Query, store: Store) -> str:
    """Return a query's filter with its limit, which may have been given apart from it."""
    from nbtrack.query import parse

    text = query.text
    own = parse(text, store.names).limit
    return f"{text} LIMIT {query.limit}" if query.limit is not None and own is None else text


def _order_texts(query: Query) -> list[str]:
    """Return the order that was given apart from the filter."""
    texts = []
    for order in query.order_by:
        if order.text == query.text:
            return []
        start, end = order.by.span
        texts.append(f"{order.text[start:end]}{' DESC' if order.descending else ''}")
    return texts
