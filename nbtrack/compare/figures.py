"""Each chart of the panel as a Plotly figure, which the user can change and save."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, get_args

from nbtrack.compare import plots
from nbtrack.compare.axes import box, parallel, scatter
from nbtrack.compare.groups import grouped_curves
from nbtrack.compare.importance import importance
from nbtrack.errors import InvalidValueError, MissingPackageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nbtrack.entities import Runs
    from nbtrack.store import Store

__all__ = ["FigureKind", "figure"]

FigureKind = Literal["curves", "grouped", "parallel", "scatter", "contour", "box", "importance"]

_MAX_POINTS = 1_000


def figure(kind: FigureKind, runs: Runs, **options: Any) -> Any:
    """Return a chart of runs as a Plotly figure.

    Parameters
    ----------
    kind
        `curves` (`metric`, `x="step"` or another metric: `x="metrics.loss"`, `points`), `grouped` (`metric`, `by`,
        `x="step"`), `parallel` (`fields`, the last one colours), `scatter` (`x`, `y`, `colour=None`), `contour`
        (`x`, `y`, `z`), `box` (`field`, `by=None`) or `importance` (`metric`, `params=None`).
    runs
        What to draw: `nbtrack.runs(...)`.
    options
        As named beside each kind; fields are written as in filters: `params.alpha`, `metrics.rmse`.

    Returns
    -------
    plotly.graph_objects.Figure

    Raises
    ------
    InvalidValueError
        For an unknown kind or option, or when there is nothing to draw.
    MissingPackageError
        When Plotly is not installed.

    Examples
    --------
    >>> figure("scatter", nbtrack.runs(), x="params.alpha", y="metrics.rmse")  # doctest: +SKIP
    """
    if kind not in get_args(FigureKind):
        raise InvalidValueError(
            f"there is no figure {kind!r}; ask for one of {', '.join(get_args(FigureKind))}"
        )
    try:
        go = import_module("plotly.graph_objects")
    except ImportError:
        raise MissingPackageError("figures need Plotly: python -m pip install plotly") from None
    ids = [record.id for record in runs.records]
    try:
        return _DRAW[kind](go, runs.store, ids, **options)
    except TypeError as error:
        raise InvalidValueError(f"the figure {kind!r} cannot be drawn with these options: {error}") from error


def _curves(
    go: Any, store: Store, ids: Sequence[str], metric: str, *, x: Any = "step", points: int = _MAX_POINTS
) -> Any:
    from nbtrack.compare.chosen import chosen

    records = chosen(store, ids)
    found = store.curves([record.key for record in records], metric, points=points, x=x)
    return plots.curves_figure(go, records, found, metric, x)


def _grouped(
    go: Any,
    store: Store,
    ids: Sequence[str],
    metric: str,
    by: Sequence[str],
    *,
    x: Any = "step",
    points: int = 300,
) -> Any:
    return plots.grouped_figure(go, grouped_curves(store, ids, by, metric, points=points, x=x))


def _parallel(go: Any, store: Store, ids: Sequence[str], fields: Sequence[str]) -> Any:
    return plots.parallel_figure(go, parallel(store, ids, fields))


def _scatter(go: Any, store: Store, ids: Sequence[str], x: str, y: str, *, colour: str | None = None) -> Any:
    return plots.scatter_figure(go, scatter(store, ids, x, y, colour))


def _contour(go: Any, store: Store, ids: Sequence[str], x: str, y: str, *, z: str) -> Any:
    return plots.contour_figure(go, scatter(store, ids, x, y, z))


def _box(go: Any, store: Store, ids: Sequence[str], field: str, *, by: str | None = None) -> Any:
    return plots.box_figure(go, box(store, ids, field, by))


def _importance(
    go: Any, store: Store, ids: Sequence[str], metric: str, *, params: Sequence[str] | None = None
) -> Any:
    return plots.importance_figure(go, importance(store, ids, metric, params))


_DRAW: dict[str, Callable[..., Any]] = {
    "curves": _curves,
    "grouped": _grouped,
    "parallel": _parallel,
    "scatter": _scatter,
    "contour": _contour,
    "box": _box,
    "importance": _importance,
}
