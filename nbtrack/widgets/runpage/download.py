"""A run's files on their way to the page: in pieces, so that the kernel's socket is never held up for long."""

from __future__ import annotations

import base64
import io
import os
import secrets
import threading
import zipfile
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nbtrack.entities.artifacts import artifact_target
from nbtrack.entities.bounds import whole
from nbtrack.entities.text import size_text
from nbtrack.errors import InvalidValueError, NotFoundError, StoreError

if TYPE_CHECKING:
    from pathlib import Path

    from nbtrack.entities import Run

__all__ = ["Downloads", "archived", "local_path"]

MAX_BYTES = 50_000_000
"""Of a file, and of all files of a folder. What is larger is copied where it lies."""
PIECE = 1_000_000
"""Bytes in one answer."""
ARCHIVE_TIMEOUT = 60.0
"""Seconds after its last piece for which a ZIP file waits to be asked for the next."""


@dataclass(frozen=True)
class _Archive:
    """A folder as a ZIP file, while it is sent; `timer` removes it."""

    run_id: str
    name: str
    filename: str
    content: bytes
    timer: threading.Timer


@dataclass(frozen=True)
class _Piece:
    filename: str
    size: int
    data: bytes
    stamp: str


class Downloads:
    """Reads files piece by piece; the page asks for the next piece when it has one, with the stamp of that.

    Of a file nothing is kept in between: its stamp tells whether it is still the same. A folder is held as a ZIP file in
    memory, which its stamp finds, until its last piece is read, or for a minute when no more is asked for.
    """

    def __init__(self) -> None:
        self._archives: dict[str, _Archive] = {}

    def piece(self, run: Run, name: str, offset: int, stamp: str) -> dict[str, Any]:
        """Return a piece of a file.

        Parameters
        ----------
        name
            The file or the folder; empty for the folder of all artifacts.
        offset
            Where it begins: 0, or what `next` was of the piece before.
        stamp
            That of the piece before; empty for the first.

        Returns
        -------
        dict
            `filename`, `size` of the whole, `data` (base64), `next` (None after the last), `stamp`.

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
            piece = self._read(run, name, offset, stamp)
        except OSError as error:
            raise StoreError(f"{name!r} could not be read ({error.strerror or error})") from error
        end = offset + len(piece.data)
        return {
            "filename": piece.filename,
            "size": piece.size,
            "data": base64.b64encode(piece.data).decode(),
            "next": end if end < piece.size else None,
            "stamp": piece.stamp,
        }

    def _read(self, run: Run, name: str, offset: int, stamp: str) -> _Piece:
        if offset > 0 and stamp in self._archives:
            return self._next(run, name, offset, stamp)
        path = local_path(run, name) if name else run.artifacts.folder
        if name and path.is_file():
            return _of_file(path, offset, stamp)
        if offset > 0:
            raise _ended(name)
        return self._first(run, name, path)

    def _first(self, run: Run, name: str, folder: Path) -> _Piece:
        filename, content = _zipped(run, folder)
        stamp = secrets.token_hex(8)
        if len(content) > PIECE:
            self._hold(stamp, _Archive(run.id, name, filename, content, self._timer(stamp)))
        return _Piece(filename, len(content), content[:PIECE], stamp)

    def _next(self, run: Run, name: str, offset: int, stamp: str) -> _Piece:
        archive = self._archives.pop(stamp, None)
        if archive is not None:
            archive.timer.cancel()
        if (
            archive is None
            or (archive.run_id, archive.name) != (run.id, name)
            or offset > len(archive.content)
        ):
            raise _ended(name)
        content = archive.content
        if offset + PIECE < len(content):
            self._hold(stamp, replace(archive, timer=self._timer(stamp)))
        return _Piece(archive.filename, len(content), content[offset : offset + PIECE], stamp)

    def _hold(self, stamp: str, archive: _Archive) -> None:
        self._archives[stamp] = archive
        archive.timer.start()

    def _timer(self, stamp: str) -> threading.Timer:
        timer = threading.Timer(ARCHIVE_TIMEOUT, self._archives.pop, (stamp, None))
        timer.daemon = True
        return timer


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


def _of_file(path: Path, offset: int, stamp: str) -> _Piece:
    with path.open("rb") as file:
        state = os.fstat(file.fileno())
        found = f"{state.st_size}-{state.st_mtime_ns}"
        if offset > 0 and found != stamp:
            raise StoreError(f"{path.name!r} was changed while it was read; try again")
        if offset > state.st_size:
            raise _ended(path.name)
        _check_size(state.st_size, path, MAX_BYTES)
        file.seek(offset)
        return _Piece(whole(path.name), state.st_size, file.read(PIECE), found)


def _ended(name: str) -> InvalidValueError:
    return InvalidValueError(f"the download of {name!r} is no longer under way; begin again")


def _zipped(run: Run, folder: Path) -> tuple[str, bytes]:
    filename, members = archived(run, folder, MAX_BYTES)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
        for name, path in members:
            archive.write(path, name)
    return filename, held.getvalue()


def archived(run: Run, folder: Path, most: int) -> tuple[str, list[tuple[str, Path]]]:
    """Return the name of a folder's ZIP file, and its members with where they lie.

    Raises
    ------
    NotFoundError
        When the run has no artifacts.
    InvalidValueError
        When they have more bytes than `most`.
    """
    # Through the mapping: it passes over what is half written, and what a link leads to elsewhere.
    within = folder.relative_to(run.artifacts.folder).as_posix()
    begin = "" if within == "." else f"{within}/"
    names = [name for name in run.artifacts if name.startswith(begin)]
    if not names and not begin:
        raise NotFoundError("this run has no artifacts")
    found = []
    total = 0
    for name in names:
        try:
            artifact = run.artifacts[name]
        except NotFoundError:
            continue
        total += artifact.size
        found.append((whole(name[len(begin) :]), artifact.path))
        _check_size(total, folder, most)
    named = folder.name if begin else f"run-{run.id[:8]}-artifacts"
    return f"{whole(named)}.zip", found


def _check_size(size: int, path: Path, most: int) -> None:
    if size > most:
        raise InvalidValueError(
            f"{path.name!r} has {size_text(size)}, more than the {size_text(most)} that a page is sent; "
            f"copy it from {str(path)!r}"
        )
