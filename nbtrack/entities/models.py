"""The models of a run: what its cell fitted, and what was saved with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError, ModelError
from nbtrack.records import EstimatorRecord

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nbtrack.models import MLmodel, Signature
    from nbtrack.records import ModelRecord
    from nbtrack.store import Store

__all__ = ["RunModel", "models_of"]


@dataclass(frozen=True, slots=True)
class RunModel(EstimatorRecord):
    """A model of a run: fitted in its cell, saved with it, or both.

    For a model that was only saved, `name` is its folder, and `params`, `schema`, `shape` and `rows` are empty; for one
    that was only fitted, `uri` and the fields below are empty. If a model does not record its class, `estimator` is the
    flavour.
    """

    path: str = ""
    """Its folder among the run's artifacts."""
    id: str = ""
    flavour: str = ""
    size: int = 0
    """In bytes."""
    folder: Path | None = field(default=None, repr=False, compare=False)

    @property
    def signature(self) -> Signature | None:
        """The schema of its input and output; None if it was not saved, or its files are gone."""
        known = None if self.folder is None else _mlmodel(self.folder)
        return None if known is None else known.signature

    @property
    def predicts(self) -> bool:
        """Whether it was saved and predicts: a scaler or an encoder only prepares what others predict for."""
        known = None if self.folder is None else _mlmodel(self.folder)
        if known is None:
            return False
        return "sklearn" not in known.flavors or "predict_fn" in known.flavors.get("python_function", {})


def models_of(store: Store, key: int, run_id: str, artifacts: Path) -> list[RunModel]:
    """Return the models of a run: those of its cell in the order of fitting, then the others in that of saving.

    Parameters
    ----------
    store
        The run's store.
    key, run_id
        The run's row there, and its id.
    artifacts
        The folder of its artifacts.
    """
    saved = {record.name: record for record in store.models.of_run(run_id)}
    models = []
    for item in store.document(key, "estimators") or []:
        described = _described(item)
        path = str(described.get("uri", "")).removeprefix(f"runs:/{run_id}/")
        record = saved.get(path)
        if record is None:
            models.append(RunModel(**described))
        elif _is_still(described["estimator"], artifacts / path):
            models.append(RunModel(**described, **_saved(artifacts, saved.pop(path))))
        else:
            # Another model has replaced it.
            models.append(RunModel(**described | {"uri": ""}))
    for record in saved.values():
        known = _mlmodel(artifacts / record.name)
        kind = (known.model_class if known is not None else None) or record.flavour
        uri = f"runs:/{run_id}/{record.name}"
        models.append(RunModel(record.name, kind, {}, {}, (), uri=uri, **_saved(artifacts, record)))
    return models


def _described(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return a JSON entry with its lists converted back to tuples."""
    shape, rows = tuple(item.get("shape", ())), tuple(tuple(row) for row in item.get("rows", ()))
    return {**item, "shape": shape, "rows": rows}


def _saved(artifacts: Path, record: ModelRecord) -> dict[str, Any]:
    return {
        "path": record.name,
        "id": record.id,
        "flavour": record.flavour,
        "size": record.size,
        "folder": artifacts / record.name,
    }


def _is_still(estimator: str, folder: Path) -> bool:
    """Return whether a folder contains a model of this class, or does not record the class."""
    known = _mlmodel(folder)
    return known is None or known.model_class in (None, estimator)


def _mlmodel(folder: Path) -> MLmodel | None:
    from nbtrack.models import MLmodel

    try:
        return MLmodel.read(folder)
    except (ModelError, InvalidValueError):  # deleted by hand, or not written by nbtrack
        return None
