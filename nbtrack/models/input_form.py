"""The form of a model's input, beyond MLflow's schema: the kind of object, and types of pandas and other libraries.

It is stored in `MLmodel` beside the signature's inputs, where MLflow ignores it.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError
from nbtrack.models.schema import TYPES, Column, Schema

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "ONE_COLUMN",
    "Dtype",
    "Form",
    "decoded",
    "form_from_json",
    "form_of",
    "form_to_json",
    "library_of",
]

KINDS = (
    "frame", "series", "index", "extension", "list", "records", "sparse", "torch", "polars", "polars series", "arrow",
)  # fmt: skip
"""`list` is a list of values or of rows, `records` a list of dicts, `extension` a pandas array."""
ONE_COLUMN = frozenset({"series", "index", "extension", "polars series"})
"""Kinds that are a single column instead of a table."""
_MAX_CATEGORIES = 10_000


@dataclass(frozen=True, slots=True)
class Dtype:
    """The pandas type of a column, if it says more than the schema's."""

    name: str
    """Its name in pandas."""
    of: str | None = None
    """The type of the objects, the categories or the sparse values."""
    categories: tuple[Any, ...] | None = None
    ordered: bool = False
    fill: Any = None
    """The value that a sparse column leaves out."""


@dataclass(frozen=True, slots=True)
class Form:
    """The form of the data that a model was fitted on."""

    kind: str
    """One of `KINDS`."""
    dtypes: tuple[Dtype | None, ...] = ()
    """The types of the columns; None where the schema's type is complete."""
    labels: tuple[Any, ...] | None = None
    """The labels of the columns, if they differ from the schema's names."""
    detail: str | None = None
    """The format of a sparse matrix, or the serialised types of a polars or Arrow table."""

    def dtype(self, place: int) -> Dtype | None:
        """Return the type of the column at a place."""
        return self.dtypes[place] if place < len(self.dtypes) else None


def library_of(data: Any) -> str:
    """Return the library that the class of data comes from."""
    return type(data).__module__.partition(".")[0]


def form_of(data: Any, schema: Schema) -> Form | None:
    """Return the form of data, as far as its schema does not say it; None if the schema is complete.

    Raises
    ------
    InvalidValueError
        When it has columns of types that cannot be restored.
    """
    import pandas as pd

    library = library_of(data)
    columns = [part for part in schema if isinstance(part, Column)]
    if isinstance(data, pd.DataFrame):
        dtypes = tuple(dtype_of(data.iloc[:, k], columns[k]) for k in range(data.shape[1]))
        labels = _odd_labels(list(data.columns), columns)
        return Form("frame", dtypes, labels) if any(dtypes) or labels is not None else None
    if isinstance(data, pd.Series | pd.Index | pd.api.extensions.ExtensionArray):
        kind = (
            "series"
            if isinstance(data, pd.Series)
            else "index"
            if isinstance(data, pd.Index)
            else "extension"
        )
        dtype = dtype_of(pd.Series(data), columns[0])
        labels = None if kind == "extension" else _odd_labels([getattr(data, "name", None)], columns)
        return Form(kind, (dtype,) if dtype else (), labels)
    if library == "polars":
        return Form("polars" if hasattr(data, "columns") else "polars series", detail=_polars_types(data))
    if library == "pyarrow":
        return Form("arrow", detail=_text(data.schema.serialize().to_pybytes()))
    if library == "torch":
        return Form("torch")
    if hasattr(data, "tocsr"):
        return Form(
            "sparse", detail=f"{data.format}_{'array' if type(data).__name__.endswith('array') else 'matrix'}"
        )
    if isinstance(data, list | tuple | range):
        rows = len(data) > 0 and all(isinstance(row, Mapping) for row in data)
        return Form("records") if rows else Form("list", _of_list(data, columns))
    return None


def _of_list(data: Any, columns: list[Column]) -> tuple[Dtype, ...]:
    """Return the types of a list's values, if the schema does not say them."""
    import pandas as pd

    if not columns or not columns[0].is_scalar:
        return ()
    objects = pd.Series(list(data), dtype="object")
    if objects.isna().any() and any(value is None for value in data):
        return (Dtype("object", _held_by(objects)),)
    plain = objects.infer_objects()
    dtype = dtype_of(objects if plain.dtype.kind == "M" else plain, columns[0])
    return () if dtype is None else (dtype,)


def dtype_of(values: pd.Series, column: Column) -> Dtype | None:
    """Return the type of a pandas column, if it is not the default for its schema's type."""
    import pandas as pd

    dtype: Any = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        known = dtype.categories
        few = len(known) <= _MAX_CATEGORIES
        return Dtype(
            "category",
            str(known.dtype),
            tuple(map(_encoded, known.tolist())) if few else None,
            bool(dtype.ordered),
        )
    if isinstance(dtype, pd.SparseDtype):
        return Dtype("sparse", str(dtype.subtype), fill=_encoded(dtype.fill_value))
    if isinstance(dtype, pd.IntervalDtype):
        raise InvalidValueError(f"a column holds {dtype}, which JSON cannot hold")
    name = str(dtype)
    if name == "object":
        return Dtype(name, _held_by(values)) if column.type in TYPES else None
    if getattr(dtype, "kind", "") == "V":
        raise InvalidValueError(f"a column holds {name}, for which there is no type")
    return None if column.type in TYPES and name == TYPES[column.type] else Dtype(name)


def _held_by(objects: pd.Series) -> str:
    """Return the type of Python objects."""
    import pandas as pd

    inferred = pd.api.types.infer_dtype(objects, skipna=True)
    return (
        "timestamp"
        if inferred == "datetime" and isinstance(objects.dropna().iloc[0], pd.Timestamp)
        else inferred
    )


def _odd_labels(labels: list[Any], columns: list[Column]) -> tuple[Any, ...] | None:
    """Return the labels of columns, if the names in the schema differ."""
    plain = all(
        type(label) is type(column.name) and label == column.name
        for label, column in zip(labels, columns, strict=True)
    )
    if plain:
        return None
    import numpy as np

    plain_labels = tuple(label.item() if isinstance(label, np.generic) else label for label in labels)
    same = all(
        type(label) is type(column.name) and label == column.name
        for label, column in zip(plain_labels, columns, strict=True)
    )
    return None if same else plain_labels


# Values without a JSON type are encoded as a small object that names their type.


def _encoded(value: Any) -> Any:
    import numpy as np
    import pandas as pd

    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, tuple):
        return {"tuple": [_encoded(part) for part in value]}
    if isinstance(value, pd.Timestamp):
        return {"timestamp": value.isoformat()}
    if isinstance(value, pd.Timedelta):
        return {"timedelta": value.isoformat()}
    if isinstance(value, dt.datetime | dt.date):
        return {"date": value.isoformat()}
    if isinstance(value, float) and value != value:  # noqa: PLR0124 (NaN)
        return {"float": "nan"}
    if value is None or isinstance(value, str | bool | int | float):
        return value
    return {"text": str(value)}


def decoded(value: Any) -> Any:
    """Decode a value from `_encoded`."""
    import pandas as pd

    if not isinstance(value, Mapping):
        return value
    ((kind, content),) = value.items()
    makes: dict[str, Any] = {
        "tuple": lambda parts: tuple(map(decoded, parts)),
        "timestamp": pd.Timestamp,
        "timedelta": pd.Timedelta,
        "date": lambda text: dt.date.fromisoformat(text[:10]),
        "float": float,
    }
    return makes.get(kind, str)(content)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _polars_types(data: Any) -> str:
    """Return the types of a polars table or column as an Arrow file without rows."""
    import io

    file = io.BytesIO()
    table = data if hasattr(data, "columns") else data.to_frame()
    try:
        table.head(0).write_ipc(file)
    except Exception as error:  # polars raises errors and panics of its own for objects of Python
        raise InvalidValueError(f"the table has types that cannot be kept ({error})") from error
    return _text(file.getvalue())


def form_to_json(form: Form) -> str:
    """Return a form as JSON for `MLmodel`."""
    entry: dict[str, Any] = {"kind": form.kind}
    if any(form.dtypes):
        entry["dtypes"] = [None if one is None else _dtype_to_json(one) for one in form.dtypes]
    if form.labels is not None:
        entry["labels"] = [_encoded(label) for label in form.labels]
    if form.detail is not None:
        entry["detail"] = form.detail
    return json.dumps(entry)


def _dtype_to_json(dtype: Dtype) -> Any:
    entry = {
        "name": dtype.name,
        "of": dtype.of,
        "categories": None if dtype.categories is None else list(dtype.categories),
        "ordered": dtype.ordered or None,
        "fill": dtype.fill,
    }
    kept = {name: value for name, value in entry.items() if value is not None}
    return dtype.name if kept == {"name": dtype.name} else kept


def form_from_json(text: str) -> Form:
    """Return the form from its JSON in `MLmodel`.

    Raises
    ------
    InvalidValueError
        When it is invalid.
    """
    try:
        entry = json.loads(text)
        kind = entry["kind"]
        if kind not in KINDS:
            raise InvalidValueError(
                f"the model takes a {kind!r}, which this version of nbtrack does not know; a later one does"
            )
        labels = entry.get("labels")
        return Form(
            kind,
            tuple(_dtype_from_json(one) for one in entry.get("dtypes", ())),
            None if labels is None else tuple(map(decoded, labels)),
            entry.get("detail"),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidValueError(f"{text[:200]!r} is not the form of a model's input ({error})") from error


def _dtype_from_json(entry: Any) -> Dtype | None:
    if entry is None or isinstance(entry, str):
        return None if entry is None else Dtype(entry)
    categories = entry.get("categories")
    return Dtype(
        entry["name"],
        entry.get("of"),
        None if categories is None else tuple(categories),
        bool(entry.get("ordered")),
        entry.get("fill"),
    )
