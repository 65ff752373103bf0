"""The origin of an expression's value: the named objects that it may be or keep."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nbtrack.capture.slice.actions import Code, Origin
from nbtrack.capture.source.reads import dotted, free_names
from nbtrack.capture.words.effects import GIVE_NOTHING, GIVE_PART, KEEP_ARGUMENTS, USE_UP
from nbtrack.capture.words.magics import NAMESPACE_MAGICS

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["has_value", "origin_of"]

_NO_CODE: frozenset[Code] = frozenset()


def has_value(node: ast.expr) -> bool:
    """Return whether an expression may have another value than `None`, which is not shown."""
    match node:
        case ast.Await(value=value):
            return has_value(value)
        case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(id="get_ipython"))), args=arguments):
            return any(isinstance(a, ast.Constant) and a.value in NAMESPACE_MAGICS for a in arguments[:1])
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
            return GIVE_NOTHING.fullmatch(name) is None
    return not (isinstance(node, ast.Constant) and node.value is None)


def origin_of(node: ast.expr) -> Origin:
    """Return the origin of an expression's value."""
    match node:
        case ast.Name(id=name):
            return Origin(same=frozenset({name}))
        case ast.Attribute(value=value) | ast.Subscript(value=value):
            inner = origin_of(value)
            return Origin(
                same=inner.same | inner.kept, called=inner.called, given=inner.given, late=inner.late
            )
        case ast.Starred(value=value) | ast.Await(value=value):
            return origin_of(value)
        case ast.NamedExpr(target=ast.Name(id=name), value=value):
            return origin_of(value) | Origin(same=frozenset({name}))
        case ast.IfExp(body=body, orelse=orelse):
            return origin_of(body) | origin_of(orelse)
        case ast.BoolOp(values=values):
            return _together(values)
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            return _keeper(_together(parts))
        case ast.Dict(keys=keys, values=values):
            return _keeper(_together([*values, *(k for k in keys if k is not None)]))
        case ast.ListComp(elt=item) | ast.SetComp(elt=item) | ast.GeneratorExp(elt=item):
            return _comprehended(node, item)
        case ast.DictComp(value=item):
            return _comprehended(node, item)
        case ast.Lambda():
            inside = _inside(node)
            return Origin(kept=inside.reads, code=inside)
        case ast.Call():
            return _origin_of_call(node)
    return Origin()


def _inside(node: ast.expr) -> Code:
    """Return the outer effects of an expression with its own variables."""
    calls = (dotted(part.func, plain=True) for part in ast.walk(node) if isinstance(part, ast.Call))
    return Code(frozenset(free_names(node)), calls=frozenset(calls) - {""})


def _keeper(kept: Origin) -> Origin:
    """Return the origin of a new object that keeps these."""
    return Origin(kept=kept.names, late=kept.kept_functions)


def _comprehended(node: ast.expr, item: ast.expr) -> Origin:
    reads = _inside(node).reads
    return Origin(
        kept=reads,
        late=frozenset(code.without(code.reads - reads) for code in origin_of(item).kept_functions),
    )


def _origin_of_call(node: ast.Call) -> Origin:
    given = _together([*node.args, *(k.value for k in node.keywords)]).names
    match node.func:
        case ast.Name(id=name):
            if name in KEEP_ARGUMENTS:
                return Origin(kept=given, late=_NO_CODE if name == "sorted" else _held(node, name))
            function = frozenset({name})
            # By convention a class: its instance keeps the arguments, and the class's code.
            if _is_class(name):
                return Origin(kept=given | function, late=_held(node, name))
            return Origin(called=function, given=given)
        case ast.Attribute(value=value, attr=name):
            receiver = origin_of(value)
            if _is_class(name) or name in KEEP_ARGUMENTS:
                # The `map` of a Series has already called its argument.
                late = _NO_CODE if name in {"filter", "map"} else _held(node, name)
                return Origin(kept=given | receiver.names, late=late)
            own = receiver.same | receiver.kept
            if GIVE_PART.fullmatch(name):
                return Origin(
                    same=own,
                    kept=receiver.kept,
                    called=receiver.called | own,
                    given=receiver.given | given,
                    late=receiver.late,
                )
            return Origin(called=own | receiver.called, given=receiver.given | given | own)
    inner = origin_of(node.func)
    return Origin(called=inner.names, given=given | inner.given)


def _held(node: ast.Call, name: str) -> frozenset[Code]:
    """Return the anonymous functions among its arguments that a call's value keeps."""
    arguments = [*node.args, *(k.value for k in node.keywords)]
    return _together(a for a in arguments if not (name in USE_UP and isinstance(a, ast.Call))).kept_functions


def _together(nodes: Iterable[ast.expr]) -> Origin:
    origin = Origin()
    for node in nodes:
        origin |= origin_of(node)
    return origin


def _is_class(name: str) -> bool:
    return name.lstrip("_")[:1].isupper()
