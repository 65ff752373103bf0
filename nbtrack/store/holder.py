"""Which process holds the lock of a store's database."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["holder"]

_LINUX: bool = sys.platform == "linux"


def holder(database: Path) -> str:
    """Describe the process that keeps others from writing to a database, and say what to do.

    On Linux it is found in the system's list of locks, elsewhere by which processes have the file open.

    Examples
    --------
    >>> holder(Path("nbtrack.db"))
    'another process; end that process, or wait'
    """
    found = list(_lockers(database) if _LINUX else _openers(database))
    if not found:
        return "another process; end that process, or wait"
    if len(found) > 1:
        return f"one of the processes {', '.join(map(str, sorted(found)))}; end it, or wait"
    return _described(found[0])


def _described(pid: int) -> str:
    import psutil

    try:
        process = psutil.Process(pid)
        command = " ".join(" ".join(process.cmdline()[1:]).split())
        command = f"{process.name()} {command}".strip()[:60].strip()
        stopped = process.status() == psutil.STATUS_STOPPED
    except psutil.Error:  # it has ended, or belongs to another user
        return f"process {pid}; end it, or wait"
    if stopped:
        return f"process {pid} ({command}), which is stopped; continue it with `kill -CONT {pid}`, or end it"
    return f"process {pid} ({command}); end it, or wait"


def _lockers(database: Path) -> Iterator[int]:
    """Yield the processes that hold a write lock on the database or on the index of its log."""
    files = (database, database.with_name(f"{database.name}-shm"))
    inodes = {str(file.stat().st_ino) for file in files if file.exists()}
    try:
        lines = Path("/proc/locks").read_text(encoding="ascii").splitlines()
    except OSError:
        return
    for line in lines:
        # "7: POSIX  ADVISORY  WRITE 1234 08:01:5678 120 120"; one that waits for a lock has "->" after its number
        _, *fields = line.split()
        if fields[0] == "POSIX" and fields[2] == "WRITE" and fields[4].rpartition(":")[2] in inodes:
            pid = int(fields[3])
            if pid > 0 and pid != os.getpid():
                yield pid


def _openers(database: Path) -> Iterator[int]:
    """Yield the other processes that have the database open, as far as they can be inspected."""
    import psutil

    for process in psutil.process_iter():
        try:
            files = {file.path for file in process.open_files()}
        except (psutil.Error, OSError):
            continue
        if str(database) in files and process.pid != os.getpid():
            yield process.pid
