"""The effects of a cell's statements on the session's names, from its source alone."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from nbtrack.capture.slice.actions import NO_NAMES, Bind, Names, Origin, Step, bound
from nbtrack.capture.slice.codes import code_of_class, code_of_function
from nbtrack.capture.slice.expressions import Expressions
from nbtrack.capture.slice.origins import has_value, origin_of
from nbtrack.capture.source import grammar
from nbtrack.capture.source.grammar import begins, blocks, may_leave
from nbtrack.capture.source.syntax import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["steps_of"]


@lru_cache(maxsize=2048)
def steps_of(source: str) -> tuple[Step, ...]:
    """Return the steps of a cell's statements, in order; none for a cell that is not Python.

    The last step does nothing: its `known` is what the cell has certainly bound in the end.

    Parameters
    ----------
    source
        The cell, its magics transformed by IPython.
    """
    try:
        tree = parse(source)
        last = tree.body[-1] if tree.body else None
        block = _Steps(last=last if isinstance(last, ast.Expr) else None)
        block.quiet = last is not None and _ends_quietly(last, source)
        block.steps.append(Step(block.run(tree.body, NO_NAMES, certain=True)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    return tuple(block.steps)


def _ends_quietly(last: ast.stmt, source: str) -> bool:
    rest = source.encode().split(b"\n")[(last.end_lineno or 1) - 1 :]
    rest[0] = rest[0][last.end_col_offset :]
    return re.match(rb"[\s)]*;", b"\n".join(rest)) is not None


class _Steps:
    """Visits statements and records the effects of each."""

    def __init__(self, last: ast.Expr | None = None) -> None:
        self.steps: list[Step] = []
        self.outside: set[str] = set()
        """What `global` and `nonlocal` name."""
        self.returns: list[Origin] = []
        self.quiet = False
        """Whether a semicolon keeps the last expression from being shown."""
        self._last = last

    def run(self, body: Iterable[ast.stmt], known: Names, *, certain: bool) -> Names:
        """Take in statements; return the names that are certainly bound after them."""
        for statement in body:
            known = self._statement(statement, known, certain=certain)
        return known

    def _emit(self, known: Names, part: Expressions, *, shows: bool = False) -> Names:
        reads, binds = frozenset(part.reads - known), tuple(part.binds)
        changes, calls = tuple(part.changes), tuple(part.calls)
        if reads or binds or changes or calls or part.unknowable or part.process or shows:
            self.steps.append(
                Step(
                    known,
                    reads,
                    binds,
                    changes,
                    calls,
                    "",
                    part.unknowable,
                    part.process,
                    shows,
                    part.certain,
                )
            )
        # On this path; whether the cell as a whole binds them is another question.
        known = known | {bind.name for bind in binds}
        for code in part.embedded:
            inner = steps_of(code)
            self.steps += inner
            known |= inner[-1].known if inner and part.certain else NO_NAMES
        return known

    def _take(self, events: Iterable[grammar.Event], known: Names, *, certain: bool) -> Names:
        part = Expressions(certain=certain)
        for event in events:
            if part.binds and isinstance(event, grammar.Evaluate):
                # It sees what was bound before it: `with open(path) as file, reader(file) as rows`.
                known = self._emit(known, part)
                part = Expressions(certain=certain)
            part.take([event])
        return self._emit(known, part)

    def _statement(self, node: ast.stmt, known: Names, *, certain: bool) -> Names:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                return self._definition(node, known, certain=certain)
            case ast.ImportFrom(names=[ast.alias(name="*")], module=module):
                self.steps.append(Step(known, star=module or "", certain=certain))
                return known
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                self.outside.update(names)
                return known
            case ast.Expr(value=value):
                part = Expressions(certain=certain)
                part.visit(value, "shown" if node is self._last else "discarded")
                shows = node is self._last and not self.quiet and has_value(value)
                return self._emit(known, part, shows=shows)
            case ast.Assign(targets=[*others, ast.Name() as target], value=value) if others:
                # `a = b = []` creates one object.
                known = self._statement(ast.Assign([target], value), known, certain=certain)
                return self._statement(ast.Assign(others, target), known, certain=certain)
            case ast.Return(value=value):
                self.returns.append(Origin() if value is None else origin_of(value))
        known = self._take(begins(node), known, certain=certain)
        return self._blocks(node, list(blocks(node)), known, certain=certain)

    def _blocks(
        self, node: ast.stmt, parts: Sequence[grammar.Block], known: Names, *, certain: bool
    ) -> Names:
        match [part.how for part in parts]:
            case []:
                return known
            case ["perhaps", *_]:
                ends = [self._enter(part, known, certain=False) for part in parts]
                return frozenset.intersection(*ends)
            case ["case", *_]:
                for part in parts:
                    self._enter(part, known, certain=False)
                return known
            case ["repeated", *_]:
                return self._loop(node, *parts, known=known)
            case ["tried", *_]:
                return self._try(*parts, known=known, certain=certain)
        return self._enter(parts[0], known, certain=certain)

    def _enter(self, block: grammar.Block, known: Names, *, certain: bool) -> Names:
        """Take in a block; return the names that are certainly bound after it."""
        known = self._take(block.head, known, certain=False)
        return self.run(block.body, known, certain=certain)

    def _loop(
        self, node: ast.stmt, repeated: grammar.Block, otherwise: grammar.Block, *, known: Names
    ) -> Names:
        inside = self._take(repeated.head, known, certain=False)
        first, body = len(self.steps), repeated.body
        # Up to where an iteration may end early.
        early = (number for number, statement in enumerate(body) if may_leave(statement))
        whole = next(early, len(body))
        reached = self.run(body[:whole], inside, certain=False)
        self.run(body[whole:], reached, certain=False)
        # Twice, for effects of a second iteration: with `a = b` before `b = []` they become one object.
        self.steps += [step for step in self.steps[first:] if step.binds or step.changes or step.calls]
        # Assume that loops over data and epochs run: otherwise every run would depend on the previous run's loss.
        known = reached if not isinstance(node, ast.While) or _is_true(node.test) else known
        self._enter(otherwise, known, certain=False)
        return known

    def _try(self, tried: grammar.Block, *parts: grammar.Block, known: Names, certain: bool) -> Names:
        *handlers, otherwise, finally_ = parts
        after = self._enter(tried, known, certain=False)
        ends = [self._enter(otherwise, after, certain=False)]
        for handler in handlers:
            caught = {event.name for event in handler.head if isinstance(event, grammar.Bind)}
            ends.append(self._enter(handler, known, certain=False) - caught)
        return self._enter(finally_, frozenset.intersection(*ends), certain=certain)

    def _definition(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, known: Names, *, certain: bool
    ) -> Names:
        part = Expressions(certain=certain)
        part.take(event for event in begins(node) if not isinstance(event, grammar.Bind))
        inner = _Steps()
        if isinstance(node, ast.ClassDef):
            inner.run(node.body, NO_NAMES, certain=False)
            # Its body runs now; what it binds are the class's own names.
            part.reads |= NO_NAMES.union(*(step.reads for step in inner.steps)) - bound(inner.steps)
            code = code_of_class(node, inner.steps)
        else:
            own = frozenset(one.arg for one in grammar.parameters(node.args))
            inner.run(node.body, own, certain=True)
            code = code_of_function(node, inner.steps, inner.returns, frozenset(inner.outside))
        part.binds.append(Bind(node.name, Origin(code=code), certain))
        return self._emit(known, part)


def _is_true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and bool(node.value)
