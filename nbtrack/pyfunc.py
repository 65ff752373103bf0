"""Models as functions, with MLflow's names: `nbtrack.pyfunc.load_model`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError
from nbtrack.tracking import model_logging

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from nbtrack.models import LoadedModel, MLmodel
    from nbtrack.models.from_code import PythonModel
    from nbtrack.tracking.model_logging import ModelInfo

__all__ = ["PythonModel", "load_model", "log_model", "save_model"]


def __getattr__(name: str) -> Any:
    if name == "PythonModel":  # its module is slow to import
        from nbtrack.models.from_code import PythonModel

        return PythonModel
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def load_model(
    model_uri: str | os.PathLike[str], *, model_config: Mapping[str, Any] | None = None, trust: bool = False
) -> LoadedModel:
    """Load a model of any flavour, to call its `predict`; see `nbtrack.load_model`."""
    return model_logging.load_model(model_uri, trust=trust, model_config=model_config)


def log_model(
    artifact_path: str | None = None, *, python_model: Any = None, name: str | None = None, **options: Any
) -> ModelInfo:
    """Save a function, an object with `predict`, or a script that makes one with the current run; see `nbtrack.log_model`.

    Raises
    ------
    InvalidValueError
        Without `python_model`.
    """
    return model_logging.log_model(_given(python_model), name or artifact_path or "model", **options)


def save_model(path: str | os.PathLike[str], *, python_model: Any = None, **options: Any) -> MLmodel:
    """Save a function, or an object with `predict`, into a new folder; see `nbtrack.save_model`.

    Raises
    ------
    InvalidValueError
        Without `python_model`.
    """
    return model_logging.save_model(_given(python_model), path, **options)


def _given(model: Any) -> Any:
    if model is None:
        raise InvalidValueError(
            "give python_model: a function of the input, an object with predict, or the path of a script"
        )
    return model
