"""Frames between the server and its worker processes, over pipes.

A frame is the number of the request, a status, the lengths of the body's type and of the body, then both:
`request: u32, status: u16, type: u16, body: u64`. Nothing is unpickled on either side: the server does not trust a
process that runs a model's code.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

__all__ = ["BATCH", "HELLO", "Frame", "Frames", "pack", "read"]

_HEAD = struct.Struct("<IHHQ")

HELLO = 0
"""The number of the frame with which a worker reports that its model is loaded, or why it is not."""

BATCH = 1
"""The status of a request that is predicted together with that of the next frame."""


class Frame(NamedTuple):
    """A request to a worker, or its answer."""

    number: int
    status: int
    """In a request, `BATCH` or 0; in an answer, the HTTP status."""
    body_type: str
    """In a request, the format of the body; in an answer, its content type."""
    body: bytes


def pack(frame: Frame) -> bytes:
    """Return the bytes of a frame."""
    body_type = frame.body_type.encode()
    return _HEAD.pack(frame.number, frame.status, len(body_type), len(frame.body)) + body_type + frame.body


def read(stream: BinaryIO) -> Frame | None:
    """Return the next frame of a stream; None at its end."""
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    number, status, type_size, body_size = _HEAD.unpack(head)
    rest = stream.read(type_size + body_size)
    if len(rest) < type_size + body_size:
        return None
    return Frame(number, status, rest[:type_size].decode(), rest[type_size:])


class Frames:
    """Parses a stream that arrives in pieces into frames.

    Parameters
    ----------
    largest
        The most bytes that a body may have.
    """

    def __init__(self, largest: int = 1 << 62) -> None:
        self._buffer = bytearray()
        self._largest = largest

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Add a piece, and yield the frames that are complete.

        Raises
        ------
        ValueError
            When the data is not a frame, or one is too large.
        """
        buffer = self._buffer
        buffer += data
        while len(buffer) >= _HEAD.size:
            number, status, type_size, body_size = _HEAD.unpack_from(buffer)
            if body_size > self._largest:
                raise ValueError(f"a frame of {body_size:,} bytes, where {self._largest:,} are the most")
            end = _HEAD.size + type_size + body_size
            if len(buffer) < end:
                return
            text = buffer[_HEAD.size : _HEAD.size + type_size].decode()
            frame = Frame(number, status, text, bytes(buffer[_HEAD.size + type_size : end]))
            del buffer[:end]
            yield frame
