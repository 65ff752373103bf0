"""A run's metrics with their summaries, each with a small picture of its history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from nbtrack.entities.bounds import whole
from nbtrack.entities.folds import folds_of
from nbtrack.fields import sent

if TYPE_CHECKING:
    from nbtrack.entities import Run
    from nbtrack.records import MetricSummary, Series

__all__ = ["Metric", "MetricRows", "Sparkline", "sparkline"]

POINTS = 60
MAX_METRICS = 1_000
MAX_SPARKLINES = 300
"""Reading the history of more would take seconds."""


class Sparkline(TypedDict):
    """Points of a history, its lowest and highest among them; None where the value is not finite."""

    steps: list[float]
    values: list[float | None]


class Metric(TypedDict):
    """A metric; `value` is what it comes to: the last value, of scores of folds the mean."""

    name: str
    folds: bool
    value: float | list[str]
    last: float | list[str]
    first: float | list[str]
    min: float | list[str]
    max: float | list[str]
    mean: float | list[str]
    count: int
    step: int
    sparkline: Sparkline | None


class MetricRows:
    """The metrics of one run, read again and again: a history is read only when it has grown.

    Parameters
    ----------
    run
        The run.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self._drawn: dict[str, tuple[tuple[Any, ...], Sparkline]] = {}

    def rows(self) -> tuple[list[Metric], int]:
        """Return the first metrics by name, and how many more there are."""
        run = self.run
        folds = folds_of([run.tags])
        summaries = run.store.metrics(run.key)
        rows: list[Metric] = []
        for name in list(summaries)[:MAX_METRICS]:
            rows.append(self._row(name, summaries[name], folds, drawn=len(rows) < MAX_SPARKLINES))
        return rows, len(summaries) - len(rows)

    def _row(self, name: str, summary: MetricSummary, folds: set[str], *, drawn: bool) -> Metric:
        value = summary.mean if name in folds else summary.last
        return {
            "name": whole(name),
            "folds": name in folds,
            "value": sent(value),
            "last": sent(summary.last),
            "first": sent(summary.first),
            "min": sent(summary.min),
            "max": sent(summary.max),
            "mean": sent(summary.mean),
            "count": summary.count,
            "step": summary.last_step,
            "sparkline": self._sparkline(name, summary) if drawn and summary.count > 1 else None,
        }

    def _sparkline(self, name: str, summary: MetricSummary) -> Sparkline:
        # Every summary value, as text: NaN equals nothing, and two runs of the same length may differ.
        stamp = (summary.count, *map(str, (summary.last, summary.first, summary.min, summary.max)))
        known = self._drawn.get(name)
        if known is not None and known[0] == stamp:
            return known[1]
        made = sparkline(self.run.store.history(self.run.key, name))
        self._drawn[name] = stamp, made
        return made


def sparkline(series: Series, most: int = POINTS) -> Sparkline:
    """Return some points of a history, so that no spike is lost.

    Parameters
    ----------
    series
        The history, by step.
    most
        How many points; an even number.
    """
    import numpy as np

    values = np.asarray(series.values, dtype="float64")
    steps = np.asarray(series.steps, dtype="float64")
    places = np.arange(len(values))
    if len(values) > most:
        kept: list[int] = []
        # The lowest and the highest of as many parts as there is room for.
        for part in np.array_split(places, most // 2):
            finite = part[np.isfinite(values[part])]
            if len(finite):
                ends = {int(finite[values[finite].argmin()]), int(finite[values[finite].argmax()])}
                kept += sorted(ends)
            else:
                kept.append(int(part[0]))
        places = np.asarray(kept)
    shown = [float(value) if np.isfinite(value) else None for value in values[places]]
    return {"steps": steps[places].tolist(), "values": shown}
