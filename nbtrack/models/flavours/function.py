"""Any function, and any object with `predict`; and any model that only MLflow's `python_function` describes."""

from __future__ import annotations

import importlib
import inspect
import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import uuid4

from nbtrack.errors import ModelError
from nbtrack.models.flavours.base import Flavour, Loading, Saved
from nbtrack.models.flavours.pickled import FILE, check_trust, read_pickle, write_pickle
from nbtrack.models.requirements import modules_of_code, modules_of_pickle

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["Function", "PythonFunction"]

_LOADER = '''"""Loads the model beside it; written by nbtrack, and needs nothing but cloudpickle."""

import inspect
import os

import cloudpickle


class Model:
    """A function, or an object with `predict`, as MLflow asks it."""

    def __init__(self, model):
        self._call = model.predict if hasattr(model, "predict") else model
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
def _wrapper() -> Any:
    """Return the class that the text above defines: models are asked here as MLflow asks them."""
    names: dict[str, Any] = {}
    exec(compile(_LOADER, "<nbtrack model>", "exec"), names)  # noqa: S102 - the text above
    return names["Model"]


class Function(Flavour):
    """A function of one argument, or an object with `predict`, pickled by value."""

    name: ClassVar[str] = "nbtrack"

    def handles(self, model: Any) -> bool:
        return callable(getattr(model, "predict", None)) or callable(model)

    def save(self, model: Any, folder: Path) -> Saved:
        call = model.predict if hasattr(model, "predict") else model
        data = write_pickle(model, folder / FILE)
        # A name of its own: two such models may be loaded into one process.
        module = f"nbtrack_model_{uuid4().hex[:16]}"
        (folder / "code").mkdir()
        (folder / "code" / f"{module}.py").write_text(_LOADER, encoding="utf-8")
        kind = (
            "function" if inspect.isroutine(model) else f"{type(model).__module__}.{type(model).__qualname__}"
        )
        modules = modules_of_pickle(data) | {"cloudpickle"}
        for part in (call, getattr(call, "__func__", None), type(model)):
            modules |= modules_of_code(part)
        return Saved({"pickled_model": FILE, "kind": kind}, module, {"code": "code"}, modules)

    def load(self, folder: Path, conf: Mapping[str, Any], loading: Loading) -> Any:
        return read_pickle(folder / str(conf.get("pickled_model", FILE)), loading)

    def predict(self, model: Any, data: Any, params: Mapping[str, Any]) -> Any:
        return _wrapper()(model).predict(data, params)


class PythonFunction(Flavour):
    """A model of MLflow's whose own flavor nbtrack does not know, loaded by the module that it names."""

    name: ClassVar[str] = "python_function"

    def handles(self, model: Any) -> bool:  # noqa: ARG002 (nothing is saved so)
        return False

    def save(self, model: Any, folder: Path) -> Saved:
        raise NotImplementedError

    def load(self, folder: Path, conf: Mapping[str, Any], loading: Loading) -> Any:
        check_trust(folder, loading)
        code = folder / str(conf["code"]) if conf.get("code") else None
        if code is not None and code.is_dir():
            sys.path.insert(0, str(code))
        module = str(conf.get("loader_module", ""))
        try:
            loader = importlib.import_module(module)
        except ImportError as error:
            raise ModelError(
                f"the model is loaded by {module!r}, which is not installed here ({error})"
            ) from error
        return loader._load_pyfunc(str(folder / str(conf["data"]) if conf.get("data") else folder))  # noqa: SLF001 (MLflow's protocol)

    def predict(self, model: Any, data: Any, params: Mapping[str, Any]) -> Any:
        takes = "params" in inspect.signature(model.predict).parameters
        return model.predict(data, params=dict(params)) if takes and params else model.predict(data)
