"""The code of runs, compared line by line with the first run's."""

from __future__ import annotations

import difflib
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbtrack.compare.documents import CodeDiff, CodeLine

__all__ = ["code_diffs", "code_of"]

_MAX_LINES = 3_000
"""Lines that are compared at most: more would take seconds."""

_MAX_ALL_LINES = 20_000
"""Lines of all runs' diffs together: many runs are compared by their values."""


def code_of(source: Any) -> str:
    """Return the cells of a run's `source` document as one text: those it depends on, then its own."""
    if not isinstance(source, dict):
        return ""
    earlier = source.get("earlier") or ()
    cells = [*(earlier if isinstance(earlier, list | tuple) else ()), source.get("cell", "")]
    return "\n\n".join(str(cell).strip("\n") for cell in cells)


def code_diffs(ids: Sequence[str], codes: Sequence[str]) -> list[CodeDiff]:
    """Return for each run after the first, where both codes are known, the lines of both.

    Of many runs the last may be left out.
    """
    first = codes[0].splitlines()
    diffs: list[CodeDiff] = []
    known: dict[str, list[CodeLine]] = {}
    room = _MAX_ALL_LINES
    for run_id, code in zip(ids[1:], codes[1:], strict=True):
        if not (codes[0] and code):
            continue
        if room <= 0:
            break
        lines = code.splitlines()
        if code not in known:
            known[code] = _lines(first[:_MAX_LINES], lines[:_MAX_LINES])
        room -= len(known[code])
        cut = max(0, len(first) - _MAX_LINES, len(lines) - _MAX_LINES)
        diffs.append({"left": ids[0], "right": run_id, "lines": known[code], "cut": cut})
    return diffs


def _lines(left: list[str], right: list[str]) -> list[CodeLine]:
    lines: list[CodeLine] = []
    for tag, i, i_end, j, j_end in difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        sides = zip_longest(
            [(number + 1, left[number]) for number in range(i, i_end)],
            [(number + 1, right[number]) for number in range(j, j_end)],
        )
        for one, other in sides:
            kind: Any = "same" if tag == "equal" else "added" if one is None else "changed"
            lines.append({"kind": "removed" if other is None else kind, "left": one, "right": other})
    return lines
