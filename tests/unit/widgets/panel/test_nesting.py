"""The panel's rows beside the plain order, with a real store: pinned runs first, and any tree that parents make."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nbtrack
from nbtrack.store import open_store
from nbtrack.widgets.panel import nesting
from nbtrack.widgets.panel.layout import MAX_PINNED, read_layout
from nbtrack.widgets.panel.reading import Reading

QUERY = {"filter": "", "order_by": ["name"], "experiments": None, "deleted": False}


@pytest.fixture
def filled(store):
    for name in "abcdef":
        with nbtrack.start_run(run_name=name):
            nbtrack.log_param("place", ord(name))
    return store


@pytest.fixture
def ids(filled):
    return {run.name: run.id for run in nbtrack.runs()}


def asked(store, kind, **parts):
    defaults = {"offset": 0, "limit": 50, "columns": ["name"], "first": [], "unfolded": []}
    return Reading(store, None, read_only=False).result(
        {"id": "v-1", "kind": kind, **QUERY, **defaults, **parts}
    )


def names(store, kind="window", **parts):
    found = asked(store, kind, **parts)
    assert len(found["ids"]) == len(found["columns"]["name"])
    return "".join(found["columns"]["name"])


def test_pinned_runs_stand_first_at_every_offset(filled, ids):
    first = [ids["e"], ids["c"], "f" * 32]
    whole = "ceabdf"
    for kind in ("window", "tree"):
        assert names(filled, kind, first=first) == whole
        for offset in range(8):
            found = asked(filled, kind, first=first, offset=offset, limit=3)
            assert "".join(found["columns"]["name"]) == whole[offset : offset + 3]
            assert (found["total"], found["offset"]) == (6, offset)
        assert names(filled, kind, first=first, order_by=["name DESC"]) == "ecfdba"
        assert names(filled, kind, first=first, filter="params.place < 101") == "cabd", (
            "as long as it is found"
        )
        assert names(filled, kind, first=first, filter="limit 3") == "cab", "and no more than are asked for"
        assert asked(filled, kind, first=first, filter="params.palce = 1")["remark"] is not None
    told = asked(filled, "ids", first=first, offset=1, limit=3)
    assert told == {"total": 6, "ids": [ids["e"], ids["a"], ids["b"]]}


def test_a_pinned_run_stands_above_its_tree(filled, ids):
    related(filled, ids, {"b": "a", "c": "b"})
    everything = list(ids.values())
    found = asked(filled, "tree", first=[ids["b"]], unfolded=everything)
    assert ("".join(found["columns"]["name"]), found["depths"]) == ("bcadef", [0, 1, 0, 0, 0, 0])
    assert found["children"][2] == 0, "it stands no longer below its parent"


def test_runs_that_are_their_own_ancestors_are_shown(filled, ids):
    related(filled, ids, {"a": "b", "b": "a", "c": "b", "d": "d"})
    everything = list(ids.values())
    assert names(filled, "tree") == "abdef"
    assert names(filled, "tree", unfolded=everything) == "abcdef"


def related(store, ids, parents):
    with sqlite3.connect(store.path / "nbtrack.db") as connection:
        for run, parent in parents.items():
            connection.execute("UPDATE runs SET parent = ? WHERE uuid = ?", (ids[parent], ids[run]))
        connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'clock'")
    connection.close()


def test_scrolling_reads_no_tree_again(filled, ids, monkeypatch):
    related(filled, ids, {"b": "a"})
    read = []
    window = type(filled).window
    monkeypatch.setattr(
        type(filled), "window", lambda *args, **parts: read.append(args[3]) or window(*args, **parts)
    )
    for offset in range(3):
        asked(filled, "tree", offset=offset, limit=2)
    assert read.count(2**53) == 1
    with nbtrack.start_run(run_name="g"):
        pass
    assert names(filled, "tree") == "acdefg"
    store = open_store(filled.path, read_only=True)
    assert names(store, "tree") == "acdefg", "each store has its own"


RUNS = "abcdefgh"


@given(st.dictionaries(st.sampled_from(RUNS), st.sampled_from(RUNS + "xy")), st.sets(st.sampled_from(RUNS)))
def test_every_run_is_shown_once_in_a_tree_of_any_parents(parents, first):
    roots, children = nesting._related(RUNS, [parents.get(run) for run in RUNS], frozenset(first))
    rows = nesting._laid_out(roots, children, frozenset(RUNS))
    assert sorted(run for run, _ in rows) == list(RUNS)
    assert {run for run, _ in rows[: len(first)] if run in first} <= set(roots)
    assert [run for run in roots if run in first] == sorted(first)
    depths = dict(rows)
    for parent, below in children.items():
        assert all(depths[run] == depths[parent] + 1 for run in below)
        assert below == sorted(below)


def test_so_many_runs_can_be_pinned():
    assert read_layout({"runs": []}) == {}
    assert read_layout({"runs": ["a", 1, "a", "b"]}) == {"runs": ["a", "b"]}
    assert len(read_layout({"runs": [str(at) for at in range(500)]})["runs"]) == MAX_PINNED
