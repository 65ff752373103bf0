"""The code of a session's runs: kept with them, and flagged once one of its cells is changed."""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbtrack.capture.secrets import mask_text
from nbtrack.capture.slice import Cell, History, script, stale

if TYPE_CHECKING:
    from nbtrack.store import RunWriter

__all__ = ["RunCode"]

_RUNS = 200
"""How many of the session's runs are looked after."""
_TAKEN_OFF = re.compile(r"\A\s*# %%track[^\n]*\n")


@dataclass(slots=True)
class _Kept:
    writer: RunWriter
    cells: list[Cell]
    document: dict[str, Any]


class RunCode:
    """Knows what code each run of the session was made by.

    Parameters
    ----------
    history
        The cells that the session has executed.
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def keep(self, writer: RunWriter, raw: str, transformed: str, cell_id: str | None) -> None:
        """Write a run's code into the store: its cell, and the earlier cells that it depends on."""
        earlier = self._history.slice(transformed)
        # Options are no code: a run with other tags is the same script.
        cell = Cell(raw, _TAKEN_OFF.sub("", transformed), 0, cell_id=cell_id)
        document = {
            "cell": mask_text(raw),
            "earlier": [mask_text(one.raw) for one in earlier],
            "script": mask_text(script([*earlier, cell])),
            "stale": bool(stale(earlier, self._history)),
        }
        writer.set_document("source", document)
        if earlier and not document["stale"]:
            self._kept[writer.id] = _Kept(writer, earlier, document)
            while len(self._kept) > _RUNS:
                self._kept.popitem(last=False)

    def look(self, executed: Cell) -> None:
        """Flag the runs whose code this cell, just executed, has changed."""
        for run, kept in list(self._kept.items()):
            # Only a cell that the run depends on can make it stale, or, where cells have no names, any.
            named = executed.cell_id is not None and all(cell.cell_id for cell in kept.cells)
            if named and executed.cell_id not in {cell.cell_id for cell in kept.cells}:
                continue
            if stale(kept.cells, self._history):
                kept.writer.set_document("source", kept.document | {"stale": True})
                del self._kept[run]
