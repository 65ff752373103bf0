"""What a cell's top level puts into an object: `config["lr"] = 0.1`, `CFG.epochs = 3`, `params.update(depth=4)`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nbtrack.capture.source.grammar import Put, begins
from nbtrack.capture.source.literals import is_literal
from nbtrack.capture.source.reads import dotted, keys_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbtrack.capture.source.analysis import CellAnalysis

__all__ = ["put_into"]

_Puts = dict[tuple[str, ...], bool]


def put_into(analysis: CellAnalysis, name: str) -> _Puts | None:
    r"""Return the paths at which a cell's top level puts something into an object, with whether that is a literal.

    None if the cell changes it in another way, such as in a loop.

    Examples
    --------
    >>> from nbtrack.capture.source.analysis import CellAnalysis
    >>> analysis = CellAnalysis(ast.parse("c.lr = 0.1\nc.net['size'] = len(x)\nd.append(1)"))
    >>> put_into(analysis, "c"), put_into(analysis, "d")
    ({('lr',): True, ('net', 'size'): False}, None)
    """
    changes = analysis.mutations.get(name, ())
    puts = [one for stmt in analysis.tree.body for one in _put(stmt, name)] if changes else []
    if len(puts) != len(changes) or None in puts:
        return None
    return {path: plain for one in puts for path, plain in (one or {}).items()}


def _put(stmt: ast.stmt, name: str) -> Iterator[_Puts | None]:
    """Yield each change that a statement makes to an object; None for one whose place is computed."""
    for event in begins(stmt):
        if isinstance(event, Put):
            root, keys = keys_of(event.target)
            if isinstance(root, ast.Name) and root.id == name:
                path = [_key(key) for key in keys]
                plain = event.kind == "assign" and is_literal(event.value)
                yield None if None in path else {tuple(map(str, path)): plain}
    match stmt:
        case ast.Expr(value=ast.Call(func=func, args=args, keywords=keywords)) if (
            dotted(func, plain=True) == f"{name}.update"
        ):
            yield _updated(args, keywords)


def _updated(args: list[ast.expr], keywords: list[ast.keyword]) -> _Puts | None:
    keys: list[str | None] = [keyword.arg for keyword in keywords]
    values = [keyword.value for keyword in keywords]
    for argument in args:
        if not isinstance(argument, ast.Dict):
            return None
        keys += [None if key is None else _key(key) for key in argument.keys]
        values += argument.values
    if None in keys:
        return None
    return {(str(key),): is_literal(value) for key, value in zip(keys, values, strict=True)}


def _key(key: ast.expr | str) -> str | None:
    if isinstance(key, str):
        return key
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else None
