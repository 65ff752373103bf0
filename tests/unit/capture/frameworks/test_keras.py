"""Keras: a history each epoch, whatever is shown and whether or not the `History` has a name."""

import os

import pytest

os.environ.setdefault("KERAS_BACKEND", "torch")
pytest.importorskip("keras")

from tests.unit.capture.frameworks.tracked import tracked, values

MODEL = """
import keras, numpy as np
keras.utils.set_random_seed(1)
X = np.random.rand(60, 3).astype("float32")
y = X[:, 0]

def model_with(rate):
    made = keras.Sequential([keras.layers.Dense(1)])
    made.compile(optimizer=keras.optimizers.SGD(learning_rate=rate), loss="mse", metrics=["mae"])
    return made

model = model_with(0.05)
"""


@pytest.fixture
def names():
    return tracked(MODEL)[1]


@pytest.mark.parametrize("verbose", [0, 1, 2])
def test_four_epochs_are_four_points(names, verbose):
    captured, names = tracked(
        f"model.fit(X, y, epochs=4, batch_size=8, validation_split=0.2, verbose={verbose})", names
    )
    assert values(captured) == names["model"].history.history
    assert {name: len(points) for name, points in values(captured).items()} == {
        "loss": 4,
        "mae": 4,
        "val_loss": 4,
        "val_mae": 4,
    }
    assert captured.params["optimizer"] == "SGD"
    assert captured.params["learning_rate"] == 0.05


def test_a_history_with_a_name_is_one_history(names):
    captured, names = tracked(
        "history = model.fit(X, y, epochs=3, verbose=0)\nlosses = history.history['loss']", names
    )
    assert values(captured) == names["history"].history


def test_a_result_of_the_cell_has_its_name_beside_a_history(names):
    captured, names = tracked(
        "model.fit(X, y, epochs=3, verbose=0)\nmae = float(abs(model.predict(X, verbose=0)[:, 0] - y).mean())\nprint(mae)",
        names,
    )
    assert values(captured)["mae"] == [names["mae"]]
    assert values(captured)["model.mae"] == names["model"].history.history["mae"]


def test_fits_of_one_model_follow_one_another(names):
    captured, _ = tracked(
        "model.fit(X, y, epochs=2, verbose=0)\nmodel.fit(X, y, initial_epoch=2, epochs=5, verbose=0)\n"
        "for _ in range(2):\n    model.fit(X, y, epochs=1, verbose=0)",
        names,
    )
    assert list(captured.metrics["loss"].steps) == list(range(7))


def test_two_models_have_their_names(names):
    captured, _ = tracked(
        "slow, fast = model_with(0.02), model_with(0.1)\nfor one in (slow, fast):\n    one.fit(X, y, epochs=2, verbose=0)\ndel one",
        names,
    )
    assert {name for name in values(captured) if "loss" in name} == {"slow.loss", "fast.loss"}
    assert (captured.params["slow.learning_rate"], captured.params["fast.learning_rate"]) == (0.02, 0.1)


def test_an_evaluation_that_has_no_name(names):
    captured, names = tracked("model.evaluate(X, y, verbose=0)", names)
    loss, mae = names["model"].evaluate(names["X"], names["y"], verbose=0)
    assert values(captured) == {"evaluate_loss": [pytest.approx(loss)], "evaluate_mae": [pytest.approx(mae)]}


def test_an_evaluation_in_a_list_is_no_series(names):
    captured, _ = tracked("score = model.evaluate(X, y, verbose=0)", names)
    assert set(values(captured)) == {"evaluate_loss", "evaluate_mae"}


def test_an_evaluation_whose_parts_have_names_has_those_alone(names):
    captured, _ = tracked("test_loss, test_mae = model.evaluate(X, y, verbose=0)", names)
    assert set(values(captured)) == {"test_loss", "test_mae"}


def test_a_schedule_has_settings_with_plain_names(names):
    captured, _ = tracked(
        "made = keras.optimizers.schedules.ExponentialDecay(0.05, decay_steps=7, decay_rate=0.5)\n"
        "model.compile(optimizer=keras.optimizers.SGD(made), loss='mse', metrics=['mae'])\n"
        "model.fit(X, y, epochs=2, verbose=0)",
        names,
    )
    params = captured.params
    assert (params["initial_learning_rate"], params["decay_steps"], params["decay_rate"]) == (0.05, 7, 0.5)
    assert not any(name.startswith(("learning_rate.", "metrics")) for name in params)


def test_the_models_of_a_loop_have_the_names_that_they_have_outside(names):
    captured, _ = tracked(
        "other = model_with(0.1)\nfor one in (model, other):\n    one.fit(X, y, epochs=2, verbose=0)", names
    )
    assert {"model.loss", "other.loss"} <= values(captured).keys()


def test_evaluations_of_a_loop_have_the_names_that_the_cell_has_for_them(names):
    captured, names = tracked(
        "errors = []\nfor rate in (0.01, 0.05):\n    model = model_with(rate)\n    model.fit(X, y, epochs=2, verbose=0)\n"
        "    loss, mae = model.evaluate(X, y, verbose=0)\n    errors.append(mae)",
        names,
    )
    found = values(captured)
    assert any(points == pytest.approx(names["errors"]) for points in found.values())
    assert not {"evaluate_loss", "evaluate_mae"} & found.keys()


def test_batches_and_epochs_that_are_given_by_their_place(names):
    captured, _ = tracked("model.fit(X, y, 20, 3, verbose=0)", names)
    assert (captured.params["batch_size"], captured.params["epochs"]) == (20, 3)
