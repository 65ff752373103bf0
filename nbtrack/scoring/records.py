"""Where the records of a CSV file end, so that it can be cut into pieces of so many rows without being parsed."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from nbtrack.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

__all__ = ["header_of", "pieces", "record_ends"]

_BOM = b"\xef\xbb\xbf"
_FIRST = 1 << 18
_BLOCK = 1 << 22
_LONGEST = 1 << 26
"""Bytes after which a record is taken for a quote that is never closed."""


def record_ends(content: bytes, *, whole: bool) -> np.ndarray:
    """Return the offsets behind the records of CSV; a line break within quotes ends none, and empty lines are none.

    Parameters
    ----------
    content
        Text that begins with a record.
    whole
        Whether its end is the end of the last record too.
    """
    import numpy as np

    text = np.frombuffer(content, dtype=np.uint8)
    breaks = np.flatnonzero(text == 10)
    if b'"' in content:
        quotes = np.flatnonzero(text == 34)
        breaks = breaks[np.searchsorted(quotes, breaks) % 2 == 0]
    ends: np.ndarray = breaks + 1
    if whole and len(content) and (not len(ends) or ends[-1] != len(content)):
        ends = np.append(ends, len(content))
    starts = np.concatenate([[0], ends[:-1]]).astype(np.int64) if len(ends) else ends
    lengths = ends - starts
    short = np.flatnonzero(lengths <= 2)
    if not len(short):
        return ends
    empty = [k for k in short.tolist() if not content[starts[k] : ends[k]].strip(b"\r\n")]
    return np.delete(ends, empty)


def header_of(stream: BinaryIO) -> bytes:
    """Return the first record of a CSV file, and leave the stream behind it.

    Raises
    ------
    InvalidValueError
        When there is none, or it is not text in UTF-8.
    """
    header = b""
    while not header.strip(b"\r\n"):
        header = stream.readline()
        if not header:
            raise InvalidValueError("it is not CSV: No columns to parse from file")
        header = header.removeprefix(_BOM)
    while header.count(b'"') % 2 and len(header) < _LONGEST:  # a name with a line break in it
        more = stream.readline()
        if not more:
            break
        header += more
    if header.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in header:
        raise InvalidValueError("it is not CSV: it is not text in UTF-8")
    return header if header.endswith(b"\n") else header + b"\n"


def pieces(stream: BinaryIO, rows: int, most: int | None = None) -> Iterator[tuple[bytes, int]]:
    """Yield the rest of a CSV file in pieces of so many records, with the number in each.

    Parameters
    ----------
    stream
        The file, behind its header.
    rows
        How many records a piece has.
    most
        How many bytes it has at most, unless its only record has more; None for any number.

    Raises
    ------
    InvalidValueError
        When a quote is not closed.
    """
    rest, size, ended = b"", _FIRST, False
    while not ended:
        block = stream.read(size)
        ended = not block
        rest += block
        ends = record_ends(rest, whole=ended)
        start = done = 0
        while count := _count(ends, done, start, rows, most, ended=ended):
            stop = int(ends[done + count - 1])
            yield rest[start:stop], count
            start, done = stop, done + count
        rest = rest[start:]
        if not ended and len(rest) > _LONGEST and not len(ends):
            raise InvalidValueError("it is not CSV: a quote is not closed")
        # A piece is read in one go from then on, so that its beginning is not looked at again and again.
        mean = int(ends[-1]) / len(ends) if len(ends) else size
        piece = min(int(mean * rows), most or _BLOCK * 8)
        size = max(_FIRST, min(piece - len(rest) + 1024, _BLOCK * 8))


def _count(ends: np.ndarray, done: int, start: int, rows: int, most: int | None, *, ended: bool) -> int:
    """Return how many records the next piece has, where so many are done; 0 if more is to be read."""
    there = len(ends) - done
    fitting = there if most is None else int(ends.searchsorted(start + most, "right")) - done
    if fitting < min(rows, there):
        return max(fitting, 1)
    return rows if there >= rows else there if ended else 0
