"""The stores that this process has open: what happens to them when it forks or exits."""

from __future__ import annotations

import _thread
import atexit
import os
import signal
import sys
import threading
import warnings
from typing import TYPE_CHECKING, Protocol

from nbtrack.errors import NbtrackWarning, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType


class Lock(Protocol):
    """A lock of either kind."""

    def acquire(self, blocking: bool = ..., timeout: float = ...) -> bool: ...  # noqa: D102
    def release(self) -> None: ...  # noqa: D102


class OpenStore(Protocol):
    """A store that this process has open."""

    def settle(self, wait: float) -> None: ...  # noqa: D102
    def release(self) -> None: ...  # noqa: D102
    def locks(self) -> Iterator[Lock]: ...  # noqa: D102
    def forked(self) -> None: ...  # noqa: D102


__all__ = ["Lock", "OpenStore", "opened", "opening", "started_by", "wait_for_exit"]

opened: list[OpenStore] = []
opening = threading.Lock()

_FLUSH_TIMEOUT = 5.0
_forking = threading.Lock()
_held_locks: list[Lock] = []
_is_child = False
_pipe: tuple[int, int] | None = None


def _before_fork() -> None:
    _forking.acquire()
    # So that the child finds the rows of the runs that it knows.
    for store in opened[:]:
        store.settle(_FLUSH_TIMEOUT)
    # A thread caught inside SQLite would leave its locks behind, locked for ever in the child.
    _held_locks.extend(lock for lock in _locks() if lock.acquire(timeout=_FLUSH_TIMEOUT))


def _after_in_parent() -> None:
    while _held_locks:
        _held_locks.pop().release()
    _forking.release()


def _after_in_child() -> None:
    # A lock may be held by a thread that exists only in the parent.
    global opening, _forking, _is_child
    opening, _forking, _is_child = threading.Lock(), threading.Lock(), True
    _held_locks.clear()
    _stop_listening()
    for store in opened:
        store.forked()


def _locks() -> Iterator[Lock]:
    for store in opened[:]:
        yield from store.locks()


def _at_exit() -> None:
    for store in opened[:]:
        try:
            store.release()
        except StoreError as error:
            warnings.warn(f"what was logged last is lost: {error}", NbtrackWarning, stacklevel=1)


def started_by() -> int | None:
    """Return the id of the process that started this one as a worker, with `multiprocessing` or a library built on it."""
    # In a worker this module is always loaded.
    module = sys.modules.get("multiprocessing.process")
    parent = module.parent_process() if module is not None else None
    return parent.pid if parent is not None else None


def wait_for_exit() -> None:
    """Have this process write what is pending before it ends, where `atexit` is not enough.

    A child of `multiprocessing` ends without calling what is registered with `atexit`, and a pool ends its workers
    with SIGTERM as soon as they are done.
    """
    if "multiprocessing.util" in sys.modules:
        from multiprocessing.util import Finalize

        Finalize(None, _at_exit, exitpriority=0)
    if (
        (_is_child or started_by() is not None)
        and threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    ):
        _listen()


def _listen() -> None:
    """Write what is pending when this process receives SIGTERM."""
    global _pipe  # noqa: PLW0603 - a process has one
    reader, sender = _pipe = os.pipe()
    os.set_blocking(sender, False)
    _wake_up(-1, sender)
    signal.signal(signal.SIGTERM, _terminate)
    _thread.start_new_thread(_hear, (reader,))


def _stop_listening() -> None:
    """Leave the pipe to the parent: otherwise it would take a signal to this process for its own."""
    global _pipe  # noqa: PLW0603 - a process has one
    if _pipe is None:
        return
    if threading.current_thread() is threading.main_thread():
        _wake_up(_pipe[1], -1)
        if signal.getsignal(signal.SIGTERM) is _terminate:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for end in _pipe:
        os.close(end)
    _pipe = None


def _wake_up(before: int, now: int) -> None:
    """Set the file that signals are written to, unless an event loop has set its own."""
    found = signal.set_wakeup_fd(now, warn_on_full_buffer=False)
    if found != before:
        signal.set_wakeup_fd(found)


def _hear(reader: int) -> None:
    # A handler alone is not enough: a signal that arrives just as the main thread begins to wait does not wake it.
    while signal.SIGTERM not in os.read(reader, 64):
        pass
    _write_and_end(signal.SIGTERM)


def _terminate(number: int, _frame: FrameType | None) -> None:
    # The main thread may have been interrupted while it held a lock that writing needs, so it has to go on.
    _thread.start_new_thread(_write_and_end, (number,))


def _write_and_end(number: int) -> None:
    import ctypes

    try:
        for store in opened[:]:
            store.settle(_FLUSH_TIMEOUT)
    finally:
        ctypes.pythonapi.PyOS_setsig(number, None)  # signal.signal works on the main thread only
        os.kill(os.getpid(), number)


atexit.register(_at_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_in_parent, after_in_child=_after_in_child)
