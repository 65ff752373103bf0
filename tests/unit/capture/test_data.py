"""Fingerprints and first rows of real tables and arrays."""

import datetime as dt
import decimal
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nbtrack.capture.data import describe, first_rows
from nbtrack.capture.fingerprint import Fingerprint


def fingerprint(value):
    return describe("x", value).fingerprint


def table(rows=200):
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "f": rng.normal(size=rows),
            "i": np.arange(rows),
            "b": np.arange(rows) % 2 == 0,
            "s": [f"row {i % 17}" for i in range(rows)],
            "o": pd.Series([i % 5 if i % 3 else None for i in range(rows)], dtype=object),
            "c": pd.Categorical([f"c{i % 4}" for i in range(rows)]),
            "t": pd.date_range("2026-01-01", periods=rows, freq="h", tz="UTC"),
            "n": pd.array([i if i % 7 else None for i in range(rows)], dtype="Int64"),
            "d": pd.to_timedelta(np.arange(rows), unit="s"),
            "p": pd.period_range("2000-01", periods=rows, freq="M"),
        }
    )


def test_a_record_says_what_a_table_holds():
    record = describe("wine", pd.DataFrame({"a": [1, 2, 3], "b": [0.5, 1.5, 2.5]}))
    assert (record.name, record.kind, record.shape) == ("wine", "DataFrame", (3, 2))
    assert dict(record.dtypes) == {"a": "int64", "b": "float64"}
    assert record.sampled is False
    assert len(record.fingerprint) == 32


@pytest.mark.parametrize(
    ("value", "kind", "shape", "dtypes"),
    [
        (np.zeros((2, 3), "float32"), "ndarray", (2, 3), {"": "float32"}),
        (pd.Series([1.0], name="y"), "Series", (1,), {"y": "float64"}),
        (pd.Series([1.0]), "Series", (1,), {"": "float64"}),
        (pd.Index([1, 2]), "Index", (2,), {"": "int64"}),
        (torch.zeros(2, 2), "Tensor", (2, 2), {"": "torch.float32"}),
        (scipy.sparse.eye(3, format="csr"), "csr_matrix", (3, 3), {"": "float64"}),
        (scipy.sparse.csr_array(np.eye(2)), "csr_array", (2, 2), {"": "float64"}),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "DataFrame", (1, 2), {"a": "int64", "a.1": "int64"}),
        (
            pd.DataFrame([[1, 2]], columns=[0, ("b", 1)]),
            "DataFrame",
            (1, 2),
            {"0": "int64", "('b', 1)": "int64"},
        ),
        (pd.DataFrame(), "DataFrame", (0, 0), {}),
        (np.zeros((0, 3)), "ndarray", (0, 3), {"": "float64"}),
    ],
)
def test_each_kind_is_described(value, kind, shape, dtypes):
    record = describe("x", value)
    assert (record.kind, record.shape, dict(record.dtypes)) == (kind, shape, dtypes)


@pytest.mark.parametrize(
    "value",
    [1, 0.5, "text", None, True, [1, 2], {"a": 1}, np.float64(1.0), np.array(1.0), torch.tensor(1.0), object(),
     np, pd.DataFrame, print, ValueError("x"), torch.nn.Linear(2, 2)],
)  # fmt: skip
def test_everything_else_is_not_data(value):
    assert describe("x", value) is None


ALIKE = [
    pd.DataFrame({"a": [0.5, np.nan, 2.5], "b": [1.0, -0.0, np.inf]}),
    pd.DataFrame({"a": [1, 2, 3], "b": [4, 5, 6]}, index=["x", "y", "z"]),
    pd.DataFrame({"a": [True, False], "b": [False, False]}),
    pd.DataFrame(
        {"a": pd.to_datetime(["2026-01-01", None]), "b": pd.to_datetime(["2026-01-02", "2026-01-03"])}
    ),
    pd.DataFrame({"a": pd.to_timedelta([1, 2], unit="s"), "b": pd.to_timedelta([3, None], unit="s")}),
    pd.DataFrame({"a": [1, "x"], "b": [None, 2.5]}, dtype=object),
    pd.DataFrame({"a": [1, 2]}, dtype="int8"),
]


@pytest.mark.parametrize("value", ALIKE, ids=lambda value: str(value.dtypes.iloc[0]))
def test_columns_of_one_dtype_are_taken_like_any_others(value):
    content = Fingerprint()
    content.note("frame", value.shape, [(name, str(dtype)) for name, dtype in value.dtypes.items()])
    content.series(value.columns)
    content.index(value.index)
    for _, column in value.items():
        content.cells(column)
    assert describe("x", value).fingerprint == content.hexdigest()
    one_by_one = [first_rows(column)[2] for _, column in value.items()]
    assert first_rows(value)[2] == tuple(zip(*([row[0] for row in rows] for rows in one_by_one), strict=True))


def test_polars_and_arrow_are_described_like_the_rest():
    pa = pytest.importorskip("pyarrow")
    data = {"a": [1, 2, None], "b": ["x", "y", "z"]}
    record = describe("x", pa.table(data))
    assert (record.kind, record.shape, dict(record.dtypes)) == (
        "Table",
        (3, 2),
        {"a": "int64", "b": "string"},
    )
    assert record.fingerprint == fingerprint(pa.table(data))
    assert record.fingerprint != fingerprint(pa.table(data | {"a": [1, 2, 3]}))
    assert describe("x", pa.array([1, 2])).shape == (2,)
    pl = pytest.importorskip("polars")
    record = describe("x", pl.DataFrame(data))
    assert (record.kind, record.shape, dict(record.dtypes)) == (
        "DataFrame",
        (3, 2),
        {"a": "Int64", "b": "String"},
    )
    assert record.fingerprint == fingerprint(pl.DataFrame(data))
    assert record.fingerprint != fingerprint(pl.DataFrame(data | {"a": [1, 2, 3]}))
    big = pl.DataFrame({"a": range(1_000_000)})
    assert describe("x", big).sampled
    assert first_rows(pl.DataFrame(data), n=1) == ({"a": "Int64", "b": "String"}, (3, 2), ((1, "x"),))
    assert first_rows(pa.table(data), n=1)[2] == ((1, "x"),)


CHANGES = {
    "value f": lambda d: d.assign(f=d.f.where(d.index != 7, 0.25)),
    "value i": lambda d: d.assign(i=d.i.where(d.index != 7, -1)),
    "value b": lambda d: d.assign(b=d.b.where(d.index != 7, True)),
    "value s": lambda d: d.assign(s=d.s.where(d.index != 7, "other")),
    "value o": lambda d: d.assign(o=d.o.where(d.index != 7, 99)),
    "value c": lambda d: d.assign(c=pd.Categorical(["c0", *d.c[1:-1], "c0"])),
    "value t": lambda d: d.assign(t=d.t.where(d.index != 7, pd.Timestamp("2000-01-01", tz="UTC"))),
    "value n": lambda d: d.assign(n=d.n.where(d.index != 8, -1)),
    "missing n": lambda d: d.assign(n=d.n.where(d.index != 8, None)),
    "value d": lambda d: d.assign(d=d.d * 2),
    "value p": lambda d: d.assign(p=d.p + 1),
    "dtype": lambda d: d.assign(i=d.i.astype("int32")),
    "dtype of numbers": lambda d: d.assign(i=d.i.astype("float64")),
    "dtype of text": lambda d: d.assign(s=d.s.astype("category")),
    "categories": lambda d: d.assign(c=d.c.cat.add_categories("unused")),
    "order of categories": lambda d: d.assign(c=d.c.cat.as_ordered()),
    "time zone": lambda d: d.assign(t=d.t.dt.tz_convert("Asia/Tokyo")),
    "column name": lambda d: d.rename(columns={"f": "g"}),
    "column order": lambda d: d[[*d.columns[1:], "f"]],
    "a column less": lambda d: d.drop(columns="b"),
    "row order": lambda d: d.iloc[::-1].reset_index(drop=True),
    "two rows swapped": lambda d: d.iloc[[1, 0, *range(2, len(d))]].reset_index(drop=True),
    "a row less": lambda d: d.iloc[:-1],
    "index": lambda d: d.set_index(d.index + 1),
    "index of text": lambda d: d.set_index("s", drop=False),
    "index of several": lambda d: d.set_index(["s", "i"], drop=False),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_any_change_of_a_small_table_changes_its_fingerprint(change):
    whole = table()
    record = describe("x", whole)
    assert record.sampled is False
    assert fingerprint(table()) == record.fingerprint
    assert fingerprint(whole.copy()) == record.fingerprint
    changed = change(whole)
    assert fingerprint(changed) != record.fingerprint
    assert fingerprint(changed) == fingerprint(change(table()))


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.assign(f=d.f * 2),
        lambda d: d.assign(s="x" + d.s.astype(str)),
        lambda d: d.assign(c=d.c.cat.rename_categories({"c0": "z"})),
        lambda d: d.assign(i=d.i.astype("int32")),
        lambda d: d.rename(columns={"f": "g"}),
        lambda d: d.sample(frac=1, random_state=0).reset_index(drop=True),
        lambda d: d.iloc[1:].reset_index(drop=True),
        lambda d: d.assign(o=d.o.where(d.index < len(d) - 1, "last")),
    ],
)
def test_a_large_table_is_told_by_a_sample(change):
    whole = table(50_000)
    record = describe("x", whole)
    assert record.sampled
    assert fingerprint(table(50_000)) == record.fingerprint
    assert fingerprint(change(whole)) != record.fingerprint


@given(
    st.lists(st.floats() | st.integers() | st.text() | st.none() | st.binary() | st.booleans(), max_size=20),
    st.integers(0, 19),
    st.floats() | st.integers() | st.text() | st.none() | st.lists(st.text(), max_size=3),
)
@settings(max_examples=200)
def test_objects_differ_when_they_differ(items, place, other):
    before = pd.Series(items, dtype=object)
    assert fingerprint(before) == fingerprint(pd.Series(list(items), dtype=object))
    if place < len(items) and (type(items[place]), repr(items[place])) != (type(other), repr(other)):
        changed = [*items[:place], other, *items[place + 1 :]]
        assert fingerprint(pd.Series(changed, dtype=object)) != fingerprint(before)


@given(
    st.permutations(range(3)),
    st.booleans(),
    st.sampled_from(["f8", "i4", "?", "M8[s]", "U3", "c8", "S2", ">f4"]),
)
def test_the_layout_in_memory_makes_no_difference(axes, backwards, dtype):
    array = np.arange(24).reshape(2, 3, 4)
    array = (array % 2 == 0) if dtype == "?" else array.astype(dtype)
    other = np.ascontiguousarray(array.transpose(axes)).transpose(np.argsort(axes))
    if backwards:
        other = np.ascontiguousarray(other[:, ::-1])[:, ::-1]
    assert fingerprint(other) == fingerprint(array)
    other = other.copy()
    other[1, 2, 3] = other[0, 0, 0]
    assert fingerprint(other) != fingerprint(array)


def test_the_layout_of_a_large_array_makes_no_difference():
    array = np.random.default_rng(0).normal(size=(1000, 300))
    record = describe("x", array)
    assert record.sampled
    assert fingerprint(np.asfortranarray(array)) == record.fingerprint
    assert fingerprint(array * 1.0001) != record.fingerprint
    assert fingerprint(array[::-1]) != record.fingerprint
    last = array.copy()
    last[-1, -1] = 0
    assert fingerprint(last) != record.fingerprint


def test_padding_is_no_content():
    fields = np.dtype({"names": ["a", "b"], "formats": ["i1", "f8"], "offsets": [0, 8], "itemsize": 16})
    one, two = (np.frombuffer(bytearray(byte * 64), fields) for byte in (b"\1", b"\2"))
    for name in fields.names:
        two[name] = one[name]
    assert bytes(one.base) != bytes(two.base)
    assert fingerprint(one) == fingerprint(two)
    wide = np.array([0.1, np.inf, np.nan], np.longdouble)
    assert fingerprint(wide) == fingerprint(wide.copy())
    assert fingerprint(wide) != fingerprint(wide + np.finfo(np.longdouble).eps)


@pytest.mark.parametrize(
    "dtype", [torch.float32, torch.bfloat16, torch.float16, torch.int8, torch.bool, torch.float8_e4m3fn]
)
def test_tensors_of_every_dtype(dtype):
    tensor = torch.tensor([[0, 1], [1, 1]]).to(dtype)
    assert fingerprint(tensor) == fingerprint(tensor.clone())
    assert fingerprint(tensor) != fingerprint(torch.tensor([[1, 1], [0, 1]]).to(dtype))
    assert describe("x", tensor).sampled is False


def test_a_tensor_with_a_gradient_is_read_and_left_alone():
    weight = torch.nn.Parameter(torch.ones(3))
    assert describe("w", weight).sampled is False
    assert weight.requires_grad


class Odd:
    def __repr__(self):
        raise RuntimeError("never asked")

    __str__ = __hash__ = __eq__ = __len__ = __repr__


def recursive():
    items = []
    items.append(items)
    return items


def object_array(*items):
    array = np.empty(len(items), object)
    for i, item in enumerate(items):
        array[i] = item
    return array


ODD = {
    "unhashable": object_array([1], {"a": {2}}, {3}, np.zeros(3), pd.DataFrame({"a": [1]}), Odd(), recursive(), "x"),
    "scalars": object_array(pd.NA, pd.NaT, decimal.Decimal("1.5"), dt.date(2026, 1, 1), Path("a"), np.float32(1), 1 << 99),
    "read-only": np.broadcast_to(np.arange(3.0), (4, 3)),
    "meta": torch.empty(3, 3, device="meta"),
    "sparse tensor": torch.eye(3).to_sparse(),
    "dok": scipy.sparse.dok_array((3, 3)),
    "lil": scipy.sparse.lil_array(np.eye(3)),
    "intervals": pd.cut(pd.Series([1.0, 2.0, 3.0]), 2),
    "sparse column": pd.DataFrame({"a": pd.arrays.SparseArray([0, 0, 1])}),
    "complex names": pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", 1), ("a", None)])),
    "unhashable cells": pd.DataFrame({"a": [[1], {"b": 2}, None]}),
    "masked": np.ma.array([1.0, 2.0], mask=[0, 1]),
    "matrix": np.matrix([[1, 2]]),
    "void": np.zeros(3, "V4"),
    "empty text": np.array([], "U"),
    "lone surrogate": pd.Series(["\ud800"], dtype=object),
}  # fmt: skip


@pytest.mark.parametrize("value", ODD.values(), ids=ODD)
def test_odd_content_never_fails(value):
    record = describe("x", value)
    assert record.fingerprint == describe("y", value).fingerprint
    assert record.shape == tuple(value.shape)
    schema, shape, rows = first_rows(value)
    assert shape == record.shape
    json.dumps([schema, shape, rows], allow_nan=False)


def test_what_cannot_be_read_is_told_by_its_shape():
    record = describe("x", torch.empty(3, 3, device="meta"))
    assert record.sampled
    assert record.fingerprint != fingerprint(torch.empty(3, 4, device="meta"))


def test_a_mask_is_content():
    assert fingerprint(np.ma.array([1, 2], mask=[0, 1])) != fingerprint(np.ma.array([1, 2], mask=[1, 0]))


PROGRAM = """
import sys, random
sys.path.insert(0, {here!r})
import pandas as pd, numpy as np
from test_data import table, object_array
from nbtrack.capture.data import describe
words = ["alpha", "beta", "gamma", "delta"]
objects = object_array(set(words), frozenset(words), {{w: i for i, w in enumerate(words)}}, ("a", 1), b"x", 1j)
for value in (table(), table(50_000), objects, pd.Series(words).astype("category"), pd.Index(words)):
    print(describe("x", value).fingerprint)
"""


def test_fingerprints_are_the_same_in_every_process():
    program = PROGRAM.format(here=str(Path(__file__).parent))
    answers = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[3])},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(answers) == 1


def test_no_library_is_imported():
    program = (
        "import sys; from nbtrack.capture.data import describe, first_rows; "
        "print(describe('x', object()), first_rows(object()), first_rows([1]), "
        "sorted({'numpy', 'pandas', 'torch'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    assert done.stdout == "None ({}, (), ()) ({'': 'int'}, (1,), ((1,),)) []\n"


def test_first_rows_of_a_table():
    frame = pd.DataFrame(
        {"a": [1, 2], "b": [0.5, np.nan], "c": ["x", None], "d": pd.to_datetime(["2026-01-01", None])}
    )
    schema, shape, rows = first_rows(frame)
    assert schema == {c: str(t) for c, t in frame.dtypes.items()}
    assert shape == (2, 4)
    assert rows == ((1, 0.5, "x", "2026-01-01 00:00:00"), (2, None, None, None))


@pytest.mark.parametrize(
    ("value", "shape", "rows"),
    [
        (np.arange(6).reshape(3, 2), (3, 2), ((0, 1), (2, 3))),
        (np.array([1.5, np.inf, 3.0]), (3,), ((1.5,), ("inf",))),
        (pd.Series([True, False, True]), (3,), ((True,), (False,))),
        (torch.eye(2), (2, 2), ((1.0, 0.0), (0.0, 1.0))),
        (scipy.sparse.csr_array(np.eye(3)), (3, 3), ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))),
        (["a", "b", "c"], (3,), (("a",), ("b",))),
        ([[1, 2], [3, 4], [5, 6]], (3, 2), ((1, 2), (3, 4))),
        (np.zeros((4, 8, 8)), (4, 8, 8), ()),
        (np.zeros((4, 5000)), (4, 5000), ((0.0,) * 100,) * 2),
        (np.array(["y" * 300]), (1,), (("y" * 199 + "…",),)),
        (object(), (), ()),
        ([], (0,), ()),
    ],
)
def test_first_rows_of_everything_else(value, shape, rows):
    _, found_shape, found = first_rows(value, n=2)
    assert (found_shape, found) == (shape, rows)
    json.dumps(found, allow_nan=False)
