"""The objects for users: runs, sequences of runs, their artifacts and differences, and MLflow's names for them."""

from nbtrack.entities.artifacts import Artifact, Artifacts
from nbtrack.entities.diff import RunDiff
from nbtrack.entities.mlflow import Experiment, RunData, RunInfo, ViewType
from nbtrack.entities.models import RunModel
from nbtrack.entities.run import Run
from nbtrack.entities.runs import Runs
from nbtrack.entities.source import Source

__all__ = [
    "Artifact",
    "Artifacts",
    "Experiment",
    "Run",
    "RunData",
    "RunDiff",
    "RunInfo",
    "RunModel",
    "Runs",
    "Source",
    "ViewType",
]
