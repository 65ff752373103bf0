"""A model's input example in MLflow's files, for documents, forms and tests."""

from __future__ import annotations

import base64
import datetime as dt
import decimal
import json
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError
from nbtrack.models.inferring import column_name
from nbtrack.models.input_form import library_of
from nbtrack.models.inputs import of_table, of_values
from nbtrack.models.nested import array_of
from nbtrack.models.schema import Column

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nbtrack.models.schema import Tensor
    from nbtrack.models.signature import Signature

__all__ = [
    "EXAMPLES",
    "FILE",
    "SERVING_FILE",
    "as_body",
    "first_row",
    "read_example",
    "write_example",
    "zeros",
]

FILE = "input_example.json"
SERVING_FILE = "serving_input_example.json"
EXAMPLES = (FILE, SERVING_FILE)
"""The files of an input example."""
_MAX_MADE_UP = 2_000
"""Elements along one axis of an array that is made up."""


def write_example(folder: Path, example: Any) -> dict[str, Any]:
    """Write an input example, and return its entry in `MLmodel`.

    Parameters
    ----------
    folder
        The model's folder.
    example
        A table, a Series, an array, a dict, a list, or one value.

    Raises
    ------
    InvalidValueError
        When JSON cannot hold it.
    """
    import numpy as np

    serving = as_body(example)
    ((form, content),) = serving.items()
    info: dict[str, Any] = {"artifact_path": FILE, "serving_input_path": SERVING_FILE}
    if form == "dataframe_split":
        info |= {"type": "dataframe", "pandas_orient": "split"}
    else:
        arrays = isinstance(example, Mapping) and any(isinstance(v, np.ndarray) for v in example.values())
        array = arrays or isinstance(_known(example), np.ndarray)
        info["type"] = "ndarray" if array else "json_object"
    # A table may have any object in a cell; as text it is still useful as an example.
    odd = str if form == "dataframe_split" else None
    _write(folder / FILE, content, odd)
    _write(folder / SERVING_FILE, serving, odd)
    return info


def as_body(data: Any) -> dict[str, Any]:
    """Return the body of a request for predictions: `dataframe_split` or `inputs`."""
    import pandas as pd

    data = _known(data)
    if library_of(data) in ("polars", "pyarrow"):
        columns, cells = _table(data)
    elif isinstance(data, pd.DataFrame):
        columns = list(map(column_name, data.columns))
        cells = [data.iloc[:, k].tolist() for k in range(data.shape[1])]
    else:
        return {"inputs": _plain(data)}
    # Not with `to_json`, which rounds numbers to ten digits.
    plain = [[_plain(value) for value in values] for values in cells]
    return {"dataframe_split": {"columns": columns, "data": [list(row) for row in zip(*plain, strict=True)]}}


def first_row(body: dict[str, Any]) -> dict[str, Any]:
    """Return a body with no more than its first row, short enough for forms, documents and command lines."""
    split = body.get("dataframe_split")
    if isinstance(split, dict) and isinstance(split.get("data"), list):
        rest = {key: value for key, value in split.items() if key not in ("data", "index")}
        return {**body, "dataframe_split": rest | {"data": split["data"][:1]}}
    inputs = body.get("inputs")
    if isinstance(inputs, list) and inputs:
        return {**body, "inputs": inputs[:1]}
    return body


def zeros(tensor: Tensor) -> Any:
    """Return one element of what an array takes, made up: zeros, or texts that are empty."""
    zero: Any = "" if tensor.dtype in ("str", "bytes", "object") else False if tensor.dtype == "bool" else 0
    for size in reversed(tensor.shape):
        zero = [zero] * max(1, min(size, _MAX_MADE_UP))
    return zero


def _known(data: Any) -> Any:
    """Return data as a table, an array or a list, whichever is closest."""
    import pandas as pd

    if library_of(data) == "torch":
        return data.detach().cpu().numpy()
    if hasattr(data, "tocsr"):
        return data.toarray()
    if isinstance(data, pd.Series):
        return data.to_frame()
    return list(data) if isinstance(data, pd.Index | pd.api.extensions.ExtensionArray | range) else data


def _table(example: Any) -> tuple[list[Any], list[list[Any]]]:
    """Return the names and the values of the columns of a polars or Arrow table."""
    if hasattr(example, "schema") and hasattr(example.schema, "types"):
        return list(example.schema.names), [example.column(k).to_pylist() for k in range(example.num_columns)]
    columns = example.get_columns() if hasattr(example, "get_columns") else [example]
    return [part.name for part in columns], [part.to_list() for part in columns]


def read_example(folder: Path, info: Mapping[str, Any] | None, signature: Signature | None = None) -> Any:
    """Return a model's input example in its original form; None if there is none, or it cannot be read.

    Parameters
    ----------
    folder, info
        The model's folder, and its example's entry in `MLmodel`.
    signature
        The model's signature, which has the types that JSON lacks.
    """
    if not info:
        return None
    try:
        content = json.loads((folder / str(info.get("artifact_path", FILE))).read_text(encoding="utf-8"))
        if info.get("params"):  # MLflow stores an example's parameters beside its data
            content = content["inputs"]
        return _read(content, info, signature)
    except (OSError, ValueError, KeyError, TypeError, ImportError):
        return None


def _read(content: Any, info: Mapping[str, Any], signature: Signature | None) -> Any:
    kind = str(info.get("type"))
    columns = any(
        isinstance(part, Column) for part in (signature.inputs if signature is not None else None) or ()
    )
    form = signature.form if signature is not None else None
    if kind == "dataframe":
        # MLflow leaves out the names of columns that are numbered from 0.
        names = content.get("columns")
        if names is None:
            names = list(range(max(map(len, content["data"]), default=0)))
        return of_table(names, content["data"], signature if columns else None)
    if kind == "ndarray":
        if info.get("format") == "tf-serving":  # MLflow 1
            content = content["inputs"]
        if not columns:
            # Sparse data is stored as a dense array.
            if signature is not None and form is not None and form.kind == "sparse":
                signature = replace(signature, form=None)
            return of_values(content, signature)
        return (
            {n: array_of(v, None, n) for n, v in content.items()}
            if isinstance(content, dict)
            else array_of(content, None, None)
        )
    if kind.startswith("sparse_matrix_"):
        from scipy import sparse  # type: ignore[import-untyped]

        matrix = sparse.csc_matrix if kind.endswith("csc") else sparse.csr_matrix
        return matrix((content["data"], content["indices"], content["indptr"]), shape=tuple(content["shape"]))
    return content if form is None else of_values(content, signature)


def _write(file: Path, value: Any, odd: Callable[[Any], str] | None) -> None:
    """Write JSON; `odd` converts values without a JSON type."""
    try:
        file.write_text(json.dumps(value, default=odd), encoding="utf-8")
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidValueError(f"the input example cannot be kept as JSON ({error})") from error


def _plain(value: Any) -> Any:
    """Return a value in JSON's types; a missing one as null."""
    import numpy as np
    import pandas as pd

    if isinstance(value, np.longdouble) and np.longdouble is not np.float64:
        short = float(value)
        return _plain(short) if short == value or value != value else str(value)  # noqa: PLR0124 (NaN)
    if isinstance(value, np.ndarray | np.generic):
        if value.dtype.kind == "M":
            return _dated(np.datetime_as_string(value).tolist())
        if value.dtype.kind == "m":
            return _plain(value.astype("int64").tolist())
        value = value.tolist()
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return pd.Timedelta(value).isoformat()
    if isinstance(value, decimal.Decimal):
        return float(value) if repr(float(value)) == str(value) else str(value)
    return value


def _dated(text: Any) -> Any:
    if isinstance(text, list):
        return [_dated(part) for part in text]
    return None if text == "NaT" else text
