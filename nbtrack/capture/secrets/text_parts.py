"""The literals and names in a syntax tree that a text is built from."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["filled_in", "fixed_text", "name_of", "numbers", "parts_of", "text_of"]

# Calls that return the text of their arguments.
_WRAPPERS = frozenset(
    """str bytes bytearray SecretStr SecretBytes Secret b64decode b64encode urlsafe_b64decode fromhex unhexlify
    field Field quote quote_plus unquote Option StringVar Var reversed Param""".split()
)
_METHODS = frozenset(
    """strip lstrip rstrip encode decode join format lower upper removeprefix removesuffix replace
    get_secret_value""".split()
)


def name_of(node: ast.AST | None) -> str | None:
    """Return the name of a target or a function; for `os.environ["A"]` it is `A`."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    return text_of(node.slice) if isinstance(node, ast.Subscript) else None


def text_of(node: ast.AST | None) -> str | None:
    """Return the text of a string literal; None for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def fixed_text(node: ast.expr) -> str:
    """Return the text of a literal, or the constant parts of an f-string."""
    if isinstance(node, ast.JoinedStr):
        return "".join(fixed_text(part) for part in node.values if isinstance(part, ast.Constant))
    value = node.value if isinstance(node, ast.Constant) else ""
    return value.decode("latin-1") if isinstance(value, bytes) else value if isinstance(value, str) else ""


def filled_in(node: ast.JoinedStr) -> Iterator[str]:
    """Yield the names that an f-string contains."""
    for part in node.values:
        if isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Name):
            yield part.value.id


def numbers(value: ast.expr) -> Iterator[ast.Constant]:
    """Yield a number that may be a password: it has at least four digits."""
    if isinstance(value, ast.Constant) and type(value.value) is int and value.value > 999:
        yield value


def parts_of(value: ast.expr | None) -> Iterable[list[ast.expr]]:
    """Return the alternatives for a text, each as the literals and names that it is built from."""
    match value:
        case ast.Constant(value=str() | bytes()) | ast.JoinedStr() | ast.Name():
            return [[value]]
        case ast.BinOp(op=ast.Add() | ast.Mod()):
            return [[node for side in (value.left, value.right) for part in parts_of(side) for node in part]]
        case ast.BinOp():
            return [*parts_of(value.left), *parts_of(value.right)]
        case ast.BoolOp():
            return [part for one in value.values for part in parts_of(one)]
        case ast.IfExp():
            return [*parts_of(value.body), *parts_of(value.orelse)]
        case ast.List() | ast.Tuple() | ast.Set():
            return [part for one in value.elts for part in parts_of(one)]
        case ast.Dict():
            return [part for one in value.values for part in parts_of(one)]
        case ast.Lambda():
            return parts_of(value.body)
        case ast.NamedExpr() | ast.Starred() | ast.Await():
            return parts_of(value.value)
        case ast.Subscript(value=ast.Constant() | ast.List() | ast.Tuple() | ast.Dict()):
            return parts_of(value.value)
        case ast.Call():
            return _parts_of_call(value)
    return []


def _parts_of_call(call: ast.Call) -> Iterable[list[ast.expr]]:
    name = name_of(call.func) or ""
    if name in ("getenv", "get", "pop", "setdefault"):
        return parts_of(call.args[1]) if len(call.args) > 1 else []
    given = [part for one in call.args for part in parts_of(one)]
    if name in _METHODS and isinstance(call.func, ast.Attribute):
        own = list(parts_of(call.func.value))
        if name in ("join", "format"):
            # In one piece: `"".join(["abc", "def"])`, `"{}{}".format("abc", "def")`.
            return [[node for part in [*own, *given] for node in part]]
        return own
    if name in _WRAPPERS:
        return [
            *given,
            *(part for one in call.keywords if one.arg == "default" for part in parts_of(one.value)),
        ]
    return []
