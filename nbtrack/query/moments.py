"""Dates and lengths of time as a filter writes them."""

from __future__ import annotations

import datetime as dt

__all__ = ["milliseconds", "seconds"]

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 604800}


def milliseconds(text: str) -> float:
    """Return an ISO date or time as milliseconds since the epoch.

    A date is its first moment, a time without an offset is local time.

    Raises
    ------
    ValueError
        For any other text, and for years that have no time stamp.

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


def seconds(text: str) -> float:
    """Return a duration such as `7d` or `1.5h` in seconds: units ms, s, m or min, h, d, w.

    Examples
    --------
    >>> seconds("90m")
    5400.0
    """
    number = text.rstrip("abcdefghijklmnopqrstuvwxyz")
    return float(number) * _UNITS[text[len(number) :]]
