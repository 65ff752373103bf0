"""Batch scoring: a model's predictions for tables and files of any size, on one machine, Dask and Spark.

A worker process imports only what it needs, so names are looked up when they are used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbtrack.scoring.job import Scored
    from nbtrack.scoring.predicting import predict

__all__ = ["Scored", "predict"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'nbtrack.scoring' has no attribute {name!r}")
    return getattr(import_module(f"nbtrack.scoring.{'job' if name == 'Scored' else 'predicting'}"), name)
