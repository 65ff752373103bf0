"""The processes that hold the model: asked in turn, timed, and replaced when they hang or die."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from typing import TYPE_CHECKING, Any

from nbtrack.errors import ServerError
from nbtrack.serving.answer import JSON, error_body
from nbtrack.serving.child import Child, Request
from nbtrack.serving.wire import HELLO, Frame

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Pool"]

_TOGETHER = 128
"""The most requests that are predicted together."""
_BYTES_TOGETHER = 1 << 20
_PAUSES = (0.0, 0.0, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds to wait before the process is started that replaces the first, second ... that died without answering."""
_LOOK = 0.25
"""Seconds between two looks for requests that have waited too long."""
_STATUSES = range(200, 600)


def _nothing(_: object) -> None:
    """Take something, and leave it."""


class Pool:
    """Processes that hold a model, and the requests that wait for one.

    Parameters
    ----------
    python
        The command of the Python that runs them.
    told
        What a process is told of its model; see `nbtrack.serving.worker`.
    count
        How many there are.
    timeout
        Seconds that a prediction may take, and that a request may wait for its turn.
    limit
        The most requests that may wait.
    limit_bytes
        The most bytes that waiting requests may hold.
    log
        Takes a line about what happened.
    """

    def __init__(
        self,
        python: Sequence[str],
        told: dict[str, Any],
        *,
        count: int = 1,
        timeout: float = 60.0,
        limit: int = 1000,
        limit_bytes: int = 400_000_000,
        log: Callable[[str], None] = _nothing,
    ) -> None:
        self._command = [*python, "-m", "nbtrack.serving.worker", json.dumps(told)]
        self._count = count
        self._timeout = timeout
        self._limit = limit
        self._limit_bytes = limit_bytes
        self._log = log
        self._workers: set[Child] = set()
        self._idle: deque[Child] = deque()
        self._waiting: deque[Request] = deque()
        self._held = 0
        """Bytes of the waiting requests."""
        self._number = HELLO
        self._fruitless = 0
        """How many processes died without an answer since the last answer."""
        self._rowwise = False
        self.failure: str | None = None
        """Why no process can load the model any more; the next attempt may succeed."""
        self._closing = False
        self._tasks: set[asyncio.Task[None]] = set()
        self.restarts = 0
        self.batches: Callable[[int], None] = _nothing
        """Called with the number of requests of each batch."""
        self.troubled: Callable[[str | None], None] = _nothing
        """Called with the reason when the model cannot be loaded again, and with None when it is."""
        self.up: asyncio.Future[dict[str, Any]]
        """What the first process says when it is ready; `RuntimeError` with the reason when it cannot be."""

    async def start(self) -> None:
        """Start the processes; they load the model while this returns.

        Raises
        ------
        ServerError
            When the system starts none.
        """
        self.up = asyncio.get_running_loop().create_future()
        self.up.add_done_callback(lambda future: future.cancelled() or future.exception())
        try:
            await asyncio.gather(*(self._spawn() for _ in range(self._count)))
        except OSError as error:
            raise ServerError(f"no process can be started for the model ({error})") from error
        self._keep(self._look())

    @property
    def is_ready(self) -> bool:
        """Whether a process has loaded the model."""
        return not self._closing and any(worker.ready for worker in self._workers)

    def ask(self, word: str, body: bytes) -> asyncio.Future[Frame]:
        """Return what will be the answer of a model to one request; an error of the model's is one, too.

        Who no longer waits for it settles it, and the model is not asked if it has not been yet.
        """
        answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        refusal = self._refusal(len(body))
        if refusal is not None:
            answer.set_result(Frame(0, 503, JSON, error_body(503, refusal)))
            return answer
        self._waiting.append(Request(word, body, answer, self._timeout))
        self._held += len(body)
        if self._idle:
            self._hand_out()
        return answer

    def _refusal(self, size: int) -> str | None:
        if self._closing:
            return "the server is stopping"
        if self.failure is not None and not self.is_ready:
            return self._unavailable
        if len(self._waiting) >= self._limit or self._held + size > self._limit_bytes:
            return "too many requests are waiting; try again"
        return None

    @property
    def _unavailable(self) -> str:
        return f"the model cannot be loaded again: {self.failure}"

    async def close(self) -> None:
        """End all processes: those that do not end by themselves after a moment are killed."""
        self._closing = True
        for task in self._tasks:
            task.cancel()
        for request in self._waiting:
            request.settle(503, "the server is stopping")
        for worker in self._workers:
            worker.close()
        for _ in range(100):
            if not self._workers:
                return
            await asyncio.sleep(0.02)
        for worker in self._workers:
            worker.kill()
        for _ in range(100):
            if not self._workers:
                return
            await asyncio.sleep(0.02)

    def heard(self, worker: Child, frame: Frame) -> None:
        """Take a frame from a process.

        Raises
        ------
        ValueError
            When no process of ours would send it.
        """
        if frame.number == HELLO:
            self._greet(worker, frame)
            return
        request = worker.asked.pop(frame.number, None)
        if request is None or frame.status not in _STATUSES:
            if request is not None:
                worker.asked[frame.number] = request
            raise ValueError(f"an answer to no request: number {frame.number}, status {frame.status}")
        request.done(frame)
        worker.answered += 1
        self._fruitless = 0
        if not worker.asked and not worker.overdue:
            if worker.timer is not None:
                worker.timer.cancel()
            self._idle.append(worker)
            if self._waiting:
                self._hand_out()

    def _greet(self, worker: Child, frame: Frame) -> None:
        hello = json.loads(frame.body)
        if worker.hello is not None or not isinstance(hello, dict) or "ok" not in hello:
            raise ValueError("what is no greeting, or the second one")
        worker.hello = hello
        if not worker.ready:
            return  # it ends by itself; see `lost`
        self._rowwise = bool(hello.get("rowwise"))
        if not self.up.done():
            self.up.set_result(hello)
        if self.failure is not None:
            self.failure = None
            self.troubled(None)
        self._idle.append(worker)
        self._hand_out()

    def mistrust(self, worker: Child, fault: str) -> None:
        """End a process that says what no process of ours would: the model's code has got at its pipes."""
        worker.fault = f"it sent {fault}"
        self._log(f"the model's process {worker.pid} is ended: {worker.fault}")
        if worker in self._idle:
            self._idle.remove(worker)
        worker.kill()

    def _hand_out(self) -> None:
        """Give waiting requests to processes that wait."""
        while self._idle and self._waiting:
            requests = self._next()
            if not requests:
                return
            worker = self._idle.popleft()
            self.batches(len(requests))
            worker.timer = asyncio.get_running_loop().call_later(self._time(requests), self._hangs, worker)
            worker.ask(requests, self._number + 1)
            # Numbers go round well before they no longer fit into 32 bits.
            self._number = (self._number + len(requests)) % (1 << 31)

    def _time(self, requests: list[Request]) -> float:
        """Return the seconds that a process may take for requests."""
        # Not too few: a process that was only just given something is not to be killed for it.
        return max(_LOOK, min(requests[0].limit, requests[0].deadline - time.monotonic()))

    def _next(self) -> list[Request]:
        """Take the waiting requests that are asked next: one, or many that are predicted together."""
        requests: list[Request] = []
        size = 0
        while self._waiting and len(requests) < (_TOGETHER if self._rowwise else 1):
            request = self._waiting[0]
            if request.answer.done():  # nobody waits for it
                self._drop()
                continue
            size += len(request.body)
            if requests and (request.alone or size > _BYTES_TOGETHER):
                break
            requests.append(self._drop())
            if request.alone:
                break
        return requests

    def _drop(self) -> Request:
        request = self._waiting.popleft()
        self._held -= len(request.body)
        return request

    def _hangs(self, worker: Child) -> None:
        """Give up on a process that does not answer; `lost` sees to what it was asked."""
        worker.overdue = True
        self._log(f"the model did not answer in time: its process {worker.pid} is replaced")
        for request in worker.asked.values():
            # One of many may hang: the time that is left is for the others, too.
            request.limit = self._timeout / 4
        self._again(worker, 504, f"the model did not answer within {self._timeout:g} s")
        worker.asked.clear()
        worker.kill()

    def lost(self, worker: Child) -> None:
        """Take notice that a process has ended, and start another."""
        self._workers.discard(worker)
        if worker in self._idle:
            self._idle.remove(worker)
        if worker.timer is not None:
            worker.timer.cancel()
        end = worker.fault or worker.end
        if worker.transport is not None:
            worker.transport.close()
        if self._closing:
            for request in worker.asked.values():
                request.settle(503, "the server is stopping")
            return
        self._again(worker, 500, f"the model ended its process ({end})")
        reason = None
        if not worker.ready:
            said = (worker.hello or {}).get("message")
            reason = str(said or f"the process that loads the model ended ({end})")
            if not self.up.done():
                self.up.set_exception(RuntimeError(reason))
                return
        if not worker.overdue and not worker.fault:
            self._log(reason or f"the model's process {worker.pid} ended ({end}): it is replaced")
        self._fruitless = 0 if worker.answered else self._fruitless + 1
        self.restarts += 1
        self._keep(self._replace())
        if reason is not None and not self._workers:
            self._troubled(reason)

    def _troubled(self, reason: str) -> None:
        """Turn away whoever waits: the model cannot be loaded again for now."""
        self.failure = reason
        self.troubled(reason)
        while self._waiting:
            self._drop().settle(503, self._unavailable)

    def _again(self, worker: Child, status: int, message: str) -> None:
        """Ask once more what a process did not answer, one by one: one of them may be the cause."""
        asked = [request for request in worker.asked.values() if not request.answer.done()]
        if len(worker.asked) == 1:
            for request in asked:
                request.settle(status, message)
            return
        for request in reversed(asked):
            request.alone = True
            request.since = time.monotonic()
            self._waiting.appendleft(request)
            self._held += len(request.body)

    async def _replace(self) -> None:
        """Start a process in the place of one that ended, as soon as the system lets us."""
        while True:
            pause = _PAUSES[min(self._fruitless, len(_PAUSES) - 1)]
            await asyncio.sleep(pause)
            try:
                await self._spawn()
            except OSError as error:
                self._fruitless += 1
                self._log(f"no process can be started for the model ({error}); it is tried again")
                if not self._workers:
                    self._troubled(f"no process can be started ({error})")
            else:
                return

    async def _spawn(self) -> None:
        worker = await Child.started(self, self._command)
        self._workers.add(worker)

    async def _look(self) -> None:
        """Turn requests away that have waited too long, and forget those that nobody waits for."""
        while True:
            await asyncio.sleep(_LOOK)
            now = time.monotonic()
            for _ in range(len(self._waiting)):
                request = self._drop()
                if now > min(request.since + self._timeout, request.deadline):
                    request.settle(503, f"no process was free within {self._timeout:g} s; try again")
                elif not request.answer.done():
                    self._waiting.append(request)
                    self._held += len(request.body)

    def _keep(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
