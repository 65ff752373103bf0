"""Dicts, lists, arrays and frames that hold a cell's results."""

from __future__ import annotations

import ast
import math
import re
from collections import deque
from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from nbtrack.capture.containers import readable
from nbtrack.capture.foreign import forgiving, module_of, peek
from nbtrack.capture.lazy_data import is_lazy
from nbtrack.capture.number import as_number, as_numbers, shown_number
from nbtrack.capture.results.counts import is_list_of_counts, may_count
from nbtrack.capture.results.tables import (
    is_by_number,
    is_made_as_frame,
    is_picked,
    record_leaves,
    records_of,
    settings_in_dicts,
)
from nbtrack.capture.settings.setting import fields_of
from nbtrack.capture.source.evidence import reduces_into, scores_in
from nbtrack.capture.source.literals import is_literal
from nbtrack.capture.source.reads import dotted, names_in
from nbtrack.capture.source.syntax import walk
from nbtrack.capture.watch.passes import function_called
from nbtrack.capture.watch.returned import (
    are_results,
    is_report,
    numbers_of_tuple,
    of_results,
    parameters_of,
    returned_names,
)
from nbtrack.capture.words.calls import AVERAGES, FOLD_CURVES, REDUCTIONS, THRESHOLD_CURVES
from nbtrack.capture.words.names import (
    RESULTS_WORDS,
    is_bookkeeping_name,
    is_metric_name,
    is_prediction_name,
    is_size_or_time,
    may_be_result,
    words,
)
from nbtrack.installed import is_library

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from types import FunctionType

    from nbtrack.capture.source.analysis import Binding, CellAnalysis

__all__ = ["MAX_LENGTH", "is_listed", "leaves"]

MAX_LENGTH = 1_000_000
_MAX_LEAVES = 100
_MAX_NAMED = 30
_MAX_ROWS = 12
_MAX_FRAME_ROWS = 500
_OF_SEARCHES = re.compile(r"(?:param|rank)_|split\d+_")
"""Columns of `cv_results_` beside the mean and the spread over the folds."""
_COLUMN = re.compile(r"f\d+")
_WHEN = frozenset({"epoch", "step"})
"""Keys that tell to which time the others belong."""


@forgiving(list)
def leaves(
    name: str,
    value: Any,
    analysis: CellAnalysis,
    bindings: list[Binding],
    *,
    wanted: bool,
    trains: bool,
    positions: Mapping[str, Any],
) -> list[tuple[str, list[float]]]:
    """Return the numbers and lists of numbers in a dict, list or array of results, by name.

    Parameters
    ----------
    name, value
        A name of the cell and its value now.
    analysis, bindings
        The cell, and where it binds the name.
    wanted
        Whether the user called the name a metric.
    trains
        Whether the cell trains something.
    positions
        The namespace, which shows whether a loop filled an array entry by entry.
    """
    value = readable(value)
    if is_lazy(value):
        return []  # even its length may have to be computed
    filled = name in analysis.contents_before or any(
        loop is not None for loop in analysis.mutations.get(name, ())
    )
    grown = filled and (trains or reduces_into(analysis, name))
    if not wanted and _starts_anew(name, value, bindings, analysis):
        return []
    named = _named_leaves(
        name, value, analysis, bindings, positions, wanted=wanted, filled=filled, grown=grown
    )
    if named is not None:
        return named
    strong = wanted or is_metric_name(name) or words(name)[-1] in RESULTS_WORDS
    if peek(value, "ndim", 0) == 2 and strong and filled and 1 < len(value) <= _MAX_ROWS:
        rows = [(f"{name}.{number}", as_numbers(row)) for number, row in enumerate(value)]
        return [(path, numbers) for path, numbers in rows if numbers]
    if peek(value, "ndim", 0) == 2 and _is_of_folds(bindings) and not _is_averaged(name, analysis):
        means = as_numbers(value.mean(axis=1))
        return [(name, means)] if means else []
    if not is_listed(value) or not 0 < len(value) <= MAX_LENGTH:
        return []
    plain = not is_bookkeeping_name(name) and not is_prediction_name(name)
    if isinstance(value, list | deque):
        good = strong or (grown and (plain or may_count(name)))
    elif isinstance(value, tuple):
        good = strong
    else:
        # An array that a loop fills entry by entry is a history; one that it fills with masks is data.
        by_entry = filled and any(isinstance(positions.get(i), int) for i in analysis.indices.get(name, ()))
        good = (strong and (filled or _is_made_of_scores(bindings))) or (
            plain and (by_entry or _is_reduced(bindings, analysis) or _is_of_folds(bindings))
        )
        good = good or _is_validated(bindings)
    numbers = as_numbers(value) if good or wanted else None
    counted = numbers and isinstance(value, list) and is_list_of_counts(name, numbers, analysis)
    return [(name, numbers)] if numbers and (strong or counted or _is_curve(numbers)) else []


def _starts_anew(name: str, value: Any, bindings: list[Binding], analysis: CellAnalysis) -> bool:
    """Return whether a list has the values of the last pass alone, of which the cell takes the mean in each pass."""
    if not isinstance(value, list) or not bindings or not all(b.loop and b.literal for b in bindings):
        return False
    shown = (call.node for call in analysis.calls if dotted(call.node.func).rpartition(".")[2] in REDUCTIONS)
    return any(name in names_in(node) for node in shown)


def _named_leaves(
    name: str,
    value: Any,
    analysis: CellAnalysis,
    bindings: list[Binding],
    positions: Mapping[str, Any],
    *,
    wanted: bool,
    filled: bool,
    grown: bool,
) -> list[tuple[str, list[float]]] | None:
    """Return the leaves of a value whose parts have names, or None for another."""
    calls = [b.value for b in bindings[-1:] if b.kind == "assign" and isinstance(b.value, ast.Call)]
    function = function_called(calls[0], analysis, positions) if calls else None
    if type(value) is tuple and function is not None and (returned := _returned(name, value, function)):
        return returned
    entries = _entries_of(value)
    if entries is not None:
        shown = "shown" in analysis.uses.get(name, ())
        # A row that was chosen from a table of results tells what was the best.
        row = function is None and is_picked(name, bindings, analysis)
        given = frozenset() if row else settings_in_dicts(analysis) | parameters_of(function)
        given |= frozenset() if filled else _written_out(bindings)
        alike = _is_keyed(name, bindings, analysis) and not any(map(is_metric_name, map(str, entries)))
        found = _mapping_leaves(
            name, entries, strong=wanted, filled=grown, shown=shown, given=given, row=row, alike=alike
        )
        return list(found)
    if type(value).__name__ == "DataFrame" and hasattr(value, "columns"):
        if len(value) > _MAX_FRAME_ROWS or not (filled or function is not None or is_made_as_frame(bindings)):
            return []
        columns = {str(c): list(value[c]) for c in value.columns}
        if len(value) == 1:
            columns = {key: column[0] for key, column in columns.items()}
        return list(_mapping_leaves(name, columns, given=settings_in_dicts(analysis)))
    if type(value).__name__ == "Series" and is_by_number(name, value, wanted=wanted):
        numbers = as_numbers(value.tolist())
        return [(name, numbers)] if numbers else []
    rows = records_of(value)
    return list(record_leaves(name, rows, analysis)) if rows else None


def _returned(
    name: str, value: Any, function: FunctionType | ast.FunctionDef
) -> list[tuple[str, list[float]]]:
    """Return the results in a tuple that a function of the notebook returned, by their names in it."""
    names = returned_names(function)
    found = numbers_of_tuple(value, names) or {}
    results = of_results(name, found, given=parameters_of(function))
    leaves: list[tuple[str, list[float]]] = [(f"{name}.{key}", [found[key]]) for key in results]
    for key, one in zip(names, value, strict=False):
        numbers = as_numbers(one) if key and is_metric_name(key) and is_listed(one) else None
        if numbers:
            leaves.append((f"{name}.{key}", numbers))
    return leaves


def is_listed(value: Any) -> bool:
    """Return whether a value is a list, a tuple or a 1-d array."""
    if isinstance(value, list | tuple | deque):
        return readable(value) is value
    return is_library(module_of(type(value))) and peek(value, "ndim", 0) == 1 and not is_lazy(value)


def _is_made_of_scores(bindings: list[Binding]) -> bool:
    return any(
        (b.kind == "unpack" and not _is_over_thresholds(b.value))
        or (b.value is not None and (scores_in(b.value) or _is_array_of_items(b.value)))
        for b in bindings
    )


def _is_validated(bindings: list[Binding]) -> bool:
    """Return whether an array has the scores of a cross-validation: `s = -cross_val_score(model, X, y)`."""
    return bool(bindings) and all(
        b.loop is None
        and b.value is not None
        and any(
            isinstance(part, ast.Call) and dotted(part.func).rpartition(".")[2] == "cross_val_score"
            for part in walk(b.value)
        )
        for b in bindings
    )


def _is_over_thresholds(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] in THRESHOLD_CURVES


def _is_array_of_items(node: ast.expr) -> bool:
    """Return whether an expression creates an array item by item: `np.array([f(v) for v in values])`."""
    return isinstance(node, ast.Call) and any(isinstance(argument, ast.ListComp) for argument in node.args)


def _is_of_folds(bindings: list[Binding]) -> bool:
    """Return whether an array has the scores of folds, a row for each size or setting: `learning_curve`, `validation_curve`."""
    return any(
        b.kind == "unpack" and isinstance(b.value, ast.Call) and dotted(b.value.func).endswith(FOLD_CURVES)
        for b in bindings
    )


def _is_averaged(name: str, analysis: CellAnalysis) -> bool:
    """Return whether the cell has a name for the average of an array."""
    return any(name in _averaged(b) for others in analysis.bindings.values() for b in others)


def _is_reduced(bindings: list[Binding], analysis: CellAnalysis) -> bool:
    """Return whether an array is a mean over one axis of an array of scores."""
    return any(
        is_metric_name(name) or _is_of_folds(analysis.bindings.get(name, []))
        for b in bindings
        for name in _averaged(b)
    )


def _averaged(binding: Binding) -> set[str]:
    """Return the names in an average."""
    value = binding.value
    if isinstance(value, ast.Call) and dotted(value.func).rpartition(".")[2] in AVERAGES:
        return names_in(value)
    return set()


def _entries_of(value: Any) -> Mapping[Any, Any] | None:
    """Return the entries of a dict, a history object, a named result or a short labelled Series, by name."""
    if isinstance(value, Mapping):
        return value
    # A fit of statsmodels keeps in it how it went on its way.
    history = None if module_of(type(value)).startswith("statsmodels.") else readable(peek(value, "history"))
    if isinstance(history, Mapping):
        return history
    if type(value).__name__ == "Series":
        labelled = (
            hasattr(value, "to_dict")
            and len(value) <= _MAX_NAMED
            and all(isinstance(n, str) for n in value.index)
        )
        return dict(value.to_dict()) if labelled else None
    return fields_of(value)


def _mapping_leaves(
    name: str,
    entries: Mapping[Any, Any],
    *,
    strong: bool = False,
    filled: bool = False,
    shown: bool = False,
    depth: int = 0,
    given: Collection[str] = (),
    row: bool = False,
    alike: bool = False,
) -> Iterator[tuple[str, list[float]]]:
    if len(entries) > _MAX_LEAVES or depth > 3:
        return
    strong = strong or is_metric_name(name.rpartition(".")[2]) or words(name)[-1] in RESULTS_WORDS
    report = is_report(entries)
    # Where some entries are results, the others are, too.
    keys = [str(key) for key, one in entries.items() if _is_of_numbers(one)]
    beside = (row and any(map(is_metric_name, keys))) or (not strong and are_results(keys))
    columns = _are_columns(keys)
    for key, inner in ((key, readable(one)) for key, one in entries.items()):
        label = str(key)
        if label.startswith("_") or (report and label == "support") or (columns and _COLUMN.fullmatch(label)):
            continue
        if label in given and not depth and is_listed(inner):
            continue  # a list that stands in the source: what a search tries
        path = f"{name}.{label}"
        if isinstance(inner, Mapping):
            if words(label)[-1:] == ("params",):
                continue  # what a search has chosen
            yield from _mapping_leaves(path, inner, strong=strong, shown=shown, depth=depth + 1, given=given)
            continue
        if _OF_SEARCHES.match(label):
            continue
        # In a dict of results every key is a metric, except for times and counts.
        good = is_metric_name(label) or (strong and (may_be_result(label) or len(label) == 1))
        good = good or (beside and (row or may_be_result(label)) and label not in given)
        good = good or (strong and alike)
        number = shown_number(inner) if good else as_number(inner)
        if number is not None:
            told = isinstance(inner, float) and not is_size_or_time(label) and label not in _WHEN
            if good or (shown and told):
                yield path, [number]
        elif is_listed(inner) and len(inner) <= MAX_LENGTH:
            numbers = as_numbers(inner) if good or (filled and isinstance(inner, list)) else None
            if numbers and (good or _is_curve(numbers)):
                yield path, numbers


def _written_out(bindings: list[Binding]) -> frozenset[str]:
    """Return the keys of a dict whose values stand in the source."""
    shown = bindings[-1].value if bindings else None
    if not isinstance(shown, ast.Dict):
        return frozenset()
    pairs = zip(shown.keys, shown.values, strict=True)
    return frozenset(str(k.value) for k, v in pairs if isinstance(k, ast.Constant) and is_literal(v))


def _are_columns(keys: list[str]) -> bool:
    """Return whether keys are those of numbered columns: there `f1` is no score."""
    return "f1" in keys and sum(_COLUMN.fullmatch(key) is not None for key in keys) > 1


def _is_keyed(name: str, bindings: list[Binding], analysis: CellAnalysis) -> bool:
    """Return whether a dict has one entry for each thing tried, such as a model, whatever it is called: `scores[name] = ...`."""
    computed = any(one == name and depth == 0 for one, depth, _ in analysis.computed_keys)
    return computed or any(isinstance(b.value, ast.DictComp) for b in bindings[-1:])


def _is_of_numbers(value: Any) -> bool:
    """Return whether an entry is a number, or seems to be a list of them."""
    value = readable(value)
    if isinstance(value, list):
        return bool(value) and as_number(value[0]) is not None
    return shown_number(value) is not None


def _is_curve(values: list[float]) -> bool:
    """Return whether values look like a history: several fractions that are not a range of settings."""
    return len(values) > 1 and not all(v.is_integer() for v in values) and not _is_grid(values)


def _is_grid(values: list[float]) -> bool:
    """Return whether values are evenly spaced, like a range of settings and unlike results."""
    if len(values) < 3:
        return False
    steps = [b - a for a, b in pairwise(values)]
    return all(math.isclose(step, steps[0], rel_tol=1e-6) for step in steps)
