"""The settings of the estimators that a cell fits, as they were at the fit; and none of them is kept alive."""

import ast

import pytest

from nbtrack.capture import CellCapture

SETUP = """
import gc, weakref
import numpy as np
from sklearn.linear_model import Lasso, Ridge
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
X = np.random.default_rng(0).random((20, 3))
y = X.sum(1)
alive, fitted = [], []

def note(model):
    fitted.append(weakref.ref(model))

def look():
    gc.collect()
    alive.append(sum(one() is not None for one in fitted))

def fit_all(models):
    for one in models:
        one.fit(X, y)
"""


def captured(cell):
    """Return what was captured of a cell, and the namespace."""
    namespace = {"__name__": "__main__"}
    exec(SETUP, namespace)
    capture = CellCapture(namespace)
    tree = capture.transform(ast.parse(cell))
    exec(compile(tree, "cell", "exec"), namespace)
    return capture.finish(), namespace


@pytest.mark.parametrize(
    ("cell", "params"),
    [
        ("a = Ridge(alpha=1.0)\nspare = Ridge(alpha=7.0)\na.fit(X, y)", {"alpha": 1.0}),
        ("a, spare = Ridge(alpha=1.0), Ridge(alpha=7.0)\na.fit(X, y)\nprint(spare)", {"alpha": 1.0}),
        ("models = {'a': Ridge(alpha=2.0), 'b': Ridge(alpha=50.0, tol=0.01)}\nmodels['a'].fit(X, y)", {"alpha": 2.0}),
        ("models = [Ridge(alpha=2.0), Lasso(tol=0.01)]\nmodels[0].fit(X, y)\nn = len(models)", {"alpha": 2.0}),
        ("m = Ridge(alpha=1.0)\nm.set_params(alpha=9.0)\nm.fit(X, y)", {"alpha": 9.0}),
        ("m = Ridge(alpha=2.0)\nm.alpha = 9.0\nm.fit(X, y)", {"alpha": 9.0}),
        ("m = Ridge(alpha=2.0).fit(X, y)\nm.set_params(alpha=9.0)", {"alpha": 2.0}),
        ("m = Ridge(alpha=2.0).fit(X, y)\nm.alpha = 9.0", {"alpha": 2.0}),
        ("m = Ridge(alpha=1.0).fit(X, y)", {"alpha": 1.0}),
        ("r2 = Ridge(alpha=2.0).fit(X, y).score(X, y)", {"alpha": 2.0}),
        ("pipe = make_pipeline(StandardScaler(), Ridge(alpha=2.0)).fit(X, y)", {"alpha": 2.0}),
        ("model = Ridge(alpha=2.0)\nr2 = cross_val_score(model, X, y).mean()", {"alpha": 2.0}),
        ("chosen = [Ridge(alpha=2.0)]\nr2 = [cross_val_score(m, X, y).mean() for m in chosen]", {"alpha": 2.0}),
        ("chosen = [Ridge(alpha=2.0)]\nfor m in chosen:\n    r2 = cross_val_score(m, X, y).mean()", {"alpha": 2.0}),
        ("models = [Ridge(alpha=2.0)]\nfit_all(models)", {"alpha": 2.0}),
    ],
)  # fmt: skip
def test_they_count_as_they_were_at_the_fit(cell, params):
    found, _ = captured(cell)
    assert {name: value for name, value in found.params.items() if name != "n"} == params


@pytest.mark.parametrize(
    "fit",
    [
        "model = Ridge(alpha=2.0)\n    model.fit(X, y)",
        "model = Ridge(alpha=2.0).fit(X, y)",
        "model = make_pipeline(StandardScaler(), Ridge(alpha=2.0))\n    model.fit(X, y)\n    p = model.predict(X)",
        "model = Ridge()\n    model.set_params(alpha=2.0)\n    fitted_model = model.fit(X, y)\n    del fitted_model",
    ],
)
def test_what_a_loop_deletes_is_gone_at_once(fit):
    found, namespace = captured(
        f"for fold in range(4):\n    {fit}\n    note(model)\n    del model\n    look()"
    )
    assert namespace["alive"] == [0] * 4
    assert found.params["alpha"] == 2.0


def test_what_has_no_name_lives_until_the_next_fit():
    cell = (
        "for fold in range(4):\n    [note(model) for model in [Ridge().fit(X, y)]]\n    del model\n    look()"
    )
    _, namespace = captured(cell.replace("    del model\n", ""))
    assert max(namespace["alive"]) <= 1


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("pre = StandardScaler()\nmodel = make_pipeline(pre, Ridge()).fit(X, y)", ["model"]),
        ("pre = StandardScaler()\npipe = make_pipeline(pre, Ridge())\nsearch = GridSearchCV(pipe, {}, cv=2).fit(X, y)", ["search"]),
        ("ridge = Ridge()\nmodel = make_pipeline(StandardScaler(), ridge).fit(X, y)\nridge.coef_", ["model"]),
        ("Z = StandardScaler().fit_transform(X)\nmodel = Ridge().fit(Z, y)", ["model"]),
        ("scaler = StandardScaler()\nZ = scaler.fit_transform(X)\nmodel = Ridge().fit(Z, y)", ["scaler", "model"]),
        ("r2 = Ridge().fit(X, y).score(X, y)", ["Ridge"]),
    ],
)  # fmt: skip
def test_what_a_model_consists_of_is_no_model_beside_it(cell, names):
    found, _ = captured(cell)
    assert [one.name for one in found.fitted] == names
