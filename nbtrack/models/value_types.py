"""Check single values against MLflow's types, including those inside lists and objects."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import math
from collections.abc import Mapping
from typing import Any

from nbtrack.errors import SchemaError
from nbtrack.models.schema import TYPES

__all__ = ["bytes_of", "checked"]

_RANGES = {"integer": 2**31, "long": 2**63}
_LARGEST_FLOAT = 3.4028234663852886e38


def checked(value: Any, kind: str, detail: Mapping[str, Any] | None, what: str, *, text: bool = False) -> Any:
    """Check a value against its type, and return it converted.

    Parameters
    ----------
    kind, detail
        The type, and the types of its parts, as in `Column`.
    what
        The value's description in an error.
    text
        Whether it comes from JSON or CSV, in which dates are text and bytes are base64.

    Raises
    ------
    SchemaError
        When it is of another type, or cannot be cast without changing it.
    """
    detail = detail or {}
    if kind == "any" or value is None:
        return value
    if kind == "array":
        return _array(value, detail, what, text=text)
    if kind == "object":
        return _object(value, detail.get("properties") or {}, what, text=text)
    if kind == "map":
        part_type = detail.get("values") or {"type": "any"}
        _is_a(value, Mapping, "an object", what)
        return _same(
            value,
            {name: _part(part, part_type, f"{what}, {name!r},", text=text) for name, part in value.items()},
        )
    if kind not in TYPES:
        return value
    return _scalar(value, kind, what, text=text)


def _part(value: Any, part_type: Mapping[str, Any], what: str, *, text: bool) -> Any:
    detail = {name: part for name, part in part_type.items() if name not in ("type", "required", "name")}
    return checked(value, str(part_type.get("type", "any")), detail, what, text=text)


def _array(value: Any, detail: Mapping[str, Any], what: str, *, text: bool) -> Any:
    if hasattr(value, "dtype") and hasattr(value, "tolist"):
        for item in value.tolist():
            _part(item, detail.get("items") or {}, f"an item of {what}", text=text)
        return value
    _is_a(value, list | tuple, "a list", what)
    items = [_part(item, detail.get("items") or {}, f"an item of {what}", text=text) for item in value]
    return value if all(new is old for new, old in zip(items, value, strict=True)) else items


def _object(value: Any, known: Mapping[str, Any], what: str, *, text: bool) -> Any:
    _is_a(value, Mapping, "an object", what)
    missing = [
        name
        for name, part_type in known.items()
        if part_type.get("required", True) and value.get(name) is None
    ]
    if missing:
        raise SchemaError(f"{what} lacks {', '.join(map(repr, missing))}")
    more = [name for name in value if name not in known]
    if more and known:
        raise SchemaError(f"{what} has {', '.join(map(repr, more))}, which the model does not know")
    parts = {
        name: _part(part, known.get(name, {}), f"{what}, {name!r},", text=text)
        for name, part in value.items()
    }
    return _same(value, parts)


def _same(value: Any, parts: dict[str, Any]) -> Any:
    return value if all(parts[name] is value[name] for name in value) else parts


def _is_a(value: Any, kind: Any, called: str, what: str) -> None:
    if not isinstance(value, kind):
        raise SchemaError(f"{what} holds {value!r}"[:300] + f", and the model takes {called}")


def _scalar(value: Any, kind: str, what: str, *, text: bool) -> Any:
    plain = value.item() if hasattr(value, "item") and not hasattr(value, "isoformat") else value
    given = type(plain)
    if kind in _RANGES:
        if text and given is float and plain.is_integer() and abs(plain) < 2.0**63:
            plain = int(plain)
        if isinstance(plain, int) and given is not bool and -_RANGES[kind] <= plain < _RANGES[kind]:
            return value if plain is value or hasattr(value, "item") else plain
    elif kind in ("float", "double"):
        if given is int and abs(plain) <= 2**53:
            return float(plain)
        if given.__name__ == "Decimal":
            return value
        if isinstance(plain, float) and (
            kind == "double" or not math.isfinite(plain) or abs(plain) <= _LARGEST_FLOAT
        ):
            return value
    elif kind == "boolean":
        if given is bool:
            return value
    elif kind == "string":
        if (
            isinstance(plain, str | bytes)
            or (isinstance(plain, float) and math.isnan(plain))
            or _is_na(plain)
        ):
            return value
    elif kind == "binary":
        if text and isinstance(plain, str):
            return bytes_of(plain, what)
        if isinstance(plain, bytes | bytearray | str):
            return value
    elif kind == "datetime":
        if hasattr(plain, "isoformat") or isinstance(plain, dt.date):
            return value
        if isinstance(plain, str):
            return _date(plain, what)
        if type(value).__name__ == "datetime64":
            return value
    raise SchemaError(
        f"{what} holds {value!r}"[:300] + f", and the model takes {_TYPE_NAMES.get(kind, kind)}"
    )


_TYPE_NAMES = {"string": "text"}


def _is_na(value: Any) -> bool:
    return type(value).__name__ in ("NAType", "NaTType")


def _date(text: str, what: str) -> Any:
    import pandas as pd

    try:
        return pd.Timestamp(text)
    except (ValueError, OverflowError) as error:
        raise SchemaError(
            f"{what} holds a value that is not a date ({error}); write 2026-11-25T12:00:00"
        ) from error


def bytes_of(text: str, what: str) -> bytes:
    """Decode base64.

    Raises
    ------
    SchemaError
        When it is invalid.
    """
    try:
        # Encoders insert line breaks.
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise SchemaError(f"{what} holds a value that is not base64 ({error})") from error
