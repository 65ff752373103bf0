"""One process that holds the model, from the server's side: asked by pipes, and ended with all that it has started."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any, Protocol, cast

from nbtrack.serving.answer import JSON, error_body
from nbtrack.serving.wire import BATCH, Frame, Frames, pack

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Child", "Request"]

_LARGEST = 1 << 30
"""The most bytes of an answer: a model that runs wild must not take the server's memory with it."""
_LAST = 0.02
"""Seconds in which the last words of a process are read after its end."""


class Request:
    """One request that waits for its answer.

    Parameters
    ----------
    word
        The form of its body.
    body
        What is sent.
    answer
        Takes the answer; it may be settled from outside, when nobody waits any longer.
    timeout
        Seconds that it may wait for its turn, and that its prediction may take.
    """

    __slots__ = ("alone", "answer", "body", "deadline", "limit", "since", "word")

    def __init__(self, word: str, body: bytes, answer: asyncio.Future[Frame], timeout: float) -> None:
        self.word = word
        self.body = body
        self.answer = answer
        self.since = time.monotonic()
        self.deadline = self.since + 2 * timeout
        """When it has its answer, however often it is asked."""
        self.limit = timeout
        """Seconds that its prediction may take when it is asked next."""
        self.alone = False
        """Whether a process did not answer it among others, and it is now asked by itself."""

    def settle(self, status: int, message: str) -> None:
        """Answer with an error, if nobody has answered yet."""
        self.done(Frame(0, status, JSON, error_body(status, message)))

    def done(self, frame: Frame) -> None:
        """Answer, if nobody has."""
        if not self.answer.done():
            self.answer.set_result(frame)


class Owner(Protocol):
    """Who is told of a process."""

    def heard(self, worker: Child, frame: Frame) -> None:
        """Take a frame."""

    def lost(self, worker: Child) -> None:
        """Take notice that it has ended."""

    def mistrust(self, worker: Child, fault: str) -> None:
        """Take notice that it sends what no process of ours would."""


class Child(asyncio.SubprocessProtocol):
    """One process, and what it is asked at the moment."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._frames = Frames(_LARGEST)
        self.transport: asyncio.SubprocessTransport | None = None
        self.asked: dict[int, Request] = {}
        self.hello: dict[str, Any] | None = None
        self.answered = 0
        self.timer: asyncio.TimerHandle | None = None
        self.overdue = False
        """Whether it is being killed, for it did not answer in time."""
        self.fault = ""
        """Why it is no longer listened to."""

    @classmethod
    async def started(cls, owner: Owner, command: Sequence[str]) -> Child:
        """Start a process.

        Raises
        ------
        OSError
            When the system has no room for one.
        """
        # A session of its own: Ctrl-C in a terminal reaches the server alone, which lets requests be finished.
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
        """Its number."""
        return self.transport.get_pid() if self.transport is not None else None

    @property
    def end(self) -> str:
        """How it ended, in words."""
        code = self.transport.get_returncode() if self.transport is not None else None
        if code is not None and code < 0 and os.name != "nt":
            with contextlib.suppress(ValueError):
                return signal.Signals(-code).name
        return f"exit code {code}"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the pipes."""
        self.transport = cast("asyncio.SubprocessTransport", transport)

    def pipe_data_received(self, fd: int, data: bytes | str) -> None:
        """Take a piece of what it says."""
        if fd != 1 or self.fault or self.overdue:
            return
        try:
            for frame in self._frames.feed(cast("bytes", data)):
                self._owner.heard(self, frame)
        except ValueError as error:
            self._owner.mistrust(self, str(error))

    def process_exited(self) -> None:
        """Take notice of its end; what it has started ends, too."""
        self._kill_group()
        # The last that it said, such as why the model cannot be loaded, may still be in the pipe.
        asyncio.get_running_loop().call_later(_LAST, self._owner.lost, self)

    def ask(self, requests: list[Request], first: int) -> None:
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
        """End it now, with the processes that the model has started."""
        if self.transport is not None and self.transport.get_returncode() is None:
            self._kill_group()
            with contextlib.suppress(ProcessLookupError):
                self.transport.kill()

    def _kill_group(self) -> None:
        if sys.platform != "win32" and self.pid is not None:
            # There is none of this number once its last process has ended.
            with contextlib.suppress(OSError):
                os.killpg(self.pid, signal.SIGKILL)

    def _pipe(self) -> asyncio.WriteTransport:
        assert self.transport is not None
        return cast("asyncio.WriteTransport", self.transport.get_pipe_transport(0))
