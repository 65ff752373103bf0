"""A model of the user's own code is saved, and otherwise left alone: what it does is the cell's business."""

import pytest

SETUP = """
import nbtrack, time
import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, TransformerMixin
from sklearn.ensemble import RandomForestRegressor, VotingRegressor
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

X, y = np.random.default_rng(0).random((30, 3)), np.arange(30.0)
calls = []

class Plain:
    def __init__(self, rate=0.5):
        self.rate, self.rng = rate, np.random.default_rng(0)
    def fit(self, X, y=None):
        self.fitted_ = True
        return self
    def predict(self, X):
        calls.append("predict")
        return self.rng.random(len(X))

class Asked(Plain):
    def get_params(self, deep=True):
        calls.append("get_params")
        return {"rate": self.rate}

class Derived(RegressorMixin, BaseEstimator):
    def __init__(self, rate=0.5):
        self.rate = rate
    def fit(self, X, y=None):
        self.rng_ = np.random.default_rng(0)
        return self
    def predict(self, X):
        calls.append("predict")
        return self.rng_.random(len(X))
    def __sklearn_tags__(self):
        calls.append("tags")
        return super().__sklearn_tags__()

class Scaler(TransformerMixin, BaseEstimator):
    def fit(self, X, y=None):
        return self
    def transform(self, X):
        calls.append("transform")
        return X

def halved(X):
    calls.append("halved")
    return X / 2
"""

MODELS = [
    "Plain(rate=0.25)",
    "Asked(rate=0.25)",
    "Derived(rate=0.25)",
    "make_pipeline(Scaler(), Ridge())",
    "make_pipeline(FunctionTransformer(halved), Ridge())",
    "make_pipeline(FunctionTransformer(lambda X: halved(X)), Ridge())",
    "GridSearchCV(make_pipeline(FunctionTransformer(halved), Ridge()), {'ridge__alpha': [0.1, 1]}, cv=2)",
    "VotingRegressor([('own', Derived(rate=0.25)), ('ridge', Ridge())])",
]


@pytest.fixture(scope="module")
def own(kernel):
    """Return the kernel, with the user's classes in it."""
    kernel.ok(SETUP)
    return kernel


@pytest.mark.parametrize("model", MODELS)
def test_code_of_the_users_own_is_run_as_often_as_without_tracking(own, model):
    cell = f"calls.clear()\nmodel = {model}\n_ = model.fit(X, y)"
    own.ok(cell)
    bare = own.value("calls"), own.value("model.predict(X).tolist()")
    run = own.run_of(own.ok(f"%%track\n{cell}"))
    assert (own.value("calls"), own.value("model.predict(X).tolist()")) == bare
    assert [one.uri for one in run.models] == [f"runs:/{run.id}/model"]
    if "0.25" in model:
        assert 0.25 in run.params.values()
    signature = own.value(f"nbtrack.load_model('runs:/{run.id}/model').signature.inputs")
    assert signature == "(Tensor(dtype='float64', shape=(-1, 3), name=None),)"


def test_what_the_cell_saw_it_predict_tells_its_output(own):
    run = own.run_of(own.ok("%%track\nmodel = Plain().fit(X, y)\npredicted = model.predict(X)"))
    outputs = own.value(f"nbtrack.load_model('runs:/{run.id}/model').signature.outputs")
    assert outputs == "(Tensor(dtype='float64', shape=(-1,), name=None),)"


def test_a_model_that_gave_another_number_of_values_than_rows_has_no_signature(own):
    own.ok("class Odd(Plain):\n    def predict(self, X):\n        return np.zeros(2)")
    executed = own.run("%%track\nmodel = Odd().fit(X, y)\npredicted = model.predict(X)")
    assert "predicts 2 values for 30 rows; it is saved without a signature" in executed.stderr
    run = own.run_of(executed)
    assert own.value(f"nbtrack.load_model('runs:/{run.id}/model').signature") == "None"


def test_a_librarys_model_that_draws_random_numbers_is_tried_on_a_copy(own):
    own.run(
        "%%track\nmodel = MLPRegressor(hidden_layer_sizes=(4,), max_iter=2, random_state=np.random.RandomState(3)).fit(X, y)"
    )
    state = own.value("model.random_state.random_sample()")
    own.run(
        "model = MLPRegressor(hidden_layer_sizes=(4,), max_iter=2, random_state=np.random.RandomState(3)).fit(X, y)"
    )
    assert own.value("model.random_state.random_sample()") == state


def test_an_interrupt_while_a_model_is_saved_ends_the_saving_alone(own):
    own.ok(
        "class Slow(Plain):\n    def __getstate__(self):\n"
        "        import _thread\n        _thread.interrupt_main()\n        time.sleep(5)\n        return {}"
    )
    executed = own.run("%%track\nmodel = Slow().fit(X, y)\nscore = 0.5 + model.predict(X)[0]")
    assert "callback" not in executed.stderr + executed.stdout
    assert "Traceback" not in executed.stderr + executed.stdout
    assert "interrupted" in executed.stderr
    run = own.run_of(executed)
    assert run.status == "FINISHED"
    assert "score" in run.metrics
    assert own.value("1 + 1") == "2"
