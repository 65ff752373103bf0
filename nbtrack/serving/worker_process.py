"""One worker process from the server's side: it is queried over pipes, and killed with all processes it has started."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any, Protocol, cast

from nbtrack.serving.pipe import BATCH, Frame, Frames, pack
from nbtrack.serving.responses import JSON, error_body

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Request", "WorkerProcess"]

_MAX_BODY_BYTES = 1 << 30
"""The most bytes of an answer: a faulty model must not use up the server's memory."""
_OUTPUT_TIMEOUT = 0.02
"""Seconds in which the last output of a process is read after its end."""


class Request:
    """One request that waits for its answer.

    Parameters
    ----------
    word
        The format of its body.
    body
        The body.
    answer
        The future of the answer; a caller that no longer waits may set its result.
    timeout
        Seconds that it may wait for its turn, and that its prediction may take.
    """

    __slots__ = ("alone", "answer", "body", "body_type", "deadline", "limit", "since")

    def __init__(self, body_type: str, body: bytes, answer: asyncio.Future[Frame], timeout: float) -> None:
        self.body_type = body_type
        self.body = body
        self.answer = answer
        self.since = time.monotonic()
        self.deadline = self.since + 2 * timeout
        """When it must have its answer, including retries."""
        self.limit = timeout
        """Seconds that its next prediction may take."""
        self.alone = False
        """Whether it is sent by itself, because a worker did not answer a batch with it."""

    def settle(self, status: int, message: str) -> None:
        """Answer with an error, if nobody has answered yet."""
        self.done(Frame(0, status, JSON, error_body(status, message)))

    def done(self, frame: Frame) -> None:
        """Answer, if nobody has."""
        if not self.answer.done():
            self.answer.set_result(frame)


class Owner(Protocol):
    """Receives the events of a worker process."""

    def frame_received(self, worker: WorkerProcess, frame: Frame) -> None:
        """Handle a frame."""

    def process_ended(self, worker: WorkerProcess) -> None:
        """Handle its end."""

    def protocol_violated(self, worker: WorkerProcess, fault: str) -> None:
        """Handle an invalid frame."""


class WorkerProcess(asyncio.SubprocessProtocol):
    """One worker process, and the requests it is working on."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._frames = Frames(_MAX_BODY_BYTES)
        self.transport: asyncio.SubprocessTransport | None = None
        self.pending: dict[int, Request] = {}
        self.hello: dict[str, Any] | None = None
        self.answered = 0
        self.timer: asyncio.TimerHandle | None = None
        self.overdue = False
        """Whether it is being killed because it did not answer in time."""
        self.fault = ""
        """Why its output is ignored."""

    @classmethod
    async def started(cls, owner: Owner, command: Sequence[str]) -> WorkerProcess:
        """Start a process.

        Raises
        ------
        OSError
            When the system cannot start one.
        """
        # In its own session, so that Ctrl-C in a terminal reaches only the server, which finishes requests.
        options: dict[str, Any] = (
            {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}  # type: ignore[attr-defined, unused-ignore]
            if sys.platform == "win32"
            else {"start_new_session": True}
        )
        _, child = await asyncio.get_running_loop().subprocess_exec(
            lambda: cls(owner),
            *command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None,
            **options,
        )
        return child

    @property
    def ready(self) -> bool:
        """Whether it has loaded the model."""
        return self.hello is not None and bool(self.hello["ok"])

    @property
    def pid(self) -> int | None:
        """Its process id."""
        return self.transport.get_pid() if self.transport is not None else None

    @property
    def end(self) -> str:
        """A description of how it ended."""
        code = self.transport.get_returncode() if self.transport is not None else None
        if code is not None and code < 0 and os.name != "nt":
            with contextlib.suppress(ValueError):
                return signal.Signals(-code).name
        return f"exit code {code}"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the pipes."""
        self.transport = cast("asyncio.SubprocessTransport", transport)

    def pipe_data_received(self, fd: int, data: bytes | str) -> None:
        """Handle a piece of its output."""
        if fd != 1 or self.fault or self.overdue:
            return
        try:
            for frame in self._frames.feed(cast("bytes", data)):
                self._owner.frame_received(self, frame)
        except ValueError as error:
            self._owner.protocol_violated(self, str(error))

    def process_exited(self) -> None:
        """Handle its end, and kill the processes that it has started."""
        self._kill_group()
        # Its last output, such as why the model cannot be loaded, may still be in the pipe.
        asyncio.get_running_loop().call_later(_OUTPUT_TIMEOUT, self._owner.process_ended, self)

    def ask(self, requests: list[Request], first: int) -> None:
        """Send requests that are predicted together."""
        self.pending = {first + place: request for place, request in enumerate(requests)}
        last = first + len(requests) - 1
        pipe = self._pipe()
        for number, request in self.pending.items():
            pipe.write(pack(Frame(number, 0 if number == last else BATCH, request.body_type, request.body)))

    def close(self) -> None:
        """Stop it by closing its input."""
        if self.transport is not None:
            self._pipe().close()

    def kill(self) -> None:
        """Kill it, with the processes that the model has started."""
        if self.transport is not None and self.transport.get_returncode() is None:
            self._kill_group()
            with contextlib.suppress(ProcessLookupError):
                self.transport.kill()

    def _kill_group(self) -> None:
        if sys.platform != "win32" and self.pid is not None:
            # The group is gone once its last process has ended.
            with contextlib.suppress(OSError):
                os.killpg(self.pid, signal.SIGKILL)

    def _pipe(self) -> asyncio.WriteTransport:
        assert self.transport is not None
        return cast("asyncio.WriteTransport", self.transport.get_pipe_transport(0))
