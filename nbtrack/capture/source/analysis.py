"""Analyse a cell's source: names bound and used, loops, calls; nothing is executed."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from nbtrack.capture.source.choices import is_chosen
from nbtrack.capture.source.grammar import DEFINITIONS, SCOPED, Bind, Evaluate, begins, blocks, inside, parts
from nbtrack.capture.source.literals import is_literal
from nbtrack.capture.source.reads import dotted, keys_of
from nbtrack.capture.source.scopes import names_of_definition
from nbtrack.capture.words.calls import FILLING_METHODS, NUMERIC_ROOTS, call_role
from nbtrack.capture.words.names import is_training_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbtrack.capture.number import Measure
    from nbtrack.capture.source.grammar import Event

__all__ = [
    "Binding",
    "Call",
    "CellAnalysis",
    "Context",
    "Loop",
    "dotted",
]

Context = Literal["compute", "part", "kept", "shown", "plot", "io"]
"""What a value is used for: a result of the cell, a part of what is shown, a list, output, a
plot, a file."""


@dataclass(eq=False, slots=True)
class Loop:
    """A `for` or `while` at the cell's own level."""

    node: ast.For | ast.While | ast.AsyncFor
    parent: Loop | None
    number: int

    @property
    def chain(self) -> list[Loop]:
        """The loop and those around it, innermost first."""
        return [self, *(self.parent.chain if self.parent else [])]

    @property
    def variables(self) -> list[str]:
        """The variables of the `for` loops among these, outermost first."""
        targets = [one.node.target for one in reversed(self.chain) if isinstance(one.node, ast.For)]
        return [node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)]


@dataclass(eq=False, slots=True)
class Binding:
    """One place where the cell binds a name."""

    name: str
    kind: Literal["assign", "unpack", "aug", "walrus", "loop", "other"]
    value: ast.expr | None
    stmt: ast.stmt | ast.expr
    loop: Loop | None
    conditional: bool
    literal: bool
    chosen: bool
    """Whether the value follows from literals and settings only."""


@dataclass(eq=False, slots=True)
class Call:
    """A call in the cell's own code (not in the functions it defines)."""

    node: ast.Call
    name: str
    role: str
    loop: Loop | None
    context: Context
    kept: bool
    """Whether its result is stored in a name, a list or a dict of the cell."""
    hookable: bool
    """Whether it is evaluated immediately, not in a generator or a lambda."""
    own: frozenset[str]
    """The variables of the enclosing comprehensions and lambdas, which are not names of the notebook."""

    @property
    def root(self) -> str:
        """The notebook's name through which the callee is reached; empty if there is none."""
        first = self.name.split(".", maxsplit=1)[0]
        return "" if first in self.own else first


@dataclass(eq=False, slots=True)
class _Scope:
    loop: Loop | None = None
    conditional: bool = False
    locals: frozenset[str] = frozenset()
    deferred: bool = False


@dataclass(eq=False)
class CellAnalysis:
    """The analysis of a cell's syntax tree.

    Parameters
    ----------
    tree
        The parsed cell, as IPython is about to run it.
    shows
        The statement whose value IPython shows if it is an expression; by default the last.
    """

    tree: ast.Module
    shows: ast.stmt | None = None
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    uses: dict[str, list[Context]] = field(default_factory=dict)
    reads: set[str] = field(default_factory=set)
    """Names that are used before the cell itself binds them."""
    mutations: dict[str, list[Loop | None]] = field(default_factory=dict)
    indices: dict[str, set[str]] = field(default_factory=dict)
    """Name to the names that index it when it is changed: `history[epoch] = ...`."""
    iterated: set[str] = field(default_factory=set)
    """Names that a loop of the cell iterates over."""
    calls: list[Call] = field(default_factory=list)
    fitted_reads: list[tuple[ast.Attribute, Context, bool]] = field(default_factory=list)
    loops: list[Loop] = field(default_factory=list)
    settings_classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    bound_inside: set[str] = field(default_factory=set)
    """Names that functions defined in the cell bind with `global`."""
    contents_before: dict[str, dict[str, Measure]] = field(default_factory=dict)
    """Containers that were filled, with their earlier contents."""
    touched: dict[str, list[tuple[str | None, ...]]] = field(default_factory=dict)
    """Name to the keys under which it is changed: `scores["a"] = ...`; None for a computed key."""
    effects: set[int] = field(default_factory=set)
    """The `id` of the expressions that are statements of their own; later, hooks may be around them."""
    computed_keys: list[tuple[str, int, ast.expr]] = field(default_factory=list)
    """The computed keys, with their depth: 0 is the first after the name."""

    def __post_init__(self) -> None:
        self._scope = _Scope()
        self._late: set[str] = set()
        self._settings: set[str] = set()
        body = self.tree.body
        if self.shows is None and body:
            self.shows = body[-1]
        for stmt in body:
            if isinstance(stmt, ast.Expr):
                self.effects.add(id(stmt.value))
                self._expr(stmt.value, "shown" if stmt is self.shows else "compute")
            else:
                self._stmt(stmt)
        # Functions read names when they are called, so they see what the cell has bound until then.
        for name in self._late:
            if name not in self.bindings:
                self.reads.add(name)
            self.uses.setdefault(name, []).append("compute")

    def bind_inside(self, name: str) -> None:
        """Record that a function which the cell called has bound a name."""
        nowhere = ast.Pass(lineno=0, col_offset=0)
        self.bindings.setdefault(name, []).append(
            Binding(name, "assign", None, nowhere, None, False, False, False)
        )

    @property
    def trains(self) -> bool:
        """Whether the cell trains or scores something, according to its calls."""
        return any(
            call.role in {"fit", "score"} or is_training_name(call.name.rpartition(".")[2])
            for call in self.calls
        )

    # -- statements

    def _stmt(self, stmt: ast.stmt) -> None:
        if isinstance(stmt, DEFINITIONS):
            self._define(stmt)
        if isinstance(stmt, ast.Return) and stmt.value is not None:
            self._expr(stmt.value, "kept")  # a function's result is a result
            return
        self._take(begins(stmt), stmt)
        scope = self._scope
        for block in blocks(stmt):
            outer = scope.loop, scope.conditional
            if block.how == "repeated":
                scope.loop, scope.conditional = Loop(stmt, scope.loop, len(self.loops)), False  # type: ignore[arg-type]
                self.loops.append(scope.loop)
            self._take(block.head, stmt)
            scope.conditional |= block.how in {"perhaps", "case", "handler"}
            for inner in block.body:
                self._stmt(inner)
            scope.loop, scope.conditional = outer

    def _take(self, events: Iterable[Event], stmt: ast.stmt) -> None:
        for event in events:
            if isinstance(event, Evaluate):
                self._evaluate(event)
            elif event.kind == "delete":
                pass
            elif isinstance(event, Bind):
                self._bind(event, stmt)
            else:
                self._put(event.target)

    def _evaluate(self, event: Evaluate) -> None:
        role = event.role
        if role in {"annotation", "definition"}:
            return  # nothing comes of the one, and `names_of_definition` tells of the other
        self._expr(event.node, "compute", kept=role in {"assigned", "entered"})
        if role == "iterated" and isinstance(event.node, ast.Name):
            self.iterated.add(event.node.id)

    def _define(self, stmt: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        if isinstance(stmt, ast.ClassDef) and not stmt.decorator_list:
            plain = [s for s in stmt.body if not isinstance(s, ast.Expr | ast.Pass)]
            if plain and all(
                isinstance(s, ast.Assign | ast.AnnAssign) and is_literal(s.value) for s in plain
            ):
                self.settings_classes[stmt.name] = stmt
        names = names_of_definition(stmt)
        self._late |= names.reads
        self.bound_inside |= names.binds

    # -- names

    def _bind(self, bound: Bind, stmt: ast.stmt | ast.expr) -> None:
        name, value = bound.name, bound.value
        if name in self._scope.locals:
            return
        if bound.kind == "aug" and name not in self.bindings:
            self.reads.add(name)
        scope = self._scope
        kind = _kind(bound)
        if kind in {"loop", "other"}:
            value = None
        literal = kind == "assign" and is_literal(value)
        if kind == "assign" and _is_running(name, value):
            kind = "aug"
        follows = kind in {"assign", "unpack"} and not scope.loop and is_chosen(value, self._settings)
        chosen = literal or follows
        # An object made from literals (`Accumulator(3)`) may later contain anything.
        if follows:
            self._settings.add(name)
        else:
            self._settings.discard(name)
        binding = Binding(name, kind, value, stmt, scope.loop, scope.conditional, literal, chosen)
        self.bindings.setdefault(name, []).append(binding)

    def _put(self, target: ast.Attribute | ast.Subscript) -> None:
        """Record that a part of an object was assigned."""
        root, keys = keys_of(target)
        computed = [key for key in keys if isinstance(key, ast.expr)]
        for key in computed[::-1]:
            self._expr(key, "compute")
        if not isinstance(root, ast.Name):
            return
        name = root.id
        self._change(name)
        self.touched.setdefault(name, []).append(tuple(map(_written, keys)))
        self.computed_keys += [
            (name, depth, key)
            for depth, key in reversed(list(enumerate(keys)))
            if not isinstance(key, str | ast.Constant | ast.Slice)
        ]
        self.indices.setdefault(name, set()).update(key.id for key in computed if isinstance(key, ast.Name))

    def _change(self, name: str) -> None:
        if name not in self._scope.locals:
            if name not in self.bindings:
                self.reads.add(name)
            self.mutations.setdefault(name, []).append(self._scope.loop)

    def _use(self, name: str, context: Context) -> None:
        if name in self._scope.locals:
            return
        if name not in self.bindings:
            self.reads.add(name)
        self.uses.setdefault(name, []).append(context)

    # -- expressions

    def _expr(self, node: ast.expr, context: Context, *, kept: bool = False) -> None:
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                self._use(name, context)
            case ast.Call():
                self._call(node, context, kept=kept)
            case ast.Attribute(value=value, attr=attr):
                if attr.endswith("_") and not attr.startswith("_") and not self._scope.deferred:
                    self.fitted_reads.append((node, context, kept))
                self._expr(value, context, kept=kept)
            case ast.BinOp(left=left, right=right) if not (is_literal(left) or is_literal(right)):
                part: Context = "part" if context in {"shown", "kept"} else context
                self._expr(left, part, kept=kept)
                self._expr(right, part, kept=kept)
            case _ if isinstance(node, SCOPED):
                for event in inside(node):
                    self._inside(event, node, context, kept=kept)
            case _:
                for child in parts(node):
                    self._expr(child, context, kept=kept)

    def _inside(self, event: Event, node: ast.expr, context: Context, *, kept: bool) -> None:
        if isinstance(event, Bind):
            self._bind(event, node)
        elif isinstance(event, Evaluate):
            scope = self._scope
            before = scope.locals, scope.deferred
            scope.locals, scope.deferred = scope.locals | event.own, scope.deferred or event.lazy
            role = event.role
            kept = role == "assigned" or (role == "part" and kept)
            self._expr(event.node, "compute" if role in {"body", "value"} else context, kept=kept)
            scope.locals, scope.deferred = before

    def _call(self, node: ast.Call, context: Context, *, kept: bool) -> None:
        name = dotted(node.func)
        role = call_role(name)
        scope = self._scope
        called = Call(node, name, role, scope.loop, context, kept, not scope.deferred, scope.locals)
        self.calls.append(called)
        inner = _argument_context(name, role, context)
        keeps = kept
        if isinstance(node.func, ast.Attribute):
            base, _ = keys_of(node.func.value)
            if node.func.attr in FILLING_METHODS and isinstance(base, ast.Name):
                self._change(base.id)
                keeps, inner = True, "kept"
                if node.func.attr == "update" and base is node.func.value:
                    self.touched.setdefault(base.id, []).extend((key,) for key in _written_keys(node))
            self._expr(node.func.value, inner, kept=kept)
        else:
            self._expr(node.func, "compute")
        for argument in [*node.args, *(k.value for k in node.keywords)]:
            self._expr(argument, inner, kept=keeps)


def _kind(bound: Bind) -> Literal["assign", "unpack", "aug", "walrus", "loop", "other"]:
    if bound.share == "rest":
        return "other"
    match bound.kind:
        case "assign":
            return "unpack" if bound.share == "item" else "assign"
        case "aug" | "walrus" | "loop" as kind:
            return kind
    return "other"


def _written(key: ast.expr | str) -> str | None:
    """Return a literal key, or None for a computed one."""
    if isinstance(key, ast.Constant):
        return str(key.value)
    return key if isinstance(key, str) else None


def _is_running(name: str, value: ast.expr | None) -> bool:
    """Return whether a value continues the previous one: `x = x + y`, `x = max(x, y)`."""
    match value:
        case ast.BinOp(left=left, right=right):
            parts = [left, right]
        case ast.Call(func=ast.Name(id="max" | "min"), args=args):
            parts = args
        case _:
            return False
    return any(isinstance(part, ast.Name) and part.id == name for part in parts)


def _written_keys(node: ast.Call) -> list[str]:
    """Return the literal keys in a call of `update`."""
    keys = [keyword.arg for keyword in node.keywords if keyword.arg]
    for argument in node.args:
        if isinstance(argument, ast.Dict):
            keys += [str(key.value) for key in argument.keys if isinstance(key, ast.Constant)]
    return keys


def _argument_context(name: str, role: str, context: Context) -> Context:
    """Return what a call's arguments are used for, given what its result is used for."""
    if role == "plot":
        return "plot"
    if role == "show":
        return "shown"
    if role == "io":
        return "io"
    if role in {"score", "fit"} or "predict" in name:
        return "compute"
    if (
        role == "pass"
        or context in {"plot", "io", "kept", "part"}
        or name.split(".", maxsplit=1)[0] in NUMERIC_ROOTS
    ):
        return context
    return "compute"
