"""The thread beside a tracked cell: keeps what loops observe, samples memory, shows progress."""

from __future__ import annotations

import os
import threading
import time
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbtrack.capture import CellCapture
    from nbtrack.notebook.line import Progress
    from nbtrack.tracking import ActiveRun

__all__ = ["Companion"]

_DRAIN = 0.1
"""Seconds between two drains of what the loops have observed."""
_MANY = 10_000
"""Of more points at once the next drain comes five times as soon."""
_MEMORY = 0.2
_SHOW = 0.5
_LOOK = 1.0
"""Seconds between two looks at how far the cell is."""
_PATIENCE = 1.5
"""Seconds before a loop is long enough for a progress line."""


class Companion:
    """Runs beside one cell until it ends.

    Parameters
    ----------
    capture
        What watches the cell.
    run
        Where the series go as they come, so that they outlive the process.
    progress
        Shows a line for a long loop, or None where nothing can be shown.
    logs
        Whether the cell logs params itself: what it says stands, and is not known before its end.
    """

    def __init__(
        self, capture: CellCapture, run: ActiveRun, progress: Progress | None, *, logs: bool
    ) -> None:
        self.peak_memory = 0
        self.params: dict[str, Any] = {}
        """What was kept while the cell ran; its end may know better."""
        self.data: set[str] = set()
        self._reached = 0
        self._looked = 0.0
        self._capture = capture
        self._active = run
        self._progress = progress
        self._logs = logs
        self._over = threading.Event()
        self._drained = 0
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="nbtrack-cell", daemon=True)

    def begin(self) -> None:
        """Begin to watch."""
        self._began = time.monotonic()
        self._sample()
        _starter.hand(self)

    def start_if_long(self) -> None:
        """Wait until the cell has ended, or has gone on for long enough that a thread of its own pays."""
        self._capture.settle()
        if not self._over.wait(_DRAIN):
            self._thread.start()

    def end(self) -> None:
        """Stop it, and take in what is left."""
        # The thread is not waited for: it ends by itself, and the lock keeps it out of the last drain.
        self._over.set()
        self._sample()
        self._drain()
        if self._progress is not None:
            self._progress.end()

    def _run(self) -> None:
        shown = sampled = self._began
        while not self._over.is_set():
            try:
                self._drain()
                now = time.monotonic()
                if now - self._looked >= _LOOK and self._capture.reached != self._reached:
                    self._looked = now
                    self._keep_known()
                if now - sampled >= _MEMORY:
                    sampled = now
                    self._sample()
                if self._progress is not None and now - self._began > _PATIENCE and now - shown >= _SHOW:
                    shown = now
                    self._progress.show()
            except Exception:  # noqa: BLE001 - a fault here must not end the watching of the rest
                self._progress = None
            # Values that wait are objects: of a quick loop they would soon take more memory than all the rest.
            self._over.wait(_DRAIN if self._drained < _MANY else _DRAIN / 5)

    def _keep_known(self) -> None:
        """Keep the params and data that are known so far, so that they outlive the process."""
        self._reached = self._capture.reached
        params, data = self._capture.known()
        with self._lock:
            if self._over.is_set():
                return
            for name, value in () if self._logs else params.items():
                if self.params.get(name, self) != value:
                    self.params[name] = value
                    self._active.writer.log_param(name, value)
            for record in data:
                if record.name not in self.data:
                    self.data.add(record.name)
                    self._active.writer.set_data(record)

    def _drain(self) -> None:
        with self._lock:
            self._take()

    def _take(self) -> None:
        self._drained = 0
        for name, points in self._capture.drain():
            self._drained += len(points.values)
            if name in self._active.logs:
                continue  # the cell logs it itself
            self._active.writer.series(name).extend(points)
            if self._progress is not None:
                self._progress.take(name, points.values)

    def _sample(self) -> None:
        self.peak_memory = max(self.peak_memory, _resident.bytes())


class _Starter:
    """A thread for good that starts those of the cells that take long: most end before they need one.

    To start a thread means to wait for its first steps, which a cell of a few milliseconds would notice.
    """

    def __init__(self) -> None:
        self._process = 0
        self._handed: SimpleQueue[Companion] = SimpleQueue()

    def hand(self, companion: Companion) -> None:
        """Start a companion's thread if its cell takes long enough; returns at once."""
        if self._process != os.getpid():  # the first time, and in a forked child, where the thread is gone
            self._process = os.getpid()
            self._handed = SimpleQueue()
            threading.Thread(
                target=self._work, args=(self._handed,), name="nbtrack-starter", daemon=True
            ).start()
        self._handed.put(companion)

    @staticmethod
    def _work(handed: SimpleQueue[Companion]) -> None:
        while True:
            # It holds on to no cell's values while it waits for the next.
            _start(handed.get())


def _start(companion: Companion) -> None:
    try:
        companion.start_if_long()
    except RuntimeError as error:  # no more threads can be started: what comes is kept when the cell ends
        threading.excepthook(threading.ExceptHookArgs((type(error), error, None, threading.current_thread())))


_starter = _Starter()


class _Resident:
    """Tells the resident memory of this process, ten times a second: opening the file takes longest."""

    def __init__(self) -> None:
        self._process = 0
        self._file = -1

    def bytes(self) -> int:
        """Return how many they are now."""
        try:
            if self._process != os.getpid():  # the first time, and in a forked child, whose file is another
                self._file = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
                self._process = os.getpid()
            return int(os.pread(self._file, 128, 0).split()[1]) * _page_size()
        except (OSError, AttributeError):
            import psutil

            return int(psutil.Process().memory_info().rss)


_resident = _Resident()


def _page_size() -> int:
    import resource

    return resource.getpagesize()
