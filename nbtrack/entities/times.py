"""Seconds since the epoch as dates, to the same microsecond everywhere."""

from __future__ import annotations

import datetime as dt

__all__ = ["microseconds", "utc"]

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def microseconds(time: float) -> int:
    """Return seconds since the epoch as whole microseconds."""
    return round(time * 1e6)


def utc(time: float) -> dt.datetime:
    """Return seconds since the epoch as a date in UTC."""
    return _EPOCH + dt.timedelta(microseconds=microseconds(time))
