"""The processes of servers, their logs, and the files that tell which run.

Each server has one such file, private to the user and gone with it.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import psutil

    from nbtrack.serving.server import Settings

    Process = psutil.Process | subprocess.Popen[bytes]

__all__ = [
    "ask_to_end",
    "end_of",
    "new_log",
    "new_record",
    "process_of",
    "read_record",
    "read_records",
    "recorded",
    "records_folder",
    "start_process",
    "wait_for_end",
]

_SAME = 2.0
"""Seconds by which the start of a process may seem to move when the clock is set."""
_OLD = 86_400.0
"""Seconds after which a log that belongs to no server is of no use."""
_NEEDED = frozenset({"name", "path", "pid", "port", "since", "started", "uri", "url"})


def records_folder() -> Path:
    """Return the folder of these files, made if need be.

    Raises
    ------
    OSError
        When it cannot be made.
    """
    from platformdirs import user_state_path

    folder = user_state_path("nbtrack", appauthor=False) / "servers"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def new_record() -> Path:
    """Return a file for the record of a new server.

    Raises
    ------
    OSError
        When there can be none.
    """
    folder = records_folder()
    if not os.access(folder, os.W_OK):
        raise PermissionError(f"{str(folder)!r} cannot be written to")
    return folder / f"{uuid4().hex[:12]}.json"


def new_log() -> tuple[Path, Path | None]:
    """Return a file for the log of a new server, and one for its record; None where that cannot be kept."""
    try:
        record = new_record()
        log = record.with_suffix(".log")
        os.close(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError:
        handle, name = tempfile.mkstemp(prefix="nbtrack-", suffix=".log")
        os.close(handle)
        return Path(name), None
    return log, record


@contextlib.contextmanager
def recorded(
    settings: Settings, url: str, port: int, tell: Callable[[dict[str, Any]], None]
) -> Iterator[Callable[[str], None]]:
    """Keep a file that tells of the server that this process is, and hand out what tells its state there."""
    import psutil

    file = None if settings.record is None else Path(settings.record)
    told = {
        "pid": os.getpid(),
        "started": psutil.Process().create_time(),
        "url": url,
        "port": port,
        "uri": settings.uri,
        "name": settings.name,
        "path": settings.path,
        "token": settings.token,
        "timeout": settings.timeout,
        "since": time.time(),
    }

    def record(state: str) -> None:
        if file is None:
            return
        try:
            _write(file, {**told, "state": state})
        except OSError as error:
            tell({"event": "warning", "message": f"nbtrack.servers() will not tell of this server ({error})"})

    record("starting")
    try:
        yield record
    finally:
        if file is not None:
            _remove(file)


def _write(file: Path, told: Mapping[str, Any]) -> None:
    """Write a record, at once for whoever reads it."""
    # It may hold the token: nobody else reads it.
    part = file.with_suffix(".part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump(told, stream)
    part.replace(file)


def process_of(told: Mapping[str, Any]) -> psutil.Process | None:
    """Return the process that a record tells of; None when it has ended, whoever has its number now."""
    import psutil

    try:
        process = psutil.Process(int(told["pid"]))
        return process if abs(process.create_time() - float(told["started"])) < _SAME else None
    except psutil.Error:
        return None


def read_record(file: Path) -> dict[str, Any] | None:
    """Return what a record says, if its server runs."""
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        whole = isinstance(told, dict) and told.keys() >= _NEEDED
        return told if whole and process_of(told) is not None else None
    except (OSError, ValueError, TypeError):
        return None


def read_records() -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the file and the content of each server that runs; files of servers that were killed are removed."""
    try:
        folder = records_folder()
        files = sorted(folder.glob("*.json"))
    except OSError:
        return
    for file in files:
        told = read_record(file)
        if told is not None:
            yield file, told
        else:
            _remove(file)
            _remove(file.with_suffix(".log"))
    latest = time.time() - _OLD
    for log in folder.glob("*.log"):
        with contextlib.suppress(OSError):
            if not log.with_suffix(".json").exists() and log.stat().st_mtime < latest:
                log.unlink()


def _remove(file: Path) -> None:
    with contextlib.suppress(OSError):
        file.unlink(missing_ok=True)


def start_process(settings: Settings, log: Path, *, detach: bool) -> subprocess.Popen[bytes]:
    """Start the process of a server, which ends with this one unless it is detached."""
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    options: dict[str, Any] = (
        {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}  # type: ignore[attr-defined, unused-ignore]
        if sys.platform == "win32"
        else {"start_new_session": True}
    )
    try:
        # Of a group of its own: an interrupt of the kernel is not meant for it.
        process = subprocess.Popen(
            [sys.executable, "-m", "nbtrack.serving.server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=handle,
            **options,
        )
    finally:
        os.close(handle)
    assert process.stdin is not None
    with contextlib.suppress(OSError):  # it ended at once; whoever listens to it is told
        process.stdin.write(settings.to_json().encode() + b"\n")
        process.stdin.flush()
    if detach:
        process.stdin.close()
    return process


def ask_to_end(process: Process) -> None:
    """Tell a process to end; it may have ended by now."""
    import psutil

    with contextlib.suppress(psutil.Error, OSError):
        process.send_signal(signal.SIGTERM)


def wait_for_end(process: Process, seconds: float) -> None:
    """Wait until a process has ended; it is killed if it takes longer."""
    import psutil

    try:
        process.wait(seconds)
    except (psutil.TimeoutExpired, subprocess.TimeoutExpired):
        with contextlib.suppress(psutil.Error, OSError):
            process.kill()
            process.wait()


def end_of(file: Path, size: int) -> bytes:
    """Return the last bytes of a file; none if there is none."""
    try:
        with file.open("rb") as stream:
            stream.seek(max(0, os.fstat(stream.fileno()).st_size - size))
            return stream.read()
    except OSError:
        return b""
