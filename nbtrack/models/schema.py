"""Schemas of a model's inputs and outputs: columns and tensors, in MLflow's form.

The JSON is that of MLflow's `ColSpec` and `TensorSpec` (https://mlflow.org/docs/latest/model/signatures).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "TYPES",
    "Column",
    "Schema",
    "Tensor",
    "column_name",
    "infer_schema",
    "schema_from_json",
    "schema_to_json",
]

TYPES = {
    "boolean": "bool",
    "integer": "int32",
    "long": "int64",
    "float": "float32",
    "double": "float64",
    "string": "str",
    "binary": "bytes",
    "datetime": "datetime64[ns]",
}
"""MLflow's types of a column, and NumPy's for each."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column by name, or by its place where the name is None."""

    type: str
    """One of `TYPES`, or `array`, `object`, `map`, `any`, whose parts `detail` has."""
    name: str | int | None = None
    required: bool = True
    detail: Mapping[str, Any] | None = None

    @property
    def is_scalar(self) -> bool:
        """Whether its values are single ones."""
        return self.type in TYPES


@dataclass(frozen=True, slots=True)
class Tensor:
    """An array: NumPy's dtype, and the shape with -1 for what may vary."""

    dtype: str
    shape: tuple[int, ...]
    name: str | None = None


Schema = tuple[Column, ...] | tuple[Tensor, ...]


def schema_to_json(schema: Schema) -> str:
    """Return a schema as MLflow writes it.

    Examples
    --------
    >>> schema_to_json((Column("double", "alcohol"),))
    '[{"type": "double", "name": "alcohol", "required": true}]'
    """
    entries: list[dict[str, Any]] = []
    for part in schema:
        if isinstance(part, Tensor):
            entry: dict[str, Any] = {
                "type": "tensor",
                "tensor-spec": {"dtype": part.dtype, "shape": list(part.shape)},
            }
        else:
            entry = {"type": part.type, **(part.detail or {})}
        if part.name is not None:
            entry["name"] = part.name
        if isinstance(part, Column):
            entry["required"] = part.required
        entries.append(entry)
    return json.dumps(entries)


def schema_from_json(text: str) -> Schema:
    """Return the schema that MLflow's JSON tells of.

    Raises
    ------
    InvalidValueError
        When it is no schema.
    """
    try:
        entries = json.loads(text)
        tensors = [e for e in entries if e["type"] == "tensor"]
        if tensors and len(tensors) == len(entries):
            return tuple(
                Tensor(e["tensor-spec"]["dtype"], tuple(e["tensor-spec"]["shape"]), e.get("name"))
                for e in tensors
            )
        return tuple(_column(e) for e in entries)
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidValueError(f"{text[:200]!r} is no schema of a model ({error!r})") from error


def _column(entry: Mapping[str, Any]) -> Column:
    kind = str(entry["type"])
    known = {"type", "name", "required", "optional"}
    detail = {key: value for key, value in entry.items() if key not in known} or None
    required = entry.get("required", not entry.get("optional", False))
    return Column(kind, entry.get("name"), bool(required), detail)


def infer_schema(data: Any) -> Schema:
    """Return the schema of data: columns of a table, tensors of arrays.

    Parameters
    ----------
    data
        A DataFrame, a Series, an array, a tensor of torch, a sparse matrix, a dict of arrays or of columns, a list of
        records, a list of values, or one value.

    Raises
    ------
    InvalidValueError
        When it is none of these.

    Examples
    --------
    >>> infer_schema({"alcohol": [12.8], "colour": ["white"]})
    (Column(type='double', name='alcohol', required=True, detail=None), Column(type='string', name='colour', required=True, detail=None))
    """
    import numpy as np
    import pandas as pd

    if type(data).__module__.partition(".")[0] == "torch" and hasattr(data, "detach"):
        data = data.detach().cpu().numpy()
    if isinstance(data, pd.DataFrame):
        return tuple(_inferred(data.iloc[:, k], data.columns[k]) for k in range(data.shape[1]))
    if isinstance(data, pd.Series):
        return (_inferred(data, data.name),)
    if isinstance(data, Mapping) and data and all(isinstance(v, np.ndarray) for v in data.values()):
        return tuple(_tensor(array, str(name)) for name, array in data.items())
    if isinstance(data, np.ndarray):
        return (_tensor(data, None),)
    if hasattr(data, "tocsr") and hasattr(data, "dtype"):
        return (Tensor(str(data.dtype), (-1, *map(int, data.shape[1:]))),)
    if isinstance(data, Mapping):
        frame = pd.DataFrame({str(name): pd.Series(_listed(v)) for name, v in data.items()})
        return infer_schema(frame)
    if isinstance(data, list | tuple) and data and all(isinstance(row, Mapping) for row in data):
        return infer_schema(pd.DataFrame(list(data)))
    if isinstance(data, list | tuple) and data:
        if all(isinstance(row, list | tuple) for row in data):
            return infer_schema(np.asarray(data))
        return (_inferred(pd.Series(list(data)), None),)
    if isinstance(data, str | bytes | bool | int | float | np.generic):
        return (_inferred(pd.Series([data]), None),)
    raise InvalidValueError(
        f"a {type(data).__name__} tells no schema; give a DataFrame, an array, a dict of columns or a list"
    )


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) or hasattr(value, "tolist") else [value]


def _tensor(array: Any, name: str | None) -> Tensor:
    kind = array.dtype
    # Text has a length of its own in each array: MLflow leaves it out.
    dtype = kind.kind if kind.kind in "US" else str(kind)
    return Tensor({"U": "str", "S": "bytes"}.get(dtype, dtype), (-1, *array.shape[1:]), name)


def _inferred(values: pd.Series, name: Any) -> Column:
    """Return a column by its values; what pandas does not know is `any`."""
    required = not bool(values.isna().any())
    kind, detail = _type_of(values)
    return Column(kind, None if name is None else column_name(name), required, detail)


def column_name(label: Any) -> str | int:
    """Return the name that a column with this label has in a schema: numbers stay numbers, as with MLflow."""
    import numpy as np

    return int(label) if isinstance(label, int | np.integer) and not isinstance(label, bool) else str(label)


def _type_of(values: pd.Series) -> tuple[str, dict[str, Any] | None]:
    import pandas as pd

    dtype: Any = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _type_of(pd.Series(dtype.categories))
    kind = getattr(dtype, "kind", "O")
    if kind in "iu":
        size = dtype.itemsize
        return ("integer" if size < 4 or (kind == "i" and size == 4) else "long"), None
    if kind == "f":
        return ("float" if dtype.itemsize <= 4 else "double"), None
    if kind in "bM":
        return ("boolean" if kind == "b" else "datetime"), None
    held = values.dropna()
    told = pd.api.types.infer_dtype(held, skipna=True)
    if told in _TOLD:
        return _TOLD[told], None
    if len(held) and all(isinstance(v, list | tuple) or hasattr(v, "tolist") for v in held):
        inner, detail = _type_of(pd.Series([item for v in held for item in v]))
        return "array", {"items": {"type": inner, **(detail or {})}}
    if len(held) and all(isinstance(v, Mapping) for v in held):
        table = pd.DataFrame([dict(v) for v in held])
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


_TOLD = {
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
