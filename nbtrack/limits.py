"""Limits of size as a user writes them: `on`, `off`, `50MB`."""

from __future__ import annotations

import os
import re
import warnings

from nbtrack.errors import InvalidValueError, NbtrackWarning

__all__ = ["DIFF_LIMIT", "MODEL_LIMIT", "limit_in_environment", "limit_text", "parse_limit"]

MODEL_LIMIT = 100_000_000
"""The most bytes of a model that is saved automatically."""
DIFF_LIMIT = 1_000_000
"""The most bytes of uncommitted changes that are kept."""
_UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9}


def parse_limit(text: str, default: int = MODEL_LIMIT, what: str = "models") -> int:
    """Parse a limit of size: `on` (the default), `off` (none), or a size such as `50MB`.

    Raises
    ------
    InvalidValueError
        When it is none of these.

    Examples
    --------
    >>> parse_limit("50MB"), parse_limit("off")
    (50000000, 0)
    """
    word = text.strip().lower()
    if word in ("on", "off"):
        return default if word == "on" else 0
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMG]?B?)", text.strip().upper())
    if match is None or (match[2] and match[2] not in _UNITS and f"{match[2]}B" not in _UNITS):
        raise InvalidValueError(f"{text!r} is not a size of {what}; write on, off, or e.g. 50MB")
    unit = match[2] if match[2] in _UNITS else f"{match[2]}B"
    return int(float(match[1]) * _UNITS[unit])


def limit_text(limit: int) -> str:
    """Return a limit as `parse_limit` reads it.

    Examples
    --------
    >>> limit_text(50_000_000), limit_text(1_234), limit_text(0)
    ('50MB', '1234B', 'off')
    """
    if limit <= 0:
        return "off"
    unit = next(name for name, size in reversed(_UNITS.items()) if name and limit % size == 0)
    return f"{limit // _UNITS[unit]}{unit}"


def limit_in_environment(
    variable: str = "NBTRACK_MODELS", default: int = MODEL_LIMIT, what: str = "models"
) -> int:
    """Return the limit that a variable of the environment sets; the default if it is not set or invalid."""
    try:
        return parse_limit(os.environ.get(variable, "on"), default, what)
    except InvalidValueError as error:
        warnings.warn(f"{variable}: {error}", NbtrackWarning, stacklevel=2)
        return default
