"""The state of a run's page: the same for its widget and for a page that asks a panel or a server for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbtrack.widgets.runpage.document import run_page
from nbtrack.widgets.runpage.sparkline import MetricRows

if TYPE_CHECKING:
    from nbtrack.entities import Run

__all__ = ["run_traits"]


def run_traits(
    run: Run, servers: dict[str, dict[str, str]], metrics: MetricRows | None = None
) -> dict[str, Any]:
    """Return what the page of a run shows, by the names that `labextension/src/runpage/messages.ts` has.

    Parameters
    ----------
    run
        The run.
    servers
        The servers that the page has started.
    metrics
        The run's metrics, where they are read again and again.

    Raises
    ------
    NotFoundError
        When the run was removed.
    """
    rows, left = (MetricRows(run) if metrics is None else metrics).rows()
    return {
        "page": run_page(run),
        "metrics": rows,
        "metrics_left": left,
        "servers": servers,
        "removed": False,
        "read_only": run.store.read_only,
    }
