"""What a model takes beyond MLflow's schema: which kind of object, and the types that pandas and others have of their own.

It stands in `MLmodel` beside the signature's inputs, where MLflow passes it over.
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
"""`list` is one of values or of rows, `records` one of dicts, `extension` an array of pandas."""
ONE_COLUMN = frozenset({"series", "index", "extension", "polars series"})
"""Kinds that are one column and no table."""
_MOST_CATEGORIES = 10_000


@dataclass(frozen=True, slots=True)
class Dtype:
    """The type of a column in pandas, where the schema's tells less."""

    name: str
    """As pandas reads it."""
    of: str | None = None
    """What the objects, the categories or the sparse values are."""
    categories: tuple[Any, ...] | None = None
    ordered: bool = False
    fill: Any = None
    """What a sparse column leaves out."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a model was fitted on."""

    kind: str
    """One of `KINDS`."""
    dtypes: tuple[Dtype | None, ...] = ()
    """Of the columns, None where the schema says all."""
    labels: tuple[Any, ...] | None = None
    """Of the columns, where the schema's names are not they."""
    detail: str | None = None
    """The format of a sparse matrix; the types of a table of polars or Arrow, as these write them."""

    def dtype(self, place: int) -> Dtype | None:
        """Return the type of the column at a place."""
        return self.dtypes[place] if place < len(self.dtypes) else None


def library_of(data: Any) -> str:
    """Return the library that the class of data comes from."""
    return type(data).__module__.partition(".")[0]


def form_of(data: Any, schema: Schema) -> Form | None:
    """Return what of data its schema does not tell; None where that is nothing.

    Raises
    ------
    InvalidValueError
        When it has columns of types that could not be made again.
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
    """Return what the values of a list are, where the schema does not tell that."""
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
    """Return the type of a column of pandas, if it is not the one that its schema's type stands for."""
    import pandas as pd

    dtype: Any = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        known = dtype.categories
        few = len(known) <= _MOST_CATEGORIES
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
    """Return what objects of Python are."""
    import pandas as pd

    told = pd.api.types.infer_dtype(objects, skipna=True)
    return "timestamp" if told == "datetime" and isinstance(objects.dropna().iloc[0], pd.Timestamp) else told


def _odd_labels(labels: list[Any], columns: list[Column]) -> tuple[Any, ...] | None:
    """Return the labels of columns, where the names in the schema are others."""
    plain = all(
        type(label) is type(column.name) and label == column.name
        for label, column in zip(labels, columns, strict=True)
    )
    if plain:
        return None
    import numpy as np

    told = tuple(label.item() if isinstance(label, np.generic) else label for label in labels)
    same = all(
        type(label) is type(column.name) and label == column.name
        for label, column in zip(told, columns, strict=True)
    )
    return None if same else told


# What of a form is no type of JSON's is a small object that names its type.


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
    """Return what `_encoded` stands for."""
    import pandas as pd

    if not isinstance(value, Mapping):
        return value
    ((kind, held),) = value.items()
    makes: dict[str, Any] = {
        "tuple": lambda parts: tuple(map(decoded, parts)),
        "timestamp": pd.Timestamp,
        "timedelta": pd.Timedelta,
        "date": lambda text: dt.date.fromisoformat(text[:10]),
        "float": float,
    }
    return makes.get(kind, str)(held)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _polars_types(data: Any) -> str:
    """Return the types of a table or column of polars: a file of Arrow's without rows."""
    import io

    file = io.BytesIO()
    table = data if hasattr(data, "columns") else data.to_frame()
    try:
        table.head(0).write_ipc(file)
    except Exception as error:  # polars raises errors and panics of its own for objects of Python
        raise InvalidValueError(f"the table has types that cannot be kept ({error})") from error
    return _text(file.getvalue())


def form_to_json(form: Form) -> str:
    """Return a form as it stands in `MLmodel`."""
    told: dict[str, Any] = {"kind": form.kind}
    if any(form.dtypes):
        told["dtypes"] = [None if one is None else _dtype_to_json(one) for one in form.dtypes]
    if form.labels is not None:
        told["labels"] = [_encoded(label) for label in form.labels]
    if form.detail is not None:
        told["detail"] = form.detail
    return json.dumps(told)


def _dtype_to_json(dtype: Dtype) -> Any:
    told = {
        "name": dtype.name,
        "of": dtype.of,
        "categories": None if dtype.categories is None else list(dtype.categories),
        "ordered": dtype.ordered or None,
        "fill": dtype.fill,
    }
    kept = {name: value for name, value in told.items() if value is not None}
    return dtype.name if kept == {"name": dtype.name} else kept


def form_from_json(text: str) -> Form:
    """Return the form that `MLmodel` tells of.

    Raises
    ------
    InvalidValueError
        When it is none.
    """
    try:
        told = json.loads(text)
        kind = told["kind"]
        if kind not in KINDS:
            raise InvalidValueError(
                f"the model takes a {kind!r}, which this version of nbtrack does not know; a later one does"
            )
        labels = told.get("labels")
        return Form(
            kind,
            tuple(_dtype_from_json(one) for one in told.get("dtypes", ())),
            None if labels is None else tuple(map(decoded, labels)),
            told.get("detail"),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidValueError(f"{text[:200]!r} is no form of a model's input ({error})") from error


def _dtype_from_json(told: Any) -> Dtype | None:
    if told is None or isinstance(told, str):
        return None if told is None else Dtype(told)
    categories = told.get("categories")
    return Dtype(
        told["name"],
        told.get("of"),
        None if categories is None else tuple(categories),
        bool(told.get("ordered")),
        told.get("fill"),
    )
