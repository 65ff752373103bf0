"""Find the flavour of a model."""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from nbtrack.errors import ModelError, NbtrackWarning
from nbtrack.installed import entry_points_of
from nbtrack.models.flavours.base import Flavour, Loading, Saved
from nbtrack.models.flavours.boosting import LightGBM, XGBoost
from nbtrack.models.flavours.catboost import CatBoost
from nbtrack.models.flavours.function import Function, PythonFunction
from nbtrack.models.flavours.keras import Keras
from nbtrack.models.flavours.onnx import ONNX
from nbtrack.models.flavours.pytorch import PyTorch
from nbtrack.models.flavours.sklearn import Sklearn
from nbtrack.models.flavours.statsmodels import Statsmodels

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib import metadata

__all__ = ["Flavour", "Loading", "Saved", "flavour_in", "flavour_of"]

GROUP = "nbtrack.flavours"
"""The group of entry points for users' flavours."""


@lru_cache(maxsize=1)
def _flavours() -> tuple[Flavour, ...]:
    """Return all flavours, the most specific ones first."""
    found = (_own(entry) for entry in entry_points_of(GROUP))
    own = [flavour for flavour in found if flavour is not None]
    libraries = (XGBoost(), LightGBM(), CatBoost(), Keras(), Statsmodels(), ONNX())
    return (*own, *libraries, PyTorch(), Sklearn(), Function())


def _own(entry: metadata.EntryPoint) -> Flavour | None:
    """Return the flavour that an entry point names; None, with a warning, if that fails."""
    try:
        flavour = entry.load()()
        why = "" if isinstance(flavour, Flavour) else f"a {type(flavour).__name__} is no Flavour"
    except Exception as error:  # noqa: BLE001 - other people's code may raise anything, and must not break other models
        flavour, why = None, f"{type(error).__name__}: {error}"
    if why:
        brought = f" of {entry.dist.name}" if entry.dist is not None else ""
        message = f"the flavour {entry.name!r}{brought} ({entry.value}) is left out: {why}"
        warnings.warn(message, NbtrackWarning, stacklevel=5)
        return None
    return flavour  # type: ignore[no-any-return]


def _handles(flavour: Flavour, model: Any) -> bool:
    try:
        return flavour.handles(model)
    except Exception as error:  # noqa: BLE001 - a user's flavour failed: it is skipped for this model
        warnings.warn(
            f"the flavour {flavour.name!r} cannot tell whether it is for a {type(model).__name__} "
            f"({type(error).__name__}: {error})",
            NbtrackWarning,
            stacklevel=4,
        )
        return False


def flavour_of(model: Any) -> Flavour:
    """Return the flavour that saves a model.

    Raises
    ------
    ModelError
        When it cannot predict.
    """
    for flavour in _flavours():
        if _handles(flavour, model):
            return flavour
    raise ModelError(
        f"a {type(model).__name__} is not a model: save an estimator, a torch module, a function, "
        "an object with predict, or the path of a script that makes one"
    )


def flavour_in(flavors: Mapping[str, Any]) -> Flavour:
    """Return the flavour that loads a saved model.

    Raises
    ------
    ModelError
        When none of its flavors is known.
    """
    for flavour in (*_flavours(), PythonFunction()):
        if flavour.name in flavors:
            return flavour
    raise ModelError(
        f"the model has the flavors {', '.join(flavors) or 'none'}, and nbtrack knows none of them"
    )
