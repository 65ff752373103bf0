"""A run's files on their way to the page: in pieces, so that the kernel's socket is never held up for long."""

from __future__ import annotations

import base64
import io
import threading
import zipfile
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from nbtrack.entities.artifacts import artifact_target
from nbtrack.entities.text import size_text
from nbtrack.errors import InvalidValueError, NotFoundError, StoreError
from nbtrack.widgets.runpage.bounds import whole

if TYPE_CHECKING:
    from pathlib import Path

    from nbtrack.entities import Run

__all__ = ["Downloads", "local_path"]

MOST_BYTES = 50_000_000
"""Of a file, and of all files of a folder. What is larger is copied where it lies."""
PIECE = 1_000_000
"""Bytes in one answer."""


@dataclass
class _Sending:
    """A file that is being sent, or a folder as a ZIP file; `stamp` tells whether it is still the same."""

    key: tuple[str, str]
    filename: str
    size: int
    path: Path | None
    held: IO[bytes] | None
    stamp: tuple[int, int]


class Downloads:
    """Reads files piece by piece; the page asks for the next piece when it has one.

    One folder at a time is held as a ZIP file in memory, until its last piece is read.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sending: _Sending | None = None

    def piece(self, run: Run, name: str, offset: int) -> dict[str, Any]:
        """Return a piece of a file: `filename`, `size` of the whole, `data` (base64), `next` (None after the last).

        Raises
        ------
        NotFoundError
            When the run has no such file or folder, or the name leads out of its folder.
        InvalidValueError
            When it is larger than 50 MB, or the offset is not one that was given.
        StoreError
            When it cannot be read, or was changed meanwhile.
        """
        try:
            with self._lock:
                sending = self._begun(run, name, offset)
                data = _read(sending, offset)
                end = offset + len(data)
                if end >= sending.size:
                    self._sending = None
        except OSError as error:
            raise StoreError(f"{name!r} could not be read ({error.strerror or error})") from error
        return {
            "filename": sending.filename,
            "size": sending.size,
            "data": base64.b64encode(data).decode(),
            "next": end if end < sending.size else None,
        }

    def _begun(self, run: Run, name: str, offset: int) -> _Sending:
        key = (run.id, name)
        if offset == 0:
            path = local_path(run, name)
            self._sending = _zipped(key, run, path) if path.is_dir() else _opened(key, path)
        if self._sending is None or self._sending.key != key or offset > self._sending.size:
            raise InvalidValueError(f"the download of {name!r} is no longer under way; begin again")
        return self._sending


def local_path(run: Run, name: str) -> Path:
    """Return where a file or a folder of the run lies.

    Raises
    ------
    NotFoundError
        When there is none, or the name leads out of the run's folder.
    """
    try:
        path = artifact_target(run.artifacts.folder, name)
    except InvalidValueError as error:
        raise NotFoundError(str(error)) from None
    if not (path.is_file() or path.is_dir()):
        raise NotFoundError(f"this run has no artifact {name!r}")
    return path


def _opened(key: tuple[str, str], path: Path) -> _Sending:
    state = path.stat()
    _check_size(state.st_size, path)
    return _Sending(key, whole(path.name), state.st_size, path, None, (state.st_size, state.st_mtime_ns))


def _read(sending: _Sending, offset: int) -> bytes:
    if sending.path is None:
        assert sending.held is not None
        sending.held.seek(offset)
        return sending.held.read(PIECE)
    with sending.path.open("rb") as file:
        state = sending.path.stat()
        if (state.st_size, state.st_mtime_ns) != sending.stamp:
            raise StoreError(f"{sending.path.name!r} was changed while it was read; try again")
        file.seek(offset)
        return file.read(PIECE)


def _zipped(key: tuple[str, str], run: Run, folder: Path) -> _Sending:
    # Through the mapping: it passes over what is half written, and what a link leads to elsewhere.
    within = folder.relative_to(run.artifacts.folder).as_posix()
    names = [name for name in run.artifacts if name.startswith(f"{within}/")]
    found = []
    total = 0
    for name in names:
        try:
            artifact = run.artifacts[name]
        except NotFoundError:
            continue
        total += artifact.size
        found.append(artifact)
        _check_size(total, folder)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
        for artifact in found:
            archive.write(artifact.path, whole(artifact.name[len(within) + 1 :]))
    size = held.tell()
    return _Sending(key, f"{whole(folder.name)}.zip", size, None, held, (size, 0))


def _check_size(size: int, path: Path) -> None:
    if size > MOST_BYTES:
        raise InvalidValueError(
            f"{path.name!r} has {size_text(size)}, more than the {size_text(MOST_BYTES)} that a page is sent; "
            f"copy it from {str(path)!r}"
        )
