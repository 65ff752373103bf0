"""Predictions as JSON, in MLflow's form."""

from __future__ import annotations

from typing import Any

import orjson

__all__ = ["JSON", "dumps", "error_body", "plain", "predictions_body"]

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
    """Return a value as JSON; NaN and infinities as null, for JSON has no word for them.

    Raises
    ------
    TypeError
        When JSON cannot hold it.
    """
    return orjson.dumps(value, default=_other, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY)


def error_body(status: int, message: str) -> bytes:
    """Return the body of an error: a code as MLflow names it, and what was wrong."""
    return orjson.dumps({"error_code": _CODES.get(status, "INTERNAL_ERROR"), "message": message})


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
        return predictions.to_dict(orient="records")
    return predictions.tolist() if hasattr(predictions, "tolist") else predictions


def _other(value: Any) -> Any:
    """Return something that JSON can hold for what orjson does not know."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, bytes):
        import base64

        return base64.b64encode(value).decode()
    held = plain(value)
    if held is not value:
        return held
    if isinstance(value, int):
        return float(value)
    if isinstance(value, set | frozenset):
        return sorted(value, key=str)
    if hasattr(value, "__iter__"):
        return list(value)
    raise TypeError(f"JSON cannot hold a {type(value).__name__}")
