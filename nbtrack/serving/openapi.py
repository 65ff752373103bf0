"""The OpenAPI 3.1 document of a model server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from nbtrack.models.schema import Tensor
from nbtrack.serving.inference import DATATYPES
from nbtrack.serving.payload import FORMS
from nbtrack.version import __version__

if TYPE_CHECKING:
    from nbtrack.models import Param
    from nbtrack.models.schema import Column
    from nbtrack.serving.model_description import Description

__all__ = ["document"]

_MAX_FLOAT32 = 3.4e38
"""The largest 32-bit float, rounded down."""
_TYPES: dict[str, dict[str, Any]] = {
    "boolean": {"type": "boolean"},
    "integer": {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1},
    "long": {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1},
    "float": {"type": "number", "minimum": -_MAX_FLOAT32, "maximum": _MAX_FLOAT32},
    "double": {"type": "number"},
    "string": {"type": "string"},
    "binary": {"type": "string", "contentEncoding": "base64"},
    "datetime": {"type": "string", "format": "date-time"},
    "array": {"type": "array"},
    "object": {"type": "object"},
    "map": {"type": "object"},
}
_NUMBERS = frozenset({"integer", "long", "float", "double"})
_JSON = "application/json"
_ERRORS = {
    "400": "The body is malformed, or not what the model takes; the message names the column.",
    "401": "The token is missing or wrong.",
    "403": "A page of another site asked, or the header Host names another server.",
    "408": "The client took too long.",
    "413": "The body is too large.",
    "415": "The type of the body is not known.",
    "500": "The model failed.",
    "503": "The model is being loaded, or too many requests wait.",
    "504": "The model took too long; its process has been replaced.",
}


def document(model: Description) -> dict[str, Any]:
    """Return the document for a model, its schemas built from the signature."""
    v2 = f"/v2/models/{quote(model.name)}"
    invocations = {
        "summary": "Predict",
        "operationId": "predict",
        "description": "MLflow's protocol: a table by columns and rows, by records, or arrays; also a table "
        "as text/csv or application/vnd.apache.parquet.",
        "requestBody": {
            "required": True,
            "content": {_JSON: {"schema": _request(model), "example": model.example}},
        },
        "responses": _responses(_object({"predictions": {}}, ["predictions"]), *_ERRORS),
    }
    infer = {
        "summary": "Predict (Open Inference Protocol)",
        "operationId": "infer",
        "requestBody": {"required": True, "content": {_JSON: {"schema": _inference_request()}}},
        "responses": _responses(_inference_response(), *_ERRORS, error="InferenceError"),
    }
    state = _object({"name": {"type": "string"}, "ready": {"type": "boolean"}}, ["ready"])
    return {
        "openapi": "3.1.0",
        "info": {"title": model.name, "version": model.version, "description": f"{model.uri}, served by nbtrack {__version__}."},
        "paths": {
            "/invocations": {"post": invocations},
            "/ping": {"get": _read("Whether the model is ready", None, "503")},
            "/health": {"get": _read("Whether the model is ready", None, "503")},
            "/version": {"get": _read("The version of nbtrack", None)},
            "/metrics": {"get": _read("Figures for Prometheus", None)},
            "/stats": {"get": _read("Figures in short; p50 and p99 in milliseconds", {"type": "object"})},
            "/v2": {"get": _read("The server", {"type": "object"})},
            "/v2/health/live": {"get": _read("Whether the server is there", {"type": "object"})},
            "/v2/health/ready": {"get": _read("Whether the model is ready", state, "503")},
            v2: {"get": _read("The model's inputs and outputs", {"type": "object"})},
            f"{v2}/ready": {"get": _read("Whether the model is ready", state, "503")},
            f"{v2}/infer": {"post": infer},
        },
        "components": {
            "schemas": {
                "InferenceError": _object({"error": {"type": "string"}}, ["error"]),
                "Error": _object(
                    {"error_code": {"type": "string"}, "message": {"type": "string"}}, ["error_code", "message"]
                )
            },
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }  # fmt: skip


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required}


def _responses(schema: dict[str, Any], *errors: str, error: str = "Error") -> dict[str, Any]:
    body = {_JSON: {"schema": {"$ref": f"#/components/schemas/{error}"}}}
    return {
        "200": {"description": "The predictions.", "content": {_JSON: {"schema": schema}}},
        **{status: {"description": _ERRORS[status], "content": body} for status in errors},
    }


def _read(summary: str, schema: dict[str, Any] | None, *more: str) -> dict[str, Any]:
    """Return a GET operation without parameters; a schema of None stands for text."""
    kind = _JSON if schema is not None else "text/plain"
    answer = {
        "description": summary,
        "content": {kind: {"schema": {"type": "string"} if schema is None else schema}},
    }
    errors = {
        status: {"description": _ERRORS[status], "content": {_JSON: {}}} for status in ("401", "403", *more)
    }
    return {"summary": summary, "responses": {"200": answer, **errors}}


def _value(column: Column) -> dict[str, Any]:
    schema = _TYPES.get(column.type, {})
    # Only models that were fitted on missing values take a missing number.
    if not schema or (column.required and column.type in _NUMBERS):
        return schema
    return {"anyOf": [schema, {"type": "null"}]}


def _request(model: Description) -> dict[str, Any]:
    """Return the schema of the body of `/invocations`."""
    rows = _rows(model)
    forms = {"instances": rows, "inputs": rows}
    columns = model.columns
    if columns and columns[0].name is not None:
        names = [column.name for column in columns]
        values = {str(column.name): _value(column) for column in columns}
        record = _object(values, [str(column.name) for column in columns if column.required])
        forms["dataframe_records"] = {"type": "array", "items": record, "minItems": 1}
        split = _object(
            {"columns": {"const": names, "description": "In any order."}, "data": rows}, ["columns", "data"]
        )
        forms["dataframe_split"] = split
    elif columns or model.inputs is None:
        forms["dataframe_split"] = _object({"data": rows or {"type": "array"}}, ["data"])
    params = {param.name: _param(param) for param in model.params}
    extra = (
        {"params": {"anyOf": [{"type": "object", "properties": params}, {"type": "null"}]}} if params else {}
    )
    # Unknown keys are ignored, as in MLflow; two forms at once are refused.
    refused: dict[str, Any] = dict.fromkeys(FORMS, False)
    return {"anyOf": [_object(refused | {form: schema, **extra}, [form]) for form, schema in forms.items()]}


def _param(param: Param) -> dict[str, Any]:
    kind = _TYPES.get(param.type, {})
    return {"anyOf": [kind if param.shape is None else {"type": "array", "items": kind}, {"type": "null"}]}


def _rows(model: Description) -> dict[str, Any]:
    columns = model.columns
    if columns:
        kinds = list(map(_value, columns))
        width = len(columns)
        row: dict[str, Any] = {"type": "array", "minItems": width, "maxItems": width}
        row |= {"items": kinds[0]} if all(kind == kinds[0] for kind in kinds) else {"prefixItems": kinds}
        return {"type": "array", "items": row, "minItems": 1}
    tensors = [part for part in model.inputs or () if isinstance(part, Tensor)]
    if len(tensors) == 1 and tensors[0].name is None:
        return _nested(tensors[0])
    if tensors:
        return _object(
            {str(tensor.name): _nested(tensor) for tensor in tensors}, [str(t.name) for t in tensors]
        )
    return {}


def _nested(tensor: Tensor) -> dict[str, Any]:
    kind = "string" if tensor.dtype in ("str", "bytes") else "boolean" if tensor.dtype == "bool" else "number"
    schema: dict[str, Any] = {"type": kind}
    if tensor.dtype.startswith(("int", "uint")):
        schema = {"type": "integer"}
    elif tensor.dtype.startswith("float"):
        schema = {"type": ["number", "null"]}  # a missing value, which is NaN
    for size in reversed(tensor.shape):
        limits = {"minItems": 1} if size < 0 else {"minItems": size, "maxItems": size}
        schema = {"type": "array", "items": schema, **limits}
    return schema


def _inference_request() -> dict[str, Any]:
    size = {"type": "integer", "minimum": 0}
    tensor = _object(
        {
            "name": {"type": "string"},
            "shape": {"type": "array", "items": size},
            "datatype": {"enum": list(DATATYPES)},
            "data": {"type": "array"},
        },
        ["name", "shape", "datatype", "data"],
    )
    return _object(
        {"id": {"type": "string"}, "inputs": {"type": "array", "items": tensor, "minItems": 1}}, ["inputs"]
    )


def _inference_response() -> dict[str, Any]:
    return _object(
        {"model_name": {"type": "string"}, "outputs": {"type": "array"}}, ["model_name", "outputs"]
    )
