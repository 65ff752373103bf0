"""PyTorch modules, in MLflow's `pytorch` form."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, ClassVar

from nbtrack.errors import ModelError
from nbtrack.models.flavours.base import Flavour, Loading, Saved, taken
from nbtrack.models.flavours.pickled import TooLargeError, check_trust, size_limit
from nbtrack.models.requirements import modules_of_pickle

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["PyTorch"]

_FOLDER = "data"


class PyTorch(Flavour):
    """Modules of `torch.nn`, pickled with their classes, which need not be importable when they are loaded."""

    name: ClassVar[str] = "pytorch"
    is_tried: ClassVar[bool] = False  # predicting changes a module in training mode

    def handles(self, model: Any) -> bool:
        torch = sys.modules.get("torch")
        return torch is not None and hasattr(torch, "nn") and isinstance(model, torch.nn.Module)

    def save(self, model: Any, folder: Path) -> Saved:
        import zipfile

        import torch

        _check_size(model)
        (folder / _FOLDER).mkdir()
        file = folder / _FOLDER / "model.pth"
        try:
            torch.save(model, file, pickle_module=_cloudpickle())
        except Exception as error:
            raise ModelError(f"a {type(model).__name__} cannot be saved ({error})") from error
        # Python's pickle reads what cloudpickle writes; MLflow loads with the module named in this file.
        (folder / _FOLDER / "pickle_module_info.txt").write_text("pickle", encoding="ascii")
        with zipfile.ZipFile(file) as archive:
            (name,) = [n for n in archive.namelist() if n.endswith("/data.pkl")]
            modules = modules_of_pickle(archive.read(name))
        kind = type(model)
        conf = {
            "code": None,
            "model_class": f"{kind.__module__}.{kind.__qualname__}",
            "model_data": _FOLDER,
            "pytorch_version": torch.__version__.partition("+")[0],
        }
        return Saved(conf, "mlflow.pytorch", {"data": _FOLDER}, modules | {"torch", "numpy", "cloudpickle"})

    def load(self, folder: Path, conf: Mapping[str, Any], loading: Loading) -> Any:
        data = folder / str(conf.get("model_data", _FOLDER))
        file = data / ("model.pt2" if (data / "model.pt2").is_file() else "model.pth")
        check_trust(file, loading)
        try:
            import torch
        except ImportError as error:
            raise ModelError("the model needs PyTorch: python -m pip install torch") from error
        import cloudpickle  # noqa: F401 (its pickles refer to it)

        if file.name.endswith(".pt2"):  # MLflow's default: a graph, which is never in training
            return torch.export.load(file).module()
        model = torch.load(file, weights_only=False, map_location="cpu")
        model.eval()
        return model

    def predict(self, model: Any, data: Any, params: Mapping[str, Any]) -> Any:
        import numpy as np
        import pandas as pd
        import torch

        if isinstance(data, pd.DataFrame):
            array = data.to_numpy(dtype="float32")
        elif not isinstance(data, torch.Tensor):
            array = np.asarray(data)
        with torch.no_grad():
            given = data if isinstance(data, torch.Tensor) else _tensor(np.ascontiguousarray(array), model)
            answer = model(given, **taken(getattr(model, "forward", model), params))
        if isinstance(data, torch.Tensor):
            return answer
        answer = answer.cpu().numpy() if isinstance(answer, torch.Tensor) else answer
        return pd.DataFrame(answer, index=data.index) if isinstance(data, pd.DataFrame) else answer


def _tensor(array: Any, model: Any) -> Any:
    """Return an array as a tensor; doubles, as numbers of JSON and Python's are, in the precision of the module."""
    import torch

    tensor = torch.from_numpy(array)
    if tensor.dtype != torch.float64:
        return tensor
    kinds = (parameter.dtype for parameter in model.parameters() if parameter.is_floating_point())
    return tensor.to(next(kinds, tensor.dtype))


def _check_size(model: Any) -> None:
    """Refuse a module that is larger than allowed before it is written."""
    limit = size_limit.get()
    if limit is None:
        return
    tensors = {id(one): one for one in (*model.parameters(), *model.buffers())}.values()
    if sum(one.nelement() * one.element_size() for one in tensors) > limit:
        raise TooLargeError(f"the model has more than {limit:,} bytes")


def _cloudpickle() -> Any:
    """Return a pickle module for `torch.save`: cloudpickle's pickler under the names that it asks for."""
    import pickle
    from types import SimpleNamespace

    import cloudpickle

    return SimpleNamespace(
        __name__="cloudpickle", Pickler=cloudpickle.Pickler, dumps=cloudpickle.dumps, dump=cloudpickle.dump,
        HIGHEST_PROTOCOL=pickle.HIGHEST_PROTOCOL,
    )  # fmt: skip
