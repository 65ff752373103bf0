"""Check the write-ahead log of a database that nobody has open, by reading its file without SQLite.

SQLite reads a log up to its first invalid frame, and ignores what comes after without a message. A process that died
leaves the log's index (the file ``-shm``) beside it, which says how many frames there were.
"""

from __future__ import annotations

import struct
import sys
from typing import TYPE_CHECKING, NamedTuple

from nbtrack.store.location import DATABASE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["log_damage"]

_HEADER, _FRAME = 32, 24
_INDEX = struct.Struct("=IIIBBHI")
"""The index's header: version, unused, changes, whether it is initialised, byte order, page size, frames."""
_BACKFILL_OFFSET = 96
"""The offset in the index of the number of frames that are already in the database."""
_BIG_ENDIAN, _LITTLE_ENDIAN = 0x377F0683, 0x377F0682


class _Log(NamedTuple):
    whole: int
    """How many frames from the start are valid and end with a commit."""
    written: int
    """How many frames belong to the log, valid or not."""
    committed: bool
    """Whether a frame that ends a transaction comes after an invalid one."""


def log_damage(folder: Path) -> str | None:
    """Return what is wrong with the log of a store's database, or None."""
    expected, done = _index(folder / f"{DATABASE}-shm")
    file = folder / f"{DATABASE}-wal"
    if not file.is_file():
        if expected > done:
            return f"the log {file.name} is missing, and with it the last {expected - done} pages that were written"
        return None
    content = file.read_bytes()
    log = _read(content)
    if log is None:
        if expected > done:
            return f"the log {file.name} is cut short: the last {expected - done} pages that were written are lost"
        if len(content) >= _HEADER and any(content[:_HEADER]):
            return f"the log {file.name} is damaged at its beginning: nothing in it is read"
        return None
    # A killed process may leave its last transaction half written: that is not damage.
    if expected > max(log.whole, done) or log.committed:
        lost = max(expected, log.written) - log.whole
        return f"the log {file.name} is cut short or damaged: about {lost} pages that were written are lost"
    return None


def _index(file: Path) -> tuple[int, int]:
    """Return how many frames the log has according to its index, and how many of them are already in the database."""
    try:
        content = file.read_bytes()[: _BACKFILL_OFFSET + 4]
    except OSError:
        return 0, 0
    if len(content) < _BACKFILL_OFFSET + 4 or content[:48] != content[48:96]:
        return 0, 0
    version, _, _, made, _, _, frames = _INDEX.unpack_from(content)
    if version != 3007000 or not made:
        return 0, 0
    return frames, struct.unpack_from("=I", content, _BACKFILL_OFFSET)[0]


def _frames(content: bytes) -> Iterator[tuple[int, bool]]:
    """Yield, for each frame of the log, the size of the database after a commit (0: no commit), and whether it is valid."""
    _, _, page = struct.unpack_from(">III", content)
    page = 65536 if page == 1 else page
    order = ">" if struct.unpack_from(">I", content)[0] == _BIG_ENDIAN else "<"
    salts = content[16:24]
    first, second = _checksum(content[:24], order, 0, 0)
    for start in range(_HEADER, len(content) - _FRAME - page + 1, _FRAME + page):
        head = content[start : start + _FRAME]
        if head[8:16] != salts:
            return  # a frame of the log's previous use
        data = content[start + _FRAME : start + _FRAME + page]
        first, second = _checksum(head[:8] + data, order, first, second)
        yield struct.unpack_from(">I", head, 4)[0], struct.pack(">II", first, second) == head[16:24]


def _read(content: bytes) -> _Log | None:
    if len(content) < _HEADER or struct.unpack_from(">I", content)[0] not in (_BIG_ENDIAN, _LITTLE_ENDIAN):
        return None
    order = ">" if struct.unpack_from(">I", content)[0] == _BIG_ENDIAN else "<"
    if struct.pack(">II", *_checksum(content[:24], order, 0, 0)) != content[24:32]:
        return None
    whole = written = 0
    sound, after = True, False
    for committed, intact in _frames(content):
        written += 1
        after = after or (not sound and committed > 0)
        sound = sound and intact
        if sound and committed:
            whole = written
    return _Log(whole, written, after)


def _checksum(content: bytes, order: str, first: int, second: int) -> tuple[int, int]:
    from array import array

    words = array("I", content)
    if (order == ">") == (sys.byteorder == "little"):
        words.byteswap()
    for number in range(0, len(words), 2):
        first = (first + words[number] + second) & 0xFFFFFFFF
        second = (second + words[number + 1] + first) & 0xFFFFFFFF
    return first, second
