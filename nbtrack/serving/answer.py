"""Predictions as JSON, in MLflow's form."""

from __future__ import annotations

import json
from typing import Any

import orjson

__all__ = ["JSON", "dumps", "error_body", "inference_error_body", "plain", "predictions_body"]

JSON = "application/json"
_LONG = ("float96", "float128")
"""NumPy's floats that Python's are shorter than."""

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
    """Return a value as JSON; NaN and infinities as null, for JSON has no word for them.

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
    """Return the body of an error: a code as MLflow names it, and what was wrong."""
    return orjson.dumps({"error_code": _CODES.get(status, "INTERNAL_ERROR"), "message": message})


def inference_error_body(body: bytes) -> bytes:
    """Return the body of an error as the Open Inference Protocol has it; any other body as it is."""
    told = orjson.loads(body)
    return orjson.dumps({"error": told["message"]}) if "message" in told else body


def predictions_body(predictions: Any, *, bare: bool) -> bytes:
    """Return predictions as a body: under `predictions`, or bare as in MLflow 1.x.

    Raises
    ------
    TypeError
        When JSON cannot hold them.
    """
    held = plain(predictions)
    return dumps(held if bare else {"predictions": held})


def plain(predictions: Any) -> Any:
    """Return predictions as lists and dicts: arrays by rows, tables as records, as MLflow does."""
    if isinstance(predictions, list | dict | str | int | float | None):
        return predictions
    if hasattr(predictions, "tocsr"):
        predictions = predictions.toarray()
    if hasattr(predictions, "detach"):
        predictions = predictions.detach().cpu().numpy()
    if hasattr(predictions, "to_frame"):
        predictions = predictions.to_frame()
    if hasattr(predictions, "to_dict"):
        if not predictions.columns.is_unique:
            raise TypeError(f"two columns of a prediction are called alike: {list(predictions.columns)[:20]}")
        return predictions.to_dict(orient="records")
    if getattr(getattr(predictions, "dtype", None), "kind", "") in ("m", "M"):
        # NumPy would make counts of nanoseconds of them.
        return [None if text == "NaT" else text for text in predictions.astype(str).tolist()]
    if getattr(predictions, "dtype", None) is not None and str(predictions.dtype) in _LONG:
        predictions = predictions.astype("float64")
    return predictions.tolist() if hasattr(predictions, "tolist") else predictions


def _other(value: Any) -> Any:
    """Return something that JSON can hold for what orjson does not know."""
    if type(value).__name__ in ("NaTType", "NAType"):
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, bytes):
        import base64

        return base64.b64encode(value).decode()
    held = plain(value)
    if held is not value:
        return held
    if isinstance(value, set | frozenset):
        return sorted(value, key=str)
    if hasattr(value, "__iter__"):
        return list(value)
    raise TypeError(f"JSON cannot hold a {type(value).__name__}")
