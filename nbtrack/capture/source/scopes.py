"""Which global names a piece of code reads and binds, as Python's compiler resolves them."""

from __future__ import annotations

import ast
import dis
from functools import lru_cache
from types import CodeType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["GlobalNames", "global_names", "names_of_definition"]

_OPERATIONS = {
    dis.opmap[name]: name
    for name in ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS", "STORE_GLOBAL", "STORE_NAME")
    if name in dis.opmap
}
_NO_NAMES: frozenset[str] = frozenset()


class GlobalNames(NamedTuple):
    """The global names that code reads, and those that it binds with `global`."""

    reads: frozenset[str] = _NO_NAMES
    binds: frozenset[str] = _NO_NAMES


@lru_cache(maxsize=2048)
def global_names(code: CodeType) -> GlobalNames:
    """Return the global names of a function's or class's code, with those of the code inside it.

    Attributes, parameters, local and comprehension variables are not included.

    Examples
    --------
    >>> def area(radius):
    ...     global count
    ...     count = 1
    ...     return [pi * radius.value for radius in radius]
    >>> names = global_names(area.__code__)
    >>> sorted(names.reads), sorted(names.binds)
    (['pi'], ['count'])
    """
    reads: set[str] = set()
    binds: set[str] = set()
    own: set[str] = set()
    for operation, name in _named(code):
        if operation == "STORE_GLOBAL":
            binds.add(name)
        elif operation == "STORE_NAME":
            own.add(name)  # a name in the class body
        elif name not in own:
            reads.add(name)
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            names = global_names(inner)
            reads |= names.reads
            binds |= names.binds
    return GlobalNames(frozenset(reads - _IMPLICIT), frozenset(binds))


def _named(code: CodeType) -> Iterator[tuple[str, str]]:
    """Yield the operations on names that are not local; ten times as fast as `dis.get_instructions`."""
    extended = 0
    for operation, low in zip(code.co_code[::2], code.co_code[1::2], strict=True):
        argument = low | extended
        extended = argument << 8 if operation == dis.EXTENDED_ARG else 0
        name = _OPERATIONS.get(operation)
        if name is not None:
            # The lowest bit of LOAD_GLOBAL's argument is a flag.
            yield name, code.co_names[argument >> 1 if name == "LOAD_GLOBAL" else argument]


_IMPLICIT = frozenset({"__name__", "__class__", "__build_class__"})
"""The names that a class body reads implicitly."""


def names_of_definition(statement: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> GlobalNames:
    """Return the global names that a definition reads: by its decorators and defaults, and in its bodies."""
    module = ast.Module([statement], [])
    try:
        code = compile(module, "<nbtrack>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError):  # such as `nonlocal` without the enclosing function
        return GlobalNames()
    names = global_names(code)
    return GlobalNames(names.reads - {statement.name}, names.binds)
