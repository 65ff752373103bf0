"""What changes a value is refused, whatever the library calls the type; what does not is taken."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from nbtrack.errors import SchemaError
from nbtrack.models import Column, Param, Signature, Tensor, infer_signature
from nbtrack.models.enforcement import enforce
from nbtrack.models.predict_params import enforce_params


def taken(kind, values, detail=None, required=True):
    signature = Signature((Column(kind, "x", required, detail),))
    return enforce(pd.DataFrame({"x": values}), signature)["x"]


REFUSED = {
    "Int64 that is too long": ("integer", pd.Series([2**40], dtype="Int64")),
    "Float64 that is too large": ("float", pd.Series([1e300], dtype="Float64")),
    "arrow int that is too long": ("integer", pd.Series([2**40], dtype="int64[pyarrow]")),
    "Int64 with more digits than a double": ("double", pd.Series([2**60 + 1], dtype="Int64")),
    "UInt64 for long": ("long", pd.Series([2**63], dtype="UInt64")),
    "Float64 for long": ("long", pd.Series([1.5], dtype="Float64")),
    "boolean for long": ("long", pd.Series([True], dtype="boolean")),
    "Int64 for boolean": ("boolean", pd.Series([1], dtype="Int64")),
    "categories of text for double": ("double", pd.Series(["a"], dtype="category")),
    "complex for double": ("double", pd.Series([1j])),
}


@pytest.mark.parametrize(("kind", "values"), REFUSED.values(), ids=REFUSED)
def test_an_extension_type_is_cast_as_numpys_is(kind, values):
    with pytest.raises(SchemaError, match="'x'"):
        taken(kind, values)


def test_an_extension_type_that_loses_nothing_is_taken():
    assert taken("double", pd.Series([1, None], dtype="Int64")).tolist()[0] == 1.0
    assert taken("double", pd.Series([1, None], dtype="Int64")).dtype == "float64"
    assert taken("long", pd.Series([1], dtype="Int32")).dtype == "int64"
    assert taken("double", pd.Series([1.5], dtype="Float32")).tolist() == [1.5]
    assert taken("long", pd.Series([3, 1], dtype="category")).tolist() == [3, 1]
    assert taken("double", pd.Series([0.0, 1.5], dtype="Sparse[float64]")).tolist() == [0.0, 1.5]


PARTS = {
    "array": ({"items": {"type": "long"}}, [[1, 2]], [["a"]], "item of column 'x' holds 'a'"),
    "array of arrays": ({"items": {"type": "array", "items": {"type": "double"}}}, [[[1.5]]], [[1.5]], "takes a list"),
    "object": (
        {"properties": {"a": {"type": "long"}, "b": {"type": "string", "required": False}}},
        [{"a": 1}], [{"b": "x"}], "lacks 'a'",
    ),
    "object of another type": ({"properties": {"a": {"type": "long"}}}, [{"a": 1}], [{"a": "x"}], "'a', holds 'x'"),
    "object that has more": ({"properties": {"a": {"type": "long"}}}, [{"a": 1}], [{"a": 1, "c": 2}], "'c'"),
    "map": ({"values": {"type": "double"}}, [{"k": 1.5}], [{"k": "x"}], "'k', holds 'x'"),
}  # fmt: skip


@pytest.mark.parametrize("name", PARTS)
def test_lists_and_objects_are_looked_into(name):
    detail, good, bad, says = PARTS[name]
    kind = name.split()[0]
    assert taken(kind, good, detail).tolist() == good
    with pytest.raises(SchemaError, match=says):
        taken(kind, bad, detail)
    with pytest.raises(SchemaError, match="'x' holds 3"):
        taken(kind, [3], detail)


def test_an_array_that_is_too_large_for_a_shorter_float_is_refused():
    with pytest.raises(SchemaError, match="too large for float32"):
        enforce(np.array([1e300]), Signature((Tensor("float32", (-1,)),)))


def test_categories_that_the_model_has_not_seen_stay_what_they_are():
    signature = infer_signature(pd.DataFrame({"x": pd.Categorical([1, 2])}))
    cast = enforce(pd.DataFrame({"x": [2, 3]}), signature)["x"]
    assert cast.tolist() == [2, 3]
    assert cast.cat.categories.tolist() == [1, 2, 3]


def test_dates_and_time_zones():
    zoned = pd.DataFrame({"x": pd.to_datetime(["2026-01-01T12:00:00"]).tz_localize("Europe/Berlin")})
    signature = infer_signature(zoned)
    other = zoned.assign(x=zoned["x"].dt.tz_convert("UTC"))
    assert str(enforce(other, signature)["x"].dtype) == str(zoned["x"].dtype)
    with pytest.raises(SchemaError, match="give them a time zone"):
        enforce(zoned.assign(x=zoned["x"].dt.tz_localize(None)), signature)


def test_a_date_among_the_parameters_is_checked():
    known = (Param("since", "datetime", "2026-01-01"),)
    assert enforce_params({"since": "2026-03-04"}, known) == {"since": pd.Timestamp("2026-03-04")}
    assert enforce_params({"since": dt.date(2026, 3, 4)}, known) == {"since": dt.date(2026, 3, 4)}
    for wrong in ("never", 3, True):
        with pytest.raises(SchemaError, match="parameter 'since'"):
            enforce_params({"since": wrong}, known)
