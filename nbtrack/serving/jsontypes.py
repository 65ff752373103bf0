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
    cast: dict[Any, Any] = {}
    # A number that names a column is text where it is a key of JSON.
    numbers = {str(c.name): c.name for c in columns if isinstance(c.name, int) and c.name not in frame}
    if numbers:
        frame = frame.rename(columns=numbers)
    for place, column in enumerate(columns):
        if column.name is not None:
            if column.name not in frame:
                continue
            name: Any = column.name
        elif place < frame.shape[1]:
            name = frame.columns[place]
        else:
            continue
        values = frame[name]
        if getattr(values, "ndim", 1) != 1:
            raise InvalidValueError(f"the input has the column {name!r} twice")
        fitting = _cast(values, column.type, name)
        if fitting is not values:
            cast[name] = fitting
    return frame.assign(**cast) if all(isinstance(name, str) for name in cast) else _assigned(frame, cast)


def _assigned(frame: pd.DataFrame, cast: dict[Any, Any]) -> pd.DataFrame:
    frame = frame.copy(deep=False)
    for name, values in cast.items():
        frame[name] = values
    return frame


def _cast(values: pd.Series, kind: str, name: Any) -> pd.Series:
    dtype: Any = values.dtype
    if kind in ("double", "float", "long", "integer"):
        return _number(values, TYPES[kind])
    if kind == "datetime" and dtype.kind == "O":
        return _dates(values, name)
    if kind == "binary" and dtype.kind == "O":
        return values.map(lambda value: _bytes(value, name) if isinstance(value, str) else value)
    return values


def _number(values: pd.Series, wanted: str) -> pd.Series:
    import numpy as np

    dtype: Any = values.dtype
    target = np.dtype(wanted)
    if dtype.kind == "O" and bool(values.isna().all()) and target.kind == "f":
        return values.astype(target)
    if dtype.kind not in "iuf" or dtype == target or not isinstance(dtype, np.dtype):
        return values
    if target.kind == "f":
        # A float of 64 bits has 53 for the digits.
        whole = dtype.kind in "iu"
        safe = not whole or not len(values) or float(np.abs(values.to_numpy("float64")).max()) <= 2.0**53
        return values.astype(target) if safe else values
    held = values.to_numpy()
    limits = np.iinfo(target)
    with np.errstate(invalid="ignore"):
        fits = bool(((held >= limits.min) & (held <= limits.max) & (held == np.trunc(held))).all())
    return values.astype(target) if fits else values


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
    target: np.dtype[Any] = np.dtype(tensor.dtype)
    if target.kind in "iu" and array.dtype.kind == "f" and bool((array == np.trunc(array)).all()):
        return array.astype("int64")
    return array.astype(target) if target.kind == "f" else array
