"""Literal expressions."""

from __future__ import annotations

import ast
from typing import Any

from nbtrack.capture.source.reads import dotted
from nbtrack.capture.words.calls import NAMESPACES, SCALAR_TYPES

__all__ = ["is_literal", "literal"]


def is_literal(node: ast.expr | None) -> bool:
    """Return whether an expression is a literal: numbers, strings, lists and dicts of them."""
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
            made = last in NAMESPACES or last in SCALAR_TYPES or (last[:1].isupper() and not last.isupper())
            given = all((k.arg or isinstance(k.value, ast.Dict)) and is_literal(k.value) for k in keywords)
            return made and given and all(map(is_literal, args))
    return False


def literal(node: ast.expr | None) -> Any:
    """Return the value of a literal; an empty tuple for any other expression."""
    try:
        return None if node is None else ast.literal_eval(node)
    except ValueError:  # a sum of literals, or a call
        return ()
