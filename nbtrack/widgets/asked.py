"""A widget that its page asks for things."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import anywidget

from nbtrack.errors import InvalidValueError
from nbtrack.widgets.replies import accepted, failed, request_id

if TYPE_CHECKING:
    from nbtrack.widgets.replies import Reply

__all__ = ["AskedWidget"]


class AskedWidget(anywidget.AnyWidget):
    """A widget whose requests are answered in threads: what takes long never holds up the kernel.

    A subclass has `_read`, which returns a message as a request or raises `InvalidValueError`, and `_answer`, which
    replies with `_say`.
    """

    _threads = "nbtrack-widget"
    """What the names of its threads begin with."""
    _failed = staticmethod(failed)
    """Makes the reply to a request that failed."""

    def __init__(self, **state: Any) -> None:
        # One thread at a time speaks to the page.
        self._speaking = threading.RLock()
        super().__init__(**state)
        self.on_msg(self._receive)

    def _read(self, content: Any) -> Any:
        raise NotImplementedError

    def _answer(self, request: Any) -> None:
        raise NotImplementedError

    def _receive(self, _widget: Any, content: Any, _buffers: Any) -> None:
        try:
            request = self._read(content)
        except InvalidValueError as error:
            self._say(self._failed(request_id(content), error))
            return
        self._say(accepted(request["id"]))
        name = f"{self._threads}-{request['kind']}"
        threading.Thread(target=self._answer, args=(request,), name=name, daemon=True).start()

    def _say(self, reply: Reply) -> None:
        with self._speaking:
            self.send(reply)
