"""What the form asks for: a model's columns, arrays and parameters, filled with its input example."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypedDict

from nbtrack.models.example import as_body, first_row, zeros
from nbtrack.models.schema import Column, Tensor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbtrack.models.signature import Signature

__all__ = ["WHOLE", "Field", "field_names", "input_fields", "param_fields", "plain"]

WHOLE = "input"
"""The name of the one field of a model that does not say what it takes."""

_EMPTY: dict[str, Any] = {"boolean": False, "integer": 0, "long": 0, "float": 0, "double": 0, "string": ""}
MAX_ELEMENTS = 2_000
"""An array of more elements is nothing to edit by hand."""


class Field(TypedDict):
    """One thing that the form asks for; `value` is what it holds at first."""

    name: str
    type: str
    required: bool
    value: Any


def field_names(schema: Sequence[Column | Tensor]) -> list[str]:
    """Return what the parts of a schema are called in the form: their names, or their places."""
    kind = "array" if schema and isinstance(schema[0], Tensor) else "column"
    alone = len(schema) == 1 and kind == "array"
    return [
        str(part.name) if part.name is not None else kind if alone else f"{kind} {place}"
        for place, part in enumerate(schema, 1)
    ]


def input_fields(signature: Signature | None, example: Any) -> list[Field]:
    """Return what the form asks for one prediction.

    Parameters
    ----------
    signature
        What the model takes, as far as it is known.
    example
        The model's input example, or None.
    """
    schema = None if signature is None else signature.inputs
    if not schema:
        value = None if example is None else first_row(as_body(example))
        return [{"name": WHOLE, "type": "json", "required": True, "value": value}]
    parts: Sequence[Column | Tensor] = schema
    fields: list[Field] = []
    for place, (part, name) in enumerate(zip(parts, field_names(parts), strict=True)):
        if isinstance(part, Tensor):
            shape = ", ".join("any" if size < 0 else str(size) for size in part.shape)
            dtype = f"{part.dtype} ({shape})"
            fields.append({"name": name, "type": dtype, "required": True, "value": _array(part, example)})
        else:
            value = plain(_first(example, part.name, place))
            if value is None and part.required:
                value = _EMPTY.get(part.type)
            fields.append({"name": name, "type": part.type, "required": part.required, "value": value})
    return fields


def param_fields(signature: Signature | None) -> list[Field]:
    """Return the parameters that the form asks for, with the values they have when none are given."""
    params = () if signature is None else signature.params or ()
    return [
        {
            "name": one.name,
            "type": one.type if one.shape is None else f"list of {one.type}",
            "required": False,
            "value": plain(one.default),
        }
        for one in params
    ]


def plain(value: Any) -> Any:
    """Return a value as JSON has it; what is missing is None."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        # NumPy's is one of Python's.
        return float(value) if math.isfinite(value) else None if math.isnan(value) else str(float(value))
    if isinstance(value, bytes):
        import base64

        return base64.b64encode(value).decode()
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if hasattr(value, "isoformat"):
        # pandas writes a missing time so.
        return None if str(value) == "NaT" else value.isoformat()
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    return None if str(value) == "<NA>" else str(value)


def _first(example: Any, name: str | int | None, place: int) -> Any:
    """Return the first row's value of a column, by its name or its place; None where the example has none."""
    if hasattr(example, "iloc"):
        row: Any = example.iloc[0] if len(example) else None
        if not hasattr(row, "iloc"):
            return row
        if name is not None and name in example.columns:
            return example[name].iloc[0]
        return row.iloc[place] if place < len(row) else None
    if isinstance(example, Mapping):
        value = example.get(name)
        listed = isinstance(value, list | tuple) or hasattr(value, "tolist")
        return value[0] if value is not None and listed and len(value) else value
    if isinstance(example, list | tuple) or (hasattr(example, "tolist") and getattr(example, "ndim", 0) > 0):
        if not len(example):
            return None
        row = example[0]
        if isinstance(row, Mapping):
            return row.get(name)
        if isinstance(row, list | tuple) or getattr(row, "ndim", 0) > 0:
            return row[place] if place < len(row) else None
        return row if place == 0 else None
    return example if place == 0 else None


def _array(tensor: Tensor, example: Any) -> Any:
    """Return one element of the example, or as many zeros; None where that is too much to edit."""
    if isinstance(example, Mapping):
        example = example.get(tensor.name)
    if example is not None:
        import numpy as np

        found = np.asarray(example)
        batch = found[:1] if found.ndim == len(tensor.shape) and tensor.shape[:1] == (-1,) else found
        return plain(batch) if batch.size <= MAX_ELEMENTS else None
    size = math.prod(max(one, 1) for one in tensor.shape)
    return zeros(tensor) if size <= MAX_ELEMENTS else None
