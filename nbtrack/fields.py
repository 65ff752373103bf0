"""Values of runs in a field: when they are the same, when they are numbers, when they are missing.

Numbers are compared by value: 1 is 1.0, 0.0 is -0.0, and NaN is NaN. True is not a number, a number is not text, and
None, a valid param, is not the same as a missing value. Every view that shows that runs differ, and every list of
groups, uses these functions.
"""

from __future__ import annotations

import enum
import math
from typing import TYPE_CHECKING, Any, Final, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

__all__ = ["MISSING", "Missing", "differ", "identity", "is_finite", "is_number", "is_ordered", "same"]


class Missing(enum.Enum):
    """Stands for the value of a field that a run does not have."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING


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
    if is_number(value):
        return "number", value if is_ordered(value) else "nan"
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
    return len(set(map(identity, values))) > 1
