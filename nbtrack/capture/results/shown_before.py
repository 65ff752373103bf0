"""The numbers that a cell shows, and that were there before it: they are no results of its run."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from nbtrack.capture.containers import readable
from nbtrack.capture.foreign import forgiving, is_installed, module_of, peek
from nbtrack.capture.number import as_number
from nbtrack.capture.results.readings import number, plain, readings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbtrack.capture.source.analysis import CellAnalysis
    from nbtrack.capture.source.carried import Carried

__all__ = ["numbers_before", "numbers_in_text"]

_MAX_NUMBERS = 1_000
_MAX_TEXT = 200_000


def numbers_before(analysis: CellAnalysis, namespace: Mapping[str, Any], carried: Carried) -> list[float]:
    """Return the numbers of what a cell prints, logs or displays, of which nothing is new.

    Parameters
    ----------
    analysis
        The cell, without what was not reached.
    namespace
        The user's namespace after it.
    carried
        Which of its expressions carry what was there before.
    """
    found: list[float] = []
    for call in analysis.calls:
        if call.role == "show":
            for argument in (*call.node.args, *(k.value for k in call.node.keywords)):
                for part in carried.parts(argument):
                    found += _numbers_of(part, analysis, namespace)
    return found


def _numbers_of(node: ast.expr, analysis: CellAnalysis, namespace: Mapping[str, Any]) -> Iterator[float]:
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield from _of_name(part.id, analysis, namespace)
        elif isinstance(part, ast.Attribute):
            yield from islice(_leaves(_resolved(part, namespace)), _MAX_NUMBERS)


def _of_name(name: str, analysis: CellAnalysis, namespace: Mapping[str, Any]) -> Iterator[float]:
    if name in namespace:
        yield from islice(_leaves(namespace[name]), _MAX_NUMBERS)
    for binding in analysis.bindings.get(name, ()):
        # Of a loop's variable all that it has been.
        if binding.kind == "loop" and isinstance(binding.stmt, ast.For):
            for part in ast.walk(binding.stmt.iter):
                if isinstance(part, ast.Name) and part.id != name and part.id in namespace:
                    yield from islice(_leaves(namespace[part.id]), _MAX_NUMBERS)


def _resolved(node: ast.expr, namespace: Mapping[str, Any]) -> Any:
    """Return what an attribute of an attribute of a name is, without running its code."""
    if isinstance(node, ast.Name):
        return namespace.get(node.id)
    if isinstance(node, ast.Attribute):
        return peek(_resolved(node.value, namespace), node.attr)
    return None


def _leaves(value: Any, depth: int = 0) -> Iterator[float]:
    one = as_number(value)
    if one is not None:
        yield one
    elif type(value) is str:
        yield from numbers_in_text(value)
    elif depth < 4:
        for inner in _items(value):
            yield from _leaves(inner, depth + 1)


@forgiving(tuple)
def _items(value: Any) -> tuple[Any, ...] | list[Any]:
    value = readable(value)
    if isinstance(value, Mapping):
        return list(islice(value.values(), _MAX_NUMBERS))
    if isinstance(value, list | tuple | deque):
        return list(islice(value, _MAX_NUMBERS))
    if type(value).__name__ == "DataFrame" and hasattr(value, "columns"):
        return [value[column].tolist() for column in list(value.columns)[:100] if len(value) <= _MAX_NUMBERS]
    shape = peek(value, "shape")
    if isinstance(shape, tuple) and len(shape) == 1 and shape[0] <= _MAX_NUMBERS and hasattr(value, "tolist"):
        return list(value.tolist())
    return ()


def numbers_in_text(value: Any) -> Iterator[float]:
    """Yield the scores in a text, or in what a library's object is printed as."""
    if type(value) is not str:
        if not is_installed(module_of(type(value)).partition(".")[0]):
            return
        value = _text_of(value)
    if len(value) <= _MAX_TEXT:
        for line in plain(value).splitlines():
            for one in readings(line):
                yield number(line[one.start : one.end])[0]


@forgiving(str)
def _text_of(value: Any) -> str:
    return str(value)
