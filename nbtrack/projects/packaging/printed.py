"""The scores that a run's code prints from where nothing sees them arise: read off the same lines again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from nbtrack.capture.results.readings import NUMBER, Reading, plain, readings
from nbtrack.fields import MISSING, same

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Line", "lines_with"]

_NUMBER = re.compile(rf"(?<![\w.,]){NUMBER}(?!\w)", re.IGNORECASE)
_MAX_LINES = 50


class Line(NamedTuple):
    """A line that is printed, with `{}` for each number, and what each number is.

    A name that ends with `/` is the quotient of its number and the next.
    """

    template: str
    names: tuple[str | None, ...]

    @property
    def metrics(self) -> set[str]:
        """The metrics that the line has."""
        return {name.removesuffix("/") for name in self.names if name}


def lines_with(output: str, metrics: Mapping[str, float]) -> list[Line]:
    r"""Return the lines of a run's output that tell some metrics, one of each form.

    A metric of which the last value is another than the one that was printed last came from elsewhere.

    Examples
    --------
    >>> lines_with("epoch 1: val loss 0.5\nepoch 2: val loss 0.25\n", {"val_loss": 0.25})
    [Line(template='epoch {}: val loss {}', names=(None, 'val_loss'))]
    """
    found: dict[Line, None] = {}
    last = {one.name: one.value for line in output.split("\n") for one in readings(_shown(line))}
    told = {name for name, value in metrics.items() if same(last.get(name, MISSING), value)}
    for drawn in output.split("\n"):
        text = _shown(drawn)
        scores = {one.start: one for one in readings(text) if one.name in told}
        if scores and len(found) < _MAX_LINES:
            found[_line(text, scores)] = None
    return list(found)


def _shown(line: str) -> str:
    """Return a line as it is seen in the end, when a part of it was drawn over another."""
    return plain(line.rpartition("\r")[2]).strip()


def _line(text: str, scores: dict[int, Reading]) -> Line:
    parts: list[str] = []
    names: list[str | None] = []
    place = 0
    for match in _NUMBER.finditer(text):
        parts.append(_escaped(text[place : match.start()]))
        place = match.end()
        one = scores.get(match.start())
        names.append(None if one is None else one.name + "/" * one.ratio)
    parts.append(_escaped(text[place:]))
    return Line("{}".join(parts), tuple(names))


def _escaped(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("{", "{{").replace("}", "}}")
