"""A model's input example: in MLflow's files, for documents, forms and tests."""

from __future__ import annotations

import base64
import datetime as dt
import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError
from nbtrack.models.schema import TYPES, Column, Schema, Tensor, column_name

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

__all__ = ["FILE", "read_example", "write_example"]

FILE = "input_example.json"
SERVING_FILE = "serving_input_example.json"


def write_example(folder: Path, example: Any) -> dict[str, Any]:
    """Write an input example, and return the entry in `MLmodel` that tells of it.

    Parameters
    ----------
    folder
        The model's folder.
    example
        A DataFrame, a Series, an array, a dict, a list, or one value.

    Raises
    ------
    InvalidValueError
        When JSON cannot hold it.
    """
    import numpy as np
    import pandas as pd

    if type(example).__module__.partition(".")[0] == "torch":
        example = example.detach().cpu().numpy()
    if hasattr(example, "tocsr"):
        example = example.toarray()
    if isinstance(example, pd.Series):
        example = example.to_frame()
    info: dict[str, Any] = {"artifact_path": FILE, "serving_input_path": SERVING_FILE}
    if isinstance(example, pd.DataFrame):
        # By hand: `to_json` would round numbers to ten digits.
        columns = [column_name(name) for name in example.columns]
        cells = [[_plain(value) for value in example.iloc[:, k].tolist()] for k in range(example.shape[1])]
        held: Any = {"columns": columns, "data": [list(row) for row in zip(*cells, strict=True)]}
        info |= {"type": "dataframe", "pandas_orient": "split"}
        serving = {"dataframe_split": held}
    else:
        arrays = isinstance(example, Mapping) and any(isinstance(v, np.ndarray) for v in example.values())
        info["type"] = "ndarray" if arrays or isinstance(example, np.ndarray) else "json_object"
        held = _plain(example)
        serving = {"inputs": held}
    # A table may have any object in a cell; shown as text it is an example all the same.
    odd = str if isinstance(example, pd.DataFrame) else None
    _write(folder / FILE, held, odd)
    _write(folder / SERVING_FILE, serving, odd)
    return info


def read_example(folder: Path, info: Mapping[str, Any] | None, inputs: Schema | None = None) -> Any:
    """Return a model's input example as it was given; None if there is none, or it cannot be read.

    Parameters
    ----------
    folder, info
        The model's folder, and the entry in `MLmodel` that tells of its example.
    inputs
        The model's schema, which has the types that JSON does not.
    """
    if not info:
        return None
    try:
        held = json.loads((folder / str(info.get("artifact_path", FILE))).read_text(encoding="utf-8"))
        if info.get("params"):  # MLflow keeps an example's parameters beside its data
            held = held["inputs"]
        return _read(held, info, inputs or ())
    except (OSError, ValueError, KeyError, TypeError, ImportError):
        return None


def _read(held: Any, info: Mapping[str, Any], inputs: Schema) -> Any:
    import pandas as pd

    kind = str(info.get("type"))
    if kind == "dataframe":
        # Columns that are counted from 0 are left out by MLflow.
        return _typed(pd.DataFrame(held["data"], columns=held.get("columns")), inputs)
    if kind == "ndarray":
        if info.get("format") == "tf-serving":  # MLflow 1
            held = held["inputs"]
        dtypes = {part.name: part.dtype for part in inputs if isinstance(part, Tensor)}
        if isinstance(held, dict):
            return {name: _array(values, dtypes.get(name)) for name, values in held.items()}
        return _array(held, dtypes.get(None))
    if kind.startswith("sparse_matrix_"):
        from scipy import sparse  # type: ignore[import-untyped]

        matrix = sparse.csc_matrix if kind.endswith("csc") else sparse.csr_matrix
        return matrix((held["data"], held["indices"], held["indptr"]), shape=tuple(held["shape"]))
    return held


def _array(values: Any, dtype: str | None) -> Any:
    import numpy as np

    return np.asarray(values, dtype=None if dtype in (None, "str", "bytes") else dtype)


def _typed(frame: pd.DataFrame, inputs: Schema) -> pd.DataFrame:
    """Return a table in the types of a schema, as far as its values have them."""
    parts = [part for part in inputs if isinstance(part, Column)]
    for place, name in enumerate(frame.columns):
        known = [p for p in parts if p.name == name] or [
            p for p in parts[place : place + 1] if p.name is None
        ]
        kind = known[0].type if known else ""
        if kind == "binary":
            frame[name] = [v if v is None else base64.b64decode(v) for v in frame[name].tolist()]
        elif kind in TYPES and kind != "string" and (kind == "datetime" or not frame[name].isna().any()):
            frame[name] = frame[name].astype(TYPES[kind])  # type: ignore[call-overload]
    return frame


def _write(file: Path, value: Any, odd: Callable[[Any], str] | None) -> None:
    """Write JSON; `odd` is called with what it has no type for."""
    try:
        file.write_text(json.dumps(value, default=odd), encoding="utf-8")
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidValueError(f"the input example cannot be kept as JSON ({error})") from error


def _plain(value: Any) -> Any:
    """Return a value in JSON's types; what is missing as null."""
    import numpy as np
    import pandas as pd

    if isinstance(value, np.ndarray | np.generic):
        if value.dtype.kind == "M":
            return _plain(np.datetime_as_string(value).tolist())
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
    return value
