"""Find the runs that a view shows by their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbtrack.errors import InvalidValueError
from nbtrack.values import is_run_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbtrack.compare.documents import RunHead
    from nbtrack.records import RunRecord
    from nbtrack.store import Store

__all__ = ["chosen", "heads"]


def chosen(store: Store, ids: Sequence[str]) -> list[RunRecord]:
    """Return the runs with these ids, in this order, each once.

    Raises
    ------
    InvalidValueError
        When no id is given.
    NotFoundError
        For one that is no run's.
    """
    if not ids:
        raise InvalidValueError("no run is chosen; choose one or more")
    return store.runs_of(one if is_run_id(one) else store.run(one).id for one in ids)


def heads(records: Sequence[RunRecord]) -> list[RunHead]:
    """Return the names and ids of runs."""
    return [{"id": run.id, "name": run.name, "status": run.status} for run in records]
