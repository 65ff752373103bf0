"""Frames between the server and the processes that hold the model, over pipes.

A frame is a number for the request, a status, the length of a word and of a body, then both:
`request: u32, status: u16, word: u16, body: u64`. Nothing is unpickled on either side: the server does
not trust a process that runs a model's code.
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
"""The number of the frame in which a process says that its model is loaded, or why it is not."""

BATCH = 1
"""The status of a request that the next frame goes with: they are predicted together."""


class Frame(NamedTuple):
    """A request to a model, or its answer."""

    number: int
    status: int
    """Of a request: `BATCH` or 0. Of an answer: that of HTTP."""
    word: str
    """Of a request: its form. Of an answer: the type of its body."""
    body: bytes


def pack(frame: Frame) -> bytes:
    """Return a frame as it is sent."""
    word = frame.word.encode()
    return _HEAD.pack(frame.number, frame.status, len(word), len(frame.body)) + word + frame.body


def read(stream: BinaryIO) -> Frame | None:
    """Return the next frame of a stream; None at its end."""
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    number, status, word, body = _HEAD.unpack(head)
    rest = stream.read(word + body)
    if len(rest) < word + body:
        return None
    return Frame(number, status, rest[:word].decode(), rest[word:])


class Frames:
    """Frames out of pieces of a stream, as they come.

    Parameters
    ----------
    largest
        The most bytes that a body may have.
    """

    def __init__(self, largest: int = 1 << 62) -> None:
        self._held = bytearray()
        self._largest = largest

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Take a piece, and yield the frames that are whole.

        Raises
        ------
        ValueError
            When they are none, or one is too large.
        """
        held = self._held
        held += data
        while len(held) >= _HEAD.size:
            number, status, word, body = _HEAD.unpack_from(held)
            if body > self._largest:
                raise ValueError(f"a frame of {body:,} bytes, where {self._largest:,} are the most")
            end = _HEAD.size + word + body
            if len(held) < end:
                return
            text = held[_HEAD.size : _HEAD.size + word].decode()
            frame = Frame(number, status, text, bytes(held[_HEAD.size + word : end]))
            del held[:end]
            yield frame
