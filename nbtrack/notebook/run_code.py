"""The code of a session's runs: stored with them, and flagged as changed when one of its cells is edited."""

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

_MAX_RUNS = 200
"""How many of the session's runs are followed."""
_TAKEN_OFF = re.compile(r"\A\s*# %%track[^\n]*\n")


@dataclass(frozen=True, slots=True)
class _Dependencies:
    """The parts of a run's code that a later cell can change; runs with equal code share it."""

    named: frozenset[tuple[str, str]]
    """The id and the form of each cell that has an id."""
    names: frozenset[str]
    """The names that its other cells bind."""
    known: frozenset[str]
    """The forms of all its cells."""


@dataclass(slots=True)
class _TrackedRun:
    writer: RunWriter
    code: _Dependencies
    document: dict[str, Any]


class RunCode:
    """Keeps track of the code that made each run of the session.

    Parameters
    ----------
    history
        The cells that the session has executed.
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self._kept: OrderedDict[str, _TrackedRun] = OrderedDict()
        self._runs: dict[_Dependencies, set[str]] = {}
        # An executed cell must not search all runs: it finds those that it may have changed by its id, or by the names
        # that it binds.
        self._by_cell: dict[str, set[_Dependencies]] = {}
        self._by_name: dict[str, set[_Dependencies]] = {}

    def keep(self, writer: RunWriter, raw: str, transformed: str, cell_id: str | None) -> None:
        """Store a run's code: its cell, and the earlier cells that it depends on."""
        earlier = self._history.slice(transformed)
        # Options are not code: with other tags the script is the same.
        cell = Cell(raw, _TAKEN_OFF.sub("", transformed), 0, cell_id=cell_id)
        whole = script([*earlier, cell])
        # All texts are scanned before one is stored: a secret found in one is masked in all.
        for text in (raw, *(one.raw for one in earlier), whole):
            SEEN.code(text)
        document = {
            "cell": SEEN.code(raw),
            "earlier": [SEEN.code(one.raw) for one in earlier],
            "script": SEEN.code(whole),
            "stale": bool(stale(earlier, self._history)),
            "tracked": [number for number, one in enumerate(earlier) if one.tracked],
            "unmasked": SEEN.unmasked(whole),
        }
        writer.set_document("source", document)
        self._forget(writer.id)  # for a resumed run, the last cell counts
        if earlier and not document["stale"]:
            code = _Dependencies(
                frozenset((one.cell_id, form(one.source)) for one in earlier if one.cell_id),
                frozenset(name for one in earlier if not one.cell_id for name in binds(one.source)),
                # Includes the cell itself: running it again does not change its own code.
                frozenset(form(one.source) for one in (*earlier, cell)),
            )
            self._add(writer.id, _TrackedRun(writer, code, document))

    def flag_changed(self, executed: Cell) -> None:
        """Flag the runs whose code was changed by this cell, which was just executed."""
        for code in set(self._changed(executed)):
            for run in list(self._runs[code]):
                kept = self._kept[run]
                kept.writer.set_document("source", kept.document | {"stale": True})
                self._forget(run)

    def _changed(self, executed: Cell) -> Iterator[_Dependencies]:
        """Yield the codes to which a cell belongs in another form, or of which it binds a name otherwise."""
        now = form(executed.source)
        if executed.cell_id:
            cell = (executed.cell_id, now)
            yield from (code for code in self._by_cell.get(executed.cell_id, ()) if cell not in code.named)
        for name in binds(executed.source):
            yield from (code for code in self._by_name.get(name, ()) if now not in code.known)

    def _add(self, run: str, kept: _TrackedRun) -> None:
        self._kept[run] = kept
        code = kept.code
        self._runs.setdefault(code, set()).add(run)
        for cell_id, _ in code.named:
            self._by_cell.setdefault(cell_id, set()).add(code)
        for name in code.names:
            self._by_name.setdefault(name, set()).add(code)
        while len(self._kept) > _MAX_RUNS:
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
