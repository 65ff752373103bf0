"""Runs' files over HTTP, of any size: a file whole or in part, a folder as a ZIP file, neither held in memory."""

from __future__ import annotations

import contextlib
import os
import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from nbtrack.entities import Run
from nbtrack.store.location import database_file
from nbtrack.widgets.runpage.download import archived, local_path
from nbtrack.widgets.server.stores import stores

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Folder", "Part", "find", "headers_of", "part_of", "pieces_of_file", "zipped"]

MAX_ZIPPED = 1_000_000_000
"""Bytes of the files of a folder that is sent as a ZIP file: it takes time of a processor, and cannot be taken up again."""
_PIECE = 1_000_000
_RANGE = re.compile(rb"bytes=(\d{0,18})-(\d{0,18})")


@dataclass(frozen=True)
class Folder:
    """A folder of a run: the name of its ZIP file, and the members of it with where they lie."""

    filename: str
    members: list[tuple[str, Path]]


@dataclass(frozen=True)
class Part:
    """A part of a file: from `start` to before `end`. `status` is 416 if there is no such part."""

    status: int
    start: int
    end: int
    size: int
    stamp: bytes


def find(store: Path, run: str, name: str) -> Path | Folder:
    """Return where an artifact lies, or what is in a folder; an empty name is that of all artifacts.

    Raises
    ------
    NotFoundError
        When there is none of that name, or it leads out of the run's folder.
    InvalidValueError
        When a folder is too large to be sent.
    """
    with stores.using(str(store), database_file(store)) as opened:
        record = opened.run(run)
        held = Run(opened, record.id, record)
        folder = held.artifacts.folder
        path = local_path(held, name) if name else folder
        return path if name and path.is_file() else Folder(*archived(held, path, MAX_ZIPPED))


def part_of(file: Any, asked: bytes, unless: bytes) -> Part:
    """Return which part of a file is sent.

    Parameters
    ----------
    file
        An open file.
    asked
        The request's `Range`; several ranges, or what is none, are answered with the whole file.
    unless
        Its `If-Range`: for another state of the file than this the whole is sent.
    """
    state = os.fstat(file.fileno())
    size, stamp = state.st_size, b'"%x-%x"' % (state.st_size, state.st_mtime_ns)
    wanted = _RANGE.fullmatch(asked.strip())
    if wanted is None or wanted[1] + wanted[2] == b"" or unless not in {b"", stamp}:
        return Part(200, 0, size, size, stamp)
    if not wanted[1]:
        # The last bytes, as many as are asked for.
        start, end = max(0, size - int(wanted[2])), size
    else:
        start, end = int(wanted[1]), min(size, int(wanted[2]) + 1 if wanted[2] else size)
    return Part(206 if start < end else 416, start, end, size, stamp)


def headers_of(filename: str, part: Part | None) -> list[tuple[bytes, bytes]]:
    """Return the headers of a file, or without a part of a folder: whatever it is, a browser keeps it and shows nothing."""
    plain = re.sub(r"[^\w. ()+,=@-]", "_", filename, flags=re.ASCII)
    named = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
    found = [
        (b"content-type", b"application/octet-stream" if part else b"application/zip"),
        (b"content-disposition", named.encode()),
        (b"content-security-policy", b"sandbox; default-src 'none'"),
        (b"cache-control", b"private, no-cache"),
    ]
    if part is not None:
        found += [(b"accept-ranges", b"bytes"), (b"etag", part.stamp)]
        if part.status == 206:
            found.append((b"content-range", b"bytes %d-%d/%d" % (part.start, part.end - 1, part.size)))
        if part.status == 416:
            found.append((b"content-range", b"bytes */%d" % part.size))
        found.append((b"content-length", b"%d" % (0 if part.status == 416 else part.end - part.start)))
    return found


def pieces_of_file(file: Any, part: Part) -> Iterator[bytes]:
    """Return a part of an open file, piece by piece; less of a file that was cut meanwhile."""
    if part.status == 416:
        return
    file.seek(part.start)
    left = part.end - part.start
    while left > 0 and (piece := file.read(min(left, _PIECE))):
        left -= len(piece)
        yield piece


def zipped(folder: Folder) -> Iterator[bytes]:
    """Return a folder's ZIP file, piece by piece."""
    sink = _Sink()
    # The least of the levels: time matters more here.
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:  # type: ignore[call-overload]
        for name, path in folder.members:
            # What was deleted meanwhile is left out, as it would be a moment later.
            with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
                member = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)
                member.compress_type = zipfile.ZIP_DEFLATED
                with archive.open(member, "w") as target:
                    while piece := file.read(_PIECE):
                        target.write(piece)
                        yield sink.taken()
    yield sink.taken()


class _Sink:
    """What a ZIP file is written to, without a place to go back to."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, data: bytes) -> int:
        self._held += data
        return len(data)

    def flush(self) -> None: ...

    def taken(self) -> bytes:
        """Return what was written since this was called last."""
        held, self._held = bytes(self._held), bytearray()
        return held
