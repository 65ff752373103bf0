"""Which statements of a cell were executed: marks in the syntax tree, and the tree of what was reached.

A mark is a call of a hook after a statement. In a sequence of statements that cannot be interrupted, the last has a mark for
all; after a statement that may leave a block, and where an exception may be swallowed, each has its own.
"""

from __future__ import annotations

import ast
import copy
import inspect
import itertools
from typing import TYPE_CHECKING, Any, NamedTuple

from nbtrack.capture.source.grammar import LOOPS, Evaluate, begins, blocks, may_leave

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from types import FrameType

    from nbtrack.capture.source.grammar import Event

__all__ = ["Mark", "Position", "Reach", "left_at", "left_in"]

Statements = list[ast.stmt]
Position = tuple[int, int]

_LEAVING = (ast.Break, ast.Continue, ast.Raise, ast.Return)
_SWALLOWING = (ast.Try, ast.TryStar, ast.With, ast.AsyncWith)
_BEGINNING = frozenset({"value", "assigned", "entered", "iterated", "test", "subject"})
"""The roles of the parts that remain of a statement that was begun but not completed."""


class Mark(NamedTuple):
    """A place for a hook."""

    statement: ast.stmt
    where: str
    """`before` or `after` the statement, or `around` its value."""
    loop: ast.stmt | None = None
    """The loop whose body consists of only this statement."""


class Reach:
    r"""Which parts of a cell an execution reached.

    Parameters
    ----------
    tree
        The cell's tree, which is not changed.
    outermost
        Whether it is the cell's own tree: IPython shows its last statement, which has no mark; `finish` is told
        how that ended.

    Examples
    --------
    >>> reach = Reach(ast.parse("a = 1\nif a > 1:\n    b = 2\nc = 3"))
    >>> [mark.where for mark in reach.marks]
    ['after', 'before', 'after', 'after']
    >>> for number in (0, 3):
    ...     reach.hook(number)()
    >>> reach.finish(ended=True)
    >>> print(ast.unparse(reach.tree()))
    a = 1
    a > 1
    c = 3
    """

    def __init__(self, tree: ast.Module, *, outermost: bool = True) -> None:
        self.marks: list[Mark] = []
        self.body = tree.body
        self._outermost = outermost
        self._ends: dict[int, int] = {}
        """By a statement's `id`: the mark that is reached when it was completed."""
        self._beginnings: dict[int, int] = {}
        """By the `id` of a block's first statement: the mark that is reached when the block was begun."""
        self._hit: set[int] = set()
        self._witnesses: dict[int, Callable[[], bool]] = {}
        self._ended = not outermost
        self._failed: Position | None = None
        self._place(tree.body, looped=False, swallowed=False)

    def hook(self, number: int) -> Callable[..., Any]:
        """Return the function that a mark calls; around a value, it receives and returns the value."""
        hit = self._hit

        def passed(value: Any) -> Any:
            hit.add(number)
            return value

        def reached() -> None:
            hit.add(number)

        return passed if self.marks[number].where == "around" else reached

    def witness(self, number: int, reached: Callable[[], bool]) -> None:
        """Use another function to find out whether a mark was reached, which then needs no hook."""
        self._witnesses[number] = reached

    def finish(self, *, ended: bool, failed_at: Position | None = None) -> None:
        """Record how the execution ended: at the tree's end, or else at which line and column."""
        self._ended, self._failed = ended or not self._outermost, failed_at

    def suppose(self) -> None:
        """Take everything for reached, where no hook tells."""
        self._hit.update(range(len(self.marks)))

    @property
    def count(self) -> int:
        """How many marks have been reached; it changes when there is something new."""
        return sum(map(self._is_hit, range(len(self.marks))))

    def tree(self) -> ast.Module:
        """Return the cell without the code that was not reached.

        A statement that was begun but not completed is reduced to its expressions, which bind nothing.
        """
        body = self._reached(self.body, begun=True)
        return ast.Module(body, [])

    @staticmethod
    def statements(block: Statements) -> Iterator[ast.stmt]:
        """Yield the statements that may have marks; those of an equal tree come in the same order."""
        for statement in block:
            yield statement
            for inner in _blocks(statement):
                yield from Reach.statements(inner)

    # -- where the marks go

    def _place(
        self, statements: Statements, *, looped: bool, swallowed: bool, loop: ast.stmt | None = None
    ) -> None:
        waiting: Statements = []
        for number, statement in enumerate(statements):
            final = number == len(statements) - 1
            self._place_inside(statement, looped=looped, swallowed=swallowed)
            if waiting and may_leave(statement):
                self._ends |= dict.fromkeys(map(id, waiting), self._mark(statement, "before"))
                waiting = []
            waiting.append(statement)
            where = "after"
            if final and statements is self.body:
                if self._outermost:
                    return
                where = "around" if isinstance(statement, ast.Expr) else "after"
            elif isinstance(statement, _LEAVING):
                where = "before"
            elif looped and not swallowed and not (final or may_leave(statement)):
                continue
            alone = loop if len(statements) == 1 else None
            self._ends |= dict.fromkeys(map(id, waiting), self._mark(statement, where, alone))
            waiting = []

    def _place_inside(self, statement: ast.stmt, *, looped: bool, swallowed: bool) -> None:
        looped = looped or isinstance(statement, LOOPS)
        swallowed = swallowed or isinstance(statement, _SWALLOWING)
        for block in _blocks(statement):
            if swallowed or not looped:
                self._beginnings[id(block[0])] = self._mark(block[0], "before")
            body = isinstance(statement, LOOPS) and block is statement.body
            loop = statement if body else None
            self._place(block, looped=looped, swallowed=swallowed, loop=loop)

    def _mark(self, statement: ast.stmt, where: str, loop: ast.stmt | None = None) -> int:
        self.marks.append(Mark(statement, where, loop))
        return len(self.marks) - 1

    # -- what was reached

    def _reached(self, statements: Statements, *, begun: bool = False) -> Statements:
        """Return the completed and the begun statements of a block."""
        found: Statements = []
        begun = begun or self._is_hit(self._beginnings.get(id(statements[0])) if statements else None)
        for number, statement in enumerate(statements):
            if self._is_completed(statement, statements[number + 1 :]):
                found += self._parts(statement, completed=True)
                begun = not isinstance(statement, _LEAVING)
            else:
                begun = begun or self._fails_in(statement)
                found += self._parts(statement, completed=False) or (_evaluated(statement) if begun else [])
                begun = False
        return found

    def _is_completed(self, statement: ast.stmt, following: Statements) -> bool:
        mark = self._ends.get(id(statement))
        if mark is None:
            return self._ended and self.body[-1:] == [statement]
        # In a straight sequence, all statements before one that failed were completed.
        return self._is_hit(mark) or any(
            self._ends.get(id(other)) == mark and self._fails_in(other) for other in following
        )

    def _is_hit(self, mark: int | None) -> bool:
        if mark is None or mark in self._hit:
            return mark is not None
        witness = self._witnesses.get(mark)
        return witness is not None and witness()

    def _fails_in(self, statement: ast.stmt) -> bool:
        if self._failed is None:
            return False
        end = (statement.end_lineno or 0, statement.end_col_offset or 0)
        return (statement.lineno, statement.col_offset) <= self._failed < end

    def _parts(self, statement: ast.stmt, *, completed: bool) -> Statements:
        """Return a statement with the reached parts of its blocks; without any, its expressions."""
        blocks = _blocks(statement)
        if not blocks:
            return [statement] if completed else []
        reached = {id(block): self._reached(block) for block in blocks}
        if completed and all(_same(reached[id(block)], block) for block in blocks):
            return [statement]
        if any(reached.values()):
            return _with_blocks(statement, reached)
        return _evaluated(statement) if completed else []


def left_at(error: BaseException | None, namespace: Mapping[str, Any]) -> list[Position]:
    """Return where an exception left the code that ran in a namespace, outermost first."""
    return left_in(
        error,
        lambda frame: not frame.f_code.co_flags & inspect.CO_NEWLOCALS and frame.f_locals is namespace,
    )


def left_in(error: BaseException | None, wanted: Callable[[FrameType], bool]) -> list[Position]:
    """Return where an exception left the frames that are wanted, outermost first."""
    found: list[Position] = []
    trace = None if error is None else error.__traceback__
    while trace is not None:
        frame = trace.tb_frame
        if wanted(frame):
            positions = itertools.islice(frame.f_code.co_positions(), trace.tb_lasti // 2, None)
            line, _, column, _ = next(positions, (None, None, None, None))
            found.append((line or trace.tb_lineno, column or 0))
        trace = trace.tb_next
    return found


def _same(one: Statements, other: Statements) -> bool:
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))


def _blocks(statement: ast.stmt) -> list[Statements]:
    """Return the blocks of a statement that run in the cell's own namespace."""
    return [block.body for block in blocks(statement) if block.body]


def _evaluated(statement: ast.stmt) -> Statements:
    """Return the expressions that a statement begins with."""
    events: Iterable[Event] = begins(statement)
    if isinstance(statement, ast.While):
        events = next(blocks(statement)).head
    values = [event.node for event in events if isinstance(event, Evaluate) and event.role in _BEGINNING]
    return [ast.copy_location(ast.Expr(value), value) for value in values]


def _with_blocks(statement: ast.stmt, reached: dict[int, Statements]) -> Statements:
    """Return a copy of a statement with other blocks, some of which are empty."""

    def part(statements: Statements) -> Statements:
        return reached.get(id(statements), [])

    if isinstance(statement, LOOPS) and not part(statement.body):
        return [*_evaluated(statement), *part(statement.orelse)]
    made = copy.copy(statement)
    for name in {"body", "orelse", "finalbody"} & set(statement._fields):
        setattr(made, name, part(getattr(statement, name)))
    for name in {"handlers", "cases"} & set(statement._fields):
        kept = [copy.copy(one) for one in getattr(statement, name) if part(one.body)]
        for one in kept:
            one.body = part(one.body)
        setattr(made, name, kept)
    return [made]
