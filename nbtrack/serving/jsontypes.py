"""JSON's few types as a schema's many: numbers, dates and bytes, where that changes no value."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError, SchemaError
from nbtrack.models.schema import TYPES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import pandas as pd

    from nbtrack.models.schema import Column, Tensor

__all__ = ["cast_array", "cast_frame"]


def cast_frame(frame: pd.DataFrame, columns: Sequence[Column]) -> pd.DataFrame:
    """Return a table with the columns that a schema knows in its types, as far as JSON could not say them.

    Whatever does not fit stays as it is, for the signature to refuse.

    Raises
    ------
    SchemaError
        When text is no date, or no bytes in base64.
    """
    import pandas as pd

    if not columns:
        return frame
    # A number that names a column is text where it is a key of JSON.
    numbers = {str(c.name): c.name for c in columns if isinstance(c.name, int) and c.name not in frame}
    if numbers:
        frame = frame.rename(columns=numbers)
    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()][0]
        raise InvalidValueError(f"the input has the column {twice!r} twice")
    places = zip(frame.columns, columns, strict=False)
    kinds: dict[Any, str] = {
        name if column.name is None else column.name: column.type for name, column in places
    } | {column.name: column.type for column in columns if column.name is not None}
    cast = {name: _inferred(_cast(frame[name], kinds.get(name, ""), name)) for name in frame}
    return pd.DataFrame(cast, index=frame.index, columns=frame.columns)


def _inferred(values: pd.Series) -> pd.Series:
    """Return a column of objects in the type that pandas gives such values."""
    import pandas as pd

    return pd.Series(values.tolist(), index=values.index) if _is_object(values) else values


def _is_object(values: pd.Series) -> bool:
    return str(values.dtype) == "object"


def _cast(values: pd.Series, kind: str, name: Any) -> pd.Series:
    dtype: Any = values.dtype
    if kind in ("double", "float", "long", "integer"):
        return _objects(values, TYPES[kind]) if _is_object(values) else _number(values, TYPES[kind])
    if kind == "string" and dtype.kind == "O":
        wrong = next((v for v in values if not isinstance(v, str | bytes | None) and v == v), None)  # noqa: PLR0124 (NaN)
        if wrong is not None:
            raise SchemaError(f"column {name!r} holds {wrong!r}, and the model takes text")
    if kind == "datetime" and dtype.kind == "O":
        return _dates(values, name)
    if kind == "binary" and dtype.kind == "O":
        return values.map(lambda value: _bytes(value, name) if isinstance(value, str) else value)
    return values


def _objects(values: pd.Series, wanted: str) -> pd.Series:
    """Return Python's own numbers in a type, if they are and it holds them exactly; as they are if not."""
    import numpy as np
    import pandas as pd

    target = np.dtype(wanted)
    held: list[Any] = values.tolist()
    if target.kind == "f":
        if not {type(value) for value in held} <= {float, int, type(None)}:
            return values
        # A float of 64 bits has 53 for the digits.
        if any(type(value) is int and abs(value) > 2**53 for value in held):
            return values
        floats = pd.Series(np.array(held, dtype="float64"), index=values.index)
        return _number(floats, wanted)
    whole = [
        int(value) if type(value) is float and value.is_integer() and abs(value) < 2.0**63 else value
        for value in held
    ]
    limits = np.iinfo(target)
    if all(type(value) is int and limits.min <= value <= limits.max for value in whole):
        return pd.Series(np.array(whole, dtype=target), index=values.index)
    return values


def _number(values: pd.Series, wanted: str) -> pd.Series:
    """Return a column of numbers in a type, if that holds them exactly; as it is if not."""
    import numpy as np

    dtype: Any = values.dtype
    target = np.dtype(wanted)
    if dtype == target or not isinstance(dtype, np.dtype) or dtype.kind not in "iuf":
        return values
    held = values.to_numpy()
    with np.errstate(invalid="ignore", over="ignore"):
        if target.kind == "f":
            limit = 2.0**53 if dtype.kind in "iu" else float(np.finfo(target).max)
            fits = np.isnan(held) | np.isinf(held) | (np.abs(held.astype("float64")) <= limit)
        else:
            limits = np.iinfo(target)
            fits = (held >= limits.min) & (held <= limits.max) & (held == np.trunc(held))
            if dtype.kind == "f":  # an integer of more than 64 bits, as a float
                fits &= np.abs(held) < 2.0**63
    return values.astype(target) if bool(fits.all()) else values


def _dates(values: pd.Series, name: Any) -> pd.Series:
    import pandas as pd

    try:
        dates = pd.to_datetime(values)
        if getattr(dates.dtype, "tz", None) is not None:
            dates = dates.dt.tz_convert("UTC").dt.tz_localize(None)
        return dates.astype("datetime64[ns]")
    except (ValueError, TypeError, OverflowError) as error:
        raise SchemaError(
            f"column {name!r} holds what is no date ({error}); write 2026-11-25T12:00:00"
        ) from error


def _bytes(text: str, name: Any) -> bytes:
    try:
        # Encoders break it into lines.
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise SchemaError(f"column {name!r} holds what is no base64 ({error})") from error


def _is_whole(array: np.ndarray[Any, Any]) -> bool:
    import numpy as np

    return bool(((array == np.trunc(array)) & (np.abs(array) < 2.0**63)).all())


def _mixes(values: list[Any]) -> bool:
    """Return whether booleans stand among the numbers of nested lists, which NumPy would take for numbers."""
    if values and isinstance(values[0], list):
        return any(isinstance(part, list) and _mixes(part) for part in values)
    return any(type(value) is bool for value in values)


def cast_array(value: Any, tensor: Tensor | None, name: str | None) -> np.ndarray[Any, Any]:
    """Return nested lists as an array, in the type of a tensor where that changes no value.

    Raises
    ------
    InvalidValueError
        When the lists are of unequal lengths.
    """
    import numpy as np

    what = "the input" if name is None else repr(name)
    array: np.ndarray[Any, Any]
    try:
        array = np.asarray(value)
    except (ValueError, OverflowError) as error:
        raise InvalidValueError(f"{what} makes no array ({error})") from error
    if tensor is None or array.dtype.kind not in "iuf":
        return array
    if isinstance(value, list) and _mixes(value):
        raise InvalidValueError(f"{what} mixes numbers and booleans")
    target: np.dtype[Any] = np.dtype(tensor.dtype)
    if target.kind in "iu" and array.dtype.kind == "f" and _is_whole(array):
        return array.astype("int64")
    return array.astype(target) if target.kind == "f" else array
