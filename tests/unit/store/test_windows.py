"""Slices of the table of runs, which may come from a listing that was made before, are those of the store as it is."""

import math
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nbtrack.query import parse
from nbtrack.store import listings, open_store

FILTERS = (
    "",
    "metrics.rmse < 0.5",
    "metrics.rmse < 0.5 and params.depth >= 2",
    "params.depth = 1 order by metrics.rmse desc",
    "tags.team is null order by params.depth",
    "start_time > now() - 60 limit 7",
)
looks = st.tuples(st.sampled_from(FILTERS), st.integers(0, 12), st.integers(0, 8))
acts = st.tuples(
    st.sampled_from(("begin", "log", "log", "tag", "delete", "restore", "experiment")),
    st.integers(0, 11),
    st.sampled_from((0.1, 0.4, 0.5, 0.9, math.nan)),
)
relaxed = settings(max_examples=40, suppress_health_check=list(HealthCheck))


@pytest.fixture
def always_listed(monkeypatch):
    """Have listings made of few runs, too."""
    monkeypatch.setattr(listings, "MIN_FAR_OFFSET", 1)


def begin(store, experiment, depth, rmse):
    writer = store.create_run(
        experiment=experiment, name=f"{experiment} {depth}", start_time=time.time() - 20 * depth - 10
    )
    writer.log_param("depth", depth)
    writer.log_metric("rmse", rmse, 0)
    writer.finish()
    return writer.id


def look(store, text, offset, limit):
    query = parse(text)
    deleted = store.find_runs(query, deleted=True)
    for scope, total in (({"deleted": False}, store.count_runs(query)), ({"deleted": True}, len(deleted))):
        # The second far slice makes a listing, the third takes from it.
        for at in (offset, offset + 1, offset):
            window = store.window(query, at, limit, ["metrics.rmse"], **scope)
            records = store.find_runs(query, offset=at, limit=limit, **scope)
            assert window.ids == [record.id for record in records], (text, at, limit, scope)
            assert window.total == total
            told = store.column("metrics.rmse", records)
            assert [str(value) for value in window.columns["metrics.rmse"]] == list(map(str, told))


def act(store, ids, what, number, rmse):
    """Change one run, or an experiment."""
    run = ids[number % len(ids)]
    if what == "begin":
        ids.append(begin(store, "other", number % 4, rmse))
    elif what in {"log", "tag"}:
        writer = store.edit_run(run)
        if what == "tag":
            writer.set_tag("team", "red")
        else:
            writer.log_metric("rmse", rmse, 1)
    elif what in {"delete", "restore"}:
        (store.delete_runs if what == "delete" else store.restore_runs)([run])
    else:
        gone = any(one.name == "one" for one in store.experiments(deleted=True))
        (store.restore_experiment if gone else store.delete_experiment)("one")


@relaxed
@given(script=st.lists(st.one_of(looks, acts, acts), min_size=3, max_size=14))
def test_windows_are_the_slices_of_now(always_listed, script):
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder) / ".nbtrack")
        ids = [begin(store, "one", depth, 0.1 * depth) for depth in range(4)]
        ids += [begin(store, "other", depth, 1 - 0.1 * depth) for depth in range(4)]
        for step in script:
            if step[0] in FILTERS:
                look(store, *step)
            else:
                act(store, ids, *step)
        store.close()
