"""Whether the process that began a run still lives."""

from __future__ import annotations

import math
import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

__all__ = ["HEARTBEAT", "Identity", "is_dead", "this_process"]

_LINUX: bool = sys.platform == "linux"

HEARTBEAT = 30.0
"""Seconds between two signs of life of a run."""
SILENCE = 120.0
"""A run of a process that cannot be looked at from here is dead after so many seconds without one."""


class Identity(NamedTuple):
    """A process, told from a later one with the same number: columns of the table `runs`."""

    host: str
    boot: str
    pid: int
    pid_started: float


_here: tuple[int, Identity] | None = None


def this_process() -> Identity:
    """Return what identifies this process."""
    global _here  # noqa: PLW0603 - told again after a fork
    if _here is None or _here[0] != os.getpid():
        pid = os.getpid()
        started = _started(pid)
        _here = (
            pid,
            Identity(_host(), _boot(), pid, 0.0 if started is None or math.isnan(started) else started),
        )
    return _here[1]


def is_dead(process: Identity, heartbeat: float | None) -> bool:
    """Whether a run of `process`, last seen at `heartbeat`, will not go on.

    On this machine since its last start the process itself is looked at; elsewhere the heartbeat decides.
    """
    here = this_process()
    if (process.host, process.boot) != (here.host, here.boot):
        return heartbeat is None or time.time() - heartbeat > SILENCE
    started = _started(process.pid)
    return started is None or abs(started - process.pid_started) > 0.05


def _host() -> str:
    if hasattr(os, "uname"):
        return os.uname().nodename
    import socket

    return socket.gethostname()


def _boot() -> str:
    if _LINUX:
        # Containers can share host name and kernel, and not see each other's processes.
        boot = _text(Path("/proc/sys/kernel/random/boot_id")) or ""
        with suppress(OSError):
            boot += f" {Path('/proc/self/ns/pid').readlink()}"
        return boot
    import psutil

    return str(round(psutil.boot_time()))


def _started(pid: int) -> float | None:
    """Return when a process started, by the system's own clock, or None when it has ended.

    NaN, which differs from no start, stands for a process that lives but may not be looked at.
    """
    if _LINUX:
        text = _text(Path(f"/proc/{pid}/stat"))
        if text is None:
            return _unseen(pid)
        fields = text.rpartition(")")[2].split()
        return None if fields[0] in "ZX" else float(fields[19])
    import psutil

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
    except psutil.NoSuchProcess:
        return None
    except psutil.AccessDenied:
        return math.nan


def _text(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return None


def _unseen(pid: int) -> float | None:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    return math.nan
