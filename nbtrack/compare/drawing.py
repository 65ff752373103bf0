"""A panel's chart as a figure: chooses the kind and the fields that the user does not give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

from nbtrack.compare.defaults import MAX_AXES, defaults
from nbtrack.compare.documents import DOCUMENTS
from nbtrack.compare.figures import FigureKind, figure
from nbtrack.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbtrack.entities import Runs

__all__ = ["draw"]

_KINDS = {"curves": "curves", "charts": "parallel", "groups": "grouped"}
"""The kind of figure for each view of a panel."""
_MAX_RUNS = {
    kind: DOCUMENTS[{"contour": "scatter", "grouped": "grouped_curves"}.get(kind, kind)]
    for kind in get_args(FigureKind)
}
"""The most runs in each kind of figure if none are chosen."""


def draw(
    kind: str | None, runs: Runs, *, columns: Sequence[str], view: str, chosen: bool, **options: Any
) -> Any:
    """Return a figure of runs; options that are not given are chosen as on the page.

    Parameters
    ----------
    kind
        As in `nbtrack.compare.figure`; that of the view if there is none.
    columns
        The panel's columns, which are drawn first, in this order.
    view
        The panel's view.
    chosen
        Whether the user chose these runs; all of them are then drawn.
    options
        As in `nbtrack.compare.figure`.

    Raises
    ------
    InvalidValueError
        When there is nothing to draw; the message says what to do.
    """
    drawn = runs if chosen else runs[: _MAX_RUNS.get(kind or "", DOCUMENTS["parallel"])]
    if not drawn.records:
        raise InvalidValueError(
            "there is no run to draw; change panel.filter, or choose runs: panel.selected = nbtrack.runs()"
        )
    fields = _Fields(drawn, columns)
    kind = kind or _KINDS.get(view) or fields.fitting
    if kind not in _MAX_RUNS:
        raise InvalidValueError(f"there is no figure {kind!r}; ask for one of {', '.join(_MAX_RUNS)}")
    if not chosen:
        drawn = drawn[: _MAX_RUNS[kind]]
    return figure(kind, drawn, **(fields.of(kind, options) | options))  # type: ignore[arg-type]


class _Fields:
    """The fields of runs that can be drawn; the panel's columns come first."""

    def __init__(self, runs: Runs, columns: Sequence[str]) -> None:
        ids = [record.id for record in runs.records]
        count, uses = runs.store.fields(runs.query, len(ids), ids=ids)
        self._numbers = {use.name for use in uses if use.number}
        self._defaults = defaults(count, uses, columns)

    def of(self, kind: str, options: dict[str, Any]) -> dict[str, Any]:
        """Return the options of a kind that are needed and not given."""
        needed = {
            "curves": ["metric"],
            "grouped": ["metric", "by"],
            "parallel": ["fields"],
            "scatter": ["x", "y"],
            "contour": ["x", "y", "z"],
            "box": ["field", "by"],
            "importance": ["metric"],
        }[kind]
        lacking = [name for name in needed if name not in options]
        return {name: self._default(kind, name, options) for name in lacking}

    def _default(self, kind: str, name: str, options: dict[str, Any]) -> Any:
        varied, repeated = self._defaults["varied"], self._defaults["repeated"]
        if name == "metric":
            return self._metric("metric" if kind == "importance" else "curve")
        if (kind, name) in {("scatter", "y"), ("contour", "z"), ("box", "field")}:
            return f"metrics.{self._metric('metric')}"
        if name == "fields":
            return [*varied[:MAX_AXES], f"metrics.{self._metric('metric')}"]
        if kind == "grouped":
            return [repeated] if repeated else (varied or ["experiment"])[:1]
        if kind == "box":
            return repeated or next(iter(varied), None)
        if kind == "scatter":
            return next(iter(varied), "start_time")
        free = [one for one in varied if one in self._numbers and one not in options.values()]
        if len(free) < 1 + (name == "x" and "y" not in options):
            raise InvalidValueError(
                "a contour is drawn over two params that are numbers and vary, and these runs have fewer; "
                "say which fields: panel.figure('contour', x=..., y=..., z=...), or take panel.figure('scatter')"
            )
        return free[1 if name == "y" and "x" not in options else 0]

    @property
    def fitting(self) -> str:
        """The kind of figure that suits these runs best."""
        return "parallel" if self._defaults["varied"] else "curves"

    def _metric(self, name: Literal["metric", "curve"]) -> str:
        found = self._defaults[name]
        if found is None:
            raise InvalidValueError(
                "none of these runs has a metric to draw; log one with nbtrack.log_metric, or say what to draw: "
                "panel.figure('parallel', fields=['params.alpha', 'duration'])"
            )
        return found
