"""Predictions as JSON, in MLflow's form."""

from __future__ import annotations

import json
from typing import Any

import orjson

from nbtrack.models.predictions import plain

__all__ = ["JSON", "dumps", "error_body", "inference_error_body", "predictions_body"]

JSON = "application/json"
_CODES = {
    400: "BAD_REQUEST",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "ENDPOINT_NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    408: "REQUEST_TIMEOUT",
    413: "REQUEST_LIMIT_EXCEEDED",
    415: "UNSUPPORTED_MEDIA_TYPE",
    431: "REQUEST_LIMIT_EXCEEDED",
    500: "INTERNAL_ERROR",
    503: "TEMPORARILY_UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


def dumps(value: Any) -> bytes:
    """Return a value as JSON; NaN and infinities become null, because JSON has no such numbers.

    Raises
    ------
    TypeError
        When JSON cannot hold it.
    """
    try:
        return orjson.dumps(
            value, default=_other, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY
        )
    except orjson.JSONEncodeError as error:
        if "64-bit" not in str(error):
            raise
        # Python's own writer takes integers of any length.
        return json.dumps(value, default=_other).encode()


def error_body(status: int, message: str) -> bytes:
    """Return the body of an error response: MLflow's error code, and a message."""
    return orjson.dumps({"error_code": _CODES.get(status, "INTERNAL_ERROR"), "message": message})


def inference_error_body(body: bytes) -> bytes:
    """Return the body of an error in the form of the Open Inference Protocol; any other body unchanged."""
    error = orjson.loads(body)
    return orjson.dumps({"error": error["message"]}) if "message" in error else body


def predictions_body(predictions: Any, *, bare: bool) -> bytes:
    """Return predictions as a body: under `predictions`, or bare as in MLflow 1.x.

    Raises
    ------
    TypeError
        When JSON cannot hold them.
    """
    content = plain(predictions)
    return dumps(content if bare else {"predictions": content})


def _other(value: Any) -> Any:
    """Convert a value that orjson does not know to one that JSON can hold."""
    if type(value).__name__ in ("NaTType", "NAType"):
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, bytes):
        import base64

        return base64.b64encode(value).decode()
    content = plain(value)
    if content is not value:
        return content
    if isinstance(value, set | frozenset):
        return sorted(value, key=str)
    if hasattr(value, "__iter__"):
        return list(value)
    raise TypeError(f"JSON cannot hold a {type(value).__name__}")
