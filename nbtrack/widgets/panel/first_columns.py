"""Which columns a panel begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbtrack.entities.text import choose_columns
from nbtrack.fields import MISSING
from nbtrack.query import metrics_named

if TYPE_CHECKING:
    from nbtrack.store import Store
    from nbtrack.widgets.panel.queries import Selection

__all__ = ["first_columns"]

MAX_RUNS = 40
"""Runs that are looked at to choose the first columns."""
METRICS, PARAMS = 7, 7


def first_columns(store: Store, selection: Selection) -> list[str]:
    """Return the run's name, state and times, then the metrics and params that tell most."""
    records = store.find_runs(selection.query, **selection.scope, limit=MAX_RUNS)
    found = choose_columns(store.table(records, MISSING, metrics_named(selection.query)))
    metrics = [name for name in found if name.startswith("metrics.")][:METRICS]
    params = [name for name in found if name.startswith("params.")][:PARAMS]
    experiments = {record.experiment for record in records}
    several = ["experiment"] if len(experiments) > 1 else []
    return ["name", "status", "start_time", "duration", *several, *metrics, *params]
