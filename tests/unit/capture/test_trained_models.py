"""Which models a cell is found to have trained, wherever they are made and kept."""

import ast

import pytest

from nbtrack.capture import CellCapture

torch = pytest.importorskip("torch")

SETUP = """
import torch
from torch import nn
X = torch.randn(32, 3)
y = X.sum(1, keepdim=True)

def net():
    return nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))

def train(model, steps=3):
    optimiser = torch.optim.SGD(model.parameters(), lr=0.01)
    for _ in range(steps):
        optimiser.zero_grad()
        loss = ((model(X) - y) ** 2).mean()
        loss.backward()
        optimiser.step()
    optimiser.zero_grad()
    return loss.item()

def trained():
    model = net()
    train(model)
    return model

class Trainer:
    def __init__(self, model):
        self.model = model

    def run(self):
        return train(self.model)

earlier, teacher = net(), trained()
"""


def found(cell, setup=SETUP, session=None):
    """Return the names of the models that a cell is found to have trained."""
    namespace = {"__name__": "__main__"} if session is None else session
    exec(setup, namespace)
    capture = CellCapture(namespace)
    tree = capture.transform(ast.parse(cell))
    exec(compile(tree, "cell", "exec"), namespace)
    return [one.name for one in capture.finish().fitted]


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("model = trained()", ["model"]),
        ("model, loss = trained(), 0.5", ["model"]),
        ("loss = train(earlier)", ["earlier"]),
        ("result = {'model': trained(), 'loss': 0.5}", ["result.model"]),
        ("trainer = Trainer(net())\nloss = trainer.run()", ["trainer.model"]),
        ("nets = [net(), net()]\nlosses = [train(one) for one in nets]", ["nets.0", "nets.1"]),
        ("nets = {'a': net(), 'b': net()}\nloss = train(nets['b'])", ["nets.b"]),
        ("best = trained()\nfolds = [trained(), trained()]", ["folds.0", "folds.1", "best"]),
        ("loss = train(net())", []),
    ],
    ids=[
        "returned",
        "in a tuple",
        "made earlier",
        "dict",
        "attribute",
        "list",
        "one of a dict",
        "the named last",
        "gone",
    ],
)
def test_modules_are_found_where_they_are_kept(cell, names):
    assert found(cell) == names


def test_what_is_only_read_is_not_trained():
    cell = """
student = net()
optimiser = torch.optim.Adam(student.parameters())
for _ in range(3):
    loss = ((student(X) - teacher(X).detach()) ** 2).mean()
    loss.backward()
    optimiser.step()
"""
    assert found(cell) == ["student"]
    assert found("score = ((teacher(X) - y) ** 2).mean().item()") == []


def test_a_module_is_kept_whole_and_once():
    cell = """
encoder, head = nn.Linear(3, 4), nn.Linear(4, 1)
model = nn.Sequential(encoder, head)
again = model
compiled = torch.compile(model, backend="eager")
loss = train(model)
"""
    assert found(cell) == ["model"]


def test_of_a_frozen_backbone_the_head_is_trained():
    cell = """
backbone, head = nn.Linear(3, 4), nn.Linear(4, 1)
optimiser = torch.optim.SGD(head.parameters(), lr=0.01)
loss = ((head(backbone(X).detach()) - y) ** 2).mean()
loss.backward()
optimiser.step()
"""
    assert found(cell) == ["head"]


def test_optimisers_are_as_they_were_after_a_cell():
    from torch.optim import optimizer

    before = len(optimizer._global_optimizer_post_hooks)
    found("loss = train(earlier)")
    assert len(optimizer._global_optimizer_post_hooks) == before


SKLEARN = """
import numpy as np
from sklearn.linear_model import Ridge
from sklearn.tree import DecisionTreeRegressor
X = np.arange(20.0).reshape(10, 2)
y = X.sum(1)
old = Ridge().fit(X, y)
kept = {"old": old}

def pair():
    model = Ridge().fit(X, y)
    return model, model.score(X, y)

def several():
    return {"ridge": Ridge().fit(X, y), "tree": DecisionTreeRegressor().fit(X, y)}

def refit(models):
    for one in models.values():
        one.fit(X, y)
"""


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("model, r2 = pair()", ["model"]),
        ("result = pair()", ["result.0"]),
        ("models = several()", ["models.ridge", "models.tree"]),
        ("refit(kept)", ["kept.old"]),
        ("again = kept['old']\nr2 = again.score(X, y)", []),
        ("import pickle\nloaded = pickle.loads(pickle.dumps(old))\nr2 = loaded.score(X, y)", []),
    ],
    ids=["tuple", "tuple in a name", "dict", "fitted anew", "only read", "loaded"],
)
def test_estimators_are_found_where_they_are_kept(cell, names):
    assert found(cell, SKLEARN) == names


def test_what_predicts_by_a_model_is_saved_with_it():
    setup = (
        SKLEARN
        + """
class Forecast:
    def fit(self):
        self.model = Ridge().fit(X, y)

    def predict(self, X):
        return self.model.predict(X)
"""
    )
    assert found("forecast = Forecast()\nforecast.fit()", setup) == ["forecast"]


XGBOOST = """
import xgboost
import numpy as np
X = np.arange(40.0).reshape(20, 2)
data = xgboost.DMatrix(X, label=X.sum(1))
before = xgboost.train({"max_depth": 2}, data, 2)
before.save_model(FILE)

def train(rounds=3):
    return xgboost.train({"max_depth": 2}, data, rounds)

def fit():
    return xgboost.XGBRegressor(n_estimators=2).fit(X, X.sum(1))
"""


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("booster = train()", ["booster"]),
        ("boosters = []\nfor _ in range(2):\n    boosters.append(train())", ["boosters.0", "boosters.1"]),
        ("before.update(data, 2)", ["before"]),
        ("model = fit()", ["model"]),
        ("answers = before.predict(data)", []),
        ("loaded = xgboost.Booster(model_file=FILE)\nanswers = loaded.predict(data)", []),
    ],
)
def test_boosters_of_xgboost(tmp_path, cell, names):
    pytest.importorskip("xgboost")
    session = {"__name__": "__main__", "FILE": str(tmp_path / "before.ubj")}
    assert found(cell, XGBOOST, session) == names


LIGHTGBM = """
import lightgbm
import numpy as np
X = np.arange(400.0).reshape(200, 2)
data = lightgbm.Dataset(X, label=X.sum(1), free_raw_data=False)

def train():
    return lightgbm.train({"verbose": -1}, data, 2)

before = train()
"""


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("booster = train()", ["booster"]),
        ("result = {'booster': train()}", ["result.booster"]),
        ("answers = before.predict(X)", []),
    ],
)
def test_boosters_of_lightgbm(cell, names):
    pytest.importorskip("lightgbm")
    assert found(cell, LIGHTGBM) == names
