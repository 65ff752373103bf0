"""XGBoost and LightGBM, in MLflow's forms."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any, ClassVar

from nbtrack.errors import ModelError
from nbtrack.models.flavours.base import Flavour, Loading, Saved, taken
from nbtrack.models.flavours.library import imported, is_of
from nbtrack.models.flavours.pickled import FILE, check_size, read_pickle, read_skops, write_pickle
from nbtrack.models.requirements import are_own, modules_of_pickle
from nbtrack.models.schema import Column, Tensor
from nbtrack.models.signature import Signature

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["LightGBM", "XGBoost"]


_KNOWN_TO_BE_SAFE = (
    "collections.OrderedDict",
    "lightgbm.basic.Booster",
    *(f"lightgbm.sklearn.LGBM{kind}" for kind in ("Classifier", "Model", "Ranker", "Regressor")),
)
"""The types in a LightGBM estimator that skops does not know."""


_TYPES = {"float": "double", "q": "double", "int": "long", "i": "boolean"}
"""XGBoost's types of features that say which type a column has."""


def _of_features(names: Sequence[str] | None, types: Sequence[str]) -> Signature:
    """Return the signature of a booster from the names of its features; those of an array have none."""
    if names is None:
        return Signature((Tensor("float64", (-1, len(types))),))
    return Signature(tuple(Column(kind, name) for name, kind in zip(names, types, strict=True)))


class XGBoost(Flavour):
    """Boosters and estimators of XGBoost, in its own portable format."""

    name: ClassVar[str] = "xgboost"

    def handles(self, model: Any) -> bool:
        return is_of(model, "xgboost") and hasattr(type(model), "predict")

    def save(self, model: Any, folder: Path) -> Saved:
        file = "model.ubj"
        model.save_model(folder / file)
        check_size(folder / file)
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
        imported("xgboost")
        module, _, name = str(conf.get("model_class", "xgboost.core.Booster")).rpartition(".")
        if module.partition(".")[0] != "xgboost":
            raise ModelError(f"{module}.{name} is not a class of XGBoost")
        model = getattr(importlib.import_module(module), name)()
        model.load_model(folder / str(conf["data"]))
        return model

    def predict(self, model: Any, data: Any, params: Mapping[str, Any]) -> Any:
        xgboost = imported("xgboost")
        if isinstance(model, xgboost.Booster):
            data = xgboost.DMatrix(data)
        return model.predict(data, **taken(model.predict, params))

    def own_signature(self, model: Any) -> Signature | None:
        if hasattr(model, "get_booster"):
            model = model.get_booster()
        types = [_TYPES.get(kind) for kind in model.feature_types or ["float"] * model.num_features()]
        return None if None in types else _of_features(model.feature_names, [str(kind) for kind in types])


class LightGBM(Flavour):
    """Boosters of LightGBM in its own format, its estimators as pickles."""

    name: ClassVar[str] = "lightgbm"

    def handles(self, model: Any) -> bool:
        return is_of(model, "lightgbm") and hasattr(type(model), "predict")

    def save(self, model: Any, folder: Path) -> Saved:
        lightgbm = sys.modules["lightgbm"]
        kind = type(model)
        conf: dict[str, Any] = {
            "code": None,
            "model_class": f"{kind.__module__}.{kind.__qualname__}",
            "lgb_version": lightgbm.__version__,
        }
        modules, own = {"lightgbm", "numpy"}, False
        if isinstance(model, lightgbm.Booster):
            conf["data"] = "model.lgb"
            conf["model_class"] = "lightgbm.basic.Booster"
            model.save_model(str(folder / conf["data"]))
            check_size(folder / conf["data"])
        else:
            conf |= {"data": FILE, "serialization_format": "cloudpickle"}
            pickled = modules_of_pickle(write_pickle(model, folder / FILE))
            modules |= pickled | {"sklearn", "cloudpickle"}
            own = are_own(pickled)
        return Saved(conf, "mlflow.lightgbm", {"data": conf["data"]}, modules, own)

    def load(self, folder: Path, conf: Mapping[str, Any], loading: Loading) -> Any:
        lightgbm = imported("lightgbm")
        file = folder / str(conf["data"])
        if conf.get("model_class", "lightgbm.basic.Booster") == "lightgbm.basic.Booster":
            return lightgbm.Booster(model_file=str(file))
        if conf.get("serialization_format") == "skops":  # MLflow's default
            return read_skops(file, loading, _KNOWN_TO_BE_SAFE)
        return read_pickle(file, loading)

    def own_signature(self, model: Any) -> Signature | None:
        booster = getattr(model, "booster_", model)
        # It does not know which columns were categorical, nor whether one of 0 and 1 was boolean.
        ranges = booster.dump_model(num_iteration=1)["feature_infos"].values()
        if booster.pandas_categorical or any(
            (one["min_value"], one["max_value"]) == (0, 1) for one in ranges
        ):
            return None
        names = list(booster.feature_name())
        if names == [f"Column_{number}" for number in range(len(names))]:
            return _of_features(None, ["double"] * len(names))
        if any("_" in name for name in names):  # it puts these in the place of blanks
            return None
        return _of_features(names, ["double"] * len(names))
