"""scikit-learn's protocol: any estimator with `fit` and `get_params`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from nbtrack.installed import distributions_of
from nbtrack.models.flavours.base import Flavour, Loading, Saved
from nbtrack.models.flavours.pickled import FILE, read_pickle, read_skops, write_pickle
from nbtrack.models.requirements import modules_of_pickle
from nbtrack.models.schema import Schema, Tensor, infer_schema
from nbtrack.models.signature import Signature

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["Sklearn"]


class Sklearn(Flavour):
    """Estimators, pipelines and searches."""

    name: ClassVar[str] = "sklearn"

    def handles(self, model: Any) -> bool:
        kind = type(model)
        return not isinstance(model, type) and hasattr(kind, "fit") and hasattr(kind, "get_params")

    def save(self, model: Any, folder: Path) -> Saved:
        data = write_pickle(model, folder / FILE)
        versions = [found.version for found in distributions_of("sklearn")]
        conf = {
            "code": None,
            "pickled_model": FILE,
            "serialization_format": "cloudpickle",
            "sklearn_version": versions[0] if versions else None,
        }
        # Its file is plain pickle, but MLflow reads it with the module that wrote it.
        modules = modules_of_pickle(data) | {"sklearn", "cloudpickle"}
        predict = "predict" if hasattr(model, "predict") else "transform"
        return Saved(conf, "mlflow.sklearn", {"model_path": FILE, "predict_fn": predict}, modules)

    def load(self, folder: Path, conf: Mapping[str, Any], loading: Loading) -> Any:
        file = folder / str(conf.get("pickled_model", FILE))
        if conf.get("serialization_format") == "skops":
            return read_skops(file, loading)
        return read_pickle(file, loading)

    def predict(self, model: Any, data: Any, params: Mapping[str, Any]) -> Any:
        method = model.predict if hasattr(model, "predict") else model.transform
        return method(data, **params)

    def signature(self, model: Any, data: Any) -> Signature | None:
        inputs = infer_schema(data)
        return Signature(inputs, _outputs(model))


def _outputs(model: Any) -> Schema | None:
    """Return what an estimator gives, as far as its fitted attributes tell."""
    kind = getattr(type(model), "_estimator_type", None) or _kind_by_tags(model)
    many = getattr(model, "n_outputs_", None)
    shape = (-1, many) if isinstance(many, int) and many > 1 else (-1,)
    if kind == "regressor":
        return (Tensor("float64", shape),)
    classes = getattr(model, "classes_", None)
    dtype = getattr(classes, "dtype", None)
    if kind == "classifier" and dtype is not None:
        return (Tensor("str" if dtype.kind == "U" else str(dtype), shape),)
    if kind == "clusterer":
        return (Tensor("int32", (-1,)),)
    return None


def _kind_by_tags(model: Any) -> str | None:
    from sklearn.base import is_classifier, is_clusterer, is_regressor

    for kind, answers in (
        ("regressor", is_regressor),
        ("classifier", is_classifier),
        ("clusterer", is_clusterer),
    ):
        try:
            if answers(model):
                return kind
        except Exception:  # noqa: BLE001, S112 - an estimator of the user's may not know scikit-learn's tags
            continue
    return None
