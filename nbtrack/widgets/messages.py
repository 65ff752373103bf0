"""The messages between a serve panel's front end and the kernel, as `labextension/src/serve/messages.ts` has them."""

from __future__ import annotations

from typing import Any, Literal, TypedDict, cast

from nbtrack.errors import InvalidValueError
from nbtrack.widgets.replies import checked

__all__ = ["Command", "Counts", "Field", "Predict", "Request", "read_request"]


class Predict(TypedDict):
    """Asks for the prediction of one row."""

    id: str
    kind: Literal["predict"]
    row: dict[str, Any]
    params: dict[str, Any]


class Command(TypedDict):
    """Asks the server to stop, or to start again."""

    id: str
    kind: Literal["stop", "start"]


Request = Predict | Command


class Field(TypedDict):
    """One thing that the form asks for; `value` is what it holds at first."""

    name: str
    type: str
    required: bool
    value: Any


class Counts(TypedDict):
    """What the server has answered; times in milliseconds."""

    requests: int
    errors: int
    p50: float | None
    p99: float | None


_PARTS = {"predict": ("row", "params"), "stop": (), "start": ()}


def read_request(content: Any) -> Request:
    """Return a message of the front end if it is a request.

    Raises
    ------
    InvalidValueError
        When it is none.
    """
    request = checked(content, _PARTS)
    for part in _PARTS[request["kind"]]:
        if not isinstance(request[part], dict):
            raise InvalidValueError(f"{part} is an object of names and values, not {request[part]!r}")
    return cast("Request", request)
