"""The thread that runs beside a tracked cell: it stores what loops observe, samples memory and shows progress."""

from __future__ import annotations

import math
import os
import threading
import time
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from nbtrack.tracking.system_metrics import sampling_interval, watch

if TYPE_CHECKING:
    from nbtrack.capture import CellCapture
    from nbtrack.recording.progress import Progress
    from nbtrack.tracking import ActiveRun

__all__ = ["LiveMonitor"]

_DRAIN_INTERVAL = 0.1
"""Seconds between two drains of the values that loops have observed."""
_FAST_DRAIN_POINTS = 10_000
"""Points in one drain after which the next one comes five times as soon."""
_MEMORY_INTERVAL = 0.2
_PROGRESS_INTERVAL = 0.5
_CHECK_INTERVAL = 1.0
"""Seconds between two checks of how far the cell is."""
_PROGRESS_DELAY = 1.5
"""Seconds after which a loop gets a progress line."""


class LiveMonitor:
    """Runs beside one cell until it ends.

    Parameters
    ----------
    capture
        The capture that watches the cell.
    run
        The run that series are logged to as they arrive, so that they survive the process.
    progress
        The line for a long loop, or None if nothing can be shown.
    logs
        Whether the cell logs params itself: these take precedence, and are not known before its end.
    """

    def __init__(
        self, capture: CellCapture, run: ActiveRun, progress: Progress | None, *, logs: bool
    ) -> None:
        self.peak_memory = 0
        self.params: dict[str, Any] = {}
        """The params that were stored while the cell ran; they may be corrected at its end."""
        self.data: set[str] = set()
        self._reached = 0
        self._checked_at = 0.0
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
        _starter.start_later(self)

    def start_if_long(self) -> None:
        """Wait until the cell has ended, or has run long enough to start a thread for it."""
        self._capture.settle()
        if not self._over.wait(_DRAIN_INTERVAL):
            self._thread.start()

    def end(self) -> None:
        """Stop it, and store what is left."""
        # The thread is not joined: it ends by itself, and the lock keeps it out of the last drain.
        self._over.set()
        self._sample()
        self._drain()
        if self._progress is not None:
            self._progress.end()

    def _run(self) -> None:
        shown = sampled = self._began
        interval = sampling_interval()
        while not self._over.is_set():
            try:
                self._drain()
                now = time.monotonic()
                if now - self._checked_at >= _CHECK_INTERVAL and self._capture.reached != self._reached:
                    self._checked_at = now
                    self._keep_known()
                if now - sampled >= _MEMORY_INTERVAL:
                    sampled = now
                    self._sample()
                if now - self._began >= interval:
                    interval = math.inf
                    watch(self._active, elapsed=now - self._began)
                if (
                    self._progress is not None
                    and now - self._began > _PROGRESS_DELAY
                    and now - shown >= _PROGRESS_INTERVAL
                ):
                    shown = now
                    self._progress.show()
            except Exception:  # noqa: BLE001 - an error here must not stop the rest
                self._progress = None
            # Waiting values are Python objects: those of a fast loop would soon take more memory than anything else.
            self._over.wait(_DRAIN_INTERVAL if self._drained < _FAST_DRAIN_POINTS else _DRAIN_INTERVAL / 5)

    def _keep_known(self) -> None:
        """Store the params and data that are known so far, so that they survive the process."""
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
                self._progress.add(name, points.values)

    def _sample(self) -> None:
        self.peak_memory = max(self.peak_memory, _resident_memory.bytes())


class _Starter:
    """A permanent thread that starts the threads of long cells: most cells end before they need one.

    Starting a thread waits for its first steps, which a cell of a few milliseconds would notice.
    """

    def __init__(self) -> None:
        self._process = 0
        self._queue: SimpleQueue[LiveMonitor] = SimpleQueue()

    def start_later(self, monitor: LiveMonitor) -> None:
        """Start a monitor's thread if its cell runs long enough; returns at once."""
        if self._process != os.getpid():  # the first time, and in a forked child, where the thread is gone
            self._process = os.getpid()
            self._queue = SimpleQueue()
            threading.Thread(
                target=self._work, args=(self._queue,), name="nbtrack-starter", daemon=True
            ).start()
        self._queue.put(monitor)

    @staticmethod
    def _work(queue: SimpleQueue[LiveMonitor]) -> None:
        while True:
            # A function call, so that no cell's values are kept alive while waiting for the next.
            _start(queue.get())


def _start(monitor: LiveMonitor) -> None:
    try:
        monitor.start_if_long()
    except RuntimeError as error:  # no more threads can be started: values are stored when the cell ends
        threading.excepthook(threading.ExceptHookArgs((type(error), error, None, threading.current_thread())))


_starter = _Starter()


class _ResidentMemory:
    """Reads the resident memory of this process; keeps the file open, because opening it takes longest."""

    def __init__(self) -> None:
        self._process = 0
        self._file = -1

    def bytes(self) -> int:
        """Return the number of bytes now."""
        try:
            if self._process != os.getpid():  # the first time, and in a forked child, which has another file
                self._file = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
                self._process = os.getpid()
            return int(os.pread(self._file, 128, 0).split()[1]) * _page_size()
        except (OSError, AttributeError):
            import psutil

            return int(psutil.Process().memory_info().rss)


_resident_memory = _ResidentMemory()


def _page_size() -> int:
    import resource

    return resource.getpagesize()
