"""A model's input example comes back as it was given, and the model takes it; what MLflow reads has MLflow's form."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.cluster import DBSCAN
from sklearn.preprocessing import StandardScaler

import nbtrack
from nbtrack.errors import InvalidValueError, ModelError
from nbtrack.models import infer_schema


@pytest.fixture
def kept(store):
    """Return a function that keeps an example with a model that answers its input, and returns the model loaded."""
    with nbtrack.start_run():
        yield lambda example: nbtrack.load_model(
            nbtrack.log_model(lambda data: data, "same", input_example=example).model_uri
        )


TABLES = {
    "digits": pd.DataFrame({"x": [0.1 + 0.2, 1 / 3, 1e-300]}),
    "short types": pd.DataFrame(
        {"i": np.array([1, 2], "int32"), "f": np.array([0.1, 0.2], "float32"), "b": [True, False]}
    ),
    "missing": pd.DataFrame({"x": [1.0, None], "s": ["a", None]}),
    "dates": pd.DataFrame({"day": pd.to_datetime(["2026-01-02", "2026-03-04"]).astype("datetime64[ns]")}),
    "bytes": pd.DataFrame({"raw": [b"\x00ab", b"c"]}),
    "lists": pd.DataFrame({"v": [[1.0, 2.0], [3.0]]}),
    "numbered": pd.DataFrame(np.arange(6.0).reshape(3, 2)),
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_table_comes_back(kept, table):
    model = kept(table)
    pd.testing.assert_frame_equal(model.input_example, table)
    pd.testing.assert_frame_equal(model.predict(model.input_example), table)


ARRAYS = {
    "floats": np.array([[0.1, np.nan], [1 / 3, 2.0]]),
    "short": np.ones((2, 3, 4), "float32"),
    "integers": np.arange(3, dtype="int8"),
    "text": np.array(["a", "bcd"]),
}


@pytest.mark.parametrize("array", ARRAYS.values(), ids=ARRAYS)
def test_an_array_comes_back(kept, array):
    model = kept(array)
    for back in (model.input_example, model.predict(model.input_example)):
        assert back.dtype == array.dtype
        np.testing.assert_array_equal(back, array)
    # MLflow reads the bare array; NaN, which JSON has no word for, is null.
    held = json.loads((model.path / "input_example.json").read_text(encoding="utf-8"))
    assert isinstance(held, list)
    assert json.loads((model.path / "serving_input_example.json").read_text(encoding="utf-8")) == {
        "inputs": held
    }


def test_other_examples_come_back(kept):
    arrays = {"a": np.ones(2), "b": np.ones((2, 3), "float32")}
    back = kept(arrays).input_example
    assert {n: (v.dtype, v.shape) for n, v in back.items()} == {
        n: (v.dtype, v.shape) for n, v in arrays.items()
    }
    for value in ({"a": [1, 2]}, [{"a": 1}, {"a": 2}], ["a", "b"], "a"):
        assert kept(value).input_example == value
    assert kept(sparse.csr_matrix(np.eye(2))).input_example.tolist() == [[1.0, 0.0], [0.0, 1.0]]
    with pytest.raises(InvalidValueError, match="JSON"):
        kept({"a": [object()]})


def test_labels_that_are_numbers_stay_numbers(kept):
    assert [column.name for column in infer_schema(pd.DataFrame({0: [1.0], np.int64(5): [2.0]}))] == [0, 5]
    model = kept(TABLES["numbered"])
    answer = model.predict(TABLES["numbered"].rename(columns=str))
    assert list(answer.columns) == [0, 1], "as text, as JSON and CSV have them, they are the same columns"


def test_dates_as_text_are_taken(kept):
    model = kept(TABLES["dates"])
    for dtype in ("object", "str"):
        answer = model.predict(pd.DataFrame({"day": pd.Series(["2026-05-06"], dtype=dtype)}))
        assert answer["day"].tolist() == [pd.Timestamp("2026-05-06")]


def test_a_transformer_answers_and_tells_mlflow_how(store):
    X = pd.DataFrame({"x": [1.0, 2.0, 3.0]})
    scaler = StandardScaler().fit(X)
    with nbtrack.start_run():
        model = nbtrack.load_model(nbtrack.log_model(scaler, input_example=X).model_uri)
        assert model.predict(X).tolist() == scaler.transform(X).tolist()
        assert model.metadata.flavors["python_function"]["loader_module"] != "mlflow.sklearn"
        # What answers nothing is kept all the same, and promises MLflow no function.
        model = nbtrack.load_model(nbtrack.log_model(DBSCAN().fit(X), "clusters").model_uri)
        assert model.native.labels_.shape == (3,)
        assert "python_function" not in model.metadata.flavors
        with pytest.raises(ModelError, match="DBSCAN"):
            model.predict(X)
