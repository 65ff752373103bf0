"""Metric points as packed columns: step (int64), time and value (float64), little-endian.

The first byte of a packed chunk is its form: ``2`` for three columns, ``3`` for steps that are an arithmetic sequence,
kept as their start and stride before the columns of times and values. A chunk ends with the CRC-32 of what comes
before. ``0`` and ``1`` are the same forms without the checksum, written by earlier versions.
"""

from __future__ import annotations

import math
import struct
import sys
import zlib
from array import array
from itertools import islice
from operator import lt
from typing import TYPE_CHECKING, Any, NamedTuple

from nbtrack.points import Points, numbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nbtrack.points import Ramp

__all__ = [
    "Columns",
    "DamagedChunkError",
    "Summary",
    "in_order",
    "pack",
    "pack_point",
    "stride_of",
    "summarise",
    "thin",
    "unpack",
]

FULL_DENSITY = 1_048_576
"""Points of a series that are all kept; of the next as many every second one, then every fourth, eighth ..."""

_PLAIN, _ARITHMETIC = 2, 3
_CHECKSUM_FORMS = 2
"""The number of forms with a checksum: each form less this is the same one without."""
_CHECKSUM = struct.Struct("<I")
_RANGE = struct.Struct("<qq")
_INT64 = 1 << 63

pack_point = struct.Struct("=qdd").pack
"""Return the bytes of one point: step, seconds since the epoch, value; raises `struct.error` for other types."""
_MIN_NUMPY_POINTS = 2_000
"""Points from which on NumPy is faster."""


class DamagedChunkError(ValueError):
    """A chunk is not as it was written."""


class Columns(NamedTuple):
    """Points as columns of equal length: steps of type ``q``, times and values of type ``d``."""

    steps: array[int]
    times: array[float]
    values: array[float]

    @classmethod
    def empty(cls) -> Columns:
        """Return columns without a point."""
        return cls(array("q"), array("d"), array("d"))

    @classmethod
    def of(cls, points: Iterable[bytes]) -> Columns:
        """Return points made by `pack_point` as columns."""
        packed = b"".join(points)
        integers, floats = array("q", packed), array("d", packed)
        return cls(integers[::3], floats[1::3], floats[2::3])

    def extend(self, other: Columns) -> None:
        """Add the points of `other` at the end."""
        self.steps.extend(other.steps)
        self.times.extend(other.times)
        self.values.extend(other.values)


class Summary(NamedTuple):
    """The summary of points: the columns of the table `metrics` after its keys, in their order (`points`: count).

    NaN points count in `points` and `nans`, and can be `last` or `first`. `min`, `max` and `sum` are over the others,
    and None if there are none.
    """

    points: int
    nans: int
    last: float
    last_step: int
    last_time: float
    first: float
    first_step: int
    first_time: float
    min: float | None
    max: float | None
    sum: float | None


def pack(columns: Columns | Points, stride: int | None) -> bytes:
    """Return at least one point as a chunk for `unpack`; `stride` is what `stride_of` says of the steps.

    Examples
    --------
    >>> columns = Columns.of([pack_point(0, 1.0, 0.5), pack_point(1, 2.0, 0.25)])
    >>> chunk = pack(columns, stride_of(columns.steps))
    >>> unpack(chunk).values.tolist()
    [0.5, 0.25]
    """
    head: tuple[bytes | memoryview, ...]
    if stride is None:
        head = (bytes([_PLAIN]), _little(columns.steps))
    else:
        head = (bytes([_ARITHMETIC]), _RANGE.pack(columns.steps[0], stride))
    parts = (*head, _little(columns.times), _little(columns.values))
    checksum = 0
    for part in parts:
        checksum = zlib.crc32(part, checksum)
    return b"".join((*parts, _CHECKSUM.pack(checksum)))


def unpack(chunk: bytes) -> Columns:
    """Return the columns of a chunk made by `pack`.

    Raises
    ------
    DamagedChunkError
        When it is not as it was written.
    """
    columns = Columns.empty()
    plain, view = _checked(chunk)
    end = len(view)
    count = (end - 1) // 24 if plain else (end - 1 - _RANGE.size) // 16
    size = 8 * count
    columns.values.frombytes(view[end - size :])
    columns.times.frombytes(view[end - 2 * size : end - size])
    if plain:
        columns.steps.frombytes(view[1 : 1 + size])
    if sys.byteorder == "big":
        for column in columns:
            column.byteswap()
    if plain:
        return columns
    start, stride = _RANGE.unpack_from(view, 1)
    steps = range(start, start + stride * count, stride) if stride else [start] * count
    try:
        return columns._replace(steps=array("q", steps))
    except OverflowError as error:
        raise DamagedChunkError("its steps are beyond 64 bits") from error


def _checked(chunk: bytes) -> tuple[bool, memoryview]:
    """Verify a chunk; return whether it holds plain columns, and its content without the checksum."""
    view = memoryview(chunk)
    form = chunk[0] if chunk else None
    if form in (_PLAIN, _ARITHMETIC):
        view, checksum = view[: -_CHECKSUM.size], view[-_CHECKSUM.size :]
        if bytes(checksum) != _CHECKSUM.pack(zlib.crc32(view)):
            raise DamagedChunkError("its checksum is another")
    elif form not in (_PLAIN - _CHECKSUM_FORMS, _ARITHMETIC - _CHECKSUM_FORMS):
        raise DamagedChunkError("it has no form that is known")
    plain = form in (_PLAIN, _PLAIN - _CHECKSUM_FORMS)
    head, row = (1, 24) if plain else (1 + _RANGE.size, 16)
    if len(view) <= head or (len(view) - head) % row:
        raise DamagedChunkError("it is cut short")
    return plain, view


def summarise(columns: Columns | Points, stride: int | None) -> Summary:
    """Return the summary of at least one point; `stride` is what `stride_of` says of the steps.

    ``last`` is the value of the highest step, then the latest time, then the latest logged; ``first`` of
    the lowest step, the earliest time, the first logged.
    """
    steps, times, values = columns
    fast = _vector(values)
    total = sum(values) if fast is None else float(fast.sum())
    clean: Sequence[float] = values
    if math.isnan(total):  # a NaN among them, or infinities of both signs
        clean = [value for value in values if not math.isnan(value)]
        total = sum(clean)
    first, last = 0, len(steps) - 1
    if (stride is None or stride <= 0) and len(steps) > 1:
        moments = list(zip(steps, times, strict=True))
        first = moments.index(min(moments))
        last -= moments[::-1].index(max(moments))
    return Summary(
        len(values),
        len(values) - len(clean),
        values[last],
        steps[last],
        times[last],
        values[first],
        steps[first],
        times[first],
        *(_bounds(clean) if fast is None or clean is not values else (float(fast.min()), float(fast.max()))),
        total if clean else None,
    )


def thin(points: Points, seen: int, kept: int) -> Points:
    """Return the points to keep, for a series that has had `seen` points and kept `kept` of them."""
    if kept + len(points.steps) <= FULL_DENSITY:
        return points
    pieces: list[Points] = []
    start = 0
    while start < len(points.steps):
        stride = 1 << (kept // FULL_DENSITY)
        room = FULL_DENSITY - kept % FULL_DENSITY
        offset = start + -(seen + start) % stride
        stop = min(len(points.steps), offset + room * stride)
        part = slice(offset, stop, stride)
        pieces.append(Points(points.steps[part], points.times[part], points.values[part]))
        kept += len(pieces[-1].steps)
        start = stop
    return Points.joined(pieces)


def in_order(columns: Columns) -> Columns:
    """Return the points by step, then time, then as they were logged."""
    steps = columns.steps
    if all(map(lt, steps, islice(steps, 1, None))):
        return columns
    moments = list(zip(columns.steps, columns.times, strict=True))
    order = sorted(range(len(moments)), key=moments.__getitem__)
    return Columns(
        array("q", [columns.steps[i] for i in order]),
        array("d", [columns.times[i] for i in order]),
        array("d", [columns.values[i] for i in order]),
    )


def _vector(column: array[int] | array[float]) -> Any:
    """Return a long column as a NumPy array if NumPy is loaded already, else None."""
    numpy = sys.modules.get("numpy")
    return numpy.frombuffer(column, column.typecode) if numpy and len(column) >= _MIN_NUMPY_POINTS else None


def _bounds(values: Sequence[float]) -> tuple[float | None, float | None]:
    return min(values, default=None), max(values, default=None)


def stride_of(steps: array[int] | range) -> int | None:
    """Return the stride of steps, at least one, that are an arithmetic sequence, else None."""
    if isinstance(steps, range):
        return steps.step
    stride = steps[1] - steps[0] if len(steps) > 1 else 0
    if steps[-1] - steps[0] != stride * (len(steps) - 1) or not -_INT64 <= stride < _INT64:
        return None
    fast = _vector(steps)
    if fast is not None:
        return stride if bool((fast[1:] - fast[:-1] == stride).all()) else None
    if stride == 0:
        return 0 if steps.count(steps[0]) == len(steps) else None
    return stride if steps == array("q", range(steps[0], steps[-1] + stride, stride)) else None


def _little(column: array[Any] | range | Ramp) -> memoryview:
    packed = numbers(column)
    if sys.byteorder == "big":
        packed = packed[:]
        packed.byteswap()
    return memoryview(packed).cast("B")
