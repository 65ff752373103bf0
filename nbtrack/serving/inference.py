"""The Open Inference Protocol, version 2: tensors in, tensors out.

Specified at https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
"""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError
from nbtrack.models.inputs import of_table, of_values
from nbtrack.models.predictions import plain
from nbtrack.models.schema import Column, Tensor
from nbtrack.serving.payload import loads
from nbtrack.serving.responses import dumps

if TYPE_CHECKING:
    import numpy as np

    from nbtrack.models import Signature
    from nbtrack.models.schema import Schema

__all__ = ["DATATYPES", "OUTPUT", "InferenceRequest", "inference_body", "read_inference", "tensors_of"]

OUTPUT = "predict"
"""The name of the output of a model with a single output."""

DATATYPES = {
    "BOOL": "bool",
    "UINT8": "uint8",
    "UINT16": "uint16",
    "UINT32": "uint32",
    "UINT64": "uint64",
    "INT8": "int8",
    "INT16": "int16",
    "INT32": "int32",
    "INT64": "int64",
    "FP16": "float16",
    "FP32": "float32",
    "FP64": "float64",
    "BYTES": "object",
}
"""The protocol's types, and NumPy's for each."""

_MAX_DEPTH = 64
"""The most dimensions that a NumPy array can have."""
_OF_COLUMNS = {"boolean": "BOOL", "integer": "INT32", "long": "INT64", "float": "FP32", "double": "FP64"}
_OF_DTYPES = {dtype: name for name, dtype in DATATYPES.items()}


def tensors_of(schema: Schema | None, single: str = "") -> list[dict[str, Any]]:
    """Return a schema in the form of the protocol's metadata; parts without a name are named by their position.

    Parameters
    ----------
    single
        The name of a single part without a name.

    Examples
    --------
    >>> tensors_of((Column("double", "alcohol"),))
    [{'name': 'alcohol', 'datatype': 'FP64', 'shape': [-1, 1]}]
    """
    tensors: list[dict[str, Any]] = []
    parts: list[Any] = list(schema or ())
    for number, part in enumerate(parts):
        if isinstance(part, Tensor):
            kind, shape = _OF_DTYPES.get(part.dtype, "BYTES"), list(part.shape)
        else:
            kind, shape = _OF_COLUMNS.get(part.type, "BYTES"), [-1, 1]
        name = (
            (single if single and len(parts) == 1 else _place(number))
            if part.name is None
            else str(part.name)
        )
        tensors.append({"name": name, "datatype": kind, "shape": shape})
    return tensors


def _place(number: int) -> str:
    return f"input-{number}"


@dataclass(frozen=True, slots=True)
class InferenceRequest:
    """A parsed inference request."""

    data: Any
    """The model's input."""
    params: dict[str, Any]
    id: str | None
    outputs: list[str] | None
    """The names of the outputs that are wanted; None for all."""


def read_inference(body: bytes, signature: Signature | None) -> InferenceRequest:
    """Parse an inference request.

    Raises
    ------
    InvalidValueError, SchemaError
        When it is not a valid one, or does not fit the model's signature.
    """
    request = loads(body)
    if not isinstance(request, dict) or not isinstance(request.get("inputs"), list) or not request["inputs"]:
        raise InvalidValueError(
            "the body is not an inference request; send {'inputs': [{name, shape, datatype, data}]}"
        )
    tensors: dict[str, np.ndarray[Any, Any]] = {}
    for entry in request["inputs"]:
        name, array = _tensor(entry)
        if name in tensors:
            raise InvalidValueError(f"there are two inputs {name!r}")
        tensors[name] = array
    params, wanted = request.get("parameters") or {}, request.get("outputs")
    if not isinstance(params, dict):
        raise InvalidValueError("parameters is not an object of names and values")
    if wanted is not None and not (
        isinstance(wanted, list) and all(isinstance(w, dict) and "name" in w for w in wanted)
    ):
        raise InvalidValueError("outputs is not a list of {name}")
    known = {param.name for param in (signature.params if signature else None) or ()}
    return InferenceRequest(
        _data(tensors, signature),
        {key: value for key, value in params.items() if key in known},
        request["id"] if isinstance(request.get("id"), str) else None,
        None if not wanted else [str(output["name"]) for output in wanted],
    )


def inference_body(predictions: Any, request: InferenceRequest, name: str) -> bytes:
    """Return the answer to an inference request.

    Raises
    ------
    TypeError, ValueError
        When the predictions cannot be written as tensors.
    """
    outputs = _outputs(predictions)
    if request.outputs is not None:
        outputs = [output for output in outputs if output["name"] in request.outputs]
    answer = {"model_name": name, "outputs": outputs}
    return dumps(answer if request.id is None else {**answer, "id": request.id})


def _tensor(entry: Any) -> tuple[str, np.ndarray[Any, Any]]:
    """Return the name and the array of one tensor of a request."""
    import numpy as np

    if not isinstance(entry, dict) or not {"name", "shape", "datatype", "data"} <= set(entry):
        raise InvalidValueError("an input is not a tensor; send {name, shape, datatype, data}")
    name, kind, shape = str(entry["name"]), entry["datatype"], entry["shape"]
    if not isinstance(kind, str) or kind not in DATATYPES:
        raise InvalidValueError(f"input {name!r} is of the type {kind!r}; send one of {', '.join(DATATYPES)}")
    if not isinstance(shape, list) or not all(type(size) is int and size >= 0 for size in shape):
        raise InvalidValueError(f"input {name!r} has the shape {shape!r}; send a list of sizes")
    if not isinstance(entry["data"], list):
        raise InvalidValueError(f"input {name!r} has data that is not a list; send {kind} values in a list")
    flat = _flat(entry["data"], name)
    dtype: Any = np.dtype(DATATYPES[kind])
    for value in flat:
        if not _fits(value, dtype):
            raise InvalidValueError(f"input {name!r} holds {value!r}, which is no {kind}")
    try:
        return name, np.array(flat, dtype=dtype).reshape(shape)
    except (ValueError, TypeError, OverflowError) as error:
        raise InvalidValueError(f"input {name!r} is not {kind} of the shape {shape} ({error})") from error


def _flat(values: list[Any], name: str) -> list[Any]:
    """Return the values in nested lists as one list."""
    for _ in range(_MAX_DEPTH):
        if not any(type(value) is list for value in values):
            return values
        values = [item for value in values for item in (value if type(value) is list else [value])]
    raise InvalidValueError(f"input {name!r} is nested too deeply")


def _fits(value: Any, dtype: Any) -> bool:
    """Return whether a JSON value has a type; null stands for a float's NaN, which JSON lacks."""
    import numpy as np

    if dtype.kind == "b":
        return type(value) is bool
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        return type(value) is int and limits.min <= value <= limits.max
    if dtype.kind == "f":
        number = type(value) in (int, float)
        return value is None or (
            number and (not math.isfinite(value) or abs(value) <= float(np.finfo(dtype).max))
        )
    return isinstance(value, str) or value is None


def _data(tensors: dict[str, np.ndarray[Any, Any]], signature: Signature | None) -> Any:
    """Return tensors in the form that the model takes: a table from its columns or as a whole, or arrays."""
    parts: Any = (signature.inputs if signature is not None else None) or ()
    columns = [part for part in parts if isinstance(part, Column)]
    if columns:
        return _table(tensors, columns, signature)
    names = {part.name for part in parts}
    if len(tensors) == 1 and (not names or names == {None}):
        (array,) = tensors.values()
        return of_values(array, signature)
    return of_values(dict(tensors), signature)


def _table(
    tensors: dict[str, np.ndarray[Any, Any]], columns: list[Column], signature: Signature | None
) -> Any:
    names = [column.name for column in columns]
    whole = next(iter(tensors.values()))
    if len(tensors) == 1 and whole.ndim == 2 and whole.shape[1] == len(columns):
        return of_table(names if names[0] is not None else None, whole.tolist(), signature)
    flat = {}
    for name, array in tensors.items():
        if array.ndim > 2 or (array.ndim == 2 and array.shape[1] != 1):
            raise InvalidValueError(
                f"input {name!r} has the shape {list(array.shape)}; a column has [rows] or [rows, 1]"
            )
        flat[name] = array.reshape(-1).tolist()
    if len(set(map(len, flat.values()))) > 1:
        raise InvalidValueError("the inputs have different numbers of rows")
    if names[0] is None and len(columns) > 1:
        places = list(map(_place, range(len(columns))))
        if set(flat) != set(places):
            raise InvalidValueError(
                f"the inputs are {', '.join(map(repr, flat))}; send {places[0]} to {places[-1]}"
            )
        flat = {place: flat[place] for place in places}
    rows = list(zip(*flat.values(), strict=True))
    return of_table(list(flat) if names[0] is not None else None, rows, signature)


def _outputs(predictions: Any) -> list[dict[str, Any]]:
    import numpy as np

    if hasattr(predictions, "detach"):
        predictions = predictions.detach().cpu().numpy()
    if hasattr(predictions, "tocsr"):
        predictions = predictions.toarray()
    if hasattr(predictions, "to_frame"):
        predictions = predictions.to_numpy()
    if hasattr(predictions, "items"):
        return [_output(str(name), np.asarray(part)) for name, part in predictions.items()]
    if not hasattr(predictions, "__array__"):
        predictions = (
            list(predictions)
            if hasattr(predictions, "__iter__") and not isinstance(predictions, str)
            else [predictions]
        )
    return [_output(OUTPUT, np.asarray(predictions))]


def _output(name: str, array: np.ndarray[Any, Any]) -> dict[str, Any]:
    kind = _OF_DTYPES.get(str(array.dtype), "BYTES")
    data: list[Any] = plain(array.reshape(-1))
    if kind == "BYTES":
        data = [_text(value) for value in data]
    return {"name": name, "datatype": kind, "shape": list(array.shape), "data": data}


def _text(value: Any) -> str | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, str | bool | int | float) or hasattr(value, "isoformat"):
        return value.isoformat() if hasattr(value, "isoformat") else str(value)
    raise TypeError(f"a tensor cannot hold a {type(value).__name__}")
