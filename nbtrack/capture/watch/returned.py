"""The numbers in what a call returns: in a dict, a named tuple, a dataclass, a plain tuple or a row of a table."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Mapping
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from nbtrack.capture.containers import readable
from nbtrack.capture.foreign import forgiving, module_of
from nbtrack.capture.number import shown_number
from nbtrack.capture.settings.setting import fields_of
from nbtrack.capture.source.grammar import parameters
from nbtrack.capture.source.reads import dotted
from nbtrack.capture.source.syntax import parse
from nbtrack.capture.words.calls import NUMBER_FORMS, UNWRAPPING
from nbtrack.capture.words.names import (
    RESULTS_WORDS,
    is_bookkeeping_name,
    is_metric_name,
    may_be_result,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

__all__ = [
    "are_results",
    "function_of",
    "is_report",
    "named_numbers",
    "numbers_of_tuple",
    "of_results",
    "parameters_of",
    "returned_names",
]

MAX_ENTRIES = 30
"""The most entries of a container that is looked into while a cell runs."""
_MAX_DEPTH = 3


@forgiving()
def named_numbers(value: Any, names: Sequence[str | None] = ()) -> dict[str, float] | None:
    """Return the numbers of a small container by their dotted names; None for what has no named entries.

    Parameters
    ----------
    value
        A value.
    names
        What the items of a plain tuple are called.

    Examples
    --------
    >>> named_numbers({"loss": 0.5, "per_class": {"cat": 0.25}, "of": "test"})
    {'loss': 0.5, 'per_class.cat': 0.25}
    >>> named_numbers((0.5, 3), ["loss", None])
    {'loss': 0.5}
    """
    entries = _entries(value)
    if entries is None:
        return numbers_of_tuple(value, names) if type(value) is tuple and names else None
    found: dict[str, float] = {}
    _collect(entries, "", found, 0)
    return found


def _entries(value: Any) -> Mapping[str, Any] | None:
    kind = type(value)
    if issubclass(kind, str | int | float | list):
        return None
    if kind.__name__ == "DataFrame":
        if hasattr(value, "to_dict") and len(value) == 1 and len(value.columns) <= MAX_ENTRIES:
            return {str(name): value[name].iloc[0] for name in value.columns}
        return None
    if kind.__name__ == "Series":
        labelled = hasattr(value, "to_dict") and len(value) <= MAX_ENTRIES
        return dict(value.to_dict()) if labelled and all(type(n) is str for n in value.index) else None
    entries = fields_of(value)
    return entries if entries is not None and len(entries) <= MAX_ENTRIES else None


def _collect(entries: Mapping[str, Any], path: str, found: dict[str, float], depth: int) -> None:
    report = is_report(entries)
    for key, inner in ((key, readable(one)) for key, one in entries.items()):
        if report and key == "support":
            continue
        number = shown_number(inner)
        if number is not None:
            found[f"{path}{key}"] = number
        elif depth < _MAX_DEPTH and len(found) < MAX_ENTRIES and isinstance(inner, Mapping):
            _collect({str(k): v for k, v in inner.items()}, f"{path}{key}.", found, depth + 1)


def is_report(entries: Mapping[Any, Any]) -> bool:
    """Return whether entries are a line of a classification report, which says how many rows it is about."""
    return "support" in entries and "precision" in entries and "recall" in entries


def numbers_of_tuple(value: Any, names: Sequence[str | None]) -> dict[str, float] | None:
    """Return the numbers of a tuple whose items have names."""
    if len(value) != len(names):
        return None
    numbers = {name: shown_number(one) for name, one in zip(names, value, strict=True) if name}
    return {name: number for name, number in numbers.items() if number is not None}


def of_results(
    holder: str, numbers: Mapping[str, float], *, strong: bool = False, given: Collection[str] = ()
) -> list[str]:
    """Return the names of the entries that are results.

    In a container with a result in it, or one that is called so, all are, except for counts and times.

    Parameters
    ----------
    holder
        The name of the container.
    numbers
        Its numbers, by their dotted names.
    strong
        Whether it holds results, whatever it is called.
    given
        Entries that are settings: a function returns them with its results.
    """
    last = [(name, name.rpartition(".")[2]) for name in numbers]
    last = [(name, key) for name, key in last if key not in given]
    strong = strong or is_metric_name(holder) or bool(RESULTS_WORDS.intersection(words(holder)[-1:]))
    strong = strong or are_results([key for _, key in last])
    last = [(name, key) for name, key in last if not key.startswith("_")]
    return [name for name, key in last if is_metric_name(name) or (strong and may_be_result(key))]


def are_results(keys: Iterable[str]) -> bool:
    """Return whether the entries of a container are results by their names: at least a third of those that may be.

    Of a table of features, some have such names, too: `mean area`, `area error`, `worst area`.
    """
    candidates = [key for key in keys if may_be_result(key)]
    results = sum(map(is_metric_name, candidates))
    named = all(key.replace("-", "_").isidentifier() for key in candidates if not is_metric_name(key))
    return results > 0 and named and results * 3 >= len(candidates)


# -- the names of what a function returns


@forgiving()
def function_of(node: ast.expr, namespace: Mapping[str, Any]) -> FunctionType | None:
    """Return the notebook's own function, or method of an object of its own class, that a callee is."""
    if isinstance(node, ast.Name):
        found = namespace.get(node.id)
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        owner = namespace.get(node.value.id)
        kind = owner if isinstance(owner, type) else type(owner)
        found = inspect.getattr_static(kind, node.attr, None)
    else:
        return None
    if isinstance(found, staticmethod | classmethod | MethodType):
        found = found.__func__
    found = inspect.unwrap(found) if callable(found) else found
    return found if isinstance(found, FunctionType) and module_of(found) == "__main__" else None


def parameters_of(function: FunctionType | ast.FunctionDef | None) -> frozenset[str]:
    """Return the names of a function's parameters."""
    if isinstance(function, FunctionType):
        code = function.__code__
        return frozenset(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])
    return frozenset(one.arg for one in parameters(function.args)) if function is not None else frozenset()


@forgiving(tuple)
def returned_names(function: FunctionType | ast.FunctionDef) -> tuple[str | None, ...]:
    """Return what the items of the tuple that a function returns are called in it; empty if it returns none."""
    if isinstance(function, FunctionType):
        tree = parse(textwrap.dedent(inspect.getsource(function)))
        defined = tree.body[0]
        return returned_names(defined) if isinstance(defined, ast.FunctionDef) else ()
    ends = [_items(node.value) for node in _returns(function)]
    names = ends[0] if ends else ()
    return names if names and all(len(end) == len(names) for end in ends) else ()


def _returns(function: ast.FunctionDef) -> list[ast.Return]:
    found: list[ast.Return] = []
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Return):
            found.append(node)
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.expr):
            waiting += ast.iter_child_nodes(node)
    return found


def _items(node: ast.expr | None) -> tuple[str | None, ...]:
    return tuple(_name(item) for item in node.elts) if isinstance(node, ast.Tuple) else ()


def _name(node: ast.expr) -> str | None:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return None if is_bookkeeping_name(name) else name.rstrip("_")
        case ast.Call(func=func, args=[inner, *_]) if dotted(func) in NUMBER_FORMS:
            return _name(inner)
        case ast.Call(func=ast.Attribute(value=inner, attr=attr), args=[]) if attr in UNWRAPPING:
            return _name(inner)
        case ast.Call(func=func):
            last = dotted(func).rpartition(".")[2]
            return last if is_metric_name(last) else None
        case ast.BinOp(left=left, right=right):
            # `total_loss / n` is a loss still.
            names = [name for name in map(_name, (left, right)) if name and is_metric_name(name)]
            return names[0] if names else None
    return None
