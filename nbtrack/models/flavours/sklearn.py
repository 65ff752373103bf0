"""scikit-learn's protocol: any estimator with `fit` and `get_params`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from nbtrack.errors import ModelError
from nbtrack.installed import distributions_of
from nbtrack.models.flavours.base import Flavour, Loading, Saved, taken
from nbtrack.models.flavours.loader import write_loader
from nbtrack.models.flavours.pickled import FILE, read_pickle, read_skops, write_pickle
from nbtrack.models.input_form import library_of
from nbtrack.models.requirements import are_own, modules_of_pickle
from nbtrack.models.schema import Schema, Tensor
from nbtrack.models.signature import Signature, infer_signature

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["Sklearn"]


_METHODS = ("predict", "predict_proba", "predict_log_proba", "predict_joint_log_proba", "score", "transform")
"""The methods that may be called: the file that names one is not trusted."""


class Sklearn(Flavour):
    """Estimators, pipelines and searches."""

    name: ClassVar[str] = "sklearn"

    def handles(self, model: Any) -> bool:
        kind = type(model)
        return not isinstance(model, type) and hasattr(kind, "fit") and hasattr(kind, "get_params")

    def save(self, model: Any, folder: Path) -> Saved:
        data = write_pickle(model, folder / FILE)
        versions = [found.version for found in distributions_of("sklearn")]
        kind = type(model)
        conf = {
            "code": None,
            "model_class": f"{kind.__module__}.{kind.__qualname__}",
            "pickled_model": FILE,
            "serialization_format": "cloudpickle",
            "sklearn_version": versions[0] if versions else None,
        }
        # The file is a plain pickle, but MLflow reads it with the module that wrote it.
        pickled = modules_of_pickle(data)
        modules, own = pickled | {"sklearn", "cloudpickle"}, are_own(pickled)
        if hasattr(model, "predict"):
            function = {"model_path": FILE, "predict_fn": "predict"}
            return Saved(conf, "mlflow.sklearn", function, modules, own)
        # MLflow's loader only supports models with predict.
        loader, function = write_loader(folder) if hasattr(model, "transform") else (None, {})
        return Saved(conf, loader, function, modules, own)

    def load(self, folder: Path, conf: Mapping[str, Any], loading: Loading) -> Any:
        file = folder / str(conf.get("pickled_model", FILE))
        if conf.get("serialization_format") == "skops":
            return read_skops(file, loading)
        return read_pickle(file, loading)

    def predict(self, model: Any, data: Any, params: Mapping[str, Any]) -> Any:
        method = getattr(model, "predict", None) or getattr(model, "transform", None)
        if method is None:
            raise ModelError(f"a {type(model).__name__} cannot predict: it has neither predict nor transform")
        return method(_in_order(model, data), **taken(method, params))

    def call(self, model: Any, method: str, data: Any, params: Mapping[str, Any]) -> Any:
        if method not in _METHODS:
            raise ModelError(
                f"{method!r} is not a method that predicts: the model's predict_fn must be one of {', '.join(_METHODS)}"
            )
        function = getattr(model, method)
        return function(_in_order(model, data), **taken(function, params))

    def signature(self, model: Any, data: Any) -> Signature | None:
        known = infer_signature(data)
        return Signature(known.inputs, _outputs(model), None, known.form)


def _in_order(model: Any, data: Any) -> Any:
    """Return a table with its columns in the order that the estimator was fitted with, which it requires."""
    names = getattr(model, "feature_names_in_", None)
    arrow = library_of(data) == "pyarrow"
    columns = data.schema.names if arrow else getattr(data, "columns", None)
    if names is None or columns is None or list(columns) == list(names) or set(columns) != set(names):
        return data
    return data.select(list(names)) if arrow else data[list(names)]


def _outputs(model: Any) -> Schema | None:
    """Return the output schema of an estimator, as far as its fitted attributes show it."""
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
        except Exception:  # noqa: BLE001, S112 - a user's estimator may not have scikit-learn's tags
            continue
    return None
