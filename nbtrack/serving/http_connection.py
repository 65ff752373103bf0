"""Uvicorn's HTTP connections, with limits on the size of headers and on how long a client may take."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from nbtrack.serving.responses import error_body

if TYPE_CHECKING:
    import asyncio

__all__ = ["LimitedConnection", "protocol"]

_MAX_HEADER_BYTES = 65_536
_TOO_MUCH = f"the headers have more than {_MAX_HEADER_BYTES:,} bytes"


class _Position(Enum):
    """The part of a request that the next byte of a connection belongs to."""

    BETWEEN = 0
    """No request has begun, or the last one is complete."""
    HEAD = 1
    BODY = 2
    """Includes chunk headers and trailers."""


class LimitedConnection(HttpToolsProtocol):
    """A connection that limits the time and the size of everything but bodies."""

    timeout: ClassVar = 30.0
    """Seconds for the headers of a request, and for the rest of a body that the answer did not need."""
    max_connections: ClassVar = 1000
    """How many connections there may be."""

    _timer: asyncio.TimerHandle | None = None
    _at = _Position.BETWEEN
    _size = 0
    """Bytes since a request began or a piece of its body arrived, without those of the same packet."""
    _refused = False
    _pending_refusal: tuple[int, str] | None = None
    """A refusal to send after the answers to earlier requests."""

    def connection_made(self, transport: Any) -> None:
        """Accept a client, if there are not too many."""
        super().connection_made(transport)
        if len(self.connections) > self.max_connections:
            self._refuse(503, "too many connections are open; try again")
        else:
            self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timer of a client that has gone."""
        self._cancel_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Handle a packet; if it leaves a request incomplete, start the timer for the rest."""
        if self._refused:
            return
        self._size += len(data)
        super().data_received(data)
        if self._size > _MAX_HEADER_BYTES:
            self._refuse(431, _TOO_MUCH)
        elif self._timer is None and self._is_incomplete():
            self._start_timer()

    def on_message_begin(self) -> None:
        """Reset the count of bytes."""
        self._at, self._size = _Position.HEAD, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Pass a request on, unless its headers are too large."""
        if self._refused:
            return
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > _MAX_HEADER_BYTES:
            self._refuse(431, _TOO_MUCH)
            return
        self._cancel_timer()
        self._at = _Position.BODY
        super().on_headers_complete()
        self.headers = []  # trailers go to a new list: the application may have read the headers already

    def on_body(self, body: bytes) -> None:
        """Pass a piece of a body on."""
        self._size = 0
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Stop the timer: the request is complete."""
        if self._refused:
            return
        self._cancel_timer()
        self._at, self._size = _Position.BETWEEN, 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Go on with what came after the request that was just answered."""
        last = not self.pipeline
        super().on_response_complete()
        if not last or self.transport.is_closing():
            return
        if self._pending_refusal is not None:
            self._say(*self._pending_refusal)
        elif self._at is _Position.BODY and self._timer is None:
            # The answer did not need the whole body. The rest is read, because clients send it before they read the answer.
            self._start_timer()

    def shutdown(self) -> None:
        """Stop: complete requests are answered, incomplete ones are refused."""
        if self._refused or self._at is _Position.BETWEEN:
            super().shutdown()
        else:
            self._refuse(503, "the server is stopping")

    def send_400_response(self, msg: str) -> None:
        """Refuse a request that is not valid HTTP."""
        self._refuse(400, msg)

    def _is_incomplete(self) -> bool:
        """Return whether more of a request should follow soon."""
        # Any byte stops Uvicorn's own timer, even an empty line or the rest of a body that was not needed.
        unasked = bool(self._size) or self._is_answered()
        return not self._refused and (
            self._at is _Position.HEAD or (self._at is _Position.BETWEEN and unasked)
        )

    def _is_answered(self) -> bool:
        """Return whether every request that was passed on has its answer."""
        cycle: Any = self.cycle  # None before the first request
        return cycle is None or bool(cycle.response_complete)

    def _start_timer(self) -> None:
        self._timer = self.loop.call_later(self.timeout, self._on_timeout)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _on_timeout(self) -> None:
        self._timer = None
        if self._at is _Position.BODY:
            self.transport.close()
        elif not self._is_answered():
            self._start_timer()
        elif self._at is _Position.HEAD:
            self._refuse(408, f"no request came within {self.timeout:g} s")
        else:
            self.transport.close()

    def _refuse(self, status: int, message: str) -> None:
        """Stop reading, and send an error: at once, or after the answers to earlier requests."""
        if self._refused:
            return
        self._refused = True
        self._cancel_timer()
        if self._at is not _Position.BODY:
            if self._is_answered():
                self._say(status, message)
            else:
                self._pending_refusal = (status, message)
        elif self.pipeline:
            self.pipeline.popleft()  # this request: nobody has begun to answer it
            self._pending_refusal = (status, message)
        elif self.cycle.response_started:
            self.transport.close()
        else:
            # The application, which waits for the rest of the body, sees a disconnect.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
            self._say(status, message)

    def _say(self, status: int, message: str) -> None:
        body = error_body(status, message)
        retry = "retry-after: 1\r\n" if status == 503 else ""
        head = (
            f"HTTP/1.1 {status} Refused\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\n{retry}connection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()


def protocol(timeout: float, max_connections: int) -> type[LimitedConnection]:
    """Return a protocol class with these limits, because uvicorn cannot pass arguments to one."""
    return type(
        "LimitedConnection", (LimitedConnection,), {"timeout": timeout, "max_connections": max_connections}
    )
