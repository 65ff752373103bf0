"""Dates and durations in filters."""

from __future__ import annotations

import datetime as dt
import math
import re

__all__ = ["DURATION", "day", "is_duration", "milliseconds", "seconds"]

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 604800}
# Many read M as a month, so it must not become a minute.
DURATION = r"(?:\d+\.?\d*|\.\d+)(?:(?i:ms|s|min|h|d|w)|m)(?![\w.])"
"""A length of time, as a regular expression."""


def milliseconds(text: str) -> float:
    """Return an ISO date or time as milliseconds since the epoch.

    A date stands for its first moment; a time without an offset is local.

    Raises
    ------
    ValueError
        For any other text, and for years without a time stamp.

    Examples
    --------
    >>> milliseconds("2026-11-01 12:00+00:00")
    1793534400000.0
    """
    moment = dt.datetime.fromisoformat(text.strip())
    try:
        return round(moment.timestamp() * 1000, 3)
    except (OverflowError, OSError) as error:
        raise ValueError(str(error)) from None


def day(text: str) -> tuple[float, float] | None:
    """Return when a date begins and when the next one does, in milliseconds; None for any text but a date.

    Raises
    ------
    ValueError
        For years without a time stamp.

    Examples
    --------
    >>> begins, ends = day("2026-11-01")
    >>> (ends - begins) / 3_600_000 in (23, 24, 25), day("2026-11-01 00:00")
    (True, None)
    """
    try:
        date = dt.date.fromisoformat(text.strip())
    except ValueError:
        return None
    try:
        ends = milliseconds((date + dt.timedelta(days=1)).isoformat())
    except (OverflowError, ValueError):  # the calendar's last day
        ends = math.inf
    return milliseconds(date.isoformat()), ends


def is_duration(text: str) -> bool:
    """Return whether a text would be a duration without its quotes."""
    return re.fullmatch(DURATION, text) is not None


def seconds(text: str) -> float:
    """Return a duration such as `7d` or `1.5h` in seconds: units ms, s, m or min, h, d, w.

    Examples
    --------
    >>> seconds("90m")
    5400.0
    """
    number = text.rstrip("abcdefghijklmnopqrstuvwxyz")
    return float(number) * _UNITS[text[len(number) :]]
