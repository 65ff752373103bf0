"""Which params, metrics, tags and data runs have, read quickly for many runs."""

# ruff: noqa: S608 - what is put together are table names and expressions of ours

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

__all__ = ["FieldUse", "fields"]


@dataclass(frozen=True, slots=True)
class FieldUse:
    """How runs use a field."""

    name: str
    """Its name as a column of the run table: ``params.alpha``."""
    count: int
    """How many of the runs have it."""
    values: int
    """How many different values they have; for a metric, 2 stands for 2 or more."""
    number: bool
    """Whether all of these are numbers."""
    points: int
    """How many points a metric's longest history has; 1 for fields without a history."""


# Values differ as in `nbtrack.fields.identity`: numbers by value, all others by kind and text.
_NUMBER = "kind IN (2, 3) AND abs(num) < 9007199254740992"
_DIFFERENT = (
    f"count(DISTINCT CASE WHEN {_NUMBER} THEN num END) + count(DISTINCT CASE WHEN {_NUMBER} THEN NULL "
    "WHEN kind = 4 THEN 's' || text WHEN kind = 1 THEN 'b' || text "
    "WHEN kind = 3 AND abs(num) < 9e18 THEN 'n' || CAST(num AS INTEGER) ELSE 'n' || text END)"
)
# By key: how many runs, different values, whether all are numbers, points.
_USES = {
    "params": f"count(*), {_DIFFERENT}, min(kind) > 1 AND max(kind) < 4, 1",
    "metrics": "count(*), 1 + (min(last) <> max(last) OR count(last) BETWEEN 1 AND count(*) - 1), 1, max(count)",
    "tags": "count(*), count(DISTINCT value), 0, 1",
    "data": "count(*), count(DISTINCT fingerprint), 0, 1",
}
_ATTRIBUTES = ("experiment", "status", "name", "notebook", "git_commit", "lineage", "parent")


def fields(connection: sqlite3.Connection, keys: Sequence[int]) -> list[FieldUse]:
    """Return the fields of the runs with these row numbers: attributes, params, metrics, tags, data, each by name.

    Attributes are those that group runs: experiment, status and the like.
    """
    runs = json.dumps(list(keys))
    within = "IN (SELECT value FROM json_each(?))"
    counts = ", ".join(f"count(nullif({name}, '')), count(DISTINCT {name})" for name in _ATTRIBUTES)
    row = connection.execute(f"SELECT {counts} FROM runs WHERE id {within}", (runs,)).fetchone()
    found = [
        FieldUse(name, row[2 * place], row[2 * place + 1], False, 1) for place, name in enumerate(_ATTRIBUTES)
    ]
    for kind, uses in _USES.items():
        rows = connection.execute(
            f"SELECT n.name, u.* FROM (SELECT key, {uses} FROM {kind} WHERE run {within} GROUP BY key) AS u "
            "JOIN names AS n ON n.id = u.key ORDER BY n.name",
            (runs,),
        )
        found += [
            FieldUse(f"{kind}.{name}", count, values or 1, bool(number), points)
            for name, _, count, values, number, points in rows
        ]
    return found
