"""Documents of the comparison, from a real store."""

import base64
import json
import math
import sys

import numpy as np
import pytest

from nbtrack.compare import (
    box,
    curves,
    grouped,
    grouped_curves,
    importance,
    parallel,
    scatter,
    side_by_side,
)
from nbtrack.errors import InvalidValueError, NbtrackError, NotFoundError
from nbtrack.query import parse
from nbtrack.records import DataRecord

HOSTILE = "<img src=x onerror=alert(1)>'\"; DROP TABLE runs --"


def run(store, *, params=None, metrics=None, tags=None, environment=None, source=None, data=(), name=None):
    writer = store.create_run(experiment="wine", name=name)
    for key, value in (params or {}).items():
        writer.log_param(key, value)
    for key, values in (metrics or {}).items():
        for step, value in enumerate(values if isinstance(values, list) else [values]):
            writer.log_metric(key, value, step)
    for key, value in (tags or {}).items():
        writer.set_tag(key, value)
    if environment is not None:
        writer.set_document("environment", environment)
    if source is not None:
        writer.set_document("source", source)
    for record in data:
        writer.set_data(record)
    writer.finish()
    return writer.id


def section(document, name):
    found = next(part for part in document["sections"] if part["name"] == name)
    return {row["name"]: row for row in found["rows"]}


def strict(document):
    """Return a document as a strict reader of JSON gets it."""
    return json.loads(json.dumps(document, allow_nan=False))


def test_params_are_told_apart_by_value_and_type(store):
    ids = [
        run(store, params={"alpha": 0.1, "seed": 1, "deep": True, "norm": None, "large": 2**60}),
        run(store, params={"alpha": 0.2, "seed": 1.0, "deep": 1, "large": 2**60 + 1}),
    ]
    document = strict(side_by_side(store, ids))
    params = section(document, "Params")
    assert {name: row["differs"] for name, row in params.items()} == {
        "alpha": True,
        "deep": True,
        "large": True,
        "norm": True,
        "seed": False,
    }
    assert params["norm"]["cells"] == [[], None]
    assert params["large"]["cells"][1] == [str(2**60 + 1)]
    assert [head["id"] for head in document["runs"]] == ids


def test_the_best_of_a_metric_is_marked_where_its_name_tells(store):
    ids = [
        run(store, metrics={"rmse": 0.8, "r2": 0.1, "speed": 4.0, "mae": 1.0}),
        run(store, metrics={"rmse": 0.7, "r2": 0.3, "speed": 9.0, "mae": 1.0}),
        run(store, metrics={"rmse": math.nan, "r2": 0.3}),
    ]
    metrics = section(strict(side_by_side(store, ids)), "Metrics")
    assert {name: row["best"] for name, row in metrics.items()} == {
        "mae": [],
        "r2": [1, 2],
        "rmse": [1],
        "speed": [],
    }
    assert metrics["rmse"]["direction"] == "down"
    assert metrics["rmse"]["cells"][2] == ["nan"]


def test_scores_of_folds_are_compared_by_their_mean(store):
    folds = {"nbtrack.folds": '["scores"]'}
    ids = [
        run(store, metrics={"scores": [0.1, 0.9]}, tags=folds),
        run(store, metrics={"scores": [0.8, 0.8]}, tags=folds),
    ]
    document = side_by_side(store, ids)
    assert section(document, "Metrics")["scores.mean"]["best"] == [1]
    assert not any(part["name"] == "Tags" for part in document["sections"]), (
        "nbtrack's own tags always differ"
    )


def test_of_the_environment_packages_that_differ_and_of_data_the_fingerprint(store):
    environment = {"python": {"version": "3.11.2"}, "packages": {"numpy": "2.0", "pandas": "2.1"}}
    other = {"python": {"version": "3.12.0"}, "packages": {"numpy": "2.0", "pandas": "2.2"}}
    data = [DataRecord("train", "DataFrame", (4898, 12), {}, "ab" * 16) for _ in range(1)]
    ids = [
        run(store, environment=environment, data=data),
        run(store, environment=other, data=[DataRecord("train", "DataFrame", (4898, 12), {}, "cd" * 16)]),
    ]
    document = strict(side_by_side(store, ids))
    assert set(section(document, "Environment")) == {"python.version", "packages.pandas"}
    row = section(document, "Data")["train"]
    assert row["differs"]
    assert row["cells"][0] == "DataFrame 4,898 x 12 abababababab"


def test_code_stands_line_by_line_beside_the_first(store):
    ids = [
        run(store, source={"cell": "a = 1\nb = 2\nc = 3", "earlier": ["import x"]}),
        run(store, source={"cell": "a = 1\nb = 4\nc = 3\nd = 5", "earlier": ["import x"]}),
        run(store),
    ]
    document = strict(side_by_side(store, ids))
    assert document["coded"] == [True, True, False]
    (diff,) = document["code"]
    assert (diff["left"], diff["right"]) == (ids[0], ids[1])
    kinds = [line["kind"] for line in diff["lines"]]
    assert kinds == ["same", "same", "same", "changed", "same", "added"]
    assert diff["lines"][3] == {"kind": "changed", "left": [4, "b = 2"], "right": [4, "b = 4"]}
    assert diff["lines"][5]["left"] is None


def test_hostile_names_are_just_text(store):
    ids = [
        run(store, params={HOSTILE: HOSTILE}, metrics={HOSTILE: 1.0}, tags={HOSTILE: HOSTILE}, name=HOSTILE),
        run(store, params={HOSTILE: 1}, source={"cell": HOSTILE}),
    ]
    document = strict(side_by_side(store, ids))
    assert document["runs"][0]["name"] == HOSTILE
    assert section(document, "Params")[HOSTILE]["cells"][0] == HOSTILE
    assert strict(curves(store, ids, HOSTILE))["runs"][0]["last"] == [0, 1.0]
    assert strict(grouped(store, ids, [f"params.`{HOSTILE}`"], [f"`{HOSTILE}`"]))["groups"]
    with pytest.raises(NotFoundError):
        side_by_side(store, [f"{HOSTILE}' OR 1=1 --"])


def test_deleted_runs_and_many_are_found_and_none_is_refused(store):
    ids = [run(store, params={"alpha": place}) for place in range(3)]
    store.delete_runs([ids[1]])
    assert [head["id"] for head in side_by_side(store, ids)["runs"]] == ids
    with pytest.raises(InvalidValueError, match="no run is chosen"):
        side_by_side(store, [])


def unpacked(document):
    numbers = np.frombuffer(base64.b64decode(document["packed"]), "<f4")
    place, found = 0, []
    for entry in document["runs"]:
        parts = 2 if entry["exact"] else 4
        columns = numbers[place : place + parts * entry["size"]].reshape(parts, -1)
        place += columns.size
        found.append(columns)
    assert place == len(numbers)
    return found


def test_curves_are_packed_with_what_is_exact_beside_them(store):
    ids = [
        run(store, metrics={"loss": [1.0, math.nan, 0.5]}),
        run(store, metrics={"other": 1.0}),
        run(store, metrics={"loss": [float(place) for place in range(1000)]}),
    ]
    document = strict(curves(store, ids, "loss", points=100))
    first, none, long = unpacked(document)
    assert first[0].tolist() == [0, 1, 2]
    assert first[1].tolist()[::2] == [1.0, 0.5]
    assert np.isnan(first[1][1])
    assert none.size == 0
    assert long.shape[0] == 4
    assert document["runs"][2]["last"] == [999, 999.0]
    assert [entry["count"] for entry in document["runs"]] == [3, 0, 1000]
    assert document["direction"] == "down"
    wall = strict(curves(store, ids, "loss", x="time"))
    assert wall["origin"] > 1e9
    assert unpacked(wall)[0][0][0] < 60


def test_seeds_are_folded_into_groups(store, monkeypatch):
    ids = [
        run(store, params={"alpha": alpha, "seed": seed}, metrics={"rmse": alpha + seed / 10})
        for alpha in (0.5, 0.1)
        for seed in range(3)
    ]
    ids.append(run(store, metrics={"rmse": math.nan}))
    document = strict(grouped(store, ids, ["params.alpha"], ["rmse", "rmse.count"]))
    assert [group["label"] for group in document["groups"]] == ["alpha=0.1", "alpha=0.5", "alpha=none"]
    spread = document["groups"][0]["spreads"][0]
    assert spread == {
        "mean": pytest.approx(0.2),
        "std": pytest.approx(0.1),
        "min": pytest.approx(0.1),
        "max": pytest.approx(0.3),
        "count": 3,
    }
    assert document["groups"][2]["spreads"][0]["count"] == 0
    assert document["groups"][0]["runs"] == ids[3:6]
    (everything,) = strict(grouped(store, ids, [], ["rmse"]))["groups"]
    assert everything["label"] == "all runs"
    monkeypatch.setattr("nbtrack.compare.groups._MAX_GROUPS", 2)
    few = grouped(store, ids, ["params.alpha"], ["rmse"])
    assert (len(few["groups"]), few["left_out"]) == (2, 1)


def test_what_runs_are_likely_grouped_by(store):
    def by(*params):
        ids = [run(store, params=one, metrics={"rmse": 1}) for one in params]
        return grouped(store, ids, None, ["rmse"])["by"]

    seeds = [{"seed": seed, "alpha": alpha, "same": 1} for seed in range(3) for alpha in (1, 2)]
    assert by(*seeds) == ["params.alpha"], "all that varies but the seed"
    estimators = [
        {"forest__random_state": seed, "depth": depth, "trees": depth}
        for seed in range(2)
        for depth in range(2)
    ]
    assert by(*estimators) == ["params.depth", "params.trees"]
    assert by({"seed": 1}, {"seed": 2}) == [], "seeds alone: all runs are one group"
    search = [{"alpha": number / 7, "kind": number % 2, "seeded": number} for number in range(20)]
    assert by(*search) == ["params.kind"], "of a random search what has few values"
    assert by({"same": 1}, {"same": 1}) == []
    assert by({"alpha": 1}) == []


@pytest.mark.parametrize("value", [0.1, 3, True, "it's", HOSTILE, None, "a`b", 2**60, float("nan"), "\\"])
@pytest.mark.parametrize("name", ["alpha", "a b", "a.b"])
def test_a_groups_filter_finds_its_runs(store, name, value):
    ids = [run(store, params={name: value, "seed": seed}) for seed in range(2)]
    ids += [run(store, params={name: "other"}), run(store, params={"seed": 0})]
    for group in grouped(store, ids, [f"params.{name}", "params.seed"], [])["groups"]:
        # Quotes of both kinds and backslashes are what a filter has no words for.
        if group["filter"] is None:
            assert value in (HOSTILE, "\\") or str(value) == "nan"
        else:
            assert {found.id for found in store.find_runs(parse(group["filter"]))} == set(group["runs"])


def test_a_groups_filter_tells_true_from_the_text(store):
    ids = [run(store, params={"deep": True}), run(store, params={"deep": "True"})]
    groups = {
        group["runs"][0]: group["filter"] for group in grouped(store, ids, ["params.deep"], [])["groups"]
    }
    assert groups[ids[0]] == "params.deep = true"
    assert [found.id for found in store.find_runs(parse(groups[ids[0]]))] == ids[:1]


def test_a_groups_curve_is_the_mean_of_those_that_reach(store):
    ids = [
        run(store, params={"alpha": 1}, metrics={"loss": [4.0, 2.0, 1.0]}),
        run(store, params={"alpha": 1}, metrics={"loss": [2.0, 2.0]}),
        run(store, params={"alpha": 2}, metrics={"loss": [float(n) for n in range(5000)]}),
        run(store, params={"alpha": 3}),
    ]
    document = strict(grouped_curves(store, ids, ["params.alpha"], "loss", points=100))
    one, two = document["groups"]
    assert (one["x"], one["mean"], one["count"]) == ([0, 1, 2], [3.0, 2.0, 1.0], [2, 2, 1])
    assert one["std"] == [pytest.approx(math.sqrt(2)), 0.0, None]
    assert (one["min"], one["max"]) == ([2.0, 2.0, 1.0], [4.0, 2.0, 1.0])
    assert len(two["x"]) == 100
    assert two["mean"][-1] == 4999


def test_fields_are_numbers_or_categories_that_a_filter_can_ask_for(store):
    ids = [
        run(
            store, params={"lr": 1e-4, "solver": "lbfgs", "n l": "it's", "deep": True}, metrics={"rmse": 0.5}
        ),
        run(store, params={"lr": 1e-1, "solver": "sag", "deep": False}, metrics={"rmse": math.inf}),
    ]
    fields = ["params.lr", "params.solver", "params.n l", "params.deep", "start_time", "metrics.rmse"]
    document = strict(parallel(store, ids, fields))
    lr, solver, quoted, deep, start, rmse = document["columns"]
    assert (lr["kind"], lr["log"], lr["values"]) == ("number", True, [1e-4, 1e-1])
    assert (solver["categories"], solver["values"]) == (["lbfgs", "sag"], [0.0, 1.0])
    assert (quoted["quoted"], quoted["values"]) == (['"it\'s"'], [0.0, None])
    assert deep["categories"] == ["False", "True"]
    assert start["kind"] == "time"
    assert rmse["values"] == [0.5, None]
    assert (quoted["field"], quoted["filter"]) == ("params.n l", "params.`n l`")
    for column in (solver, quoted, deep):
        for text, place in zip(column["quoted"], range(len(column["quoted"])), strict=True):
            found = {one.id for one in store.find_runs(parse(f"{column['filter']} IN ({text})"))}
            drawn = {one for one, value in zip(ids, column["values"], strict=True) if value == place}
            assert found == drawn, column["field"]
    assert len(scatter(store, ids, "params.lr", "metrics.rmse", "params.solver")["columns"]) == 3
    with pytest.raises(InvalidValueError):
        parallel(store, ids, ["prams.lr"])


def test_boxes_have_quartiles_whiskers_and_outliers(store):
    values = [1.0, 2.0, 3.0, 4.0, 100.0]
    ids = [run(store, params={"solver": "a"}, metrics={"rmse": value}) for value in values]
    ids.append(run(store, params={"solver": "b"}, metrics={"rmse": math.nan}))
    document = strict(box(store, ids, "metrics.rmse", "params.solver"))
    (one,) = document["boxes"]
    assert (one["q1"], one["median"], one["q3"], one["low"], one["high"]) == (2.0, 3.0, 4.0, 1.0, 4.0)
    assert one["outliers"] == [4]
    with pytest.raises(InvalidValueError, match="no run has a number"):
        box(store, ids, "params.solver")


def planted(store, count, seed=0):
    random = np.random.default_rng(seed)
    ids = []
    for _ in range(count):
        depth, noise = int(random.integers(1, 10)), float(random.random())
        solver = str(random.choice(["sag", "lbfgs", "cg"]))
        rmse = depth + 4.0 * (solver == "sag") + 0.05 * float(random.normal())
        params = {"depth": depth, "noise": noise, "solver": solver, "epochs": 10}
        ids.append(run(store, params=params, metrics={"rmse": rmse}))
    return ids


def test_what_made_the_metric_is_found(store):
    pytest.importorskip("sklearn")
    document = strict(importance(store, planted(store, 120), "rmse"))
    assert [row["param"] for row in document["params"]] == ["depth", "solver", "noise"]
    depth, solver, noise = document["params"]
    assert depth["share"] > 0.5
    assert depth["correlation"] > 0.7
    assert solver["correlation"] is None
    assert noise["share"] < 0.05
    assert document["score"] > 0.8
    assert document["constant"] == ["epochs"]
    assert document["cautions"] == [
        "the param epochs is the same in all runs that have it, which tells nothing"
    ]
    assert sum(row["share"] for row in document["params"]) == pytest.approx(1)


def test_a_first_answer_is_from_few_runs_and_a_later_one_from_all(store):
    pytest.importorskip("sklearn.ensemble")
    ids = planted(store, 120)
    first = strict(importance(store, ids, "rmse", most=40))
    assert (first["runs"], first["looked_at"], first["final"]) == (120, 40, False)
    assert first["params"][0]["param"] == "depth"
    exact = strict(importance(store, ids, "rmse"))
    assert (exact["looked_at"], exact["final"]) == (120, True)
    assert strict(importance(store, ids[:30], "rmse", most=40))["final"] is True


def test_a_first_answer_does_not_wait_for_scikit_learn(store, monkeypatch):
    monkeypatch.delitem(sys.modules, "sklearn.ensemble", raising=False)
    first = strict(importance(store, planted(store, 30), "rmse", most=40))
    assert (first["final"], first["score"], first["cautions"][1:]) == (False, None, [])
    assert first["params"][0]["correlation"] > 0.5


@pytest.mark.parametrize(
    ("values", "log"),
    [
        ([1e-3, 1e-2, 1e-1], True),
        ([1e-4, 3e-4, 1e-3, 3e-3], True),
        ([32, 64, 128], False),
        ([0.0, 0.1, 1.0], False),
        ([0.1, 0.2, 0.5], False),
        ([1e-4, 1.0], True),
    ],
)
def test_learning_rates_spaced_by_tens_stand_on_a_logarithmic_axis(store, values, log):
    ids = [run(store, params={"lr": value}, metrics={}) for value in values * 2]
    (column,) = parallel(store, ids, ["params.lr"])["columns"]
    assert column["log"] is log


def test_few_runs_are_a_hint_at_best(store):
    document = importance(store, planted(store, 8), "rmse", ["depth", "nonsense"])
    assert [row["param"] for row in document["params"]] == ["depth"]
    assert any("only 8 runs" in caution for caution in document["cautions"])
    with pytest.raises(InvalidValueError, match="importance needs 5"):
        importance(store, planted(store, 4), "rmse")


def test_without_scikit_learn_there_is_rank_correlation(store, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.ensemble", None)
    document = strict(importance(store, planted(store, 40), "rmse"))
    assert document["score"] is None
    assert document["params"][0]["param"] == "depth"
    assert document["params"][0]["importance"] is None
    assert any("pip install scikit-learn" in caution for caution in document["cautions"])


def test_a_metric_that_never_changes_and_params_that_are_hard(store):
    ids = [
        run(store, params={"a": value, "b": [None, "x"][place % 2]}, metrics={"rmse": 1.0})
        for place, value in enumerate([math.nan, math.inf, -math.inf, 10**400, 1.0, True])
    ]
    document = strict(importance(store, ids, "rmse"))
    assert any("nothing to explain" in caution for caution in document["cautions"])
    for place, one in enumerate(ids):
        writer = store.edit_run(one)
        writer.log_metric("mae", float(place), 0)
    store.flush()
    assert strict(importance(store, ids, "mae"))["runs"] == 6


def test_figures_need_plotly_and_say_so(store, monkeypatch):
    from nbtrack.compare import figure
    from nbtrack.entities import Runs

    run(store, metrics={"loss": 1.0})
    runs = Runs(store, parse("metrics.loss > 0"))
    monkeypatch.setitem(sys.modules, "plotly.graph_objects", None)
    with pytest.raises(NbtrackError, match="pip install plotly"):
        figure("curves", runs, metric="loss")
    with pytest.raises(InvalidValueError, match="no figure"):
        figure("pie", runs)


@pytest.mark.parametrize(
    ("field", "written"),
    [
        ("params.a.b", "params.a.b"),
        ("metrics.loss.min", "metrics.loss.min"),
        ("metrics.val loss.min", "metrics.`val loss`.min"),
        ("metrics.`loss`.min", "metrics.`loss`.min"),
        ("params.a`b", 'params."a`b"'),
        ("params.a`\"'b", None),
        ("duration", "duration"),
    ],
)
def test_a_column_is_named_as_a_filter_writes_it(store, field, written):
    ids = [run(store, metrics={"loss": 1.0, "val loss": 1.0})]
    (column,) = parallel(store, ids, [field])["columns"]
    assert (column["field"], column["filter"]) == (field, written)
    if written is not None:
        store.find_runs(parse(f"{written} IS NOT NULL"))


def test_runs_too_many_to_draw_are_counted(store, monkeypatch):
    monkeypatch.setattr("nbtrack.compare.axes.MAX_RUNS", 2)
    ids = [run(store, params={"alpha": place}) for place in range(5)]
    document = parallel(store, ids, ["params.alpha"])
    assert (len(document["runs"]), document["left_out"]) == (2, 3)
