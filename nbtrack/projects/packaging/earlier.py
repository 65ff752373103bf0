"""The tracked cells before a run's own in its recorded script: of each only what the run's cell takes from it."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nbtrack.capture.slice.actions import bound
from nbtrack.capture.slice.namespace import PROCESS, Namespace
from nbtrack.capture.slice.steps import steps_of
from nbtrack.capture.source.literals import is_literal
from nbtrack.capture.source.reads import dotted, names_in
from nbtrack.capture.source.syntax import parse
from nbtrack.projects.packaging.cell import MARK
from nbtrack.projects.packaging.data_files import writes
from nbtrack.projects.packaging.draws import may_draw

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

from nbtrack.capture.slice.namespace import Effect

__all__ = ["Step", "reduced"]

_TRACK = re.compile(r"\A\s*# %%track(?P<line>[^\n]*)\n")
_PROCESSES = re.compile(r"get_ipython|subprocess(\.\w+)?|os\.(system|popen)|_show|_loop\.run_until_complete")
"""What runs outside of Python's names, or belongs to the form of a recorded script."""


@dataclass(frozen=True)
class Step:
    """A tracked cell before the run's own, of which the run's cell reads a value.

    Attributes
    ----------
    cell
        What it is called.
    made
        What it made that is read: values by their names, a state of random numbers.
    whole
        Why all of it is run; empty where only the lines are that make the names.
    """

    cell: str
    made: tuple[str, ...]
    whole: str = ""


@dataclass
class _Unit:
    """Statements that stay or go together: those of one line, or a whole cell."""

    source: str
    cell: int
    fixed: bool = False
    kept: bool = False
    made: set[str] = field(default_factory=set)
    tree: ast.Module = field(init=False)
    effect: Effect = field(init=False)
    writes: set[str] = field(init=False)

    def __post_init__(self) -> None:
        self.tree = parse(self.source)

    @property
    def declares(self) -> bool:
        """Whether it only imports, defines, or assigns a literal."""
        return all(map(_declares, self.tree.body))


def reduced(script: str, tracked: Collection[int] = ()) -> tuple[str, list[Step]]:
    """Return a recorded script without what its earlier tracked cells did for themselves, and those that it needs.

    Of such a cell the statements stay on which the run's cell depends: an import that both have made no other training
    necessary. A cell without any goes, and so do cells that only such statements needed.

    Parameters
    ----------
    script
        The script; a tracked cell begins with its `%%track` as a comment.
    tracked
        The numbers of cells that were tracked without it, under `%track on`.
    """
    head, *cells = re.split(rf"^{re.escape(MARK)}", script, flags=re.MULTILINE)
    marked = {number for number, cell in enumerate(cells[:-1]) if number in tracked or _TRACK.match(cell)}
    if not marked:
        return script, []
    whole = {number: _whole(cells[number]) for number in marked}
    units: list[_Unit] = []
    for number, cell in enumerate(cells):
        if number in marked and not whole[number]:
            units += (_Unit(source, number) for source in _statements(cell))
        else:
            units.append(_Unit(cell, number, fixed=number == len(cells) - 1))
    _keep(units, marked, whole, "\n".join(cells))
    texts = {number: _text(cell, number, units, marked) for number, cell in enumerate(cells)}
    steps = [_step(cells[number], number, units, whole) for number in sorted(marked)]
    kept = [MARK + text for text in texts.values() if text]
    return head + "".join(kept), [one for one in steps if one.made or one.whole]


def _whole(cell: str) -> str:
    """Return why a cell cannot be taken apart."""
    for node in ast.walk(parse(cell)):
        if isinstance(node, ast.Call) and _PROCESSES.fullmatch(dotted(node.func).partition("(")[0]):
            return "it runs other programs" if "loop" not in dotted(node.func) else "it waits"
    if any(step.unknowable for step in steps_of(cell)):
        return "it may bind any name"
    return ""


def _keep(units: Sequence[_Unit], marked: Collection[int], whole: dict[int, str], script: str) -> None:
    """Mark the units on which the last depends."""
    _run(units)
    wanted: set[str] = {PROCESS}
    after: set[str] = set()
    texts: set[str] = set()
    for place in range(len(units) - 1, -1, -1):
        unit, effect = units[place], units[place].effect
        if place + 1 == len(units) or units[place + 1].cell != unit.cell:
            after = set(wanted)
        drawn = {name for name in wanted if name.startswith("<random ")}
        if unit.cell in marked and not whole[unit.cell] and drawn:
            own = [one for one in units if one.cell == unit.cell]
            if any(may_draw(one.tree, drawn, script) for one in own):
                whole[unit.cell] = "it may draw random numbers from a generator that is seeded before"
        unit.kept = (
            unit.fixed
            or effect.unknowable
            or not unit.writes.isdisjoint(wanted)
            or bool(whole.get(unit.cell) and drawn)
            or not writes(unit.tree).isdisjoint(texts)
        )
        if unit.kept:
            unit.made = unit.writes & wanted & after
            wanted -= effect.kills
            wanted |= effect.needs
            texts |= _read(unit.tree)


def _run(units: Sequence[_Unit]) -> None:
    """Find out what units do to names, in their order."""
    namespace = Namespace()
    constants: set[str] = set()
    for unit in units:
        steps = steps_of(unit.source)
        unit.effect = namespace.run(steps)
        own = bound(steps)
        # What an estimator is given it may change, as far as can be seen; but no number.
        unit.writes = set(unit.effect.writes - (constants - own))
        constants -= own
        constants |= {name for stmt in unit.tree.body for name in _constants(stmt)}


def _constants(stmt: ast.stmt) -> Iterator[str]:
    """Yield the names to which a statement assigns what nothing can change."""
    match stmt:
        case ast.Assign(targets=targets, value=ast.Constant() | ast.UnaryOp(operand=ast.Constant())):
            yield from (one.id for one in targets if isinstance(one, ast.Name))
        case ast.AnnAssign(
            target=ast.Name(id=name), value=ast.Constant() | ast.UnaryOp(operand=ast.Constant())
        ):
            yield name


def _read(tree: ast.Module) -> set[str]:
    """Return the texts and names of a unit, any of which may be the path of a file that it reads."""
    return {
        str(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    } | names_in(tree)


def _statements(cell: str) -> Iterator[str]:
    """Yield the texts of a cell's statements, those that share a line together, each with the comments above it."""
    lines = cell.splitlines(keepends=True)
    first = 0
    body = parse(cell).body
    for number, stmt in enumerate(body):
        end = stmt.end_lineno or stmt.lineno
        following = body[number + 1] if number + 1 < len(body) else None
        if following is not None and following.lineno <= end:
            continue
        yield "".join(lines[first:end])
        first = end


def _text(cell: str, number: int, units: Sequence[_Unit], marked: Collection[int]) -> str:
    own = [one for one in units if one.cell == number]
    if number not in marked:
        return cell if own[0].kept else ""
    kept = "".join(one.source for one in own if one.kept)
    if not kept:
        return ""
    title = f"# of the tracked cell {_name(cell)}: what is read of it"
    return f"{title}\n{_TRACK.sub('', kept, count=1).strip(chr(10))}\n\n"


def _step(cell: str, number: int, units: Sequence[_Unit], whole: dict[int, str]) -> Step:
    own = [one for one in units if one.cell == number and one.kept and not one.declares]
    made = sorted(set().union(*(one.made for one in own)))
    return Step(_name(cell), tuple(map(_in_words, made)), whole[number] if own else "")


def _in_words(name: str) -> str:
    kind, _, library = name.strip("<>").partition(" ")
    words = {"random": f"the random numbers of {library}", "settings": f"settings of {library}"}
    return words.get(kind, "the process's folder and variables") if name.startswith("<") else f"`{name}`"


def _name(cell: str) -> str:
    """Return what a cell is called: the name behind its `%%track`, else its first line."""
    line = _TRACK.match(cell)
    words = line["line"].split() if line else []
    if words and not words[0].startswith("-"):
        return words[0].strip("'\"")
    rest = [one.strip() for one in cell.splitlines() if one.strip() and not one.lstrip().startswith("#")]
    return f"that begins with {rest[0][:60]!r}" if rest else "before"


def _declares(stmt: ast.stmt) -> bool:
    match stmt:
        case (
            ast.Import()
            | ast.ImportFrom()
            | ast.FunctionDef()
            | ast.AsyncFunctionDef()
            | ast.ClassDef()
            | ast.Pass()
        ):
            return True
        case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value) | ast.Expr(value=value):
            return is_literal(value)
    return isinstance(stmt, ast.AnnAssign)
