"""The run that another process made for this one: `MLFLOW_RUN_ID`."""

from __future__ import annotations

import os
import sys
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

from nbtrack.errors import NbtrackWarning, NotFoundError
from nbtrack.store import started_by
from nbtrack.tracking.context import keep_context

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbtrack.store import RunWriter, Store

__all__ = ["PARENT", "handed_run", "known_run", "parent_of_cells", "resume_handed", "what_is_needed"]

_NEEDED = "NBTRACK_NEEDED"
PARENT = "NBTRACK_PARENT_RUN"
"""The variable with the run of a notebook that is executed as a whole: those of its cells are its children."""


def parent_of_cells(store: Store) -> str | None:
    """Return the run that the runs of this notebook's cells are children of, if there is one."""
    run_id = os.environ.get(PARENT)
    try:
        return store.run(run_id).id if run_id else None
    except NotFoundError:  # the notebook keeps its runs in another store
        return None


def handed_run(store: Store) -> str | None:
    """Return the id in `MLFLOW_RUN_ID`, once a process; warn if the store has no such run."""
    found = known_run(store)
    os.environ.pop("MLFLOW_RUN_ID", None)
    return found


def known_run(store: Store) -> str | None:
    """Return the id in `MLFLOW_RUN_ID` and leave it there; warn if the store has no such run."""
    run_id = os.environ.get("MLFLOW_RUN_ID")
    if not run_id:
        return None
    try:
        return store.run(run_id).id
    except NotFoundError as error:
        warnings.warn(f"MLFLOW_RUN_ID: {error}; a new run is begun", NbtrackWarning, stacklevel=5)
        return None


@contextmanager
def what_is_needed() -> Iterator[None]:
    """Let the packages be found that models are saved with and machines are looked at, where a project's environment lacks them."""
    folder = os.environ.get(_NEEDED)
    if not folder:
        yield
        return
    sys.path.append(folder)
    try:
        yield
    finally:
        sys.path.remove(folder)


def resume_handed(store: Store) -> RunWriter | None:
    """Go on with the run that was made for this process, for a call that logs without beginning one."""
    run_id = handed_run(store) if started_by() is None else None
    if run_id is None:
        return None
    writer = store.resume_run(run_id)
    keep_context(writer)  # who made it does not know what runs here
    return writer
