"""What was logged and is not written yet: filled by any thread without a lock, emptied by the writer's thread.

Callers only append to lists. The writer notes a list's length, writes that many items and, once they are committed,
deletes them from the front. Appending and deleting are single steps of the interpreter: nothing is lost or written
twice, and what could not be committed stays in the list.
"""

from __future__ import annotations

import os
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from nbtrack.errors import InvalidValueError
from nbtrack.points import Points, Ramp
from nbtrack.store.chunks import Columns, Summary, pack, stride_of, summarise, thin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["DELETED", "Batch", "Chunk", "Entry", "RunBuffer", "SeriesBatch", "SeriesBuffer"]

Entry = tuple[Literal["run", "param", "tag", "data", "document"], str, Any]
"""The kind of what is written, its name and its value."""

DELETED = object()
"""The value of an entry that deletes what is kept under its name."""

_POINT_BYTES = 65
_MAX_CHUNK_POINTS = 1 << 18
"""Points after which a chunk is written before the next is packed."""


class SeriesBuffer:
    """The points of one metric that are not written yet.

    Attributes
    ----------
    append
        Add one point, as `pack_point` returns it from step, seconds since the epoch and value.
    """

    __slots__ = ("_touch", "append", "before", "kept", "key", "parts", "points", "seen", "tiers")

    def __init__(self, key: str, touch: Callable[[], None]) -> None:
        self.key = key
        self.points: list[bytes] = []
        self.append = self.points.append
        self.parts: list[Points] = []
        # Used by the writer's thread only: the points so far, how many of them are kept, and the written chunks
        # that are still to be merged, by how often they have been merged.
        self.seen: int | None = 0
        self.kept = 0
        self.tiers: list[list[int]] = []
        self.before = 0
        """How many points the store had before it was replaced by another store or another state of it."""
        self._touch = touch

    def extend(self, points: Points) -> None:
        """Add points without copying them.

        Raises
        ------
        InvalidValueError
            When their columns differ in length, or are not of their types.

        Examples
        --------
        >>> loss = SeriesBuffer("loss", lambda: None)
        >>> loss.extend(Points.at(0.0, [0.5, 0.25]))
        """
        steps, times, values = points
        if not len(steps) == len(times) == len(values):
            raise InvalidValueError(
                f"metric {self.key!r}: {len(steps)} steps, {len(times)} times and {len(values)} values "
                "are not columns of equal length"
            )
        if not (
            (isinstance(steps, range) or _is_array(steps, "q"))
            and (isinstance(times, Ramp) or _is_array(times, "d"))
            and _is_array(values, "d")
        ):
            raise InvalidValueError(f"metric {self.key!r}: columns are arrays of types 'q', 'd' and 'd'")
        self.parts.append(points)
        self._touch()

    def renew(self) -> None:
        """Forget what the store has of the series."""
        self.before = max(self.before, self.seen or 0)
        self.seen, self.tiers = None, []

    def size(self) -> int:
        """Return roughly how many bytes the points take."""
        return _POINT_BYTES * len(self.points) + sum(map(_size, self.parts[:]))

    def discard(self) -> int:
        """Forget the points and return how many there were."""
        points, parts = len(self.points), self.parts[:]
        del self.points[:points], self.parts[: len(parts)]
        return points + sum(len(part.steps) for part in parts)


class Chunk(NamedTuple):
    """Points that are packed into one blob."""

    summary: Summary
    """The summary of all the points."""
    kept: int
    """How many of the points are kept."""
    data: bytes
    """The packed points that are kept; empty if none are."""


@dataclass(slots=True)
class SeriesBatch:
    """The part of one series that goes into one transaction."""

    buffer: SeriesBuffer
    points: int
    parts: int
    seen: int
    """How many points of the series the store has had, including the chunks that were yielded."""
    kept: int
    tiers: list[list[int]]

    @classmethod
    def of(cls, buffer: SeriesBuffer) -> SeriesBatch:
        """Return the points that are in the buffer now; they stay there until `settle`."""
        tiers = [tier[:] for tier in buffer.tiers]
        return cls(buffer, len(buffer.points), len(buffer.parts), buffer.seen or 0, buffer.kept, tiers)

    def chunks(self) -> Iterator[Chunk]:
        """Yield the points as chunks, one at a time: one chunk of a fast loop's points would hold them three times."""
        for points in self._pieces():
            kept = thin(points, self.seen, self.kept)
            stride = stride_of(points.steps)
            self.seen += len(points.steps)
            self.kept += len(kept.steps)
            data = pack(kept, stride if kept is points else stride_of(kept.steps)) if kept.steps else b""
            yield Chunk(summarise(points, stride), len(kept.steps), data)

    def _pieces(self) -> Iterator[Points]:
        held: list[Points] = []
        if self.points:
            held.append(Points(*Columns.of(self.buffer.points[: self.points])))
        count = self.points
        for part in self.buffer.parts[: self.parts]:
            held.append(part)
            count += len(part.values)
            if count >= _MAX_CHUNK_POINTS:
                yield Points.joined(held)
                held, count = [], 0
        if count:
            yield Points.joined(held)

    def settle(self) -> None:
        """Remove what is committed from the buffer."""
        buffer = self.buffer
        del buffer.points[: self.points], buffer.parts[: self.parts]
        buffer.seen, buffer.kept, buffer.tiers = self.seen, self.kept, self.tiers
        buffer.before = 0


@dataclass(slots=True)
class Batch:
    """The part of one run that goes into one transaction."""

    run: RunBuffer
    entries: list[Entry]
    series: list[SeriesBatch]
    key: int | None
    folder: str
    """The store's, for messages."""
    lost: int = 0
    """How many points of its series the store no longer has."""
    refused: list[str] = field(default_factory=list)

    def settle(self) -> None:
        """Remove what is committed from the buffers."""
        self.run.key = self.key
        self.run.kept = True
        del self.run.entries[: len(self.entries)]
        for one in self.series:
            one.settle()


class RunBuffer:
    """What a run has logged that is not written yet.

    Parameters
    ----------
    run_id
        The run's id.
    row
        The columns of a run that this process starts or resumes, with ``experiment`` as a name; None for other runs.
    notice
        Called when there is something to write.
    new
        Whether the store has nothing of the run.
    """

    __slots__ = (
        *("entries", "key", "kept", "live", "new", "notice", "noticed", "opened", "owner", "refused", "row"),
        *("run_id", "series"),
    )

    def __init__(
        self,
        run_id: str,
        row: dict[str, Any] | None,
        notice: Callable[[RunBuffer], None],
        *,
        new: bool = False,
    ) -> None:
        self.run_id = run_id
        self.row = row
        self.new = new
        """Whether the store has nothing of the run but what this process wrote."""
        self.kept = not new
        """Whether the store has had the run."""
        self.key: int | None = None
        self.opened = 0
        """The opening of the store in which `key` and the series' counts were read."""
        self.refused = False
        """Whether it was reported that the store refuses the run."""
        self.entries: list[Entry] = []
        self.series: dict[str, SeriesBuffer] = {}
        self.live = False
        self.owner = os.getpid()
        self.notice = notice
        self.noticed = False
        """Whether the writer's thread looks after it."""

    def add(self, entry: Entry) -> None:
        """Add an entry to be written: anything but points."""
        self.entries.append(entry)
        self.touch()

    def touch(self) -> None:
        """Have the writer's thread write this buffer soon."""
        if not self.noticed:
            self.notice(self)

    def series_of(self, key: str) -> SeriesBuffer:
        """Return the buffer of a metric's points."""
        buffer = self.series.get(key)
        if buffer is None:
            # Two threads that come here at once both get the buffer of the first.
            new = SeriesBuffer(key, self.touch)
            new.seen = 0 if self.new else None
            buffer = self.series.setdefault(key, new)
        return buffer

    def pending(self) -> bool:
        """Whether there is something to write."""
        if self.entries or not self.kept:
            return True
        return any(buffer.points or buffer.parts for buffer in list(self.series.values()))

    def take(self, load: Callable[[RunBuffer, SeriesBuffer], int], folder: str) -> Batch:
        """Return a batch to write to the store in `folder`; its items stay here until the batch is settled.

        `load` sets `seen` and `kept` of a series that the store may have points of, and returns how many it lacks.
        """
        batch = Batch(self, self.entries[:], [], self.key, folder)
        for buffer in list(self.series.values()):
            if buffer.points or buffer.parts:
                if buffer.seen is None:
                    batch.lost += load(self, buffer)
                batch.series.append(SeriesBatch.of(buffer))
        return batch

    def discard(self) -> int:
        """Forget all points and return how many there were."""
        return sum(buffer.discard() for buffer in list(self.series.values()))

    def renew(self, opened: int) -> None:
        """Forget what was read from the store, before the first write after its opening number `opened`."""
        if self.opened != opened:
            if self.opened:
                self.key, self.new, self.refused = None, False, False
                for buffer in list(self.series.values()):
                    buffer.renew()
            self.opened = opened

    def disown(self) -> None:
        """In a forked child, forget what the parent will write."""
        self.discard()
        self.entries.clear()
        self.row = self.key = None
        self.kept = True
        self.live = self.noticed = self.new = False
        for buffer in self.series.values():
            buffer.seen, buffer.tiers, buffer.before = None, [], 0


def _is_array(column: Any, typecode: str) -> bool:
    return isinstance(column, array) and column.typecode == typecode


def _size(points: Points) -> int:
    """Return how many bytes points take."""
    return sum(column.itemsize * len(column) for column in points if isinstance(column, array))
