"""What the statements of a cell do to the session's names, read from its source alone."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from nbtrack.capture.slice.expressions import Expressions, has_value, origin_of
from nbtrack.capture.slice.names import NO_NAMES, Bind, Change, Code, Names, Origin, Step
from nbtrack.capture.source.syntax import parse
from nbtrack.capture.words.effects import ALWAYS_CHANGE, CHANGE_WHERE_SHOWN, ESTIMATE, ONLY_TELL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from nbtrack.capture.slice.names import Call

__all__ = ["changes_object", "steps_of"]


def changes_object(call: Call) -> bool:
    """Return whether a call is one that by its name changes its object, or a function its arguments."""
    name = call.method or call.dotted
    if call.in_place or ALWAYS_CHANGE.fullmatch(name):
        return True
    if call.use == "shown":
        return CHANGE_WHERE_SHOWN.fullmatch(name) is not None
    return call.use == "discarded" and ONLY_TELL.fullmatch(name) is None


@lru_cache(maxsize=2048)
def steps_of(source: str) -> tuple[Step, ...]:
    """Return what the statements of a cell do, in order; nothing of a cell that is not Python.

    The last step does nothing: its `known` is what the cell has certainly bound in the end.

    Parameters
    ----------
    source
        The cell, its magics transformed by IPython.
    """
    try:
        tree = parse(source)
        last = tree.body[-1] if tree.body else None
        block = _Block(last=last if isinstance(last, ast.Expr) else None)
        block.quiet = last is not None and _ends_quietly(last, source)
        block.steps.append(Step(block.run(tree.body, NO_NAMES, certain=True)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    return tuple(block.steps)


def _ends_quietly(last: ast.stmt, source: str) -> bool:
    rest = source.encode().split(b"\n")[(last.end_lineno or 1) - 1 :]
    rest[0] = rest[0][last.end_col_offset :]
    return re.match(rb"[\s)]*;", b"\n".join(rest)) is not None


class _Block:
    """Goes through statements and writes down what each does."""

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

    def _emit(
        self, known: Names, part: Expressions, binds: Iterable[Bind] = (), *, shows: bool = False
    ) -> Names:
        binds = tuple(binds)
        bound = (*part.binds, *binds)
        reads, changes, calls = frozenset(part.reads - known), tuple(part.changes), tuple(part.calls)
        self.steps.append(
            Step(known, reads, bound, changes, calls, "", part.unknowable, part.process, shows, part.certain)
        )
        # On this path; whether the cell as a whole binds them is another question.
        known = known | {bind.name for bind in binds} | {bind.name for bind in part.binds if bind.certain}
        for code in part.embedded:
            inner = steps_of(code)
            self.steps += inner
            known |= inner[-1].known if inner and part.certain else NO_NAMES
        return known

    def _statement(self, node: ast.stmt, known: Names, *, certain: bool) -> Names:
        part = Expressions(certain=certain)
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._evaluated_now(node, part)
                return self._emit(known, part, [Bind(node.name, Origin(code=_function(node)), certain)])
            case ast.ClassDef():
                return self._class(node, known, part, certain=certain)
            case ast.ImportFrom(names=[ast.alias(name="*")], module=module):
                self.steps.append(Step(known, star=module or "", certain=certain))
                return known
            case ast.Import() | ast.ImportFrom():
                return self._emit(known, part, _imports(node, certain=certain))
            case ast.If():
                part.visit(node.test)
                known = self._emit(known, part)
                return self.run(node.body, known, certain=False) & self.run(node.orelse, known, certain=False)
            case ast.For() | ast.AsyncFor() | ast.While():
                return self._loop(node, known)
            case ast.With() | ast.AsyncWith():
                binds: list[Bind] = []
                for item in node.items:
                    part.visit(item.context_expr)
                    if item.optional_vars is not None:
                        origin = Origin(same=origin_of(item.context_expr).names)
                        binds += part.target(item.optional_vars, origin)
                return self.run(node.body, self._emit(known, part, binds), certain=certain)
            case ast.Match():
                return self._match(node, known, part)
            case ast.Try() | ast.TryStar():
                return self._try(node, known, certain=certain)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                self.outside.update(names)
                return known
        return self._simple(node, known, part, certain=certain)

    def _simple(self, node: ast.stmt, known: Names, part: Expressions, *, certain: bool) -> Names:
        binds: list[Bind] = []
        match node:
            case ast.Assign(targets=[*others, target], value=value):
                # The body of a lambda is not run yet: what it reads is read when its name is.
                part.visit(value.args if isinstance(value, ast.Lambda) else value)
                if others and isinstance(target, ast.Name):
                    # `a = b = []` makes one object.
                    known = self._emit(known, part, part.unpack(target, value))
                    part, value = Expressions(certain=certain), target
                for other in (*others, target):
                    binds += part.unpack(other, value)
            case ast.AnnAssign(target=target, annotation=annotation, value=value):
                part.visit(annotation)
                if value is not None:
                    part.visit(value)
                    binds += part.target(target, origin_of(value))
            case ast.AugAssign(target=target, value=value):
                part.visit(target)
                part.visit(value)
                # `+=` changes a list in place and rebinds a number: it may be either.
                deep = not isinstance(target, ast.Name)
                part.changes.append(Change(origin_of(target).same, origin_of(value), deep=deep))
                if isinstance(target, ast.Name):
                    binds.append(Bind(target.id, Origin(same=frozenset({target.id})), certain))
            case ast.Return(value=value):
                part.visit(value)
                self.returns.append(Origin() if value is None else origin_of(value))
            case ast.Delete(targets=targets):
                for target in targets:
                    part.visit(target)  # what is not there cannot be deleted
                    binds += part.target(target, Origin())
            case ast.Expr(value=value):
                part.visit(value, "shown" if node is self._last else "discarded")
                shows = node is self._last and not self.quiet and has_value(value)
                return self._emit(known, part, shows=shows)
            case _ if type(node).__name__ == "TypeAlias":  # of Python 3.12
                name, value = node.name, node.value  # type: ignore[attr-defined]
                inner = Expressions(certain=False)
                inner.visit(value)
                binds += part.target(name, Origin(code=Code(reads=frozenset(inner.reads))))
            case _:
                for child in ast.iter_child_nodes(node):
                    part.visit(child)
        return self._emit(known, part, binds)

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While, known: Names) -> Names:
        part = Expressions(certain=False)
        inside = known
        if isinstance(node, ast.While):
            part.visit(node.test)
            self._emit(known, part)
        else:
            part.visit(node.iter)
            binds = part.target(node.target, Origin(same=origin_of(node.iter).names))
            self._emit(known, part, binds)
            inside = known | {bind.name for bind in binds}
        first = len(self.steps)
        # Up to where an iteration may end early.
        early = (number for number, statement in enumerate(node.body) if _may_leave(statement))
        whole = next(early, len(node.body))
        reached = self.run(node.body[:whole], inside, certain=False)
        self.run(node.body[whole:], reached, certain=False)
        # Once more for what the second time round brings: `a = b` before `b = []` makes them one object.
        self.steps += [step for step in self.steps[first:] if step.binds or step.changes or step.calls]
        # Loops over data and epochs run: or else the loss of the run before would belong to every run.
        known = reached if not isinstance(node, ast.While) or _is_true(node.test) else known
        self.run(node.orelse, known, certain=False)
        return known

    def _match(self, node: ast.Match, known: Names, part: Expressions) -> Names:
        part.visit(node.subject)
        known = self._emit(known, part)
        for case in node.cases:
            inner = Expressions(certain=False)
            binds = inner.pattern(case.pattern, origin_of(node.subject))
            inside = self._emit(known, inner, binds) | {bind.name for bind in binds}
            guard = Expressions(certain=False)
            guard.visit(case.guard)
            self.run(case.body, self._emit(inside, guard), certain=False)
        return known

    def _try(self, node: ast.Try | ast.TryStar, known: Names, *, certain: bool) -> Names:
        ends = [self.run(node.orelse, self.run(node.body, known, certain=False), certain=False)]
        for handler in node.handlers:
            part = Expressions(certain=False)
            part.visit(handler.type)
            inside = self._emit(known, part)
            caught = frozenset({handler.name} if handler.name else ())
            ends.append(self.run(handler.body, inside | caught, certain=False) - caught)
            if caught:
                part = Expressions(certain=False)
                self._emit(known, part, [Bind(handler.name or "", Origin(), certain=False)])
        return self.run(node.finalbody, frozenset.intersection(*ends), certain=certain)

    def _evaluated_now(self, node: ast.FunctionDef | ast.AsyncFunctionDef, part: Expressions) -> None:
        arguments = [a.annotation for a in ast.walk(node.args) if isinstance(a, ast.arg)]
        for child in (
            *node.decorator_list,
            *node.args.defaults,
            *node.args.kw_defaults,
            *arguments,
            node.returns,
        ):
            part.visit(child)

    def _class(self, node: ast.ClassDef, known: Names, part: Expressions, *, certain: bool) -> Names:
        for child in (*node.decorator_list, *node.bases, *(k.value for k in node.keywords)):
            part.visit(child)
        inner = _Block()
        inner.run(node.body, NO_NAMES, certain=False)
        own = {bind.name for step in inner.steps for bind in step.binds}
        for step in inner.steps:
            # Its body runs now; what it binds are the class's own names.
            part.reads |= step.reads - own
        return self._emit(
            known, part, [Bind(node.name, Origin(code=_class_code(node, inner.steps)), certain)]
        )


def _may_leave(node: ast.stmt) -> bool:
    """Return whether a statement may end the iteration that it stands in."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return False
    inner = isinstance(node, ast.For | ast.AsyncFor | ast.While)
    leaving = (ast.Return,) if inner else (ast.Break, ast.Continue, ast.Return)
    return any(isinstance(part, leaving) for part in ast.walk(node))


def _is_true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and bool(node.value)


def _imports(node: ast.Import | ast.ImportFrom, *, certain: bool) -> list[Bind]:
    binds = []
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            name, module = alias.asname or alias.name, f"{node.module or ''}.{alias.name}"
        else:
            name = alias.asname or alias.name.partition(".")[0]
            module = alias.name if alias.asname else name
        binds.append(Bind(name, Origin(module=module), certain))
    return binds


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Code:
    """Return what calling a function does outside of it."""
    arguments = node.args
    params = tuple(a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs))
    rest = {a.arg for a in (arguments.vararg, arguments.kwarg) if a is not None}
    block = _Block()
    block.run(node.body, frozenset({*params, *rest}), certain=True)
    bound = {bind.name for step in block.steps for bind in step.binds}
    local = {*params, *rest, *bound} - block.outside
    inner = [bind.origin.code for step in block.steps for bind in step.binds if bind.origin.code]
    changed = _changed(block.steps, inner)
    returns, returns_of, late = _returned(block, node, local)
    reads = frozenset().union(*(step.reads for step in block.steps), *(code.reads for code in inner))
    calls = [call for step in block.steps for call in step.calls]
    passed = {
        (name, call.dotted)
        for call in calls
        if not call.method and call.dotted
        for origin in (*call.args, *(given for _, given in call.keywords))
        for name in origin.names & set(params)
    }
    return Code(
        reads=reads - local,
        binds=frozenset(bound & block.outside).union(*(code.binds for code in inner)),
        changes=changed - local,
        params=params,
        changed_params=frozenset(changed & {*params, *rest}),
        passed_on=frozenset(passed),
        returns=returns,
        returns_of=returns_of,
        late=late,
        silent=not any(map(_gives, ast.walk(node))),
        calls=frozenset(call.dotted for call in calls if call.dotted).union(*(code.calls for code in inner)),
        methods=frozenset(
            (name, call.method)
            for call in calls
            for name in call.names - (local - set(params))
            if call.method
        ).union(*(code.methods for code in inner)),
    )


def _gives(node: ast.AST) -> bool:
    """Return whether a part of a function gives it a value."""
    if isinstance(node, ast.Return):
        return node.value is not None and has_value(node.value)
    return isinstance(node, ast.Yield | ast.YieldFrom)


def _returned(
    block: _Block, node: ast.FunctionDef | ast.AsyncFunctionDef, local: set[str]
) -> tuple[Names | None, frozenset[tuple[str, str]], frozenset[Code]]:
    """Return what a function's value may be or keep, what of others it hands on, and which functions it keeps."""
    if any(isinstance(inner, ast.Yield | ast.YieldFrom) for inner in ast.walk(node)):
        return None, frozenset(), frozenset()
    origins: dict[str, Origin] = {}
    for step in block.steps:
        for bind in step.binds:
            origins[bind.name] = origins.get(bind.name, Origin()) | bind.origin
        for name, origin in _keeping(step):
            origins[name] = origins.get(name, Origin()) | Origin(kept=origin.same | origin.kept) | origin
    found: set[str] = set()
    given: set[tuple[str, str]] = set()
    late: set[Code] = set()
    seen: set[str] = set()
    waiting = list(block.returns)
    while waiting:
        origin = waiting.pop()
        # A method of a local object is taken to make a new one.
        functions = origin.called - local
        given |= {(function, name) for function in functions for name in origin.given}
        more = origin.same | origin.kept | (origin.given if functions else NO_NAMES)
        waiting += [origins[name] for name in more - seen if name in origins]
        seen |= more
        found |= origin.same | origin.kept
        late |= origin.held
    return frozenset(found), frozenset(given), frozenset(code.without(local) for code in late)


def _keeping(step: Step) -> Iterator[tuple[str, Origin]]:
    """Return what a statement makes the objects of names keep."""
    for change in step.changes:
        for name in change.names:
            yield name, change.keeps
    for call in step.calls:
        if call.method and changes_object(call):
            for name in call.names:
                for origin in (*call.args, *(given for _, given in call.keywords)):
                    yield name, origin


def _changed(steps: Sequence[Step], inner: Iterable[Code]) -> Names:
    """Return the names whose objects may be changed, directly or through a name given inside."""
    changed = set().union(*(code.changes for code in inner))
    origins: dict[str, set[str]] = {}
    for step in steps:
        for bind in step.binds:
            origins.setdefault(bind.name, set()).update(bind.origin.names)
        for change in step.changes:
            changed |= change.names
        for call in step.calls:
            if changes_object(call):
                changed |= call.names if call.method else set()
                # What changes a module's state or a function's arguments cannot be told apart here.
                estimates = call.method and ESTIMATE.fullmatch(call.method)
                if not call.method or (ALWAYS_CHANGE.fullmatch(call.method) and not estimates):
                    changed = changed.union(*(origin.names for origin in call.args[:1]))
    waiting = list(changed)
    while waiting:
        for name in origins.pop(waiting.pop(), ()):
            if name not in changed:
                changed.add(name)
                waiting.append(name)
    return frozenset(changed)


def _class_code(node: ast.ClassDef, steps: Sequence[Step]) -> Code:
    """Return what using a class and its instances does outside of it."""
    methods = {
        bind.name: bind.origin.code for step in steps for bind in step.binds if bind.origin.code is not None
    }
    codes = methods.values()
    changing = {
        name for name, code in methods.items() if code.params and code.params[0] in code.changed_params
    }
    while True:
        # A method that calls a changing method of its own object is one, too.
        more = {
            name
            for name, code in methods.items()
            if name not in changing
            and code.params
            and {f"{code.params[0]}.{m}" for m in changing} & code.calls
        }
        if not more:
            break
        changing |= more
    bases = frozenset(b.id for b in node.bases if isinstance(b, ast.Name))
    return Code(
        reads=bases.union(*(code.reads for code in codes)) - {node.name},
        binds=NO_NAMES.union(*(code.binds for code in codes)),
        changes=NO_NAMES.union(*(code.changes for code in codes)),
        calls=NO_NAMES.union(*(code.calls for code in codes)),
        methods=frozenset().union(*(code.methods for code in codes)),
        is_class=True,
        bases=bases,
        changing_methods=frozenset(changing),
    )
