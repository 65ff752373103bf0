"""The settings that one call passes: its literal arguments, and the defaults of the notebook's own functions."""

from __future__ import annotations

import ast
import inspect
from typing import TYPE_CHECKING, Any, NamedTuple

from nbtrack.capture.foreign import forgiving, module_of
from nbtrack.capture.settings.setting import is_settings
from nbtrack.capture.source.literals import is_literal
from nbtrack.capture.source.reads import dotted
from nbtrack.capture.source.syntax import walk
from nbtrack.capture.words.calls import SCALAR_TYPES, TRAINING_METHODS
from nbtrack.capture.words.libraries import LAYER_LIBRARIES
from nbtrack.capture.words.names import (
    SETTINGS_WORDS,
    SPLITS,
    is_data_name,
    is_metric_name,
    is_output_name,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, MutableMapping

__all__ = ["Passed", "passed_by", "told_by"]

_WRAPPING = SCALAR_TYPES | {"array", "as_tensor", "asarray", "constant", "tensor"}
"""Functions that give a literal another form: `pos_weight=torch.tensor(1.5)`."""
_TELLING = ("config.update", "log_params", "log_parameters", "log_hyperparams")
"""How the functions are called that another tracker is told settings by."""
_MAX_TEXT_LENGTH = 60
"""Characters of a default: a longer text is a message or a document."""


_SHOWING = frozenset({"center", "display", "format", "join", "ljust", "print", "rjust", "upper"})
"""What a function calls that only shows something."""


class Passed(NamedTuple):
    """An argument of a call."""

    name: str
    value: Any
    named: bool = True
    """Whether the call gives it by its name, and not by its place or by leaving it out."""


@forgiving(list)
def passed_by(
    node: ast.Call,
    callee: Any,
    positional: MutableMapping[str, list[str]],
    *,
    own: bool,
    configured: bool,
    known: Mapping[str, Any] | None = None,
) -> list[Passed]:
    """Return the literal arguments of a call, and what a function of the notebook takes by default.

    Parameters
    ----------
    node, callee
        The call, and what is called.
    positional
        Gets the names of the positional parameters of the callee, if they were needed.
    own
        Whether the callee is the notebook's own.
    configured
        Whether positional arguments configure it, whatever they are.
    known
        Names whose values are settings: they count like literals.
    """
    passed = [Passed(name, value) for name, value in _keywords(node, known or {})]
    # The positional arguments of layers are shapes; rates are fractions.
    layers = module_of(callee).startswith(LAYER_LIBRARIES)
    configured = configured or (isinstance(callee, type) and not own and not layers)
    # `xgb.train({"max_depth": 2}, data, 100)`: nothing but settings is written like this.
    trains = not own and dotted(node.func).rpartition(".")[2] in TRAINING_METHODS
    taken = configured or trains or own or isinstance(callee, type)
    if not taken or not (own or any(is_literal(one) for one in node.args) or known):
        return passed
    try:
        parameters = [one for one in inspect.signature(callee).parameters.values() if one.name != "self"]
    except (TypeError, ValueError):
        return passed
    names = [one.name for one in parameters if one.kind.name.startswith("POS")]
    found: dict[str, Any] = {}
    for name, argument in zip(names, node.args, strict=False):
        if isinstance(argument, ast.Starred):
            break
        fraction = _is_fraction(argument) and isinstance(callee, type)
        plain = own and _is_choice(argument) and not is_data_name(name)
        data = is_data_name(name) and name != "n" and own and not isinstance(callee, type)
        whole = configured and not (data or _is_none(argument))
        if _is_command_line(argument):
            continue  # what is parsed of it counts
        if whole or fraction or plain or (trains and _is_given(argument)):
            found |= _evaluated(name, argument, known or {})
    if found:
        positional[dotted(node.func).rpartition(".")[2]] = names
    # Of an estimator what is not its default counts, and a text alone is only shown.
    told = own and not (hasattr(callee, "get_params") or _only_texts(node) or _only_shows(callee))
    defaults = dict(_defaults(node, parameters, names)) if told else {}
    return passed + [Passed(name, value, named=False) for name, value in (found | defaults).items()]


def told_by(node: ast.Call, name: str) -> list[Passed]:
    """Return the dicts of settings that a call tells somebody who does not train: `wandb.init(config={"lr": 0.1})`."""
    found = [
        Passed(keyword.arg, value)
        for keyword in node.keywords
        if keyword.arg in SETTINGS_WORDS and isinstance(keyword.value, ast.Dict)
        for value in _evaluated(keyword.arg, keyword.value, {}).values()
    ]
    if name.endswith(_TELLING) and len(node.args) == 1 and isinstance(node.args[0], ast.Dict):
        for value in _evaluated("told", node.args[0], {}).values():
            found += [Passed(str(key), inner) for key, inner in value.items()]
    return found


def _keywords(node: ast.Call, known: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for keyword in node.keywords:
        if keyword.arg:
            yield from _evaluated(keyword.arg, keyword.value, known).items()
        elif isinstance(keyword.value, ast.Dict):  # train(**{"lr": 0.1})
            for key, value in zip(keyword.value.keys, keyword.value.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield from _evaluated(key.value, value, known).items()


def _defaults(
    node: ast.Call, parameters: list[inspect.Parameter], names: list[str]
) -> Iterator[tuple[str, Any]]:
    """Yield what a call leaves to its default; nothing where it does not say what it gives."""
    given = {keyword.arg for keyword in node.keywords} | set(names[: len(node.args)])
    for keyword in node.keywords:
        if keyword.arg is None:
            if not isinstance(keyword.value, ast.Dict):
                return
            given |= {str(key.value) for key in keyword.value.keys if isinstance(key, ast.Constant)}
    if any(isinstance(argument, ast.Starred) for argument in node.args):
        return
    for one in parameters:
        value = one.default
        if one.name in given or value is inspect.Parameter.empty:
            continue
        if _is_off(value) and {"seed", "random"}.isdisjoint(words(one.name)):
            continue
        text = isinstance(value, str)
        if is_output_name(one.name, text=text) or is_metric_name(one.name):
            continue
        if (text and 0 < len(value) <= _MAX_TEXT_LENGTH) or (
            not isinstance(value, str | list | dict | tuple | set) and is_settings(value)
        ):
            yield one.name, value


def _is_off(value: Any) -> bool:
    """Return whether a default turns something off."""
    return value is None or value is False or (type(value) in (int, float) and value == 0)


def _only_shows(callee: Any) -> bool:
    """Return whether a function of the notebook does nothing but print."""
    code = getattr(callee, "__code__", None)
    return code is not None and bool(code.co_names) and _SHOWING.issuperset(code.co_names)


def _only_texts(node: ast.Call) -> bool:
    texts = [isinstance(one, ast.Constant | ast.JoinedStr) and not _is_number(one) for one in node.args]
    return bool(texts) and all(texts) and not node.keywords


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not isinstance(node.value, str)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_choice(node: ast.expr) -> bool:
    """Return whether a literal is a single value, or a dict of settings: what a function computes with is longer."""
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _is_choice(operand)
        case ast.Constant(value=value):
            short = isinstance(value, str) and len(value) <= _MAX_TEXT_LENGTH and value not in SPLITS
            return isinstance(value, bool | int | float) or short
        case ast.BinOp():
            return is_literal(node)
        case ast.Dict(values=values):
            return bool(values) and is_literal(node) and all(map(_is_choice, values))
    return False


def _is_command_line(node: ast.expr) -> bool:
    """Return whether a literal is the words of a command line: `["--lr", "0.5"]`."""
    return isinstance(node, ast.List | ast.Tuple) and any(
        isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value.startswith("-")
        for one in node.elts
    )


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


def _evaluated(name: str, node: ast.expr, known: Mapping[str, Any]) -> dict[str, Any]:
    """Return the value of a literal, or of a sum of literals; nothing for calls."""
    if isinstance(node, ast.Name) and node.id in known:
        return {name: known[node.id]}
    if isinstance(node, ast.Constant):
        return {name: node.value}
    match node:
        case ast.Call(func=func, args=[inner, *_]) if dotted(func).rpartition(".")[2] in _WRAPPING:
            return _evaluated(name, inner, known)
    if not is_literal(node) or any(isinstance(part, ast.Call) for part in walk(node)):
        return {}
    try:
        code = compile(ast.fix_missing_locations(ast.Expression(node)), "<literal>", "eval")
        # A literal of numbers and strings: it reads no names and calls nothing.
        return {name: eval(code, {"__builtins__": {}})}  # noqa: S307
    except (ArithmeticError, TypeError, ValueError, MemoryError):
        return {}
