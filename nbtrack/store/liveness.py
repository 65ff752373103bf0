"""Whether the process that began a run still lives."""

from __future__ import annotations

import math
import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

__all__ = ["HEARTBEAT_INTERVAL", "Identity", "is_dead", "this_process"]

_LINUX: bool = sys.platform == "linux"

HEARTBEAT_INTERVAL = 30.0
"""Seconds between two heartbeats of a run."""
HEARTBEAT_TIMEOUT = 120.0
"""Seconds without a heartbeat after which a run is dead, if its process cannot be checked from here."""


class Identity(NamedTuple):
    """Identifies a process, even when its number is reused: columns of the table `runs`."""

    host: str
    boot: str
    pid: int
    pid_started: float


_here: tuple[int, Identity] | None = None


def this_process() -> Identity:
    """Return what identifies this process."""
    global _here  # noqa: PLW0603 - computed again after a fork
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

    A process on this machine, since its last boot, is checked itself; for others the heartbeat decides.
    """
    here = this_process()
    if (process.host, process.boot) != (here.host, here.boot):
        return heartbeat is None or time.time() - heartbeat > HEARTBEAT_TIMEOUT
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

    NaN stands for a process that lives but may not be inspected: it compares as different from no start time.
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
