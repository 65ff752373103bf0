"""Recognise numbers among the values of a cell, and the new items of a list of numbers."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from nbtrack.capture.containers import readable
from nbtrack.capture.foreign import FAULTS, forgiving, peek
from nbtrack.capture.lazy_data import is_lazy

__all__ = ["Measure", "as_number", "as_numbers", "shown_number"]

_MISSING = object()


def as_number(value: Any) -> float | None:
    """Return a real number or a 0-d array or tensor as a float, anything else as None.

    Examples
    --------
    >>> as_number(3), as_number(True), as_number("3")
    (3.0, None, None)
    """
    kind = type(value)
    if kind is float:
        return value  # type: ignore[no-any-return]
    try:
        if issubclass(kind, float):
            return float.__float__(value)
        if kind is bool:
            return None
        if issubclass(kind, int):
            return float(value)
        return _foreign_number(value)
    except FAULTS:  # foreign code, or an integer too large: whatever it raises, this is no number
        return None


def _foreign_number(value: Any) -> float | None:
    shape = peek(value, "shape", _MISSING)
    if shape is _MISSING:
        # A scalar with a gradient, as in autograd tutorials, has its number in `data`.
        data = peek(value, "data") if peek(value, "grad", _MISSING) is not _MISSING else None
        return data if isinstance(data, float) else None
    return _item(value) if shape == () else None


def _item(value: Any) -> float | None:
    item = peek(value, "item")
    if not callable(item) or is_lazy(value):
        return None
    plain = item()
    return None if isinstance(plain, bool) or not isinstance(plain, int | float) else float(plain)


def as_numbers(values: Any) -> list[float] | None:
    """Return a list's items as floats, or None if one is not a number."""
    numbers = []
    for item in readable(values):
        number = as_number(item)
        if number is None:
            return None
        numbers.append(number)
    return numbers


@forgiving()
def shown_number(value: Any) -> float | None:
    """Return a number, also from an array of one, which looks like a number when shown."""
    number = as_number(value)
    if number is None and math.prod(peek(value, "shape", (0,))) == 1:
        return _item(value)
    return number


class Measure(NamedTuple):
    """A number, or a list of numbers, in a container: enough to see later what is new."""

    length: int
    first: Any
    last: Any

    @classmethod
    def of(cls, values: Any) -> Measure:
        """Return the measure of a list, or of a number as a list of one."""
        return (
            cls(len(values), as_number(values[0]), as_number(values[-1]))
            if len(values)
            else cls(0, None, None)
        )

    def news(self, values: list[float]) -> list[float]:
        """Return the new items of a list: all of them, if the earlier ones have changed."""
        same = not self.length or (
            len(values) >= self.length and values[0] == self.first and values[self.length - 1] == self.last
        )
        return values[self.length :] if same else values
