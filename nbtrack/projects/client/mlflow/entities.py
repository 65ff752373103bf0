"""MLflow's entities, as far as projects ask for them."""

from nbtrack.entities import Run
from nbtrack.entities.mlflow import Experiment, RunInfo, ViewType

__all__ = ["Experiment", "Run", "RunInfo", "RunStatus", "ViewType"]


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
