"""Scores in what a cell prints: `loss: 0.31`, `Accuracy: 94.2%`, `[0] validation-rmse:0.54`.

Functions of the notebook and of libraries often print their scores and return nothing; reading the text
finds them without a hook in anybody's function.
"""

from __future__ import annotations

import math
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nbtrack.capture.vocabulary import is_metric_name, words

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["PrintedScores"]

_NUMBER = r"(?<![\w.])([-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|nan|inf))\b(\s?%)?"
_LABELLED = re.compile(
    r"([A-Za-z][A-Za-z0-9_²()^@./\- ]{0,60}?)"  # a label of a few words
    r"(?:\s*[:=]\s*|\s+is\s+|\s+(?=[-+]?\d*\.\d))"  # then a colon, an equals sign, or a decimal number
    + _NUMBER
)
_DISPLAYED = re.compile(r"Out\[\d+\]:")
"""How a terminal shows a cell's value: an object's own text is no print-out."""
_SPLITS = frozenset({"train", "training", "test", "val", "valid", "validation", "dev"})
_SPLIT_ALONE = re.compile(rf"({'|'.join(sorted(_SPLITS))})\s*[:=]?\s+(\d*\.\d{{3,}})", re.IGNORECASE)
_LABEL_WORDS = 4
_STOPS = frozenset("a an and at by epoch final for in is it iter iteration of on our step the with".split())
_POINTS = 100_000


@dataclass(eq=False, slots=True)
class PrintedScores:
    """Collects labelled numbers from text as it is printed, line by line."""

    points: dict[str, list[tuple[float, float, int]]] = field(default_factory=dict)
    """Name to (seconds since the epoch, value, decimals printed)."""
    _rest: str = ""

    def feed(self, text: str) -> None:
        """Take the next piece of output."""
        if "\n" not in text and "\r" not in text:
            # A line may come in many pieces; one that never ends is no line of scores.
            self._rest = (self._rest + text)[-2_000:]
            return
        *lines, self._rest = re.split(r"[\n\r]", self._rest + text)
        now = time.time()
        for line in lines:
            if len(line) <= 2_000:
                self._read(line, now)

    def finish(self) -> None:
        """Take the last line, which may have no end."""
        self.feed("\n")

    def _read(self, line: str, now: float) -> None:
        if _DISPLAYED.match(line):
            return
        alone = _SPLIT_ALONE.fullmatch(line.strip())
        if alone is not None:
            self._keep(alone[1].lower(), alone[2], now)
            return
        split = ""
        for match in _LABELLED.finditer(line):
            name = _name(match[1])
            # `train Loss: 0.3 Acc: 0.9`: what part of the data is said once a line.
            said = next((word for word in words(match[1])[::-1] if word in _SPLITS), "")
            split = said or split
            if name is not None:
                own = not split or not _SPLITS.isdisjoint(words(name))
                self._keep(name if own else f"{split}_{name}", match[2], now)

    def _keep(self, name: str, text: str, now: float) -> None:
        points = self.points.setdefault(name, [])
        if len(points) < _POINTS:
            mantissa, _, exponent = text.lower().partition("e")
            points.append((now, float(text), len(mantissa.partition(".")[2]) - int(exponent or 0)))

    def unknown(self, known: Iterable[Iterable[float]]) -> dict[str, list[tuple[float, float]]]:
        """Return name to (time, value) of the printed scores that are none of the `known` values.

        Parameters
        ----------
        known
            The values that capture has found in other ways; a printed number that is one of them,
            rounded or in per cent, says nothing new.
        """
        rounded: set[tuple[int, float]] = set()
        decimals = {d for points in self.points.values() for _, _, d in points}
        for values in known:
            for value in values:
                for d in decimals:
                    rounded.add((d, round(value, d)))
                    rounded.add((d, round(value * 100, d)))
                    rounded.add((d, round(-value, d)))
                if 0 in decimals and math.isfinite(value):
                    rounded.add((0, float(math.trunc(value))))  # as `%d` prints it
        found: dict[str, list[tuple[float, float]]] = {}
        for name, points in self.points.items():
            fresh = [(moment, value) for moment, value, d in points if (d, round(value, d)) not in rounded]
            if len(fresh) * 2 > len(points):
                found[name] = [(moment, value) for moment, value, _ in points]
        return found


def _name(label: str) -> str | None:
    """Return the name that a label gives a score, or None if it speaks of none.

    That is its last word that names a metric, with the words just before it that say which (`val loss`,
    `mean test accuracy`).
    """
    parts = [p.lower() for p in re.split(r"[^A-Za-z0-9]+", re.sub(r"[²^]2?", "2", label)) if p]
    ends = [k for k, part in enumerate(parts) if is_metric_name(part) and not part.isdigit()]
    if not ends or len(parts) - ends[-1] > _LABEL_WORDS * 3:
        return None
    found = [parts[ends[-1]]]
    for part in reversed(parts[max(0, ends[-1] - _LABEL_WORDS + 1) : ends[-1]]):
        if part.isdigit() or part in _STOPS:
            break
        found.insert(0, part)
    return "_".join(found)
