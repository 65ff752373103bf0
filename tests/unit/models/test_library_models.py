"""Models that know themselves what they take, and the limit of what is saved unasked."""

import json

import numpy as np
import pandas as pd
import pytest

import nbtrack
from nbtrack.models.flavours.pickled import TooLargeError, size_limit

DATA = pd.DataFrame(np.random.default_rng(0).normal(size=(200, 2)), columns=["alcohol", "pH"])
TARGET = DATA.sum(axis=1)


def inputs(saved):
    """Return the names and types of a model's columns, or the shape of its array."""
    entries = json.loads(saved.signature.to_dict()["inputs"])
    return [
        (one.get("name"), one["type"]) if "name" in one else one["tensor-spec"]["shape"] for one in entries
    ]


@pytest.mark.parametrize("data", [DATA, DATA.to_numpy()], ids=["table", "array"])
def test_a_booster_of_xgboost_knows_what_it_takes(tmp_path, data):
    xgboost = pytest.importorskip("xgboost")
    booster = xgboost.train({"max_depth": 2}, xgboost.DMatrix(data, label=TARGET), 3)
    saved = nbtrack.save_model(booster, tmp_path / "model")
    wanted = [("alcohol", "double"), ("pH", "double")] if data is DATA else [[-1, 2]]
    assert inputs(saved) == wanted
    loaded = nbtrack.load_model(tmp_path / "model")
    answers = booster.predict(xgboost.DMatrix(data[:5]))
    assert np.allclose(np.asarray(loaded.predict(data[:5])).ravel(), answers)


@pytest.mark.parametrize("data", [DATA, DATA.to_numpy()], ids=["table", "array"])
def test_a_booster_of_lightgbm_knows_what_it_takes(tmp_path, data):
    lightgbm = pytest.importorskip("lightgbm")
    booster = lightgbm.train({"verbose": -1}, lightgbm.Dataset(data, label=TARGET), 3)
    saved = nbtrack.save_model(booster, tmp_path / "model")
    wanted = [("alcohol", "double"), ("pH", "double")] if data is DATA else [[-1, 2]]
    assert inputs(saved) == wanted
    loaded = nbtrack.load_model(tmp_path / "model")
    assert np.allclose(np.asarray(loaded.predict(data[:5])).ravel(), booster.predict(data[:5]))


def test_what_a_booster_does_not_know_is_not_said(tmp_path):
    lightgbm = pytest.importorskip("lightgbm")
    data = DATA.assign(
        red=DATA["pH"] > 0,
        **{"free so2": DATA["pH"] * 2},
        grape=pd.Categorical(np.where(DATA["pH"] > 1, "a", "b")),
    )
    for columns in (["alcohol", "red"], ["alcohol", "grape"], ["alcohol", "free so2"]):
        booster = lightgbm.train({"verbose": -1}, lightgbm.Dataset(data[columns], label=TARGET), 3)
        assert nbtrack.save_model(booster, tmp_path / columns[1]).signature is None
        answers = nbtrack.load_model(tmp_path / columns[1]).predict(data[columns][:5])
        assert np.allclose(np.asarray(answers).ravel(), booster.predict(data[columns][:5]))


def test_modules_and_boosters_keep_to_the_limit(tmp_path):
    torch = pytest.importorskip("torch")
    xgboost = pytest.importorskip("xgboost")
    models = [
        torch.nn.Linear(100, 100),
        xgboost.train({"max_depth": 4}, xgboost.DMatrix(DATA, label=TARGET), 50),
    ]
    token = size_limit.set(10_000)
    try:
        for model in models:
            with pytest.raises(TooLargeError, match="10,000 bytes"):
                nbtrack.save_model(model, tmp_path / "model")
            assert not (tmp_path / "model").exists()
    finally:
        size_limit.reset(token)
