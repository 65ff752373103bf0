"""Infer the schema of data as MLflow does: columns for tables, tensors for arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError
from nbtrack.models.input_form import library_of
from nbtrack.models.schema import Column, Schema, Tensor

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["column_name", "infer_schema"]

_MAX_ROWS = 1000
"""Rows of a polars or Arrow table from which types are inferred; missing values are detected in all rows."""


def infer_schema(data: Any) -> Schema:
    """Return the schema of data: columns of a table, tensors of arrays.

    Parameters
    ----------
    data
        A DataFrame of pandas or polars, a table of Arrow, a Series, an Index, an array, a tensor of torch, a sparse
        matrix, a dict of arrays or of columns, a list of records, of rows or of values, or one value.

    Raises
    ------
    InvalidValueError
        When it is none of these, or contains values without an MLflow type.

    Examples
    --------
    >>> infer_schema({"alcohol": [12.8], "colour": ["white"]})
    (Column(type='double', name='alcohol', required=True, detail=None), Column(type='string', name='colour', required=True, detail=None))
    """
    import numpy as np
    import pandas as pd

    data = data.detach().cpu().numpy() if library_of(data) == "torch" and hasattr(data, "detach") else data
    if library_of(data) in ("polars", "pyarrow"):
        return _of_foreign_table(data)
    if isinstance(data, pd.DataFrame):
        return _of_frame(data)
    if isinstance(data, pd.Series):
        return (_inferred(data, data.name),)
    if isinstance(data, pd.Index) and not isinstance(data, pd.MultiIndex):
        return (_inferred(pd.Series(data), data.name),)
    if isinstance(data, pd.api.extensions.ExtensionArray):
        return (_inferred(pd.Series(data), None),)
    if isinstance(data, Mapping) and data and all(isinstance(v, np.ndarray) for v in data.values()):
        return tuple(_tensor(array, str(name)) for name, array in data.items())
    if isinstance(data, np.ndarray):
        return (_tensor(data, None),)
    if hasattr(data, "tocsr") and hasattr(data, "dtype"):
        return (Tensor(str(data.dtype), (-1, *map(int, data.shape[1:]))),)
    if isinstance(data, Mapping) and data:
        return _of_frame(pd.DataFrame({str(name): pd.Series(_listed(v)) for name, v in data.items()}))
    if isinstance(data, list | tuple | range) and len(data):
        return _of_list(list(data))
    if isinstance(data, str | bytes | bool | int | float | np.generic):
        return (_inferred(pd.Series([data]), None),)
    raise InvalidValueError(
        f"a {type(data).__name__} has no schema; give a DataFrame, an array, a dict of columns or a list"
    )


def _of_frame(frame: pd.DataFrame) -> Schema:
    names = list(map(column_name, frame.columns))
    # Columns with equal names are identified by position.
    known: list[Any] = names if len({str(name) for name in names}) == len(names) else [None] * len(names)
    return tuple(_inferred(frame.iloc[:, k], known[k]) for k in range(frame.shape[1]))


def _of_list(data: list[Any]) -> Schema:
    import numpy as np
    import pandas as pd

    if all(isinstance(row, Mapping) for row in data):
        return _of_frame(pd.DataFrame(data))
    if all(isinstance(row, list | tuple) for row in data) and len({len(row) for row in data}) == 1:
        array = np.asarray(data)
        if array.dtype.kind in "biuf":
            return (_tensor(array, None),)
    values = pd.Series([*data, None], dtype="object").iloc[
        :-1
    ]  # pandas would treat a list of lists as a table
    return (_inferred(values, None),)


def _of_foreign_table(data: Any) -> Schema:
    """Return the columns of a polars or Arrow table, or of a polars Series."""
    import pandas as pd

    if library_of(data) == "pyarrow" and hasattr(data, "schema"):
        parts = {name: data.column(place) for place, name in enumerate(data.schema.names)}
        values = {name: part.slice(0, _MAX_ROWS).to_pylist() for name, part in parts.items()}
        missing = {name: part.null_count > 0 for name, part in parts.items()}
        if len(parts) < len(data.schema.names):
            raise InvalidValueError("two columns of the table have the same name")
    elif library_of(data) == "polars" and hasattr(data, "null_count") and not hasattr(data, "collect"):
        parts = {part.name: part for part in (data.get_columns() if hasattr(data, "columns") else [data])}
        values = {name: part.head(_MAX_ROWS).to_list() for name, part in parts.items()}
        missing = {name: part.null_count() > 0 for name, part in parts.items()}
    else:
        raise InvalidValueError(f"a {type(data).__module__}.{type(data).__name__} has no schema")
    columns = []
    for name, column_values in values.items():
        column = _inferred(pd.Series(column_values, dtype="object"), name)
        columns.append(Column(column.type, column.name, not missing[name], column.detail))
    return tuple(columns)


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) or hasattr(value, "tolist") else [value]


def _tensor(array: Any, name: str | None) -> Tensor:
    kind = array.dtype
    if kind.kind in "cV":
        raise InvalidValueError(f"an array holds {kind}, for which JSON has no form")
    # The length of text differs between arrays: MLflow leaves it out.
    dtype = kind.kind if kind.kind in "US" else str(kind)
    return Tensor({"U": "str", "S": "bytes"}.get(dtype, dtype), (-1, *array.shape[1:]), name)


def _inferred(values: pd.Series, name: Any) -> Column:
    """Infer a column from its values; types that pandas does not know are `any`."""
    kind, detail = _type_of(values)
    # MLflow cannot read a schema with optional unnamed columns.
    required = name is None or not bool(values.isna().any())
    return Column(kind, None if name is None else column_name(name), required, detail)


def column_name(label: Any) -> str | int:
    """Return the name of a column with this label in a schema: numbers stay numbers, as in MLflow."""
    import numpy as np

    return int(label) if isinstance(label, int | np.integer) and not isinstance(label, bool) else str(label)


def _type_of(values: pd.Series) -> tuple[str, dict[str, Any] | None]:
    import pandas as pd

    dtype: Any = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _type_of(pd.Series(dtype.categories))
    if isinstance(dtype, pd.SparseDtype):
        return _type_of(pd.Series([], dtype=dtype.subtype))
    kind = getattr(dtype, "kind", "O")
    if kind in "iu":
        size = dtype.itemsize
        return ("integer" if size < 4 or (kind == "i" and size == 4) else "long"), None
    if kind == "f":
        return ("float" if dtype.itemsize <= 4 else "double"), None
    if kind in "bM":
        return ("boolean" if kind == "b" else "datetime"), None
    if kind in "cV":
        raise InvalidValueError(f"a column holds {dtype} values, for which MLflow has no type")
    present = values.dropna()
    inferred = pd.api.types.infer_dtype(present, skipna=True)
    if inferred in _TYPES_OF_INFERRED:
        return _TYPES_OF_INFERRED[inferred], None
    if len(present) and all(isinstance(v, list | tuple) or hasattr(v, "tolist") for v in present):
        inner, detail = _type_of(pd.Series([item for v in present for item in v]))
        return "array", {"items": {"type": inner, **(detail or {})}}
    if len(present) and all(isinstance(v, Mapping) for v in present):
        table = pd.DataFrame([dict(v) for v in present])
        properties = {}
        for name in table:
            column = _inferred(table[name], name)
            properties[str(name)] = {
                "type": column.type,
                "required": column.required,
                **(column.detail or {}),
            }
        return "object", {"properties": properties}
    return "any", None


_TYPES_OF_INFERRED = {
    "string": "string",
    "empty": "string",
    "bytes": "binary",
    "boolean": "boolean",
    "integer": "long",
    "floating": "double",
    "mixed-integer-float": "double",
    "decimal": "double",
    "datetime64": "datetime",
    "datetime": "datetime",
    "date": "datetime",
}
