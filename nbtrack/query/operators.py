"""The comparison operators: the spellings, the types, the SQL and the Python equivalent of each.

To add one: an entry in `OPERATORS` here, a line in the package's docstring, and its meaning in
`tests/unit/query/reference.py`. The lexer, the parser, the compiler, the filters of experiments and the panel's
completion read this table.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from nbtrack.query.patterns import caseless_glob, glob, matches, regular_expression

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["OPERATORS", "SPELLINGS", "Operator"]


@dataclass(frozen=True, slots=True)
class Operator:
    """One comparison.

    A NULL operand of `sql` is a NaN: runs that lack a field never get here. The result may be
    NULL for false.
    """

    spellings: tuple[str, ...]
    """Symbols, or words in lower case; the first one names it."""
    sql: str
    """The SQL, with `{left}` and `{right}` for the operands."""
    python: Callable[[Any, Any], bool]
    """The same in Python, for operands that are not NaN; the right one is the result of `pattern`."""
    pattern: Callable[[str], str] | None = None
    """Only for operators with a quoted pattern: returns the pattern in the form that `sql` needs; raises ValueError."""
    strict: bool = True
    """Whether it is false when an operand is NaN."""


OPERATORS = {
    entry.spellings[0]: entry
    for entry in (
        Operator(("=", "=="), "{left} = {right}", operator.eq),
        Operator(("!=", "<>"), "({left} = {right}) IS NOT TRUE", operator.ne, strict=False),
        Operator(("<",), "{left} < {right}", operator.lt),
        Operator(("<=",), "{left} <= {right}", operator.le),
        Operator((">",), "{left} > {right}", operator.gt),
        Operator((">=",), "{left} >= {right}", operator.ge),
        # SQLite's GLOB has the syntax of shells.
        Operator(("like",), "{left} GLOB {right}", fnmatchcase, pattern=glob),
        Operator(("ilike",), "{left} GLOB {right}", fnmatchcase, pattern=caseless_glob),
        Operator(("rlike",), "nbtrack_rlike({right}, {left})", matches, pattern=regular_expression),
    )
}

SPELLINGS = {spelling: name for name, entry in OPERATORS.items() for spelling in entry.spellings}
"""All spellings of operators, with the name of each."""
