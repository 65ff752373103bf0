"""A panel's chart as a figure: which kind, of what, where the user does not say."""

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
"""What the views of a panel show."""
_MAX_RUNS = {
    kind: DOCUMENTS[{"contour": "scatter", "grouped": "grouped_curves"}.get(kind, kind)]
    for kind in get_args(FigureKind)
}
"""The runs that a figure shows where none are chosen."""


def draw(
    kind: str | None, runs: Runs, *, columns: Sequence[str], view: str, chosen: bool, **options: Any
) -> Any:
    """Return a figure of runs; what is not said is chosen as the page chooses it.

    Parameters
    ----------
    kind
        As in `nbtrack.compare.figure`; that of the view if there is none.
    columns
        The panel's columns: those that come first in it are drawn first.
    view
        What the panel shows.
    chosen
        Whether a user chose these runs: then all of them are drawn.
    options
        As in `nbtrack.compare.figure`.

    Raises
    ------
    InvalidValueError
        When there is nothing to draw; says what to do.
    """
    looked_at = runs if chosen else runs[: _MAX_RUNS.get(kind or "", DOCUMENTS["parallel"])]
    if not looked_at.records:
        raise InvalidValueError(
            "there is no run to draw; change panel.filter, or choose runs: panel.selected = nbtrack.runs()"
        )
    fields = _Fields(looked_at, columns)
    kind = kind or _KINDS.get(view) or fields.fitting
    if kind not in _MAX_RUNS:
        raise InvalidValueError(f"there is no figure {kind!r}; ask for one of {', '.join(_MAX_RUNS)}")
    if not chosen:
        looked_at = looked_at[: _MAX_RUNS[kind]]
    return figure(kind, looked_at, **(fields.of(kind, options) | options))  # type: ignore[arg-type]


class _Fields:
    """What there is to draw of runs, that of the panel's columns first."""

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
        """The kind that says most of these runs."""
        return "parallel" if self._defaults["varied"] else "curves"

    def _metric(self, name: Literal["metric", "curve"]) -> str:
        found = self._defaults[name]
        if found is None:
            raise InvalidValueError(
                "none of these runs has a metric to draw; log one with nbtrack.log_metric, or say what to draw: "
                "panel.figure('parallel', fields=['params.alpha', 'duration'])"
            )
        return found
