"""The threads in which a server answers panels, with limits of number and time."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nbtrack.widgets.server.stores import Stores

__all__ = ["MAX_BYTES", "Desk"]

MAX_BYTES = 2 * 1024 * 1024
"""Of a request: the ids of all runs that can be chosen fit in."""
THREADS = 4
MAX_WAITING = 64
"""Requests that are worked on, or wait, at once; a page has a few."""
ANSWER_TIMEOUT = 15.0
"""Seconds after which a request is given back."""
IDLE_INTERVAL = 20.0
"""Seconds between two searches for stores that nobody asks for any more."""


class Desk:
    """The threads in which requests are worked on, and the stores that they have open."""

    def __init__(self) -> None:
        self._threads: ThreadPoolExecutor | None = None
        self._stores: Stores | None = None
        self._closing: asyncio.TimerHandle | None = None
        self._open = 0

    async def answer(self, body: bytes, *, writes: bool = False) -> tuple[int, bytes]:
        """Return the HTTP status and the body of the reply to a request; see `nbtrack.widgets.server.answers.answer`.

        503 means that too many are waiting, or that it takes too long.
        """
        return await self._done(lambda answers: answers.answer(body, writes=writes))

    async def panel(self, folder: Path) -> tuple[int, bytes]:
        """Return the HTTP status, and as JSON what a panel begins with that shows the store at or above a folder."""
        return await self._done(lambda answers: answers.first_panel(folder))

    async def _done(self, work: Callable[[Any], tuple[int, bytes]]) -> tuple[int, bytes]:
        """Have work done in a thread, which is given the module `answers`: nobody imports it before it is needed."""
        if self._open >= MAX_WAITING:
            return _refused(f"{self._open} requests are being worked on; try again later")
        self._open += 1
        done = asyncio.get_running_loop().run_in_executor(self._executor(), self._work, work)
        done.add_done_callback(self._answered)
        try:
            # A thread cannot be stopped: what it does counts as long as it does it.
            return await asyncio.wait_for(asyncio.shield(done), ANSWER_TIMEOUT)
        except TimeoutError:
            return _refused(f"the answer takes longer than {ANSWER_TIMEOUT:g} s here")

    def _answered(self, done: asyncio.Future[Any]) -> None:
        self._open -= 1
        self._tidy_later()
        if not done.cancelled():
            done.exception()  # it was answered, or came too late

    def _executor(self) -> ThreadPoolExecutor:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="nbtrack-server")
        return self._threads

    def _work(self, work: Callable[[Any], tuple[int, bytes]]) -> tuple[int, bytes]:
        from nbtrack.widgets.server import answers

        self._stores = answers.stores
        return work(answers)

    def _tidy_later(self) -> None:
        if self._closing is None:
            self._closing = asyncio.get_running_loop().call_later(IDLE_INTERVAL, self._tidy)

    def _tidy(self) -> None:
        self._closing = None
        if self._stores is not None:
            self._executor().submit(self._stores.close_idle)
            if self._stores.any_open:
                self._tidy_later()


def _refused(why: str) -> tuple[int, bytes]:
    from nbtrack.errors import ServerError
    from nbtrack.widgets.server.answers import refusal

    return 503, refusal(ServerError(why))
