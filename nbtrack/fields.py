"""What runs have in a field: when it is the same, when it is a number, when it is not there.

Numbers are compared by value: 1 is 1.0, 0.0 is -0.0, and NaN is NaN. True is no number, a number is no text, and None,
which a param may be, is not the same as no value. Every view that says that runs differ, and every list of groups,
asks here.
"""

from __future__ import annotations

import enum
import math
from typing import TYPE_CHECKING, Any, Final, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

__all__ = ["MISSING", "Missing", "differ", "identity", "is_finite", "is_number", "is_ordered", "same"]


class Missing(enum.Enum):
    """That a run does not have the field."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING


def is_number(value: object) -> TypeGuard[int | float]:
    """Return whether a value is a number, be it NaN."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_ordered(value: object) -> TypeGuard[int | float]:
    """Return whether a value has a place among numbers: any of them but NaN."""
    return is_number(value) and value == value  # noqa: PLR0124 - of an integer of any size, too


def is_finite(value: object) -> TypeGuard[int | float]:
    """Return whether a value is a number that a float can hold, neither NaN nor infinite."""
    try:
        return is_number(value) and math.isfinite(value)
    except OverflowError:
        return False


def identity(value: Any) -> Hashable:
    """Return what is equal for values that are the same.

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
    """Return whether two runs with these values have the same."""
    return identity(one) == identity(other)


def differ(values: Iterable[Any]) -> bool:
    """Return whether not all runs have the same.

    Examples
    --------
    >>> differ([0.5, 0.5]), differ([0.5, MISSING]), differ([1, True])
    (False, True, True)
    """
    return len(set(map(identity, values))) > 1
