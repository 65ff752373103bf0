"""What a cell's source says: names bound and used, loops, calls; nothing is executed."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from nbtrack.capture.source.choices import is_chosen
from nbtrack.capture.source.scopes import names_of_definition
from nbtrack.capture.words.calls import FILLING_METHODS, NAMESPACES, NUMERIC_ROOTS, call_role
from nbtrack.capture.words.names import is_training_name

if TYPE_CHECKING:
    from nbtrack.capture.number import Measure

__all__ = [
    "Binding",
    "Call",
    "CellAnalysis",
    "Context",
    "Loop",
    "dotted",
    "is_literal",
    "literal",
    "names_in",
]

Context = Literal["compute", "part", "kept", "shown", "plot", "io"]
"""What a value is used for: a result of the cell, a part of what is shown, a list, its showing, a
picture, a file."""


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


@dataclass(eq=False, slots=True)
class Binding:
    """One place where the cell gives a name a value."""

    name: str
    kind: Literal["assign", "unpack", "aug", "walrus", "loop", "other"]
    value: ast.expr | None
    stmt: ast.stmt | ast.expr
    loop: Loop | None
    conditional: bool
    literal: bool
    chosen: bool
    """Whether the value follows from literals and settings alone."""


@dataclass(eq=False, slots=True)
class Call:
    """A call in the cell's own code (not in the functions it defines)."""

    node: ast.Call
    name: str
    role: str
    loop: Loop | None
    context: Context
    kept: bool
    """Whether what it returns goes into a name, a list or a dict of the cell's."""
    hookable: bool
    """Whether it is evaluated here and now, not in a generator or a lambda."""
    own: frozenset[str]
    """The variables of the comprehensions and lambdas around it: names that are not the notebook's."""

    @property
    def root(self) -> str:
        """The name of the notebook's that the callee is reached by; empty where there is none."""
        first = self.name.split(".", maxsplit=1)[0]
        return "" if first in self.own else first


@dataclass(eq=False, slots=True)
class _Scope:
    loop: Loop | None = None
    conditional: bool = False
    locals: frozenset[str] = frozenset()
    deferred: bool = False


def dotted(node: ast.expr) -> str:
    """Return a callee as written (`model.fit`, `np.random.seed`); a call in it as its own name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Call | ast.Subscript | ast.Await):
        inner = node.func if isinstance(node, ast.Call) else node.value
        return f"{dotted(inner)}"
    return ""


def names_in(node: ast.AST) -> set[str]:
    """Return the names that an expression reads."""
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def is_literal(node: ast.expr | None) -> bool:
    """Return whether an expression is written out in full: numbers, strings, lists and dicts of them."""
    match node:
        case ast.Constant(value=value):
            return value is None or isinstance(value, bool | int | float | str)
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() | ast.Not(), operand=operand):
            return is_literal(operand)
        case ast.BinOp(left=left, right=right):
            return is_literal(left) and is_literal(right)
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            return all(is_literal(item) for item in items)
        case ast.Dict(keys=keys, values=values):
            return all(k is not None and is_literal(k) for k in keys) and all(map(is_literal, values))
        case ast.Call(func=func, args=args, keywords=keywords):
            last = dotted(func).rpartition(".")[2]
            made = last in NAMESPACES or (last[:1].isupper() and not last.isupper())
            return (
                made and all(map(is_literal, args)) and all(k.arg and is_literal(k.value) for k in keywords)
            )
    return False


def literal(node: ast.expr | None) -> Any:
    """Return what a literal stands for; an empty tuple for what is more than a literal."""
    try:
        return None if node is None else ast.literal_eval(node)
    except ValueError:  # a sum of literals, or a call
        return ()


@dataclass(eq=False)
class CellAnalysis:
    """The outcome of reading a cell's syntax tree.

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
    """Names used before the cell itself binds them."""
    mutations: dict[str, list[Loop | None]] = field(default_factory=dict)
    indices: dict[str, set[str]] = field(default_factory=dict)
    """Name to the names that it is indexed by where it is changed: `history[epoch] = ...`."""
    iterated: set[str] = field(default_factory=set)
    """Names that a loop of the cell goes through."""
    calls: list[Call] = field(default_factory=list)
    fitted_reads: list[tuple[ast.Attribute, Context, bool]] = field(default_factory=list)
    loops: list[Loop] = field(default_factory=list)
    settings_classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    bound_inside: set[str] = field(default_factory=set)
    """Names that the functions defined in the cell bind by `global`."""
    held: dict[str, dict[str, Measure]] = field(default_factory=dict)
    """Containers that were filled, with what they had held before."""
    touched: dict[str, list[tuple[str | None, ...]]] = field(default_factory=dict)
    """Name to the keys by which it is changed: `scores["a"] = ...`; None for one that is computed."""
    computed_keys: list[tuple[str, int, ast.expr]] = field(default_factory=list)
    """These, with their depth: 0 is the first after the name."""

    def __post_init__(self) -> None:
        self._scope = _Scope()
        self._late: set[str] = set()
        self._settings: set[str] = set()
        body = self.tree.body
        if self.shows is None and body:
            self.shows = body[-1]
        for stmt in body:
            if isinstance(stmt, ast.Expr):
                self._expr(stmt.value, "shown" if stmt is self.shows else "compute")
            else:
                self._stmt(stmt)
        # What functions read they read when they are called: what the cell has bound until then.
        for name in self._late:
            if name not in self.bindings:
                self.reads.add(name)
            self.uses.setdefault(name, []).append("compute")

    def bind_inside(self, name: str) -> None:
        """Take in that a function which the cell called has bound a name."""
        nowhere = ast.Pass(lineno=0, col_offset=0)
        self.bindings.setdefault(name, []).append(
            Binding(name, "assign", None, nowhere, None, False, False, False)
        )

    @property
    def trains(self) -> bool:
        """Whether the cell trains or scores something, by its calls."""
        return any(
            call.role in {"fit", "score"} or is_training_name(call.name.rpartition(".")[2])
            for call in self.calls
        )

    # -- statements

    def _block(self, stmts: list[ast.stmt], *, conditional: bool = False) -> None:
        before = self._scope.conditional
        self._scope.conditional = before or conditional
        for stmt in stmts:
            self._stmt(stmt)
        self._scope.conditional = before

    def _stmt(self, stmt: ast.stmt) -> None:
        match stmt:
            case ast.Assign(targets=targets, value=value):
                self._expr(value, "compute", kept=True)
                for target in targets:
                    self._bind(target, value, stmt)
            case ast.AnnAssign(target=target, value=value) if value is not None:
                self._expr(value, "compute", kept=True)
                self._bind(target, value, stmt)
            case ast.AugAssign(target=target, value=value):
                self._expr(value, "compute", kept=True)
                if isinstance(target, ast.Name):
                    if target.id not in self.bindings:
                        self.reads.add(target.id)
                    self._add_binding(target.id, "aug", value, stmt)
                else:
                    self._bind(target, value, stmt)
            case ast.For() | ast.AsyncFor() | ast.While():
                self._loop(stmt)
            case ast.If(test=test, body=body, orelse=orelse):
                self._expr(test, "compute")
                self._block(body, conditional=True)
                self._block(orelse, conditional=True)
            case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
                for item in items:
                    self._expr(item.context_expr, "compute", kept=True)
                    if item.optional_vars is not None:
                        self._bind(item.optional_vars, None, stmt, "other")
                self._block(body)
            case ast.Try() | ast.TryStar():
                self._block(stmt.body)
                for handler in stmt.handlers:
                    if handler.name:
                        self._add_binding(handler.name, "other", None, stmt)
                    self._block(handler.body, conditional=True)
                self._block(stmt.orelse)
                self._block(stmt.finalbody)
            case ast.Match(subject=subject, cases=cases):
                self._expr(subject, "compute")
                for case in cases:
                    self._pattern(case.pattern, stmt)
                    self._block(case.body, conditional=True)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                self._definition(stmt)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                for alias in aliases:
                    name = alias.asname or alias.name.split(".")[0]
                    self._add_binding(name, "other", None, stmt)
            case ast.Expr(value=value):
                self._expr(value, "compute")
            case _:
                for child in ast.iter_child_nodes(stmt):
                    if isinstance(child, ast.expr):
                        self._expr(child, "compute")

    def _loop(self, stmt: ast.For | ast.AsyncFor | ast.While) -> None:
        if not isinstance(stmt, ast.While):
            self._expr(stmt.iter, "compute")
            if isinstance(stmt.iter, ast.Name):
                self.iterated.add(stmt.iter.id)
        outer, conditional = self._scope.loop, self._scope.conditional
        loop = Loop(stmt, outer, len(self.loops))
        self.loops.append(loop)
        self._scope.loop, self._scope.conditional = loop, False
        if isinstance(stmt, ast.While):
            self._expr(stmt.test, "compute")
        else:
            self._bind(stmt.target, None, stmt, "loop")
        self._block(stmt.body)
        self._scope.loop, self._scope.conditional = outer, conditional
        self._block(stmt.orelse)

    def _definition(self, stmt: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        if isinstance(stmt, ast.ClassDef) and not stmt.decorator_list:
            plain = [s for s in stmt.body if not isinstance(s, ast.Expr | ast.Pass)]
            if plain and all(
                isinstance(s, ast.Assign | ast.AnnAssign) and is_literal(s.value) for s in plain
            ):
                self.settings_classes[stmt.name] = stmt
        for decorator in stmt.decorator_list:
            self._expr(decorator, "compute")
        names = names_of_definition(stmt)
        self._late |= names.reads
        self.bound_inside |= names.binds
        self._add_binding(stmt.name, "other", None, stmt)

    def _pattern(self, pattern: ast.pattern, stmt: ast.Match) -> None:
        """Bind what a `case` captures."""
        for node in ast.walk(pattern):
            match node:
                case (
                    ast.MatchAs(name=str(name))
                    | ast.MatchStar(name=str(name))
                    | ast.MatchMapping(rest=str(name))
                ):
                    self._add_binding(name, "other", None, stmt)
                case ast.MatchValue(value=value) | ast.MatchClass(cls=value):
                    self._expr(value, "compute")

    # -- names

    def _bind(
        self,
        target: ast.expr,
        value: ast.expr | None,
        stmt: ast.stmt,
        kind: Literal["assign", "unpack", "loop", "other"] = "assign",
    ) -> None:
        match target:
            case ast.Name(id=name):
                self._add_binding(name, kind, value, stmt)
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                values: list[ast.expr | None]
                if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(targets):
                    values, inner = list(value.elts), kind
                else:
                    values, inner = [value] * len(targets), "unpack" if kind == "assign" else kind
                for one, its_value in zip(targets, values, strict=True):
                    self._bind(one, its_value, stmt, inner)
            case ast.Starred(value=inner_target):
                self._bind(inner_target, None, stmt, "other")
            case _:
                base = target
                indices: set[str] = set()
                keys: list[str | None] = []
                computed: list[tuple[int, ast.expr]] = []
                while isinstance(base, ast.Subscript | ast.Attribute):
                    if isinstance(base, ast.Subscript):
                        self._expr(base.slice, "compute")
                        if isinstance(base.slice, ast.Name):
                            indices.add(base.slice.id)
                        written = isinstance(base.slice, ast.Constant)
                        keys.append(str(base.slice.value) if written else None)  # type: ignore[attr-defined]
                        if not written and not isinstance(base.slice, ast.Slice):
                            computed.append((len(keys), base.slice))
                    else:
                        keys.append(base.attr)
                    base = base.value
                if isinstance(base, ast.Name):
                    self._mutate(base.id)
                    self.touched.setdefault(base.id, []).append(tuple(keys[::-1]))
                    self.computed_keys += [(base.id, len(keys) - place, key) for place, key in computed]
                    self.indices.setdefault(base.id, set()).update(indices)

    def _add_binding(
        self,
        name: str,
        kind: Literal["assign", "unpack", "aug", "walrus", "loop", "other"],
        value: ast.expr | None,
        stmt: ast.stmt | ast.expr,
    ) -> None:
        if name in self._scope.locals:
            return
        scope = self._scope
        literal = kind == "assign" and is_literal(value)
        if kind == "assign" and _is_running(name, value):
            kind = "aug"
        follows = kind == "assign" and not scope.loop and is_chosen(value, self._settings)
        chosen = literal or follows
        # What a constructor makes of literals (`Accumulator(3)`) may come to hold anything.
        if follows:
            self._settings.add(name)
        else:
            self._settings.discard(name)
        binding = Binding(name, kind, value, stmt, scope.loop, scope.conditional, literal, chosen)
        self.bindings.setdefault(name, []).append(binding)

    def _mutate(self, name: str) -> None:
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
            case ast.NamedExpr(target=ast.Name(id=name), value=value):
                self._expr(value, context, kept=True)
                self._add_binding(name, "walrus", value, node)
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                self._comprehension(node, context, kept=kept)
            case ast.Lambda(args=args, body=body):
                own = frozenset(a.arg for a in ast.walk(args) if isinstance(a, ast.arg))
                self._inner(body, "compute", own, deferred=True)
            case ast.Attribute(value=value, attr=attr):
                if attr.endswith("_") and not attr.startswith("_") and not self._scope.deferred:
                    self.fitted_reads.append((node, context, kept))
                self._expr(value, context, kept=kept)
            case ast.BinOp(left=left, right=right) if not (is_literal(left) or is_literal(right)):
                part: Context = "part" if context in {"shown", "kept"} else context
                self._expr(left, part, kept=kept)
                self._expr(right, part, kept=kept)
            case _:
                for child in ast.iter_child_nodes(node):
                    if isinstance(child, ast.expr):
                        self._expr(child, context, kept=kept)

    def _inner(
        self,
        node: ast.expr,
        context: Context,
        own: frozenset[str],
        *,
        deferred: bool = False,
        kept: bool = False,
    ) -> None:
        scope = self._scope
        before = scope.locals, scope.deferred
        scope.locals, scope.deferred = scope.locals | own, scope.deferred or deferred
        self._expr(node, context, kept=kept)
        scope.locals, scope.deferred = before

    def _comprehension(
        self,
        node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp,
        context: Context,
        *,
        kept: bool,
    ) -> None:
        own = frozenset(
            n.id
            for generator in node.generators
            for n in ast.walk(generator.target)
            if isinstance(n, ast.Name)
        )
        lazy = isinstance(node, ast.GeneratorExp)
        for number, generator in enumerate(node.generators):
            self._inner(generator.iter, context, own if number else frozenset(), deferred=lazy)
            for test in generator.ifs:
                self._inner(test, context, own, deferred=lazy)
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        for part in parts:
            self._inner(part, context, own, deferred=lazy, kept=kept)

    def _call(self, node: ast.Call, context: Context, *, kept: bool) -> None:
        name = dotted(node.func)
        role = call_role(name)
        scope = self._scope
        called = Call(node, name, role, scope.loop, context, kept, not scope.deferred, scope.locals)
        self.calls.append(called)
        inner = _argument_context(name, role, context)
        keeps = kept
        if isinstance(node.func, ast.Attribute):
            base: ast.expr = node.func.value
            while isinstance(base, ast.Subscript | ast.Attribute):
                base = base.value
            if node.func.attr in FILLING_METHODS and isinstance(base, ast.Name):
                self._mutate(base.id)
                keeps, inner = True, "kept"
                if node.func.attr == "update" and base is node.func.value:
                    self.touched.setdefault(base.id, []).extend((key,) for key in _written_keys(node))
            self._expr(node.func.value, inner, kept=kept)
        else:
            self._expr(node.func, "compute")
        for argument in [*node.args, *(k.value for k in node.keywords)]:
            self._expr(argument, inner, kept=keeps)


def _is_running(name: str, value: ast.expr | None) -> bool:
    """Return whether a value carries on the one before it: `x = x + y`, `x = max(x, y)`."""
    match value:
        case ast.BinOp(left=left, right=right):
            parts = [left, right]
        case ast.Call(func=ast.Name(id="max" | "min"), args=args):
            parts = args
        case _:
            return False
    return any(isinstance(part, ast.Name) and part.id == name for part in parts)


def _written_keys(node: ast.Call) -> list[str]:
    """Return the keys that `update` is given in full."""
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
