"""XGBoost and LightGBM, in MLflow's forms."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any, ClassVar

from nbtrack.errors import ModelError
from nbtrack.models.flavours.base import Flavour, Loading, Saved, taken
from nbtrack.models.flavours.pickled import FILE, read_pickle, read_skops, write_pickle
from nbtrack.models.requirements import modules_of_pickle

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["LightGBM", "XGBoost"]


_KNOWN_TO_BE_SAFE = (
    "collections.OrderedDict",
    "lightgbm.basic.Booster",
    *(f"lightgbm.sklearn.LGBM{kind}" for kind in ("Classifier", "Model", "Ranker", "Regressor")),
)
"""The types in a LightGBM estimator that skops does not know."""


def _is_of(model: Any, library: str) -> bool:
    kind = type(model)
    mine = any(base.__module__.partition(".")[0] == library for base in kind.__mro__)
    return mine and library in sys.modules and hasattr(kind, "predict")


def _library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ModelError(f"the model needs {name}: python -m pip install {name}") from error


class XGBoost(Flavour):
    """Boosters and estimators of XGBoost, in its own portable format."""

    name: ClassVar[str] = "xgboost"

    def handles(self, model: Any) -> bool:
        return _is_of(model, "xgboost")

    def save(self, model: Any, folder: Path) -> Saved:
        file = "model.ubj"
        model.save_model(folder / file)
        kind = type(model)
        conf = {
            "code": None,
            "data": file,
            "model_class": f"{kind.__module__}.{kind.__qualname__}",
            "model_format": "ubj",
            "xgb_version": sys.modules["xgboost"].__version__,
        }
        modules = {"xgboost", "numpy"} | ({"sklearn"} if hasattr(model, "get_params") else set())
        return Saved(conf, "mlflow.xgboost", {"data": file}, modules)

    def load(self, folder: Path, conf: Mapping[str, Any], loading: Loading) -> Any:  # noqa: ARG002 (no pickle)
        _library("xgboost")
        module, _, name = str(conf.get("model_class", "xgboost.core.Booster")).rpartition(".")
        if module.partition(".")[0] != "xgboost":
            raise ModelError(f"{module}.{name} is not a class of XGBoost")
        model = getattr(importlib.import_module(module), name)()
        model.load_model(folder / str(conf["data"]))
        return model

    def predict(self, model: Any, data: Any, params: Mapping[str, Any]) -> Any:
        xgboost = _library("xgboost")
        if isinstance(model, xgboost.Booster):
            data = xgboost.DMatrix(data)
        return model.predict(data, **taken(model.predict, params))


class LightGBM(Flavour):
    """Boosters of LightGBM in its own format, its estimators as pickles."""

    name: ClassVar[str] = "lightgbm"

    def handles(self, model: Any) -> bool:
        return _is_of(model, "lightgbm")

    def save(self, model: Any, folder: Path) -> Saved:
        lightgbm = sys.modules["lightgbm"]
        kind = type(model)
        conf: dict[str, Any] = {
            "code": None,
            "model_class": f"{kind.__module__}.{kind.__qualname__}",
            "lgb_version": lightgbm.__version__,
        }
        modules = {"lightgbm", "numpy"}
        if isinstance(model, lightgbm.Booster):
            conf["data"] = "model.lgb"
            conf["model_class"] = "lightgbm.basic.Booster"
            model.save_model(str(folder / conf["data"]))
        else:
            conf |= {"data": FILE, "serialization_format": "cloudpickle"}
            modules |= modules_of_pickle(write_pickle(model, folder / FILE)) | {"sklearn", "cloudpickle"}
        return Saved(conf, "mlflow.lightgbm", {"data": conf["data"]}, modules)

    def load(self, folder: Path, conf: Mapping[str, Any], loading: Loading) -> Any:
        lightgbm = _library("lightgbm")
        file = folder / str(conf["data"])
        if conf.get("model_class", "lightgbm.basic.Booster") == "lightgbm.basic.Booster":
            return lightgbm.Booster(model_file=str(file))
        if conf.get("serialization_format") == "skops":  # MLflow's default
            return read_skops(file, loading, _KNOWN_TO_BE_SAFE)
        return read_pickle(file, loading)
