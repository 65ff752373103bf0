"""The literal arguments of the calls that configure training."""

from __future__ import annotations

import ast
import builtins
import dataclasses
import inspect
from types import ModuleType
from typing import TYPE_CHECKING, Any

from nbtrack.capture.foreign import forgiving, module_of
from nbtrack.capture.settings.setting import Setting, fields_of, flatten
from nbtrack.capture.source.grammar import HOOK
from nbtrack.capture.source.literals import is_literal
from nbtrack.capture.source.reads import dotted
from nbtrack.capture.source.syntax import walk
from nbtrack.capture.words.calls import (
    LEARNING_METHODS,
    OUTPUT_ARGUMENTS,
    RUNNING_SETTINGS,
    TRAINING_FUNCTIONS,
    TRAINING_METHODS,
)
from nbtrack.capture.words.libraries import (
    FOREIGN,
    FOREIGN_PARTS,
    LAYER_LIBRARIES,
    OPTIMISER_LIBRARIES,
    TENSOR_LIBRARIES,
)
from nbtrack.capture.words.names import SPLITS, is_metric_name, is_training_name, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, MutableMapping

    from nbtrack.capture.source.analysis import Call, CellAnalysis

__all__ = ["call_settings"]

_LABELS = frozenset({"metrics", "name"})
"""Arguments of libraries that say what something is called, and what is shown of it."""


def call_settings(
    analysis: CellAnalysis, namespace: Mapping[str, Any], positional: MutableMapping[str, list[str]]
) -> list[Setting]:
    """Return the literal arguments of the calls that configure training.

    Keyword arguments of constructors, of `fit` and similar methods, and of functions that split, search or
    train; positional ones too where the callee is a function or class of the notebook's own, or an
    optimiser, whose signature tells their names.

    Parameters
    ----------
    analysis, namespace
        The cell, and the namespace after it.
    positional
        Gets the names of the positional parameters of the callees whose signature was needed.
    """
    found: list[Setting] = []
    # `config = Config(lr=0.1)` is `config.lr` already.
    written_out = {
        id(b.value)
        for name, bindings in analysis.bindings.items()
        for b in bindings
        if b.literal and fields_of(namespace.get(name)) is not None
    }
    owners = {
        id(part): name
        for name, bindings in analysis.bindings.items()
        for b in bindings
        if b.kind == "assign" and b.value is not None and not b.loop
        for part in walk(b.value)
        if isinstance(part, ast.Call)
    }
    # A function that is called once, only for its effect, on a notebook's object or on data, does the training.
    effects = analysis.effects
    workers = {call.name.partition(".")[0] for call in analysis.calls if id(call.node) in effects}
    for call in analysis.calls:
        if id(call.node) in written_out or _is_aside(call):
            continue
        callee = _callee(call.node.func, namespace) if call.root else None
        own = module_of(callee) == "__main__"
        works = own and (id(call.node) in effects or owners.get(id(call.node)) in workers)
        if not works and not _configures(call.name, callee, own=own):
            continue
        target = call.name.split(".")
        prefix = target[-1] if target[-1] not in TRAINING_METHODS else target[0]
        # Two models of one class are distinguished by their names.
        prefix = f"{owners[id(call.node)]}.{prefix}" if own and id(call.node) in owners else prefix
        given = _arguments(call.node, callee, positional, own=own, works=works)
        found += _settings(given, prefix, "" if own else owners.get(id(call.node), ""), own=own)
    return found


def _is_aside(call: Call) -> bool:
    """Return whether a call plots, reads, writes, shows or scores something, or is an argument of one that does."""
    role = call.role in {"plot", "io", "show", "score"} and "cross_val" not in call.name
    return role or call.context in {"plot", "io"}


def _settings(given: Iterable[tuple[str, Any]], prefix: str, owner: str, *, own: bool) -> Iterator[Setting]:
    """Yield the settings that the arguments of a call are, whose result has the name `owner`."""
    for name, value in given:
        # `set_params(ridge__alpha=1)` is the step's own setting already.
        if name in OUTPUT_ARGUMENTS or "__" in name or (name in _LABELS and not own):
            continue
        if name == "batch_size" and _evaluates(owner):
            continue
        for key, leaf in flatten(name, value):
            if key.rpartition(".")[2] not in RUNNING_SETTINGS:
                # `xgb.train({"eta": 0.1}, ...)`: the dict has no name but that which the library has for it.
                plain = key if own else key.removeprefix("params.")
                yield Setting(plain, leaf, prefix, spare=True)


def _evaluates(owner: str) -> bool:
    """Return whether a name is of something that no training gets: `val_loader`, the batches of which change nothing."""
    return any(SPLITS.get(word, "train") != "train" for word in words(owner))


@forgiving()
def _callee(node: ast.expr, namespace: Mapping[str, Any]) -> Any:
    """Return the object that a callee's name refers to, without running the user's code."""
    if isinstance(node, ast.Name):
        return namespace.get(node.id, getattr(builtins, node.id, None))
    if isinstance(node, ast.Attribute):
        base = _callee(node.value, namespace)
        if isinstance(base, ModuleType | type):
            return getattr(base, node.attr, None)
        return getattr(type(base), node.attr, None) if base is not None else None
    if isinstance(node, ast.Call) and dotted(node.func).startswith(HOOK) and node.args:
        return _callee(node.args[0], namespace)  # the fit of what is watched
    return None


@forgiving(bool)
def _configures(name: str, callee: Any, *, own: bool) -> bool:
    last = name.rpartition(".")[2]
    if own and isinstance(callee, type):
        return _is_model_like(callee)
    if own:
        return is_training_name(last) or not is_metric_name(last)
    module = module_of(callee)
    if any(module == part or module.startswith(f"{part}.") for part in FOREIGN):
        return False
    if module.startswith(FOREIGN_PARTS):
        return False
    if last in TRAINING_METHODS and "." in name:
        return True
    if isinstance(callee, type):
        return not issubclass(callee, BaseException)
    if callee is None:
        return last[:1].isupper() and not last.isupper()
    if module.startswith(TENSOR_LIBRARIES) and "optim" not in module:
        return False
    return module.startswith(("sklearn.", *OPTIMISER_LIBRARIES)) or any(
        part in last for part in TRAINING_FUNCTIONS
    )


def _is_model_like(callee: Any) -> bool:
    """Return whether a notebook's class is a model or contains settings."""
    if not isinstance(callee, type):
        return False
    return dataclasses.is_dataclass(callee) or (
        "__call__" in vars(callee)
        or any(method in LEARNING_METHODS or is_training_name(method) for method in dir(callee))
    )


@forgiving(list)
def _arguments(
    node: ast.Call, callee: Any, positional: MutableMapping[str, list[str]], *, own: bool, works: bool
) -> list[tuple[str, Any]]:
    return list(_literal_arguments(node, callee, positional, own=own, works=works))


def _literal_arguments(
    node: ast.Call, callee: Any, positional: MutableMapping[str, list[str]], *, own: bool, works: bool
) -> Iterator[tuple[str, Any]]:
    for keyword in node.keywords:
        if keyword.arg and is_literal(keyword.value):
            yield from _evaluated(keyword.arg, keyword.value)
    is_configured = works or (
        own and (_is_model_like(callee) or is_training_name(getattr(callee, "__name__", "")))
    )
    # The positional arguments of layers are shapes; rates are fractions.
    module = module_of(callee)
    is_made = isinstance(callee, type) and not module.startswith(LAYER_LIBRARIES)
    is_configured = is_configured or (not own and (is_made or module.startswith(OPTIMISER_LIBRARIES)))
    # `xgb.train({"max_depth": 2}, data, 100)`: nothing but settings is written like this.
    trains = not own and dotted(node.func).rpartition(".")[2] in TRAINING_METHODS
    plain = [
        is_literal(argument) and (is_configured or _is_fraction(argument) or (trains and _is_given(argument)))
        for argument in node.args
    ]
    if not any(plain) or not (is_configured or trains or isinstance(callee, type)):
        return
    try:
        names = [
            p.name for p in inspect.signature(callee).parameters.values() if p.kind.name.startswith("POS")
        ]
    except (TypeError, ValueError):
        return
    names = names[1:] if names[:1] == ["self"] else names
    positional[dotted(node.func).rpartition(".")[2]] = names
    for name, argument, wanted in zip(names, node.args, plain, strict=False):
        if wanted and (is_configured or isinstance(callee, type) or _is_given(argument)):
            yield from _evaluated(name, argument)


def _is_given(node: ast.expr) -> bool:
    """Return whether a literal is a number, a dict, or a list of names and values, and thus no data."""
    if isinstance(node, ast.List):
        return bool(node.elts) and all(
            isinstance(one, ast.Tuple) and len(one.elts) == 2 and _is_name(one.elts[0]) for one in node.elts
        )
    number = isinstance(node, ast.Constant) and type(node.value) in (int, float)
    return number or isinstance(node, ast.Dict)


def _is_name(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_fraction(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, float)


def _evaluated(name: str, node: ast.expr) -> Iterator[tuple[str, Any]]:
    """Yield the value of a literal, or of a sum of literals; nothing for calls."""
    if any(isinstance(part, ast.Call) for part in ast.walk(node)):
        return
    try:
        code = compile(ast.fix_missing_locations(ast.Expression(node)), "<literal>", "eval")
        # A literal of numbers and strings: it reads no names and calls nothing.
        yield name, eval(code, {"__builtins__": {}})  # noqa: S307
    except (ArithmeticError, TypeError, ValueError, MemoryError):
        return
