"""The iterations of a loop and the values of a name in it, in one list in chronological order."""

from __future__ import annotations

import struct
import sys
from array import array
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Stream"]

# Marks the beginning of an iteration. It is a float, so that a list of marks and values converts to an array without
# changes, and a NaN that no computation produces, so that it can be found there.
_BITS = 0x7FF8_6E62_7472_6B01
_TICK: float = struct.unpack("=d", struct.pack("=q", _BITS))[0]


class Stream:
    """Values from some of a loop's iterations, each with the iteration's number.

    In the loop, `tick` and `append` are both calls into C; the counting is done by the drains.

    Parameters
    ----------
    step
        The number of the current iteration; -1 if none has begun.

    Examples
    --------
    >>> stream = Stream(-1)
    >>> for i in range(6):
    ...     stream.tick()
    ...     if i % 2:
    ...         stream.append(i / 2)
    >>> stream.drain(float)
    (array('q', [1, 3, 5]), array('d', [0.5, 1.5, 2.5]))
    """

    __slots__ = ("_events", "_step", "append", "tick")

    def __init__(self, step: int) -> None:
        self._events: list[Any] = []
        self._step = step
        self.append: Callable[[Any], None] = self._events.append
        self.tick: Callable[[], None] = partial(self._events.append, _TICK)

    def drain(self, number: Callable[[Any], float | None]) -> tuple[array[int], array[float]]:
        """Take the steps and values since the last call.

        Parameters
        ----------
        number
            Converts a value that is not a float to a number, or to None.
        """
        # A list's slice and its deletion are one step each for other threads: no append gets lost.
        n = len(self._events)
        taken = self._events[:n]
        del self._events[:n]
        numpy = sys.modules.get("numpy")
        try:
            events = array("d", taken) if numpy is not None else None
        except TypeError:  # the name holds something else now
            events = None
        if events is None or not n:
            return self._one_by_one(taken, number)
        content = numpy.frombuffer(events)  # type: ignore[union-attr]
        places = numpy.flatnonzero(content.view(numpy.int64) != _BITS)  # type: ignore[union-attr]
        # All entries before a value that are not values are ticks.
        reached = places - numpy.arange(-self._step, len(places) - self._step)  # type: ignore[union-attr]
        self._step += n - len(places)
        return array("q", reached.astype("q").tobytes()), array("d", content[places].tobytes())

    def _one_by_one(
        self, events: list[Any], number: Callable[[Any], float | None]
    ) -> tuple[array[int], array[float]]:
        steps, values = array("q"), array("d")
        for event in events:
            if event is _TICK:
                self._step += 1
            elif (value := number(event)) is not None:
                steps.append(self._step)
                values.append(value)
        return steps, values
