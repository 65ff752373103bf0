"""The files that tell which servers run: one each, private to the user, gone with its server."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nbtrack.serving.server import Settings

__all__ = ["read_records", "records_folder", "write_record"]


def records_folder() -> Path:
    """Return the folder of these files, made if need be."""
    from platformdirs import user_state_path

    folder = user_state_path("nbtrack", appauthor=False) / "servers"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def write_record(file: Path, settings: Settings, url: str, port: int) -> None:
    """Write the file of the server that this process is."""
    import psutil

    told = {
        "pid": os.getpid(),
        "started": psutil.Process().create_time(),
        "url": url,
        "port": port,
        "uri": settings.uri,
        "name": settings.name,
        "path": settings.path,
        "token": settings.token,
        "since": time.time(),
    }
    # It may hold the token: nobody else reads it.
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump(told, stream)


def read_records() -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the file and the content of each server that runs; files of servers that were killed are removed."""
    import psutil

    for file in sorted(records_folder().glob("*.json")):
        try:
            told = json.loads(file.read_text(encoding="utf-8"))
            alive = psutil.Process(told["pid"]).create_time() == told["started"]
        except (OSError, ValueError, KeyError, psutil.Error):
            alive = False
        if alive:
            yield file, told
        else:
            file.unlink(missing_ok=True)
            file.with_suffix(".log").unlink(missing_ok=True)
