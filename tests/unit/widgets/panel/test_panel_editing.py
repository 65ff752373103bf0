"""Many runs edited at once from the panel, and its table as a tree, with a real store."""

import pytest

import nbtrack
from nbtrack.errors import InvalidValueError, StoreError
from nbtrack.store import open_store
from nbtrack.widgets.panel import Panel
from nbtrack.widgets.panel.editing import rename, tag
from nbtrack.widgets.panel.reading import Reading

QUERY = {"filter": "", "order_by": ["name"], "experiments": None, "deleted": False}


@pytest.fixture
def family(store):
    """Return a store of three runs, of which `b` has two children, one of these with a child of its own."""
    for name in "abc":
        with nbtrack.start_run(run_name=name):
            nbtrack.log_metric("rmse", ord(name))
            nbtrack.set_tag("team", "red")
            if name == "b":
                with nbtrack.start_run(run_name="b1", nested=True):
                    nbtrack.log_metric("rmse", 1)
                    with nbtrack.start_run(run_name="b11", nested=True):
                        pass
                with nbtrack.start_run(run_name="b2", nested=True):
                    nbtrack.log_metric("rmse", 2)
    return store


@pytest.fixture
def ids(family):
    return {run.name: run.id for run in nbtrack.runs()}


def asked(store, kind, **parts):
    return Reading(store, None, read_only=False).result({"id": "v-1", "kind": kind, **parts})


def shown(store, unfolded=(), **parts):
    query = {**QUERY, "offset": 0, "limit": 50, "columns": ["name"], "first": [], **parts}
    found = asked(store, "tree", unfolded=list(unfolded), **query)
    names = found["columns"]["name"]
    return [
        " " * depth + name + str(count or "")
        for depth, name, count in zip(found["depths"], names, found["children"], strict=True)
    ]


def test_a_tree_shows_children_below_their_unfolded_parents(family, ids):
    assert shown(family) == ["a", "b2", "c"]
    assert shown(family, [ids["b"]]) == ["a", "b2", " b11", " b2", "c"]
    both = [ids["b"], ids["b1"]]
    assert shown(family, both) == ["a", "b2", " b11", "  b11", " b2", "c"]
    assert shown(family, both, order_by=["name DESC"]) == ["c", "b2", " b2", " b11", "  b11", "a"]
    assert shown(family, both, offset=2, limit=2) == [" b11", "  b11"]
    assert shown(family, both, filter="name ILIKE 'b%' limit 3") == ["b1", " b11", "  b11"]
    # What the filter finds without its parent stands as if it had none.
    assert shown(family, both, filter="metrics.rmse < 3") == ["b1", "b2"]
    assert asked(family, "tree", **QUERY, offset=9, limit=5, columns=[], first=[], unfolded=[])["total"] == 3
    none = {**QUERY, "filter": "params.alhpa = 1"}
    assert (
        asked(family, "tree", **none, offset=0, limit=5, columns=[], first=[], unfolded=[])["remark"]
        is not None
    )


def test_those_that_the_table_has_are_told_of_the_chosen(family, ids):
    some = [ids["c"], ids["a"], "f" * 32]
    assert asked(family, "among", **QUERY, ids=some) == {"ids": [ids["a"], ids["c"]]}
    narrow = {**QUERY, "filter": "name != 'a' limit 1"}
    assert asked(family, "among", **narrow, ids=some) == {"ids": []}, "b is the first"
    assert asked(family, "telling", **QUERY)["columns"][0] == "name"


def test_many_runs_are_tagged_and_that_can_be_undone(family, ids):
    some = [ids["a"], ids["b1"]]
    told = asked(family, "tags", ids=some)
    assert told == {"runs": 2, "tags": [{"name": "team", "count": 1, "value": "red"}]}
    done = tag(family, some, "team", "<b>blue")
    assert done["count"] == 2
    assert asked(family, "tags", ids=some)["tags"] == [{"name": "team", "count": 2, "value": "<b>blue"}]
    assert tag(family, some, "team", "<b>blue") == {"count": 0, "before": []}
    for held in done["before"]:
        tag(family, held["ids"], "team", held["value"])
    assert asked(family, "tags", ids=some) == told
    assert tag(family, [*ids.values()], "team", None)["count"] == 3
    assert asked(family, "tags", ids=list(ids.values()))["tags"] == []


@pytest.mark.parametrize(("name", "value"), [("nbtrack.folds", "1"), ("mlflow.runName", "x"), ("", "x")])
def test_what_can_be_no_tag_changes_nothing(family, ids, name, value):
    with pytest.raises(InvalidValueError):
        tag(family, list(ids.values()), name, value)
    assert sorted(run.name for run in nbtrack.runs()) == sorted(ids)


def test_one_run_is_renamed(family, ids):
    assert rename(family, [ids["a"]], "the best <i>") == {"before": "a"}
    assert family.run(ids["a"]).name == "the best <i>"
    for wrong in ([], list(ids.values())):
        with pytest.raises(InvalidValueError):
            rename(family, wrong, "x")


def test_a_panel_does_what_its_page_asks_unless_the_store_may_only_be_read(family, ids):
    panel = Panel(family)
    try:
        asking = {"id": "v-1", "kind": "tag", "ids": [ids["a"]], "name": "team", "value": "blue"}
        assert panel._result(asking)["count"] == 1
        assert panel._result({"id": "v-2", "kind": "rename", "ids": [ids["a"]], "name": "z"})["before"] == "a"
        parts = {"offset": 0, "limit": 9, "columns": [], "first": [], "unfolded": []}
        tree = {"id": "v-3", "kind": "tree", **QUERY, **parts}
        assert panel._result(tree)["total"] == 3
        assert panel._views.followed, "it is told of changes"
    finally:
        panel.close()
    store = open_store(family.path, read_only=True)
    with pytest.raises(StoreError):
        tag(store, [ids["a"]], "team", "x")
    store.close()


def test_of_no_run_nothing_is_told_and_nothing_changed(family):
    assert tag(family, [], "stage", "draft") == {"count": 0, "before": []}
    assert [run.tags.get("stage") for run in nbtrack.runs()] == [None] * 6
    assert asked(family, "tags", **QUERY, ids=[])["tags"] == []
    panel = nbtrack.runs()[:0].panel()
    assert len(panel.runs) == 0
    panel.close()


def test_runs_of_a_deleted_experiment_are_read_and_edited_like_any(family, ids):
    name = nbtrack.runs()[0].experiment
    family.delete_experiment(name)
    scope = {**QUERY, "experiments": [name]}
    assert [row.strip() for row in shown(family, ids.values(), **scope)] == [
        "a",
        "b2",
        "b11",
        "b11",
        "b2",
        "c",
    ]
    assert tag(family, [ids["a"], ids["c"]], "stage", "draft")["count"] == 2
    exported = asked(family, "export", **scope, columns=["name"], ids=[ids["c"], ids["a"]], format="csv")
    assert exported["text"].split() == ["name", "a", "c"]
