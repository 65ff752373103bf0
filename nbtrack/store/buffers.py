"""What was logged and is not written yet: filled by any thread without a lock, emptied by the writer's.

Lists only grow at their end on the caller's side. The writer notes their lengths, writes so many items and,
once that is committed, deletes them from the front: both are single steps of the interpreter, so nothing is
lost or written twice, and what could not be committed is still there.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from nbtrack.errors import InvalidValueError
from nbtrack.store.points import Columns, Summary, pack, stride_of, summarise, thin

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable

__all__ = ["GONE", "Batch", "Chunk", "Entry", "RunBuffer", "SeriesBuffer"]

Entry = tuple[Literal["run", "param", "tag", "data", "document"], str, Any]
"""What to write, under which name, and the value."""

GONE = object()
"""The value of an entry that takes away what is kept under its name."""

_POINT_BYTES, _ROW_BYTES = 65, 24


class SeriesBuffer:
    """The points of one metric that are not written yet.

    Attributes
    ----------
    append
        Add one point, as `pack_point` returns it from step, seconds since the epoch and value.
    """

    __slots__ = ("_touch", "append", "before", "columns", "kept", "key", "points", "seen", "tiers")

    def __init__(self, key: str, touch: Callable[[], None]) -> None:
        self.key = key
        self.points: list[bytes] = []
        self.append = self.points.append
        self.columns: list[Columns] = []
        # Known to the writer's thread only: points so far, how many of them are kept, and the written chunks
        # that are still to be merged, by how often they were.
        self.seen: int | None = 0
        self.kept = 0
        self.tiers: list[list[int]] = []
        self.before = 0
        """How many points the store had before another one, or another state of it, took its place."""
        self._touch = touch

    def extend_columns(self, steps: array[int], times: array[float], values: array[float]) -> None:
        """Add points as columns of equal length, of array types ``q``, ``d``, ``d``; they are not copied.

        Raises
        ------
        InvalidValueError
            When they are not.

        Examples
        --------
        >>> from array import array
        >>> loss = SeriesBuffer("loss", lambda: None)
        >>> loss.extend_columns(array("q", [0, 1]), array("d", [1.0, 2.0]), array("d", [0.5, 0.25]))
        """
        if not len(steps) == len(times) == len(values):
            raise InvalidValueError(
                f"metric {self.key!r}: {len(steps)} steps, {len(times)} times and {len(values)} values "
                "are not columns of equal length"
            )
        if (steps.typecode, times.typecode, values.typecode) != ("q", "d", "d"):
            raise InvalidValueError(f"metric {self.key!r}: columns are arrays of types 'q', 'd' and 'd'")
        self.columns.append(Columns(steps, times, values))
        self._touch()

    def renew(self) -> None:
        """Forget what the store has of the series."""
        self.before = max(self.before, self.seen or 0)
        self.seen, self.tiers = None, []

    def size(self) -> int:
        """Return roughly how many bytes the points take."""
        columns = sum(len(part.steps) for part in self.columns[:])
        return _POINT_BYTES * len(self.points) + _ROW_BYTES * columns

    def discard(self) -> int:
        """Forget the points and return how many there were."""
        points, parts = len(self.points), self.columns[:]
        del self.points[:points], self.columns[: len(parts)]
        return points + sum(len(part.steps) for part in parts)


@dataclass(slots=True)
class Chunk:
    """Points of one series on their way into the store."""

    buffer: SeriesBuffer
    points: int
    parts: int
    summary: Summary | None
    data: bytes
    kept: int
    tiers: list[list[int]] = field(default_factory=list)

    def settle(self) -> None:
        """Take what is committed out of the buffer."""
        buffer = self.buffer
        del buffer.points[: self.points], buffer.columns[: self.parts]
        if self.summary is not None:
            buffer.seen = (buffer.seen or 0) + self.summary.points
        buffer.kept += self.kept
        buffer.before = 0
        buffer.tiers = self.tiers


@dataclass(slots=True)
class Batch:
    """What of one run goes into one transaction."""

    run: RunBuffer
    entries: list[Entry]
    chunks: list[Chunk]
    key: int | None
    folder: str
    """The store's, for messages."""
    lost: int = 0
    """How many points of the series in it the store does not have any more."""
    refused: list[str] = field(default_factory=list)

    def settle(self) -> None:
        """Take what is committed out of the buffers."""
        self.run.key = self.key
        self.run.kept = True
        del self.run.entries[: len(self.entries)]
        for chunk in self.chunks:
            chunk.settle()


class RunBuffer:
    """What of one run is not written yet.

    Parameters
    ----------
    run_id
        The run's id.
    row
        The columns of a run that is begun or gone on with here, with ``experiment`` as a name; None for another.
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
        """Whether what this process does not know of the run is not in the store either."""
        self.kept = not new
        """Whether the store has had the run."""
        self.key: int | None = None
        self.opened = 0
        """Which opening of the store `key` and what the series know are of."""
        self.refused = False
        """Whether it was told that the store does not take the run."""
        self.entries: list[Entry] = []
        self.series: dict[str, SeriesBuffer] = {}
        self.live = False
        self.owner = os.getpid()
        self.notice = notice
        self.noticed = False
        """Whether the writer's thread looks after it."""

    def add(self, entry: Entry) -> None:
        """Put something beside the points to be written."""
        self.entries.append(entry)
        self.touch()

    def touch(self) -> None:
        """Have what is here written before long."""
        if not self.noticed:
            self.notice(self)

    def series_of(self, key: str) -> SeriesBuffer:
        """Return the buffer of a metric's points."""
        buffer = self.series.get(key)
        if buffer is None:
            # Of two threads that come here at once, both get the one that was first.
            new = SeriesBuffer(key, self.touch)
            new.seen = 0 if self.new else None
            buffer = self.series.setdefault(key, new)
        return buffer

    def pending(self) -> bool:
        """Whether there is something to write."""
        if self.entries or not self.kept:
            return True
        return any(buffer.points or buffer.columns for buffer in list(self.series.values()))

    def take(self, load: Callable[[RunBuffer, SeriesBuffer], int], folder: str) -> Batch:
        """Return what is there to write to the store in `folder`; it stays here until the batch is settled.

        `load` sets `seen` and `kept` of a series that the store may have points of, and returns how many it lacks.
        """
        taken = [
            (buffer, len(buffer.points), len(buffer.columns))
            for buffer in list(self.series.values())
            if buffer.points or buffer.columns
        ]
        batch = Batch(self, self.entries[:], [], self.key, folder)
        for buffer, points, parts in taken:
            if buffer.seen is None:
                batch.lost += load(self, buffer)
            batch.chunks.append(_chunk(buffer, points, parts))
        return batch

    def discard(self) -> int:
        """Forget all points and return how many there were."""
        return sum(buffer.discard() for buffer in list(self.series.values()))

    def renew(self, opened: int) -> None:
        """Forget what is known of the store, before the first write since it was opened for the `opened`-th time."""
        if self.opened != opened:
            if self.opened:
                self.key, self.new, self.refused = None, False, False
                for buffer in list(self.series.values()):
                    buffer.renew()
            self.opened = opened

    def disown(self) -> None:
        """Forget, in a forked child, what the parent will write."""
        self.discard()
        self.entries.clear()
        self.row = self.key = None
        self.kept = True
        self.live = self.noticed = self.new = False
        for buffer in self.series.values():
            buffer.seen, buffer.tiers, buffer.before = None, [], 0


def _chunk(buffer: SeriesBuffer, points: int, parts: int) -> Chunk:
    if parts == 1 and not points:
        columns = buffer.columns[0]  # as it is: a copy of millions of points would be felt
    else:
        columns = Columns.of(buffer.points[:points])
        for part in buffer.columns[:parts]:
            columns.extend(part)
        if parts:
            # In their place, so that millions of points are not held twice.
            buffer.columns[:parts] = [columns]
            del buffer.points[:points]
            points, parts = 0, 1
    if not columns.steps:
        return Chunk(buffer, points, parts, None, b"", 0)
    stride = stride_of(columns.steps)
    kept = thin(columns, buffer.seen or 0, buffer.kept)
    if kept is not columns and kept.steps:
        data = pack(kept, stride_of(kept.steps))
    else:
        data = pack(kept, stride) if kept.steps else b""
    tiers = [tier[:] for tier in buffer.tiers]
    return Chunk(buffer, points, parts, summarise(columns, stride), data, len(kept.steps), tiers)
