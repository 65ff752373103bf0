"""ONNX graphs, in MLflow's form, run by ONNX Runtime."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, ClassVar

from nbtrack.models.flavours.base import Flavour, Loading, Saved
from nbtrack.models.flavours.library import imported, is_of
from nbtrack.models.flavours.pickled import check_size
from nbtrack.models.schema import Tensor
from nbtrack.models.signature import Signature

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["ONNX"]

_FILE = "model.onnx"
_PROVIDERS = ["CUDAExecutionProvider", "CPUExecutionProvider"]


class ONNX(Flavour):
    """Graphs of `onnx`."""

    name: ClassVar[str] = "onnx"

    def handles(self, model: Any) -> bool:
        return is_of(model, "onnx", "ModelProto")

    def save(self, model: Any, folder: Path) -> Saved:
        onnx = sys.modules["onnx"]
        onnx.checker.check_model(model)
        # What is large goes into files beside the graph, which cannot have more than 2 GB.
        onnx.save_model(model, str(folder / _FILE), save_as_external_data=True)
        check_size(*(file for file in folder.iterdir() if file.is_file()))
        conf = {
            "code": None,
            "data": _FILE,
            "onnx_session_options": None,
            "onnx_version": onnx.__version__,
            "providers": _PROVIDERS,
        }
        return Saved(conf, "mlflow.onnx", {"data": _FILE}, {"onnx", "onnxruntime", "numpy", "pandas"})

    def load(self, folder: Path, conf: Mapping[str, Any], loading: Loading) -> Any:  # noqa: ARG002 (no pickle)
        onnx = imported("onnx")
        file = str(folder / str(conf.get("data", _FILE)))
        onnx.checker.check_model(file)
        return onnx.load(file)

    def ready(self, model: Any, folder: Path, function: Mapping[str, Any]) -> Any:  # noqa: ARG002 (it is in the folder)
        return _session(str(folder / str(function.get("data", _FILE))))

    def predict(self, model: Any, data: Any, params: Mapping[str, Any]) -> Any:  # noqa: ARG002 (it takes none)
        import numpy as np
        import pandas as pd

        session = _session(model.SerializeToString()) if hasattr(model, "SerializeToString") else model
        wanted = {one.name: one.type for one in session.get_inputs()}
        if isinstance(data, pd.DataFrame):
            several = len(wanted) > 1
            given = {name: data[name].to_numpy() if several else data.to_numpy() for name in wanted}
        elif isinstance(data, dict):
            given = data
        else:
            given = dict.fromkeys(wanted, np.asarray(data))
        for name, array in given.items():
            if wanted.get(name) == "tensor(float)" and array.dtype == np.float64:
                given[name] = array.astype("float32")
        names = [one.name for one in session.get_outputs()]
        answers = dict(zip(names, session.run(names, given), strict=True))
        if isinstance(data, pd.DataFrame):
            return pd.DataFrame({name: np.asarray(answer).reshape(-1) for name, answer in answers.items()})
        return answers

    def own_signature(self, model: Any) -> Signature | None:
        weights = {one.name for one in model.graph.initializer}
        inputs = [one for one in model.graph.input if one.name not in weights]
        several = len(inputs) > 1
        return Signature(tuple(_tensor(one, one.name if several else None) for one in inputs))


def _session(source: Any) -> Any:
    runtime = imported("onnxruntime")
    there = set(runtime.get_available_providers())
    return runtime.InferenceSession(source, providers=[name for name in _PROVIDERS if name in there])


def _tensor(value: Any, name: str | None) -> Tensor:
    kind = value.type.tensor_type
    dtype = sys.modules["onnx"].helper.tensor_dtype_to_np_dtype(kind.elem_type)
    sizes = tuple(one.dim_value if one.HasField("dim_value") else -1 for one in kind.shape.dim)
    return Tensor(str(dtype), (-1, *sizes[1:]), name)
