"""What keeps a page small: long texts are cut, long lists too, each with a note of how much is left out."""

from __future__ import annotations

import math
from itertools import islice
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["Text", "cut", "cut_end", "first", "number", "whole"]

Item = TypeVar("Item")


class Text(TypedDict):
    """A text, and how many of its characters were left out."""

    text: str
    left: int


def cut(text: Any, most: int) -> Text:
    """Return the beginning of a text.

    Examples
    --------
    >>> cut("abcdef", 4)
    {'text': 'abcd', 'left': 2}
    """
    held = whole(text)
    return {"text": held[:most], "left": max(0, len(held) - most)}


def cut_end(text: Any, most: int) -> Text:
    """Return the end of a text: of an output or a traceback that is what matters."""
    held = whole(text)
    return {"text": held[-most:], "left": max(0, len(held) - most)}


def whole(text: Any) -> str:
    """Return a text that can be sent: file names may hold what is no Unicode."""
    held = text if isinstance(text, str) else str(text)
    return held if held.isascii() else held.encode("utf-8", "replace").decode()


def first(items: Collection[Item], most: int) -> tuple[list[Item], int]:
    """Return the first items, and how many there are beside them."""
    shown = list(islice(items, most))
    return shown, len(items) - len(shown)


def number(value: float) -> float | str:
    """Return a number as JSON has it; what JSON has no number for by its name.

    Examples
    --------
    >>> number(0.5), number(math.nan), number(-math.inf)
    (0.5, 'NaN', '-Infinity')
    """
    if math.isfinite(value):
        return float(value)
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
