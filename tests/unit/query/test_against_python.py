"""What a filter finds, compared with plain Python over random stores."""

import contextlib
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nbtrack.query import Query, parse, sql, sql_values
from nbtrack.query.tree import And, Compare, Field, In, Not, Number
from tests.unit.query.reference import NOW, conditions, inverse, leaves, orderings, stored_runs
from tests.unit.query.stored_runs import Database, StoredRun

EXPERIMENTS = {1: None, 2: None, 3: 1.0}
# Small stores take each of the ways that large ones take: matches walked to, listed and sorted, or gathered first.
WAYS = st.sampled_from(((0, 4000), (2, 4000), (0, 0), (500, 4000)))

scopes = st.fixed_dictionaries(
    {
        "experiments": st.none() | st.none() | st.lists(st.sampled_from((1, 2, 3)), unique=True),
        "deleted": st.sampled_from((False, False, False, True)),
    }
)
slices = st.tuples(st.sampled_from((0, 0, 1, 3)), st.none() | st.sampled_from((0, 1, 3, 20)))
relaxed = settings(suppress_health_check=list(HealthCheck))


@contextlib.contextmanager
def stored(runs, way=(500, 4000), packed_from=50):
    few, many = way
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sql, "MAX_LISTED_MATCHES", f"{few} + 0 * count(*)")
        patch.setattr(sql, "LONG_SLICE", many)
        patch.setattr(sql_values, "MIN_PACKED_VALUES", packed_from)
        database = Database(Path(folder) / "runs.db", runs, EXPERIMENTS)
        yield database
        database.close()


def found_by_python(runs, where=None, orders=(), experiments=None, deleted=False):
    """Return the ids of the runs that are found, in their order."""
    seen = {1, 2, 3} if deleted else {1, 2}
    found = [
        (key, run)
        for key, run in enumerate(runs)
        if (run.deleted is not None) == deleted
        and run.experiment in (seen if experiments is None else experiments)
        and (where is None or where.answers(run, runs)[0])
    ]
    found.sort(key=lambda pair: (-pair[1].start_time, -pair[0]))
    for order in reversed(orders):
        found.sort(key=lambda pair: order.key(pair[1], runs))
    return [run.run_id for _, run in found]


def agree(database, text, ids, offset=0, limit=None, **scope):
    query = parse(text)
    assert database.count(query, now=NOW, **scope) == len(ids), text
    end = None if limit is None else offset + limit
    assert database.ids(query, offset=offset, limit=limit, now=NOW, **scope) == ids[offset:end], text


@settings(relaxed, max_examples=200)
@given(stored_runs, st.lists(leaves, min_size=8, max_size=8), st.sampled_from((1, 50)))
def test_each_comparison_finds_what_python_finds(runs, comparisons, packed_from):
    with stored(runs, packed_from=packed_from) as database:
        for where in comparisons:
            agree(database, where.text, found_by_python(runs, where))
            otherwise = inverse("not ", where)
            agree(database, otherwise.text, found_by_python(runs, otherwise), limit=20)


@settings(relaxed, max_examples=80)
@given(stored_runs, st.lists(st.lists(orderings(), min_size=1, max_size=3), min_size=6, max_size=6), WAYS)
def test_runs_come_in_the_order_of_python(runs, orders, way):
    with stored(runs, way) as database:
        for terms in orders:
            text = "ORDER BY " + ", ".join(order.text for order in terms)
            agree(database, text, found_by_python(runs, orders=terms), limit=20)


@settings(relaxed, max_examples=200)
@given(
    stored_runs,
    conditions,
    st.lists(orderings(), max_size=2),
    st.none() | st.integers(0, 5),
    slices,
    scopes,
    WAYS,
)
def test_a_whole_filter_finds_what_python_finds(runs, where, orders, most, part, scope, way):  # noqa: PLR0917
    text = where.text
    if orders:
        text += " ORDER BY " + ", ".join(order.text for order in orders)
    if most is not None:
        text += f" LIMIT {most}"
    with stored(runs, way) as database:
        agree(database, text, found_by_python(runs, where, orders, **scope)[:most], *part, **scope)


@settings(relaxed, max_examples=120)
@given(stored_runs, conditions, orderings(), scopes, WAYS)
def test_an_end_of_an_order_is_one_of_the_first_runs(runs, where, order, scope, way):
    found = found_by_python(runs, where, [order], **scope)
    keys = {run.run_id: order.key(run, runs) for run in runs}
    query = parse(f"{where.text} ORDER BY {order.text}")
    with stored(runs, way) as database:
        ends = database.ids(query, limit=1, now=NOW, extreme=True, **scope)
    assert set(ends) <= set(found)
    if found and keys[found[0]][0] == 0:
        (end,) = ends
        assert keys[end][0] == 0, "it has a number"
        assert not keys[found[0]] < keys[end], "and none comes before it"


@pytest.mark.parametrize(
    "field", [Field("attributes", "run_id"), Field("params", "alpha"), Field("metrics", "rmse")]
)
def test_among_nothing_there_is_no_run(field):
    # No filter's text says it, but what is made of the ids of chosen runs may.
    with stored([StoredRun(f"{number:032x}", params={"alpha": number}) for number in range(3)]) as database:
        for where in (In(field, ()), And((In(field, ()), Compare("=", Field("params", "alpha"), Number(1))))):
            assert database.ids(Query(where), now=NOW) == []
            assert database.count(Query(where), now=NOW) == 0
        assert len(database.ids(Query(Not(In(Field("attributes", "run_id"), ()))), now=NOW)) == 3
