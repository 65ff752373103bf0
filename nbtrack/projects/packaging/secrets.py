"""The secrets of recorded code, which were not kept: where they stood, and the variables that a project reads them from."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, NamedTuple

from nbtrack.capture.secrets import MASK, OWN
from nbtrack.capture.source.reads import dotted, keys_of
from nbtrack.capture.source.syntax import parse
from nbtrack.projects.packaging.edits import quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from nbtrack.projects.packaging.edits import Edits

__all__ = ["Secret", "marked", "masked_lines", "replace_secrets"]

_MASKED = re.compile(rf"(?<!\*){re.escape(MASK)}(?!\*)")

_PIECES = frozenset(MASK * count for count in range(2, 9))
"""A secret whose parts, each in its quotes, were masked one by one."""


class Secret(NamedTuple):
    """A variable of the environment, and the line of the code in which its value stood."""

    variable: str
    line: int


def marked(script: str, own: Collection[int]) -> str:
    """Return a recorded script with the texts marked that are no masks, counted from 0."""
    number = iter(range(script.count(MASK)))
    return re.sub(re.escape(MASK), lambda match: OWN if next(number) in own else match[0], script)


def replace_secrets(tree: ast.Module, edits: Edits, results: str) -> list[Secret]:
    """Have a script read its masked secrets from the environment, and return from which variables.

    One that is assigned to a name that nothing reads stays masked.

    Parameters
    ----------
    tree, edits
        The script, and what takes the edits.
    results
        The name in it of what reads them.
    """
    read = {one.id for one in ast.walk(tree) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}
    found: list[Secret] = []
    for node, name in _masked(tree):
        if name in (None, "print") or (
            name.isidentifier() and name in _assigned(tree, node) and name not in read
        ):
            continue
        whole = isinstance(node, ast.Constant) and _text(node) in {MASK, *_PIECES}
        variable = _variable(name, {one.variable for one in found}, whole=whole)
        call = f"{results}.secret({quoted(variable)})"
        is_bytes = isinstance(node, ast.Constant) and isinstance(node.value, bytes)
        call += ".encode()" if is_bytes else ""
        if whole:
            span = (node.lineno, node.col_offset, node.end_lineno or 0, node.end_col_offset or 0)
            edits.replace(span, call)
        else:
            edits.wrap(node, "(", f").replace({MASK.encode() if is_bytes else MASK!r}, {call})")
        found.append(Secret(variable, node.lineno))
    return found


def masked_lines(text: str) -> list[int]:
    """Return the lines of a finished script in which a secret is still masked."""
    tree = parse(text)
    ours = {
        id(node.args[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and dotted(node.func).endswith("replace") and node.args
    }
    return sorted({node.lineno for node, _ in _masked(tree) if id(node) not in ours})


def _masked(tree: ast.Module) -> Iterator[tuple[ast.expr, str | None]]:
    """Yield the texts with a mask, each with what it is the value of; None for one that is only a remark."""
    waiting: list[tuple[ast.AST, str | None]] = [(tree, "")]
    while waiting:
        node, name = waiting.pop()
        if isinstance(node, ast.JoinedStr):
            if any(map(_has_mask, node.values)):
                yield node, name
                continue
        elif _has_mask(node):
            yield node, name  # type: ignore[misc]
            continue
        waiting += [*_children(node, name)][::-1]


def _has_mask(node: ast.AST) -> bool:
    text = _text(node)
    return text is not None and (_MASKED.search(text) is not None or text in _PIECES)


def _text(node: ast.AST) -> str | None:
    value = node.value if isinstance(node, ast.Constant) else None
    text = value.decode(errors="replace") if isinstance(value, bytes) else value
    return text if isinstance(text, str) else None


def _children(node: ast.AST, name: str | None) -> Iterator[tuple[ast.AST, str | None]]:
    """Yield the parts of a node, each with the name of what it is the value of."""
    match node:
        case ast.Expr(value=ast.Constant() as value):
            yield value, None
        case ast.match_case(body=body):
            yield from ((one, "") for one in body)
        case (
            ast.Assign(targets=[target, *_], value=value)
            | ast.AnnAssign(target=target, value=ast.expr() as value)
        ):
            yield value, _written(target)
            yield target, ""
        case ast.Dict(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                yield value, str(key.value) if isinstance(key, ast.Constant) else name
        case ast.Call(func=func, args=args, keywords=words):
            yield func, name
            before = dotted(func).rpartition(".")[2]
            for one in args:
                yield one, before
                before = one.value if isinstance(one, ast.Constant) and isinstance(one.value, str) else before
            yield from ((word.value, word.arg or name) for word in words)
        case ast.arguments(args=args, defaults=defaults):
            named = dict(
                zip(map(id, defaults), (one.arg for one in args[len(args) - len(defaults) :]), strict=False)
            )
            named |= {id(d): one.arg for one, d in zip(node.kwonlyargs, node.kw_defaults, strict=True)}
            yield from ((one, named.get(id(one), "")) for one in ast.iter_child_nodes(node))
        case _:
            yield from ((one, name) for one in ast.iter_child_nodes(node))


def _written(target: ast.expr) -> str:
    root, keys = keys_of(target)
    names = [key if isinstance(key, str) else getattr(key, "value", "") for key in keys]
    if names and names[0] == "environ":
        names, root = names[1:], ast.Name("")
    return "_".join(filter(None, [getattr(root, "id", ""), *map(str, names)]))


def _assigned(tree: ast.Module, node: ast.AST) -> set[str]:
    """Return the names that a statement gives this very value."""
    return {
        target.id
        for stmt in ast.walk(tree)
        if isinstance(stmt, ast.Assign | ast.AnnAssign) and stmt.value is node
        for target in (stmt.targets if isinstance(stmt, ast.Assign) else [stmt.target])
        if isinstance(target, ast.Name)
    }


def _variable(name: str, taken: Collection[str], *, whole: bool) -> str:
    plain = re.sub(r"\W+", "_", name).strip("_").upper() or "SECRET"
    plain += "" if whole or "SECRET" in plain else "_SECRET"
    plain = f"_{plain}" if plain[0].isdigit() else plain
    number, found = 1, plain
    while found in taken:
        number += 1
        found = f"{plain}_{number}"
    return found
