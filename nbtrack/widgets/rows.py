"""What the form says, as a model's input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError
from nbtrack.models.schema import Tensor
from nbtrack.widgets.predict_form import WHOLE, field_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbtrack.models.signature import Signature
    from nbtrack.widgets.predict_form import Field

__all__ = ["model_input", "typed_params"]

_WHOLE_NUMBERS = {"integer", "long"}
_NUMBERS = {"float", "double"}


def model_input(signature: Signature | None, row: Mapping[str, Any]) -> Any:
    """Return what the form says as the model takes it: a DataFrame of one row, arrays, or what a JSON body holds.

    Raises
    ------
    InvalidValueError
        When a value is no array, or a JSON body is none; names the field.
    """
    schema = None if signature is None else signature.inputs
    if not schema:
        return _unwrapped(row.get(WHOLE))
    names = field_names(schema)
    tensors = [part for part in schema if isinstance(part, Tensor)]
    if tensors:
        arrays = {name: _array(name, part, row) for name, part in zip(names, tensors, strict=True)}
        alone = len(tensors) == 1 and tensors[0].name is None
        return arrays[names[0]] if alone else arrays
    import pandas as pd

    columns = [part for part in schema if not isinstance(part, Tensor)]
    values = [
        (place if part.name is None else part.name, _typed(part.type, row[name]))
        for place, (name, part) in enumerate(zip(names, columns, strict=True))
        if name in row
    ]
    # By column, so that a list stays one value.
    return pd.DataFrame({name: pd.Series([value]) for name, value in values}, index=[0])


def typed_params(fields: Sequence[Field], params: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the parameters that the form gave; None when it gave none."""
    kinds = {field["name"]: field["type"] for field in fields}
    return {name: _typed(kinds.get(name, ""), value) for name, value in params.items()} or None


def _typed(kind: str, value: Any) -> Any:
    """Return a number that came as text, for JavaScript has no large ones; the server tells of what is none."""
    if isinstance(value, str) and kind in _WHOLE_NUMBERS | _NUMBERS:
        try:
            return int(value) if kind in _WHOLE_NUMBERS else float(value)
        except ValueError:
            return value
    return value


def _array(name: str, tensor: Tensor, row: Mapping[str, Any]) -> Any:
    import numpy as np

    if name not in row:
        raise InvalidValueError(f"{name!r} is empty; give an array as JSON")
    try:
        return np.asarray(row[name], dtype=tensor.dtype)
    except (ValueError, TypeError, OverflowError) as error:
        raise InvalidValueError(
            f"{name!r} is no array of {tensor.dtype} ({error}); give one as JSON"
        ) from error


def _unwrapped(body: Any) -> Any:
    """Return the input inside a body as MLflow's servers take it."""
    import pandas as pd

    if body is None:
        raise InvalidValueError(f"{WHOLE!r} is empty; give the input as JSON")
    if isinstance(body, list) and body and all(isinstance(one, Mapping) for one in body):
        return pd.DataFrame(body)
    if not isinstance(body, Mapping) or len(body) != 1:
        return body
    ((key, held),) = body.items()
    try:
        if key == "dataframe_split":
            return pd.DataFrame(held["data"], columns=held.get("columns"))
        if key == "dataframe_records":
            return pd.DataFrame(held)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidValueError(
            f"{WHOLE!r} holds no {key} ({error!r}); look at its columns and data"
        ) from error
    return held if key in {"instances", "inputs"} else body
