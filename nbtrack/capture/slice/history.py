"""The code slice: the earlier cells that a cell depends on, and whether one of them has changed since."""

from __future__ import annotations

import ast
import builtins
import hashlib
from bisect import bisect_left
from dataclasses import dataclass, replace
from functools import lru_cache
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

from nbtrack.capture.slice.actions import LAST_SHOWN, NO_NAMES, bound
from nbtrack.capture.slice.namespace import PROCESS, Namespace
from nbtrack.capture.slice.steps import steps_of
from nbtrack.capture.source.syntax import compiles, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from nbtrack.capture.slice.actions import Names
    from nbtrack.capture.slice.namespace import Effect

__all__ = ["Cell", "History", "binds", "form", "stale"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it was executed."""

    raw: str
    """Its text as written."""
    source: str
    """The same as Python: its magics transformed by IPython."""
    number: int
    """Its execution's number, as in `In [7]`."""
    ok: bool = True
    cell_id: str | None = None
    """The notebook's id of the cell, if the front end provides it."""
    tracked: bool = False
    """Whether a run was made of it."""


class History:
    """The cells that a session has executed, in order.

    Examples
    --------
    >>> history = History()
    >>> for number, source in enumerate(["a = 1", "b = 2", "a += 1", "print(b)"], start=1):
    ...     history.add(source, source, number, True)
    >>> [cell.number for cell in history.slice("print(a)")]
    [1, 3]
    """

    def __init__(self) -> None:
        self._cells: list[Cell] = []
        self._effects: list[Effect] = []
        self._writers: dict[str, list[int]] = {}
        """By name: the positions of the cells that write it."""
        self._unknowable: list[int] = []
        """The positions of the cells that may have bound any name."""
        self._places: dict[tuple[int, str], int] = {}
        self._newest: dict[str, Cell] = {}
        self._binders: dict[str, dict[str, int]] = {}
        """By name: the forms of the cells that bind it, each with the position of its last execution."""
        self._namespace = Namespace()
        self._last_shown = LAST_SHOWN
        self._ahead: tuple[str, Namespace, Effect] | None = None
        """The cell of the last query, with the effect of its execution."""

    def __iter__(self) -> Iterator[Cell]:
        return iter(self._cells)

    def __len__(self) -> int:
        return len(self._cells)

    def add(
        self,
        raw: str,
        source: str,
        number: int,
        ok: bool,
        cell_id: str | None = None,
        *,
        tracked: bool = False,
    ) -> None:
        """Add a cell that was executed.

        Parameters
        ----------
        raw
            The cell as written.
        source
            The cell as Python, its magics transformed by IPython.
        number
            Its execution count.
        ok
            Whether it ended without an exception; otherwise each of its statements may or may not have run.
        cell_id
            The notebook's name for the cell, if known.
        tracked
            Whether a run was made of it.
        """
        # A cell that cannot be compiled (`return 1`) has not even begun.
        steps = steps_of(source) if ok or _begins(source) else ()
        ahead, self._ahead = self._ahead, None
        if ahead is not None and ahead[0] == source and ok:
            _, self._namespace, effect = ahead
        else:
            effect = self._namespace.run(steps, ok=ok)
        # Where the notebook has names of its own for the last shown, IPython leaves them alone.
        if not LAST_SHOWN.isdisjoint(bound(steps)):
            self._last_shown = NO_NAMES
        if ok and any(map(self._namespace.shows, steps)):
            anew = {f"_{number}"} | (self._last_shown & {"_"})
            shown = anew | self._last_shown | {"Out"}
            effect = replace(effect, kills=effect.kills | anew, writes=effect.writes | shown)
        for name in effect.writes:
            self._writers.setdefault(name, []).append(len(self._cells))
        if effect.unknowable:
            self._unknowable.append(len(self._cells))
        self._cells.append(Cell(raw, source, number, ok, cell_id, tracked))
        self._effects.append(effect)
        self._index(self._cells[-1])

    def _index(self, cell: Cell) -> None:
        """Index the newest cell, so that `stale` need not search all cells."""
        place = len(self._cells) - 1
        self._places[cell.number, cell.source] = place
        if cell.cell_id:
            self._newest[cell.cell_id] = cell
        for name in binds(cell.source):
            self._binders.setdefault(name, {})[form(cell.source)] = place

    def newest(self, cell: Cell) -> Cell:
        """Return the last executed cell with the id of this one."""
        return self._newest.get(cell.cell_id or "", cell)

    def place(self, cell: Cell) -> int:
        """Return the position at which a cell was executed; -1 if it was not in this session."""
        return self._places.get((cell.number, cell.source), -1)

    def bound_since(self, names: Iterable[str], place: int) -> set[str]:
        """Return the forms of the cells that bind one of the names, of those executed after a place."""
        return {f for name in names for f, last in self._binders.get(name, {}).items() if last > place}

    def slice(self, source: str) -> list[Cell]:
        """Return the executed cells that a cell depends on if it is executed now, in the order they ran.

        A cell is depended on if it bound, or changed in place, what is read here or in a cell depended on:
        through functions and classes too, and through every name that a changed object goes by. The seeds
        of the random numbers of a library that is used belong to it, and what was drawn from them since; so do
        changes of the working folder, the environment variables and the import path. What only prints or plots
        does not. Names that code run by `exec` or `%run` may have bound are looked for in those cells, if
        no other has bound them.

        Parameters
        ----------
        source
            The cell as Python, its magics transformed by IPython.
        """
        namespace = self._namespace.copy()
        effect = namespace.run(steps_of(source))
        self._ahead = source, namespace, effect
        wanted = set(effect.needs) | {PROCESS}
        found = []
        position = len(self._cells)
        # Only cells that write a wanted name, or may have, are looked at, the newest first.
        ahead = [-place for places in (self._unknowable, *self._written_by(wanted)) for place in places]
        heapify(ahead)
        while ahead:
            place = -heappop(ahead)
            if place >= position:
                continue  # it stands there once for each name
            position = place
            effect = self._effects[position]
            if effect.writes.isdisjoint(wanted) and not (
                effect.unknowable and any(self._nowhere_else(name, position) for name in wanted)
            ):
                continue
            found.append(self._cells[position])
            wanted -= effect.kills
            for places in self._written_by(effect.needs - wanted):
                for place in places[: bisect_left(places, position)]:
                    heappush(ahead, -place)
            wanted |= effect.needs
        return found[::-1]

    def _written_by(self, names: Iterable[str]) -> Iterator[list[int]]:
        """Yield the positions of the cells that write each of the names."""
        return (self._writers[name] for name in names if name in self._writers)

    def _nowhere_else(self, name: str, position: int) -> bool:
        """Return whether no cell that can be read has bound a name before this one."""
        return (
            self._writers.get(name, [position])[0] >= position
            and not name.startswith("<")
            and not hasattr(builtins, name)
        )


def stale(recorded: Sequence[Cell], history: History) -> list[Cell]:
    """Return the cells of a run's slice that have since been executed in another form.

    Another form is other code: comments and layout do not count. A cell is known by the notebook's name
    for it; without one, by the names it binds: then a later cell that binds one of them otherwise makes it
    stale, unless that belongs to the slice itself.

    Parameters
    ----------
    recorded
        The slice that was recorded with the run, the cell itself as its last.
    history
        The present session, which may be another one than the run's.
    """
    known = {form(cell.source) for cell in recorded}
    last = max(map(history.place, recorded), default=-1)
    found = []
    for cell in recorded:
        if cell.cell_id:
            changed = form(history.newest(cell).source) != form(cell.source)
        else:
            changed = not history.bound_since(binds(cell.source), last) <= known
        if changed:
            found.append(cell)
    return found


def _begins(source: str) -> bool:
    try:
        return compiles(parse(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def binds(source: str) -> Names:
    """Return the names that a cell binds, or may bind."""
    return bound(steps_of(source))


@lru_cache(maxsize=1024)
def form(source: str) -> str:
    """Return what stands for the form of a cell: the same for the same code, whatever its comments and layout."""
    try:
        text = ast.dump(parse(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        text = source
    return hashlib.blake2b(text.encode(errors="replace"), digest_size=16).hexdigest()
