"""Kinds of models, told by the names of their classes, and what changes in a model when it is trained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

from nbtrack.capture.foreign import forgiving, module_of, peek
from nbtrack.capture.settings.estimators import is_estimator, state

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Kind", "is_network", "kind_of"]


class Kind(NamedTuple):
    """A kind of models."""

    state: Callable[[Any], Any]
    """Returns what a training changes; empty for a model that is not trained."""
    steps: bool = False
    """Whether an optimiser's steps train it."""


@forgiving()
def _of_estimator(model: Any) -> Any:
    booster = peek(model, "_Booster")  # XGBoost's and LightGBM's estimators; the former have no other sign
    return state(model) | (frozenset() if booster is None else {f"_Booster:{id(booster)}"})


@forgiving()
def _of_keras(model: Any) -> Any:
    history = getattr(model, "history", None)
    fitted = () if history is None else (id(history), len(history.epoch))
    optimiser = getattr(model, "optimizer", None)
    steps = 0 if optimiser is None else int(optimiser.iterations)
    return (*fitted, steps) if fitted or steps else ()


@forgiving()
def _of_catboost(model: Any) -> Any:
    return model.tree_count_ if model.is_fitted() else 0


@forgiving()
def _of_xgboost(model: Any) -> Any:
    return model.num_boosted_rounds()


@forgiving()
def _of_lightgbm(model: Any) -> Any:
    return model.current_iteration()


def _made(model: Any) -> Any:  # noqa: ARG001 (it only comes to be when something is trained)
    return True


def _by_steps(model: Any) -> Any:  # noqa: ARG001 (nothing in it tells)
    return None


_ESTIMATOR = Kind(_of_estimator)
_KINDS = {
    ("keras", "Model"): Kind(_of_keras, steps=True),  # on PyTorch it is a module, too
    ("torch", "Module"): Kind(_by_steps, steps=True),
    ("catboost", "CatBoost"): Kind(_of_catboost),
    ("xgboost", "Booster"): Kind(_of_xgboost),
    ("lightgbm", "Booster"): Kind(_of_lightgbm),
    ("statsmodels", "ResultsWrapper"): Kind(_made),
    ("statsmodels", "Results"): Kind(_made),
    ("onnx", "ModelProto"): Kind(_made),
}
"""By library and class."""
_LIBRARIES = {library for library, _ in _KINDS}
_PLAIN = {list, tuple, dict}
_of_class: WeakKeyDictionary[type, Kind | None] = WeakKeyDictionary()
"""What is known of classes already: each cell asks for all that it reads."""


@forgiving()
def kind_of(value: Any) -> Kind | None:
    """Return the kind of a model; None for all else.

    Examples
    --------
    >>> print(kind_of([1, 2]))
    None
    """
    kind = type(value)
    if kind in _PLAIN or isinstance(value, type):
        return None
    if kind not in _of_class:
        _of_class[kind] = _of_bases(kind)
    return _of_class[kind] or (_ESTIMATOR if is_estimator(value) else None)


def _of_bases(kind: type) -> Kind | None:
    for base in kind.__mro__:
        library = module_of(base).partition(".")[0]
        found = _KINDS.get((library, base.__name__)) if library in _LIBRARIES else None
        if found is not None:
            return found
    return None


def is_network(model: Any) -> bool:
    """Return whether a model is a module of PyTorch, which may be part of another."""
    return any(
        base.__name__ == "Module" and module_of(base).startswith("torch.") for base in type(model).__mro__
    )
