"""The least that predicts over HTTP: an ASGI application with a linear model on NumPy, and nothing around it.

It trusts its clients: no columns are looked at, no types, no sizes, and the model's code runs in the server.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_MODEL = json.loads(Path(os.environ["BARE_MODEL"]).read_text(encoding="utf-8"))
_COEF, _INTERCEPT = np.array(_MODEL["coef"]), _MODEL["intercept"]


async def app(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """Answer one request; it comes in one piece."""
    if scope["type"] != "http":
        return
    body = (await receive())["body"]
    rows = np.array(orjson.loads(body)["dataframe_split"]["data"], dtype=float)
    answer = orjson.dumps({"predictions": (rows @ _COEF + _INTERCEPT).tolist()})
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})
