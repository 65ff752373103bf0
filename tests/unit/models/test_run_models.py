"""`Run.models`: what a cell fitted and what was saved, each once."""

import json
import re
import shutil
from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import ElasticNet, Ridge
from sklearn.preprocessing import StandardScaler

import nbtrack
from nbtrack.records import FOLDS_TAG, EstimatorRecord

X = pd.DataFrame({"acid": [0.1, 0.2, 0.3, 0.4], "so2": [1, 2, 3, 4]})
y = pd.Series([1.0, 2.0, 3.0, 4.0])


@pytest.fixture
def run(store):
    with nbtrack.start_run() as run:
        yield run


def fitted(run, *estimators):
    """Note what a tracked cell notes of the estimators that it fitted."""
    run.writer.set_document("estimators", [asdict(estimator) for estimator in estimators])
    run.store.flush()


def described(name, model, uri=""):
    kind = f"{type(model).__module__}.{type(model).__qualname__}"
    return EstimatorRecord(name, kind, {"alpha": 0.5}, {"acid": "float64"}, (4, 2), ((0.1, 1),), uri)


def test_models_that_were_only_saved_are_listed(run):
    def predict(data):
        return np.zeros(len(data))

    net = nbtrack.log_model(ElasticNet().fit(X, y), "net", input_example=X.head(2))
    scale = nbtrack.log_model(StandardScaler().fit(X), "scale")
    rule = nbtrack.log_model(predict, "rule")
    models = {model.name: model for model in nbtrack.get_run(run.id).models}
    assert list(models) == ["net", "scale", "rule"]
    assert [model.estimator for model in models.values()] == [
        "sklearn.linear_model._coordinate_descent.ElasticNet",
        "sklearn.preprocessing._data.StandardScaler",
        "function",
    ]
    assert [model.flavour for model in models.values()] == ["sklearn", "sklearn", "nbtrack"]
    for info in (net, scale, rule):
        model = models[info.name]
        assert (model.uri, model.id, model.path) == (info.model_uri, info.model_id, info.name)
        assert model.size == info.model_size_bytes > 100
        assert model.signature == info.signature
    assert [column.name for column in models["net"].signature.inputs] == ["acid", "so2"]
    assert nbtrack.load_model(models["net"].uri).predict(X).shape == (4,)


def test_a_fitted_model_that_was_saved_too_is_listed_once(run):
    ridge = Ridge(alpha=0.5).fit(X, y)
    info = nbtrack.log_model(ridge, "model", input_example=X)
    nbtrack.log_model(ElasticNet().fit(X, y), "other")
    fitted(run, described("ridge", ridge, info.model_uri), described("scaler", StandardScaler()))
    models = run.models
    assert [model.name for model in models] == ["ridge", "scaler", "other"]
    assert (models[0].path, models[0].flavour, models[0].id) == ("model", "sklearn", info.model_id)
    assert (models[0].params, models[0].shape, models[0].rows) == ({"alpha": 0.5}, (4, 2), ((0.1, 1),))
    assert models[0].signature == info.signature
    assert (models[1].uri, models[1].path, models[1].signature) == ("", "", None)


def test_another_model_that_was_saved_in_its_place_is_not_taken_for_it(run):
    ridge = Ridge().fit(X, y)
    info = nbtrack.log_model(ridge)
    fitted(run, described("ridge", ridge, info.model_uri))
    nbtrack.log_model(ElasticNet().fit(X, y))
    ours, theirs = run.models
    assert (ours.name, ours.uri) == ("ridge", "")
    assert (theirs.name, theirs.uri) == ("model", info.model_uri)
    assert theirs.estimator.endswith("ElasticNet")


def test_a_model_whose_files_are_gone_is_still_listed(run):
    nbtrack.log_model(Ridge().fit(X, y), input_example=X)
    shutil.rmtree(run.artifacts.folder / "model")
    (model,) = run.models
    assert (model.name, model.estimator, model.signature) == ("model", "sklearn", None)


def test_show_tells_of_them(run):
    ridge = Ridge().fit(X, y)
    info = nbtrack.log_model(ridge)
    nbtrack.log_model(ElasticNet().fit(X, y), "net")
    fitted(run, described("model", StandardScaler()), described("model", ridge, info.model_uri))
    lines = [" ".join(line.split()) for line in run.describe().splitlines()]
    shown = lines[lines.index("models") + 1 :][:3]
    assert shown[0] == "model sklearn.preprocessing._data.StandardScaler"
    assert shown[1].startswith("model (model) sklearn.linear_model._ridge.Ridge (model, ")
    assert shown[2].startswith("net sklearn.linear_model._coordinate_descent.ElasticNet (net, ")
    assert "sklearn.linear_model._coordinate_descent.ElasticNet" in run._repr_html_()


def test_a_runs_html_tells_of_each_model_and_of_the_mean_of_folds(run):
    fitted(run, described("model", StandardScaler()), described("model", Ridge()))
    run.writer.set_tag(FOLDS_TAG, json.dumps(["scores"]))
    for value in (0.25, 0.5, 0.75, 0.5):
        nbtrack.log_metric("scores", value)
        nbtrack.log_metric("rmse", value * 3)
    html = re.sub(r"<[^>]+>", " ", run._repr_html_())
    assert "StandardScaler" in html
    assert "Ridge" in html
    words = html.split()
    assert words[words.index("scores.mean") :][:5] == ["scores.mean", "0.5", "0.25", "0.75", "4"]
    assert words[words.index("rmse") :][:5] == ["rmse", "1.5", "0.75", "2.25", "4"]
