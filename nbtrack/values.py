"""Validate names, params, metrics and tags: each is stored without a change or refused."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import fractions
import math
import numbers
import os
import reprlib
import struct
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError

if TYPE_CHECKING:
    from nbtrack.records import ParamValue

__all__ = ["as_metric", "as_name", "as_param", "as_tag", "as_text", "is_run_id"]

MAX_NAME = 1_000
MAX_TEXT = 1_000_000
_HEXADECIMAL = frozenset("0123456789abcdef")
MAX_INTEGER_BITS = 13_000
"""Python itself refuses to convert longer integers (4,300 digits) to text."""


def as_name(name: Any, what: str = "name") -> str:
    """Return `name` if it can name a param, metric, tag, experiment or run.

    Any Unicode text of 1 to 1,000 characters without NUL and lone surrogates is a name.

    Raises
    ------
    InvalidValueError
        With the reason and what to do.

    Examples
    --------
    >>> as_name("läuft gut")
    'läuft gut'
    """
    if not isinstance(name, str):
        raise InvalidValueError(f"{what} {reprlib.repr(name)} is a {type(name).__name__}; give a string")
    if not name or name.isspace():
        raise InvalidValueError(f"{what} {name!r} is empty; give it at least one visible character")
    if len(name) > MAX_NAME:
        raise InvalidValueError(
            f"{what} {name[:40]!r}... has {len(name):,} characters; shorten it to {MAX_NAME:,} at most"
        )
    return as_text(name, what)


def is_run_id(text: str, least: int = 32) -> bool:
    """Return whether a text can be a run's id, 32 lower-case hexadecimal digits, or a prefix of at `least` this many digits."""
    return least <= len(text) <= 32 and not set(text) - _HEXADECIMAL


def as_text(text: str, what: str = "text") -> str:
    """Return `text` if it can be stored and read back unchanged.

    Raises
    ------
    InvalidValueError
        For NUL characters, lone surrogates and more than a million characters.
    """
    if "\0" in text:
        raise InvalidValueError(f"{what} {text[:40]!r} holds a NUL character; remove it")
    if len(text) > MAX_TEXT:
        raise InvalidValueError(
            f"{what} has {len(text):,} characters; keep more than {MAX_TEXT:,} as an artifact (log_text)"
        )
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InvalidValueError(
            f"{what} {text[:40]!r} is not valid Unicode at character {error.start}; encode it first"
        ) from None
    # A subclass of str (an enum's member, NumPy's str_) must come back as a plain string.
    return str.__str__(text) if type(text) is not str else text


def as_param(value: Any, what: str = "param") -> ParamValue:
    """Return `value` as a number, bool, string or None.

    NumPy and torch scalars become Python numbers; one of fewer bits becomes the shortest number that stands for
    it (`np.float32(0.1)` is 0.1); a `Decimal` or `Fraction` becomes a float if that loses
    nothing, else its text; an `Enum` its value; dates their ISO text; anything else its `str()`, as in
    MLflow.

    Raises
    ------
    InvalidValueError
        For text that cannot be stored (see `as_text`), integers of more than 13,000 bits, and objects
        whose `str()` fails.

    Examples
    --------
    >>> as_param(decimal.Decimal("0.1")), as_param(1 + 2j)
    (0.1, '(1+2j)')
    """
    if value is None or type(value) in (bool, float):
        return value  # type: ignore[no-any-return]
    if isinstance(value, enum.Enum):
        return as_param(value.value, what)
    if isinstance(value, str):
        return as_text(value, what)
    if isinstance(value, int):
        return _as_integer(value, what)
    if isinstance(value, decimal.Decimal | fractions.Fraction):
        return _as_exact_float(value)
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, os.PathLike):
        path = os.fspath(value)
        return as_text(path if isinstance(path, str) else os.fsdecode(path), what)
    plain = _plain_number(value)
    if plain is not None:
        return _as_integer(plain, what) if isinstance(plain, int) else _as_written(plain, value)
    return as_tag(value, what)


def as_tag(value: Any, what: str = "tag") -> str:
    """Return the `str()` of any value, as in MLflow's tags.

    Raises
    ------
    InvalidValueError
        For text that cannot be stored (see `as_text`) and objects whose `str()` fails.
    """
    try:
        text = str(value)
    except Exception as error:  # an object's own __str__ may raise anything
        raise InvalidValueError(
            f"{what}: a {type(value).__name__} cannot be turned into text ({error})"
        ) from error
    return as_text(text, what)


def as_metric(value: Any, what: str = "metric") -> float:
    """Return `value` as a float; NaN and infinities are values like any other, and `"0.5"` is a number as in MLflow.

    Raises
    ------
    InvalidValueError
        For anything that is not one real number, and finite numbers too large for a float.

    Examples
    --------
    >>> as_metric(True), as_metric(decimal.Decimal("0.5"))
    (1.0, 0.5)
    """
    if type(value) is float:
        return value
    if isinstance(value, str):
        value = _number_in(value)
    if isinstance(value, int | float | decimal.Decimal | fractions.Fraction):
        number: bool | int | float | decimal.Decimal | fractions.Fraction | None = value
    else:
        number = _plain_number(value)
    if number is None:
        raise InvalidValueError(
            f"{what}: {reprlib.repr(value)} ({type(value).__name__}) is not one real number; "
            "log a float, or keep it as a param, tag or artifact"
        )
    try:
        result = float(number)
    except OverflowError:
        result = math.inf
    except ValueError:  # a signalling NaN of decimal
        result = math.nan
    if math.isinf(result) and number not in (math.inf, -math.inf):
        raise InvalidValueError(
            f"{what}: this {type(value).__name__} is too large for a float; log its logarithm, or keep it as a param"
        )
    return result


def _as_integer(value: int, what: str) -> int:
    if value.bit_length() > MAX_INTEGER_BITS:
        raise InvalidValueError(
            f"{what}: an integer of {value.bit_length():,} bits cannot be kept; keep its logarithm, or its text as an artifact"
        )
    # A subclass of int must come back as a plain one; a bool stays a bool.
    return value if isinstance(value, bool) else int(value)


def _as_exact_float(value: decimal.Decimal | fractions.Fraction) -> float | str:
    """Return a float if that is exact, else the text."""
    if isinstance(value, fractions.Fraction):
        try:
            number = float(value)
        except OverflowError:
            return str(value)
        return number if fractions.Fraction(number) == value else str(value)
    if value.is_nan():
        return math.nan
    number = float(value)
    return number if decimal.Decimal(repr(number)) == value else str(value)


def _number_in(text: str) -> float | str:
    """Return the number in a text, or the text itself if it is not a number."""
    try:
        return float(text)
    except ValueError:
        return text


_SHORT = {"float16": "e", "float32": "f"}
"""The dtypes of fewer bits than Python's floats, with `struct`'s format."""


def _as_written(number: float, value: Any) -> float:
    """Return the shortest number that rounds to a value of fewer bits."""
    form = _SHORT.get(str(getattr(value, "dtype", "")).rpartition(".")[2])
    if form is None or not math.isfinite(number):
        return number
    packed = struct.pack(form, number)
    shorter = (float(f"{number:.{digits}g}") for digits in range(1, 10))
    return next((one for one in shorter if _packs_to(form, one, packed)), number)


def _packs_to(form: str, number: float, packed: bytes) -> bool:
    try:
        return struct.pack(form, number) == packed
    except OverflowError:  # rounded up beyond the largest
        return False


def _plain_number(value: Any) -> bool | int | float | None:
    """Return a number of another library (0-d or one-element array, tensor) as Python's, or None."""
    if isinstance(value, type):
        return None
    # A masked NumPy value has a meaningless number behind its mask.
    if type(value).__module__.startswith("numpy.ma") and value.mask.all():
        return None
    item = getattr(value, "item", None)
    try:
        if callable(item) and math.prod(getattr(value, "shape", ())) == 1:
            plain = item()
            if isinstance(plain, bool | int | float):
                return plain
        # NumPy's long double and other kinds of real numbers.
        number = float(value) if isinstance(value, numbers.Real) else None
    except (TypeError, ValueError, RuntimeError, OverflowError):  # e.g. a tensor on torch's meta device
        return None
    return None if number is not None and math.isinf(number) and value != number else number
