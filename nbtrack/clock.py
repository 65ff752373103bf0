"""The time of runs and points: the system's clock when a run begins, and monotonic from then on.

The system's clock may be set during a training: by a user, by the network, or after a virtual machine slept. A run
would then end before it began, or its newest point would look older than others.
"""

from __future__ import annotations

import sys
import time
from functools import partial

__all__ = ["now", "set_to_system"]

# Clocks that continue while the machine sleeps. Windows' monotonic clock does.
if sys.platform == "linux":
    _steady = partial(time.clock_gettime, time.CLOCK_BOOTTIME)
elif sys.platform == "win32":
    _steady = time.monotonic
else:
    _steady = partial(time.clock_gettime, time.CLOCK_MONOTONIC)

_offset = time.time() - _steady()


def now() -> float:
    """Return seconds since the epoch; never decreases in this process, except after `set_to_system`."""
    return _offset + _steady()


def set_to_system() -> None:
    """Synchronise with the system's clock; to be called while no run is open."""
    global _offset  # noqa: PLW0603 - a process has one clock
    _offset = time.time() - _steady()
