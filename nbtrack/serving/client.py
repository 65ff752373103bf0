"""An HTTP client for model servers."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

from nbtrack.errors import ServerError
from nbtrack.models.example import as_body
from nbtrack.serving.responses import dumps

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ask", "payload"]


def payload(data: Any, params: Mapping[str, Any] | None = None) -> bytes:
    """Return the body of a request for predictions.

    Parameters
    ----------
    data
        Whatever the model was fitted on: a table, a Series, an array, a dict of columns, or a list.
    params
        Parameters of the prediction.

    Raises
    ------
    ServerError
        When JSON cannot hold it.
    """
    body = _form(data)
    if params:
        body["params"] = dict(params)
    try:
        return dumps(body)
    except (TypeError, ValueError) as error:
        raise ServerError(f"the input cannot be sent as JSON ({error})") from error


def _form(data: Any) -> dict[str, Any]:
    # An array of numbers is written directly, which is faster.
    kind = data.dtype.kind if type(data).__module__ == "numpy" and hasattr(data, "dtype") else ""
    return {"inputs": data} if kind and kind in "biuf" and data.dtype.itemsize <= 8 else as_body(data)


def ask(url: str, body: bytes | None, token: str | None, timeout: float) -> bytes:
    """Send a request to a server on this machine, and return the answer; with a body it is a POST.

    Raises
    ------
    ServerError
        With the server's message, or when it does not answer.
    """
    headers = {"Content-Type": "application/json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(url, body, headers)  # noqa: S310 (an address of ours)
    # A request to this machine must not go through a proxy, even if the environment sets one.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=timeout) as answer:
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        raise ServerError(_message(error)) from error
    except OSError as error:
        raise ServerError(f"{url} does not answer ({error})") from error


def _message(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.loads(error.read())["message"])
    except (ValueError, KeyError, TypeError, OSError):
        return f"the server answered {error.code} {error.reason}"
