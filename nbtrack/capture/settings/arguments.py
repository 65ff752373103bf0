"""The literal arguments of the calls that configure training."""

from __future__ import annotations

import ast
import builtins
import dataclasses
import re
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from nbtrack.capture.foreign import forgiving, module_of
from nbtrack.capture.settings.own import held_by
from nbtrack.capture.settings.passed import Passed, passed_by, told_by
from nbtrack.capture.settings.setting import Setting, fields_of, flatten
from nbtrack.capture.source.grammar import HOOK
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
    LOSS_LIBRARIES,
    OPTIMISER_LIBRARIES,
    TENSOR_LIBRARIES,
)
from nbtrack.capture.words.names import is_metric_name, is_output_name, is_training_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, MutableMapping

    from nbtrack.capture.source.analysis import Call, CellAnalysis

__all__ = ["ConfiguringCall", "call_settings", "evaluates_only", "settings_of_calls"]

_OF_LIBRARIES = re.compile(r"\A(?:config|params)\.")
_LABELS = frozenset({"metrics", "name"})
"""Arguments of libraries that say what something is called, and what is shown of it."""


def call_settings(
    analysis: CellAnalysis,
    namespace: Mapping[str, Any],
    positional: MutableMapping[str, list[str]],
    left_out: Callable[[ast.Call, Passed], bool] = lambda _call, _passed: False,
) -> list[Setting]:
    """Return the literal arguments of the calls that configure training.

    Keyword arguments of constructors, of `fit` and similar methods, and of functions that split, search or
    train; positional ones too where the callee is a function or class of the notebook's own, or an
    optimiser, whose signature tells their names. Of the notebook's own, the defaults that a call leaves as they are, too.

    Parameters
    ----------
    analysis, namespace
        The cell, and the namespace after it.
    positional
        Gets the names of the positional parameters of the callees whose signature was needed.
    left_out
        Says which arguments of a call are none: those of an estimator that was never fitted.
    """
    calls = _without_evaluating(settings_of_calls(analysis, namespace, positional))
    # `fit(data, 4)` beside `fit(data, rounds=9)`: what is given by name is the one that is meant.
    named = {(one.call.name, passed.name) for one in calls for passed in one.passed if passed.named}
    return [
        setting
        for one in calls
        for passed in one.passed
        if not left_out(one.call.node, passed)
        if passed.named or (one.call.name, passed.name) not in named
        for setting in one.settings(passed)
    ]


class ConfiguringCall(NamedTuple):
    """A call that configures training: what is called, the name that gets its result, and its arguments."""

    call: Call
    callee: Any
    owner: str | None
    prefix: str
    passed: list[Passed]

    def settings(self, passed: Passed) -> list[Setting]:
        """Return one of its arguments as settings, without those that only say how it runs."""
        own = module_of(self.callee) == "__main__"
        return [
            # `xgb.train({"eta": 0.1}, ...)`: the dict has no name but that which the library has for it.
            Setting(key if own else _OF_LIBRARIES.sub("", key), leaf, self.prefix, spare=True)
            for key, leaf in flatten(passed.name, passed.value)
            if key.rpartition(".")[2] not in RUNNING_SETTINGS
        ]


def settings_of_calls(
    analysis: CellAnalysis,
    namespace: Mapping[str, Any],
    positional: MutableMapping[str, list[str]],
    known: Mapping[str, Any] | None = None,
) -> list[ConfiguringCall]:
    """Return the calls that configure training.

    `known` are names that count like literals, with their values.
    """
    calls: list[ConfiguringCall] = []
    written_out, owners = _written_out(analysis, namespace), _owners(analysis)
    # A function that is called once, only for its effect, on a notebook's object or on data, does the training.
    effects = analysis.effects
    workers = {call.name.partition(".")[0] for call in analysis.calls if id(call.node) in effects}
    for call in analysis.calls:
        if id(call.node) in written_out or call.context in {"plot", "io"}:
            continue
        if call.role in {"plot", "io", "show"}:
            continue
        callee = _callee(call.node.func, namespace) if call.root else None
        if callee is None and call.root:  # Model(3).fit(X, n_epochs=30)
            callee = _method_of_class(call.name, namespace)
        loss = call.role == "score" and module_of(callee).startswith(LOSS_LIBRARIES)
        if call.role == "score" and "cross_val" not in call.name and not loss:
            continue
        own = module_of(callee) == "__main__"
        owner = owners.get(id(call.node))
        works = own and (id(call.node) in effects or owner in workers)
        if not (works or loss) and not _configures(call.name, callee, own=own):
            told = told_by(call.node, call.name)
            calls += [ConfiguringCall(call, callee, owner, "", told)] if told else []
            continue
        last = call.name.rpartition(".")[2]
        configured = (
            works
            or module_of(callee).startswith(OPTIMISER_LIBRARIES)
            or (not own and "stopping" in last)
            or (own and (_is_model_like(callee) or is_training_name(getattr(callee, "__name__", ""))))
        )
        prefix = _prefix(call, owner, callee, own=own)
        passed = passed_by(call.node, callee, positional, own=own, configured=configured, known=known)
        wanted = [
            one
            for one in passed
            # `set_params(ridge__alpha=1)` is the step's own setting already.
            if one.name not in OUTPUT_ARGUMENTS and "__" not in one.name
            if not is_output_name(one.name, text=isinstance(one.value, str))
            if own or one.name not in _LABELS
            if one.name != "batch_size" or own or not evaluates_only(owner or "")
        ]
        calls.append(ConfiguringCall(call, callee, owner, prefix, wanted))
    return calls


def _written_out(analysis: CellAnalysis, namespace: Mapping[str, Any]) -> set[int]:
    """Return the `id` of the calls that are passed over: `config = Config(lr=0.1)` is `config.lr` already."""
    return {
        id(b.value)
        for name, bindings in analysis.bindings.items()
        for b in bindings
        if b.literal and (fields_of(namespace.get(name)) or held_by(namespace.get(name))) is not None
    }


def _owners(analysis: CellAnalysis) -> dict[int, str]:
    """Return by the `id` of a call: the name that gets its result."""
    return {
        id(part): name
        for name, bindings in analysis.bindings.items()
        for b in bindings
        if b.kind == "assign" and b.value is not None and not b.loop
        for part in walk(b.value)
        if isinstance(part, ast.Call)
    }


def _prefix(call: Call, owner: str | None, callee: Any, *, own: bool) -> str:
    target = call.name.split(".")
    prefix = target[-1] if target[-1] not in TRAINING_METHODS else target[0]
    # Two models or loaders of one class are distinguished by their names.
    if owner is not None and (own or isinstance(callee, type)):
        return f"{owner}.{prefix}"
    return prefix


def _without_evaluating(calls: list[ConfiguringCall]) -> list[ConfiguringCall]:
    """Leave out what a model is only evaluated with, where its like trains it: `test_loader` beside `train_loader`."""
    trained = {one.call.name for one in calls if one.owner and _TRAINS.match(one.owner)}
    return [one for one in calls if one.call.name not in trained or not evaluates_only(one.owner or "")]


_TRAINS = re.compile(r"(?:.*_)?tr(?:ai?n)?(?:ing)?(?:_|$|loader|dl|iter|set|ds|data)", re.IGNORECASE)
_EVALUATES = re.compile(
    r"(?:.*_)?(?:te(?:st)?|val(?:id(?:ation)?)?|dev|eval)(?:_|$|loader|dl|iter|set|ds|data)", re.IGNORECASE
)


def evaluates_only(name: str) -> bool:
    """Return whether a name is of what a model is evaluated with: `test_loader`."""
    return _EVALUATES.match(name) is not None


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


@forgiving()
def _method_of_class(name: str, namespace: Mapping[str, Any]) -> Any:
    """Return the method that is called of a new object, `Model.fit` where the code has `Model(3).fit(X)`."""
    root, _, method = name.rpartition(".")
    made = namespace.get(root)
    return getattr(made, method, None) if isinstance(made, type) else None


@forgiving(bool)
def _configures(name: str, callee: Any, *, own: bool) -> bool:
    last = name.rpartition(".")[2]
    if own and isinstance(callee, type):
        return _is_model_like(callee)
    if own:
        return is_training_name(last) or not (is_metric_name(last) or is_output_name(last))
    module = module_of(callee)
    library, _, rest = module.partition(".")
    if library in FOREIGN or f"{library}.{rest.partition('.')[0]}" in FOREIGN:
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
