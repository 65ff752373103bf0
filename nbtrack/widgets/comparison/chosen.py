"""The runs that a view is about, found by their ids."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nbtrack.errors import InvalidValueError
from nbtrack.query import parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbtrack.records import RunRecord
    from nbtrack.store import Store
    from nbtrack.widgets.comparison.documents import RunHead

__all__ = ["chosen", "heads"]

_ID = re.compile(r"[0-9a-f]{32}")
_AT_ONCE = 500


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
    wanted = list(dict.fromkeys(ids))
    found: dict[str, RunRecord] = {}
    # Many at once: each alone would be a transaction of its own.
    plain = [run_id for run_id in wanted if _ID.fullmatch(run_id)]
    for start in range(0, len(plain), _AT_ONCE):
        listed = ", ".join(f"'{run_id}'" for run_id in plain[start : start + _AT_ONCE])
        found |= {run.id: run for run in store.find_runs(parse(f"run_id IN ({listed})"))}
    # Deleted ones are found by themselves.
    return [found[run_id] if run_id in found else store.run(run_id) for run_id in wanted]


def heads(records: Sequence[RunRecord]) -> list[RunHead]:
    """Return what the runs are called."""
    return [{"id": run.id, "name": run.name, "status": run.status} for run in records]
