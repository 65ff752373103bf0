"""Watches what a cell prints and draws, after it has gone to the stream and the front end."""

from __future__ import annotations

import base64
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["OutputWatch"]

_MAX_TAIL_CHARACTERS = 20_000
_MAX_FIGURES = 20
_MAX_FIGURE_BYTES = 5_000_000
_IMAGES = {"image/png": "png", "image/jpeg": "jpg", "image/svg+xml": "svg"}


class OutputWatch:
    """Keeps the tail of what a cell prints, and the figures that it shows.

    Parameters
    ----------
    shell
        The IPython shell.
    feeds
        Called with each text as it is written: the first with standard output, the second with standard error.
    """

    def __init__(self, shell: Any, *feeds: Callable[[str], None]) -> None:
        self.figures: list[tuple[str, bytes]] = []
        self._feeds = list(feeds)
        self._pieces: list[str] = []
        self._length = 0
        self._streams: list[_WatchedStream] = []
        # Only kernels' publishers have hooks; a terminal shows no figures.
        self._publishers = [p for p in (shell.display_pub, shell.displayhook) if hasattr(p, "register_hook")]

    def begin(self) -> None:
        """Watch from now on."""
        for publisher in self._publishers:
            publisher.register_hook(self._published)
        self._streams = [_WatchedStream(sys.stdout, self._printed)]
        if sys.stderr is not sys.stdout:
            self._streams.append(_WatchedStream(sys.stderr, lambda text: self._feed(1, text)))

    def end(self) -> None:
        """Leave streams and publishers as they were."""
        for publisher in self._publishers:
            publisher.unregister_hook(self._published)
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

    def _published(self, message: dict[str, Any]) -> dict[str, Any]:
        data = message.get("content", {}).get("data", {})
        for kind, ending in _IMAGES.items():
            if kind in data and len(self.figures) < _MAX_FIGURES:
                body = data[kind]
                try:
                    content = body.encode() if ending == "svg" else base64.b64decode(body)
                except (TypeError, ValueError, AttributeError):
                    break  # shown as an image, but not valid image data
                if len(content) <= _MAX_FIGURE_BYTES:
                    self.figures.append((ending, content))
                break
        return message


def _ignore(_text: str) -> None:
    return None


class _WatchedStream:
    """Calls a function with everything that is written to a stream.

    It wraps the stream's `write` instead of replacing the stream: a logging handler or a thread that refers to the
    stream is watched, too, and does not keep a replacement afterwards.
    """

    def __init__(self, stream: Any, tell: Callable[[str], None]) -> None:
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
