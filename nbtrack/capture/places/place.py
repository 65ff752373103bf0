"""A place of a script's text: a literal, where it stands, and the names that it goes by."""

from __future__ import annotations

import ast
import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from nbtrack.capture.source.literals import is_literal

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["NO_VALUE", "Kind", "Place", "leaves", "place_at", "value_of"]

Kind = Literal["name", "entry", "argument", "option", "default", "local"]
"""What stands there: what a name is assigned, an entry of a dict or a list, an argument of a call, the `default=` of a
parser's option, the default of a class or function, what a function's variable is assigned."""
NO_VALUE: Final = object()
_MAX_LEAVES = 200
_MAX_POWER = 64
_OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Pow: operator.pow,
}


@dataclass(frozen=True, slots=True)
class Place:
    """A literal of a script.

    Attributes
    ----------
    name
        The plain name, such as `alpha` or `config.lr`.
    kind
        What stands there.
    line, column, end_line, end_column
        Where, as in a syntax tree: lines from 1, columns in bytes from 0.
    value
        The literal's value.
    others
        Longer names, by which it differs from others of its plain name: `Ridge.alpha`, `model.alpha`.
    read
        Whether something reads it, as far as names tell.
    """

    name: str
    kind: Kind
    line: int
    column: int
    end_line: int
    end_column: int
    value: Any = None
    others: tuple[str, ...] = ()
    read: bool = True

    @property
    def span(self) -> tuple[int, int, int, int]:
        """Where it stands; two places with equal spans are one literal."""
        return self.line, self.column, self.end_line, self.end_column


def place_at(node: ast.expr, name: str, kind: Kind, others: tuple[str, ...] = ()) -> Place:
    """Return the place of a literal's node."""
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    return Place(
        name,
        kind,
        node.lineno,
        node.col_offset,
        node.end_lineno,
        node.end_col_offset,
        value_of(node),
        tuple(dict.fromkeys(other for other in others if other != name)),
    )


def leaves(name: str, node: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """Yield the literals in an expression: itself, and those in a dict or list of it under dotted names.

    Examples
    --------
    >>> [name for name, _ in leaves("c", ast.parse("{'lr': 0.1, 'sizes': [3, n]}", mode="eval").body)]
    ['c.lr', 'c.sizes.0']
    """
    if is_literal(node) and value_of(node) is not NO_VALUE:
        yield name, node
    if isinstance(node, ast.Dict) and len(node.keys) <= _MAX_LEAVES:
        for key, inner in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant):
                yield from leaves(f"{name}.{key.value!s}", inner)
    elif isinstance(node, ast.List | ast.Tuple) and len(node.elts) <= _MAX_LEAVES:
        for number, inner in enumerate(node.elts):
            if isinstance(inner, ast.Starred):
                break  # what follows has no known number
            yield from leaves(f"{name}.{number}", inner)


def value_of(node: ast.expr) -> Any:
    """Return the value of a literal, also of a sum of literals; `NO_VALUE` for what calls, or takes too long."""
    match node:
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            one, other = value_of(left), value_of(right)
            if not isinstance(one, int | float) or not isinstance(other, int | float):
                return NO_VALUE
            if isinstance(op, ast.Pow) and abs(other) > _MAX_POWER:
                return NO_VALUE
            try:
                return _OPERATORS[type(op)](one, other)
            except ArithmeticError:
                return NO_VALUE
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = value_of(operand)
            return -inner if isinstance(inner, int | float) else NO_VALUE
    try:
        return ast.literal_eval(node)
    except (
        ValueError,
        TypeError,
        SyntaxError,
        MemoryError,
        RecursionError,
    ):  # no literal, or of another form
        return NO_VALUE
