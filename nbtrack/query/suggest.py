"""The nearest known name, for messages."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import Any

__all__ = ["KnownNames", "suggest"]

KnownNames = Callable[[Any], Iterable[str]]
"""Returns a store's names of `metrics`, `params`, `tags` or `data`: `Store.names`."""

MAX_NAMES = 20_000
MAX_WORD_LENGTH = 100


def suggest(word: str, known_names: Iterable[str]) -> str | None:
    """Return the name nearest to `word`, or None when none is near.

    Case is ignored. A word without a dot is also compared with the part of a name after its dot.

    Examples
    --------
    >>> suggest("stauts", ["start_time", "status"])
    'status'
    >>> suggest("rmse", ["metrics.rmse", "params.alpha"])
    'metrics.rmse'
    """
    if len(word) > MAX_WORD_LENGTH:
        return None
    wanted = word.lower()
    prefix, dot, tail = wanted.partition(".")
    names: dict[str, str] = {}
    tails: dict[str, str] = {}
    for name in itertools.islice(known_names, MAX_NAMES):
        lower = name.lower().replace("`", "")
        names.setdefault(lower, name)
        if "." in lower and (not dot or lower.startswith(prefix + dot)):
            tails.setdefault(lower.partition(".")[2], name)
    if not dot:
        return _nearest(wanted, names) or _nearest(wanted, tails)
    # A common prefix before the dot must not make two short names look similar.
    return _nearest(tail, tails) if tails else _nearest(wanted, names)


def _nearest(wanted: str, names: dict[str, str]) -> str | None:
    import difflib

    if wanted in names:
        return names[wanted]
    if len(wanted) > 2 and (longer := [lower for lower in names if lower.startswith(wanted)]):
        return names[min(longer, key=len)]
    near = difflib.get_close_matches(wanted, names, n=1, cutoff=0.6)
    return names[near[0]] if near else None
