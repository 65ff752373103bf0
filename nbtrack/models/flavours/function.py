"""Any function, and any object with `predict`; and any model that only MLflow's `python_function` describes."""

from __future__ import annotations

import importlib
import inspect
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from nbtrack.errors import ModelError
from nbtrack.models.flavours.base import Flavour, Loading, Saved
from nbtrack.models.flavours.loader import wrapper, write_loader
from nbtrack.models.flavours.pickled import FILE, check_trust, read_pickle, write_pickle
from nbtrack.models.requirements import modules_of_code, modules_of_pickle

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Function", "PythonFunction"]


class Function(Flavour):
    """A function of one argument, or an object with `predict`, pickled by value."""

    name: ClassVar[str] = "nbtrack"

    def handles(self, model: Any) -> bool:
        return callable(getattr(model, "predict", None)) or callable(model)

    def save(self, model: Any, folder: Path) -> Saved:
        call = model.predict if hasattr(model, "predict") else model
        data = write_pickle(model, folder / FILE)
        module, function = write_loader(folder)
        name = (
            "function" if inspect.isroutine(model) else f"{type(model).__module__}.{type(model).__qualname__}"
        )
        modules = modules_of_pickle(data) | {"cloudpickle"}
        for part in (call, getattr(call, "__func__", None), type(model)):
            modules |= modules_of_code(part)
        return Saved({"pickled_model": FILE, "model_class": name}, module, function, modules)

    def load(self, folder: Path, conf: Mapping[str, Any], loading: Loading) -> Any:
        return read_pickle(folder / str(conf.get("pickled_model", FILE)), loading)

    def predict(self, model: Any, data: Any, params: Mapping[str, Any]) -> Any:
        return wrapper()(model).predict(data, params)


class PythonFunction(Flavour):
    """A model of MLflow's whose own flavor nbtrack does not know, loaded by the module that it names."""

    name: ClassVar[str] = "python_function"

    def handles(self, model: Any) -> bool:  # noqa: ARG002 (nothing is saved so)
        return False

    def save(self, model: Any, folder: Path) -> Saved:
        raise NotImplementedError

    def load(self, folder: Path, conf: Mapping[str, Any], loading: Loading) -> Any:
        check_trust(folder, loading)
        module = str(conf.get("loader_module", ""))
        code = folder / str(conf["code"]) if conf.get("code") else None
        if code is not None and code.is_dir():
            sys.path[:] = [str(code), *(entry for entry in sys.path if entry != str(code))]
            importlib.invalidate_caches()
            # Another model may have brought a module of the same name.
            known = getattr(sys.modules.get(module), "__file__", None)
            if (code / f"{module.replace('.', '/')}.py").is_file() and not Path(known or code).is_relative_to(
                code
            ):
                del sys.modules[module]
        try:
            loader = importlib.import_module(module)
        except ImportError as error:
            raise ModelError(
                f"the model is loaded by {module!r}, which is not installed here ({error})"
            ) from error
        return loader._load_pyfunc(str(folder / str(conf["data"]) if conf.get("data") else folder))  # noqa: SLF001 (MLflow's protocol)

    def predict(self, model: Any, data: Any, params: Mapping[str, Any]) -> Any:
        return self.call(model, "predict", data, params)

    def call(self, model: Any, method: str, data: Any, params: Mapping[str, Any]) -> Any:
        asked = getattr(model, method)
        takes = "params" in inspect.signature(asked).parameters
        return asked(data, params=dict(params)) if takes and params else asked(data)
