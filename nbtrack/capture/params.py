"""The settings of a cell among its names: what it assigns, and what it reads that earlier cells set."""

from __future__ import annotations

import ast
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

from nbtrack.capture.foreign import forgiving, module_of
from nbtrack.capture.settings import Setting, fields_of, flatten, is_settings
from nbtrack.capture.vocabulary import is_bookkeeping_name, is_metric_name, is_schedule_name, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nbtrack.capture.analysis import CellAnalysis

__all__ = ["name_settings", "read_names"]

_TEXT = 250
_SETTINGS_WORDS = frozenset(
    "args cfg config configuration hparams hyper hyperparameters options opts params settings".split()
)


def name_settings(
    analysis: CellAnalysis,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    inner: Iterable[str],
    chosen: Iterable[str],
    results: Iterable[str],
) -> list[Setting]:
    """Return the names that the cell assigns a literal, and those it reads that earlier cells set.

    Parameters
    ----------
    analysis
        The cell.
    before, after
        Name to value, before the cell ran (those it reads) and after (the whole namespace).
    inner
        Names that functions of the notebook's read.
    chosen
        Names that earlier cells assigned a literal: dicts and texts count only if somebody wrote them.
    results
        Names that earlier tracked cells kept as metrics: what was measured is no setting.
    """
    found: list[Setting] = []
    for name, bindings in analysis.bindings.items():
        if bindings[0].loop or name in analysis.mutations or name.startswith("_"):
            continue
        if len(bindings) > 1:
            # A schedule begins with what somebody chose.
            if is_schedule_name(name) and bindings[0].literal and all(b.loop for b in bindings[1:]):
                found += _settings(name, _literal(bindings[0].value))
            continue
        value = after.get(name)
        if bindings[0].literal:
            used = (name not in analysis.uses or _is_used(analysis, name)) and _is_choice(
                analysis, name, value
            )
        else:
            used = _is_configuration(name, value)
        if used and is_settings(value):
            found += _settings(name, value)
    for name, definition in analysis.settings_classes.items():
        made = after.get(name)
        for stmt in definition.body:
            target = stmt.targets[0] if isinstance(stmt, ast.Assign) else getattr(stmt, "target", None)
            if isinstance(target, ast.Name) and not target.id.startswith("__"):
                found += _settings(f"{name}.{target.id}", getattr(made, target.id, None))
    chosen, results, inner = set(chosen), set(results), set(inner)
    for name, value in before.items():
        used = name in inner or _is_used(analysis, name)
        if used and name not in results and _is_read_setting(analysis, name, value, written=name in chosen):
            found += _settings(name, value)
    return found


def _is_used(analysis: CellAnalysis, name: str) -> bool:
    """Return whether a name is used for more than pictures, files and print-outs."""
    return "compute" in analysis.uses.get(name, ())


@forgiving(bool)
def _is_choice(analysis: CellAnalysis, name: str, value: Any) -> bool:
    """Return whether a literal is more than a list of labels; alternatives that a loop tries are."""
    labels = isinstance(value, list | tuple | set) and all(isinstance(item, str) for item in value)
    if labels:
        return bool(value) and name in analysis.iterated
    fields = fields_of(value)
    return fields is None or not all(
        isinstance(leaf, str) and leaf.startswith("#") for leaf in fields.values()
    )


@forgiving(bool)
def _is_configuration(name: str, value: Any) -> bool:
    """Return whether a computed value is somebody's settings: parsed arguments, a `config` object."""
    if type(value).__name__ == "Namespace":
        return True
    held = fields_of(value) is not None and not isinstance(value, tuple)
    return held and not _SETTINGS_WORDS.isdisjoint([*words(name), *words(type(value).__name__)])


@forgiving(bool)
def _is_read_setting(analysis: CellAnalysis, name: str, value: Any, *, written: bool) -> bool:
    """Return whether a value that the cell found there is a setting of it."""
    if (
        name.startswith("_")
        or name in analysis.mutations
        or isinstance(value, list | tuple | set | frozenset)
    ):
        return False
    if any(b.kind == "aug" for b in analysis.bindings.get(name, ())) or not is_settings(value):
        return False
    if isinstance(value, str):
        return written and len(value) <= _TEXT
    if is_metric_name(name):
        return False
    if fields_of(value) is not None:
        return written or _is_configuration(name, value)
    return written or not is_bookkeeping_name(name)


def _literal(node: ast.expr | None) -> Any:
    try:
        return None if node is None else ast.literal_eval(node)
    except ValueError:  # a sum of literals, or a call
        return ()


def _settings(name: str, value: Any) -> list[Setting]:
    return [Setting(key, leaf) for key, leaf in flatten(name, value)]


def read_names(analysis: CellAnalysis, namespace: Mapping[str, Any]) -> dict[str, bool]:
    """Return the global names that the cell reads, with whether the notebook's own code it calls does.

    That code is of the functions, classes and objects of the notebook's that are reached by the names.
    """
    names = {name: False for name in analysis.reads if name in namespace}
    queue = list(names)
    while queue:
        for code in _codes(namespace.get(queue.pop())):
            inner = [name for name in code.co_names if name in namespace]
            queue += [name for name in inner if name not in names]
            names |= dict.fromkeys(inner, True)
    return names


@forgiving(list)
def _codes(value: Any) -> list[CodeType]:
    """Return the code of a function of the notebook's, or of the methods of a class or object of its."""
    owner = value if isinstance(value, type | FunctionType) else type(value)
    if module_of(owner) != "__main__":
        return []
    functions = vars(owner).values() if isinstance(owner, type) else [owner]
    return [f.__code__ for f in functions if isinstance(f, FunctionType)]
