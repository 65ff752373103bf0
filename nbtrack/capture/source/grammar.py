"""Python's grammar: what statements and expressions evaluate, bind and run, in the order of execution.

It is used by all analyses: that of a cell, the steps of the code slice, the marks of what was reached.
A statement's own events come first (`begins`), then its blocks, each with the events of entering it (`blocks`)::

    for batch, target in batches:      Evaluate(batches)
        loss = step(batch)             Block("repeated", head: Bind(batch), Bind(target), body: loss = ...)
    else:
        finish()                       Block("once", body: finish())

An expression consists of its `parts`. Expressions that bind a name or have their own variables are handled by `inside`,
which yields each part with the variables that belong to the expression.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "DEFINITIONS",
    "HOOK",
    "LOOPS",
    "SCOPED",
    "Bind",
    "Block",
    "Evaluate",
    "Put",
    "assigned",
    "begins",
    "blocks",
    "inside",
    "may_leave",
    "parameters",
    "parts",
]

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
SCOPED = (ast.NamedExpr, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
"""The expressions that bind a name or have their own variables."""
LOOPS = (ast.For, ast.AsyncFor, ast.While)
HOOK = "nbtrack hook"
"""How the names of hooks begin, which a watched tree calls: with a blank in it, no name of a source is one."""

Role = Literal[
    "value",
    "part",  # of an expression: it is used as the whole is
    "assigned",
    "entered",
    "iterated",
    "test",
    "subject",
    "body",  # of a lambda
    "raised",
    "deleted",
    "decorator",
    "definition",  # the defaults of a function, the bases of a class
    "annotation",
]
Kind = Literal[
    "assign", "aug", "walrus", "loop", "with", "except", "case", "import", "definition", "alias", "delete"
]
_NO_NAMES: frozenset[str] = frozenset()


class Evaluate(NamedTuple):
    """An expression that is evaluated."""

    node: ast.expr
    role: Role = "value"
    own: frozenset[str] = _NO_NAMES
    """The variables of the comprehension or lambda that contains it."""
    lazy: bool = False
    """Whether it is in a lambda or a generator, and is evaluated later."""


class Bind(NamedTuple):
    """A name that is bound."""

    name: str
    kind: Kind
    value: ast.expr | None = None
    """The value that is assigned, iterated, entered or matched; None for imports, definitions and exceptions."""
    share: Literal["whole", "item", "rest"] = "whole"
    """The part of the value: in `a = v` the whole, in `a, *b = v` an item and the rest."""
    module: str = ""
    """The dotted name that is imported."""


class Put(NamedTuple):
    """An attribute or an item of an object that is assigned."""

    target: ast.Attribute | ast.Subscript
    kind: Kind
    value: ast.expr | None = None
    share: Literal["whole", "item", "rest"] = "whole"


Event = Evaluate | Bind | Put


class Block(NamedTuple):
    """Statements that run together."""

    how: Literal["once", "perhaps", "case", "repeated", "tried", "handler", "finally"]
    body: list[ast.stmt]
    head: tuple[Event, ...] = ()
    """The events each time before the statements."""


# -- statements


def begins(stmt: ast.stmt) -> Iterator[Event]:
    """Yield the events of a statement before its blocks, if it has any."""
    match stmt:
        case ast.Expr(value=value):
            yield Evaluate(value)
        case ast.Assign(targets=targets, value=value):
            yield Evaluate(value, "assigned")
            for target in targets:
                yield from assigned(target, value)
        case ast.AugAssign(target=target, value=value):
            yield Evaluate(value, "assigned")
            yield from assigned(target, value, "aug")
        case ast.AnnAssign(target=target, annotation=annotation, value=value):
            yield Evaluate(annotation, "annotation")
            if value is not None:
                yield Evaluate(value, "assigned")
                yield from assigned(target, value)
        case ast.If(test=test):
            yield Evaluate(test, "test")
        case ast.For(iter=iterated) | ast.AsyncFor(iter=iterated):
            yield Evaluate(iterated, "iterated")
        case ast.With(items=items) | ast.AsyncWith(items=items):
            for item in items:
                yield Evaluate(item.context_expr, "entered")
                if item.optional_vars is not None:
                    yield from assigned(item.optional_vars, item.context_expr, "with")
        case ast.Match(subject=subject):
            yield Evaluate(subject, "subject")
        case ast.Import() | ast.ImportFrom():
            yield from (_imports(stmt, alias) for alias in stmt.names)
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield from _defines(stmt)
        case ast.Delete(targets=targets):
            for target in targets:
                yield Evaluate(target, "deleted")
                yield from assigned(target, None, "delete")
        case ast.Raise() | ast.Assert():
            yield from (Evaluate(child, "raised") for child in parts(stmt))
        case ast.Return(value=ast.expr() as value):
            yield Evaluate(value)
        case _ if type(stmt).__name__ == "TypeAlias":  # of Python 3.12; its value is evaluated lazily
            yield Bind(stmt.name.id, "alias", stmt.value)  # type: ignore[attr-defined]


def blocks(stmt: ast.stmt) -> Iterator[Block]:
    """Yield the blocks of a statement that run in the enclosing scope; `else` even if there is none."""
    match stmt:
        case ast.If(body=body, orelse=orelse):
            yield Block("perhaps", body)
            yield Block("perhaps", orelse)
        case ast.For(target=target, iter=value) | ast.AsyncFor(target=target, iter=value):
            yield Block("repeated", stmt.body, tuple(assigned(target, value, "loop")))
            yield Block("once", stmt.orelse)
        case ast.While(test=test, body=body, orelse=orelse):
            yield Block("repeated", body, (Evaluate(test, "test"),))
            yield Block("once", orelse)
        case ast.With(body=body) | ast.AsyncWith(body=body):
            yield Block("once", body)
        case ast.Try() | ast.TryStar():
            yield Block("tried", stmt.body)
            for handler in stmt.handlers:
                caught = (Evaluate(handler.type, "test"),) if handler.type else ()
                bound = (Bind(handler.name, "except"),) if handler.name else ()
                yield Block("handler", handler.body, (*caught, *bound))
            yield Block("tried", stmt.orelse)
            yield Block("finally", stmt.finalbody)
        case ast.Match(subject=subject, cases=cases):
            for case in cases:
                guard = (Evaluate(case.guard, "test"),) if case.guard else ()
                yield Block("case", case.body, (*_matches(case.pattern, subject), *guard))


def may_leave(stmt: ast.stmt, *, inside_loop: bool = False) -> bool:
    """Return whether a statement may leave its block other than by an exception."""
    if isinstance(stmt, ast.Break | ast.Continue):
        return not inside_loop  # leaving a loop's body does not leave the block around the loop
    return isinstance(stmt, ast.Return) or any(
        may_leave(inner, inside_loop=inside_loop or block.how == "repeated")
        for block in blocks(stmt)
        for inner in block.body
    )


def _imports(stmt: ast.Import | ast.ImportFrom, alias: ast.alias) -> Bind:
    if isinstance(stmt, ast.ImportFrom):
        return Bind(alias.asname or alias.name, "import", module=f"{stmt.module or ''}.{alias.name}")
    if alias.asname:
        return Bind(alias.asname, "import", module=alias.name)
    package = alias.name.partition(".")[0]
    return Bind(package, "import", module=package)


def _defines(stmt: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Iterator[Event]:
    yield from (Evaluate(decorator, "decorator") for decorator in stmt.decorator_list)
    if isinstance(stmt, ast.ClassDef):
        for child in (*stmt.bases, *(keyword.value for keyword in stmt.keywords)):
            yield Evaluate(child, "definition")
    else:
        yield from (Evaluate(default, "definition") for default in _defaults(stmt.args))
        for annotation in (*(one.annotation for one in parameters(stmt.args)), stmt.returns):
            if annotation is not None:
                yield Evaluate(annotation, "annotation")
    yield Bind(stmt.name, "definition")


def parameters(arguments: ast.arguments) -> list[ast.arg]:
    """Return all parameters of a function; `*args` and `**kwargs` last."""
    rest = (arguments.vararg, arguments.kwarg)
    plain = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    return [*plain, *(one for one in rest if one is not None)]


def _defaults(arguments: ast.arguments) -> list[ast.expr]:
    return [one for one in (*arguments.defaults, *arguments.kw_defaults) if one is not None]


def _matches(pattern: ast.pattern, subject: ast.expr) -> Iterator[Event]:
    """Yield the values that a `case` compares with, then the names it captures."""
    nodes = list(ast.walk(pattern))
    for node in nodes:
        match node:
            case ast.MatchValue(value=value) | ast.MatchClass(cls=value):
                yield Evaluate(value)
            case ast.MatchMapping(keys=keys):
                yield from map(Evaluate, keys)
    for node in nodes:
        match node:
            case (
                ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name))
            ):
                yield Bind(name, "case", subject)


# -- targets


def assigned(
    target: ast.expr,
    value: ast.expr | None,
    kind: Kind = "assign",
    share: Literal["whole", "item", "rest"] = "whole",
) -> Iterator[Bind | Put]:
    """Yield the names and the parts of objects that a target assigns.

    Literal tuples are matched item by item: in `a, b = 1, 2` each name has its own value.
    """
    match target:
        case ast.Name(id=name):
            yield Bind(name, kind, value, share)
        case ast.Attribute() | ast.Subscript():
            yield Put(target, kind, value, share)
        case ast.Starred(value=inner):
            yield from assigned(inner, value, kind, "rest")
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            items = _items(targets, value) if kind == "assign" else None
            for one, item in zip(targets, items or targets, strict=True):
                if items is not None:
                    yield from assigned(one, item, kind, share)
                else:
                    yield from assigned(one, value, kind, "item")


def _items(targets: list[ast.expr], value: ast.expr | None) -> list[ast.expr] | None:
    """Return the values for each target of a tuple, if they are a literal tuple."""
    if not isinstance(value, ast.Tuple | ast.List) or len(value.elts) != len(targets):
        return None
    return None if any(isinstance(one, ast.Starred) for one in value.elts) else value.elts


# -- expressions


def inside(node: ast.expr) -> Iterator[Event]:
    """Yield what one of the `SCOPED` expressions evaluates and binds itself."""
    match node:
        case ast.NamedExpr(target=ast.Name(id=name), value=value):
            yield Evaluate(value, "assigned")
            yield Bind(name, "walrus", value)
        case ast.Lambda(args=arguments, body=body):
            yield from map(Evaluate, _defaults(arguments))
            yield Evaluate(body, "body", frozenset(one.arg for one in parameters(arguments)), lazy=True)
        case ast.ListComp(elt=item) | ast.SetComp(elt=item) | ast.GeneratorExp(elt=item):
            yield from _comprehended(node.generators, [item], lazy=isinstance(node, ast.GeneratorExp))
        case ast.DictComp(key=key, value=value, generators=generators):
            yield from _comprehended(generators, [key, value], lazy=False)


def parts(node: ast.AST) -> Iterator[ast.expr]:
    """Yield the parts of any other expression: they are used as the whole is."""
    for name in node._fields:
        child = getattr(node, name, None)
        if isinstance(child, ast.expr):
            yield child
        elif isinstance(child, list):
            for one in child:
                if isinstance(one, ast.expr):
                    yield one
                elif isinstance(one, ast.keyword):
                    yield one.value


def _comprehended(
    generators: Iterable[ast.comprehension], items: Iterable[ast.expr], *, lazy: bool
) -> Iterator[Evaluate]:
    own: frozenset[str] = frozenset(
        bound.name
        for generator in generators
        for bound in assigned(generator.target, None)
        if isinstance(bound, Bind)
    )
    outside: frozenset[str] = _NO_NAMES  # the first `for` iterates in the enclosing scope
    for generator in generators:
        yield Evaluate(generator.iter, "iterated", outside, lazy)
        outside = own
        for test in generator.ifs:
            yield Evaluate(test, "test", own, lazy)
    for item in items:
        yield Evaluate(item, "part", own, lazy)
