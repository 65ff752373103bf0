"""The Open Inference Protocol, version 2: tensors in, tensors out.

Specified at https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError
from nbtrack.models.schema import Column, Tensor
from nbtrack.serving.jsontypes import cast_array, cast_frame
from nbtrack.serving.payload import loads

if TYPE_CHECKING:
    import numpy as np

    from nbtrack.models import LoadedModel
    from nbtrack.models.schema import Schema

__all__ = ["DATATYPES", "OUTPUT", "infer", "tensors_of"]

OUTPUT = "predict"
"""The name of the output of a model that gives one."""

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

_OF_COLUMNS = {"boolean": "BOOL", "integer": "INT32", "long": "INT64", "float": "FP32", "double": "FP64"}
_OF_DTYPES = {dtype: name for name, dtype in DATATYPES.items()}


def tensors_of(schema: Schema | None) -> list[dict[str, Any]]:
    """Return a schema as the protocol's metadata tells of it; columns without a name are one tensor.

    Examples
    --------
    >>> tensors_of((Column("double", "alcohol"),))
    [{'name': 'alcohol', 'datatype': 'FP64', 'shape': [-1, 1]}]
    """
    told: list[dict[str, Any]] = []
    parts: list[Any] = list(schema or ())
    for number, part in enumerate(parts):
        if isinstance(part, Tensor):
            kind, shape = _OF_DTYPES.get(part.dtype, "BYTES"), list(part.shape)
        else:
            kind, shape = _OF_COLUMNS.get(part.type, "BYTES"), [-1, 1]
        told.append(
            {
                "name": f"input-{number}" if part.name is None else str(part.name),
                "datatype": kind,
                "shape": shape,
            }
        )
    return told


def infer(model: LoadedModel, name: str, body: bytes) -> dict[str, Any]:
    """Return the answer to an inference request.

    Raises
    ------
    InvalidValueError, SchemaError
        When it is none, or the model does not take it.
    """
    request = loads(body)
    if not isinstance(request, dict) or not isinstance(request.get("inputs"), list) or not request["inputs"]:
        raise InvalidValueError(
            "the body is no inference request; send {'inputs': [{name, shape, datatype, data}]}"
        )
    tensors = dict(map(_tensor, request["inputs"]))
    params = request.get("parameters")
    if not isinstance(params, dict | None):
        raise InvalidValueError("parameters is no object of names and values")
    schema = model.signature.inputs if model.signature is not None else None
    known = {param.name for param in (model.signature.params if model.signature else None) or ()}
    given = {key: value for key, value in (params or {}).items() if key in known}
    predictions = model.predict(_data(tensors, schema), given)
    answer = {"model_name": name, "outputs": _outputs(predictions)}
    if isinstance(request.get("id"), str):
        answer["id"] = request["id"]
    return answer


def _tensor(entry: Any) -> tuple[str, np.ndarray[Any, Any]]:
    """Return the name and the array of one tensor of a request."""
    import numpy as np

    if not isinstance(entry, dict) or not {"name", "shape", "datatype", "data"} <= set(entry):
        raise InvalidValueError("an input is no tensor; send {name, shape, datatype, data}")
    name, kind, shape = str(entry["name"]), entry["datatype"], entry["shape"]
    if not isinstance(kind, str) or kind not in DATATYPES:
        raise InvalidValueError(f"input {name!r} is of the type {kind!r}; send one of {', '.join(DATATYPES)}")
    if not isinstance(shape, list) or not all(type(size) is int and size >= 0 for size in shape):
        raise InvalidValueError(f"input {name!r} has the shape {shape!r}; send a list of sizes")
    if not isinstance(entry["data"], list):
        raise InvalidValueError(f"input {name!r} has data that are no list; send {kind} values in a list")
    text = kind == "BYTES" or _holds_text(entry["data"])
    if text and kind != "BYTES":
        raise InvalidValueError(f"input {name!r} holds text, and is said to be of the type {kind}")
    try:
        array = np.array(entry["data"], dtype=DATATYPES[kind]).reshape(shape)
    except (ValueError, TypeError, OverflowError) as error:
        raise InvalidValueError(f"input {name!r} is not {kind} of the shape {shape} ({error})") from error
    return name, array


def _holds_text(data: Any) -> bool:
    while isinstance(data, list) and data:
        data = data[0]
    return isinstance(data, str)


def _data(tensors: dict[str, np.ndarray[Any, Any]], schema: Schema | None) -> Any:
    """Return tensors as the model takes them: a table by its columns or whole, or arrays."""
    import pandas as pd

    columns = [part for part in schema or () if isinstance(part, Column)]
    if not columns:
        known = {part.name: part for part in schema or () if isinstance(part, Tensor)}
        single = len(tensors) == 1 and (not known or set(known) == {None})
        if single:
            (array,) = tensors.values()
            return cast_array(array, next(iter(known.values()), None), None)
        return {name: cast_array(array, known.get(name), name) for name, array in tensors.items()}
    names = [column.name for column in columns]
    whole = next(iter(tensors.values()))
    if len(tensors) == 1 and whole.ndim == 2 and whole.shape[1] == len(columns):
        frame = pd.DataFrame(whole, columns=names if names[0] is not None else None)
        return cast_frame(frame, columns)
    flat = {}
    for name, array in tensors.items():
        if array.ndim > 2 or (array.ndim == 2 and array.shape[1] != 1):
            raise InvalidValueError(
                f"input {name!r} has the shape {list(array.shape)}; a column has [rows] or [rows, 1]"
            )
        flat[name] = array.reshape(-1)
    if len({len(array) for array in flat.values()}) > 1:
        raise InvalidValueError("the inputs have different numbers of rows")
    return cast_frame(pd.DataFrame(flat), columns)


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
    return [_output(OUTPUT, np.asarray(predictions))]


def _output(name: str, array: np.ndarray[Any, Any]) -> dict[str, Any]:
    kind = _OF_DTYPES.get(str(array.dtype), "BYTES")
    data: list[Any] = array.reshape(-1).tolist()
    if kind == "BYTES":
        data = [
            base64.b64encode(v).decode() if isinstance(v, bytes) else v if v is None else str(v) for v in data
        ]
    return {"name": name, "datatype": kind, "shape": list(array.shape), "data": data}
