"""What a page asks of a store: rows, ids, the ends of a column, which columns differ."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from nbtrack.compare.defaults import defaults
from nbtrack.errors import InvalidValueError
from nbtrack.fields import MISSING, differ, is_ordered, sent
from nbtrack.query import Order, Query, bare_names, parse, parse_order, unknown_names
from nbtrack.query.tree import And, Field, In, IsNull, Not, Text
from nbtrack.records import SYSTEM_TAGS, UNSTARRED
from nbtrack.store.uses import FieldUse
from nbtrack.widgets.panel.heads import ATTRIBUTES, head
from nbtrack.widgets.replies import problem
from nbtrack.widgets.watching import clock_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from nbtrack.query.tree import Condition
    from nbtrack.records import RunRecord
    from nbtrack.store import Store
    from nbtrack.store.reader import NameKind
    from nbtrack.widgets import wire
    from nbtrack.widgets.panel.heads import Head

__all__ = [
    "Selection",
    "among",
    "check_column",
    "differing",
    "fields",
    "ids",
    "names",
    "scales",
    "tags",
    "those",
    "window",
]

SCALES_TIMEOUT = 0.03
"""Seconds for which a question about columns may hold up the rows."""

MAX_TEXT = 500
"""Characters of a text that are sent: a cell of the table shows no more."""

MAX_COMPARED = 2_000
"""Runs whose values are compared one by one. Where there are more, the first and the last of a column's order are compared."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which runs are looked at, in which order."""

    query: Query
    experiments: Sequence[str] | None = None
    deleted: bool = False
    scope: dict[str, Any] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "scope", {"experiments": self.experiments, "deleted": self.deleted})

    @classmethod
    def of(cls, store: Store, request: wire.Query, only: Sequence[str] | None = None) -> Selection:
        """Return what a request asks for.

        Parameters
        ----------
        only
            The ids of the runs that the panel is about; None for all.

        Raises
        ------
        FilterError
            When the filter or the order cannot be understood.
        """
        query = parse(request["filter"], store.names)
        if request["order_by"]:
            query = replace(query, order_by=parse_order(request["order_by"], store.names))
        if only is not None:
            query = _among(query, only)
        return cls(query, request["experiments"], request["deleted"])

    def where(self, condition: Condition) -> Selection:
        """Return the same with one more condition."""
        return Selection(_and(self.query, condition), self.experiments, self.deleted)


def _and(query: Query, condition: Condition) -> Query:
    return replace(query, where=And((query.where, condition)) if query.where else condition)


def _among(query: Query, only: Iterable[str]) -> Query:
    return _and(query, In(Field("attributes", "run_id"), tuple(map(Text, only))))


def check_column(name: str) -> str:
    """Return a column's name if it can be one.

    Raises
    ------
    InvalidValueError
        When it can be none.
    """
    kind, _, rest = name.partition(".")
    if (kind in {"params", "metrics", "tags", "data"} and rest) or name in (
        *ATTRIBUTES,
        "id",
        "experiment_id",
    ):
        return name
    from nbtrack.query import suggest

    near = suggest(name, ATTRIBUTES)
    hint = f"; did you mean {near!r}?" if near else ""
    raise InvalidValueError(
        f"{name!r} is no column; use params.NAME, metrics.NAME, tags.NAME or one of {', '.join(ATTRIBUTES)}{hint}"
    )


def window(
    store: Store, selection: Selection, offset: int, limit: int, columns: Sequence[str]
) -> dict[str, Any]:
    """Return the rows of a table from `offset` on, with what is known of its columns."""
    clock = clock_of(store)
    # Names that stand for one another are one column.
    found = store.window(selection.query, offset, limit, list(dict.fromkeys(columns)), **selection.scope)
    metrics = frozenset(store.names("metrics"))
    result: dict[str, Any] = {
        "clock": clock,
        "total": found.total,
        "offset": offset,
        "ids": found.ids,
        "columns": {name: [sent(one, MAX_TEXT) for one in values] for name, values in found.columns.items()},
        "heads": {name: head(name, metrics) for name in columns},
        "remark": None,
        "meant": bare_names(selection.query),
    }
    if not found.total and (remarks := unknown_names(selection.query, store.names)):
        result["remark"] = problem(remarks[0])
    return result


def those(store: Store, selection: Selection, ids: Sequence[str], columns: Sequence[str]) -> dict[str, Any]:
    """Return the rows of these runs in their order, as `window` does; what has gone in between is left out."""
    # Which runs these are is known already: what the query says of them need not be looked at again.
    query = Query(In(Field("attributes", "run_id"), tuple(map(Text, ids))), ())
    result = window(store, replace(selection, query=query), 0, len(ids), columns)
    place = {run: at for at, run in enumerate(result["ids"])}
    kept = [run for run in ids if run in place]
    order = [place[run] for run in kept]
    values = {name: [held[at] for at in order] for name, held in result["columns"].items()}
    return {**result, "ids": kept, "columns": values, "meant": bare_names(selection.query)}


def ids(store: Store, selection: Selection, offset: int, limit: int) -> dict[str, Any]:
    """Return the ids of the runs from `offset` on."""
    found = store.window(selection.query, offset, limit, [], **selection.scope)
    return {"total": found.total, "ids": found.ids}


def among(store: Store, selection: Selection, ids: Sequence[str]) -> dict[str, Any]:
    """Return those of the ids whose runs are found, in their order."""
    if selection.query.limit is None:
        selection = Selection(_among(selection.query, ids), selection.experiments, selection.deleted)
    wanted = set(ids)
    found = store.window(selection.query, 0, 2**53, [], **selection.scope)
    return {"ids": [one for one in found.ids if one in wanted]}


def tags(store: Store, records: Sequence[RunRecord]) -> dict[str, Any]:
    """Return the tags that a person gave these runs: how many have each, and its value where they have the same."""
    tags: list[dict[str, Any]] = []
    for name in store.names("tags"):
        held = [value for value in store.column(f"tags.{name}", records) if value is not MISSING]
        if held and not name.startswith(SYSTEM_TAGS):
            same = held[0] if len(set(held)) == 1 else None
            tags.append({"name": name, "count": len(held), "value": same})
    return {"runs": len(records), "tags": tags}


def scales(store: Store, selection: Selection, columns: Sequence[str]) -> dict[str, Any]:
    """Return what the first of the columns span: as many as can be found soon, so that rows can come between."""
    metrics = frozenset(store.names("metrics"))
    found: list[dict[str, Any]] = []
    began = time.perf_counter()
    for column in columns:
        found.append(_scale(store, selection, column, head(column, metrics)))
        if time.perf_counter() - began > SCALES_TIMEOUT:
            break
    return {"scales": found}


def _scale(store: Store, selection: Selection, column: str, about: Head) -> dict[str, Any]:
    """Return the least and the greatest number in a column, and the best where a metric's name tells."""
    low: Any = MISSING
    high: Any = MISSING
    if about["kind"] in {"metrics", "params"} or column == "duration":
        low, high = (
            _end(store, selection, column, about["field"], descending=down, number=True)
            for down in (False, True)
        )
    empty = low is MISSING and high is MISSING and _is_empty(store, selection, column, about["field"])
    if not (is_ordered(low) and is_ordered(high)):
        low = high = MISSING
    best: Any = MISSING
    if about["better"] and low != high:
        whole = selection.where(_STARRED)
        best = _end(store, whole, column, about["field"], descending=about["better"] == "up", number=True)
    return {"column": column, "low": sent(low), "high": sent(high), "best": sent(best), "empty": empty}


def _is_empty(store: Store, selection: Selection, column: str, written: str) -> bool:
    """Return whether none of the runs has anything in a column."""
    if selection.query.limit is not None:
        records = store.find_runs(selection.query, **selection.scope)
        return all(value is MISSING for value in store.column(column, records))
    (by,) = parse_order(written)
    if not isinstance(by.by, Field):
        return False
    having = selection.where(Not(IsNull(by.by)))
    return not store.find_runs(having.query, **selection.scope, limit=1)


_STARRED = Not(In(Field("attributes", "status"), tuple(map(Text, sorted(UNSTARRED)))))
"""What the filter language says of runs whose values may be marked as the best."""


def _end(
    store: Store, selection: Selection, column: str, written: str, *, descending: bool, number: bool = False
) -> Any:
    """Return a column's value in the run that comes first when ordered by it; perhaps none if it is no `number`."""
    (by,) = parse_order(written)
    query = replace(selection.query, order_by=(Order(by.by, descending, by.text),))
    if selection.query.limit is not None:
        # The first by another order may not be among those that the limit lets through.
        records = store.find_runs(selection.query, **selection.scope)
        numbers = [value for value in store.column(column, records) if is_ordered(value)]
        return (max if descending else min)(numbers, default=MISSING)
    records = store.find_runs(query, **selection.scope, limit=1, extreme=number)
    return store.column(column, records)[0] if records else MISSING


def differing(store: Store, selection: Selection, columns: Sequence[str]) -> dict[str, Any]:
    """Return those of the columns in which not all runs have the same."""
    unbounded = selection.query.limit is None
    records = store.find_runs(selection.query, **selection.scope, limit=MAX_COMPARED if unbounded else None)
    several: list[str] = []
    alike: list[str] = []
    for name in columns:
        values = store.column(name, records)
        (several if differ(values) else alike).append(name)
    if unbounded and len(records) == MAX_COMPARED:
        metrics = frozenset(store.names("metrics"))
        several += [
            name for name in alike if _ends_differ(store, selection, name, head(name, metrics)["field"])
        ]
    kept = set(several)
    return {"columns": [name for name in columns if name in kept]}


def _ends_differ(store: Store, selection: Selection, column: str, written: str) -> bool:
    ends = [_end(store, selection, column, written, descending=down) for down in (False, True)]
    if differ(ends):
        return True
    (by,) = parse_order(written)
    lacking = isinstance(by.by, Field) and store.count_runs(
        selection.where(IsNull(by.by)).query, **selection.scope
    )
    return bool(lacking) and ends[0] is not MISSING


def fields(
    store: Store, selection: Selection, ids: Sequence[str], limit: int, columns: Sequence[str]
) -> dict[str, Any]:
    """Return the fields of the chosen runs, or of the first `limit`, then those of others, and the charts' defaults."""
    runs, found = store.fields(selection.query, limit, ids=ids, **selection.scope)
    known = {use.name for use in found}
    others = [FieldUse(name, 0, 0, False, 0) for name in _logged(store) if name not in known]
    uses = [*found, *others]
    return {"runs": runs, "fields": [asdict(use) for use in uses], "defaults": defaults(runs, uses, columns)}


def names(store: Store) -> dict[str, Any]:
    """Return what can be a column, and the experiments."""
    return {
        "columns": [*ATTRIBUTES, *_logged(store)],
        "experiments": [{"name": one.name, "runs": one.runs} for one in store.experiments()],
        "read_only": store.read_only,
    }


def _logged(store: Store) -> Iterator[str]:
    """Yield the columns of all that was logged."""
    kinds: tuple[NameKind, ...] = ("params", "metrics", "tags", "data")
    yield from (f"{kind}.{name}" for kind in kinds for name in store.names(kind))
