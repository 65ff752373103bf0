"""The processes that hold the model: asked in turn, timed, and replaced when they hang or die."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections import deque
from typing import TYPE_CHECKING, Any, cast

from nbtrack.serving.answer import JSON, error_body
from nbtrack.serving.wire import BATCH, HELLO, Frame, Frames, pack

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


def _nothing(_: object) -> None:
    """Take something, and leave it."""


class _Request:
    """One request that waits for its answer."""

    __slots__ = ("alone", "answer", "body", "since", "word")

    def __init__(self, word: str, body: bytes, answer: asyncio.Future[Frame]) -> None:
        self.word = word
        self.body = body
        self.answer = answer
        self.since = time.monotonic()
        self.alone = False
        """Whether it was asked when a process died, and is now asked by itself."""

    def settle(self, status: int, message: str) -> None:
        """Answer with an error, if nobody has answered yet."""
        self.done(Frame(0, status, JSON, error_body(status, message)))

    def done(self, frame: Frame) -> None:
        """Answer, if nobody has."""
        if not self.answer.done():
            self.answer.set_result(frame)


class _Worker(asyncio.SubprocessProtocol):
    """One process, and what it is asked at the moment."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._frames = Frames()
        self.transport: asyncio.SubprocessTransport | None = None
        self.asked: dict[int, _Request] = {}
        self.ready = False
        self.hello: dict[str, Any] | None = None
        self.answered = 0
        self.timer: asyncio.TimerHandle | None = None
        self.overdue = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.SubprocessTransport", transport)

    def pipe_data_received(self, fd: int, data: bytes | str) -> None:
        if fd == 1:
            for frame in self._frames.feed(cast("bytes", data)):
                self._pool.heard(self, frame)

    def process_exited(self) -> None:
        self._pool.lost(self)

    def ask(self, requests: list[_Request], first: int) -> None:
        """Send requests that are predicted together."""
        self.asked = {first + place: request for place, request in enumerate(requests)}
        last = first + len(requests) - 1
        pipe = self._pipe()
        for number, request in self.asked.items():
            pipe.write(pack(Frame(number, 0 if number == last else BATCH, request.word, request.body)))

    def close(self) -> None:
        """Let it end: its input ends."""
        if self.transport is not None:
            self._pipe().close()

    def kill(self) -> None:
        """End it now."""
        if self.transport is not None and self.transport.get_returncode() is None:
            self.transport.kill()

    def _pipe(self) -> asyncio.WriteTransport:
        assert self.transport is not None
        return cast("asyncio.WriteTransport", self.transport.get_pipe_transport(0))


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
        self._workers: set[_Worker] = set()
        self._idle: deque[_Worker] = deque()
        self._waiting: deque[_Request] = deque()
        self._held = 0
        """Bytes of the waiting requests."""
        self._number = HELLO
        self._fruitless = 0
        """How many processes died without an answer since the last answer."""
        self._rowwise = False
        self._closing = False
        self._tasks: set[asyncio.Task[None]] = set()
        self.restarts = 0
        self.batches: Callable[[int], None] = _nothing
        """Called with the number of requests of each batch."""
        self.up: asyncio.Future[dict[str, Any]]
        """What the first process says when it is ready; `RuntimeError` with the reason when it cannot be."""

    async def start(self) -> None:
        """Start the processes; they load the model while this returns."""
        self.up = asyncio.get_running_loop().create_future()
        self.up.add_done_callback(lambda future: future.cancelled() or future.exception())
        await asyncio.gather(*(self._spawn() for _ in range(self._count)))
        self._keep(self._look())

    @property
    def is_ready(self) -> bool:
        """Whether a process has loaded the model."""
        return not self._closing and any(worker.ready for worker in self._workers)

    async def ask(self, word: str, body: bytes) -> Frame:
        """Return the answer of a model to one request; an error of the model's is one, too."""
        if len(self._waiting) >= self._limit or self._held + len(body) > self._limit_bytes:
            return Frame(0, 503, JSON, error_body(503, "too many requests are waiting; try again"))
        if self._closing:
            return Frame(0, 503, JSON, error_body(503, "the server is stopping"))
        request = _Request(word, body, asyncio.get_running_loop().create_future())
        self._waiting.append(request)
        self._held += len(body)
        if self._idle:
            self._hand_out()
        return await request.answer

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

    def heard(self, worker: _Worker, frame: Frame) -> None:
        """Take a frame from a process."""
        if frame.number == HELLO:
            self._greet(worker, json.loads(frame.body))
            return
        request = worker.asked.pop(frame.number, None)
        if request is not None:
            request.done(frame)
            worker.answered += 1
            self._fruitless = 0
        if not worker.asked and not worker.overdue:
            if worker.timer is not None:
                worker.timer.cancel()
            self._idle.append(worker)
            if self._waiting:
                self._hand_out()

    def _greet(self, worker: _Worker, hello: dict[str, Any]) -> None:
        worker.hello = hello
        if not hello["ok"]:
            return  # it ends by itself; see `lost`
        worker.ready = True
        self._rowwise = bool(hello["rowwise"])
        if not self.up.done():
            self.up.set_result(hello)
        self._idle.append(worker)
        self._hand_out()

    def _hand_out(self) -> None:
        """Give waiting requests to processes that wait."""
        while self._idle and self._waiting:
            requests = self._next()
            if not requests:
                return
            worker = self._idle.popleft()
            self.batches(len(requests))
            worker.timer = asyncio.get_running_loop().call_later(self._timeout, self._hangs, worker)
            worker.ask(requests, self._number + 1)
            # Numbers go round well before they no longer fit into 32 bits.
            self._number = (self._number + len(requests)) % (1 << 31)

    def _next(self) -> list[_Request]:
        """Take the waiting requests that are asked next: one, or many that are predicted together."""
        requests: list[_Request] = []
        size = 0
        while self._waiting and len(requests) < (_TOGETHER if self._rowwise else 1):
            request = self._waiting[0]
            if request.answer.done():  # its client has gone
                self._drop()
                continue
            size += len(request.body)
            if requests and (request.alone or size > _BYTES_TOGETHER):
                break
            requests.append(self._drop())
            if request.alone:
                break
        return requests

    def _drop(self) -> _Request:
        request = self._waiting.popleft()
        self._held -= len(request.body)
        return request

    def _hangs(self, worker: _Worker) -> None:
        """Give up on a process that does not answer, and on what it was asked."""
        worker.overdue = True
        for request in worker.asked.values():
            request.settle(504, f"the model did not answer within {self._timeout:g} s")
        self._log(
            f"the model did not answer within {self._timeout:g} s: its process {_pid(worker)} is replaced"
        )
        worker.kill()

    def lost(self, worker: _Worker) -> None:
        """Take notice that a process has ended, and start another."""
        self._workers.discard(worker)
        if worker in self._idle:
            self._idle.remove(worker)
        if worker.timer is not None:
            worker.timer.cancel()
        code = worker.transport.get_returncode() if worker.transport is not None else None
        if worker.transport is not None:
            worker.transport.close()
        if self._closing:
            for request in worker.asked.values():
                request.settle(503, "the server is stopping")
            return
        self._again(worker, _end(code))
        reason = None if worker.hello is None else worker.hello.get("message")
        if not self.up.done():
            self.up.set_exception(
                RuntimeError(reason or f"the process that loads the model ended ({_end(code)})")
            )
            return
        if not worker.overdue:
            self._log(reason or f"the model's process {_pid(worker)} ended ({_end(code)}): it is replaced")
        self._fruitless = 0 if worker.answered else self._fruitless + 1
        self.restarts += 1
        self._keep(self._replace(_PAUSES[min(self._fruitless, len(_PAUSES) - 1)]))

    def _again(self, worker: _Worker, end: str) -> None:
        """Ask once more what a process was asked when it died, one by one: one of them may be the cause."""
        asked = [request for request in worker.asked.values() if not request.answer.done()]
        if len(asked) == 1:
            asked[0].settle(500, f"the model ended its process ({end})")
            return
        for request in reversed(asked):
            request.alone = True
            self._waiting.appendleft(request)
            self._held += len(request.body)

    async def _replace(self, pause: float) -> None:
        await asyncio.sleep(pause)
        await self._spawn()

    async def _spawn(self) -> None:
        loop = asyncio.get_running_loop()
        # A group of its own: Ctrl-C in a terminal reaches the server alone, which lets requests be finished.
        options: dict[str, Any] = (
            {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}  # type: ignore[attr-defined, unused-ignore]
            if sys.platform == "win32"
            else {"start_new_session": True}
        )
        _, worker = await loop.subprocess_exec(
            lambda: _Worker(self),
            *self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None,
            **options,
        )
        self._workers.add(worker)

    async def _look(self) -> None:
        """Turn requests away that have waited too long."""
        while True:
            await asyncio.sleep(_LOOK)
            latest = time.monotonic() - self._timeout
            while self._waiting and (self._waiting[0].since < latest or self._waiting[0].answer.done()):
                self._drop().settle(503, f"no process was free within {self._timeout:g} s; try again")

    def _keep(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _pid(worker: _Worker) -> int | None:
    return worker.transport.get_pid() if worker.transport is not None else None


def _end(code: int | None) -> str:
    """Return how a process ended, in words."""
    if code is not None and code < 0 and os.name != "nt":
        try:
            return signal.Signals(-code).name
        except ValueError:
            pass
    return f"exit code {code}"
