"""The address that panels ask, guarded as the server's own API is."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado.web import HTTPError, authenticated, stream_request_body

if TYPE_CHECKING:
    from nbtrack.widgets.server.stores import Stores

__all__ = ["AskHandler", "Desk"]

MAX_BYTES = 2 * 1024 * 1024
"""Of a request: the ids of all runs that can be chosen fit in."""
THREADS = 4
MAX_WAITING = 64
"""Requests that are worked on, or wait, at once; a page has a few."""
ANSWER_TIMEOUT = 15.0
"""Seconds after which a request is given back to the kernel, which has no such limit."""
IDLE_INTERVAL = 20.0
"""Seconds between two searches for stores that nobody asks for any more."""


class Desk:
    """The threads in which requests are worked on, and the stores that they have open."""

    def __init__(self) -> None:
        self._threads: ThreadPoolExecutor | None = None
        self._stores: Stores | None = None
        self._closing: asyncio.TimerHandle | None = None
        self._open = 0

    async def answer(self, body: bytes) -> tuple[int, bytes]:
        """Return the HTTP status and the body of the reply to a request.

        Raises
        ------
        HTTPError
            When too many are waiting, or it takes too long.
        """
        if self._open >= MAX_WAITING:
            raise HTTPError(503, f"{self._open} requests are being worked on; try again later")
        self._open += 1
        work = asyncio.get_running_loop().run_in_executor(self._executor(), self._work, body)
        work.add_done_callback(self._answered)
        try:
            # A thread cannot be stopped: what it does counts as long as it does it.
            return await asyncio.wait_for(asyncio.shield(work), ANSWER_TIMEOUT)
        except TimeoutError:
            raise HTTPError(
                503, f"the answer takes longer than {ANSWER_TIMEOUT:g} s here; the kernel has it"
            ) from None

    def _answered(self, work: asyncio.Future[tuple[int, bytes]]) -> None:
        self._open -= 1
        self._tidy_later()
        if not work.cancelled():
            work.exception()  # it was answered, or came too late

    def _executor(self) -> ThreadPoolExecutor:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="nbtrack-server")
        return self._threads

    def _work(self, body: bytes) -> tuple[int, bytes]:
        from nbtrack.widgets.server.answers import answer, stores

        self._stores = stores
        return answer(body)

    def _tidy_later(self) -> None:
        if self._closing is None:
            self._closing = asyncio.get_running_loop().call_later(IDLE_INTERVAL, self._tidy)

    def _tidy(self) -> None:
        self._closing = None
        if self._stores is not None:
            self._executor().submit(self._stores.close_idle)
            if self._stores.any_open:
                self._tidy_later()


@stream_request_body
class AskHandler(APIHandler):
    """Answers a request that a panel's kernel has no time for."""

    # A panel looks by itself whether there is something new: that is nobody's activity.
    _track_activity = False

    def initialize(self, desk: Desk) -> None:
        """Take what all requests share."""
        self._desk = desk
        self._body = bytearray()

    async def prepare(self) -> None:  # type: ignore[override]
        """Let nobody in whom the server's own API would not, and nothing that is too large."""
        await super().prepare()
        if not self.current_user:
            # Here and not in `post`: the body is not read, either, of who may not ask.
            raise HTTPError(403)
        length = self.request.headers.get("Content-Length", "0")
        if length.isdecimal() and int(length) > MAX_BYTES:
            raise HTTPError(413, f"a request has {MAX_BYTES:,} bytes at most, not {int(length):,}")
        connection: Any = self.request.connection
        connection.set_max_body_size(MAX_BYTES)

    def data_received(self, chunk: bytes) -> None:
        """Keep a part of the body."""
        self._body += chunk

    # Whoever may run code in a kernel can read every store that the server can: nobody else may ask.
    @authenticated
    @authorized("execute", "kernels")  # type: ignore[untyped-decorator]
    async def post(self) -> None:
        """Answer a request."""
        status, reply = await self._desk.answer(bytes(self._body))
        self.set_status(status)
        self.set_header("Cache-Control", "no-store")
        await self.finish(reply)
