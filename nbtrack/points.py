"""A metric's points on their way from a loop to the store; computable steps and times take no memory."""

from __future__ import annotations

import sys
from array import array
from typing import TYPE_CHECKING, Any, NamedTuple, overload

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Points", "Ramp", "numbers"]

_MIN_NUMPY_NUMBERS = 1_000
"""Numbers from which on NumPy is faster."""


class Ramp:
    """Evenly spaced floats, like a `range` of integers.

    Examples
    --------
    >>> list(Ramp(0.5, 0.25, 3))
    [0.5, 0.75, 1.0]
    """

    __slots__ = ("_count", "start", "step")

    def __init__(self, start: float, step: float, count: int) -> None:
        self.start, self.step, self._count = start, step, count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[float]:
        return (self.start + self.step * i for i in range(self._count))

    @overload
    def __getitem__(self, index: int) -> float: ...
    @overload
    def __getitem__(self, index: slice) -> Ramp: ...
    def __getitem__(self, index: int | slice) -> float | Ramp:
        places = range(self._count)[index]
        if isinstance(places, int):
            return self.start + self.step * places
        return Ramp(self.start + self.step * places.start, self.step * places.step, len(places))


class Points(NamedTuple):
    """Points of a metric, as three columns of equal length.

    Attributes
    ----------
    steps
        An array of type ``q``, or a range.
    times
        Seconds since the epoch: an array of type ``d``, or a ramp.
    values
        An array of type ``d``.
    """

    steps: array[int] | range
    times: array[float] | Ramp
    values: array[float]

    @classmethod
    def at(cls, time: float, values: Sequence[float]) -> Points:
        """Return one point per value, with steps from 0, all at the same time."""
        return cls(range(len(values)), Ramp(time, 0, len(values)), array("d", values))

    @classmethod
    def joined(cls, parts: Sequence[Points]) -> Points:
        """Return the points of all parts in order; steps that form one range stay a range."""
        if len(parts) == 1:
            return parts[0]
        steps: array[int] | range | None = _one_range([part.steps for part in parts])
        if steps is None:
            steps = array("q")
            for part in parts:
                steps.extend(numbers(part.steps))
        times, values = array("d"), array("d")
        for part in parts:
            times.extend(numbers(part.times))
            values.extend(part.values)
        return cls(steps, times, values)


@overload
def numbers(column: array[int] | range) -> array[int]: ...
@overload
def numbers(column: array[float] | Ramp) -> array[float]: ...
def numbers(column: array[Any] | range | Ramp) -> array[Any]:
    """Return a column as an array; for a long one, NumPy is used if it is loaded, which takes a quarter of the time."""
    if isinstance(column, array):
        return column
    typecode = "q" if isinstance(column, range) else "d"
    numpy = sys.modules.get("numpy")
    if numpy is None or len(column) < _MIN_NUMPY_NUMBERS:
        return array(typecode, column)
    places = numpy.arange(len(column))
    spread = column.start + column.step * places
    result = array(typecode)
    result.frombytes(spread.astype(typecode).tobytes())
    return result


def _one_range(parts: Sequence[array[int] | range]) -> range | None:
    """Return the range that consecutive ranges form, or None."""
    whole = range(0)
    for part in parts:
        if not isinstance(part, range):
            return None
        if not whole:
            whole = part
        elif part:
            end = whole.start + whole.step * len(whole)
            if part.start != end or part.step != whole.step:
                return None
            whole = range(whole.start, end + whole.step * len(part), whole.step)
    return whole
