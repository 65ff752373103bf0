"""A watched copy of one of the user's functions, for one call of it.

The function itself is not changed, and the copy is in no name: what is pickled, sent to workers or called by others is the
user's own.
"""

from __future__ import annotations

import ast
import sys
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import FrameType

    from nbtrack.capture.watch.entries import Function

__all__ = ["FrameNames", "is_same", "twin"]

_FUTURES = 0x1FE0000
"""The flags of a code object that say what it has from `__future__`: CPython's mask, as of 3.11 to 3.14."""


class FrameNames(dict[str, Any]):
    """The names that a running function sees: its locals, and those of its module.

    Parameters
    ----------
    around
        The module's names.
    """

    def __init__(self, around: Mapping[str, Any]) -> None:
        super().__init__(around)
        self._around = around
        self._frame: FrameType | None = None

    def enter(self, frame: FrameType) -> None:
        """Look at the function's locals from now on."""
        self._frame = frame
        self.update(frame.f_locals)

    def settle(self) -> None:
        """Take what they are at the function's end."""
        frame, self._frame = self._frame, None
        self.update(self._around)
        if frame is not None:
            self.update(frame.f_locals)

    def get(self, name: str, default: Any = None) -> Any:
        """Return a name's value now."""
        if self._frame is not None:
            found = self._frame.f_locals
            if name in found:
                return found[name]
        return super().get(name, default)


def is_same(function: object, definition: Function, namespace: Mapping[str, Any]) -> bool:
    """Return whether a value is the function that a definition makes."""
    if type(function) is not FunctionType or function.__globals__ is not namespace:
        return False
    first = min([definition.lineno, *(one.lineno for one in definition.decorator_list)])
    code = function.__code__
    return code.co_name == definition.name and code.co_firstlineno == first and not code.co_freevars


def twin(
    function: FunctionType, definition: Function, body: list[ast.stmt], begin: str, end: str
) -> FunctionType | None:
    """Return a copy of a function with another body; None if there can be none.

    Parameters
    ----------
    function, definition
        The function, and a copy of its definition, which is changed.
    body
        The new body, which may call hooks.
    begin, end
        The hooks that are called first and last, in whichever way it ends.
    """
    place = definition.body[0]
    documented = isinstance(place, ast.Expr) and isinstance(place.value, ast.Constant)
    guarded = ast.Try([_call(begin, definition), *body], [], [], [_call(end, definition)])
    definition.body = [*([place] if documented else []), ast.copy_location(guarded, definition)]
    code = function.__code__
    module = compile(
        ast.Module([definition], []), code.co_filename, "exec", code.co_flags & _FUTURES, dont_inherit=True
    )
    found = next((one for one in _codes(module) if one.co_name == code.co_name), None)
    if found is None or found.co_freevars or found.co_firstlineno != code.co_firstlineno:
        return None
    made = FunctionType(found, function.__globals__, function.__name__, function.__defaults__)
    made.__kwdefaults__ = function.__kwdefaults__
    made.__dict__.update(function.__dict__)
    for name in ("__annotations__", "__doc__", "__module__", "__qualname__"):
        setattr(made, name, getattr(function, name))
    if sys.version_info >= (3, 12):
        made.__type_params__ = function.__type_params__
    return made


def _codes(code: CodeType) -> Iterator[CodeType]:
    """Yield the code objects in a module's code, the nearest first."""
    inner = [one for one in code.co_consts if isinstance(one, CodeType)]
    yield from inner
    for one in inner:
        yield from _codes(one)


def _call(hook: str, place: ast.stmt) -> ast.stmt:
    """Return a call of a hook at the place of a definition, whose line is executed anyway."""
    statement = ast.Expr(ast.Call(ast.Name(hook, ast.Load()), [], []))
    for node in ast.walk(statement):
        ast.copy_location(node, place)
        if isinstance(node, ast.expr | ast.stmt):
            node.end_lineno, node.end_col_offset = place.lineno, place.col_offset
    return statement
