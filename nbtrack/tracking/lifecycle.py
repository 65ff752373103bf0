"""Beginning and ending runs: MLflow's `start_run`, `end_run` and what goes with them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from nbtrack.entities import Run
from nbtrack.entities.mlflow import NAME_TAG, NOTE_TAG, PARENT_TAG
from nbtrack.entities.tag_edits import edit_tags
from nbtrack.errors import InvalidValueError, NotFoundError, RunStateError
from nbtrack.tracking.context import keep_context
from nbtrack.tracking.current import (
    ActiveRun,
    begin,
    current_run,
    finish,
    innermost_of_user,
    is_own,
    open_runs,
    surrounding_run,
)
from nbtrack.tracking.destination import default_experiment, store_in_use
from nbtrack.tracking.experiments import find_experiment
from nbtrack.tracking.handed import handed_run
from nbtrack.tracking.system_metrics import watch
from nbtrack.values import as_name, as_tag

if TYPE_CHECKING:
    from nbtrack.records import Status

__all__ = [
    "active_run",
    "delete_run",
    "end_run",
    "get_parent_run",
    "get_run",
    "restore_run",
    "start_run",
]

_ENDINGS = ("FINISHED", "FAILED", "KILLED")


def start_run(  # noqa: PLR0917 (MLflow's order)
    run_id: str | None = None,
    experiment_id: str | int | None = None,
    run_name: str | None = None,
    nested: bool = False,
    parent_run_id: str | None = None,
    tags: Mapping[str, Any] | None = None,
    description: str | None = None,
    log_system_metrics: bool | None = None,
) -> ActiveRun:
    """Begin a run, or resume one; best used as `with nbtrack.start_run() as run:`.

    Inside another `with` block and inside a tracked cell it becomes a child, also without `nested`.
    A run that an earlier bare `start_run()` left open is ended first, so that a cell can run again.

    Parameters
    ----------
    run_id
        A run to resume: id, prefix of an id, or name. Without it, the first run that a process begins is the one
        that `MLFLOW_RUN_ID` names.
    experiment_id
        Id or name of the experiment; without it the parent's, or the one of `set_experiment`.
    run_name
        A name; by default a readable one is generated.
    nested
        Whether a run that an earlier bare `start_run()` began also becomes its parent.
    parent_run_id
        The parent run, in place of the surrounding one.
    tags, description
        Tags and the note of the run.
    log_system_metrics
        Whether to sample what the run takes of its machine, as `system/...` metrics; without it as
        `enable_system_metrics_logging` says. A run shorter than the interval has none.

    Raises
    ------
    NotFoundError, InvalidValueError, StoreError
        For an unknown run or experiment, an invalid name or tag, or a store that cannot be written.

    Examples
    --------
    >>> with nbtrack.start_run(run_name="elastic-net", tags={"team": "red"}) as run:
    ...     nbtrack.log_metric("rmse", 0.77)
    >>> run.name, run.status
    ('elastic-net', 'FINISHED')
    """
    tags_to_set = _tags_to_set(run_name, tags, description)
    parent = parent_run_id or tags_to_set.pop(PARENT_TAG, None)
    if not nested and parent is None:
        _end_bare()
    handed = None
    if run_id is None:
        run_id = handed = handed_run(store_in_use())
    if run_id is not None:
        run = _resume(run_id, tags_to_set, handed=handed is not None)
    else:
        run = _begin(experiment_id, parent, tags_to_set)
    watch(run, log_system_metrics)
    return run


def _tags_to_set(run_name: str | None, tags: Any, description: str | None) -> dict[str, str]:
    """Return a run's name, tags and note, checked, as MLflow's tags."""
    if tags is not None and not isinstance(tags, Mapping):
        raise InvalidValueError(f"tags is a {type(tags).__name__}; give a dict of names to values")
    tags_to_set = {
        as_name(key, "tag name"): as_tag(value, f"tag {key!r}") for key, value in (tags or {}).items()
    }
    if description is not None:
        tags_to_set[NOTE_TAG] = as_tag(description, "description")
    if tags_to_set:
        from nbtrack.capture.secrets import SEEN  # its patterns are slow to compile

        tags_to_set = {key: str(SEEN.param(key, value)) for key, value in tags_to_set.items()}
    if run_name:
        tags_to_set[NAME_TAG] = as_name(run_name, "run name")
    return tags_to_set


def _begin(experiment_id: str | int | None, parent: str | None, tags_to_set: dict[str, str]) -> ActiveRun:
    store = store_in_use()
    around = surrounding_run()
    parent_id = around.id if around is not None else None
    if parent is not None:
        record = store.run(parent)
        if record.deleted is not None:
            raise RunStateError(f"run {record.name!r} is deleted; restore it before it gets children")
        parent_id = record.id
    if experiment_id is not None:
        experiment = find_experiment(experiment_id, store).name
    else:
        experiment = around.experiment if around is not None else default_experiment()
    name = tags_to_set.pop(NAME_TAG, None)
    note = tags_to_set.pop(NOTE_TAG, None)
    writer = store.create_run(experiment=experiment, name=name, parent=parent_id, tags=tags_to_set)
    if note:
        writer.set_note(note)
    return begin(store, writer, "bare")


def _resume(run_id: str, tags_to_set: dict[str, str], *, handed: bool) -> ActiveRun:
    store = store_in_use()
    record = store.run(run_id)
    if record.deleted is not None:
        raise RunStateError(f"run {record.name!r} is deleted; restore it before you resume it")
    # A run that is resumed inside itself keeps its writer, and ends with the outermost block.
    same = next((run for run in open_runs() if run.id == record.id and run.pid == os.getpid()), None)
    writer = same.writer if same is not None else store.resume_run(record.id)
    edit_tags(writer, tags_to_set.items())
    if handed:
        keep_context(writer)  # who made it does not know what runs here
    resumed = begin(store, writer, "bare", fresh=False)
    if same is not None:
        resumed.logs = same.logs  # one count of steps, and one list of what was logged
    return resumed


def _end_bare() -> None:
    """End the runs that earlier bare `start_run()` or `log_*` calls of this thread left open."""
    run = surrounding_run()
    while run is not None and run.kind in ("bare", "implicit") and is_own(run):
        finish(run)
        run = surrounding_run()


def end_run(status: str = "FINISHED") -> None:
    """End the innermost run that was begun here; a tracked cell's run ends with its cell.

    Parameters
    ----------
    status
        `FINISHED`, `FAILED` or `KILLED`.

    Examples
    --------
    >>> run = nbtrack.start_run()
    >>> nbtrack.end_run("FAILED")
    >>> run.status
    'FAILED'
    """
    ending = str(status).upper()
    if ending not in _ENDINGS:
        raise InvalidValueError(f"status {status!r} is not a final status; give one of {', '.join(_ENDINGS)}")
    run = innermost_of_user()
    if run is not None:
        finish(run, cast("Status", ending))


def active_run() -> ActiveRun | None:
    """Return the run that `log_*` adds to, or None.

    Examples
    --------
    >>> with nbtrack.start_run(run_name="elastic-net"):
    ...     nbtrack.active_run().name
    'elastic-net'
    """
    return current_run()


def get_run(run_id: str) -> Run:
    """Return a run by its id, a prefix of it, or its name.

    Raises
    ------
    NotFoundError
        When there is none, or more than one.

    Examples
    --------
    >>> nbtrack.get_run("ridge").metrics["rmse"]
    0.79
    """
    store = store_in_use()
    record = store.run(_as_run_id(run_id))
    return Run(store, record.id, record)


def get_parent_run(run_id: str) -> Run | None:
    """Return the parent of this run, or None.

    Examples
    --------
    >>> with nbtrack.start_run(run_name="search"), nbtrack.start_run() as trial:
    ...     nbtrack.log_metric("rmse", 0.79)
    >>> nbtrack.get_parent_run(trial.id).name
    'search'
    """
    return get_run(run_id).parent


def delete_run(run_id: str) -> None:
    """Delete a run and its children; `restore_run` brings them back until the store's `gc` ran.

    Examples
    --------
    >>> nbtrack.delete_run("ridge")
    >>> [run.name for run in nbtrack.runs()]
    ['lasso']
    """
    get_run(run_id).delete()


def restore_run(run_id: str) -> None:
    """Bring a deleted run back.

    Examples
    --------
    >>> nbtrack.delete_run("ridge")
    >>> nbtrack.restore_run("ridge")
    >>> [run.name for run in nbtrack.runs()]
    ['lasso', 'ridge']
    """
    get_run(run_id).restore()


def _as_run_id(run_id: Any) -> str:
    if not isinstance(run_id, str) or not run_id:
        raise NotFoundError(f"run {run_id!r} is not an id; give a run's id, a prefix of it, or its name")
    return run_id
