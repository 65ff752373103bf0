"""The module `mlflow` of a project that nbtrack runs: nbtrack's functions under MLflow's name.

It stands first on the child's path, so that a script that imports mlflow writes to the caller's store, whether its
environment has MLflow or not. What is not here answers with one sentence.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.abc import MetaPathFinder
from typing import TYPE_CHECKING, Any

import nbtrack.version  # binds `nbtrack`, whose names are looked up one by one

if TYPE_CHECKING:
    from collections.abc import Sequence

__version__ = "3.17.0"
"""The version of MLflow whose names these are: scripts compare it."""

_MODULES = frozenset(
    "artifacts entities exceptions lightgbm models projects pyfunc pytorch sklearn system_metrics tracking utils xgboost".split()
)


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    if name in _MODULES:
        return import_module(f"mlflow.{name}")
    if name in {"MlflowClient", "run"}:
        return getattr(
            import_module("mlflow.tracking" if name == "MlflowClient" else "mlflow.projects"), name
        )
    if name == "MlflowException":
        return import_module("mlflow.exceptions").MlflowException
    if name in nbtrack.__all__:
        return getattr(nbtrack, name)
    raise AttributeError(_lacking(f"mlflow.{name}"))


def _lacking(name: str) -> str:
    return (
        f"nbtrack, which answers to mlflow in this project, has no {name}; run it with MLflow itself for that"
    )


class _Rest(MetaPathFinder):
    """Says of MLflow's other modules that they are not here."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: Any = None) -> None:  # noqa: ARG002 (importlib's)
        if fullname.startswith("mlflow."):
            raise ModuleNotFoundError(_lacking(fullname), name=fullname)


sys.meta_path.append(_Rest())
# Behind all that the environment has itself: it may lack what nbtrack saves models with.
if needed := os.environ.get("NBTRACK_NEEDED"):
    sys.path.append(needed)
