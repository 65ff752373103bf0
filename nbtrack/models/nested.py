"""Convert nested JSON lists to arrays, in the type of a tensor if that changes no value."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError
from nbtrack.models.value_types import bytes_of

if TYPE_CHECKING:
    import numpy as np

    from nbtrack.models.schema import Tensor

    Array = np.ndarray[Any, Any]

__all__ = ["array_of", "unflattened"]


def array_of(value: Any, tensor: Tensor | None, name: str | None) -> Array:
    """Convert nested JSON lists to an array, in the type of a tensor if that changes no value.

    Raises
    ------
    InvalidValueError
        When the lists are of unequal lengths.
    """
    import numpy as np

    what = "the input" if name is None else repr(name)
    kind = tensor.dtype if tensor is not None else ""
    array: Array
    try:
        if kind == "object":
            return _objects(value, len(tensor.shape) if tensor is not None else 1)
        if kind.startswith(("datetime64", "timedelta64")) and isinstance(value, list):
            array = np.array(_times(value), dtype=kind)
            return array
        if kind == "bytes" and isinstance(value, list):
            array = np.array(_decoded(value, what))
            return array
        if kind in ("float128", "longdouble") and isinstance(value, list):
            array = np.array(value, dtype=np.longdouble)
            return array
        array = np.asarray(value)
        if kind == "uint64" and array.dtype.kind == "f":
            # NumPy converts a mix of small and very large integers to floats.
            exact = np.asarray(value, dtype="object")
            whole = all(type(one) is int and 0 <= one < 2**64 for one in exact.ravel().tolist())
            array = exact.astype("uint64") if whole else array
        if array.dtype.kind == "O" and kind.startswith("float") and not _has_text(array):
            array = np.asarray(value, dtype="float64")
    except (ValueError, OverflowError, TypeError) as error:
        raise InvalidValueError(f"{what} makes no array ({error})") from error
    if tensor is None or array.dtype.kind not in "iuf":
        return array
    if isinstance(value, list) and _mixes(value):
        raise InvalidValueError(f"{what} mixes numbers and booleans")
    if kind in ("str", "bytes"):
        return array
    target: np.dtype[Any] = np.dtype(kind)
    if target.kind in "iu":
        return _whole(array, target)
    if target.kind != "f":
        return array
    with np.errstate(over="ignore"):
        short: Array = array.astype(target)
    # Values that are too large for a shorter float are left as they are, and refused later.
    return short if not (np.isinf(short) & np.isfinite(array)).any() else array


def unflattened(array: Array, tensor: Tensor | None) -> Array:
    """Return the cells of a table, each a flat list of an array's values, as arrays of a tensor's shape."""
    inner = tensor.shape[1:] if tensor is not None else ()
    if array.ndim != 2 or len(inner) < 2 or min(inner) < 1 or array.shape[1] != math.prod(inner):
        return array
    return array.reshape(-1, *inner)


def _whole(array: Array, target: np.dtype[Any]) -> Array:
    """Return numbers as integers of a type, if all of them fit; else unchanged."""
    import numpy as np

    if array.dtype.kind == "f":
        if not ((array == np.trunc(array)) & (np.abs(array) < 2.0**63)).all():
            return array
        array = array.astype("int64")
    limits = np.iinfo(target)
    fits = not array.size or (limits.min <= int(array.min()) and int(array.max()) <= limits.max)
    return array.astype(target) if fits else array


def _objects(value: Any, depth: int) -> Array:
    """Return nested lists as an array of objects with `depth` dimensions."""
    import numpy as np

    shape: list[int] = []
    inner = value
    while len(shape) < depth and isinstance(inner, list):
        shape.append(len(inner))
        inner = inner[0] if inner else None
    array: Array
    if len(shape) < depth:
        array = np.asarray(value, dtype="object")
        return array
    array = np.empty(shape, dtype="object")
    for place in np.ndindex(*shape):
        item = value
        for k in place:
            item = item[k]
        array[place] = item
    return array


def _times(value: Any) -> Any:
    if isinstance(value, list):
        return [_times(part) for part in value]
    return "NaT" if value is None else value.removesuffix("Z") if isinstance(value, str) else value


def _decoded(value: Any, what: str) -> Any:
    if isinstance(value, list):
        return [_decoded(part, what) for part in value]
    return bytes_of(value, what) if isinstance(value, str) else value


def _has_text(array: Array) -> bool:
    return any(isinstance(value, str | bool | list | Mapping) for value in array.ravel().tolist())


def _mixes(values: list[Any]) -> bool:
    """Return whether nested lists mix booleans and numbers, which NumPy would convert to numbers."""
    if values and isinstance(values[0], list):
        return any(isinstance(part, list) and _mixes(part) for part in values)
    return any(type(value) is bool for value in values)
