"""The pool of worker processes: it dispatches requests, limits their time, and restarts workers that hang or die."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from typing import TYPE_CHECKING, Any

from nbtrack.errors import ServerError
from nbtrack.serving.pipe import HELLO, Frame
from nbtrack.serving.responses import JSON, error_body
from nbtrack.serving.worker_process import Request, WorkerProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Pool"]

_MAX_BATCH_REQUESTS = 128
"""Requests that are predicted together at most."""
_MAX_BATCH_BYTES = 1 << 20
_RESTART_DELAYS = (0.0, 0.0, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before a worker is restarted, by how many have died without an answer since the last answer."""
_POLL_INTERVAL = 0.25
"""Seconds between two checks for requests that have waited too long."""
_STATUSES = range(200, 600)


def _ignore(_: object) -> None:
    """Do nothing."""


class Pool:
    """Worker processes with a model, and the requests that wait for a free one.

    Parameters
    ----------
    python
        The command of the Python that runs the workers.
    told
        The options of a worker; see `nbtrack.serving.worker`.
    count
        How many workers there are.
    timeout
        Seconds that a prediction may take, and that a request may wait for its turn.
    limit
        The most requests that may wait.
    limit_bytes
        The most bytes that the bodies of waiting requests may have.
    log
        Called with a line for the log.
    """

    def __init__(
        self,
        python: Sequence[str],
        options: dict[str, Any],
        *,
        count: int = 1,
        timeout: float = 60.0,
        limit: int = 1000,
        limit_bytes: int = 400_000_000,
        log: Callable[[str], None] = _ignore,
    ) -> None:
        self._command = [*python, "-m", "nbtrack.serving.worker", json.dumps(options)]
        self._count = count
        self._timeout = timeout
        self._limit = limit
        self._limit_bytes = limit_bytes
        self._log = log
        self._workers: set[WorkerProcess] = set()
        self._idle: deque[WorkerProcess] = deque()
        self._waiting: deque[Request] = deque()
        self._waiting_bytes = 0
        """Bytes of the bodies of waiting requests."""
        self._number = HELLO
        self._failures = 0
        """How many workers have died without an answer since the last answer."""
        self._rowwise = False
        self.failure: str | None = None
        """Why no worker can load the model any more; the next attempt may succeed."""
        self._closing = False
        self._tasks: set[asyncio.Task[None]] = set()
        self.restarts = 0
        self.on_batch: Callable[[int], None] = _ignore
        """Called with the number of requests of each batch."""
        self.on_trouble: Callable[[str | None], None] = _ignore
        """Called with the reason when the model cannot be loaded again, and with None when it is."""
        self.first_hello: asyncio.Future[dict[str, Any]]
        """The first worker's hello when it is ready; `RuntimeError` with the reason if it fails."""

    async def start(self) -> None:
        """Start the workers, which then load the model.

        Raises
        ------
        ServerError
            When the system cannot start a process.
        """
        self.first_hello = asyncio.get_running_loop().create_future()
        self.first_hello.add_done_callback(lambda future: future.cancelled() or future.exception())
        try:
            await asyncio.gather(*(self._spawn() for _ in range(self._count)))
        except OSError as error:
            raise ServerError(f"no process can be started for the model ({error})") from error
        self._start_task(self._expire_waiting())

    @property
    def is_ready(self) -> bool:
        """Whether a worker has loaded the model."""
        return not self._closing and any(worker.ready for worker in self._workers)

    def ask(self, body_type: str, body: bytes) -> asyncio.Future[Frame]:
        """Queue one request, and return the future of its answer; an error of the model is an answer, too.

        A caller that stops waiting sets the future's result: a request that is still queued is then dropped.
        """
        answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        refusal = self._refusal(len(body))
        if refusal is not None:
            answer.set_result(Frame(0, 503, JSON, error_body(503, refusal)))
            return answer
        self._waiting.append(Request(body_type, body, answer, self._timeout))
        self._waiting_bytes += len(body)
        if self._idle:
            self._dispatch()
        return answer

    def _refusal(self, size: int) -> str | None:
        if self._closing:
            return "the server is stopping"
        if self.failure is not None and not self.is_ready:
            return self._unavailable
        if len(self._waiting) >= self._limit or self._waiting_bytes + size > self._limit_bytes:
            return "too many requests are waiting; try again"
        return None

    @property
    def _unavailable(self) -> str:
        return f"the model cannot be loaded again: {self.failure}"

    async def close(self) -> None:
        """Stop all workers; those that do not stop within two seconds are killed."""
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

    def frame_received(self, worker: WorkerProcess, frame: Frame) -> None:
        """Handle a frame from a worker.

        Raises
        ------
        ValueError
            When the frame violates the protocol.
        """
        if frame.number == HELLO:
            self._on_hello(worker, frame)
            return
        request = worker.pending.pop(frame.number, None)
        if request is None or frame.status not in _STATUSES:
            if request is not None:
                worker.pending[frame.number] = request
            raise ValueError(f"an answer to no request: number {frame.number}, status {frame.status}")
        request.done(frame)
        worker.answered += 1
        self._failures = 0
        if not worker.pending and not worker.overdue:
            if worker.timer is not None:
                worker.timer.cancel()
            self._idle.append(worker)
            if self._waiting:
                self._dispatch()

    def _on_hello(self, worker: WorkerProcess, frame: Frame) -> None:
        hello = json.loads(frame.body)
        if worker.hello is not None or not isinstance(hello, dict) or "ok" not in hello:
            raise ValueError("a hello that is invalid, or a second one")
        worker.hello = hello
        if not worker.ready:
            return  # it exits by itself; see `process_ended`
        self._rowwise = bool(hello.get("rowwise"))
        if not self.first_hello.done():
            self.first_hello.set_result(hello)
        if self.failure is not None:
            self.failure = None
            self.on_trouble(None)
        self._idle.append(worker)
        self._dispatch()

    def protocol_violated(self, worker: WorkerProcess, fault: str) -> None:
        """Kill a worker that sent an invalid frame: the model's code must have written to its pipes."""
        worker.fault = f"it sent {fault}"
        self._log(f"the model's process {worker.pid} is ended: {worker.fault}")
        if worker in self._idle:
            self._idle.remove(worker)
        worker.kill()

    def _dispatch(self) -> None:
        """Send waiting requests to idle workers."""
        while self._idle and self._waiting:
            requests = self._next_batch()
            if not requests:
                return
            worker = self._idle.popleft()
            self.on_batch(len(requests))
            worker.timer = asyncio.get_running_loop().call_later(
                self._time_limit(requests), self._time_out, worker
            )
            worker.ask(requests, self._number + 1)
            # Numbers start again well before they exceed 32 bits.
            self._number = (self._number + len(requests)) % (1 << 31)

    def _time_limit(self, requests: list[Request]) -> float:
        """Return the seconds that a worker may take for requests."""
        # Never too short: a worker that has just received a request must not be killed for it.
        return max(_POLL_INTERVAL, min(requests[0].limit, requests[0].deadline - time.monotonic()))

    def _next_batch(self) -> list[Request]:
        """Take the next requests from the queue: one, or several that are predicted together."""
        requests: list[Request] = []
        size = 0
        while self._waiting and len(requests) < (_MAX_BATCH_REQUESTS if self._rowwise else 1):
            request = self._waiting[0]
            if request.answer.done():  # nobody waits for the answer
                self._pop_waiting()
                continue
            size += len(request.body)
            if requests and (request.alone or size > _MAX_BATCH_BYTES):
                break
            requests.append(self._pop_waiting())
            if request.alone:
                break
        return requests

    def _pop_waiting(self) -> Request:
        request = self._waiting.popleft()
        self._waiting_bytes -= len(request.body)
        return request

    def _time_out(self, worker: WorkerProcess) -> None:
        """Kill a worker that does not answer in time, and retry or fail its requests."""
        worker.overdue = True
        self._log(f"the model did not answer in time: its process {worker.pid} is replaced")
        for request in worker.pending.values():
            # One request of several may hang: leave time for the others.
            request.limit = self._timeout / 4
        self._retry(worker, 504, f"the model did not answer within {self._timeout:g} s")
        worker.pending.clear()
        worker.kill()

    def process_ended(self, worker: WorkerProcess) -> None:
        """Handle the end of a worker, and start another."""
        self._workers.discard(worker)
        if worker in self._idle:
            self._idle.remove(worker)
        if worker.timer is not None:
            worker.timer.cancel()
        end = worker.fault or worker.end
        if worker.transport is not None:
            worker.transport.close()
        if self._closing:
            for request in worker.pending.values():
                request.settle(503, "the server is stopping")
            return
        self._retry(worker, 500, f"the model ended its process ({end})")
        reason = None
        if not worker.ready:
            said = (worker.hello or {}).get("message")
            reason = str(said or f"the process that loads the model ended ({end})")
            if not self.first_hello.done():
                self.first_hello.set_exception(RuntimeError(reason))
                return
        if not worker.overdue and not worker.fault:
            self._log(reason or f"the model's process {worker.pid} ended ({end}): it is replaced")
        self._failures = 0 if worker.answered else self._failures + 1
        self.restarts += 1
        self._start_task(self._restart())
        if reason is not None and not self._workers:
            self._fail_waiting(reason)

    def _fail_waiting(self, reason: str) -> None:
        """Refuse all waiting requests: the model cannot be loaded again for now."""
        self.failure = reason
        self.on_trouble(reason)
        while self._waiting:
            self._pop_waiting().settle(503, self._unavailable)

    def _retry(self, worker: WorkerProcess, status: int, message: str) -> None:
        """Queue the requests again that a worker did not answer, each alone: one of them may be the cause."""
        pending = [request for request in worker.pending.values() if not request.answer.done()]
        if len(worker.pending) == 1:
            for request in pending:
                request.settle(status, message)
            return
        for request in reversed(pending):
            request.alone = True
            request.since = time.monotonic()
            self._waiting.appendleft(request)
            self._waiting_bytes += len(request.body)

    async def _restart(self) -> None:
        """Start a worker in place of one that ended; try again until the system can."""
        while True:
            pause = _RESTART_DELAYS[min(self._failures, len(_RESTART_DELAYS) - 1)]
            await asyncio.sleep(pause)
            try:
                await self._spawn()
            except OSError as error:
                self._failures += 1
                self._log(f"no process can be started for the model ({error}); it is tried again")
                if not self._workers:
                    self._fail_waiting(f"no process can be started ({error})")
            else:
                return

    async def _spawn(self) -> None:
        worker = await WorkerProcess.started(self, self._command)
        self._workers.add(worker)

    async def _expire_waiting(self) -> None:
        """Refuse requests that have waited too long, and drop those that nobody waits for."""
        while True:
            await asyncio.sleep(_POLL_INTERVAL)
            now = time.monotonic()
            for _ in range(len(self._waiting)):
                request = self._pop_waiting()
                if now > min(request.since + self._timeout, request.deadline):
                    request.settle(503, f"no process was free within {self._timeout:g} s; try again")
                elif not request.answer.done():
                    self._waiting.append(request)
                    self._waiting_bytes += len(request.body)

    def _start_task(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
