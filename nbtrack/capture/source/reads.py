"""The names in an expression: those that it reads, and those in a chain of attributes."""

from __future__ import annotations

import ast

from nbtrack.capture.source.grammar import SCOPED, Evaluate, inside, parts
from nbtrack.capture.source.syntax import walk

__all__ = ["dotted", "free_names", "keys_of", "names_in"]


def names_in(node: ast.AST) -> set[str]:
    """Return the names that an expression reads, including variables of comprehensions and lambdas."""
    return {n.id for n in walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def free_names(node: ast.expr) -> set[str]:
    """Return the names that an expression reads from the enclosing scope.

    Examples
    --------
    >>> sorted(free_names(ast.parse("[scale * x for x in xs]", mode="eval").body))
    ['scale', 'xs']
    """
    if isinstance(node, ast.Name):
        return {node.id}
    if not isinstance(node, SCOPED):
        return {name for part in parts(node) for name in free_names(part)}
    evaluated = (event for event in inside(node) if isinstance(event, Evaluate))
    return {name for event in evaluated for name in free_names(event.node) - event.own}


def dotted(node: ast.expr, *, plain: bool = False) -> str:
    """Return a callee as written, `model.fit`; a call or an item in it is reduced to its name.

    Parameters
    ----------
    node
        The callee.
    plain
        Return an empty text if it contains anything but names.

    Examples
    --------
    >>> chain = ast.parse("Ridge(1).fit", mode="eval").body
    >>> dotted(chain), dotted(chain, plain=True)
    ('Ridge.fit', '')
    """
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name):
            base = dotted(value, plain=plain)
            return f"{base}.{name}" if base or not plain else ""
        case ast.Call(func=inner) | ast.Subscript(value=inner) | ast.Await(value=inner) if not plain:
            return dotted(inner)
    return ""


def keys_of(node: ast.expr) -> tuple[ast.expr, list[ast.expr | str]]:
    """Return the root of a chain of attributes and items, and its attributes and keys.

    Examples
    --------
    >>> root, keys = keys_of(ast.parse("run.scores['loss'][epoch]", mode="eval").body)
    >>> ast.unparse(root), [key if isinstance(key, str) else ast.unparse(key) for key in keys]
    ('run', ['scores', "'loss'", 'epoch'])
    """
    keys: list[ast.expr | str] = []
    while isinstance(node, ast.Attribute | ast.Subscript):
        keys.append(node.attr if isinstance(node, ast.Attribute) else node.slice)
        node = node.value
    return node, keys[::-1]
