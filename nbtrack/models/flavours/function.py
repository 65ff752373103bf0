"""Functions and objects with `predict`, pickled or created by a script; and models known only from `python_function`."""

from __future__ import annotations

import importlib
import inspect
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from nbtrack.errors import ModelError
from nbtrack.models.flavours.base import Flavour, Loading, Saved, taken
from nbtrack.models.flavours.loader import SCRIPT, loader, write_loader
from nbtrack.models.flavours.pickled import FILE, check_trust, read_pickle, write_pickle
from nbtrack.models.requirements import are_own, modules_of_code, modules_of_pickle

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Function", "PythonFunction"]


def _is_script(model: Any) -> bool:
    return isinstance(model, str | Path) and str(model).endswith(".py")


class Function(Flavour):
    """A function of the input, or an object with `predict`, pickled by value; or the path of a script that creates one."""

    name: ClassVar[str] = "nbtrack"

    def handles(self, model: Any) -> bool:
        return _is_script(model) or callable(getattr(model, "predict", None)) or callable(model)

    def save(self, model: Any, folder: Path) -> Saved:
        module, function = write_loader(folder)
        if _is_script(model):
            if not Path(model).is_file():
                raise ModelError(f"there is no script {str(model)!r}")
            shutil.copyfile(model, folder / SCRIPT)
            source = compile((folder / SCRIPT).read_bytes(), str(model), "exec")
            return Saved(
                {"model_code": SCRIPT, "model_class": "code"}, module, function, modules_of_code(source)
            )
        call = model.predict if hasattr(model, "predict") else model
        data = write_pickle(model, folder / FILE)
        name = (
            "function" if inspect.isroutine(model) else f"{type(model).__module__}.{type(model).__qualname__}"
        )
        pickled = modules_of_pickle(data)
        modules = pickled | {"cloudpickle"}
        for part in (call, getattr(call, "__func__", None), type(model)):
            modules |= modules_of_code(part)
        conf = {"pickled_model": FILE, "model_class": name}
        return Saved(conf, module, function, modules, are_own(pickled))

    def load(self, folder: Path, conf: Mapping[str, Any], loading: Loading) -> Any:
        if conf.get("model_code"):
            script = folder / SCRIPT
            check_trust(script, loading)
            try:
                return loader()["made_by"](str(script))
            except Exception as error:  # a script may raise anything
                raise ModelError(
                    f"{str(script)!r} creates no model here ({type(error).__name__}: {error})"
                ) from error
        return read_pickle(folder / str(conf.get("pickled_model", FILE)), loading)

    def ready(self, model: Any, folder: Path, function: Mapping[str, Any]) -> Any:
        return loader()["ready"](model, str(folder), function)

    def predict(self, model: Any, data: Any, params: Mapping[str, Any]) -> Any:
        callee = model if type(model) is loader()["Model"] else loader()["Model"](model)
        return callee.predict(data, params)


class PythonFunction(Flavour):
    """An MLflow model whose own flavor nbtrack does not know, loaded by the module that it names."""

    name: ClassVar[str] = "python_function"

    def handles(self, model: Any) -> bool:  # noqa: ARG002 (nothing is saved so)
        return False

    def save(self, model: Any, folder: Path) -> Saved:
        raise NotImplementedError

    def load(self, folder: Path, conf: Mapping[str, Any], loading: Loading) -> Any:
        check_trust(folder, loading)
        module = str(conf.get("loader_module", ""))
        try:
            loads = importlib.import_module(module)._load_pyfunc  # noqa: SLF001 (MLflow's protocol)
        except ImportError as error:
            raise ModelError(
                f"the model is loaded by {module!r}, which is not installed here ({error})"
            ) from error
        data = str(folder / str(conf["data"]) if conf.get("data") else folder)
        return loads(data, conf["config"]) if conf.get("config") else loads(data)

    def predict(self, model: Any, data: Any, params: Mapping[str, Any]) -> Any:
        return self.call(model, "predict", data, params)

    def call(self, model: Any, method: str, data: Any, params: Mapping[str, Any]) -> Any:
        function = getattr(model, method)
        whole = inspect.signature(function).parameters.get("params")
        if whole is not None and whole.kind is not whole.VAR_KEYWORD:
            return function(data, params=dict(params)) if params else function(data)
        return function(data, **taken(function, params)) if params else function(data)
