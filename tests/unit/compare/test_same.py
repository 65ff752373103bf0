"""Do these runs differ in a field? Every view gives the same answer."""

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import nbtrack
from nbtrack.compare.axes import box
from nbtrack.compare.drawing import _Fields
from nbtrack.compare.groups import grouped
from nbtrack.compare.sides import side_by_side
from nbtrack.entities.text import choose_columns
from nbtrack.fields import MISSING, differ, same
from nbtrack.query import Query
from nbtrack.widgets.panel.queries import Selection, differing

PAIRS = [
    (1, 1.0, True),
    (0.0, -0.0, True),
    (math.nan, math.nan, True),
    (2**60, float(2**60), True),
    (0.1 + 0.2, 0.3, False),
    (2**53, 2**53 + 1, False),
    (1, True, False),
    (0, False, False),
    (True, True, True),
    (1, "1", False),
    (1.0, "1.0", False),
    (True, "True", False),
    (None, "None", False),
    (None, MISSING, False),
    (0, MISSING, False),
    ("", MISSING, False),
    (None, None, True),
    (math.nan, None, False),
    (math.nan, "nan", False),
    (math.inf, math.inf, True),
    (math.inf, 10**400, False),
    ("a", "A", False),
]


def in_diff(store, runs):
    return "p" in runs[0].diff(runs[1]).params


def in_the_panels_columns(store, runs):
    return differing(store, Selection(Query()), ["params.p"])["columns"] == ["params.p"]


def in_the_comparison(store, runs):
    sections = side_by_side(store, [run.id for run in runs])["sections"]
    rows = {
        row["name"]: row for section in sections if section["name"] == "Params" for row in section["rows"]
    }
    return rows["p"]["differs"] if "p" in rows else False


def in_groups(store, runs):
    return len(grouped(store, [run.id for run in runs], ["params.p"], ["m"])["groups"]) > 1


def in_boxes(store, runs):
    return len(box(store, [run.id for run in runs], "metrics.m", "params.p")["boxes"]) > 1


def in_figures(store, runs):
    return "params.p" in _Fields(nbtrack.runs(), [])._defaults["varied"]


def in_static_tables(store, runs):
    # What is the same in all runs stands behind what differs.
    every = choose_columns(store.table([run.record for run in runs], MISSING))
    params = [name for name in every if name.startswith("params.")]
    return "params.p" in params and params.index("params.p") < params.index("params.a")


def in_the_choice_of_fields(store, runs):
    found = {use.name: use for use in store.fields(Query(), 10)[1]}["params.p"]
    return found.values > 1 or found.count < 2


VIEWS = [
    *(in_diff, in_the_panels_columns, in_the_comparison, in_groups, in_boxes, in_figures),
    *(in_static_tables, in_the_choice_of_fields),
]


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(("one", "other", "alike"), PAIRS)
def test_every_view_knows_whether_runs_differ(store, view, one, other, alike):
    runs = []
    for value in (one, other):
        with nbtrack.start_run():
            nbtrack.log_params({"a": 0} | ({} if value is MISSING else {"p": value}))
            nbtrack.log_metric("m", 0.5)
        runs.append(nbtrack.runs()[0])
    assert view(store, runs) == (not alike)
    assert differ([one, other]) == (not alike)


VALUES = (
    st.none()
    | st.just(MISSING)
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from([0, 1, -0.0, 1.0, 2**53, "1", "nan", "None", "True"])
    | st.text(max_size=3)
)


@given(VALUES, VALUES, VALUES)
@example(0.0, -0.0, 0)
def test_to_be_the_same_is_an_equivalence(one, other, third):
    assert same(one, one)
    assert same(one, other) == same(other, one)
    assert not (same(one, other) and same(other, third)) or same(one, third)
    assert differ([one, other, third]) == (not (same(one, other) and same(other, third)))
