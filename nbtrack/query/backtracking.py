"""Whether a regular expression could take exponential time: Python's `re` has no time limit.

A repeat explodes when one stretch of text can be shared out among its rounds in many ways, as in `(a+)+`
or `(a|aa)*`. That is judged from the parsed expression, on the safe side.
"""

from __future__ import annotations

import re
from re import _constants as code  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["may_explode"]

MANY_ROUNDS = 10
MAX_ENDLESS = 6
"""Repeats without an end beside each other: each multiplies the time by the text's length."""

Item = tuple[Any, Any]
_ALPHABET = frozenset(map(chr, range(256)))
_CATEGORIES = {
    code.CATEGORY_DIGIT: r"\d",
    code.CATEGORY_NOT_DIGIT: r"\D",
    code.CATEGORY_SPACE: r"\s",
    code.CATEGORY_NOT_SPACE: r"\S",
    code.CATEGORY_WORD: r"\w",
    code.CATEGORY_NOT_WORD: r"\W",
}
_REPEATS = (code.MAX_REPEAT, code.MIN_REPEAT)


def may_explode(pattern: str) -> bool:
    r"""Return whether matching `pattern` could take exponential time.

    Examples
    --------
    >>> may_explode(r"(a+)+$"), may_explode(r"(\w+\.)+com")
    (True, False)
    """
    items = list(_parser.parse(pattern))
    endless = sum(op in _REPEATS and value[1] == code.MAXREPEAT for op, value in _all_items(items))
    return endless > MAX_ENDLESS or any(
        _body_explodes(list(value[2]))
        for op, value in _all_items(items)
        if op in _REPEATS and value[1] >= MANY_ROUNDS
    )


def _body_explodes(body: list[Item]) -> bool:
    """Return whether two rounds of `body` can share out one text in two ways."""
    sequence = list(_flat(body))
    for index, (op, value) in enumerate(sequence):
        others = [_letters([item]) for item in sequence[:index] + sequence[index + 1 :] if _needed(item)]
        inside = [item for item in _all_items([(op, value)]) if item[0] in _REPEATS]
        if any(
            repeat[0] != repeat[1] and all(_letters(list(repeat[2])) & letters for letters in others)
            for _, repeat in inside
        ):
            return True
        if op is code.BRANCH and _branches_overlap(value[1]):
            return True
    return False


def _branches_overlap(branches: list[Any]) -> bool:
    seen: set[str] = set()
    for branch in branches:
        first = next(_flat(list(branch)), None)
        letters = _letters([first]) if first else _ALPHABET
        if seen & letters:
            return True
        seen |= letters
    return False


def _flat(items: list[Item]) -> Iterator[Item]:
    """Yield the items of a sequence with its groups opened."""
    for op, value in items:
        if op is code.SUBPATTERN:
            yield from _flat(list(value[3]))
        elif op is code.ATOMIC_GROUP:
            yield from _flat(list(value))
        elif op is not code.AT:
            yield op, value


def _all_items(items: list[Item]) -> Iterator[Item]:
    """Yield items with everything inside them; a possessive repeat never gives back what it took."""
    for op, value in items:
        yield op, value
        if op is code.BRANCH:
            for branch in value[1]:
                yield from _all_items(list(branch))
        elif op is code.SUBPATTERN:
            yield from _all_items(list(value[3]))
        elif op in _REPEATS:
            yield from _all_items(list(value[2]))
        elif op in (code.ASSERT, code.ASSERT_NOT):
            yield from _all_items(list(value[1]))
        elif op is code.GROUPREF_EXISTS:
            yield from _all_items(list(value[1]))
            yield from _all_items(list(value[2] or []))


def _needed(item: Item) -> bool:
    """Return whether an item matches one character at least."""
    op, value = item
    if op in _REPEATS or op is code.POSSESSIVE_REPEAT:
        return bool(value[0] > 0 and any(map(_needed, _flat(list(value[2])))))
    if op is code.BRANCH:
        return all(any(map(_needed, _flat(list(branch)))) for branch in value[1])
    return op in (code.LITERAL, code.NOT_LITERAL, code.ANY, code.IN)


def _letters(items: list[Item]) -> frozenset[str]:
    """Return the characters that items may match, of the first 256 and those the expression names."""
    letters: frozenset[str] = frozenset()
    for op, value in items:
        if op is code.LITERAL:
            letters |= {chr(value).lower(), chr(value).upper()}
        elif op is code.BRANCH:
            letters |= frozenset().union(*(_letters(list(branch)) for branch in value[1]))
        elif op is code.SUBPATTERN:
            letters |= _letters(list(value[3]))
        elif op in _REPEATS or op is code.POSSESSIVE_REPEAT:
            letters |= _letters(list(value[2]))
        elif op is code.IN:
            letters |= _set_letters(value)
        elif op is code.NOT_LITERAL:
            letters |= _ALPHABET - {chr(value)}
        elif op is code.ANY:
            letters |= _ALPHABET - {"\n"}
        else:
            letters |= _ALPHABET
    return letters


def _set_letters(parts: list[Item]) -> frozenset[str]:
    letters: set[str] = set()
    for op, value in parts:
        if op is code.LITERAL:
            letters |= {chr(value).lower(), chr(value).upper()}
        elif op is code.RANGE:
            low, high = value
            letters |= {c for c in _ALPHABET if low <= ord(c) <= high} | {chr(low), chr(high)}
        elif op is code.CATEGORY:
            letters |= {c for c in _ALPHABET if re.match(_CATEGORIES[value], c)}
    negated = any(op is code.NEGATE for op, _ in parts)
    return _ALPHABET - letters if negated else frozenset(letters)
