"""Scores in a line of text: `loss: 0.31`, `Accuracy: 203/256 (79%)`, `train-rmse:0.54`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from nbtrack.capture.words.names import is_metric_name, words
from nbtrack.capture.words.printed import NOT_ITS_OWN, PREPOSITIONS, RATES, TEXT_SPLITS, TEXT_STOPS

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["NUMBER", "Reading", "plain", "readings"]


class Reading(NamedTuple):
    """A named number in a line."""

    name: str
    value: float
    decimals: int
    """How many decimals the text has."""
    start: int = 0
    """Where it stands in the line."""
    ratio: bool = False
    """Whether it is the quotient of two numbers: `203/256`."""


_MARKUP = re.compile(
    r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07]*\x07"  # colours and other codes of terminals
    r"|\[/?(?:(?:bold|dim|italic|underline|reverse|strike|on|black|red|green|yellow|blue|magenta|cyan|white"
    r"|bright_[a-z]+) ?)*\]"  # rich's
)
NUMBER = r"[-+\u2212]?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|nan|inf)"
"""The text of a number, to be searched for in any letter case."""
_NUMBER = re.compile(
    rf"(?<![\w.,])(?P<number>{NUMBER})"
    r"(?P<ratio>\s?/\s?(?P<whole>\d[\d,]*)(?![\w.]))?"
    r"(?P<percent>\s?%)?"
    r"(?![\w%]|[.,]\d|:\d)",
    re.IGNORECASE,
)
_CONNECTED = re.compile(r"(?:[:=≈~]|\b(?:is|was|of|at))\s*[$€£¥]?\s*\Z", re.IGNORECASE)
_SPACED = re.compile(r"\s\Z")
_QUALIFIED = re.compile(r"[(\[]([A-Za-z][\w ]*)[)\]]\s*\Z")
"""`loss (train)`"""
_CLAUSES = re.compile(r"[,;:|=(){}\[\]\t•]|\s[-\u2013\u2014]\s|\.\s")
_WORD = re.compile(r"[A-Za-z_²][\w²]*(?:[-./@^'\u2019][\w²]+)*|\d+")
_POSSESSIVE = re.compile(r"(\w+)['\u2019]s\Z")
_SPLIT_ALONE = re.compile(
    rf"\s*({'|'.join(sorted(TEXT_SPLITS))})\s*[:=]?\s+(\d*\.\d{{3,}})\s*", re.IGNORECASE
)
_MAX_QUALIFIERS = 3
"""How many words before a metric's word belong to its name."""


def plain(text: str) -> str:
    """Return text without colour codes and markup."""
    return _MARKUP.sub("", text) if "\x1b" in text or "[" in text else text


def readings(line: str) -> Iterator[Reading]:
    """Yield the numbers of a line that are scores.

    Examples
    --------
    >>> [(one.name, one.value) for one in readings("[10] train-rmse:0.5  eval-rmse:0.625")]
    [('train_rmse', 0.5), ('eval_rmse', 0.625)]
    >>> [(one.name, one.value) for one in readings("Test set: rmse 12,345.5 ± 0.1, Accuracy: 192/256 (75%)")]
    [('test_rmse', 12345.5), ('test_accuracy', 0.75)]
    """
    alone = _SPLIT_ALONE.fullmatch(line)
    if alone is not None:
        yield Reading(alone[1].lower(), float(alone[2]), len(alone[2].partition(".")[2]), alone.start(2))
        return
    begin, split = 0, ""
    for match in _NUMBER.finditer(line):
        before = line[begin : match.start()]
        connected = _CONNECTED.search(before)
        # A whole number after a blank is a count: `epoch 3`.
        if connected is None and not (_SPACED.search(before) and re.search(r"[.eEn]", match["number"])):
            continue
        begin = match.end()
        label = before[: connected.start()] if connected else before
        split = next((word for word in words(label)[::-1] if word in TEXT_SPLITS), split)
        name = _name(label)
        if name is not None:
            value, decimals = _value(match)
            own = not split or not TEXT_SPLITS.isdisjoint(words(name))
            whole = name if own else f"{split}_{name}"
            yield Reading(whole, value, decimals, match.start("number"), bool(match["ratio"]))


def _value(match: re.Match[str]) -> tuple[float, int]:
    text = match["number"].replace(",", "").replace("\u2212", "-").lower()
    if match["ratio"]:
        whole = float(match["whole"].replace(",", ""))
        return (float(text) / whole if whole else float("nan")), 6
    mantissa, _, exponent = text.partition("e")
    return float(text), len(mantissa.partition(".")[2]) - int(exponent or 0)


def _name(label: str) -> str | None:
    """Return the name that a label gives a score, or None if it has no metric's word.

    That is the last word of its last clause that names a metric, with the words just before it that say which: `val loss`,
    `mean test accuracy`.
    """
    qualified = _QUALIFIED.search(label)
    if qualified is not None:
        inner = _name(label[: qualified.start()])
        which = [word for word in words(qualified[1]) if word in TEXT_SPLITS]
        if inner is not None:
            return f"{which[0]}_{inner}" if which else inner
    clause = _CLAUSES.split(label.rstrip())[-1]
    found = _WORD.findall(clause)
    place = next((n for n in range(len(found) - 1, -1, -1) if _is_metric(found[n])), None)
    if place is None:
        return None
    after = [word.lower() for word in found[place + 1 :]]
    if after[:1] == ["rate"] and found[place].lower() in RATES:
        found[place] += "_rate"
        del after[0]
    if after and after[0] not in PREPOSITIONS and not after[0].isdigit():
        return None
    parts = [_joined(found[place])]
    for word in reversed(found[max(0, place - _MAX_QUALIFIERS) : place]):
        owner = _POSSESSIVE.fullmatch(word)
        if owner is not None:
            parts.insert(0, owner[1].lower())
            break
        if word.lower() in NOT_ITS_OWN:
            return None
        if word.isdigit() or word.lower() in TEXT_STOPS:
            break
        parts.insert(0, _joined(word))
    return "_".join(parts)


def _is_metric(word: str) -> bool:
    return is_metric_name(_joined(word)) and not word.isdigit() and _POSSESSIVE.fullmatch(word) is None


def _joined(word: str) -> str:
    """Return a word as an identifier: `R^2` is r2, `train-rmse` is train_rmse."""
    return re.sub(r"\W+", "_", re.sub(r"[²^]2?", "2", word)).strip("_").lower()
