"""The records that the store returns: plain frozen classes."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "BROKEN",
    "FOLDS_TAG",
    "SYSTEM_TAGS",
    "SYSTEM_USE",
    "UNSTARRED",
    "DataRecord",
    "EstimatorRecord",
    "Experiment",
    "MetricSummary",
    "ModelRecord",
    "ModelVersion",
    "ParamValue",
    "RegisteredModel",
    "RunRecord",
    "Series",
    "Status",
    "is_system_use",
]

ParamValue = bool | int | float | str | None
"""A typed setting of a run."""

Status = Literal["RUNNING", "FINISHED", "FAILED", "KILLED", "CRASHED"]
BROKEN: frozenset[Status] = frozenset({"FAILED", "CRASHED"})
"""The statuses of runs that are never the best, because they are incomplete.

A run that was stopped (KILLED) counts: people stop a training that has converged.
"""
UNSTARRED: frozenset[Status] = BROKEN | {"RUNNING"}
"""The statuses of runs whose values are not marked as the best."""


FOLDS_TAG = "nbtrack.folds"
"""The tag that lists, as JSON, the metrics whose points are the scores of folds: their mean counts, not the last."""
SYSTEM_TAGS = ("nbtrack.", "mlflow.")
"""How tags begin that no person has set."""
SYSTEM_USE = "system/"
"""How metrics begin that say what a run took of its machine; MLflow's prefix."""


def is_system_use(name: str) -> bool:
    """Return whether a metric is about the machine: no result, so that tables leave it out until it is asked for.

    Examples
    --------
    >>> is_system_use("system/cpu_utilization_percentage"), is_system_use("loss")
    (True, False)
    """
    return name.startswith(SYSTEM_USE)


@dataclass(frozen=True, slots=True)
class Experiment:
    """A named group of runs. Times are seconds since the epoch."""

    id: int
    name: str
    created: float
    deleted: float | None = None
    runs: int = 0


class RunRecord(NamedTuple):
    """One row of the run table; times are seconds since the epoch.

    A tuple, because creating a dataclass takes five times as long, which is noticeable for 10,000 runs.
    """

    key: int
    """The row number in its store, which is never shown to a user."""
    id: str
    name: str
    experiment: str
    experiment_id: int
    status: Status
    start_time: float
    end_time: float | None
    parent: str | None
    lineage: str | None
    notebook: str | None
    git_commit: str | None
    note: str
    deleted: float | None
    changed: int


@dataclass(frozen=True, slots=True)
class MetricSummary:
    """The summary of a metric's history; `last` is the value of the highest step, then time.

    NaN points count in `count` and can be `last` or `first`; `min`, `max` and `mean` ignore them
    and are NaN if there are no others.
    """

    last: float
    first: float
    min: float
    max: float
    mean: float
    count: int
    last_step: int = 0
    last_time: float = math.nan


@dataclass(frozen=True, slots=True)
class Series:
    """A metric's history as columns of equal length: step, seconds since the epoch, value."""

    steps: tuple[int, ...] | list[int]
    times: tuple[float, ...] | list[float]
    values: tuple[float, ...] | list[float]


@dataclass(frozen=True, slots=True)
class DataRecord:
    """What a run read: a table or array by name, with a content fingerprint."""

    name: str
    kind: str
    """`DataFrame`, `Series`, `ndarray`, `Tensor` ..."""
    shape: tuple[int, ...]
    dtypes: Mapping[str, str]
    """Column name to dtype; for an array the only key is `""`."""
    fingerprint: str
    sampled: bool = False
    """Whether the fingerprint was taken from a sample of the content."""


@dataclass(frozen=True, slots=True)
class EstimatorRecord:
    """An estimator that a run fitted."""

    name: str
    """The variable it was fitted under, or the class's name."""
    estimator: str
    """Qualified class name, e.g. `sklearn.linear_model._coordinate_descent.ElasticNet`."""
    params: Mapping[str, ParamValue]
    """The parameters that differ from the class's defaults."""
    schema: Mapping[str, str]
    """The columns of its training data, with dtypes."""
    shape: tuple[int, ...]
    rows: tuple[tuple[ParamValue, ...], ...] = ()
    """The first rows of its training data."""
    uri: str = ""
    """Where it was saved, for `nbtrack.load_model`; empty if it was not."""


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """A model that a run saved. Times are seconds since the epoch."""

    id: str
    run: str
    name: str
    """Its folder among the run's artifacts."""
    flavour: str
    size: int
    """In bytes."""
    created: float
    digest: str
    """The digest of its files when they were written."""
    origin: str | None = None
    """Where it was imported from; None if a run of this store wrote it."""


@dataclass(frozen=True, slots=True)
class RegisteredModel:
    """A name with versions of a model."""

    name: str
    created: float
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, int] = field(default_factory=dict)
    """Alias to version."""
    versions: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """One version of a registered model."""

    name: str
    version: int
    source: str
    """The address of the model, as `runs:/<id>/<name>` or a path."""
    run: str | None
    created: float
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
