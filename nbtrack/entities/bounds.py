"""Limits that keep a page small: long texts and lists are cut, with the number of items left out."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["Text", "cut", "cut_end", "first", "whole"]

Item = TypeVar("Item")


class Text(TypedDict):
    """A text, and how many of its characters were left out."""

    text: str
    left: int


def cut(text: Any, limit: int) -> Text:
    """Return the beginning of a text.

    Examples
    --------
    >>> cut("abcdef", 4)
    {'text': 'abcd', 'left': 2}
    """
    whole_text = whole(text)
    return {"text": whole_text[:limit], "left": max(0, len(whole_text) - limit)}


def cut_end(text: Any, limit: int) -> Text:
    """Return the end of a text, which matters most in an output or a traceback."""
    whole_text = whole(text)
    return {"text": whole_text[-limit:], "left": max(0, len(whole_text) - limit)}


def whole(text: Any) -> str:
    """Return a text that can be encoded: file names may contain invalid Unicode."""
    whole_text = text if isinstance(text, str) else str(text)
    return whole_text if whole_text.isascii() else whole_text.encode("utf-8", "replace").decode()


def first(items: Collection[Item], limit: int) -> tuple[list[Item], int]:
    """Return the first items, and how many are left out."""
    shown = list(islice(items, limit))
    return shown, len(items) - len(shown)
