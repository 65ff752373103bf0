"""The editor of a cell's syntax tree: it wraps expressions in hooks, and adds statements that call hooks."""

from __future__ import annotations

import ast
from typing import Any

from nbtrack.capture.source.grammar import DEFINITIONS, LOOPS
from nbtrack.capture.source.syntax import walk

__all__ = ["Editor"]


class Editor(ast.NodeTransformer):
    """Wraps expressions and adds statements, leaving function bodies and generators alone."""

    def __init__(self) -> None:
        self.wraps: dict[int, list[str]] = {}
        self.before: dict[int, list[ast.stmt]] = {}
        self.after: dict[int, list[ast.stmt]] = {}
        self.ticks: dict[int, str] = {}
        """By the `id` of a loop: the hook at the top of its body."""

    def wrap(self, node: ast.expr, hook: str) -> None:
        """Pass an expression's value through a hook, outside of any existing one."""
        self.wraps.setdefault(id(node), []).append(hook)

    def put_before(self, node: ast.stmt, hook: str, *names: str) -> None:
        """Call a hook before a statement, with the values of some names."""
        self.before.setdefault(id(node), []).append(_call(hook, node, *names))

    def put_after(self, node: ast.stmt, hook: str, *names: str) -> None:
        """Call a hook after a statement, with the values of some names."""
        self.after.setdefault(id(node), []).append(_call(hook, node, *names))

    def visit(self, node: ast.AST) -> Any:
        """Return the edited node; `ast.NodeTransformer` calls this for each node."""
        key = id(node)
        if not isinstance(node, (*DEFINITIONS, ast.Lambda, ast.GeneratorExp)):
            self.generic_visit(node)
        if isinstance(node, LOOPS) and key in self.ticks:
            node.body.insert(0, _call(self.ticks[key], node.body[0]))
        if isinstance(node, ast.expr):
            wrapped: ast.expr = node
            for name in self.wraps.get(key, ()):
                hook = ast.copy_location(ast.Name(name, ast.Load()), node)
                wrapped = ast.copy_location(ast.Call(hook, [wrapped], []), node)
            return wrapped
        if key in self.before or key in self.after:
            return [*self.before.get(key, ()), node, *self.after.get(key, ())]
        return node


def _call(hook: str, place: ast.stmt, *names: str) -> ast.stmt:
    arguments: list[ast.expr] = [ast.Name(name, ast.Load()) for name in names]
    statement = ast.Expr(ast.Call(ast.Name(hook, ast.Load()), arguments, []))
    for node in walk(statement):
        # Located at the end of the line before it: tracebacks never point at it, except for an interrupt.
        ast.copy_location(node, place)
    return statement
