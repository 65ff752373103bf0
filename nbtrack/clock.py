"""The time of runs and points: the system's when a run begins, and even from there on.

The system's clock is set while trainings run: by a person, by the network, in a virtual machine that was asleep. A run
then ends before it began, or its newest point is taken for an older one.
"""

from __future__ import annotations

import sys
import time
from functools import partial

__all__ = ["now", "set_to_system"]

# Those that go on while the machine sleeps. Windows' monotonic clock does.
if sys.platform == "linux":
    _steady = partial(time.clock_gettime, time.CLOCK_BOOTTIME)
elif sys.platform == "win32":
    _steady = time.monotonic
else:
    _steady = partial(time.clock_gettime, time.CLOCK_MONOTONIC)

_offset = time.time() - _steady()


def now() -> float:
    """Return seconds since the epoch; never less than before in this process, unless `set_to_system` came between."""
    return _offset + _steady()


def set_to_system() -> None:
    """Go by the system's clock as it is now; to be called while no run is open."""
    global _offset  # noqa: PLW0603 - a process has one clock
    _offset = time.time() - _steady()
