"""A model is saved with a signature that holds, or with none: it is asked with the first rows of its own data."""

import random

import numpy as np
import pandas as pd
import pytest

import nbtrack
from nbtrack.errors import NbtrackWarning

TABLE = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0]})


class Forecaster:
    def fit(self, data):
        self.last_ = float(np.asarray(data).ravel()[-1])
        return self

    def get_params(self, deep=True):
        return {}

    def predict(self, horizon=3):
        return np.full(3, self.last_)


@pytest.fixture
def run(store):
    with nbtrack.start_run() as run:
        yield run


def test_a_forecaster_is_saved_without_a_signature_and_one_line_says_so(run):
    with pytest.warns(
        NbtrackWarning, match="Forecaster predicts 3 values for 4 rows; it is saved without"
    ) as told:
        info = nbtrack.log_model(Forecaster().fit(TABLE), input_example=TABLE)
    assert len(told) == 1
    model = nbtrack.load_model(info.model_uri)
    assert model.signature is None
    assert model.predict(7).tolist() == [4.0] * 3


def test_a_function_may_make_many_values_of_a_row(run):
    horizon = pd.DataFrame({"horizon": [3]})
    info = nbtrack.log_model(lambda data: [0.5] * int(data["horizon"].iloc[0]), input_example=horizon)
    model = nbtrack.load_model(info.model_uri)
    assert model.signature is not None
    assert model.predict(horizon) == [0.5] * 3


def test_what_tells_no_schema_is_saved_without_a_signature(run):
    class Pool:
        def __len__(self):
            return 2

        def __getitem__(self, rows):
            return self

    folder = run.artifacts.folder / "pool"
    with pytest.warns(NbtrackWarning, match="given a Pool .*without a signature"):
        nbtrack.models.save(lambda data: [1, 2], folder, fitted_on=Pool())
    assert nbtrack.load_model(folder, trust=True).predict(Pool()) == [1, 2]


def test_a_function_that_takes_a_table_gets_one_for_an_example_of_records(run):
    info = nbtrack.log_model(lambda table: table["a"] * 2, input_example=[{"a": 1}, {"a": 2}])
    model = nbtrack.load_model(info.model_uri)
    assert model.predict([{"a": 3}]).tolist() == [6]
    assert model.predict(model.input_example).tolist() == [2, 4]
    info = nbtrack.log_model(
        lambda rows: [row.get("a", 0) for row in rows], input_example=[{"a": 1}, {"b": 2}]
    )
    assert nbtrack.load_model(info.model_uri).predict([{"b": 3}, {"a": 4}]) == [0, 4]


def test_trying_changes_nothing(run, capsys):
    def noisy(data):
        print("asked")
        random.random()
        return np.random.random(len(data))  # noqa: NPY002

    random.seed(1)
    np.random.seed(1)  # noqa: NPY002
    expected = random.random(), np.random.random()  # noqa: NPY002
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002
    nbtrack.log_model(noisy, input_example=TABLE)
    assert (random.random(), np.random.random()) == expected  # noqa: NPY002
    assert capsys.readouterr().out == ""
