"""The comparison operators: how each is written, what it compares, and its SQL.

To add one: an entry in `OPERATORS` here, a line in the package's docstring, and its meaning in Python in
`tests/unit/query/reference.py`. Lexer, parser and compiler read this table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbtrack.query.patterns import caseless_glob, glob, regular_expression

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["OPERATORS", "SPELLINGS", "Operator"]


@dataclass(frozen=True, slots=True)
class Operator:
    """One comparison.

    Where an operand of `sql` is NULL it is a NaN: runs that lack a field never get here. The result may be
    NULL for false.
    """

    spellings: tuple[str, ...]
    """Symbols, or words in lower case; the first one names it."""
    sql: str
    """What holds, with `{left}` and `{right}` for the operands."""
    pattern: Callable[[str], str] | None = None
    """For operators between text and a quoted pattern only: the pattern as `sql` takes it; raises ValueError."""
    strict: bool = True
    """Whether it is false when an operand is NaN."""


OPERATORS = {
    operator.spellings[0]: operator
    for operator in (
        Operator(("=", "=="), "{left} = {right}"),
        Operator(("!=", "<>"), "({left} = {right}) IS NOT TRUE", strict=False),
        Operator(("<",), "{left} < {right}"),
        Operator(("<=",), "{left} <= {right}"),
        Operator((">",), "{left} > {right}"),
        Operator((">=",), "{left} >= {right}"),
        Operator(("like",), "{left} GLOB {right}", pattern=glob),
        Operator(("ilike",), "{left} GLOB {right}", pattern=caseless_glob),
        Operator(("rlike",), "nbtrack_rlike({right}, {left})", pattern=regular_expression),
    )
}

SPELLINGS = {spelling: name for name, operator in OPERATORS.items() for spelling in operator.spellings}
"""Every way to write an operator, to its name."""
