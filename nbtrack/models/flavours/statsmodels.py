"""Results of statsmodels, in MLflow's form: the library's pickle."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any, ClassVar

from nbtrack.errors import ModelError
from nbtrack.models.flavours.base import Flavour, Loading, Saved
from nbtrack.models.flavours.library import imported, is_of
from nbtrack.models.flavours.pickled import read_pickle, write_pickle
from nbtrack.models.requirements import modules_of_pickle
from nbtrack.models.signature import Signature, infer_signature

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["Statsmodels"]

_FILE = "model.statsmodels"
_ROWS = 100


class Statsmodels(Flavour):
    """What `fit` of a model of statsmodels returns."""

    name: ClassVar[str] = "statsmodels"

    def handles(self, model: Any) -> bool:
        return is_of(model, "statsmodels", "ResultsWrapper") or is_of(model, "statsmodels", "Results")

    def save(self, model: Any, folder: Path) -> Saved:
        data = write_pickle(model, folder / _FILE)
        conf = {
            "code": None,
            "data": _FILE,
            "statsmodels_version": sys.modules["statsmodels"].__version__,
        }
        modules = modules_of_pickle(data) | {"statsmodels", "numpy", "pandas"}
        return Saved(conf, "mlflow.statsmodels", {"data": _FILE}, modules)

    def load(self, folder: Path, conf: Mapping[str, Any], loading: Loading) -> Any:
        imported("statsmodels")
        return read_pickle(folder / str(conf.get("data", _FILE)), loading)

    def predict(self, model: Any, data: Any, params: Mapping[str, Any]) -> Any:  # noqa: ARG002 (it takes none)
        if not _is_of_time(model):
            return model.predict(data)
        columns = getattr(data, "columns", ())
        if len(data) != 1 or "start" not in columns or "end" not in columns:
            raise ModelError("a model of a time series predicts for one row with the columns start and end")
        return model.predict(start=data["start"].iloc[0], end=data["end"].iloc[0])

    def own_signature(self, model: Any) -> Signature | None:
        rows = None if _is_of_time(model) else _rows(model.model)
        return None if rows is None else infer_signature(rows, model.predict(rows))


def _is_of_time(model: Any) -> bool:
    return is_of(model.model, "statsmodels", "TimeSeriesModel")


def _rows(model: Any) -> Any:
    """Return the first rows that a model was fitted on, in the form that predicts: of a formula the columns in it."""
    data = model.data
    frame, formula = getattr(data, "frame", None), getattr(model, "formula", None)
    if frame is None or not isinstance(formula, str):
        exog = getattr(data, "orig_exog", None)
        return None if exog is None else exog[:_ROWS]
    used = set(re.findall(r"\w+", formula.partition("~")[2]))
    return frame[[name for name in frame.columns if name in used]].iloc[:_ROWS]
