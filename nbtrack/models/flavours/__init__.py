"""The flavours: which one a model is of."""

from __future__ import annotations

from functools import lru_cache
from importlib import metadata
from typing import TYPE_CHECKING, Any

from nbtrack.errors import ModelError
from nbtrack.models.flavours.base import Flavour, Loading, Saved
from nbtrack.models.flavours.boosting import LightGBM, XGBoost
from nbtrack.models.flavours.function import Function, PythonFunction
from nbtrack.models.flavours.pytorch import PyTorch
from nbtrack.models.flavours.sklearn import Sklearn

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Flavour", "Loading", "Saved", "flavour_in", "flavour_of"]

GROUP = "nbtrack.flavours"
"""The group of entry points that name flavours of a user's own."""


@lru_cache(maxsize=1)
def _flavours() -> tuple[Flavour, ...]:
    """Return all flavours, the more special ones first."""
    own = [entry.load()() for entry in metadata.entry_points(group=GROUP)]
    return (*own, XGBoost(), LightGBM(), PyTorch(), Sklearn(), Function())


def flavour_of(model: Any) -> Flavour:
    """Return the flavour that a model is saved by.

    Raises
    ------
    ModelError
        When it is nothing that predicts.
    """
    for flavour in _flavours():
        if flavour.handles(model):
            return flavour
    raise ModelError(
        f"a {type(model).__name__} is no model: save an estimator, a torch module, a function, or an object with predict"
    )


def flavour_in(flavors: Mapping[str, Any]) -> Flavour:
    """Return the flavour by which a saved model is loaded.

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
