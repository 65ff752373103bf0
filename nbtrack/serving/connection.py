"""Uvicorn's HTTP, with limits on what a client may send besides bodies, and on how long it may take."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from nbtrack.serving.answer import error_body

if TYPE_CHECKING:
    import asyncio

__all__ = ["Limited", "protocol"]

_HEADER_BYTES = 65_536
_TOO_MUCH = f"the headers have more than {_HEADER_BYTES:,} bytes"


class _At(Enum):
    """What the next byte of a connection belongs to."""

    BETWEEN = 0
    """No request has begun, or the last one is whole."""
    HEAD = 1
    BODY = 2
    """Also what stands between the pieces of a body, and after them."""


class Limited(HttpToolsProtocol):
    """A connection: what is no body must come in time and be of modest size, whichever request it belongs to."""

    patience: ClassVar = 30.0
    """Seconds that the headers of a request may take, and the rest of a body that nobody waits for any more."""
    most: ClassVar = 1000
    """How many connections there may be."""

    _timer: asyncio.TimerHandle | None = None
    _at = _At.BETWEEN
    _size = 0
    """Bytes since a request began or a piece of its body came; those of the same packet are not counted."""
    _refused = False
    _owed: tuple[int, str] | None = None
    """A refusal that comes after the answers to earlier requests."""

    def connection_made(self, transport: Any) -> None:
        """Let a client in, if there are not too many."""
        super().connection_made(transport)
        if len(self.connections) > self.most:
            self._refuse(503, "too many connections are open; try again")
        else:
            self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        """Take notice that the client has gone."""
        self._settled()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take a packet; where it leaves a request half said, the time for the rest begins."""
        if self._refused:
            return
        self._size += len(data)
        super().data_received(data)
        if self._size > _HEADER_BYTES:
            self._refuse(431, _TOO_MUCH)
        elif self._timer is None and self._is_half_said():
            self._expect()

    def on_message_begin(self) -> None:
        """Count anew."""
        self._at, self._size = _At.HEAD, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Hand a request over."""
        if self._refused:
            return
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > _HEADER_BYTES:
            self._refuse(431, _TOO_MUCH)
            return
        self._settled()
        self._at = _At.BODY
        super().on_headers_complete()
        self.headers = []  # for trailers: the request may be looked at already, and they are no headers of it

    def on_body(self, body: bytes) -> None:
        """Hand over a piece of a body."""
        self._size = 0
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Take notice that a request is whole."""
        if self._refused:
            return
        self._settled()
        self._at, self._size = _At.BETWEEN, 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Go on with what came after the request that is answered now."""
        last = not self.pipeline
        super().on_response_complete()
        if not last or self.transport.is_closing():
            return
        if self._owed is not None:
            self._say(*self._owed)
        elif self._at is _At.BODY and self._timer is None:
            # The answer did not need all of the body; the rest is read, for clients read no answer before it is sent.
            self._expect()

    def shutdown(self) -> None:
        """Stop: who has asked is answered, who is still speaking is not waited for."""
        if self._refused or self._at is _At.BETWEEN:
            super().shutdown()
        else:
            self._refuse(503, "the server is stopping")

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP."""
        self._refuse(400, msg)

    def _is_half_said(self) -> bool:
        """Return whether something should follow soon."""
        # Uvicorn's own timer ends with any byte: with an empty line, or the rest of a body that nobody asked for.
        unasked = bool(self._size) or self._is_answered()
        return not self._refused and (self._at is _At.HEAD or (self._at is _At.BETWEEN and unasked))

    def _is_answered(self) -> bool:
        """Return whether every request that was handed over has its answer."""
        cycle: Any = self.cycle  # None before the first request
        return cycle is None or bool(cycle.response_complete)

    def _expect(self) -> None:
        self._timer = self.loop.call_later(self.patience, self._late)

    def _settled(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _late(self) -> None:
        self._timer = None
        if self._at is _At.BODY:
            self.transport.close()
        elif not self._is_answered():
            self._expect()
        elif self._at is _At.HEAD:
            self._refuse(408, f"no request came within {self.patience:g} s")
        else:
            self.transport.close()

    def _refuse(self, status: int, message: str) -> None:
        """Read no more, and say why: at once, or after the answers that are owed to earlier requests."""
        if self._refused:
            return
        self._refused = True
        self._settled()
        if self._at is not _At.BODY:
            if self._is_answered():
                self._say(status, message)
            else:
                self._owed = (status, message)
        elif self.pipeline:
            self.pipeline.popleft()  # its own: nobody has begun to answer it
            self._owed = (status, message)
        elif self.cycle.response_started:
            self.transport.close()
        else:
            # Whoever waits for the rest of the body is told that there is none.
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


def protocol(patience: float, most: int) -> type[Limited]:
    """Return the protocol of connections with limits of their own, for uvicorn passes none on."""
    return type("Limited", (Limited,), {"patience": patience, "most": most})
