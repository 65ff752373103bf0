"""CatBoost, in MLflow's form."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, ClassVar

from nbtrack.errors import ModelError
from nbtrack.models.flavours.base import Flavour, Loading, Saved, taken
from nbtrack.models.flavours.library import imported, is_of
from nbtrack.models.flavours.pickled import check_size
from nbtrack.models.schema import Column, Tensor
from nbtrack.models.signature import Signature

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["CatBoost"]

_FILE = "model.cb"
_CLASSES = ("CatBoost", "CatBoostClassifier", "CatBoostRanker", "CatBoostRegressor")


class CatBoost(Flavour):
    """Models of CatBoost, in its own binary format."""

    name: ClassVar[str] = "catboost"

    def handles(self, model: Any) -> bool:
        return is_of(model, "catboost", "CatBoost")

    def save(self, model: Any, folder: Path) -> Saved:
        if not model.is_fitted():
            raise ModelError(f"the {type(model).__name__} is not fitted")
        model.save_model(str(folder / _FILE))
        check_size(folder / _FILE)
        kind = next(base.__name__ for base in type(model).__mro__ if base.__name__ in _CLASSES)
        conf = {
            "catboost_version": sys.modules["catboost"].__version__,
            "code": None,
            "data": _FILE,
            "model_type": kind,
            "save_format": "cbm",
        }
        return Saved(conf, "mlflow.catboost", {"data": _FILE}, {"catboost", "numpy"})

    def load(self, folder: Path, conf: Mapping[str, Any], loading: Loading) -> Any:  # noqa: ARG002 (no pickle)
        catboost = imported("catboost")
        kind = str(conf.get("model_type", "CatBoost"))
        if kind not in _CLASSES:
            raise ModelError(f"{kind} is not a class of CatBoost")
        model = getattr(catboost, kind)()
        model.load_model(str(folder / str(conf.get("data", _FILE))), str(conf.get("save_format", "cbm")))
        return model

    def predict(self, model: Any, data: Any, params: Mapping[str, Any]) -> Any:
        names = list(model.feature_names_ or ())
        columns = list(getattr(data, "columns", ()))
        if columns != names and len(columns) == len(names) and set(columns) == set(names):
            data = data[names]  # CatBoost refuses another order
        return model.predict(data, **taken(model.predict, params))

    def own_signature(self, model: Any) -> Signature | None:
        names = list(model.feature_names_ or ())
        texts = set(model.get_cat_feature_indices()) | set(model.get_text_feature_indices())
        if names == [str(number) for number in range(len(names))]:  # of an array
            return None if texts else Signature((Tensor("float64", (-1, len(names))),))
        return Signature(
            tuple(Column("string" if n in texts else "double", name) for n, name in enumerate(names))
        )
