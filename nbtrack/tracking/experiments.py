"""Experiments: MLflow's functions, each of which also takes a name where MLflow takes an id."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from nbtrack.entities import Experiment, ViewType
from nbtrack.entities.text import did_you_mean
from nbtrack.errors import InvalidValueError, NbtrackWarning, NotFoundError, RunStateError
from nbtrack.tracking.destination import MLFLOW_DEFAULT, default_experiment, store_in_use, use_experiment
from nbtrack.values import as_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbtrack import records
    from nbtrack.store import Store

__all__ = [
    "create_experiment",
    "delete_experiment",
    "find_experiment",
    "find_experiments",
    "get_experiment",
    "get_experiment_by_name",
    "rename_experiment",
    "restore_experiment",
    "search_experiments",
    "set_experiment",
    "several",
]


def all_experiments(store: Store) -> list[records.Experiment]:
    """Return the experiments, the deleted ones after the others."""
    return [*store.experiments(), *store.experiments(deleted=True)]


def find_experiment(given: Any, store: Store) -> records.Experiment:
    """Return an experiment by id or name.

    Raises
    ------
    NotFoundError
        When there is none; the message suggests the nearest name.
    """
    known = all_experiments(store)
    text = str(given)
    for experiment in known:
        if str(experiment.id) == text or experiment.name == given:
            return experiment
    if text == MLFLOW_DEFAULT:
        return store.create_experiment("default", exist_ok=True)
    hint = did_you_mean(text, [experiment.name for experiment in known])
    raise NotFoundError(f"there is no experiment {given!r}{hint}")


def find_experiments(given: Any, store: Store) -> list[str] | None:
    """Return the names of one experiment or several, given by id or name; None for None.

    Raises
    ------
    NotFoundError
        When there is none of a name.
    InvalidValueError
        When it is neither a name or an id, nor a collection of them.
    """
    return None if given is None else [find_experiment(item, store).name for item in several(given)]


def several(given: Any) -> list[Any]:
    """Return one experiment, or a collection of them, as a list."""
    if isinstance(given, str | int) and not isinstance(given, bool):
        return [given]
    if isinstance(given, Iterable):
        return list(given)
    raise InvalidValueError(
        f"experiment {given!r} is a {type(given).__name__}; give a name, an id, or a list of them"
    )


def set_experiment(experiment_name: str | None = None, experiment_id: str | int | None = None) -> Experiment:
    """Use this experiment for runs that name none; it is created if there is none of that name.

    Raises
    ------
    InvalidValueError
        When neither or both are given, or the name is not valid.
    RunStateError
        When the experiment is deleted.

    Examples
    --------
    >>> nbtrack.set_experiment("housing").name
    'housing'
    >>> with nbtrack.start_run() as run:
    ...     run.experiment
    'housing'
    """
    if (experiment_name is None) == (experiment_id is None):
        raise InvalidValueError("give set_experiment a name or an id, one of them")
    store = store_in_use()
    if experiment_name is not None:
        name = as_name(experiment_name, "experiment name")
        existing = {experiment.name: experiment for experiment in all_experiments(store)}
        found = existing.get(name) or store.create_experiment(name, exist_ok=True)
    else:
        found = find_experiment(experiment_id, store)
    if found.deleted is not None:
        raise RunStateError(
            f"experiment {found.name!r} is deleted; restore it (restore_experiment) or choose another"
        )
    use_experiment(found.name)
    return Experiment.of(found, store)


def get_experiment(experiment_id: str | int) -> Experiment:
    """Return an experiment by id or name.

    Raises
    ------
    NotFoundError
        When there is none.

    Examples
    --------
    >>> nbtrack.get_experiment("wine").lifecycle_stage
    'active'
    """
    store = store_in_use()
    return Experiment.of(find_experiment(experiment_id, store), store)


def get_experiment_by_name(name: str) -> Experiment | None:
    """Return the experiment of this name, or None.

    Examples
    --------
    >>> nbtrack.get_experiment_by_name("wine").name
    'wine'
    >>> nbtrack.get_experiment_by_name("housing") is None
    True
    """
    store = store_in_use()
    found = (existing for existing in all_experiments(store) if existing.name == name)
    return next((Experiment.of(experiment, store) for experiment in found), None)


def create_experiment(
    name: str, artifact_location: str | None = None, tags: Mapping[str, Any] | None = None
) -> str:
    """Create an experiment and return its id.

    Parameters
    ----------
    name
        A name that no other experiment has.
    artifact_location, tags
        Not supported: artifacts are kept in the store, and experiments have no tags.

    Raises
    ------
    InvalidValueError
        When there is one of this name.

    Examples
    --------
    >>> experiment_id = nbtrack.create_experiment("housing")
    >>> nbtrack.get_experiment(experiment_id).name
    'housing'
    """
    if artifact_location is not None or tags:
        warnings.warn(
            "nbtrack keeps no artifact_location and no tags of experiments", NbtrackWarning, stacklevel=2
        )
    return str(store_in_use().create_experiment(as_name(name, "experiment name"), exist_ok=False).id)


def rename_experiment(experiment_id: str | int, new_name: str) -> None:
    """Give an experiment another name.

    Examples
    --------
    >>> nbtrack.rename_experiment("wine", "wine quality")
    >>> nbtrack.get_run("ridge").experiment
    'wine quality'
    """
    store = store_in_use()
    old, new = find_experiment(experiment_id, store).name, as_name(new_name, "experiment name")
    store.rename_experiment(old, new)
    if old == default_experiment():
        use_experiment(new)


def delete_experiment(experiment_id: str | int) -> None:
    """Delete an experiment, so that its runs are no longer found.

    Examples
    --------
    >>> nbtrack.delete_experiment("wine")
    >>> len(nbtrack.runs())
    0
    """
    store = store_in_use()
    store.delete_experiment(find_experiment(experiment_id, store).name)


def restore_experiment(experiment_id: str | int) -> None:
    """Bring a deleted experiment back, with its runs.

    Examples
    --------
    >>> nbtrack.delete_experiment("wine")
    >>> nbtrack.restore_experiment("wine")
    >>> len(nbtrack.runs())
    2
    """
    store = store_in_use()
    store.restore_experiment(find_experiment(experiment_id, store).name)


def search_experiments(
    view_type: int | str = ViewType.ACTIVE_ONLY,
    max_results: int | None = None,
    filter_string: str | None = None,
    order_by: Sequence[str] | None = None,
) -> list[Experiment]:
    """Return the experiments that a filter finds, newest first unless ordered.

    Parameters
    ----------
    view_type
        `"ACTIVE_ONLY"`, `"DELETED_ONLY"` or `"ALL"`, or MLflow's number for it.
    max_results
        How many at most.
    filter_string
        E.g. `name LIKE 'wine%'`; the fields are `name`, `experiment_id`, `creation_time`, `last_update_time`
        (equal to `creation_time`) and `tags.x` (which no experiment has).
    order_by
        E.g. `["name DESC"]`.

    Raises
    ------
    FilterError
        When the filter or the order is invalid; the message says where.
    InvalidValueError
        For an unknown view, or an invalid number of results.

    Examples
    --------
    >>> [experiment.name for experiment in nbtrack.search_experiments(filter_string="name LIKE 'wine%'")]
    ['wine']
    """
    view = ViewType.of(view_type)
    if filter_string is not None and not isinstance(filter_string, str):
        raise InvalidValueError(
            f"filter is a {type(filter_string).__name__}; give a string such as \"name = 'wine'\""
        )
    if max_results is not None and (type(max_results) is not int or max_results < 0):
        raise InvalidValueError(f"max_results {max_results!r} is not a number of experiments; give 0 or more")
    from nbtrack.query import matching_experiments  # slow to import, and a script that only logs needs none

    store = store_in_use()
    seen = [
        existing
        for existing in all_experiments(store)
        if view == ViewType.ALL or (existing.deleted is not None) == (view == ViewType.DELETED_ONLY)
    ]
    found = matching_experiments(seen, filter_string or "", order_by or ())
    return [Experiment.of(existing, store) for existing in found[:max_results]]
