"""The code of a session's runs: kept with them, and flagged once one of its cells is changed."""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbtrack.capture.secrets import SEEN
from nbtrack.capture.slice.history import Cell, History, binds, form, stale
from nbtrack.capture.slice.script import script

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbtrack.store import RunWriter

__all__ = ["RunCode"]

_RUNS = 200
"""How many of the session's runs are looked after."""
_TAKEN_OFF = re.compile(r"\A\s*# %%track[^\n]*\n")


@dataclass(frozen=True, slots=True)
class _Code:
    """What the code of a run comes to, as far as a later cell can change it; runs of the same have it in common."""

    named: frozenset[tuple[str, str]]
    """Of the cells that the notebook has names for: name and form."""
    names: frozenset[str]
    """What its other cells bind."""
    known: frozenset[str]
    """The forms of all its cells."""


@dataclass(slots=True)
class _Kept:
    writer: RunWriter
    code: _Code
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
        self._runs: dict[_Code, set[str]] = {}
        # A cell that is executed must not go through all runs: it finds those that it may have changed
        # by its own name, or by the names that it binds.
        self._by_cell: dict[str, set[_Code]] = {}
        self._by_name: dict[str, set[_Code]] = {}

    def keep(self, writer: RunWriter, raw: str, transformed: str, cell_id: str | None) -> None:
        """Write a run's code into the store: its cell, and the earlier cells that it depends on."""
        earlier = self._history.slice(transformed)
        # Options are no code: a run with other tags is the same script.
        cell = Cell(raw, _TAKEN_OFF.sub("", transformed), 0, cell_id=cell_id)
        whole = script([*earlier, cell])
        # All are read before one is kept: a secret of one is masked in each.
        for text in (raw, *(one.raw for one in earlier), whole):
            SEEN.code(text)
        document = {
            "cell": SEEN.code(raw),
            "earlier": [SEEN.code(one.raw) for one in earlier],
            "script": SEEN.code(whole),
            "stale": bool(stale(earlier, self._history)),
        }
        writer.set_document("source", document)
        self._forget(writer.id)  # of a run that is resumed the last cell counts
        if earlier and not document["stale"]:
            code = _Code(
                frozenset((one.cell_id, form(one.source)) for one in earlier if one.cell_id),
                frozenset(name for one in earlier if not one.cell_id for name in binds(one.source)),
                # The cell itself belongs to it: run again, it changes nothing that it depends on.
                frozenset(form(one.source) for one in (*earlier, cell)),
            )
            self._add(writer.id, _Kept(writer, code, document))

    def look(self, executed: Cell) -> None:
        """Flag the runs whose code this cell, just executed, has changed."""
        for code in set(self._changed(executed)):
            for run in list(self._runs[code]):
                kept = self._kept[run]
                kept.writer.set_document("source", kept.document | {"stale": True})
                self._forget(run)

    def _changed(self, executed: Cell) -> Iterator[_Code]:
        """Yield the codes to which a cell belongs in another form, or of which it binds a name otherwise."""
        now = form(executed.source)
        if executed.cell_id:
            cell = (executed.cell_id, now)
            yield from (code for code in self._by_cell.get(executed.cell_id, ()) if cell not in code.named)
        for name in binds(executed.source):
            yield from (code for code in self._by_name.get(name, ()) if now not in code.known)

    def _add(self, run: str, kept: _Kept) -> None:
        self._kept[run] = kept
        code = kept.code
        self._runs.setdefault(code, set()).add(run)
        for cell_id, _ in code.named:
            self._by_cell.setdefault(cell_id, set()).add(code)
        for name in code.names:
            self._by_name.setdefault(name, set()).add(code)
        while len(self._kept) > _RUNS:
            self._forget(next(iter(self._kept)))

    def _forget(self, run: str) -> None:
        kept = self._kept.pop(run, None)
        if kept is None:
            return
        code = kept.code
        self._runs[code].discard(run)
        if self._runs[code]:
            return
        del self._runs[code]
        for index, keys in (
            (self._by_cell, [cell_id for cell_id, _ in code.named]),
            (self._by_name, code.names),
        ):
            for key in set(keys):
                index[key].discard(code)
                if not index[key]:
                    del index[key]
