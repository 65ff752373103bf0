"""How tests wait: for an event, and never for a time in which it should have come."""

import time

HANGS = 60.0
"""Seconds after which nothing comes any more. It says that something hangs, and nothing of how fast it is."""


def eventually(condition, said=lambda: "it did not come to pass", seconds=HANGS):
    """Wait until a condition holds, and return what it returned; `said` tells why it may not have held."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, said()
        time.sleep(0.01)
    return value
