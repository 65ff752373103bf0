"""Models as functions, as MLflow spells it: `nbtrack.pyfunc.load_model`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError
from nbtrack.tracking import models

if TYPE_CHECKING:
    import os

    from nbtrack.models import LoadedModel, MLmodel
    from nbtrack.tracking.models import ModelInfo

__all__ = ["load_model", "log_model", "save_model"]


def load_model(model_uri: str | os.PathLike[str], *, trust: bool = False) -> LoadedModel:
    """Load a model of any flavour, to be asked with `predict`; see `nbtrack.load_model`."""
    return models.load_model(model_uri, trust=trust)


def log_model(
    artifact_path: str | None = None, *, python_model: Any = None, name: str | None = None, **options: Any
) -> ModelInfo:
    """Save a function, or an object with `predict`, with the current run; see `nbtrack.log_model`.

    Raises
    ------
    InvalidValueError
        Without `python_model`.
    """
    return models.log_model(_given(python_model), name or artifact_path or "model", **options)


def save_model(path: str | os.PathLike[str], *, python_model: Any = None, **options: Any) -> MLmodel:
    """Save a function, or an object with `predict`, into a new folder; see `nbtrack.save_model`.

    Raises
    ------
    InvalidValueError
        Without `python_model`.
    """
    return models.save_model(_given(python_model), path, **options)


def _given(model: Any) -> Any:
    if model is None:
        raise InvalidValueError("give python_model: a function of the input, or an object with predict")
    return model
