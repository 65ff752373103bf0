"""The writer of one run."""

from __future__ import annotations

import json
import os
import struct
from typing import TYPE_CHECKING, Any

from nbtrack.clock import now
from nbtrack.errors import InvalidValueError
from nbtrack.store.buffers import DELETED
from nbtrack.store.chunks import pack_point

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nbtrack.records import DataRecord, ParamValue, Status
    from nbtrack.store.buffers import RunBuffer, SeriesBuffer
    from nbtrack.store.writer import Writer

__all__ = ["RunWriter"]

_WRITE_TIMEOUT = 5.0
_FINISH_TIMEOUT = 10.0
"""Seconds that `finish` waits for a store that cannot be written."""


class RunWriter:
    """Writes to one run, from any thread; made by `Store.create_run`, `resume_run` and `edit_run`.

    Only `finish` waits: what is logged is committed within 100 ms on the store's own thread. Names and values are not
    validated: see `nbtrack.values` for what may be stored.

    A writer also works in a forked or spawned child process. There `finish` only writes what the child logged: the run
    is ended by the process that began it.

    Attributes
    ----------
    id
        The run's id.
    name
        The run's name.
    artifact_folder
        The folder of the run's artifacts, whether it exists or not.
    """

    __slots__ = ("_attach", "_buffer", "_writer", "artifact_folder", "id", "name")

    def __init__(  # noqa: PLR0917 (all of them from one place)
        self,
        writer: Writer,
        attach: Callable[[str, str], RunWriter],
        artifact_folder: Path,
        run_id: str,
        name: str,
        buffer: RunBuffer,
    ) -> None:
        self.artifact_folder = artifact_folder
        self.id = run_id
        self.name = name
        self._writer = writer
        self._attach = attach
        self._buffer = buffer

    def __repr__(self) -> str:
        return f"<RunWriter {self.name} {self.id}>"

    def __reduce__(self) -> tuple[Any, ...]:
        # So that the other process finds the run.
        self._writer.settle(_WRITE_TIMEOUT)
        return self._attach, (self.id, self.name)

    def log_param(self, key: str, value: ParamValue) -> None:
        """Set a param; a later value replaces an earlier one."""
        self._buffer.add(("param", key, value))

    def drop_param(self, key: str) -> None:
        """Remove a param, if it exists."""
        self._buffer.add(("param", key, DELETED))

    def series(self, key: str) -> SeriesBuffer:
        """Return the buffer of a metric's points, the same one for the same key.

        Examples
        --------
        >>> append = writer.series("loss").append  # doctest: +SKIP
        >>> append(pack_point(0, time.time(), 0.5))  # doctest: +SKIP
        """
        buffer = self._buffer
        if not buffer.noticed:
            buffer.notice(buffer)
        return buffer.series.get(key) or buffer.series_of(key)

    @property
    def live(self) -> bool:
        """Whether this process has the run open; the writer's thread polls its buffers until it ends."""
        return self._buffer.live

    def appender(self, key: str) -> Callable[[bytes], None]:
        """Return a function that adds a point to a metric of a run that is not open here.

        The writer's thread polls such a run only until its points are written, so each point has to notify it, after
        the point was added.
        """
        buffer = self._buffer
        append = buffer.series_of(key).append

        def add(point: bytes) -> None:
            append(point)
            buffer.touch()

        return add

    def log_metric(self, key: str, value: float, step: int, time: float | None = None) -> None:
        """Add a point to a metric's history; `time` in seconds since the epoch is now by default.

        Raises
        ------
        InvalidValueError
            When the value is not a number, or the step not a 64-bit integer.
        """
        try:
            point = pack_point(step, now() if time is None else time, value)
        except struct.error as error:
            raise InvalidValueError(
                f"metric {key!r}: value {value!r} at step {step!r} is not a number at an integer of 64 bits ({error})"
            ) from None
        self._buffer.series_of(key).append(point)
        self._buffer.touch()

    def set_tag(self, key: str, value: str) -> None:
        """Set a tag."""
        self._buffer.add(("tag", key, value))

    def delete_tag(self, key: str) -> None:
        """Remove a tag, if it exists."""
        self._buffer.add(("tag", key, None))

    def set_note(self, text: str) -> None:
        """Set the run's note, in place of the one before."""
        self._buffer.add(("run", "note", text))

    def rename(self, name: str) -> None:
        """Give the run another name."""
        self.name = name
        self._buffer.add(("run", "name", name))

    def set(
        self, *, lineage: str | None = None, notebook: str | None = None, git_commit: str | None = None
    ) -> None:
        """Set the given attributes of the run."""
        for name, value in (("lineage", lineage), ("notebook", notebook), ("git_commit", git_commit)):
            if value is not None:
                self._buffer.add(("run", name, value))

    def set_data(self, record: DataRecord) -> None:
        """Store what the run read, under the record's name."""
        self._buffer.add(("data", record.name, record))

    def drop_data(self, key: str) -> None:
        """Remove the data record of a name, if it exists."""
        self._buffer.add(("data", key, DELETED))

    def set_document(self, kind: str, value: Any) -> None:
        """Store a JSON document, such as the run's environment; equal documents are stored once.

        Raises
        ------
        InvalidValueError
            When JSON cannot hold it.
        """
        try:
            body = json.dumps(value, separators=(",", ":")).encode()
        except (TypeError, ValueError, RecursionError) as error:
            raise InvalidValueError(f"document {kind!r} cannot be written as JSON ({error})") from error
        self._buffer.add(("document", kind, body))

    def finish(self, status: Status = "FINISHED", end_time: float | None = None) -> None:
        """End the run and wait until all of it is committed, for at most 10 s.

        What is logged afterwards is still written to it.

        Raises
        ------
        StoreError
            When it could not be written. It is tried again as long as the process lives.
        """
        if self._buffer.live and self._buffer.owner == os.getpid():
            # A resumed run may have begun by a clock that was ahead.
            begun = (self._buffer.row or {}).get("start_time", 0.0)
            end = max(now(), begun) if end_time is None else end_time
            self._buffer.add(("run", "end_time", end))
            self._buffer.add(("run", "status", status))
            self._buffer.live = False
        self._writer.flush(_FINISH_TIMEOUT)
