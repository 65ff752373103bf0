"""The better direction of a metric, inferred from the words of its name."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

from nbtrack.errors import InvalidValueError
from nbtrack.metric_words import DOWN, PHRASES, UP, Direction

__all__ = ["Direction", "Mode", "direction", "mode_of", "set_direction"]

Mode = Literal["min", "max"]

# With one of these words a number is not the metric itself, but a spread, a size, a setting or a comparison.
_OTHER_THINGS = frozenset(
    """
    change coef coefficient count delta diff difference duration factor gap id idx index name ratio samples
    scale sd seconds sem size spread std threshold time trend tol tolerance var variance weight weights
    """.split()
)
_OTHER_FIRST = frozenset(
    {"argmax", "argmin", "change", "delta", "diff", "difference", "gap", "rank", "sd", "sem", "std", "var"}
)
# `rate` alone is undecided (learning rate); for `error_rate` and `false_positive_rate` the first words decide.
_WORD = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

# A summary has the direction of its metric, if it is a value of the history.
_SUMMARIES = frozenset({"first", "last", "max", "mean", "min"})

_chosen: dict[str, Direction | None] = {}


def direction(name: str) -> Direction | None:
    """Return whether a metric is better when lower or higher; None if its name does not say.

    Parameters
    ----------
    name
        The metric's name, or that of a summary such as `loss.min`; words such as `loss`, `error`, `rmse`
        point down, `acc`, `r2`, `auc`, `f1`, `score` up, and the last such word decides.

    Examples
    --------
    >>> direction("val_loss"), direction("neg_mean_squared_error"), direction("elapsed")
    ('down', 'up', None)
    """
    if name in _chosen:
        return _chosen[name]
    metric, _, summary = name.rpartition(".")
    return _chosen[metric] if summary in _SUMMARIES and metric in _chosen else _read(name)


def mode_of(name: str, mode: Mode | None = None) -> Mode | None:
    """Return `min` or `max`, whichever of a metric's values is best: as given, else by its name if that says it.

    Raises
    ------
    InvalidValueError
        For another mode.

    Examples
    --------
    >>> mode_of("rmse"), mode_of("elapsed"), mode_of("elapsed", "max")
    ('min', None, 'max')
    """
    if mode not in ("min", "max", None):
        raise InvalidValueError(f"mode {mode!r} is not known; give 'min' or 'max'")
    way = direction(name)
    return mode or (None if way is None else "min" if way == "down" else "max")


def set_direction(name: str, direction: Direction | None) -> None:
    """Set the better direction of the metric with this exact name, and its summaries, for this process.

    Parameters
    ----------
    name
        The metric's name.
    direction
        `"down"`, `"up"`, or None for neither.

    Raises
    ------
    InvalidValueError
        For another direction.

    Examples
    --------
    >>> nbtrack.set_direction("latency", "down")
    >>> nbtrack.runs().best("latency").name
    'lasso'
    """
    if direction not in ("down", "up", None):
        raise InvalidValueError(f"direction {direction!r} is not known; give 'down', 'up' or None")
    _chosen[name] = direction


@lru_cache(maxsize=4096)
def _read(name: str) -> Direction | None:
    words = [word.lower() for word in _WORD.findall(_HUMP.sub(" ", unicodedata.normalize("NFKC", name)))]
    if words and words[0] in _OTHER_FIRST:
        return None
    found: Direction | None = None
    turned = False
    position = 0
    while position < len(words):
        word = words[position]
        phrase = next((p for p in PHRASES if tuple(words[position : position + len(p[0])]) == p[0]), None)
        if phrase:
            found = phrase[1]
            position += len(phrase[0])
            continue
        position += 1
        bare = word.rstrip("0123456789") or word
        if word in ("neg", "negative", "minus"):
            turned = True
        elif word in UP or bare in UP:
            # "brier score", "error score", "inertia score": the word before decides.
            found = found if found and word in ("score", "scores") else "up"
        elif word in DOWN or bare in DOWN:
            # "log likelihood" and "log loss" differ only in their second word.
            found = "down"
        elif word in _OTHER_THINGS:
            found = None
    if turned and found:
        return "up" if found == "down" else "down"
    return found
