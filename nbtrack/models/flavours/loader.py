"""The loader module for models whose library MLflow cannot load."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["SCRIPT", "loader", "write_loader"]

SCRIPT = "model_code.py"
"""The script that creates a model that is saved as code."""

_LOADER = '''"""Loads the model beside it; written by nbtrack, and needs nothing but cloudpickle, or the model's own script."""

import importlib.util
import inspect
import json
import os
import sys


class Context:
    """What MLflow hands to a model: the files that were kept with it, by name, and its settings."""

    def __init__(self, artifacts, model_config):
        self.artifacts = artifacts
        self.model_config = model_config


class Model:
    """A function, or an object with `predict` or `transform`, as MLflow asks it."""

    def __init__(self, model, context=None, kind=None):
        self._kind = kind
        self.unwrap_python_model = lambda: model
        if hasattr(model, "predict"):
            self._call = model.predict
        else:
            self._call = model if callable(model) else model.transform
        try:
            known = inspect.signature(self._call).parameters
        except (TypeError, ValueError):
            known = {}
        self._before = ()
        if next(iter(known), None) == "context" and len(known) > 1:
            self._before = (context or Context({}, {}),)
        self._whole = "params" in known and known["params"].kind is not inspect.Parameter.VAR_KEYWORD
        any_name = any(p.kind is p.VAR_KEYWORD for p in known.values())
        self._names = None if any_name else set(list(known)[len(self._before) + 1:])

    def predict(self, model_input, params=None):
        """Return the predictions; parameters go to arguments of their names, or all to `params`."""
        params = dict(params or {})
        model_input = as_fitted(model_input, self._kind)
        if self._whole:
            return self._call(*self._before, model_input, params=params)
        if self._names is not None:
            params = {name: value for name, value in params.items() if name in self._names}
        return self._call(*self._before, model_input, **params)


def as_fitted(data, kind):
    """Return what the model was fitted on where that is no table: MLflow makes one of all."""
    if kind is None or not hasattr(data, "iloc"):
        return data
    if kind == "records":
        rows = data.to_dict(orient="records")
        return [{name: value for name, value in row.items() if value is not None and value == value} for row in rows]
    column = data.iloc[:, 0] if len(data.shape) > 1 and data.shape[1] == 1 else data
    return column.tolist() if kind == "list" else column


def made_by(script):
    """Return the model that a script makes: what it hands to `set_model`, of nbtrack or MLflow."""
    keepers = [("nbtrack.models.from_code", "_model"), ("mlflow.models.model", "__mlflow_model__")]
    for module, name in keepers:
        if module in sys.modules:
            setattr(sys.modules[module], name, None)
    spec = importlib.util.spec_from_file_location("nbtrack_model_code_%s" % abs(hash(script)), script)
    code = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = code
    spec.loader.exec_module(code)
    for module, name in keepers:
        model = getattr(sys.modules.get(module), name, None)
        if model is not None:
            return model
    raise ValueError("%s hands no model to set_model(...)" % script)


def ready(model, path, conf, model_config=None, kind=None):
    """Return a model ready to be asked: its context is loaded, if it wants one."""
    files = {name: os.path.join(path, *told["path"].split("/")) for name, told in (conf.get("artifacts") or {}).items()}
    context = Context(files, {**(conf.get("config") or {}), **(model_config or {})})
    if hasattr(model, "load_context"):
        model.load_context(context)
    return Model(model, context, kind)


def _load_pyfunc(path, model_config=None):
    import yaml

    with open(os.path.join(path, "MLmodel"), encoding="utf-8") as file:
        content = yaml.safe_load(file)
    conf = content["flavors"]["python_function"]
    form = (content.get("signature") or {}).get("nbtrack")
    kind = json.loads(form)["kind"] if form else None
    kind = kind if kind in ("series", "index", "extension", "list", "records") else None
    script = os.path.join(path, "model_code.py")
    if os.path.exists(script):
        return ready(made_by(script), path, conf, model_config, kind)
    import cloudpickle

    with open(os.path.join(path, "model.pkl"), "rb") as file:
        return ready(cloudpickle.load(file), path, conf, model_config, kind)
'''


@lru_cache(maxsize=1)
def loader() -> dict[str, Any]:
    """Return the names that the loader's text defines, so that models predict here as in MLflow."""
    names: dict[str, Any] = {}
    exec(compile(_LOADER, "<nbtrack model>", "exec"), names)  # noqa: S102 - the text above
    return names


def write_loader(folder: Path) -> tuple[str, dict[str, Any]]:
    """Write the module to a model's folder; return its name, and its entries in MLflow's `python_function`.

    Its name is unique, because two such models may be loaded in one process.
    """
    module = f"nbtrack_model_{uuid4().hex[:16]}"
    (folder / "code").mkdir(exist_ok=True)
    (folder / "code" / f"{module}.py").write_text(_LOADER, encoding="utf-8")
    return module, {"code": "code"}
