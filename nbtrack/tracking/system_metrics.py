"""The system use of runs that take longer than some seconds: MLflow's system metrics.

What is asked for stands in MLflow's environment variables, so that it holds for child processes too. One thread a
process looks at the machine for all runs; it is started with the first run that was begun by a call, and for a tracked
cell only when the cell has run for the interval.
"""

from __future__ import annotations

import math
import os
import sys
import threading
import time
import warnings
from typing import TYPE_CHECKING

from nbtrack.clock import now
from nbtrack.errors import InvalidValueError, NbtrackWarning
from nbtrack.records import SYSTEM_USE
from nbtrack.store import pack_point
from nbtrack.tracking.handed import what_is_needed
from nbtrack.tracking.logged import metric_log
from nbtrack.values import as_name

if TYPE_CHECKING:
    from nbtrack.capture.system_use import SystemUse
    from nbtrack.tracking.logged import LoggedRun

__all__ = [
    "disable_system_metrics_logging",
    "enable_system_metrics_logging",
    "is_wanted",
    "sampling_interval",
    "set_system_metrics_node_id",
    "set_system_metrics_samples_before_logging",
    "set_system_metrics_sampling_interval",
    "watch",
]

DEFAULT_INTERVAL = 10.0
"""Seconds between two samples, and before the first one."""
_ENABLED = "MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING"
_INTERVAL = "MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL"
_SAMPLES = "MLFLOW_SYSTEM_METRICS_SAMPLES_BEFORE_LOGGING"
_NODE = "MLFLOW_SYSTEM_METRICS_NODE_ID"
_FIRST_WINDOW = 1.0
"""Seconds over which the first sample says how busy the processors are."""
_LEAST_INTERVAL = 0.01
_FORK_TIMEOUT = 1.0
_MOST_ENDED = 50
"""Runs after which those that have ended are forgotten before the thread does so."""


def enable_system_metrics_logging() -> None:
    """Sample the system use of each run that takes longer than the interval, which is so by default.

    Examples
    --------
    >>> nbtrack.enable_system_metrics_logging()
    """
    os.environ[_ENABLED] = "true"


def disable_system_metrics_logging() -> None:
    """Sample no system use from now on, but for runs that ask for it: `start_run(log_system_metrics=True)`.

    Examples
    --------
    >>> nbtrack.disable_system_metrics_logging()
    """
    os.environ[_ENABLED] = "false"


def set_system_metrics_sampling_interval(interval: float | None) -> None:
    """Sample the system use each so many seconds, and a run that is shorter not at all; None is the default of 10.

    Raises
    ------
    InvalidValueError
        When it is no positive number.

    Examples
    --------
    >>> nbtrack.set_system_metrics_sampling_interval(60)
    """
    _set(_INTERVAL, None if interval is None else f"{_positive(interval, 'interval'):g}")


def set_system_metrics_samples_before_logging(samples: int | None) -> None:
    """Log the mean of so many samples as one point; None is the default of 1.

    Raises
    ------
    InvalidValueError
        When it is no positive whole number.

    Examples
    --------
    >>> nbtrack.set_system_metrics_samples_before_logging(6)
    """
    if samples is not None and _positive(samples, "samples") != int(samples):
        raise InvalidValueError(f"samples {samples!r} is no whole number")
    _set(_SAMPLES, None if samples is None else str(int(samples)))


def set_system_metrics_node_id(node_id: str | None) -> None:
    """Name this machine in the metrics' names, as in `system/node-0/cpu_utilization_percentage`; None is no name.

    Examples
    --------
    >>> nbtrack.set_system_metrics_node_id("node-0")
    """
    _set(_NODE, None if node_id is None else as_name(str(node_id), "node id"))


def _positive(value: float, what: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not 0 < number < math.inf:
        raise InvalidValueError(f"{what} {value!r} is no positive number")
    return number


def _set(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value


def is_wanted() -> bool:
    """Return whether runs that do not say are sampled."""
    return os.environ.get(_ENABLED, "true").strip().lower() not in {"false", "0", "no", "off"}


def sampling_interval() -> float:
    """Return the seconds between two samples, and before the first one."""
    return max(_number(_INTERVAL, DEFAULT_INTERVAL), _LEAST_INTERVAL)


def _number(variable: str, default: float) -> float:
    text = os.environ.get(variable)
    if not text:
        return default
    try:
        return _positive(float(text), variable)
    except (ValueError, InvalidValueError):
        warnings.warn(f"{variable} is {text!r}, no positive number", NbtrackWarning, stacklevel=4)
        return default


class _Watched:
    """A run, and when it is looked at next, in seconds of the monotonic clock."""

    def __init__(self, run: LoggedRun, due: float, interval: float) -> None:
        self.run = run
        self.due = due
        self.interval = interval
        self._samples = int(_number(_SAMPLES, 1))
        node = os.environ.get(_NODE)
        self._prefix = f"{SYSTEM_USE}{node}/" if node else SYSTEM_USE
        self._use: SystemUse | None = None
        self._looks: list[dict[str, float]] = []

    def look(self) -> None:
        """Take a sample, the first time only what it is compared with; log it when there are enough."""
        if self._use is None:
            from nbtrack.capture.system_use import SystemUse

            try:
                with what_is_needed():
                    self._use = SystemUse()
            except ImportError:  # a project's environment has no psutil that this Python can load
                self.due = math.inf
                return
            self.due = time.monotonic() + min(_FIRST_WINDOW, self.interval / 2)
            return
        self._looks.append(self._use.look())
        # From its own time on, so that a machine that was asleep is not made up for.
        self.due = max(self.due + self.interval, time.monotonic() + self.interval / 2)
        if len(self._looks) >= self._samples:
            self._log()

    def _log(self) -> None:
        looks, self._looks = self._looks, []
        at = now()
        for name in looks[-1]:
            values = [look[name] for look in looks if name in look]
            # What was counted from the first look on has no mean.
            value = values[-1] if name.startswith("network_") else sum(values) / len(values)
            log = metric_log(self.run, f"{self._prefix}{name}")
            log.append(pack_point(next(log.steps), at, round(value, 3)))


class _Monitor:
    """The runs of this process that are looked at, and the thread that does it."""

    def __init__(self) -> None:
        self.looking = threading.Lock()
        """Held while the thread imports or is inside a library: a fork waits, for the child would find both half done."""
        self._changed = threading.Condition()
        self._watched: list[_Watched] = []
        self._most = _MOST_ENDED
        self._wakes = math.inf
        self._thread: threading.Thread | None = None

    def add(self, watched: _Watched) -> None:
        """Look at a run from when it is due."""
        with self._changed:
            if len(self._watched) >= self._most:
                # Of thousands of short runs none is kept alive until the thread wakes.
                self._watched = [one for one in self._watched if not one.run.ended]
                self._most = max(_MOST_ENDED, 2 * len(self._watched))
            self._watched.append(watched)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="nbtrack-system-use", daemon=True)
                self._thread.start()
            elif watched.due < self._wakes:
                # Of many short runs one after another only the first wakes it.
                self._changed.notify()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._watched = [one for one in self._watched if not one.run.ended]
                self._wakes = min((one.due for one in self._watched), default=math.inf)
                left = self._wakes - time.monotonic()
                if left > 0:
                    self._changed.wait(None if left == math.inf else left)
                waiting = self._watched[:]
            self._look_at(waiting)
            # Nothing of the runs is kept alive until the next look.
            del waiting

    def _look_at(self, waiting: list[_Watched]) -> None:
        seen: set[str] = set()
        for one in waiting:
            if one.run.ended:
                continue
            again = one.run.id in seen
            seen.add(one.run.id)
            if one.due > time.monotonic():
                continue
            if again:  # a run that is gone on with inside itself is looked at once
                one.due += one.interval
                continue
            try:
                with self.looking:
                    one.look()
            except Exception:  # noqa: BLE001 - reported as for any thread; the run itself goes on
                one.due = math.inf
                threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))


_monitor = _Monitor()


def watch(run: LoggedRun, wanted: bool | None = None, *, elapsed: float = 0.0) -> None:
    """Sample the system use of a run until it ends, from when it has taken the interval.

    Parameters
    ----------
    run
        The run.
    wanted
        Whether the run itself asks for it; None where it does not say.
    elapsed
        Seconds that it has taken so far.
    """
    if is_wanted() if wanted is None else wanted:
        interval = sampling_interval()
        _monitor.add(_Watched(run, time.monotonic() + interval - elapsed, interval))


def _before_fork() -> None:
    # Not for ever: a driver that hangs must not hang what forks.
    _held.append(_monitor.looking.acquire(timeout=_FORK_TIMEOUT))


def _after_in_parent() -> None:
    if _held.pop():
        _monitor.looking.release()


def _after_in_child() -> None:
    global _monitor  # noqa: PLW0603 (one thread a process)
    _held.clear()
    _monitor = _Monitor()


_held: list[bool] = []

if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_in_parent, after_in_child=_after_in_child)
