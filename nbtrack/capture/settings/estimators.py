"""The models that a cell fitted, and their data."""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from nbtrack.capture.containers import readable
from nbtrack.capture.data import first_rows
from nbtrack.capture.foreign import FAULTS, forgiving, has_method, module_of, peek
from nbtrack.capture.settings.setting import Setting, flatten, is_settings
from nbtrack.capture.words.calls import OUTPUT_ARGUMENTS
from nbtrack.installed import is_library
from nbtrack.records import EstimatorRecord

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, MutableMapping

__all__ = [
    "Described",
    "Fitted",
    "changed_params",
    "describe",
    "estimator_settings",
    "is_estimator",
    "is_optimiser",
    "loader_settings",
    "optimiser_settings",
    "record",
    "state",
]


_SET_BY_FIT = [("objective", "multi:softprob")]
"""Parameters that an estimator's own `fit` changes: XGBoost's, for more than two classes."""


class Described(NamedTuple):
    """The settings of an estimator at one moment, without its name before their prefixes."""

    settings: list[tuple[Setting, int]]
    """With the `id` of the object that each is of."""
    positional: dict[str, list[str]]
    """The names of the arguments that their classes take without their names."""

    def named(self, name: str, known: Collection[int] = ()) -> list[Setting]:
        """Return the settings of the estimator under a name, without those of objects that are settings under their own."""
        return [
            one._replace(prefix=f"{name}{one.prefix}") for one, owner in self.settings if owner not in known
        ]


class Fitted:
    """An estimator that the cell fitted: its variable's name, the object, the first rows of its data and their shape."""

    __slots__ = ("data", "described", "estimator", "name", "predicted", "shape")

    def __init__(self, name: str, estimator: Any, data: Any = None, shape: tuple[int, ...] = ()) -> None:
        self.predicted: tuple[int, int, Any] | None = None
        """What the cell saw it predict: for how many rows, how many predictions, and the first of these."""
        self.name = name
        self.estimator = estimator
        self.described: Described | None = None
        """Its settings as they were at the fit, if that was seen."""
        self.data = data
        self.shape = shape


@forgiving(bool)
def is_estimator(value: Any) -> bool:
    """Return whether a value follows scikit-learn's protocol."""
    return has_method(value, "fit", "get_params") and not isinstance(value, type)


@forgiving(bool)
def is_optimiser(value: Any) -> bool:
    """Return whether a value is one of torch's optimisers."""
    torch = sys.modules.get("torch")
    return torch is not None and hasattr(torch, "optim") and isinstance(value, torch.optim.Optimizer)


@forgiving(frozenset)
def state(value: Any) -> frozenset[str]:
    """Return the fitted attributes of an estimator; a later fit changes them."""
    names: set[str] = set()
    for key, inner in list(getattr(value, "__dict__", {}).items()):
        if key.endswith("_") and not key.startswith("_"):
            # A new array or number under an existing name means a new fit.
            names.add(f"{key}:{id(inner)}")
        elif key == "steps" and isinstance(inner, list):
            for step in inner:
                names |= state(step[1]) if isinstance(step, tuple) and len(step) > 1 else set()
    return frozenset(names)


@forgiving(list)
def optimiser_settings(name: str, value: Any, used: Mapping[str, Any]) -> list[Setting]:
    """Return the settings of a torch optimiser that differ from its class's defaults; `used` are those that it was used with."""
    if not is_optimiser(value):
        return []
    torch = sys.modules["torch"]
    try:
        plain = type(value)([torch.zeros(1, requires_grad=True)]).defaults
    except FAULTS:  # a user's optimiser may need more arguments
        plain = {}
    return [
        Setting(key, leaf, name)
        for option, setting in {**value.defaults, **used}.items()
        if option == "lr" or setting != plain.get(option)
        for key, leaf in flatten(option, setting)
    ]


@forgiving(list)
def loader_settings(name: str, value: Any) -> list[Setting]:
    """Return the batch size of a loader that was made elsewhere."""
    data = sys.modules.get("torch.utils.data")
    size = value.batch_size if data is not None and isinstance(value, data.DataLoader) else None
    return [] if size is None else [Setting("batch_size", size, name, spare=True)]


@forgiving()
def record(fitted: Fitted) -> EstimatorRecord | None:
    """Return the store's record of a fitted estimator; None if it cannot be inspected."""
    estimator = fitted.estimator
    kind = type(estimator)
    params = {
        name: leaf for key, value in changed_params(estimator).items() for name, leaf in flatten(key, value)
    }
    schema: dict[str, str] = {}
    shape: tuple[int, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    if fitted.data is not None:
        schema, shape, rows = first_rows(fitted.data)
        shape = fitted.shape or shape
    return EstimatorRecord(
        fitted.name, f"{kind.__module__}.{kind.__qualname__}", params, schema, tuple(shape), rows
    )


@forgiving(list)
def estimator_settings(
    estimator: Any,
    name: str,
    named: Collection[int] = (),
    positional: MutableMapping[str, list[str]] | None = None,
) -> list[Setting]:
    """Return the parameters of a fitted estimator that differ from its class's defaults.

    The steps of pipelines and searches are included; a step's name is its prefix.

    Parameters
    ----------
    estimator, name
        The estimator, and its variable's name.
    named
        The `id` of objects that are settings under their own name: `param_grid=grid` is `grid` already.
    positional
        Gets the names of the arguments that their classes take without their names.
    """
    described = describe(estimator)
    if positional is not None:
        positional.update(described.positional)
    return described.named(name, named)


@forgiving(lambda: Described([], {}))
def describe(estimator: Any) -> Described:
    """Return the parameters of an estimator that differ from its class's defaults, as they are now."""
    found: list[tuple[Setting, int]] = []
    positional: dict[str, list[str]] = {}
    seen: set[int] = set()

    def visit(part: Any, prefix: str) -> None:
        if id(part) in seen or not has_method(part, "get_params") or isinstance(part, type):
            return
        seen.add(id(part))
        best = peek(part, "best_estimator_")
        for key, value in ((key, readable(one)) for key, one in changed_params(part, positional).items()):
            if has_method(value, "get_params"):
                # The best estimator counts, not the template it was cloned from.
                visit(best if best is not None else value, prefix)
            elif isinstance(value, list | tuple) and any(_is_step(item) for item in value):
                for item in value:
                    if _is_step(item):
                        visit(item[1], f"{prefix}.{item[0]}")
            elif key not in OUTPUT_ARGUMENTS and is_settings(value):
                found.extend((Setting(k, leaf, prefix), id(value)) for k, leaf in flatten(key, value))
        if best is not None:
            visit(best, prefix)
            for key, value in peek(part, "best_params_", {}).items():
                *path, last = str(key).split("__")
                # Of a step that was chosen among several its class tells, and its own settings follow.
                chosen = type(value).__name__ if has_method(value, "get_params") else value
                inner = ".".join([prefix, *path])
                found.extend((Setting(k, leaf, inner), id(chosen)) for k, leaf in flatten(last, chosen))

    visit(estimator, "")
    return Described(found, positional)


def _is_step(item: Any) -> bool:
    return (
        isinstance(item, tuple)
        and len(item) >= 2
        and isinstance(item[0], str)
        and has_method(item[1], "get_params")
    )


def _defaults(kind: type, own: Mapping[str, inspect.Parameter]) -> dict[str, Any]:
    """Return the defaults of a class's parameters, of those that it passes on to its bases too."""
    found = {name: one.default for name, one in own.items()}
    if any(one.kind is inspect.Parameter.VAR_KEYWORD for one in own.values()):
        for base in kind.__mro__[1:]:
            if "__init__" in vars(base) and base is not object:
                parameters = inspect.signature(vars(base)["__init__"]).parameters
                found = {name: one.default for name, one in parameters.items()} | found
    return found


def _params_of(estimator: Any, parameters: Collection[str]) -> Any:
    """Return an estimator's own parameters; those of a user's class by its attributes, since its code is not to run."""
    if is_library(module_of(type(estimator))):
        return estimator.get_params(deep=False)
    own = object.__getattribute__(estimator, "__dict__")
    return {name: own[name] for name in parameters if name in own}


def changed_params(
    estimator: Any, positional: MutableMapping[str, list[str]] | None = None
) -> dict[str, Any]:
    """Return an estimator's own parameters that differ from their defaults.

    `positional` gets the names of the arguments that its class takes without their names.
    """
    try:
        parameters = inspect.signature(type(estimator).__init__).parameters
        params = _params_of(estimator, parameters)
        defaults = _defaults(type(estimator), parameters)
    except FAULTS:  # a foreign class's own get_params may raise anything
        return {}
    if positional is not None:
        plain = [n for n, p in parameters.items() if p.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
        if len(plain) > 1:
            positional[type(estimator).__name__] = plain[1:]
    if not isinstance(params, dict) or not all(type(key) is str for key in params):
        return {}
    changed = {}
    for key, value in params.items():
        default = defaults.get(key, inspect.Parameter.empty)
        try:
            same = value is default or (is_library(module_of(type(value))) and bool(value == default))
        except FAULTS:  # arrays and frames have no single truth value
            same = False
        if not same and (key, value) not in _SET_BY_FIT:
            changed[key] = value
    return changed
