"""Watches what code prints, after it has gone to the stream."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["StreamWatch"]

_MAX_TAIL_CHARACTERS = 20_000


class StreamWatch:
    """Keeps the tail of what is printed, and has it read.

    Parameters
    ----------
    feeds
        Called with each text as it is written: the first with standard output, the second with standard error.
    """

    def __init__(self, *feeds: Callable[[str], None]) -> None:
        self._feeds = list(feeds)
        self._pieces: list[str] = []
        self._length = 0
        self._streams: list[_WatchedStream] = []

    def begin(self) -> None:
        """Watch from now on."""
        for stream, tell in ((sys.stdout, self._printed), (sys.stderr, lambda text: self._feed(1, text))):
            if stream is not None and all(stream is not one.stream for one in self._streams):
                self._streams.append(_WatchedStream(stream, tell))

    def end(self) -> None:
        """Leave the streams as they were."""
        for stream in self._streams:
            stream.end()
        self._streams = []

    @property
    def tail(self) -> str:
        """The end of what was printed, at most 20,000 characters."""
        return "".join(self._pieces)[-_MAX_TAIL_CHARACTERS:]

    def _printed(self, text: str) -> None:
        self._pieces.append(text)
        self._length += len(text)
        if self._length > 4 * _MAX_TAIL_CHARACTERS:
            self._pieces = [self.tail]
            self._length = len(self._pieces[0])
        self._feed(0, text)

    def _feed(self, number: int, text: str) -> None:
        try:
            self._feeds[number](text)
        except Exception:  # noqa: BLE001 - the user's print must not fail because nbtrack reads it
            self._feeds[number] = _ignore


def _ignore(_text: str) -> None:
    return None


class _WatchedStream:
    """Calls a function with everything that is written to a stream.

    It wraps the stream's `write` instead of replacing the stream: a logging handler or a thread that refers to the
    stream is watched, too, and does not keep a replacement afterwards.
    """

    def __init__(self, stream: Any, tell: Callable[[str], None]) -> None:
        self.stream = stream
        self._stream: Any = stream
        write = stream.write

        def watched(text: str) -> Any:
            written = write(text)
            # Another library may have wrapped this function, and goes on calling it after `end`.
            if self._stream is stream and isinstance(text, str):
                tell(text)
            return written

        # IPython sets its own functions on the stream in the same way.
        self._given = getattr(stream, "__dict__", {}).get("write")
        self._watched = watched
        try:
            stream.write = watched
        except AttributeError:
            self._stream = None

    def end(self) -> None:
        """Leave the stream as it was."""
        stream, self._stream = self._stream, None
        if stream is None or vars(stream).get("write") is not self._watched:
            return
        if self._given is None:
            del stream.write
        else:
            stream.write = self._given
