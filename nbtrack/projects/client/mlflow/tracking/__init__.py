"""MLflow's client: runs by their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbtrack import tracking
from nbtrack.entities.tag_edits import edit_tags
from nbtrack.tracking.current import logged_run
from nbtrack.tracking.destination import get_tracking_uri, set_tracking_uri

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbtrack.entities import Run

__all__ = ["MlflowClient", "get_tracking_uri", "set_tracking_uri"]


class MlflowClient:
    """MLflow's client, on the caller's store."""

    def __init__(self, tracking_uri: str | None = None, registry_uri: str | None = None) -> None:
        """Take MLflow's addresses; the store is the caller's."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise AttributeError(f"nbtrack, which answers to mlflow in this project, has no MlflowClient.{name}")

    def get_run(self, run_id: str) -> Run:
        """Return a run."""
        return tracking.get_run(run_id)

    def search_runs(
        self,
        experiment_ids: Sequence[str] | str,
        filter_string: str = "",
        run_view_type: int = 1,
        max_results: int = 1000,
        order_by: Sequence[str] | None = None,
    ) -> list[Run]:
        """Return the runs of experiments, newest first."""
        ids = [experiment_ids] if isinstance(experiment_ids, str) else list(experiment_ids)
        found = tracking.search_runs(
            ids, filter_string, run_view_type, max_results, list(order_by or []) or None, output_format="list"
        )
        return list(found)

    def get_experiment_by_name(self, name: str) -> Any:
        """Return an experiment, or None."""
        return tracking.get_experiment_by_name(name)

    def get_experiment(self, experiment_id: str) -> Any:
        """Return an experiment."""
        return tracking.get_experiment(experiment_id)

    def create_experiment(self, name: str) -> str:
        """Make an experiment, and return its id."""
        return tracking.create_experiment(name)

    def log_metric(
        self, run_id: str, key: str, value: float, timestamp: int | None = None, step: int | None = None
    ) -> None:
        """Add a point to a run's metric."""
        tracking.log_metric(key, value, step, timestamp=timestamp, run_id=run_id)

    def log_param(self, run_id: str, key: str, value: Any) -> Any:
        """Store a param of a run."""
        tracking.log_params({key: value}, run_id=run_id)
        return value

    def set_tag(self, run_id: str, key: str, value: Any) -> None:
        """Set a tag of a run."""
        edit_tags(logged_run(run_id).writer, [(key, value)])
