"""The code of the notebook's functions that a cell calls: what always runs of it configures training as the cell's own does."""

from __future__ import annotations

import ast
import copy
import inspect
import math
from types import FunctionType
from typing import TYPE_CHECKING, Any

from nbtrack.capture.foreign import module_of
from nbtrack.capture.settings.arguments import call_settings
from nbtrack.capture.settings.setting import Setting, flatten, is_settings
from nbtrack.capture.settings.unnamed import unnamed_settings
from nbtrack.capture.source.analysis import CellAnalysis
from nbtrack.capture.source.grammar import parameters
from nbtrack.capture.source.literals import literal
from nbtrack.capture.words.names import (
    is_best_name,
    is_data_name,
    is_metric_name,
    is_output_name,
    is_training_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, MutableMapping

    from nbtrack.capture.source.analysis import Binding

__all__ = ["body_settings", "called_bodies", "definitions"]

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_MAX_FUNCTIONS = 30
_MAIN = frozenset({"main", "run", "experiment", "run_experiment"})
_STARTS = (0, 1, -1)
"""Numbers that a variable begins with."""
_WITHOUT = (ast.If, ast.Match, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
"""Statements of a function whose code may not run when it is called."""


def definitions(tree: ast.Module) -> dict[str, _Function]:
    """Return the functions that code defines at its top level."""
    return {stmt.name: stmt for stmt in tree.body if isinstance(stmt, _Function)}


def called_bodies(
    analysis: CellAnalysis, defined: Mapping[str, _Function], namespace: Mapping[str, Any]
) -> Iterator[tuple[str, CellAnalysis]]:
    """Yield the functions that a cell calls, directly or by way of others, each with the analysis of what always runs of it.

    Parameters
    ----------
    analysis
        The cell.
    defined
        The definitions of this and of earlier cells.
    namespace
        The user's namespace, in which a name may have been given something else since.
    """
    waiting, seen = [analysis], set[str]()
    while waiting and len(seen) < _MAX_FUNCTIONS:
        for name in _run_by(waiting.pop(0)):
            if name in seen or name not in defined:
                continue
            seen.add(name)
            if _is_of(namespace.get(name), defined[name]):
                inner = CellAnalysis(ast.Module(_certain(defined[name].body), []), ast.Pass())
                waiting.append(inner)
                yield name, inner


def _run_by(analysis: CellAnalysis) -> Iterator[str]:
    """Yield the names that some code calls to compute with them, or hands to what will: `jax.grad(loss)`."""
    called = set()
    for call in analysis.calls:
        called.add(call.name)
        shown = call.role in {"plot", "io", "show"} or call.context in {"plot", "io"}
        if not shown and not is_output_name(call.name):
            yield call.name
    yield from (name for name, uses in analysis.uses.items() if name not in called and "compute" in uses)


def body_settings(
    name: str,
    definition: _Function,
    inner: CellAnalysis,
    namespace: Mapping[str, Any],
    positional: MutableMapping[str, list[str]],
) -> list[Setting]:
    """Return what the code of a function configures, and the numbers and dicts that one which trains is written with."""
    own = {one.arg for one in parameters(definition.args)} | inner.bindings.keys()
    around = {used: namespace[used] for used in inner.uses if used in namespace and used not in own}
    found = [
        one._replace(prefix=f"{name}.{one.prefix}")
        for one in (*call_settings(inner, around, positional), *unnamed_settings(inner))
        if not (one.value is None or isinstance(one.value, bool)) and one.name not in {"random_state", "seed"}
    ]
    if name in _MAIN or is_training_name(name):
        for local, bindings in inner.bindings.items():
            found += [
                Setting(key, leaf, name, spare=True)
                for key, leaf in flatten(local, _written(inner, local, bindings))
            ]
    return found


def _written(inner: CellAnalysis, name: str, bindings: list[Binding]) -> Any:
    """Return the number or dict that a function's variable always is; an empty tuple without one."""
    first = bindings[0]
    once = len(bindings) == 1 and first.kind == "assign" and first.literal and first.loop is None
    if not once or name in inner.mutations or "compute" not in inner.uses.get(name, ()):
        return ()
    if is_metric_name(name) or is_best_name(name) or is_output_name(name) or is_data_name(name):
        return ()
    value = literal(first.value)
    if isinstance(value, dict):
        return value if is_settings(value) else ()
    number = type(value) in (int, float) and value not in _STARTS and math.isfinite(value)
    return value if number else ()


def _is_of(value: Any, definition: _Function) -> bool:
    """Return whether a value is still the function of a definition, as far as its parameters tell."""
    value = inspect.unwrap(value) if callable(value) else value
    if type(value) is not FunctionType or module_of(value) != "__main__":
        return False
    code = value.__code__
    names = [one.arg for one in parameters(definition.args)]
    return code.co_name == definition.name and list(code.co_varnames[: len(names)]) == names


def _certain(statements: list[ast.stmt]) -> list[ast.stmt]:
    """Return the statements that run whenever a function does."""
    found: list[ast.stmt] = []
    for stmt in statements:
        if isinstance(stmt, _WITHOUT):
            continue
        if isinstance(stmt, ast.For | ast.AsyncFor | ast.While | ast.With | ast.AsyncWith | ast.Try):
            pruned = copy.copy(stmt)
            pruned.body = _certain(stmt.body)
            for name in {"orelse", "finalbody", "handlers"} & set(stmt._fields):
                setattr(pruned, name, [])
            found.append(pruned)
        else:
            found.append(stmt)
    return found
