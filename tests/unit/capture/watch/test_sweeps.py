"""Values that a loop of the cell tries are kept beside its results, and are no single setting."""

import pytest

from tests.unit.capture.test_cell import series, track

HEAD = """
from itertools import product
import numpy as np
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import ParameterGrid, KFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier
def tqdm(values, **_): return values
X, y = load_iris(return_X_y=True)
Cs = np.logspace(-2, 1, 4)
few = np.array([0.3, 0.1, 0.7])
"""
CODE = compile(HEAD, "head", "exec")
FIT = "model = LogisticRegression(C=C, max_iter=300).fit(X, y)\n    acc = model.score(X, y)"


def swept(cell):
    namespace = {"__name__": "__main__"}
    exec(CODE, namespace)
    return track(cell, namespace)[0]


@pytest.mark.parametrize(
    ("loop", "values"),
    [
        ("for C in [0.1, 1, 10]", [0.1, 1, 10]),
        ("for C in (0.1, 1, 10)", [0.1, 1, 10]),
        ("values = [0.1, 1, 10]\nfor C in values", [0.1, 1, 10]),
        ("for C in np.logspace(-1, 1, 3)", [0.1, 1, 10]),
        ("for C in Cs", [0.01, 0.1, 1, 10]),
        ("for C in few", [0.3, 0.1, 0.7]),
        ("for C in tqdm([0.1, 1, 10], desc='C')", [0.1, 1, 10]),
        ("for C in tqdm(Cs)", [0.01, 0.1, 1, 10]),
        ("for i, C in enumerate([0.1, 1, 10])", [0.1, 1, 10]),
        ("for i, C in enumerate(tqdm(list(Cs)), 1)", [0.01, 0.1, 1, 10]),
        ("for C, name in zip([0.1, 1, 10], 'abc')", [0.1, 1, 10]),
        ("for C in range(1, 6, 2)", [1, 3, 5]),
        ("for C, _ in product([0.1, 1], [None, 2])", [0.1, 0.1, 1, 1]),
        ("for name, C in [('low', 0.1), ('high', 10)]", [0.1, 10]),
    ],
)
@pytest.mark.parametrize("end", ["", "accs = []", "rows"])
def test_a_loop_variable_over_values_is_beside_the_points(loop, values, end):
    body = {
        "": FIT,
        "accs = []": f"{FIT}\n    accs.append(acc)",
        "rows": f"{FIT}\n    rows.append(dict(acc=acc, C=C))",
    }
    head, _, last = loop.rpartition("\n")
    captured = swept(f"{head}\nrows, accs = [], []\n{last}:\n    {body[end]}")
    assert list(captured.metrics["C"].values) == pytest.approx(values)
    assert (
        list(captured.metrics["C"].steps) == list(captured.metrics["acc"].steps) == list(range(len(values)))
    )
    assert captured.params.get("max_iter") == 300
    assert "C" not in captured.params


@pytest.mark.parametrize(
    "loop",
    [
        "for depth, leaf in product([2, 4], [1, 5]):\n    {}",
        "for depth in [2, 4]:\n    for leaf in (1, 5):\n        {}",
        "for depth, leaf in [(2, 1), (2, 5), (4, 1), (4, 5)]:\n    {}",
        "for i, (depth, leaf) in enumerate(product([2, 4], [1, 5])):\n    {}",
    ],
)
def test_several_variables(loop):
    fit = "acc = DecisionTreeClassifier(max_depth=depth, min_samples_leaf=leaf, random_state=0).fit(X, y).score(X, y)"
    captured = swept(loop.format(fit))
    along = {name: dict(zip(c.steps, c.values, strict=True)) for name, c in captured.metrics.items()}
    assert along["leaf"] == {0: 1, 1: 5, 2: 1, 3: 5}
    # A curve is drawn along the value at the same step, or the last before it.
    assert [along["depth"].get(step, along["depth"].get(step - 1)) for step in range(4)] == [2, 2, 4, 4]
    assert {"max_depth", "min_samples_leaf", "depth", "leaf"}.isdisjoint(captured.params)
    assert captured.params["random_state"] == 0


def test_results_of_an_inner_loop_have_the_value_from_where_it_began():
    captured = swept(
        "for rate in [0.5, 0.25]:\n    w = 8.0\n    for epoch in range(3):\n        w -= rate * w\n        loss = w ** 2\n"
    )
    assert len(captured.metrics["loss"].values) == 6
    assert dict(zip(captured.metrics["rate"].steps, captured.metrics["rate"].values, strict=True)) == {
        0: 0.5,
        3: 0.25,
    }


@pytest.mark.parametrize(
    "given", ["**params", "n_neighbors=params['n_neighbors'], weights=params['weights']"]
)
@pytest.mark.parametrize(
    "values",
    [
        "ParameterGrid({'n_neighbors': [1, 5], 'weights': ['uniform', 'distance']})",
        "[{'n_neighbors': 1, 'weights': 'uniform'}, {'n_neighbors': 5, 'weights': 'distance'}]",
    ],
)
def test_dicts_of_settings(values, given):
    captured = swept(
        f"for params in {values}:\n    acc = KNeighborsClassifier(p=1, {given}).fit(X, y).score(X, y)"
    )
    assert set(captured.metrics["params.n_neighbors"].values) == {1, 5}
    assert {"n_neighbors", "weights", "params.n_neighbors"}.isdisjoint(captured.params)
    assert captured.params["p"] == 1


@pytest.mark.parametrize(
    "cell",
    [
        "for epoch in range(3):\n    loss = 1 / (1 + epoch)",
        "for epoch in [0, 1, 2]:\n    loss = 1 / (1 + epoch)",
        "for seed in [1, 2, 3]:\n    loss = np.random.default_rng(seed).random()",
        "for fold, (a, b) in enumerate(KFold(3).split(X)):\n    acc = LogisticRegression().fit(X[a], y[a]).score(X[b], y[b])",
        "w = np.zeros(4)\nfor row, target in zip(X, y):\n    loss = (row @ w - target) ** 2\n    w -= 0.01 * loss * row",
        "for name in ['a', 'b']:\n    loss = len(name) / 3",
        "for C in [0.5]:\n    loss = C / 2",
        "for part in [0.1, 0.2]:\n    print(part)",
        "for size in [24, 12]:\n    layers = [0] * size\nloss = sum(X[0]) / 2",
    ],
)
def test_counters_rows_and_names_are_no_values_that_are_tried(cell):
    found = set(series(swept(cell)))
    assert found <= {"loss", "acc"}


def test_one_value_is_a_setting():
    captured = swept(f"for C in [0.5]:\n    {FIT}")
    assert captured.params == {"C": 0.5, "max_iter": 300}


def test_what_a_loop_did_not_reach_is_not_there():
    captured = swept(f"for C in [0.1, 1, 10]:\n    if C > 5: break\n    {FIT}")
    assert series(captured)["C"][:2] == [0.1, 1]


def test_models_in_a_dict_keep_what_they_are():
    captured = swept(
        "models = {'linear': LogisticRegression(C=0.5), 'tree': DecisionTreeClassifier(max_depth=3)}\nresults = {}\n"
        "for name, model in models.items():\n    results[name] = model.fit(X, y).score(X, y)"
    )
    assert set(captured.metrics) == {"results.linear", "results.tree"}
    assert (captured.params["C"], captured.params["max_depth"]) == (0.5, 3)


@pytest.mark.parametrize("best", ["1", "max(found, key=found.get)"])
def test_the_final_model_has_the_value_that_was_chosen(best):
    captured = swept(
        "found = {}\nfor k in [1, 5]:\n    knn = KNeighborsClassifier(n_neighbors=k, p=1).fit(X, y)\n    found[k] = knn.score(X, y)\n"
        f"final = KNeighborsClassifier(n_neighbors={best}, weights='distance').fit(X, y)"
    )
    assert captured.params["n_neighbors"] == 1
    assert (captured.params["p"], captured.params["weights"]) == (1, "distance")


SVC = "acc = SVC(kernel=kernel, C=1).fit(X, y).score(X, y)"
MODELS = "'lr': LogisticRegression(max_iter=300), 'tree': DecisionTreeClassifier(max_depth=2)"
PAIRS = "('lr', LogisticRegression(max_iter=300)), ('tree', DecisionTreeClassifier(max_depth=2))"
TRIED = "acc = model.fit(X, y).score(X, y)"


@pytest.mark.parametrize(
    ("cell", "columns", "tried"),
    [
        (f"for kernel in ['linear', 'rbf']:\n    {SVC}", ["kernel", "acc"], [("linear",), ("rbf",)]),
        (
            f"for kernel, C in product(['linear', 'rbf'], [0.1, 1]):\n    {SVC.replace('1)', 'C)')}",
            ["kernel", "C", "acc"],
            [("linear", 0.1), ("linear", 1), ("rbf", 0.1), ("rbf", 1)],
        ),
        (
            f"for kernel in ['linear', 'rbf']:\n    for C in [0.1, 1.5]:\n        {SVC.replace('1)', 'C)')}",
            ["kernel", "C", "acc"],
            [("linear", 0.1), ("linear", 1.5), ("rbf", 0.1), ("rbf", 1.5)],
        ),
        (
            f"models = {{{MODELS}}}\nfor name, model in models.items():\n    {TRIED}",
            ["name", "model", "acc"],
            [("lr", "LogisticRegression"), ("tree", "DecisionTreeClassifier")],
        ),
        (
            f"for name, model in [{PAIRS}]:\n    {TRIED}",
            ["name", "model", "acc"],
            [("lr", "LogisticRegression"), ("tree", "DecisionTreeClassifier")],
        ),
        (
            "for Model in (LogisticRegression, DecisionTreeClassifier):\n    acc = Model().fit(X, y).score(X, y)",
            ["Model", "acc"],
            [("LogisticRegression",), ("DecisionTreeClassifier",)],
        ),
        (
            "for depth in [1, 3, None]:\n    acc = DecisionTreeClassifier(max_depth=depth).fit(X, y).score(X, y)",
            ["depth", "acc"],
            [(1,), (3,), ("None",)],
        ),
        (
            (
                "for p in ParameterGrid({'criterion': ['gini', 'entropy'], 'max_depth': [2]}):\n"
                "    acc = DecisionTreeClassifier(**p).fit(X, y).score(X, y)"
            ),
            ["p.max_depth", "p.criterion", "acc"],
            [(2, "gini"), (2, "entropy")],
        ),
        (
            (
                "for kernel in ['linear', 'rbf']:\n    folds = []\n    for fold in range(3):\n"
                f"        {SVC}\n        folds.append(acc)\n    mean_acc = np.mean(folds)"
            ),
            ["kernel", "mean_acc"],
            [("linear",), ("rbf",)],
        ),
    ],
)
def test_words_that_a_loop_tries_are_a_table_beside_its_results(cell, columns, tried):
    captured = swept(f"from sklearn.svm import SVC\n{cell}")
    (table,) = captured.tables.values()
    assert list(table.columns) == columns
    result = captured.metrics[columns[-1]].values
    assert [tuple(row) for row in table.rows] == [
        (*words, one) for words, one in zip(tried, result, strict=True)
    ]
    assert not any(str(value) in {"linear", "rbf"} for value in captured.params.values())


@pytest.mark.parametrize(
    "cell",
    [
        "for name in ['a', 'b']:\n    print(name)\nacc = LogisticRegression(max_iter=300).fit(X, y).score(X, y)",
        "for column in list('abc'):\n    size = len(column)\nmodel = LogisticRegression(max_iter=300).fit(X, y)",
        (
            "model = LogisticRegression(max_iter=300)\nfor name in ['a', 'b']:\n    print(name)\n"
            "for i in range(2):\n    acc = model.fit(X[i:], y[i:]).score(X, y)"
        ),
    ],
)
def test_words_without_results_are_no_table(cell):
    assert not swept(cell).tables


@pytest.mark.parametrize(
    "fill",
    [
        "for name, model in models.items():\n    scores[name] = model.fit(X, y).score(X, y)",
        "for name in models:\n    scores[name] = models[name].fit(X, y).score(X, y)",
        "scores = {name: model.fit(X, y).score(X, y) for name, model in models.items()}",
    ],
)
def test_each_thing_tried_has_its_result_whatever_it_is_called(fill):
    names = ["lr", "tree", "n", "k", "time", "max"]
    models = ", ".join(
        f"'{name}': DecisionTreeClassifier(max_depth={depth})" for depth, name in enumerate(names, 1)
    )
    found = series(swept(f"models = {{{models}}}\nscores = {{}}\n{fill}"))
    assert {f"scores.{name}" for name in names} == {name for name in found if name.startswith("scores.")}
