"""One request over ASGI and the answer to it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from nbtrack.widgets.server.desk import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Message = dict[str, Any]
    Headers = list[tuple[bytes, bytes]]

__all__ = ["Exchange", "GoneError", "RefusedError"]

BODY_TIMEOUT = 30.0
"""Seconds that a request's body may take."""

_ALWAYS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
]


class RefusedError(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, message: str, headers: Headers | None = None) -> None:
        super().__init__(message)
        self.status, self.headers = status, headers or []


class GoneError(Exception):
    """The visitor has gone."""


@dataclass
class Exchange:
    """One request, and what is said to it."""

    scope: Message
    receive: Callable[[], Awaitable[Message]]
    send: Callable[[Message], Awaitable[None]]
    headers: dict[bytes, bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.headers = dict(self.scope["headers"])

    @property
    def path(self) -> bytes:
        """The path as it was sent, not decoded."""
        path: bytes = self.scope["raw_path"]
        return path.partition(b"?")[0]

    @property
    def query(self) -> list[tuple[str, str]]:
        """The names and values after `?`."""
        return parse_qsl(self.scope["query_string"].decode("latin-1"), keep_blank_values=True)

    @property
    def bodiless(self) -> bool:
        """Whether only the headers are asked for."""
        return bool(self.scope["method"] == "HEAD")

    def check_method(self, *methods: str) -> None:
        """Refuse any other method."""
        if self.scope["method"] not in methods:
            allowed = ", ".join(methods)
            raise RefusedError(405, f"this address takes {allowed}", [(b"allow", allowed.encode())])

    async def body(self) -> bytes:
        """Return the request's body.

        Raises
        ------
        RefusedError, GoneError
            When it is too large or too slow, or its sender has gone.
        """
        length = self.headers.get(b"content-length", b"0")
        size = int(length) if length.isdigit() else 0
        body = bytearray()
        more = True
        try:
            async with asyncio.timeout(BODY_TIMEOUT):
                while more and max(size, len(body)) <= MAX_BYTES:
                    message = await self.receive()
                    if message["type"] == "http.disconnect":
                        raise GoneError
                    body += message.get("body", b"")
                    more = message.get("more_body", False)
        except TimeoutError:
            raise RefusedError(408, f"the request did not come within {BODY_TIMEOUT:g} s") from None
        if max(size, len(body)) > MAX_BYTES:
            raise RefusedError(413, f"a request has {MAX_BYTES:,} bytes at most")
        return bytes(body)

    async def gone(self) -> None:
        """Wait until the visitor has gone."""
        while (await self.receive())["type"] != "http.disconnect":
            pass

    async def start(self, status: int, headers: Headers) -> None:
        """Send status and headers."""
        known = {name for name, _ in headers}
        always = [(name, value) for name, value in _ALWAYS if name not in known]
        await self.send({"type": "http.response.start", "status": status, "headers": [*headers, *always]})

    async def piece(self, body: bytes, *, more: bool) -> None:
        """Send a part of the body; it waits for a visitor who takes it slowly."""
        await self.send({"type": "http.response.body", "body": body, "more_body": more})

    async def say(self, status: int, body: bytes, headers: Headers) -> None:
        """Send a whole answer."""
        await self.start(status, [*headers, (b"content-length", b"%d" % len(body))])
        await self.piece(b"" if self.bodiless else body, more=False)
