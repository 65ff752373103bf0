"""The module that goes with a model whose library MLflow has no loader for."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["wrapper", "write_loader"]

_LOADER = '''"""Loads the model beside it; written by nbtrack, and needs nothing but cloudpickle."""

import inspect
import os

import cloudpickle


class Model:
    """A function, or an object with `predict` or `transform`, as MLflow asks it."""

    def __init__(self, model):
        if hasattr(model, "predict"):
            self._call = model.predict
        else:
            self._call = model if callable(model) else model.transform
        try:
            known = inspect.signature(self._call).parameters
        except (TypeError, ValueError):
            known = {}
        self._whole = "params" in known
        any_name = any(p.kind is p.VAR_KEYWORD for p in known.values())
        self._names = None if any_name else set(known)

    def predict(self, model_input, params=None):
        """Return the predictions; parameters go to arguments of their names, or all to `params`."""
        params = dict(params or {})
        if self._whole:
            return self._call(model_input, params=params)
        if self._names is not None:
            params = {name: value for name, value in params.items() if name in self._names}
        return self._call(model_input, **params)


def _load_pyfunc(path):
    with open(os.path.join(path, "model.pkl"), "rb") as file:
        return Model(cloudpickle.load(file))
'''


@lru_cache(maxsize=1)
def wrapper() -> Any:
    """Return the class that the text defines: models are asked here as MLflow asks them."""
    names: dict[str, Any] = {}
    exec(compile(_LOADER, "<nbtrack model>", "exec"), names)  # noqa: S102 - the text above
    return names["Model"]


def write_loader(folder: Path) -> tuple[str, dict[str, Any]]:
    """Write the module into a model's folder; return its name, and what MLflow's `python_function` has to say of it.

    It has a name of its own: two such models may be loaded into one process.
    """
    module = f"nbtrack_model_{uuid4().hex[:16]}"
    (folder / "code").mkdir()
    (folder / "code" / f"{module}.py").write_text(_LOADER, encoding="utf-8")
    return module, {"code": "code"}
