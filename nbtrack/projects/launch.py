"""One child process: its output is passed on and its end kept, and an interrupt ends all that it started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

from nbtrack.projects.outlived import not_outlived
from nbtrack.projects.terminal import opened

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = ["INSIDE", "Stopped", "Tail", "deaf", "launch", "told_to_end"]

INSIDE = "NBTRACK_PROJECT"
"""The variable by which a child knows that it is one: what it starts stays in its process group."""

_PATIENCE = 5.0
"""Seconds that the processes have to end after an interrupt."""
_OUTPUT_PATIENCE = 2.0
"""Seconds to wait for output after the child's end: something in the background may hold the pipe."""
_TAIL = 20_000


class Stopped(KeyboardInterrupt):
    """The parent was told to end, by SIGTERM or SIGHUP."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


@dataclass(slots=True)
class Tail:
    """The end of what a process printed, and its exit code once it has one."""

    parts: deque[bytes]
    code: int | None = None

    @property
    def text(self) -> str:
        """The last characters."""
        return b"".join(self.parts)[-_TAIL:].decode(errors="replace")


def launch(
    arguments: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    tail: Tail,
    *,
    inherit: bool = False,
) -> int:
    """Run a command to its end, and return its exit code.

    Parameters
    ----------
    tail
        Takes the end of the output, also where this raises.
    inherit
        Whether the command has this process's own terminal, as for `input()` and debuggers: its output is not taken then.

    Raises
    ------
    KeyboardInterrupt
        After all processes of the group have ended: `Stopped` inside `told_to_end`.
    """
    with not_outlived() as ends_with_us:
        return _launched(arguments, folder, environment, tail, ends_with_us, inherit=inherit)


def _launched(
    arguments: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    tail: Tail,
    ends_with_us: Callable[[int, bool], None],
    *,
    inherit: bool,
) -> int:
    # A group of its own, so that the end reaches all of it; what a project starts itself stays in that group.
    own = INSIDE not in os.environ and os.name == "posix"
    if inherit and sys.stdout is sys.__stdout__:
        own = own and not _on_terminal()
        return _inherited(arguments, folder, environment, tail, ends_with_us, own=own)
    streams = [(one, *opened(one)) for one in (sys.stdout, sys.stderr)]
    try:
        child = subprocess.Popen(  # noqa: S603 (running it is what the user asks for)
            arguments,
            cwd=folder,
            env={**environment, INSIDE: "1"},
            stdout=streams[0][2],
            stderr=streams[1][2],
            start_new_session=own,
        )
        ends_with_us(child.pid, own)
    except BaseException:
        for _, reading, _ in streams:
            os.close(reading)
        raise
    finally:
        for _, _, writing in streams:
            os.close(writing)
    readers = [_pass_on(reading, to, tail) for to, reading, _ in streams]
    try:
        tail.code = child.wait()
    except BaseException as error:
        tail.code = _end(child, error, whole_group=own)
        raise
    finally:
        patience = time.monotonic() + _OUTPUT_PATIENCE
        for reader in readers:
            reader.join(max(0.0, patience - time.monotonic()))
    # A shell says it like this too.
    return 128 - tail.code if tail.code < 0 else tail.code


def _inherited(
    arguments: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    tail: Tail,
    ends_with_us: Callable[[int, bool], None],
    *,
    own: bool,
) -> int:
    """Run a command with this process's own streams; on a terminal in its process group, which Ctrl-C reaches as a whole."""
    child = subprocess.Popen(  # noqa: S603 (running it is what the user asks for)
        arguments, cwd=folder, env={**environment, INSIDE: "1"}, start_new_session=own
    )
    ends_with_us(child.pid, own)
    while tail.code is None:
        try:
            tail.code = child.wait()
        except BaseException as error:
            if _on_terminal() and type(error) is KeyboardInterrupt:
                continue  # the child has heard it too, and may have something to keep
            tail.code = _end(child, error, whole_group=own)
            raise
    return 128 - tail.code if tail.code < 0 else tail.code


def _on_terminal() -> bool:
    """Return whether this process is in the foreground of a terminal."""
    try:
        return os.tcgetpgrp(0) == os.getpgrp()
    except (OSError, AttributeError):
        return False


@contextmanager
def told_to_end() -> Iterator[None]:
    """Have SIGTERM and SIGHUP raise `Stopped`; only the main thread can."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: Any) -> None:  # noqa: ARG001 (the signal module's)
        raise Stopped(number)

    numbers = [signal.SIGTERM] + ([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])
    # What is ignored stays so: nohup means it.
    before = {
        number: signal.signal(number, stop)
        for number in numbers
        if signal.getsignal(number) != signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(child: subprocess.Popen[bytes], error: BaseException, *, whole_group: bool) -> int:
    """End a child, with its group where that is its own: by the signal that we got, and after some seconds without asking."""

    def send(number: int) -> None:
        with suppress(ProcessLookupError, PermissionError):
            if whole_group:
                os.killpg(child.pid, number)
            else:
                child.send_signal(number)

    def lives() -> bool:
        if child.poll() is None:
            return True
        if not whole_group:
            return False
        try:
            os.killpg(child.pid, 0)
        except (ProcessLookupError, PermissionError):
            return False
        return True

    with deaf():
        # What handles it, to keep its last state, has to get the very one.
        send(error.number if isinstance(error, Stopped) else signal.SIGINT)
        patience = time.monotonic() + _PATIENCE
        while lives() and time.monotonic() < patience:
            time.sleep(0.05)
        if lives():
            send(getattr(signal, "SIGKILL", signal.SIGTERM))
        return child.wait()


@contextmanager
def deaf() -> Iterator[None]:
    """Let a second Ctrl-C not cut the ending short."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _pass_on(reading: int, to: TextIO, tail: Tail) -> threading.Thread:
    thread = threading.Thread(target=_copy, args=(reading, to, tail), name="nbtrack-output", daemon=True)
    thread.start()
    return thread


def _copy(reading: int, to: TextIO, tail: Tail) -> None:
    raw = getattr(to, "buffer", None)
    try:
        while chunk := _read(reading):
            tail.parts.append(chunk)
            while sum(map(len, tail.parts)) - len(tail.parts[0]) > _TAIL:
                tail.parts.popleft()
            # Whoever read our output may have gone; the child goes on.
            with suppress(OSError, ValueError):
                if raw is not None:
                    raw.write(chunk)
                else:
                    to.write(chunk.decode(errors="replace"))
                to.flush()
    finally:
        os.close(reading)


def _read(reading: int) -> bytes:
    try:
        return os.read(reading, 65536)
    except OSError:  # the other end of a terminal is closed
        return b""
