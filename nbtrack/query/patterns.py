"""Prepare LIKE patterns and regular expressions for SQLite, or refuse them."""

from __future__ import annotations

import functools
import re
import threading
import time
import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "MATCH_TIMEOUT",
    "begin_matching",
    "caseless_glob",
    "functions",
    "glob",
    "interruption",
    "matches",
    "regular_expression",
]

MAX_GLOB_BYTES = 50_000
"""SQLite's own limit."""
MAX_EXPRESSION_LENGTH = 1_000
MATCH_TIMEOUT = 2.0
"""Seconds that the regular expressions of one query may take, over all runs."""


class _Matching(threading.local):
    """The matching time of this thread's query, and why it was stopped."""

    spent: float = 0.0
    stopped: str | None = None


_matching = _Matching()


def glob(pattern: str) -> str:
    """Return a LIKE pattern (`%` for any text, `_` for one character) as a GLOB of SQLite.

    GLOB is case-sensitive, like MLflow's LIKE, and SQLite runs it without calling Python.

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
    """Return the pattern if it is valid in Python's `re`.

    Raises
    ------
    ValueError
        With the reason, when it is not a regular expression or longer than 1,000 characters.
    """
    if len(pattern) > MAX_EXPRESSION_LENGTH:
        raise ValueError(
            f"this regular expression has {len(pattern):,} characters; {MAX_EXPRESSION_LENGTH:,} are read at most"
        )
    try:
        with warnings.catch_warnings():
            # Python warns about patterns whose meaning may change in a later version.
            warnings.simplefilter("ignore")
            re.compile(pattern)
            _compiled(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else error
        raise ValueError(f"this is not a regular expression: {reason}") from None
    return pattern


def begin_matching() -> None:
    """Reset the matching time for a query that this thread is about to run."""
    _matching.spent, _matching.stopped = 0.0, None


def matches(text: str, pattern: str) -> bool:
    """Return whether a regular expression is found in a text.

    Raises
    ------
    TimeoutError
        When the query of this thread has used up its time; `interruption` returns the message.
    """
    return bool(_rlike(pattern, text))


def interruption() -> str | None:
    """Return why the last query of this thread was stopped, or None; the reason is returned once."""
    stopped, _matching.stopped = _matching.stopped, None
    return stopped


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
def _compiled(pattern: str) -> Any:
    # Not `re`: its matches cannot be stopped, and take exponential time for some patterns and texts.
    import regex

    try:
        return regex.compile(pattern)
    except regex.error as error:
        raise re.error(str(error)) from None


def _rlike(pattern: str, text: str | None) -> bool | None:
    if text is None:
        return None
    began = time.monotonic()
    try:
        # A timeout of zero stops a search at once, too.
        return _compiled(pattern).search(text, timeout=max(0.0, MATCH_TIMEOUT - _matching.spent)) is not None
    except TimeoutError:
        _matching.stopped = (
            f"the regular expression {pattern!r} takes more than {MATCH_TIMEOUT:g} s; "
            "make it simpler, or let other conditions leave fewer runs"
        )
        raise
    finally:
        _matching.spent += time.monotonic() - began
