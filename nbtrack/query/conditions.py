"""Conditions as SQL.

A comparison of fields in separate tables (metrics, params, tags, data) becomes a test whether
the run has rows there for which it holds, so that a run that lacks a field is never found. NOT is pushed down to
the comparisons: each is rendered as "has the rows, and it holds" or "has the rows, and it does not".
In those rows NULL is a NaN: `<`, `=` and similar operators are false for it, `!=` is true, as in Python.
"""

# ruff: noqa: S608 (what is joined to SQL here is SQL; names and values are bound)

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nbtrack.errors import FilterError
from nbtrack.query.operators import OPERATORS
from nbtrack.query.sql_values import MAX_SOURCES, Source, joined, view_of
from nbtrack.query.tree import And, Compare, Field, In, IsNull, Not, Or

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbtrack.query.sql_values import Values, View
    from nbtrack.query.tree import Condition, Value

__all__ = ["Conditions", "Test"]

MAX_LISTED = 8
"""The most operands of an OR whose matches are listed."""


class Test(NamedTuple):
    """One conjunct; if `sources` is not empty, a run without these rows fails it."""

    sources: frozenset[Source]
    items: tuple[Condition, ...]
    wanted: bool


class Conditions:
    """Renders conditions as tests of one run, or as lists of the runs that pass them."""

    def __init__(self, values: Values, *, one_by_one: bool) -> None:
        self.values = values
        self.one_by_one = one_by_one
        """Whether to test each run separately, instead of collecting all matches first."""

    def conjuncts(self, condition: Condition | None) -> list[Test]:
        """Split a filter at its outermost ANDs into tests, one for each set of fields."""
        return [] if condition is None else self._grouped((condition,), wanted=True, joining=And)

    def test(self, test: Test, run: str) -> str:
        """Return SQL that is true if the test holds for the run whose key is the SQL `run`."""
        if not test.sources:
            return joined(self._alone(item, test.wanted, run) for item in test.items)
        if not self.one_by_one and not self._of_run(test):
            return f"{run} IN ({self.matches(test)})"
        rows = self.values.rows(test.sources)
        first = next(iter(rows.values()))
        holds = self.holds(test, rows)
        return f"EXISTS (SELECT 1 FROM {self.values.tables(rows)} WHERE {first}.run = {run} AND {holds})"

    def listing(self, test: Test) -> str | None:
        """Return a SELECT of the keys of all runs that pass, perhaps with others; None if all runs must be tested."""
        if test.sources:
            return None if self._of_run(test) else self.matches(test)
        (item,) = test.items
        if isinstance(item, Compare | In):
            return f"SELECT r.id FROM runs r WHERE {self.test(test, 'r.id')}" if self._of_run(test) else None
        if isinstance(item, IsNull):
            return None
        if isinstance(item, Not):
            return self.listing(Test(test.sources, (item.item,), not test.wanted))
        joining = And if isinstance(item, And) == test.wanted else Or
        parts = [self.listing(part) for part in self._grouped((item,), wanted=test.wanted, joining=joining)]
        found = [part for part in parts if part]
        if joining is And:
            return found[0] if found else None
        return " UNION ALL ".join(found) if len(found) == len(parts) <= MAX_LISTED else None

    def _of_run(self, test: Test) -> bool:
        return any(self.values.of_run(item) for item in test.items)

    def exact(self, test: Test) -> bool:
        """Return whether the rows of `matches` are exactly the runs that pass, each once."""
        return bool(test.sources) and not self._of_run(test) and not _of_datasets(test.sources)

    def matches(self, test: Test) -> str:
        """Return a SELECT, as `run`, of the keys of the runs that pass a test that has sources."""
        rows = self.values.rows(test.sources)
        first = next(iter(rows.values()))
        return f"SELECT {first}.run AS run FROM {self.values.tables(rows)} WHERE {self.holds(test, rows)}"

    def holds(self, test: Test, rows: Mapping[Source, str]) -> str:
        """Return SQL that is true if the test holds for joined rows; it begins with the rows' keys."""
        conditions = (self._inner(item, test.wanted, rows) for item in test.items)
        return joined([*self._keys(rows), *conditions])

    def _keys(self, rows: Mapping[Source, str]) -> list[str]:
        return [f"{row}.key = {self.values.key(source)}" for source, row in rows.items() if source.name]

    def _grouped(self, items: tuple[Condition, ...], *, wanted: bool, joining: type[And | Or]) -> list[Test]:
        """Group conditions that are joined by the same operator; those over the same fields are tested on one row."""
        groups: dict[frozenset[Source], list[tuple[Condition, bool]]] = {}
        tests: list[Test] = []
        for item, want in _flat(items, wanted=wanted, joining=joining):
            sources = self._sources(item)
            if _of_datasets(sources):
                # Each condition may hold for another one of the run's datasets.
                tests.append(Test(sources, (item if want else Not(item),), wanted=True))
            elif sources:
                groups.setdefault(sources, []).append((item, want))
            else:
                tests.append(Test(frozenset(), (item,), want))
        for sources, members in groups.items():
            merged = tuple(item if want else Not(item) for item, want in members)
            whole = merged if joining is And else (Or(merged),)
            tests.append(Test(sources, whole, wanted=True))
        return tests

    def _sources(self, condition: Condition) -> frozenset[Source]:
        """Return the rows that all comparisons inside read; empty if they differ."""
        if isinstance(condition, IsNull):
            return frozenset()
        if isinstance(condition, Not):
            return self._sources(condition.item)
        if isinstance(condition, And | Or):
            all_sources = {self._sources(item) for item in condition.items}
            same = all_sources.pop() if len(all_sources) == 1 else frozenset[Source]()
            return frozenset() if _of_datasets(same) else same
        sources = self.values.sources(condition)
        if len(sources) > MAX_SOURCES:
            message = f"more than {MAX_SOURCES} fields in one comparison; split it"
            raise FilterError(message, self.values.text, *condition.span)
        return sources

    def _alone(self, condition: Condition, wanted: bool, run: str) -> str:
        """Render a condition that has no rows."""
        if isinstance(condition, IsNull):
            return self._is_null(condition.field, wanted, run)
        if isinstance(condition, Not):
            return self._alone(condition.item, not wanted, run)
        if isinstance(condition, Compare | In):
            return self._inner(condition, wanted, {})
        joining = And if isinstance(condition, And) == wanted else Or
        tests = self._grouped((condition,), wanted=wanted, joining=joining)
        return joined((self.test(test, run) for test in tests), "AND" if joining is And else "OR")

    def _is_null(self, field: Field, wanted: bool, run: str) -> str:
        source = self.values.source(field)
        if source is None:
            return f"{self.values.text_of(field, {})} IS {'' if wanted else 'NOT '}NULL"
        rows = self.values.rows([source])
        present = [f"{value} IS NOT NULL" for value in self.values.nullable(field)]
        has = " AND ".join([f"{rows[source]}.run = {run}", *self._keys(rows), *present])
        exists = f"EXISTS (SELECT 1 FROM {self.values.tables(rows)} WHERE {has})"
        return f"NOT {exists}" if wanted else exists

    def _inner(self, condition: Condition, wanted: bool, rows: Mapping[Source, str]) -> str:
        """Render a condition over existing rows."""
        if isinstance(condition, Not):
            return self._inner(condition.item, not wanted, rows)
        if isinstance(condition, And | Or):
            word = "AND" if isinstance(condition, And) == wanted else "OR"
            return joined((self._inner(item, wanted, rows) for item in condition.items), word)
        if isinstance(condition, Compare):
            return self._compare(condition, wanted, rows)
        assert isinstance(condition, In)
        return self._in(condition, wanted, rows)

    def _compare(self, compare: Compare, wanted: bool, rows: Mapping[Source, str]) -> str:
        operator = OPERATORS[compare.op]
        sides = (compare.left, compare.right)
        view = view_of(compare.op, *sides)
        if view == "either":
            row, other = (self.values.row(side, rows) for side in sides if isinstance(side, Field))
            numbers = operator.sql.format(left=f"{row}.num", right=f"{other}.num")
            texts = operator.sql.format(left=f"{row}.text", right=f"{other}.text")
            both = f"{row}.kind BETWEEN 1 AND 3 AND {other}.kind BETWEEN 1 AND 3"
            holds = f"CASE WHEN {both} THEN {numbers} ELSE {texts} END"
            return f"({holds})" if wanted else f"({holds}) IS NOT TRUE"
        left, right = (self.values.render(side, view, rows) for side in sides)
        holds = operator.sql.format(left=left, right=right)
        if wanted and operator.strict:
            return f"({holds})"
        guards = [guard for side in sides for guard in self.values.guards(side, view, rows)]
        return " AND ".join([*dict.fromkeys(guards), f"({holds})" if wanted else f"({holds}) IS NOT TRUE"])

    def _in(self, condition: In, wanted: bool, rows: Mapping[Source, str]) -> str:
        lists: dict[View, list[Value]] = {}
        for item in condition.items:
            lists.setdefault(view_of("=", condition.value, item), []).append(item)
        guards: dict[str, None] = {}
        for view, items in lists.items():
            for value in (condition.value, *items):
                guards |= dict.fromkeys(self.values.guards(value, view, rows))
        tests = (
            f"{self.values.render(condition.value, view, rows)} IN ({part})"
            for view, items in lists.items()
            for part in self.values.members(items, view, rows)
        )
        holds = joined(tests, "OR")
        return holds if wanted else " AND ".join([*guards, f"{holds} IS NOT TRUE"])


def _flat(
    items: tuple[Condition, ...], *, wanted: bool, joining: type[And | Or]
) -> Iterator[tuple[Condition, bool]]:
    """Yield the conditions that `joining` joins after NOT is pushed down, each with whether it must hold."""
    for item in items:
        if isinstance(item, Not):
            yield from _flat((item.item,), wanted=not wanted, joining=joining)
        elif isinstance(item, And | Or) and (isinstance(item, And) == wanted) == (joining is And):
            yield from _flat(item.items, wanted=wanted, joining=joining)
        else:
            yield item, wanted


def _of_datasets(sources: frozenset[Source]) -> bool:
    return any(source.kind == "datasets" for source in sources)
