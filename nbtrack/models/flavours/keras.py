"""Keras models, in MLflow's `keras` form: Keras' own file, on whichever backend."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, ClassVar

from nbtrack.errors import ModelError
from nbtrack.models.flavours.base import Flavour, Loading, Saved
from nbtrack.models.flavours.library import imported, is_of
from nbtrack.models.flavours.pickled import check_size, check_trust
from nbtrack.models.schema import Tensor
from nbtrack.models.signature import Signature

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["Keras"]

_FOLDER = "data"
_FILE = "model.keras"


class Keras(Flavour):
    """Models of Keras 3."""

    name: ClassVar[str] = "keras"
    is_tried: ClassVar[bool] = False  # the first prediction compiles a function, which takes long

    def handles(self, model: Any) -> bool:
        return is_of(model, "keras", "Model")

    def save(self, model: Any, folder: Path) -> Saved:
        keras = sys.modules["keras"]
        (folder / _FOLDER).mkdir()
        (folder / _FOLDER / "keras_module.txt").write_text("keras", encoding="ascii")
        file = folder / _FOLDER / _FILE
        try:
            model.save(file)
        except Exception as error:  # whatever the layers of a user raise
            raise ModelError(f"a {type(model).__name__} cannot be saved ({error})") from error
        check_size(file)
        backend = keras.backend.backend()
        conf = {
            "data": _FOLDER,
            "keras_backend": backend,
            "keras_version": keras.__version__,
            "save_exported_model": False,
        }
        return Saved(conf, "mlflow.keras", {}, {"keras", "numpy", backend})

    def load(self, folder: Path, conf: Mapping[str, Any], loading: Loading) -> Any:
        if conf.get("save_exported_model"):
            raise ModelError("the model is an exported graph of TensorFlow: load it with mlflow.keras")
        if "keras" not in sys.modules and conf.get("keras_backend"):
            os.environ.setdefault("KERAS_BACKEND", str(conf["keras_backend"]))
        keras = imported("keras")
        file = folder / str(conf.get("data", _FOLDER)) / _FILE
        try:
            # The file is safe, but for lambdas in layers: those are code.
            return keras.saving.load_model(file, safe_mode=not loading.pickles)
        except ValueError as error:
            if "safe_mode" in str(error):
                check_trust(file, loading)
            raise ModelError(f"the model cannot be loaded ({error})") from error
        except TypeError as error:  # a class of a notebook, of which the file has only the name
            raise ModelError(f"the model cannot be loaded: import its classes before ({error})") from error

    def predict(self, model: Any, data: Any, params: Mapping[str, Any]) -> Any:  # noqa: ARG002 (it takes none)
        import pandas as pd

        if isinstance(data, pd.DataFrame):
            return pd.DataFrame(model.predict(data.to_numpy(), verbose=0), index=data.index)
        return model.predict(data, verbose=0)

    def own_signature(self, model: Any) -> Signature | None:
        if not getattr(model, "inputs", None):  # it has not been built
            return None
        several = len(model.inputs) > 1
        return Signature(
            tuple(_tensor(one, one.name if several else None) for one in model.inputs),
            tuple(_tensor(one, None) for one in model.outputs[:1]) if len(model.outputs) == 1 else None,
        )


def _tensor(tensor: Any, name: str | None) -> Tensor:
    return Tensor(str(tensor.dtype), tuple(-1 if size is None else int(size) for size in tensor.shape), name)
