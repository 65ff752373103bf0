"""ORDER BY as SQL.

In either direction, runs that lack the first field come last, and runs where it is NaN just before them, as in MLflow;
numeric params come before text. Each of these classes is a separate SELECT, so that one over a metric, a
param, a tag or data walks the index on (key, value) and ends at the limit.
"""

# ruff: noqa: S608 (what is joined to SQL here is SQL; names and values are bound)

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbtrack.errors import FilterError
from nbtrack.query.field_names import ATTRIBUTES
from nbtrack.query.sql_values import MAX_SOURCES, Source, joined, table_of
from nbtrack.query.tree import Field

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbtrack.query.sql_values import Values
    from nbtrack.query.tree import Order

__all__ = ["NEWEST_FIRST", "Class", "Ordering"]

NEWEST_FIRST = ("r.start_time DESC", "r.id DESC")
_INDEXED = {"last", "min", "max"}


@dataclass(frozen=True, slots=True)
class Class:
    """A class of runs, which are ordered among themselves."""

    condition: str
    """The condition on their row in the walked table; empty for runs without a row there."""
    terms: tuple[str, ...]
    """The terms of their order, before ties are broken."""


class Ordering:
    """How the runs of a query are ordered: the table that is walked, those joined to it, the classes.

    Without `ties`, any of several equal runs may come first: an index then gives the first one.
    """

    def __init__(
        self, orders: Sequence[Order], values: Values, *, walk: bool = True, ties: bool = True
    ) -> None:
        self.values = values
        self._ties = NEWEST_FIRST if ties else ()
        self.walked: Source | None = None
        self.classes: tuple[Class, ...] = (Class("", ()),)
        later = list(orders)
        by = later[0].by if later and walk else None
        if isinstance(by, Field) and (column := self._indexed(by)):
            self.walked = values.source(by)
            self.classes = _classes(by, column, " DESC" if later.pop(0).descending else "")
        sources = frozenset[Source]().union(*(values.sources(order.by) for order in later))
        if len(sources) > MAX_SOURCES:
            raise FilterError(f"more than {MAX_SOURCES} fields to order by; the first ones decide")
        self.joined: Mapping[Source, str] = values.rows(sources)
        self.later = tuple(term for order in later for term in self._terms(order))

    def select(self, group: Class, tests: Sequence[str], limit: str, origin: str = "runs r") -> str:
        """Return the SELECT of one class of runs.

        Parameters
        ----------
        group
            One of `classes`.
        tests
            The conditions for its runs, as SQL.
        limit
            The SQL of its LIMIT.
        origin
            Where runs `r` come from, unless a table is walked.
        """
        if group.condition and self.walked:
            origin = f"{table_of(self.walked)} o CROSS JOIN runs r ON r.id = o.run"
            own = [f"o.key = {self.values.key(self.walked)}", group.condition]
        else:
            own = []
        joins = (
            f" LEFT JOIN {table_of(source)} {row} ON {row}.run = r.id AND {row}.key = {self.values.key(source)}"
            for source, row in self.joined.items()
        )
        lacking = []
        if self.walked and not group.condition:
            key = self.values.key(self.walked)
            table = table_of(self.walked)
            lacking = [f"NOT EXISTS (SELECT 1 FROM {table} o WHERE o.run = r.id AND o.key = {key})"]
        terms = ", ".join([*group.terms, *self.later, *self._ties])
        where = joined([*own, *tests, *lacking])
        return f"SELECT r.id AS id FROM {origin}{''.join(joins)} WHERE {where} ORDER BY {terms} LIMIT {limit}"

    def _indexed(self, field: Field) -> str | None:
        """Return the indexed column by which a field is walked."""
        if field.kind == "metrics":
            summary = self.values.resolved(field).summary or "last"
            return summary if summary in _INDEXED else None
        return {"params": "num", "tags": "value", "data": "fingerprint"}.get(field.kind)

    def _terms(self, order: Order) -> list[str]:
        """Return the terms of an order that is not walked; the first one separates what comes last."""
        direction = " DESC" if order.descending else ""
        by, values, rows = order.by, self.values, self.joined
        if isinstance(by, Field) and by.kind == "attributes":
            attribute = ATTRIBUTES[by.name]
            sql = attribute.sort or values.text_of(by, rows)
            return [*([f"{sql} IS NULL"] if attribute.nullable else []), f"{sql}{direction}"]
        if isinstance(by, Field) and by.kind == "params":
            row = values.row(by, rows)
            rank = (
                f"CASE WHEN {row}.num IS NOT NULL THEN 0 WHEN {row}.kind IN (0, 4) THEN 1"
                f" WHEN {row}.run IS NOT NULL THEN 2 ELSE 3 END"
            )
            text = f"CASE WHEN {row}.num IS NULL THEN {row}.text END"
            return [rank, f"{row}.num{direction}", f"{text}{direction}"]
        if isinstance(by, Field) and by.kind != "metrics":
            sql = values.text_of(by, rows)
            return [f"{sql} IS NULL", f"{sql}{direction}"]
        sql = values.number_of(by, rows)
        there = [f"{rows[source]}.run IS NOT NULL" for source in values.sources(by)]
        guards = " AND ".join([*there, *values.guards(by, "number", rows)]) or "1"
        return [f"CASE WHEN {sql} IS NOT NULL THEN 0 WHEN {guards} THEN 1 ELSE 2 END", f"{sql}{direction}"]


def _classes(field: Field, column: str, direction: str) -> tuple[Class, ...]:
    has_value = Class(f"o.{column} IS NOT NULL", (f"o.{column}{direction}",))
    lacks = Class("", ())
    if field.kind == "metrics":
        return (has_value, Class(f"o.{column} IS NULL", ()), lacks)
    if field.kind == "params":
        texts = Class("o.num IS NULL AND o.kind IN (0, 4)", (f"o.text{direction}",))
        return (has_value, texts, Class("o.num IS NULL AND o.kind NOT IN (0, 4)", ()), lacks)
    return (has_value, lacks)
