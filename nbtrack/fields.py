"""Values of runs in a field: when they are the same, when they are numbers, when they are missing, and how a page gets them.

Numbers are compared by value: 1 is 1.0, 0.0 is -0.0, and NaN is NaN. True is not a number, a number is not text, and
None, a valid param, is not the same as a missing value. Every view that shows that runs differ, and every list of
groups, uses these functions.
"""

from __future__ import annotations

import enum
import math
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable

__all__ = [
    "MISSING",
    "Missing",
    "differ",
    "distinct",
    "identity",
    "is_finite",
    "is_number",
    "is_ordered",
    "same",
    "sent",
    "strict",
]


class Missing(enum.Enum):
    """Stands for the value of a field that a run does not have."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING

_MAX_EXACT = 2**53
"""Above it, JavaScript rounds whole numbers."""
_MAX_DIGITS = 100
"""Digits of a whole number that is sent as such; no screen shows more, and `str` refuses thousands."""


def is_number(value: object) -> TypeGuard[int | float]:
    """Return whether a value is a number, including NaN."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_ordered(value: object) -> TypeGuard[int | float]:
    """Return whether a value can be ordered among numbers: any number but NaN."""
    return is_number(value) and value == value  # noqa: PLR0124 - of an integer of any size, too


def is_finite(value: object) -> TypeGuard[int | float]:
    """Return whether a value is a number that a float can hold, neither NaN nor infinite."""
    try:
        return is_number(value) and math.isfinite(value)
    except OverflowError:
        return False


def identity(value: Any) -> Hashable:
    """Return a key that is equal for values that are the same.

    Examples
    --------
    >>> identity(1) == identity(1.0), identity(1) == identity(True), identity(1) == identity("1")
    (True, False, False)
    >>> nan = float("nan")
    >>> identity(nan) == identity(nan), identity(None) == identity(MISSING)
    (True, False)
    """
    kind = type(value)
    # Asked for each value of a store: the exact types are found soonest.
    if kind is float or kind is int or is_number(value):
        return "number", value if value == value else "nan"  # noqa: PLR0124
    if value is None or isinstance(value, bool | str | Missing):
        return type(value).__name__, value
    try:
        hash(value)
    except TypeError:
        return type(value).__name__, repr(value)
    return "other", value


def same(one: Any, other: Any) -> bool:
    """Return whether two values are the same."""
    return identity(one) == identity(other)


def differ(values: Iterable[Any]) -> bool:
    """Return whether the values are not all the same.

    Examples
    --------
    >>> differ([0.5, 0.5]), differ([0.5, MISSING]), differ([1, True])
    (False, True, True)
    """
    return len(distinct(list(values))) > 1


def distinct(values: Collection[Any]) -> set[Hashable]:
    """Return the identities of the values, each once.

    Examples
    --------
    >>> len(distinct([1, 1.0, True, "1", MISSING]))
    4
    """
    kinds = set(map(type, values))
    # Python takes True for 1; where that cannot be mistaken, equal values are looked at once.
    if bool not in kinds and kinds <= {int, float, str, Missing, NoneType}:
        values = set(values)
    return set(map(identity, values))


def sent(value: Any, most: int | None = None) -> Any:
    """Return a value as every page gets it in JSON, exactly.

    A number that JSON or JavaScript would change is a list of its text, None an empty list, `MISSING` null. Of a text
    there are `most` characters. Files for other programs have `strict` values.

    Examples
    --------
    >>> sent(0.5), sent("a"), sent(None), sent(MISSING)
    (0.5, 'a', [], None)
    >>> sent(2**60), sent(float("nan"))
    (['1152921504606846976'], ['nan'])
    """
    if value is MISSING:
        return None
    if value is None:
        return []
    if isinstance(value, bool):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else [str(value)]
    if isinstance(value, int):
        return value if -_MAX_EXACT <= value <= _MAX_EXACT else [_digits(value)]
    text = str(value)
    return text if most is None or len(text) <= most else f"{text[:most]}…"


def strict(value: Any) -> Any:
    """Return a value as JSON for other programs has it, which read numbers of any size, but not NaN and infinities.

    Examples
    --------
    >>> strict(2**60), strict(float("nan"))
    (1152921504606846976, 'nan')
    """
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _digits(value: int) -> str:
    return str(value) if abs(value) < 10**_MAX_DIGITS else f"{value:#x}"[: 5 * _MAX_DIGITS]
