"""The frameworks that are known: nbtrack's own, and those of other packages."""

from __future__ import annotations

import warnings
from functools import lru_cache
from importlib import import_module

from nbtrack.capture.foreign import FAULTS
from nbtrack.capture.frameworks.framework import Framework
from nbtrack.errors import NbtrackWarning
from nbtrack.installed import entry_points_of

__all__ = ["framework_of", "places"]

GROUP = "nbtrack.frameworks"
"""The group of entry points for frameworks of other packages, by the import names of their libraries."""

_OWN = {
    "catboost": "catboost:CatBoost",
    "keras": "keras:Keras",
    "lightgbm": "lightgbm:LightGBM",
    "lightning": "lightning:Lightning",
    "mlflow": "trackers:MLflow",
    "optuna": "optuna:Optuna",
    "pytorch_lightning": "lightning:PyTorchLightning",
    "statsmodels": "statsmodels:Statsmodels",
    "tensorboardX": "trackers:TensorBoardX",
    "torch": "trackers:TensorBoard",
    "transformers": "transformers:Transformers",
    "wandb": "trackers:WandB",
    "xgboost": "xgboost:XGBoost",
}
"""By the import name of a library: the module here and the class."""


@lru_cache(maxsize=1)
def places() -> dict[str, str]:
    """Return by the import name of a library where its framework stands: `"module:Class"`.

    A library's framework of another package takes the place of nbtrack's own. Entry points are read once in a process.
    """
    own = {library: f"{__package__}.{place}" for library, place in _OWN.items()}
    return own | {entry.name: entry.value for entry in entry_points_of(GROUP)}


@lru_cache(maxsize=100)
def framework_of(place: str) -> type[Framework] | None:
    """Return the framework that stands somewhere; None, with a warning, if it cannot be imported."""
    module, _, name = place.partition(":")
    try:
        found = getattr(import_module(module), name)
    except FAULTS as error:  # another package's code may raise anything, and must not affect the cell
        why = f"{type(error).__name__}: {error}"
    else:
        if isinstance(found, type) and issubclass(found, Framework):
            return found
        why = f"a {type(found).__name__} is no subclass of Framework"
    warnings.warn(f"the framework {place} is left out: {why}", NbtrackWarning, stacklevel=2)
    return None
