"""The processes of servers, their logs, and the records of those that run.

Each server has one record, a file that is private to the user and removed when the server ends.
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

    from nbtrack.serving.settings import Settings

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

_CLOCK_TOLERANCE = 2.0
"""Seconds by which the start time of a process may appear to change when the clock is set."""
_STALE_LOG_TIMEOUT = 86_400.0
"""Seconds after which a log without a server is removed."""
_REQUIRED_KEYS = frozenset({"name", "path", "pid", "port", "since", "started", "uri", "url"})


def records_folder() -> Path:
    """Return the folder of the records, which is created if needed.

    Raises
    ------
    OSError
        When it cannot be created.
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
        When it cannot be created.
    """
    folder = records_folder()
    if not os.access(folder, os.W_OK):
        raise PermissionError(f"{str(folder)!r} cannot be written to")
    return folder / f"{uuid4().hex[:12]}.json"


def new_log() -> tuple[Path, Path | None]:
    """Return a file for the log of a new server, and one for its record; None if records cannot be written."""
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
    """Keep a record of the server in this process, and yield a function that updates its state there."""
    import psutil

    file = None if settings.record is None else Path(settings.record)
    fields = {
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
            _write(file, {**fields, "state": state})
        except OSError as error:
            tell({"event": "warning", "message": f"nbtrack.servers() will not tell of this server ({error})"})

    record("starting")
    try:
        yield record
    finally:
        if file is not None:
            _remove(file)


def _write(file: Path, record: Mapping[str, Any]) -> None:
    """Write a record atomically."""
    # It may contain the token, so nobody else may read it.
    part = file.with_suffix(".part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump(record, stream)
    part.replace(file)


def process_of(record: Mapping[str, Any]) -> psutil.Process | None:
    """Return the process of a record; None if it has ended, even if its id was reused."""
    import psutil

    try:
        process = psutil.Process(int(record["pid"]))
        return process if abs(process.create_time() - float(record["started"])) < _CLOCK_TOLERANCE else None
    except psutil.Error:
        return None


def read_record(file: Path) -> dict[str, Any] | None:
    """Return the content of a record, if its server runs."""
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        whole = isinstance(record, dict) and record.keys() >= _REQUIRED_KEYS
        return record if whole and process_of(record) is not None else None
    except (OSError, ValueError, TypeError):
        return None


def read_records() -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the file and the content of each running server's record; remove the records of killed servers."""
    try:
        folder = records_folder()
        files = sorted(folder.glob("*.json"))
    except OSError:
        return
    for file in files:
        record = read_record(file)
        if record is not None:
            yield file, record
        else:
            _remove(file)
            _remove(file.with_suffix(".log"))
    latest = time.time() - _STALE_LOG_TIMEOUT
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
        # In its own group, because an interrupt of the kernel is not meant for it.
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
    with contextlib.suppress(OSError):  # it ended at once, which the thread that follows it will see
        process.stdin.write(settings.to_json().encode() + b"\n")
        process.stdin.flush()
    if detach:
        process.stdin.close()
    return process


def ask_to_end(process: Process) -> None:
    """Signal a process to end; it may have ended already."""
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
