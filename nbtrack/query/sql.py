"""From tree to parameterised SQL over the store's tables: the user's text never becomes SQL."""

# ruff: noqa: S608 (what is joined to SQL here is SQL; names and values are bound)

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbtrack.query.conditions import Conditions
from nbtrack.query.ordering import Ordering
from nbtrack.query.sql_values import Values, joined

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbtrack.query.conditions import Test
    from nbtrack.query.sql_values import SqlValue
    from nbtrack.query.suggest import KnownNames
    from nbtrack.query.tree import Query

__all__ = ["Compiled", "Statement", "compile_query"]

MAX_LISTED_MATCHES = "min(300 + coalesce(max(id), 0) / 80, 4000)"
"""Matches of a condition up to which they are listed and sorted, at about 6 us each: 425 in a store of 10,000 runs, 1,550
in one of 100,000. If there are more, the first 100 are found in 2,500 or 6,500 steps of 2 us through the runs in order."""
LONG_SLICE = 4_000
"""Length of a slice from which on it is faster to collect all matches first than to test each run."""
MAX_LISTS = 8
HIDDEN = (
    "SELECT id FROM runs WHERE deleted IS NOT NULL UNION ALL "
    "SELECT id FROM runs WHERE experiment IN (SELECT id FROM experiments WHERE deleted IS NOT NULL)"
)
"""The runs that are hidden by default: usually few, and found by indexes alone."""


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL text and the values of its named placeholders `:v1`, `:v2` ..."""

    sql: str
    params: Mapping[str, SqlValue]


@dataclass(frozen=True, slots=True)
class Compiled:
    """The SQL that a store runs for a query.

    `ids` gives one column `id` (the key of `runs`) in the query's order, within the slice; `count` one number:
    how many runs the query has, regardless of the slice.
    """

    ids: Statement
    count: Statement


@dataclass(frozen=True, slots=True)
class _Scope:
    experiments: Sequence[int] | None
    deleted: bool


def compile_query(
    query: Query,
    *,
    experiments: Sequence[int] | None = None,
    deleted: bool = False,
    offset: int = 0,
    limit: int | None = None,
    known: KnownNames | None = None,
    now: float | None = None,
    artifacts: str = "artifacts",
    extreme: bool = False,
) -> Compiled:
    """Return the SQL of a query within a scope.

    Parameters
    ----------
    query
        The query that `parse` returned; its own LIMIT bounds the slice and the count.
    experiments
        Keys of the experiments to search; None for all that are not deleted.
    deleted
        Whether to search the deleted runs instead.
    offset, limit
        The slice of the query's runs; without a limit all from `offset` on.
    known
        `Store.names`; called only for "metrics", and only if the query has a field such as `metrics.loss.min`.
    now
        The value of `now()`, in seconds since the epoch.
    artifacts
        The folder or URI that `artifact_uri` begins with.
    extreme
        Look only for the run at the start of the query's order: of equal runs any may come first, and runs without a number
        may be left out.

    Raises
    ------
    FilterError
        For a comparison of more than 30 fields.

    Examples
    --------
    >>> from nbtrack.query import parse
    >>> compiled = compile_query(parse("status = 'FAILED'"), limit=100)
    >>> sorted(compiled.count.params.values(), key=str)
    ['FAILED']
    """
    now = time.time() if now is None else now
    scope = _Scope(experiments, deleted)
    end = None if limit is None else offset + limit
    if query.limit is not None:
        end = query.limit if end is None else min(end, query.limit)

    values = Values(query.text, now, artifacts, known)
    ids = Statement(_ids(query, scope, values, offset, end, extreme=extreme), values.params)
    values = Values(query.text, now, artifacts, known)
    return Compiled(ids, Statement(_count(query, scope, values), values.params))


def _ids(query: Query, scope: _Scope, values: Values, offset: int, end: int | None, *, extreme: bool) -> str:
    order = Ordering(query.order_by, values, ties=not extreme)
    # Without an index, all runs are tested to find the first.
    tried = end is None or end > LONG_SLICE or (extreme and not order.walked)
    conditions = Conditions(values, one_by_one=not tried)
    tests = conditions.conjuncts(query.where)
    size = values.bind(-1 if end is None else max(end - offset, 0))
    skip = values.bind(offset)
    limit_sql = values.bind(-1 if end is None else end)
    lists = [] if end is None else _lists(tests, scope, conditions)
    selects = []
    clauses: list[str] = []
    if lists:
        # Few matches are listed and sorted; many are found quickly while walking the runs in order.
        few = "(SELECT most FROM few)"
        clauses = [f"few(most) AS (SELECT {MAX_LISTED_MATCHES} FROM runs)"]
        clauses += [f"match{i}(run) AS ({runs} LIMIT {few} + 1)" for i, runs in enumerate(lists)]
        counts = [f"(SELECT count(*) FROM match{i})" for i in range(len(lists))]
        chosen = " UNION ALL ".join(
            f"SELECT DISTINCT run FROM match{i} WHERE {count} <= {few}"
            + "".join(f" AND {earlier} > {few}" for earlier in counts[:i])
            for i, count in enumerate(counts)
        )
        many = " AND ".join(f"{count} > {few}" for count in counts)
        clauses.append(f"chosen(run) AS ({chosen})")
        clauses.append(f"walk(most) AS (SELECT CASE WHEN {many} THEN {limit_sql} ELSE 0 END)")
        ordering = Ordering(query.order_by, values, walk=False, ties=not extreme)
        listed = Conditions(values, one_by_one=True)
        terms = [*(listed.test(test, "r.id") for test in tests), *_scope(scope, values)]
        origin = "chosen CROSS JOIN runs r ON r.id = chosen.run"
        selects.append(ordering.select(ordering.classes[0], terms, limit_sql, origin))
        limit_sql = "(SELECT most FROM walk)"
    walks = _walks(order, tests, scope, conditions, limit_sql)
    selects += walks[:1] if extreme else walks
    # SQLite runs the parts of UNION ALL one after another, and none once the limit is reached.
    union = " UNION ALL ".join(f"SELECT id FROM ({select})" for select in selects)
    prologue = f"WITH {', '.join(clauses)} " if clauses else ""
    return f"{prologue}{union} LIMIT {size} OFFSET {skip}"


def _lists(tests: list[Test], scope: _Scope, conditions: Conditions) -> list[str]:
    """Return SELECTs of runs, each of which contains all matches."""
    lists = [listing for test in tests[:MAX_LISTS] if (listing := conditions.listing(test))]
    if scope.experiments is not None:
        keys = ", ".join(conditions.values.bind(key) for key in scope.experiments)
        lists.append(f"SELECT id FROM runs WHERE experiment IN ({keys})")
    if scope.deleted:
        lists.append("SELECT id FROM runs WHERE deleted IS NOT NULL")
    return lists


def _walks(
    ordering: Ordering, tests: list[Test], scope: _Scope, conditions: Conditions, limit_sql: str
) -> list[str]:
    """Return the SELECTs that walk the runs in the query's order, each up to `limit_sql` of them."""
    values = conditions.values
    many = not conditions.one_by_one
    selects = []
    if ordering.walked:
        own = [test for test in tests if test.sources == {ordering.walked}]
        terms = [
            *(conditions.holds(test, {ordering.walked: "o"}) for test in own),
            *(conditions.test(test, "o.run") for test in tests if test not in own),
            *_scope(scope, values, many=many),
        ]
        selects = [ordering.select(group, terms, limit_sql) for group in ordering.classes if group.condition]
    if not any(ordering.walked in test.sources for test in tests):
        terms = [
            *(conditions.test(test, "+r.id") for test in tests),
            *_scope(scope, values, many=many),
        ]
        selects.append(ordering.select(ordering.classes[-1], terms, limit_sql))
    return selects


def _count(query: Query, scope: _Scope, values: Values) -> str:
    conditions = Conditions(values, one_by_one=False)
    tests = conditions.conjuncts(query.where)
    count = "count(*)" if query.limit is None else f"min(count(*), {values.bind(query.limit)})"
    if tests and scope == _Scope(None, deleted=False) and all(map(conditions.exact, tests)):
        # Avoids reading the rows of `runs`, which are long.
        first, *others = tests
        terms = [*(conditions.test(test, "m.run") for test in others), f"m.run NOT IN ({HIDDEN})"]
        return f"SELECT {count} FROM ({conditions.matches(first)}) m WHERE {joined(terms)}"
    terms = [conditions.test(test, "r.id") for test in tests]
    return f"SELECT {count} FROM runs r WHERE {joined([*terms, *_scope(scope, values, many=True)])}"


def _scope(scope: _Scope, values: Values, *, many: bool = False) -> list[str]:
    """Return the conditions for a run to be in scope; for `many` runs it is faster to list first those that are not."""
    if many and scope == _Scope(None, deleted=False):
        return [f"r.id NOT IN ({HIDDEN})"]
    terms = [f"r.deleted IS {'NOT ' if scope.deleted else ''}NULL"]
    if scope.experiments is not None:
        keys = [values.bind(key) for key in scope.experiments]
        terms.append(
            f"r.experiment = {keys[0]}" if len(keys) == 1 else f"r.experiment IN ({', '.join(keys)})"
        )
    elif not scope.deleted:
        terms.append("r.experiment NOT IN (SELECT id FROM experiments WHERE deleted IS NOT NULL)")
    return terms
