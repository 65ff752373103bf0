"""MLflow's exceptions: what nbtrack raises is caught as `MlflowException`."""

from nbtrack.errors import NbtrackError as MlflowException

__all__ = ["ExecutionException", "MlflowException"]


class ExecutionException(MlflowException):
    """A project's command has failed."""
