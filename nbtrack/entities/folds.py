"""Scores of folds: a cross-validation metric is represented by its mean, not by the last fold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbtrack.records import FOLDS_TAG
from nbtrack.store.reader import fold_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nbtrack.records import MetricSummary

__all__ = ["folds_of", "shown_metrics"]


def folds_of(tags: Iterable[Mapping[str, str]]) -> set[str]:
    """Return the metrics that are scores of folds in one of the runs that have these tags."""
    return fold_names(of.get(FOLDS_TAG) for of in tags)


def shown_metrics(summaries: Mapping[str, MetricSummary], folds: set[str]) -> dict[str, float]:
    """Return a run's metrics as they are shown: `rmse` with its last value, and for folds `scores.mean`.

    The names are those of the filter language.
    """
    return {
        f"{name}.mean" if name in folds else name: summary.mean if name in folds else summary.last
        for name, summary in summaries.items()
    }
