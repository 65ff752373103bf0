"""MLflow's entities, as far as projects ask for them."""

from __future__ import annotations

from typing import Any, NamedTuple

from nbtrack.entities import Run
from nbtrack.entities.mlflow import Experiment, RunInfo, ViewType

__all__ = ["Experiment", "FileInfo", "Metric", "Param", "Run", "RunInfo", "RunStatus", "RunTag", "ViewType"]


class Metric(NamedTuple):
    """A point of a metric."""

    key: str
    value: float
    timestamp: int | None = None
    step: int | None = None


class Param(NamedTuple):
    """A param with its value."""

    key: str
    value: Any


class RunTag(NamedTuple):
    """A tag with its value."""

    key: str
    value: Any


class FileInfo(NamedTuple):
    """A file or a folder among artifacts."""

    path: str
    is_dir: bool
    file_size: int | None


class RunStatus:
    """The statuses of a run; here each is its own name, which is what `run.info.status` holds."""

    RUNNING = "RUNNING"
    SCHEDULED = "SCHEDULED"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    KILLED = "KILLED"

    @staticmethod
    def to_string(status: str) -> str:
        """Return the name of a status."""
        return status

    @staticmethod
    def from_string(status: str) -> str:
        """Return the status of a name."""
        return status

    @staticmethod
    def is_terminated(status: str) -> bool:
        """Return whether a run of this status has ended."""
        return status in {"FINISHED", "FAILED", "KILLED"}
