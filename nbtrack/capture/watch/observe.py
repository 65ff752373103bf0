"""Watch a running cell: loop counters, series and scores.

The hooks are in the cell's syntax tree only while it runs, under names in `builtins` that no user
can write, so the user's namespace, pickles and compiled functions never contain them. Each returns its
argument unchanged and never raises.
"""

from __future__ import annotations

import builtins
import itertools
from array import array
from collections import deque
from typing import TYPE_CHECKING, Any

from nbtrack.capture.number import as_number, shown_number
from nbtrack.capture.source.grammar import HOOK
from nbtrack.capture.watch.returned import named_numbers, of_results
from nbtrack.capture.watch.stream import Stream
from nbtrack.clock import now
from nbtrack.points import Points, Ramp, numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Hooks", "KeySite", "LoopCounter", "Observed"]

_KEYS = frozenset({str, int, float, bool})
_MAX_MISFITS = 16
"""Values that are not numbers after which a site is no longer observed."""

_no_op = [].clear
"""A function without arguments that does nothing, and is fast to call."""
_numbers = itertools.count(1)


class Hooks:
    """Functions that a cell's code can call through `builtins`, until it ends."""

    def __init__(self) -> None:
        self._names: list[str] = []

    def lend(self, function: Callable[..., Any]) -> str:
        """Make `function` callable from the cell and return the name for it."""
        name = f"{HOOK} {next(_numbers)}"
        setattr(builtins, name, function)
        self._names.append(name)
        return name

    def lend_once(self, function: Callable[[], Any]) -> str:
        """Lend a function for its first call only; later calls of the name do nothing, at almost no cost."""
        name = self.lend(function)

        def once() -> None:
            function()
            setattr(builtins, name, _no_op)

        setattr(builtins, name, once)
        return name

    def take_back(self) -> None:
        """Remove every function that was lent."""
        for name in self._names:
            builtins.__dict__.pop(name, None)
        self._names.clear()


class LoopCounter:
    """Counts a loop's iterations, for sites that do not have one value per iteration."""

    __slots__ = ("count", "hook", "inner", "marks", "readers", "streaming")

    _MAX_MARKS = 10_000

    def __init__(self) -> None:
        self.count = -1
        self.hook = ""
        """The name under which the ticker is lent."""
        self.readers = 0
        """How many sites need the count."""
        self.inner: list[Observed] = []
        self.streaming = False
        """Whether a stream counts instead."""
        self.marks: list[int] = []

    @property
    def begun(self) -> bool:
        """Whether the loop's body was entered at all."""
        return self.count >= 0 or any(one.touched for one in self.inner) or self.streaming

    def ticker(self) -> Callable[[], None]:
        """Return the function that is called at the top of the loop's body."""
        if not self.inner:

            def tick() -> None:
                self.count += 1

            return tick

        first, marks = self.inner[0], self.marks

        def tick_outer() -> None:
            self.count += 1
            if len(marks) < self._MAX_MARKS:
                marks.append(first.counted + len(first.values))

        return tick_outer


class Observed:
    """One name's values over a loop; each drain takes the values since the last.

    Between drains values wait in a list; a site whose values are all floats calls the list's own
    `append`, so that an observation costs one call into C. If a loop's iterations are counted for one such
    site alone, they go into a list with its values and are counted by the drains. Times come from the drains, which a
    thread makes every tenth of a second: the times of values between two drains are spread evenly.

    Parameters
    ----------
    name
        The name of the series.
    loop
        The counter of the loop with the assignment; None if every iteration gives one value.
    """

    __slots__ = (
        "_arrays", "_drained", "_misfits", "_steps", "_stream", "counted", "hook", "loop", "name", "parts", "values",
    )  # fmt: skip

    _MAX_PARTS = 30
    _MIN_FLOATS = 8
    """Consecutive float values after which a site is assumed to give only floats."""

    def __init__(self, name: str, loop: LoopCounter | None = None) -> None:
        self.name = name
        self.loop = loop
        self.values: list[Any] = []
        self.hook = ""
        self.counted = 0
        self.parts: dict[str, Observed] = {}
        self._steps: list[int] = []
        self._stream: Stream | None = None
        self._misfits = 0
        self._arrays = False
        self._drained = now()

    @property
    def touched(self) -> bool:
        """Whether it received any value, even one that is not a number."""
        has_values = self.counted or self.values or self._misfits or self.parts
        return bool(has_values) or self._stream is not None

    def observer(self) -> Callable[[Any], None]:
        """Return the function that receives each new value.

        It returns None, because IPython may be set to show the value of every statement.
        """
        return self._observe

    def reader(self, namespace: dict[str, Any]) -> Callable[[], None]:
        """Return the function that keeps a running sum's value just before it is reset."""
        fresh = True

        def read() -> None:
            nonlocal fresh
            # Before the first reset there is nothing from this cell.
            if not fresh:
                self.add(namespace.get(self.name))
            fresh = False

        return read

    def add(self, value: Any) -> None:
        """Keep one value if it is a number."""
        number = as_number(value)
        if number is not None:
            if self.loop is not None:
                self._steps.append(self.loop.count)
            self.values.append(number)

    def _observe(self, value: Any) -> None:
        number = as_number(value)
        if number is None:
            number = shown_number(value)  # an array of one
            if number is None:
                self._other(value)
                return
            self._arrays = True
        if self.loop is not None:
            self._steps.append(self.loop.count)
        self.values.append(number)
        if self.counted + len(self.values) >= self._MIN_FLOATS:
            self._settle(floats=issubclass(type(value), float) and not self._misfits)

    def _settle(self, *, floats: bool) -> None:
        """Switch to the fastest way to observe the next values, now that their type is known."""
        loop = self.loop
        if loop is None:
            if floats:
                setattr(builtins, self.hook, self.values.append)
        elif floats and loop.readers == 1 and not loop.inner:
            self._stream = Stream(loop.count)
            loop.streaming = True
            setattr(builtins, loop.hook, self._stream.tick)
            setattr(builtins, self.hook, self._stream.append)
        else:
            setattr(builtins, self.hook, self._stepping(loop))

    def _stepping(self, loop: LoopCounter) -> Callable[[Any], None]:
        step, keep = self._steps.append, self.values.append

        def observe(value: Any) -> None:
            number = value if type(value) is float else as_number(value)
            if number is not None:
                step(loop.count)
                keep(number)
            else:
                self._other(value)

        return observe

    def _other(self, value: Any) -> None:
        """Keep each number of a dict of results as a separate series; count other values as misfits."""
        parts = named_numbers(value)
        if parts is not None:
            self._split({key: parts[key] for key in of_results(self.name, parts)})
            return
        if self._arrays and not self._misfits and not self.counted:
            # Of arrays that grow, the first had one item by chance.
            self.values.clear()
            self._steps.clear()
        self._misfits += 1
        if self._misfits >= _MAX_MISFITS and self._misfits > self.counted + len(self.values):
            # Accepts anything at little cost, keeps nothing and returns None.
            setattr(builtins, self.hook, deque(maxlen=0).append)

    def _split(self, parts: Mapping[str, float]) -> None:
        for key, number in parts.items():
            part = self.parts.get(key)
            if part is None and len(self.parts) < self._MAX_PARTS:
                part = self.parts[key] = Observed(f"{self.name}.{key}", self.loop)
            if part is not None:
                part.add(number)

    def drain(self) -> Points:
        """Take the values since the last call."""
        # For other threads, slicing a list and deleting the slice are one step each: no append is lost.
        n = len(self.values)
        taken = self.values[:n]
        del self.values[:n]
        until = now()
        since, self._drained = self._drained, until
        steps: array[int] | range
        if self.loop is None:
            steps = range(self.counted, self.counted + n)
        else:
            steps = array("q", self._steps[:n])
            del self._steps[:n]
        self.counted += n
        try:
            values = array("d", taken)
        except TypeError:
            # A site that began with floats has given something else: keep only numbers.
            pairs = [(step, as_number(value)) for step, value in zip(steps, taken, strict=True)]
            steps = array("q", (step for step, number in pairs if number is not None))
            values = array("d", (number for _, number in pairs if number is not None))
        if self._stream is not None:
            later, more = self._stream.drain(as_number)
            self.counted += len(more)
            steps = numbers(steps) + later
            values.extend(more)
        width = (until - since) / max(len(values), 1)
        return Points(steps, Ramp(since + width, width, len(values)), values)


class KeySite:
    """The keys under which a container is changed.

    Parameters
    ----------
    keys
        The set that collects them, as text.
    """

    __slots__ = ("keys",)

    _MAX_KEYS = 1_000

    def __init__(self, keys: set[str]) -> None:
        self.keys = keys

    def observer(self) -> Callable[[Any], Any]:
        """Return the function that receives each key and returns it."""
        keys = self.keys

        def observe(key: Any) -> Any:
            # To convert other types to text could run the user's code.
            if type(key) in _KEYS and len(keys) < self._MAX_KEYS:
                keys.add(str(key))
            return key

        return observe
