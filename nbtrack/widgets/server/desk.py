"""The threads in which a server answers panels, with limits of number and time."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from nbtrack.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType

    from nbtrack.widgets.server.stores import Stores

__all__ = ["MAX_BYTES", "Desk"]

MAX_BYTES = 2 * 1024 * 1024
"""Of a request: the ids of all runs that can be chosen fit in."""
THREADS = 4
MAX_WAITING = 64
"""Requests that are worked on, or wait, at once, where nothing else is said; a page has a few."""
ANSWER_TIMEOUT = 15.0
"""Seconds after which a request is given back."""
IDLE_INTERVAL = 20.0
"""Seconds between two searches for stores that nobody asks for any more."""

_Answer = TypeVar("_Answer")


class Desk:
    """The threads in which requests are worked on, and the stores that they have open.

    Parameters
    ----------
    store
        The folder of the only store that it answers about; None for any.
    waiting
        How many requests may be worked on, or wait, at once.
    """

    def __init__(self, store: Path | None = None, waiting: int = MAX_WAITING) -> None:
        self._store, self._waiting = store, waiting
        self._threads: ThreadPoolExecutor | None = None
        self._stores: Stores | None = None
        self._closing: asyncio.TimerHandle | None = None
        self._open = 0

    async def answer(self, body: bytes, *, writes: bool = False) -> tuple[int, bytes]:
        """Return the HTTP status and the body of the reply to a request; see `nbtrack.widgets.server.answers.answer`.

        503 means that too many are waiting, or that it takes too long.
        """
        return await self._done(lambda: _answering().answer(body, writes=writes, only=self._store))

    async def panel(self, place: Path) -> tuple[int, bytes]:
        """Return the HTTP status, and as JSON what a panel begins with.

        It shows the store at or above a folder or a notebook, or the only one that there is.
        """
        return await self._done(lambda: _opening().first_panel(place, only=self._store))

    async def running(self, place: Path) -> tuple[int, bytes]:
        """Return the HTTP status, and as JSON how many runs of the store at or above a place are running."""
        return await self._done(lambda: _opening().running(place))

    async def _done(self, work: Callable[[], tuple[int, bytes]]) -> tuple[int, bytes]:
        try:
            return await self.work(work)
        except ServerError as error:
            from nbtrack.widgets.server.bodies import refusal

            return 503, refusal(error)

    async def work(self, work: Callable[[], _Answer]) -> _Answer:
        """Return what a function returns, worked on in a thread.

        Raises
        ------
        ServerError
            When too many are waiting, or when it takes too long.
        """
        if self._open >= self._waiting:
            raise ServerError(f"{self._open} requests are being worked on; try again later")
        self._open += 1
        done = asyncio.get_running_loop().run_in_executor(self._executor(), self._work, work)
        done.add_done_callback(self._answered)
        try:
            # A thread cannot be stopped: what it does counts as long as it does it.
            return await asyncio.wait_for(asyncio.shield(done), ANSWER_TIMEOUT)
        except TimeoutError:
            raise ServerError(f"the answer takes longer than {ANSWER_TIMEOUT:g} s here") from None

    def _answered(self, done: asyncio.Future[Any]) -> None:
        self._open -= 1
        self._tidy_later()
        if not done.cancelled():
            done.exception()  # it was answered, or came too late

    def _executor(self) -> ThreadPoolExecutor:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="nbtrack-server")
        return self._threads

    def _work(self, work: Callable[[], _Answer]) -> _Answer:
        from nbtrack.widgets.server.stores import stores

        self._stores = stores
        return work()

    def _tidy_later(self) -> None:
        if self._closing is None:
            self._closing = asyncio.get_running_loop().call_later(IDLE_INTERVAL, self._tidy)

    def _tidy(self) -> None:
        self._closing = None
        if self._stores is not None:
            self._executor().submit(self._stores.close_idle)
            if self._stores.any_open:
                self._tidy_later()


# Nothing of these is imported before it is needed, and the second later than the first.
def _opening() -> ModuleType:
    from nbtrack.widgets.server import opening

    return opening


def _answering() -> ModuleType:
    from nbtrack.widgets.server import answers

    return answers
