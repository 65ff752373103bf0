"""Runs and experiments with MLflow's names, for code that was written for MLflow."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nbtrack.errors import InvalidValueError

if TYPE_CHECKING:
    from nbtrack import records
    from nbtrack.records import DataRecord, ParamValue, RunRecord
    from nbtrack.store import Store

__all__ = ["Experiment", "RunData", "RunInfo", "ViewType", "artifacts_uri", "mlflow_status", "mlflow_tags"]

# MLflow's system tags, which are attributes of a run here.
NAME_TAG = "mlflow.runName"
NOTE_TAG = "mlflow.note.content"
PARENT_TAG = "mlflow.parentRunId"
COMMIT_TAG = "mlflow.source.git.commit"
SOURCE_TAG = "mlflow.source.name"


class ViewType(enum.IntEnum):
    """Which runs or experiments a search includes."""

    ACTIVE_ONLY = 1
    DELETED_ONLY = 2
    ALL = 3

    @classmethod
    def of(cls, given: int | str) -> ViewType:
        """Return the view of this number, or of this name in any letter case.

        Raises
        ------
        InvalidValueError
            When there is none.
        """
        name = given.upper() if isinstance(given, str) else ""
        for view in cls:
            if view == given or view.name == name:
                return view
        raise InvalidValueError(
            f"view {given!r} is not known; give 'ACTIVE_ONLY' (1), 'DELETED_ONLY' (2) or 'ALL' (3)"
        )


@dataclass(frozen=True, slots=True)
class Experiment:
    """A named group of runs; times are milliseconds since the epoch."""

    experiment_id: str
    name: str
    artifact_location: str
    lifecycle_stage: str
    creation_time: int
    tags: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, record: records.Experiment, store: Store) -> Experiment:
        """Return an experiment of the store under MLflow's names."""
        return cls(
            experiment_id=str(record.id),
            name=record.name,
            artifact_location=artifacts_uri(store),
            lifecycle_stage="active" if record.deleted is None else "deleted",
            creation_time=round(record.created * 1000),
        )


@dataclass(frozen=True, slots=True)
class RunInfo:
    """A run's attributes; times are milliseconds since the epoch."""

    run_id: str
    run_name: str
    experiment_id: str
    status: str
    start_time: int
    end_time: int | None
    artifact_uri: str
    lifecycle_stage: str

    @classmethod
    def of(cls, record: RunRecord, store: Store) -> RunInfo:
        """Return a run's attributes under MLflow's names."""
        return cls(
            run_id=record.id,
            run_name=record.name,
            experiment_id=str(record.experiment_id),
            status=mlflow_status(record),
            start_time=round(record.start_time * 1000),
            end_time=None if record.end_time is None else round(record.end_time * 1000),
            artifact_uri=f"{artifacts_uri(store)}/{record.id}",
            lifecycle_stage="active" if record.deleted is None else "deleted",
        )

    def to_proto(self) -> RunInfo:
        """Return the same: MLflow's own projects ask it for the status."""
        return self


class RunData(Mapping[str, "DataRecord"]):
    """The data that a run read, by name, and its params, metrics and tags as in MLflow's `run.data`.

    As in MLflow `params` are text here; `run.params` has them with their types.
    """

    def __init__(
        self,
        data: Mapping[str, DataRecord],
        params: Mapping[str, ParamValue],
        metrics: Mapping[str, float],
        tags: Mapping[str, str],
    ) -> None:
        self._data = data
        self.params = {name: str(value) for name, value in params.items()}
        self.metrics = dict(metrics)
        self.tags = dict(tags)

    def __getitem__(self, name: str) -> DataRecord:
        return self._data[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)

    def __repr__(self) -> str:
        return repr(dict(self._data))


def artifacts_uri(store: Store) -> str:
    """Return the address of the folder with the artifacts of all runs."""
    return (store.path.absolute() / "artifacts").as_uri()


def mlflow_status(record: RunRecord) -> str:
    """Return a run's status in MLflow's terms, which do not include CRASHED."""
    return "FAILED" if record.status == "CRASHED" else record.status


def mlflow_tags(record: RunRecord) -> dict[str, str]:
    """Return the attributes of a run that are tags in MLflow."""
    attributes = {
        NAME_TAG: record.name,
        NOTE_TAG: record.note or None,
        PARENT_TAG: record.parent,
        COMMIT_TAG: record.git_commit,
        SOURCE_TAG: record.notebook,
    }
    return {name: value for name, value in attributes.items() if value is not None}
