"""Uvicorn's HTTP, with limits on what a client may send before its request is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbtrack.serving.answer import error_body

if TYPE_CHECKING:
    import asyncio

__all__ = ["protocol"]

_HEADER_BYTES = 65_536
_TOO_MUCH = f"the headers have more than {_HEADER_BYTES:,} bytes"


def protocol(patience: float) -> type[asyncio.Protocol]:
    """Return the protocol of a connection: its headers must come within so many seconds, and be of modest size."""
    try:
        from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol as Base
    except ImportError:  # another Python than CPython
        from uvicorn.protocols.http.h11_impl import H11Protocol

        return H11Protocol

    class Limited(Base):
        _timer: asyncio.TimerHandle | None = None
        _size = 0
        _inside = False
        """Whether a request has begun and not ended."""
        _refused = False

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._expect()

        def connection_lost(self, exc: Exception | None) -> None:
            self._settled()
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            if self._refused:
                return
            if self._timer is None and not self._inside:
                self._expect()
            self._size += len(data)
            super().data_received(data)
            # Whatever is still without the end of its headers is all headers.
            if self._timer is not None and self._size > _HEADER_BYTES:
                self._refuse(431, _TOO_MUCH)

        def on_message_begin(self) -> None:
            self._inside = True
            super().on_message_begin()

        def on_headers_complete(self) -> None:
            self._settled()
            if sum(len(name) + len(value) for name, value in self.headers) > _HEADER_BYTES:
                self._refuse(431, _TOO_MUCH)
            if not self._refused:
                super().on_headers_complete()

        def on_body(self, body: bytes) -> None:
            if not self._refused:
                super().on_body(body)

        def on_message_complete(self) -> None:
            self._inside = False
            if not self._refused:
                super().on_message_complete()

        def send_400_response(self, msg: str) -> None:
            self._refuse(400, msg)

        def _idle(self) -> bool:
            cycle: Any = self.cycle  # None before the first request
            return cycle is None or bool(cycle.response_complete)

        def _expect(self) -> None:
            self._size = 0
            self._timer = self.loop.call_later(patience, self._late)

        def _settled(self) -> None:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

        def _late(self) -> None:
            self._timer = None
            if not self._idle():
                self._expect()
            elif self._size:
                self._refuse(408, f"no request came within {patience:g} s")
            else:
                self.transport.close()

        def _refuse(self, status: int, message: str) -> None:
            if self._refused:
                return
            self._refused = True
            self._settled()
            body = error_body(status, message)
            head = (
                f"HTTP/1.1 {status} Refused\r\ncontent-type: application/json\r\n"
                f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
            )
            self.transport.write(head.encode() + body)
            self.transport.close()

    return Limited
