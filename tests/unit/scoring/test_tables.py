"""`nbtrack.predict` for tables in memory: each kind gives its own kind back."""

import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset
import pytest

import nbtrack
from nbtrack.errors import InvalidValueError, ModelError, NbtrackWarning, SchemaError
from tests.unit.scoring.conftest import doubled, table


def test_pandas_gives_a_series_with_the_callers_index(uri):
    people = table(50).set_index("id")
    predicted = nbtrack.predict(uri, people, batch_rows=7)
    assert isinstance(predicted, pd.Series)
    pd.testing.assert_series_equal(predicted, doubled(people).rename("prediction"))


def test_keys_stand_beside_the_predictions(uri):
    people = table(50)
    predicted = nbtrack.predict(uri, people, keep="id")
    assert list(predicted) == ["id", "prediction"]
    assert predicted["id"].tolist() == people["id"].tolist()
    with pytest.raises(InvalidValueError, match="'nobody'"):
        nbtrack.predict(uri, people, keep=["nobody"])


@pytest.mark.parametrize("kind", ["table", "reader", "dataset", "batch"])
def test_arrow_gives_a_table(uri, kind):
    people = table(50)
    arrow = pa.Table.from_pandas(people)
    given = {
        "table": arrow,
        "reader": arrow.to_reader(max_chunksize=11),
        "dataset": pyarrow.dataset.dataset(arrow),
        "batch": arrow.to_batches()[0],
    }[kind]
    predicted = nbtrack.predict(uri, given, keep=["id"], batch_rows=7)
    assert isinstance(predicted, pa.Table)
    assert predicted["id"].to_pylist() == people["id"].tolist()
    np.testing.assert_allclose(predicted["prediction"], doubled(people))


@pytest.mark.parametrize("lazy", [False, True])
def test_polars_gives_polars(uri, lazy):
    people = table(50)
    given = pl.DataFrame(people.to_dict("list"))
    predicted = nbtrack.predict(uri, given.lazy() if lazy else given, keep="id", batch_rows=7)
    assert isinstance(predicted, pl.DataFrame)
    assert predicted["id"].to_list() == people["id"].tolist()
    np.testing.assert_allclose(predicted["prediction"], doubled(people))


def test_duckdb_gives_arrow(uri):
    import duckdb

    people = table(50)
    with duckdb.connect() as connection:
        connection.register("people", people)
        predicted = nbtrack.predict(uri, connection.sql("SELECT * FROM people WHERE age > 10"), keep="id")
    old = people[people["age"] > 10]
    assert predicted["id"].to_pylist() == old["id"].tolist()
    np.testing.assert_allclose(predicted["prediction"], doubled(old))


def test_no_rows_give_no_predictions(uri):
    assert len(nbtrack.predict(uri, table(0))) == 0
    assert nbtrack.predict(uri, pa.Table.from_pandas(table(1)).slice(1)).num_rows == 0


def test_a_row_that_fails_is_named_and_may_be_left_out(uri):
    people = table(1000).astype({"age": "int64"})
    people.loc[[700, 900], "age"] = -1
    with pytest.raises(ModelError, match="row 701: the model raised RuntimeError: nobody is that young"):
        nbtrack.predict(uri, people, batch_rows=300)
    with pytest.warns(NbtrackWarning, match=r"2 rows.*row 701"):
        predicted = nbtrack.predict(uri, people, on_error="skip")
    assert predicted.index.tolist() == [k for k in range(1000) if k not in (700, 900)]


def test_what_fits_no_row_is_told_without_a_row(uri):
    with pytest.raises(SchemaError, match=r"^the input: the input lacks the column 'age'"):
        nbtrack.predict(uri, table(10).drop(columns="age"))


def test_a_model_of_several_outputs_gives_a_frame(store):
    def bounds(frame):
        return pd.DataFrame({"low": frame["size"] - 1, "high": frame["size"] + 1})

    people = table(20)
    nbtrack.save_model(bounds, "bounds", input_example=people[["size"]].head(2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NbtrackWarning)
        predicted = nbtrack.predict("bounds", people, batch_rows=6)
    assert list(predicted) == ["low", "high"]
    np.testing.assert_allclose(predicted["high"], people["size"] + 1)


def test_wrong_options_are_refused(uri):
    for options in ({"on_error": "ignore"}, {"workers": 0}, {"batch_rows": 0}, {"resume": True}):
        with pytest.raises(InvalidValueError):
            nbtrack.predict(uri, table(2), **options)
    with pytest.raises(InvalidValueError, match="int"):
        nbtrack.predict(uri, 3)


def test_what_a_model_gives_by_name_is_a_column_each(store):
    def both(frame):
        import torch

        size = frame["size"].to_numpy()
        return {"array": size * 2, "series": frame["size"] + 1, "list": [*size], "tensor": torch.tensor(size)}

    people = table(20)
    nbtrack.save_model(both, "model", input_example=people[["size"]].head(2))
    predicted = nbtrack.predict("model", people, keep="id")
    assert list(predicted) == ["id", "array", "series", "list", "tensor"]
    np.testing.assert_allclose(predicted["array"], people["size"] * 2)
    np.testing.assert_allclose(predicted["series"], people["size"] + 1)
    np.testing.assert_allclose(predicted["tensor"], people["size"])
