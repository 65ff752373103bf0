"""What watches a running cell: loop counters, series and scores.

The hooks stand in the cell's syntax tree only while it runs, under names in `builtins` that no user
can spell, so the user's namespace, pickles and compiled functions never hold them. Each returns its
argument unchanged and never raises.
"""

from __future__ import annotations

import builtins
import itertools
from array import array
from collections import deque
from typing import TYPE_CHECKING, Any

from nbtrack.capture.foreign import forgiving, peek
from nbtrack.capture.number import as_number, shown_number
from nbtrack.capture.watch.stream import Stream
from nbtrack.clock import now
from nbtrack.points import Points, Ramp, numbers

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Hooks", "KeySite", "LoopCounter", "Observed", "ScoreSite"]

_KEYS = frozenset({str, int, float, bool})
_MISFITS = 16
"""Values that are no numbers before a site is given up."""

_nothing = [].clear
"""Takes no argument, does nothing, and is quick to call."""
_numbers = itertools.count(1)


class Hooks:
    """Functions lent to a cell's code through `builtins`, and taken back when it ends."""

    def __init__(self) -> None:
        self._names: list[str] = []

    def lend(self, function: Callable[..., Any]) -> str:
        """Make `function` callable from the cell and return the name for it."""
        # The blanks keep the name out of reach of any source text.
        name = f"nbtrack hook {next(_numbers)}"
        setattr(builtins, name, function)
        self._names.append(name)
        return name

    def lend_once(self, function: Callable[[], Any]) -> str:
        """Lend a function for its first call; later calls of the name do nothing, in next to no time."""
        name = self.lend(function)

        def once() -> None:
            function()
            setattr(builtins, name, _nothing)

        setattr(builtins, name, once)
        return name

    def take_back(self) -> None:
        """Remove every function that was lent."""
        for name in self._names:
            builtins.__dict__.pop(name, None)
        self._names.clear()


class LoopCounter:
    """Counts a loop's iterations, for the sites whose own number of values does not tell it."""

    __slots__ = ("count", "hook", "inner", "marks", "readers", "streaming")

    _MARKS = 10_000

    def __init__(self) -> None:
        self.count = -1
        self.hook = ""
        """The name that the ticker is lent under."""
        self.readers = 0
        """How many sites ask for the count."""
        self.inner: list[Observed] = []
        self.streaming = False
        """Whether a stream counts in its place."""
        self.marks: list[int] = []

    @property
    def begun(self) -> bool:
        """Whether the loop's body was begun at all."""
        return self.count >= 0 or any(one.touched for one in self.inner) or self.streaming

    def ticker(self) -> Callable[[], None]:
        """Return the function that stands at the top of the loop's body."""
        if not self.inner:

            def tick() -> None:
                self.count += 1

            return tick

        first, marks = self.inner[0], self.marks

        def tick_outer() -> None:
            self.count += 1
            if len(marks) < self._MARKS:
                marks.append(first.counted + len(first.values))

        return tick_outer


class Observed:
    """One name's values over a loop; each drain takes what has come since the last.

    Between drains a value waits in a list; a site whose values are all floats is handed the list's own
    `append`, so that an observation costs one call into C. Where a loop's iterations are counted for one such
    site alone, they go into a list with its values and are counted by the drains. Times are told by the drains, which a
    thread makes every tenth of a second: values that came between two of them are spread evenly.

    Parameters
    ----------
    name
        What the series is called.
    loop
        Counts the loop that holds the assignment; None where every iteration gives one value.
    """

    __slots__ = (
        "_drained", "_misfits", "_steps", "_stream", "counted", "hook", "loop", "name", "parts", "values",
    )  # fmt: skip

    _PARTS = 20
    _FLOATS = 8
    """Float values in a row after which a site is taken to give nothing else."""

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
        self._drained = now()

    @property
    def touched(self) -> bool:
        """Whether it was handed a value, be it no number."""
        told = self.counted or self.values or self._misfits or self.parts
        return bool(told) or self._stream is not None

    def observer(self) -> Callable[[Any], None]:
        """Return the function that is handed each new value.

        It gives nothing back: a statement's value is shown where IPython is told to show them all.
        """
        return self._observe

    def reader(self, namespace: dict[str, Any]) -> Callable[[], None]:
        """Return the function that keeps a running sum's value just before it is reset."""
        fresh = True

        def read() -> None:
            nonlocal fresh
            # The first reset has nothing before it that this cell made.
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
            self._other(value)
            return
        if self.loop is not None:
            self._steps.append(self.loop.count)
        self.values.append(number)
        if self.counted + len(self.values) >= self._FLOATS:
            self._settle(floats=issubclass(type(value), float) and not self._misfits)

    def _settle(self, *, floats: bool) -> None:
        """Have the next values observed in the quickest way, now that it shows what they are."""
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
        """Keep the numbers of a dict of results each as a series of its own; count what is none."""
        parts = _parts(value, self._PARTS)
        if parts is not None:
            for key, number in parts.items():
                self.parts.setdefault(key, Observed(f"{self.name}.{key}", self.loop)).add(number)
            return
        self._misfits += 1
        if self._misfits >= _MISFITS and self._misfits > self.counted + len(self.values):
            # Takes anything, costs little, keeps nothing and gives nothing back.
            setattr(builtins, self.hook, deque(maxlen=0).append)

    def drain(self) -> Points:
        """Take what has come since the last call."""
        # A list's slice and its deletion are one step each for other threads: no append gets lost.
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
            # A site that began with floats has come to give something else: keep what is a number.
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


@forgiving()
def _parts(value: Any, limit: int) -> dict[str, float] | None:
    """Return the numbers of a small dict by name, or None for anything else."""
    if not issubclass(type(value), dict) or len(value) > limit:
        return None
    numbers = {key: as_number(inner) for key, inner in value.items() if isinstance(key, str)}
    return {key: number for key, number in numbers.items() if number is not None}


@forgiving(list)
def _scores(value: Any) -> list[tuple[int, float]]:
    """Return the entries of a short array of scores that are numbers."""
    if peek(value, "ndim", 0) != 1 or not 2 <= len(value) <= 1_000:
        return []
    numbers = [(step, as_number(one)) for step, one in enumerate(value)]
    return [(step, number) for step, number in numbers if number is not None]


class ScoreSite:
    """One call in the cell whose result is a score that no name keeps.

    Parameters
    ----------
    function
        The scoring function's own name.
    subject
        What was scored: the estimator's variable, if the source says so.
    split
        `train`, `test` or `val`, if the arguments say so.
    loop
        The innermost loop around the call.
    suffix
        What a reduction around the call adds to its name (`_std`).
    label
        The name that the text beside it gives it.
    whole
        Whether a short array of scores is one score an entry.
    """

    __slots__ = ("function", "label", "loop", "points", "split", "subject", "suffix", "whole")

    def __init__(
        self,
        function: str,
        subject: str | None = None,
        split: str | None = None,
        loop: LoopCounter | None = None,
        *,
        suffix: str = "",
        label: str | None = None,
        whole: bool = True,
    ) -> None:
        self.function = function
        self.subject = subject
        self.split = split
        self.loop = loop
        self.suffix = suffix
        self.label = label
        self.whole = whole
        self.points: list[tuple[str | None, int, float, float]] = []

    def observer(self, namespace: dict[str, Any]) -> Callable[[Any], Any]:
        """Return the function that is handed each score and gives it back."""
        points, loop, subject = self.points, self.loop, self.subject

        def observe(value: Any) -> Any:
            if len(points) >= 1_000_000:
                return value
            number = shown_number(value)
            moment = now()
            scored = None
            if loop is not None and subject is not None:
                scored = type(namespace.get(subject)).__name__
            if number is not None:
                points.append((scored, loop.count if loop else 0, moment, number))
            elif self.whole and loop is None:
                points.extend((scored, step, moment, part) for step, part in _scores(value))
            return value

        return observe


class KeySite:
    """The keys by which a container is changed.

    Parameters
    ----------
    keys
        Takes them, as text.
    """

    __slots__ = ("keys",)

    _KEPT = 1_000

    def __init__(self, keys: set[str]) -> None:
        self.keys = keys

    def observer(self) -> Callable[[Any], Any]:
        """Return the function that is handed each key and gives it back."""
        keys = self.keys

        def observe(key: Any) -> Any:
            # Of other types the text may be anybody's code.
            if type(key) in _KEYS and len(keys) < self._KEPT:
                keys.add(str(key))
            return key

        return observe
