"""Tables of results: lists of records, frames, and series with a number a row."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nbtrack.capture.containers import readable
from nbtrack.capture.number import as_numbers
from nbtrack.capture.settings.setting import fields_of
from nbtrack.capture.source.choices import is_chosen
from nbtrack.capture.source.evidence import counts, evaluates, tainted_names
from nbtrack.capture.source.reads import dotted, keys_of, names_in
from nbtrack.capture.words.names import (
    is_bookkeeping_name,
    is_metric_name,
    is_size_or_time,
    is_statistic_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbtrack.capture.source.analysis import Binding, CellAnalysis

__all__ = [
    "is_by_number",
    "is_made_as_frame",
    "is_picked",
    "record_leaves",
    "records_of",
    "settings_in_dicts",
]

_MAX_ROWS = 100_000
_MAX_NAMED = 60


def is_made_as_frame(bindings: Sequence[Binding]) -> bool:
    """Return whether a frame is made of values, or by a cross-validation: `catboost.cv`."""
    return any(
        (isinstance(part, ast.Call) and dotted(part.func).endswith("DataFrame"))
        or (part is b.value and isinstance(part, ast.Call) and dotted(part.func).rpartition(".")[2] == "cv")
        for b in bindings
        if b.value is not None
        for part in _chain(b.value)
    )


def _chain(node: ast.expr) -> Iterator[ast.expr]:
    """Yield a call, and those whose results its methods are of: `DataFrame(rows).set_index("model").round(3)`."""
    while isinstance(node, ast.Call | ast.Attribute | ast.Subscript):
        yield node
        node = node.func if isinstance(node, ast.Call) else node.value


def is_picked(name: str, bindings: Sequence[Binding], analysis: CellAnalysis) -> bool:
    """Return whether a row was taken out of a table: `table.iloc[0]`, `max(rows, key=...)`, `rows[best]`."""
    if not bindings or bindings[-1].kind != "assign" or name in analysis.mutations:
        return False
    match bindings[-1].value:
        case ast.Subscript():
            return True
        case ast.Call(func=ast.Name(id="max" | "min")):
            return True
        case ast.Call(func=ast.Attribute(attr="row" | "iloc" | "loc" | "squeeze" | "idxmax" | "idxmin")):
            return True
    return False


def is_by_number(name: str, value: Any, *, wanted: bool) -> bool:
    """Return whether a Series has a result for each of some numbers, such as horizons: no rows of data."""
    index = value.index
    if not (wanted or is_metric_name(name)) or not 2 <= len(value) <= _MAX_NAMED or value.dtype.kind != "f":
        return False
    rows = type(index).__name__ == "RangeIndex" and index[0] == 0
    return not rows and bool(index.is_monotonic_increasing and index.is_unique)


def records_of(value: Any) -> list[Mapping[str, Any]]:
    """Return the rows of a list of dicts, named tuples or dataclasses; nothing for another value."""
    value = readable(value)
    if not isinstance(value, list) or not 0 < len(value) <= _MAX_ROWS:
        return []
    if all(isinstance(item, Mapping) for item in value):
        rows = [readable(item) for item in value]
        return rows if all(isinstance(item, Mapping) for item in rows) else []
    if fields_of(value[0]) is None or any(type(item) is not type(value[0]) for item in value):
        return []
    return [fields_of(item) or {} for item in value]


def record_leaves(
    name: str, rows: Sequence[Mapping[Any, Any]], analysis: CellAnalysis
) -> Iterator[tuple[str, list[float]]]:
    """Yield the columns of a list of records that are results.

    Beside a result, what the cell computes for a record is one, too; what it was computed for, a setting, is none.
    """
    keys = [key for key in rows[0] if isinstance(key, str)]
    beside = any(is_metric_name(key) for key in keys)
    written = entries_in_dicts(analysis) if beside else {}
    tainted = tainted_names(analysis) if beside else set()
    settings = settings_in_dicts(analysis) if beside else frozenset()
    for key in keys:
        if not is_metric_name(key):
            found = [node for node in written.get(key, ()) if evaluates(node) or tainted & names_in(node)]
            odd = is_size_or_time(key) or (
                is_bookkeeping_name(key) and not is_statistic_name(key) and not found
            )
            if not beside or key in settings or odd:
                continue
        numbers = as_numbers([row.get(key) for row in rows])
        if numbers:
            yield f"{name}.{key}", numbers


def entries_in_dicts(analysis: CellAnalysis) -> dict[str, list[ast.expr]]:
    """Return what the cell writes under each key of its dicts."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(analysis.tree):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    found.setdefault(key.value, []).append(value)
        elif isinstance(node, ast.Call):
            # `dict(C=C, acc=acc)`, `Row(C, acc=acc)`
            for keyword in node.keywords:
                if keyword.arg:
                    found.setdefault(keyword.arg, []).append(keyword.value)
    return found


def settings_in_dicts(analysis: CellAnalysis) -> frozenset[str]:
    """Return the keys under which the cell writes settings, loop variables and sizes alone: `{"C": C, "rows": len(X)}`."""
    return frozenset(
        key
        for key, values in entries_in_dicts(analysis).items()
        if all(_is_setting(node, analysis) for node in values)
    )


def _is_setting(node: ast.expr, analysis: CellAnalysis) -> bool:
    if counts(node):
        return True
    if isinstance(node, ast.Name):
        bindings = analysis.bindings.get(node.id, ())
        given = not bindings and node.id in analysis.reads
        return given or (bool(bindings) and all(b.kind == "loop" or b.chosen for b in bindings))
    if isinstance(node, ast.Attribute | ast.Subscript):
        root, _ = keys_of(node)
        return isinstance(root, ast.Name) and _is_setting(root, analysis)
    return is_chosen(node, ())
