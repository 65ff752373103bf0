"""Predictions become the text that pandas writes, whatever is in them."""

import pandas as pd
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from nbtrack.scoring.csv_text import csv_text

COLUMNS = {
    "float64": st.floats(),
    "int64": st.integers(-(2**63), 2**63 - 1),
    "str": st.text(max_size=3),
    "int64[pyarrow]": st.integers(-(2**63), 2**63 - 1),
    "string[pyarrow]": st.text('a",\n', max_size=3),
    "float32": st.floats(width=32),
    "bool": st.booleans(),
}


@given(
    st.data(),
    st.lists(st.sampled_from(sorted(COLUMNS)), min_size=1, max_size=3),
    st.integers(0, 5),
    st.booleans(),
)
def test_it_is_what_pandas_writes(data, kinds, rows, header):
    columns = {}
    for number, kind in enumerate(kinds):
        values = [data.draw(COLUMNS[kind]) for _ in range(rows)]
        dtype = pd.ArrowDtype(pa.string()) if kind == "string[pyarrow]" else kind
        columns[f"c{number}"] = pd.Series(values, dtype=dtype)
    table = pd.DataFrame(columns)
    assert csv_text(table, header=header) == table.to_csv(index=False, header=header, lineterminator="\n")
