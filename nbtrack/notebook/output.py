"""What a cell prints and draws, seen in passing: the stream and the front end get it first."""

from __future__ import annotations

import base64
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["OutputWatch"]

_TAIL = 20_000
_FIGURES = 20
_FIGURE_BYTES = 5_000_000
_IMAGES = {"image/png": "png", "image/jpeg": "jpg", "image/svg+xml": "svg"}


class OutputWatch:
    """Keeps the tail of what a cell prints, and the figures that it shows.

    Parameters
    ----------
    shell
        The IPython shell.
    feeds
        Are handed each piece of text as it is written: to standard output, and to standard error, where logs go.
    """

    def __init__(self, shell: Any, *feeds: Callable[[str], None]) -> None:
        self.figures: list[tuple[str, bytes]] = []
        self._feeds = list(feeds)
        self._pieces: list[str] = []
        self._length = 0
        self._streams: list[_Watched] = []
        # Only kernels' publishers have hooks; a terminal shows no figures.
        self._publishers = [p for p in (shell.display_pub, shell.displayhook) if hasattr(p, "register_hook")]

    def begin(self) -> None:
        """Watch from now on."""
        for publisher in self._publishers:
            publisher.register_hook(self._published)
        self._streams = [_Watched(sys.stdout, self._printed)]
        if sys.stderr is not sys.stdout:
            self._streams.append(_Watched(sys.stderr, lambda text: self._feed(1, text)))

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
        return "".join(self._pieces)[-_TAIL:]

    def _printed(self, text: str) -> None:
        self._pieces.append(text)
        self._length += len(text)
        if self._length > 4 * _TAIL:
            self._pieces = [self.tail]
            self._length = len(self._pieces[0])
        self._feed(0, text)

    def _feed(self, number: int, text: str) -> None:
        try:
            self._feeds[number](text)
        except Exception:  # noqa: BLE001 - the user's print must not fail for nbtrack's reading of it
            self._feeds[number] = _ignore

    def _published(self, message: dict[str, Any]) -> dict[str, Any]:
        data = message.get("content", {}).get("data", {})
        for kind, ending in _IMAGES.items():
            if kind in data and len(self.figures) < _FIGURES:
                body = data[kind]
                try:
                    content = body.encode() if ending == "svg" else base64.b64decode(body)
                except (TypeError, ValueError, AttributeError):
                    break  # what was shown as an image is none
                if len(content) <= _FIGURE_BYTES:
                    self.figures.append((ending, content))
                break
        return message


def _ignore(_text: str) -> None:
    return None


class _Watched:
    """A stream of which somebody is told what is written to it.

    On the stream itself, not in its place: whoever holds the stream (a logging handler, a thread) goes on
    writing to it, and nobody is left with a stand-in afterwards.
    """

    def __init__(self, stream: Any, tell: Callable[[str], None]) -> None:
        self._stream: Any = stream
        write = stream.write

        def watched(text: str) -> Any:
            written = write(text)
            # Who has put a function of his own around this one goes on calling it.
            if self._stream is stream and isinstance(text, str):
                tell(text)
            return written

        # IPython puts functions of its own on the stream in the same way.
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
