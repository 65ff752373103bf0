"""MLflow's client: runs by their ids, on the caller's store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbtrack import tracking
from nbtrack.entities.tag_edits import edit_tags
from nbtrack.tracking.current import finish, logged_run, open_runs
from nbtrack.tracking.destination import store_in_use
from nbtrack.tracking.experiments import find_experiment

from ..artifacts import download_artifacts, list_artifacts
from ..entities import Metric

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbtrack.entities import Run
    from nbtrack.entities.mlflow import RunInfo
    from nbtrack.store import RunWriter

    from ..entities import FileInfo, Param, RunTag

__all__ = ["MlflowClient"]

_created: dict[str, RunWriter] = {}
"""The runs that were made by `create_run`, and have not ended."""


class MlflowClient:
    """MLflow's client, on the caller's store."""

    get_experiment = staticmethod(tracking.get_experiment)
    get_experiment_by_name = staticmethod(tracking.get_experiment_by_name)
    create_experiment = staticmethod(tracking.create_experiment)
    rename_experiment = staticmethod(tracking.rename_experiment)
    delete_experiment = staticmethod(tracking.delete_experiment)
    restore_experiment = staticmethod(tracking.restore_experiment)
    search_experiments = staticmethod(tracking.search_experiments)
    get_run = staticmethod(tracking.get_run)
    get_parent_run = staticmethod(tracking.get_parent_run)
    delete_run = staticmethod(tracking.delete_run)
    restore_run = staticmethod(tracking.restore_run)

    def __init__(self, tracking_uri: str | None = None, registry_uri: str | None = None) -> None:
        """Take MLflow's addresses; the store is the caller's."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise AttributeError(f"nbtrack, which answers to mlflow in this project, has no MlflowClient.{name}")

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

    def list_run_infos(self, experiment_id: str, run_view_type: int = 1) -> list[RunInfo]:
        """Return the attributes of an experiment's runs, newest first."""
        return [run.info for run in self.search_runs(experiment_id, "", run_view_type, 50_000)]

    def create_run(
        self,
        experiment_id: str,
        start_time: int | None = None,
        tags: dict[str, Any] | None = None,
        run_name: str | None = None,
    ) -> Run:
        """Make a run that is not the current one, to be ended by `set_terminated`."""
        store = store_in_use()
        writer = store.create_run(
            experiment=find_experiment(experiment_id, store).name,
            name=run_name,
            start_time=None if start_time is None else start_time / 1000,
        )
        _created[writer.id] = writer
        edit_tags(writer, (tags or {}).items())
        return tracking.get_run(writer.id)

    def set_terminated(self, run_id: str, status: str | None = None, end_time: int | None = None) -> None:
        """End a run."""
        for run in open_runs():
            if run.id == run_id:
                finish(run, status or "FINISHED")  # type: ignore[arg-type]
                return
        writer = _created.pop(run_id, None) or store_in_use().resume_run(run_id)
        writer.finish(status or "FINISHED", None if end_time is None else end_time / 1000)  # type: ignore[arg-type]

    def update_run(self, run_id: str, status: str | None = None, name: str | None = None) -> None:
        """Give a run another name or status."""
        if name:
            tracking.get_run(run_id).rename(name)
        if status:
            self.set_terminated(run_id, status)

    def log_metric(
        self, run_id: str, key: str, value: float, timestamp: int | None = None, step: int | None = None
    ) -> None:
        """Add a point to a run's metric."""
        tracking.log_metric(key, value, step, timestamp=timestamp, run_id=run_id)

    def log_param(self, run_id: str, key: str, value: Any) -> Any:
        """Store a param of a run."""
        tracking.log_params({key: value}, run_id=run_id)
        return value

    def log_batch(
        self,
        run_id: str,
        metrics: Sequence[Metric] = (),
        params: Sequence[Param] = (),
        tags: Sequence[RunTag] = (),
    ) -> None:
        """Store points, params and tags of a run."""
        tracking.log_params({one.key: one.value for one in params}, run_id=run_id)
        for point in metrics:
            self.log_metric(run_id, point.key, point.value, point.timestamp, point.step)
        edit_tags(logged_run(run_id).writer, [(one.key, one.value) for one in tags])

    def set_tag(self, run_id: str, key: str, value: Any) -> None:
        """Set a tag of a run."""
        edit_tags(logged_run(run_id).writer, [(key, value)])

    def delete_tag(self, run_id: str, key: str) -> None:
        """Delete a tag of a run."""
        tracking.get_run(run_id).delete_tag(key)

    def get_metric_history(self, run_id: str, key: str) -> list[Metric]:
        """Return the points of a run's metric."""
        run = tracking.get_run(run_id)
        points = run.store.history(run.key, key)
        return [
            Metric(key, float(value), round(float(time) * 1000), int(step))
            for value, time, step in zip(points.values, points.times, points.steps, strict=True)
        ]

    def log_artifact(self, run_id: str, local_path: str, artifact_path: str | None = None) -> None:
        """Keep a file with a run."""
        tracking.log_artifact(local_path, artifact_path, run_id)

    def log_artifacts(self, run_id: str, local_dir: str, artifact_path: str | None = None) -> None:
        """Keep a folder's files with a run."""
        tracking.log_artifacts(local_dir, artifact_path, run_id)

    def log_text(self, run_id: str, text: str, artifact_file: str) -> None:
        """Keep a text with a run."""
        tracking.log_text(text, artifact_file, run_id)

    def log_dict(self, run_id: str, dictionary: dict[str, Any], artifact_file: str) -> None:
        """Keep a dict with a run."""
        tracking.log_dict(dictionary, artifact_file, run_id)

    def list_artifacts(self, run_id: str, path: str | None = None) -> list[FileInfo]:
        """Return what a run kept in a folder of it."""
        return list_artifacts(run_id=run_id, artifact_path=path)

    def download_artifacts(self, run_id: str, path: str, dst_path: str | None = None) -> str:
        """Return where a run's artifact is, copied to a folder if one is given."""
        return download_artifacts(run_id=run_id, artifact_path=path, dst_path=dst_path)
