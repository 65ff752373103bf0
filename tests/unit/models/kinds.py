"""Training data of every kind, and an estimator whose predictions tell what it was given."""

import datetime as dt

import numpy as np
import pandas as pd
from hypothesis import strategies as st

WORDS = st.text("abcdeé ,'\"\\", max_size=6)
INTEGERS = st.integers(-(2**53), 2**53)
FLOATS = st.floats(allow_nan=False, width=64)
SMALL = st.integers(-100, 100)
DAYS = st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1), allow_imaginary=False).map(
    lambda day: day.replace(fold=0)
)
SPANS = st.timedeltas(dt.timedelta(-1000), dt.timedelta(1000))


class Telling:
    """An estimator that predicts, for each row, what it was given: the kind of object, its types, and the row."""

    def fit(self, data, target=None):
        self.fitted_ = True
        return self

    def get_params(self, deep=True):
        return {}

    def predict(self, data):
        kind = type(data)
        told = f"{kind.__module__.partition('.')[0]}.{kind.__name__}"
        for name in ("dtype", "dtypes", "columns", "names", "name", "schema"):
            value = getattr(data, name, None) if kind.__name__ != "Table" or name == "schema" else None
            if value is not None and not callable(value):
                shown = value.tolist() if hasattr(value, "tolist") else value
                told += f" {name}={type(value).__name__ if name == 'columns' else ''}{shown!r}"
        if hasattr(data, "cat"):
            data = data.astype(object)
        if hasattr(data, "tocsr"):
            data = data.toarray()
        if hasattr(data, "to_pylist"):
            rows = data.to_pylist()
        elif hasattr(data, "get_columns"):
            rows = list(data.rows())
        elif hasattr(data, "iloc") and hasattr(data, "columns"):
            cells = [
                data.iloc[:, place].array.to_numpy(dtype=object, na_value=None)
                if str(data.dtypes.iloc[place]) == "category"
                else data.iloc[:, place].tolist()
                for place in range(data.shape[1])
            ]
            rows = list(zip(*cells, strict=True)) if cells else []
        elif hasattr(data, "tolist"):
            rows = data.tolist()
        else:
            rows = list(data)
        return [f"{told} {row!r}" for row in rows]


def lists(elements, least=1):
    return st.lists(elements, min_size=least, max_size=4)


def missing(elements):
    return st.one_of(st.none(), elements)


def typed(elements, dtype):
    return lambda n: st.lists(elements, min_size=n, max_size=n).map(lambda held: pd.Series(held, dtype=dtype))


def categories(elements, dtype=None):
    """Return columns of categories, some of which no row has."""

    def column(n):
        pool = st.lists(elements, min_size=1, max_size=4, unique=True)
        return pool.flatmap(
            lambda known: st.tuples(
                st.lists(missing(st.sampled_from(known)), min_size=n, max_size=n), st.booleans()
            ).map(
                lambda drawn: pd.Series(
                    pd.Categorical(drawn[0], pd.Index(known, dtype=dtype), ordered=drawn[1])
                )
            )
        )

    return column


COLUMNS = {
    "int": typed(INTEGERS, "int64"),
    "int8": typed(SMALL, "int8"),
    "int32": typed(st.integers(-(2**31), 2**31 - 1), "int32"),
    "uint8": typed(st.integers(0, 255), "uint8"),
    "uint64": typed(st.integers(0, 2**64 - 1), "uint64"),
    "bool": typed(st.booleans(), "bool"),
    "float": typed(FLOATS, "float64"),
    "float missing": typed(missing(FLOATS), "float64"),
    "float32": typed(st.floats(width=32, allow_nan=False), "float32"),
    "float16": typed(st.floats(width=16, allow_nan=False), "float16"),
    "longdouble": lambda n: st.lists(FLOATS, min_size=n, max_size=n).map(
        lambda held: pd.Series(np.array(held, dtype=np.longdouble) / 3)
    ),
    "str": typed(WORDS, "str"),
    "str missing": typed(missing(WORDS), "str"),
    "string": typed(missing(WORDS), "string"),
    "object text": typed(missing(WORDS), "object"),
    "bytes": typed(missing(st.binary(max_size=4)), "object"),
    "Int64": typed(missing(INTEGERS), "Int64"),
    "UInt8": typed(missing(st.integers(0, 255)), "UInt8"),
    "Float64": typed(missing(FLOATS), "Float64"),
    "boolean": typed(missing(st.booleans()), "boolean"),
    "object ints": typed(missing(INTEGERS), "object"),
    "object bools": typed(missing(st.booleans()), "object"),
    "dates": typed(missing(st.dates(dt.date(1900, 1, 1), dt.date(2200, 1, 1))), "object"),
    "decimals": typed(missing(st.decimals(-1000, 1000, places=2)), "object"),
    "datetime us": typed(missing(DAYS), "datetime64[us]"),
    "datetime ns": typed(missing(DAYS), "datetime64[ns]"),
    "zone": lambda n: typed(missing(DAYS), "datetime64[us, UTC]")(n).map(
        lambda held: held.dt.tz_convert("Europe/Berlin")
    ),
    "timedelta": typed(missing(SPANS), "timedelta64[ns]"),
    "period": lambda n: st.lists(
        st.dates(dt.date(1900, 1, 1), dt.date(2200, 1, 1)), min_size=n, max_size=n
    ).map(lambda held: pd.Series(pd.PeriodIndex(held, freq="D"))),
    "category text": categories(WORDS),
    "category int": categories(SMALL),
    "category bool": categories(st.booleans()),
    "category float": categories(st.sampled_from([0.5, 1.5, 2.25])),
    "category date": categories(DAYS.map(pd.Timestamp)),
    "sparse": lambda n: st.lists(st.sampled_from([0.0, 0.0, 1.5]), min_size=n, max_size=n).map(
        lambda held: pd.Series(pd.arrays.SparseArray(held, fill_value=0.0))
    ),
    "arrow int": typed(missing(INTEGERS), "int64[pyarrow]"),
    "arrow text": typed(missing(WORDS), "string[pyarrow]"),
    "lists": typed(lists(FLOATS), "object"),
    "dicts": lambda n: st.lists(
        st.fixed_dictionaries({"a": INTEGERS, "b": WORDS}), min_size=n, max_size=n
    ).map(lambda held: pd.Series(held, dtype="object")),
}

LABELS = {
    "text": WORDS.filter(bool),
    "int": SMALL,
    "tuple": st.tuples(st.sampled_from("ab"), st.integers(0, 3)),
    "alike": st.sampled_from(["x", "y"]),
    "float": st.sampled_from([0.5, 1.5, 2.5, 3.5]),
}


@st.composite
def frames(draw, columns=COLUMNS, labels=LABELS):
    """Return DataFrames of columns of every type, under labels of every kind."""
    n = draw(st.integers(1, 4))
    kinds = draw(st.lists(st.sampled_from(sorted(columns)), min_size=1, max_size=4))
    of = draw(st.sampled_from(sorted(labels)))
    names = draw(st.lists(labels[of], min_size=len(kinds), max_size=len(kinds), unique=of != "alike"))
    frame = pd.concat([draw(columns[kind](n)) for kind in kinds], axis=1)
    frame.columns = pd.MultiIndex.from_tuples(names) if of == "tuple" else pd.Index(names)
    if draw(st.booleans()):
        frame.index = pd.Index(range(7, 7 + n))
    return frame


def one_of(columns):
    return st.tuples(st.sampled_from(sorted(columns)), st.integers(1, 4)).flatmap(
        lambda drawn: columns[drawn[0]](drawn[1])
    )


ARRAYS = {
    "float64": FLOATS,
    "float32": st.floats(width=32, allow_nan=False),
    "float16": st.floats(width=16, allow_nan=False),
    "int64": INTEGERS,
    "int8": SMALL,
    "uint64": st.integers(0, 2**64 - 1),
    "bool": st.booleans(),
    "str": st.text("abcé", min_size=1, max_size=4),
    "object": missing(WORDS),
    "datetime64[s]": DAYS.map(lambda day: np.datetime64(day, "s")),
    "timedelta64[ms]": SPANS.map(lambda span: np.timedelta64(span, "ms")),
}


@st.composite
def arrays(draw, dims=(1, 2, 3)):
    shape = tuple(draw(st.integers(1, 3)) for _ in range(draw(st.sampled_from(dims))))
    dtype = draw(st.sampled_from(sorted(ARRAYS)))
    count = int(np.prod(shape))
    held = draw(st.lists(ARRAYS[dtype], min_size=count, max_size=count))
    array = np.empty(count, dtype="object")
    array[:] = held
    return array.astype(dtype).reshape(shape)


@st.composite
def sparse(draw):
    from scipy import sparse as sp

    kind = draw(st.sampled_from([sp.csr_matrix, sp.csc_matrix, sp.csr_array, sp.coo_matrix]))
    dtype = draw(st.sampled_from(["float64", "float32", "int64"]))
    rows, columns = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    held = draw(st.lists(st.sampled_from([0, 0, 1, 3]), min_size=rows * columns, max_size=rows * columns))
    return kind(np.array(held, dtype=dtype).reshape(rows, columns))


@st.composite
def records(draw):
    keys = draw(st.lists(WORDS, min_size=1, max_size=3, unique=True))
    value = st.one_of(WORDS, INTEGERS, FLOATS, st.booleans())
    return draw(lists(st.dictionaries(st.sampled_from(keys), value, min_size=1)))


@st.composite
def tensors(draw):
    import torch

    dtype = draw(st.sampled_from([torch.float32, torch.float64, torch.int64]))
    shape = tuple(draw(st.integers(1, 3)) for _ in range(draw(st.integers(1, 3))))
    return torch.arange(int(np.prod(shape)), dtype=dtype).reshape(shape) * draw(st.integers(1, 9))


@st.composite
def polars(draw):
    import polars as pl

    n = draw(st.integers(1, 4))
    made = {
        "int": lambda: pl.Series(draw(st.lists(missing(INTEGERS), min_size=n, max_size=n)), dtype=pl.Int64),
        "short": lambda: pl.Series(draw(st.lists(SMALL, min_size=n, max_size=n)), dtype=pl.Int8),
        "float": lambda: pl.Series(draw(st.lists(FLOATS, min_size=n, max_size=n)), dtype=pl.Float64),
        "text": lambda: pl.Series(draw(st.lists(missing(WORDS), min_size=n, max_size=n)), dtype=pl.String),
        "bool": lambda: pl.Series(draw(st.lists(st.booleans(), min_size=n, max_size=n)), dtype=pl.Boolean),
        "day": lambda: pl.Series(draw(st.lists(DAYS, min_size=n, max_size=n)), dtype=pl.Datetime("us")),
        "category": lambda: pl.Series(draw(st.lists(WORDS, min_size=n, max_size=n)), dtype=pl.Categorical),
    }
    kinds = draw(st.lists(st.sampled_from(sorted(made)), min_size=1, max_size=4, unique=True))
    return pl.DataFrame({kind: made[kind]() for kind in kinds})


@st.composite
def tables(draw):
    import pyarrow as pa

    n = draw(st.integers(1, 4))
    made = {
        "int": lambda: pa.array(draw(st.lists(missing(INTEGERS), min_size=n, max_size=n)), pa.int64()),
        "float": lambda: pa.array(draw(st.lists(FLOATS, min_size=n, max_size=n)), pa.float64()),
        "text": lambda: pa.array(draw(st.lists(missing(WORDS), min_size=n, max_size=n)), pa.string()),
        "day": lambda: pa.array(draw(st.lists(DAYS, min_size=n, max_size=n)), pa.timestamp("us")),
        "category": lambda: pa.array(draw(st.lists(WORDS, min_size=n, max_size=n))).dictionary_encode(),
    }
    kinds = draw(st.lists(st.sampled_from(sorted(made)), min_size=1, max_size=4, unique=True))
    return pa.table({kind: made[kind]() for kind in kinds})


KINDS = {
    "texts in a list": lists(WORDS),
    "texts in a series": typed(WORDS, "str")(3).map(lambda held: held.rename("text")),
    "texts in an unnamed series": typed(missing(WORDS), "object")(3),
    "texts in an array": lists(st.text("abc", min_size=1)).map(np.array),
    "texts in an array of objects": lists(WORDS).map(lambda held: np.array(held, dtype=object)),
    "texts in an array of pandas": typed(WORDS, "str")(3).map(lambda held: held.array),
    "texts in an index": typed(WORDS, "str")(3).map(lambda held: pd.Index(held, name="text")),
    "values in a list": st.one_of(
        *map(
            lists,
            (
                INTEGERS,
                FLOATS,
                st.booleans(),
                missing(WORDS),
                DAYS,
                st.dates(),
                st.binary(),
                missing(INTEGERS),
            ),
        )
    ),
    "values in an index": one_of(
        {k: v for k, v in COLUMNS.items() if k in ("int", "float", "zone", "category int", "datetime us")}
    ).map(lambda held: pd.Index(held, name=3)),
    "a range": st.integers(1, 5).map(range),
    "records": records(),
    "rows in lists": st.integers(1, 3).flatmap(lambda n: lists(st.lists(FLOATS, min_size=n, max_size=n))),
    "tokens in lists": lists(st.lists(WORDS, min_size=0, max_size=3)),
    "a table": frames(),
    "a series": one_of(COLUMNS).map(lambda held: held.rename("it")),
    "an array": arrays(),
    "a sparse matrix": sparse(),
    "a sparse table": frames(columns={"sparse": COLUMNS["sparse"]}),
    "a tensor": tensors(),
    "a table of polars": polars(),
    "a table of Arrow": tables(),
}
"""Strategies of training data, by what they are."""
