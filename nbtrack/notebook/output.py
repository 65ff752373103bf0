"""Watches what a cell prints and draws, after it has gone to the stream and the front end."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from nbtrack.recording.streams import StreamWatch

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["OutputWatch"]

_MAX_FIGURES = 20
_MAX_FIGURE_BYTES = 5_000_000
_IMAGES = {"image/png": "png", "image/jpeg": "jpg", "image/svg+xml": "svg"}


class OutputWatch(StreamWatch):
    """Keeps the tail of what a cell prints, and the figures that it shows.

    Parameters
    ----------
    shell
        The IPython shell.
    feeds
        Called with what is written, and when: the first with standard output, the second with standard error.
    """

    def __init__(self, shell: Any, *feeds: Callable[[str, float, float], None]) -> None:
        super().__init__(*feeds)
        self.figures: list[tuple[str, bytes]] = []
        # Only kernels' publishers have hooks; a terminal shows no figures.
        self._publishers = [p for p in (shell.display_pub, shell.displayhook) if hasattr(p, "register_hook")]

    def begin(self) -> None:
        """Watch from now on."""
        for publisher in self._publishers:
            publisher.register_hook(self._published)
        super().begin()

    def end(self) -> None:
        """Leave streams and publishers as they were."""
        for publisher in self._publishers:
            publisher.unregister_hook(self._published)
        super().end()

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
