"""Convert columns of JSON's and CSV's few types to a schema's types, if that changes no value."""

from __future__ import annotations

import datetime as dt
import decimal
import math
from typing import TYPE_CHECKING, Any

from nbtrack.errors import SchemaError
from nbtrack.models.casts import as_categories, as_sparse, as_type, numpy_type
from nbtrack.models.schema import TYPES, Column
from nbtrack.models.value_types import bytes_of, checked

if TYPE_CHECKING:
    import pandas as pd

    from nbtrack.models.input_form import Dtype

__all__ = ["listed_values", "python_values", "typed_series"]


def python_values(values: list[Any], column: Column, name: Any, dtype: Dtype | None = None) -> list[Any]:
    """Convert JSON values to a column's Python types: dates, bytes, whole numbers; None for a missing value.

    Raises
    ------
    SchemaError
        When one is of another type.
    """
    what = f"column {name!r}"
    kind = column.type
    values = [None if value != value else value for value in values] if kind != "any" else values  # noqa: PLR0124 (NaN)
    if kind in ("integer", "long"):
        return _whole(values, kind, what, dtype)
    if kind in ("float", "double"):
        if dtype is not None and dtype.of == "decimal":
            return [decimal.Decimal(value) if isinstance(value, str) else value for value in values]
        return [_float(value, kind, what) for value in values]
    if kind == "datetime":
        return _dates(values, what)
    if kind == "binary":
        return [bytes_of(value, what) if isinstance(value, str) else value for value in values]
    return [checked(value, kind, column.detail, what, text=True) for value in values]


def listed_values(values: list[Any], column: Column, dtype: Dtype | None = None) -> list[Any]:
    """Convert JSON values to those of a list that the model was fitted on.

    Raises
    ------
    SchemaError
        When one is of another type.
    """
    converted = python_values(values, column, column.name, dtype)
    if dtype is not None:
        return [_object(value, dtype.of) for value in converted]
    if column.type in ("float", "double"):
        # JSON distinguishes whole numbers from others, and has no NaN.
        return [math.nan if value is None else value for value in values]
    return converted


def typed_series(values: list[Any], column: Column, name: Any, dtype: Dtype | None = None) -> pd.Series:
    """Convert JSON values to a pandas column, in the type that the model was fitted on.

    Raises
    ------
    SchemaError
        When they are of another type.
    """
    import pandas as pd

    kind = column.type
    if kind not in TYPES and not (kind == "any" and dtype is not None):
        converted = python_values(values, column, name)
        return pd.Series(converted) if kind == "any" else pd.Series(converted, dtype="object")
    converted = python_values(values, column, name, dtype)
    if dtype is None:
        return _canonical(converted, column, name)
    if dtype.name == "object":
        return pd.Series([_object(value, dtype.of) for value in converted], dtype="object")
    if dtype.name == "category":
        plain = Column(kind, column.name, required=False)
        return as_categories(_of_dtype(converted, plain, name, dtype.of or "object"), dtype)
    if dtype.name == "sparse":
        return as_sparse(_of_dtype(converted, column, name, dtype.of or "float64"), dtype)
    return _of_dtype(converted, column, name, dtype.name)


def _canonical(python_list: list[Any], column: Column, name: Any) -> pd.Series:
    """Return values in the type that stands for the column's MLflow type."""
    import numpy as np
    import pandas as pd

    kind = column.type
    missing = any(value is None for value in python_list)
    if kind in ("float", "double"):
        return pd.Series(np.array(python_list, dtype="float64").astype(TYPES[kind]))
    if kind in ("integer", "long"):
        if missing and column.required:
            raise SchemaError(
                f"column {name!r} lacks values, and the model takes {kind}: integers cannot be missing: fit the model "
                "on doubles where values may be"
            )
        return (
            pd.Series(python_list, dtype="Int64")
            if missing
            else pd.Series(np.array(python_list, dtype=TYPES[kind]))
        )
    if kind == "datetime":
        return _naive(
            pd.Series(pd.to_datetime(pd.Series(python_list, dtype="object"), utc=True)),
            "datetime64[ns]",
            name,
        )
    if kind == "binary" or (kind == "boolean" and missing):
        return pd.Series(python_list, dtype="object")
    if kind == "boolean":
        return pd.Series(python_list, dtype="bool")
    return (
        pd.Series(python_list)
        if not all(value is None for value in python_list)
        else pd.Series(python_list, dtype="str")
    )


def _of_dtype(python_list: list[Any], column: Column, name: Any, wanted: str) -> pd.Series:
    """Return values in a type of pandas or NumPy."""
    import numpy as np
    import pandas as pd

    target: Any = pd.api.types.pandas_dtype(wanted)
    plain = numpy_type(target)
    kind = column.type
    missing = any(value is None for value in python_list)
    try:
        if kind == "datetime":
            zone = getattr(target, "tz", None)
            return (
                _zoned(python_list, zone, wanted)
                if zone is not None
                else _naive(pd.to_datetime(pd.Series(python_list, dtype="object"), utc=True), wanted, name)
            )
        if plain is not None and plain.kind == "m":
            spans: Any = pd.to_timedelta(pd.Series(python_list, dtype="object"))
            return as_type(spans, wanted)
        if plain is not None and plain.kind in "iuf" and plain is target:
            if missing and plain.kind != "f":
                return _canonical(python_list, column, name)
            array = np.array(python_list, dtype=plain if plain.itemsize != 2 else "float64")
            with np.errstate(over="ignore"):
                short = array.astype(plain)
            lost = plain.kind == "f" and bool((np.isinf(short) & np.isfinite(array)).any())
            return pd.Series(array.astype(TYPES[kind]) if lost else short)
        if wanted == "object" or getattr(target, "kind", "") == "U":
            return pd.Series(python_list, dtype="object")
        if kind == "boolean" and missing and plain is target:
            return pd.Series(python_list, dtype="object")
        made: pd.Series = pd.Series(python_list, dtype=target)
    except OverflowError:  # it does not fit into a type shorter than MLflow's
        return _canonical(python_list, column, name)
    except (TypeError, ValueError) as error:
        raise SchemaError(f"column {name!r} holds a value that is not {wanted} ({error})") from error
    return made


def _zoned(python_list: list[Any], zone: Any, wanted: str) -> pd.Series:
    """Return dates in a time zone; text without a zone is in that zone."""
    import pandas as pd

    dates = [
        pd.NaT
        if value is None
        else value.tz_localize(zone)
        if value.tzinfo is None
        else value.tz_convert(zone)
        for value in map(_timestamp, python_list)
    ]
    moved: Any = pd.to_datetime(pd.Series(dates, dtype="object"), utc=True)
    return as_type(moved.dt.tz_convert(zone), wanted)


def _timestamp(value: Any) -> Any:
    import pandas as pd

    return value if value is None else pd.Timestamp(value)


def _naive(dates: Any, wanted: str, name: Any) -> pd.Series:
    try:
        return as_type(dates.dt.tz_localize(None), wanted)
    except (TypeError, ValueError, OverflowError) as error:
        raise SchemaError(
            f"column {name!r} holds a value that is not a date ({error}); write 2026-11-25T12:00:00"
        ) from error


def _whole(values: list[Any], kind: str, what: str, dtype: Dtype | None) -> list[Any]:
    # MLflow has no type for unsigned 64-bit integers.
    unsigned = dtype is not None and "uint64" in (str(dtype.name).lower(), str(dtype.of).lower())
    objects = dtype is not None and dtype.of == "integer"
    return [
        value
        if type(value) is int and (objects or (unsigned and 2**63 <= value < 2**64))
        else checked(value, kind, None, what, text=True)
        for value in values
    ]


def _float(value: Any, kind: str, what: str) -> Any:
    if isinstance(value, str) and kind == "double":
        # A float of more than 64 bits is text in JSON.
        import numpy as np

        try:
            if np.longdouble(value) != float(value):
                return np.longdouble(value)
        except ValueError:
            pass
    return value if isinstance(value, decimal.Decimal) else checked(value, kind, None, what, text=True)


def _dates(values: list[Any], what: str) -> list[Any]:
    import pandas as pd

    dates: list[Any] = []
    for value in values:
        if isinstance(value, int | float) and not isinstance(value, bool):
            dates.append(pd.Timestamp(value))  # nanoseconds, as pandas counts them
        else:
            date = checked(value, "datetime", None, what, text=True)
            dates.append(None if date is pd.NaT else date)
    return dates


def _object(value: Any, of: str | None) -> Any:
    """Return a value as the Python object that the column held."""
    if value is None:
        return None
    if of == "date" and isinstance(value, dt.datetime):
        return value.date()
    if of == "datetime" and hasattr(value, "to_pydatetime"):
        return value.to_pydatetime()
    if of == "decimal":
        return decimal.Decimal(str(value))
    return value
