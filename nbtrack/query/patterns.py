"""LIKE patterns and regular expressions: made ready for SQLite, or refused."""

from __future__ import annotations

import functools
import re
import warnings
from typing import TYPE_CHECKING

from nbtrack.query.backtracking import may_explode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["caseless_glob", "functions", "glob", "regular_expression"]

MAX_GLOB_BYTES = 50_000
"""SQLite's own bound."""
MAX_EXPRESSION = 1_000


def glob(pattern: str) -> str:
    """Return a LIKE pattern (`%` for any text, `_` for one character) as SQLite's GLOB takes it.

    GLOB minds case, as LIKE does in MLflow, and SQLite runs it without calling Python.

    Examples
    --------
    >>> glob("50*%")
    '50[*]*'
    """
    return _bounded("".join(_GLOB.get(character, character) for character in pattern))


def caseless_glob(pattern: str) -> str:
    """Return an ILIKE pattern as a GLOB whose letters match in either case.

    Examples
    --------
    >>> caseless_glob("Öl%")
    '[Öö][lL]*'
    """
    return _bounded("".join(_GLOB.get(character) or _either_case(character) for character in pattern))


def regular_expression(pattern: str) -> str:
    """Return the pattern if Python's `re` takes it and is sure to come to an end with it.

    Raises
    ------
    ValueError
        With the reason, for what is no regular expression, is longer than 1,000 characters, or could take
        exponential time.
    """
    if len(pattern) > MAX_EXPRESSION:
        raise ValueError(
            f"this regular expression has {len(pattern):,} characters; {MAX_EXPRESSION:,} are read at most"
        )
    try:
        with warnings.catch_warnings():
            # What may change its meaning in a future Python still has one today.
            warnings.simplefilter("ignore")
            _compiled(pattern)
            explodes = may_explode(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else error
        raise ValueError(f"this is not a regular expression: {reason}") from None
    if explodes:
        raise ValueError(
            "this regular expression can take for ever: it repeats what can itself match in more than one way; "
            "take the inner repeat out"
        )
    return pattern


def functions() -> Mapping[str, Callable[..., object]]:
    """Return the functions that compiled SQL calls, by name.

    A connection that runs it registers each:
    ``connection.create_function(name, -1, function, deterministic=True)``.
    """
    return {"nbtrack_rlike": _rlike}


_GLOB = {"%": "*", "_": "?", "*": "[*]", "?": "[?]", "[": "[[]"}


def _either_case(character: str) -> str:
    cases = dict.fromkeys((character, character.lower(), character.upper(), character.title()))
    single = "".join(case for case in cases if len(case) == 1)
    return f"[{single}]" if len(single) > 1 else character


def _bounded(pattern: str) -> str:
    if len(pattern.encode()) > MAX_GLOB_BYTES:
        raise ValueError("this pattern is too long; shorten it to some 5,000 characters")
    return pattern


@functools.lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _rlike(pattern: str, text: str | None) -> bool | None:
    return None if text is None else _compiled(pattern).search(text) is not None
