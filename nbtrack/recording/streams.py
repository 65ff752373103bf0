"""Watches what code prints, after it has gone to the stream."""

from __future__ import annotations

import math
import os
import sys
import threading
import time
from itertools import groupby
from typing import TYPE_CHECKING, Any

from nbtrack.clock import now

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["StreamWatch"]

_MAX_TAIL_CHARACTERS = 20_000
_PAUSE = 0.05
"""Seconds for which text waits, to be read together with what is printed in them."""


class StreamWatch:
    """Keeps the tail of what is printed, and has it read.

    A text only joins a list when it is written. What waits there is read when something is printed after the pause, or at
    the end: a program that prints fast does not pay for each line.

    Parameters
    ----------
    feeds
        Called with text, and the times between which it was written: the first with that of standard output, the second
        with that of standard error.
    """

    def __init__(self, *feeds: Callable[[str, float, float], None]) -> None:
        self._feeds = list(feeds)
        self._tail: list[str] = []
        self._length = 0
        self._streams: list[_WatchedStream] = []
        self.waiting: list[Any] = []
        """What was written: texts to standard output, and those to standard error in tuples."""
        self.due = 0.0
        """When what waits is to be read."""
        self._since = now()
        self._reading = threading.Lock()
        self._process = os.getpid()

    def begin(self) -> None:
        """Watch from now on."""
        for stream, is_error in ((sys.stdout, False), (sys.stderr, True)):
            if stream is not None and all(stream is not one.stream for one in self._streams):
                self._streams.append(_WatchedStream(stream, self, is_error=is_error))

    def end(self) -> None:
        """Leave the streams as they were, and read what waits."""
        for stream in self._streams:
            stream.end()
        self._streams = []
        self.turn()
        self.due = math.inf

    @property
    def tail(self) -> str:
        """The end of what was printed, at most 20,000 characters; known once it has ended."""
        return "".join(self._tail)[-_MAX_TAIL_CHARACTERS:]

    def turn(self) -> None:
        """Read what waits, and begin a pause."""
        # Who prints while this reads, in a thread or a signal's handler, is read the next time.
        if not self._reading.acquire(blocking=False):
            return
        try:
            until = now()
            since, self._since = self._since, until
            self.due = time.monotonic() + _PAUSE
            # Slicing and deleting the slice are one step each for other threads: no text is lost.
            number = len(self.waiting)
            taken = self.waiting[:number]
            del self.waiting[:number]
            if os.getpid() == self._process:  # else what a forked child prints is its own
                self._read(taken, since, min(until, since + _PAUSE))
        finally:
            self._reading.release()

    def _read(self, taken: list[Any], since: float, until: float) -> None:
        for kind, texts in groupby(taken, type):
            if kind is tuple:
                self._feed(1, "".join(text for (text,) in texts if isinstance(text, str)), since, until)
            elif issubclass(kind, str):
                self._printed("".join(texts), since, until)

    def _printed(self, text: str, since: float, until: float) -> None:
        self._tail.append(text[-_MAX_TAIL_CHARACTERS:])
        self._length += len(self._tail[-1])
        if self._length > 4 * _MAX_TAIL_CHARACTERS:
            self._tail = [self.tail]
            self._length = len(self._tail[0])
        self._feed(0, text, since, until)

    def _feed(self, number: int, text: str, since: float, until: float) -> None:
        try:
            self._feeds[number](text, since, until)
        except Exception:  # noqa: BLE001 - the user's print must not fail because nbtrack reads it
            self._feeds[number] = _ignore


def _forget(_text: Any) -> None:
    return None


def _ignore(_text: str, _since: float, _until: float) -> None:
    return None


class _WatchedStream:
    """Puts everything that is written to a stream into a list.

    It wraps the stream's `write` instead of replacing the stream: a logging handler or a thread that refers to the
    stream is watched, too, and does not keep a replacement afterwards.
    """

    def __init__(self, stream: Any, watch: StreamWatch, *, is_error: bool) -> None:
        self.stream = stream
        self._stream: Any = stream
        write, clock, keep = stream.write, time.monotonic, watch.waiting.append

        def watched(text: str) -> Any:
            written = write(text)
            if clock() >= watch.due:
                watch.turn()
            keep(text)
            return written

        def watched_error(text: str) -> Any:
            written = write(text)
            if clock() >= watch.due:
                watch.turn()
            keep((text,))
            return written

        def forget() -> None:
            nonlocal keep
            keep = _forget

        # Another library may have wrapped what is put here, and goes on calling it after `end`.
        self._forget = forget
        # IPython sets its own functions on the stream in the same way.
        self._given = getattr(stream, "__dict__", {}).get("write")
        self._watched = watched_error if is_error else watched
        try:
            stream.write = self._watched
        except AttributeError:
            self._stream = None

    def end(self) -> None:
        """Leave the stream as it was."""
        self._forget()
        stream, self._stream = self._stream, None
        if stream is None or vars(stream).get("write") is not self._watched:
            return
        if self._given is None:
            del stream.write
        else:
            stream.write = self._given
