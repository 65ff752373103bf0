"""Schemas of a model's inputs and outputs: columns and tensors, in MLflow's form.

The JSON is that of MLflow's `ColSpec` and `TensorSpec` (https://mlflow.org/docs/latest/model/signatures).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "TYPES",
    "Column",
    "Schema",
    "Tensor",
    "schema_from_json",
    "schema_to_json",
]

TYPES = {
    "boolean": "bool",
    "integer": "int32",
    "long": "int64",
    "float": "float32",
    "double": "float64",
    "string": "str",
    "binary": "bytes",
    "datetime": "datetime64[ns]",
}
"""MLflow's column types, with NumPy's type for each."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column, identified by name, or by position if the name is None."""

    type: str
    """One of `TYPES`, or `array`, `object`, `map`, `any`, whose parts `detail` has."""
    name: str | int | None = None
    required: bool = True
    detail: Mapping[str, Any] | None = None

    @property
    def is_scalar(self) -> bool:
        """Whether its values are scalars."""
        return self.type in TYPES


@dataclass(frozen=True, slots=True)
class Tensor:
    """An array: NumPy's dtype, and the shape with -1 for dimensions that may vary."""

    dtype: str
    shape: tuple[int, ...]
    name: str | None = None


Schema = tuple[Column, ...] | tuple[Tensor, ...]


def schema_to_json(schema: Schema) -> str:
    """Return a schema as MLflow's JSON.

    Examples
    --------
    >>> schema_to_json((Column("double", "alcohol"),))
    '[{"type": "double", "name": "alcohol", "required": true}]'
    """
    entries: list[dict[str, Any]] = []
    for part in schema:
        if isinstance(part, Tensor):
            entry: dict[str, Any] = {
                "type": "tensor",
                "tensor-spec": {"dtype": part.dtype, "shape": list(part.shape)},
            }
        else:
            entry = {"type": part.type, **(part.detail or {})}
        if part.name is not None:
            entry["name"] = part.name
        if isinstance(part, Column):
            entry["required"] = part.required
        entries.append(entry)
    return json.dumps(entries)


def schema_from_json(text: str) -> Schema:
    """Return the schema from MLflow's JSON.

    Raises
    ------
    InvalidValueError
        When it is no schema.
    """
    try:
        entries = json.loads(text)
        tensors = [e for e in entries if e["type"] == "tensor"]
        if tensors and len(tensors) == len(entries):
            return tuple(
                Tensor(e["tensor-spec"]["dtype"], tuple(e["tensor-spec"]["shape"]), e.get("name"))
                for e in tensors
            )
        return tuple(_column(e) for e in entries)
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidValueError(f"{text[:200]!r} is not the schema of a model ({error!r})") from error


def _column(entry: Mapping[str, Any]) -> Column:
    kind = str(entry["type"])
    known = {"type", "name", "required", "optional"}
    detail = {key: value for key, value in entry.items() if key not in known} or None
    required = entry.get("required", not entry.get("optional", False))
    return Column(kind, entry.get("name"), bool(required), detail)
