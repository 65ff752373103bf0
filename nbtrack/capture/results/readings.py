"""Scores in a line of text: `loss: 0.31`, `Accuracy: 203/256 (79%)`, `train-rmse:0.54`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from nbtrack.capture.words.names import is_metric_name, may_be_metric, words
from nbtrack.capture.words.printed import (
    BASELINES,
    COMPARED,
    NOT_ITS_OWN,
    NOT_OURS,
    PREPOSITIONS,
    RATES,
    TEXT_SPLITS,
    TEXT_STOPS,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["NUMBER", "Reading", "fixed", "may_hold", "number", "plain", "readings"]


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
    end: int = 0
    """Where its text ends; that of a quotient with the second number."""


_MARKUP = re.compile(
    r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\r\n]*\x07"  # colours and other codes of terminals
    r"|\[/?(?:(?:bold|dim|italic|underline|reverse|strike|on|black|red|green|yellow|blue|magenta|cyan|white"
    r"|bright_[a-z]+) ?)*\]"  # rich's
)
NUMBER = r"[-+\u2212]?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|nan|inf)"
"""The text of a number, to be searched for in any letter case."""
_NUMBER = re.compile(
    rf"(?<![\w.,])(?P<number>{NUMBER})"
    r"(?P<ratio>\s?/\s?(?P<whole>\d[\d,]*)(?![\w.]))?"
    r"(?P<percent>\s?%)?"
    r"(?![\w%]|[.,]\d|:\d)"
    r"(?!(?<=%)\|[^|]*\|\s*[\d.]+[kMGT]?/)",  # a bar of progress: `45%|####   | 45/100`
    re.IGNORECASE,
)
_ANY_NUMBER = re.compile(r"\d|nan|inf", re.IGNORECASE)
_CONNECTED = re.compile(r"(?:[:=≈~]|\b(?:is|was|of|at))\s*[$€£¥]?\s*\Z", re.IGNORECASE)
_SPACED = re.compile(r"\s\Z")
_LIMITED = re.compile(r"(?:(?<![-=])[<>]|[\u2264\u2265])\s*\Z")
"""`loss < 0.1`; an arrow is none."""
_LATER_WORD = re.compile(r"\s+([A-Za-z]+)")
_SENTENCES = re.compile(r"[;|\t]|\.\s")
_QUALIFIED = re.compile(r"[(\[]([A-Za-z][\w ]*)[)\]]\s*\Z")
"""`loss (train)`"""
_CLAUSES = re.compile(r"[,;:|=(){}\[\]\t•]|\s[-\u2013\u2014]\s|\.\s")
_WORD = re.compile(r"[A-Za-z_²][\w²]*(?:[-./@^'\u2019][\w²]+)*|\d+")
_POSSESSIVE = re.compile(r"(\w+)['\u2019]s\Z")
_SPLIT_ALONE = re.compile(
    rf"\s*({'|'.join(sorted(TEXT_SPLITS))})\s*[:=]?\s+(\d*\.\d{{3,}})\s*", re.IGNORECASE
)
_DEGREES = frozenset({"Df", "df", "DF"})
"""Words of a summary for degrees of freedom: `Df Residuals: 77`."""
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
        value, decimals = float(alone[2]), len(alone[2].partition(".")[2])
        yield Reading(alone[1].lower(), value, decimals, alone.start(2), end=alone.end(2))
        return
    split = ""
    for match, label in _numbers(line):
        split = next((word for word in words(label)[::-1] if word in TEXT_SPLITS), split)
        name = _name(label)
        if name is not None and not _is_said_otherwise(name, label, match):
            value, decimals = _value(match)
            own = not split or not TEXT_SPLITS.isdisjoint(words(name))
            whole = name if own else f"{split}_{name}"
            beside = next((word for word in _said(label) if word in BASELINES), "")
            if beside and beside not in words(name):
                whole = f"{beside}_{whole}"
            end = match.end("ratio" if match["ratio"] else "number")
            yield Reading(whole, value, decimals, match.start("number"), bool(match["ratio"]), end)


def _numbers(line: str) -> Iterator[tuple[re.Match[str], str]]:
    """Yield the numbers of a line that may be scores, each with the text that may be its label."""
    begin = 0
    for match in _NUMBER.finditer(line):
        before = line[begin : match.start()]
        connected = _CONNECTED.search(before)
        # A whole number after a blank is a count: `epoch 3`.
        if connected is None and not (
            _SPACED.search(before) and (match["percent"] or re.search(r"[.eEn]", match["number"]))
        ):
            continue
        begin = match.end()
        yield match, before[: connected.start()] if connected else before


def may_hold(line: str) -> bool:
    """Return whether a line, or one with other digits, may hold a score: sooner than the grammar says it does not."""
    return _ANY_NUMBER.search(line) is not None and (
        may_be_metric(re.sub(r"[²^]2?", "2", line)) or _SPLIT_ALONE.fullmatch(line) is not None
    )


def fixed(line: str) -> list[tuple[int, int]]:
    """Return where the words of a line stand that have digits: two lines with others there may have other names.

    Examples
    --------
    >>> fixed("epoch 3: f1 = 0.5, at step 1e3"), fixed("valid_0's auc: 0.5")
    ([(9, 11)], [(0, 9)])
    """
    taken = [match.span() for match, _ in _numbers(line)]
    return [
        word.span()
        for word in _WORD.finditer(line)
        if not word[0].isdecimal()
        and any(character.isdecimal() for character in word[0])
        and not any(start <= word.start() and word.end() <= end for start, end in taken)
    ]


def number(text: str) -> tuple[float, int]:
    """Return the value and the decimals of a number that was found."""
    mantissa, e, exponent = text.lower().partition("e")
    if e and "," not in mantissa and "\u2212" not in text and "/" not in text:
        return float(text), len(mantissa.partition(".")[2]) - int(exponent)
    match = _NUMBER.fullmatch(text)
    assert match is not None
    return _value(match)


def _value(match: re.Match[str]) -> tuple[float, int]:
    text = match["number"].replace(",", "").replace("\u2212", "-").lower()
    if match["ratio"]:
        whole = float(match["whole"].replace(",", ""))
        return (float(text) / whole if whole else float("nan")), 6
    mantissa, _, exponent = text.partition("e")
    return float(text), len(mantissa.partition(".")[2]) - int(exponent or 0)


def _said(label: str) -> tuple[str, ...]:
    """Return the words of the sentence that a label ends."""
    return words(_SENTENCES.split(label)[-1])


def _is_said_otherwise(name: str, label: str, match: re.Match[str]) -> bool:
    """Return whether a sentence says of a number that it is no score, or somebody else's."""
    if _LIMITED.search(label) or not NOT_OURS.isdisjoint(_said(label)):
        return True
    later = _LATER_WORD.match(match.string, match.end())
    if later is None:
        return False
    # What begins like a line of a log: `error: 3 files were skipped`.
    counted = name == "error" and match["number"].isdecimal() and not (match["percent"] or match["ratio"])
    return counted or later[1].lower() in COMPARED


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
        if word.lower() in NOT_ITS_OWN or word in _DEGREES:
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
