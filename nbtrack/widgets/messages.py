"""The messages between a serve panel's front end and the kernel, as `labextension/src/serve/messages.ts` has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypedDict, cast

from nbtrack.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Accepted",
    "Command",
    "Counts",
    "Done",
    "Failed",
    "Field",
    "Predict",
    "Reply",
    "Request",
    "accepted",
    "done",
    "failed",
    "read_request",
    "request_id",
]


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


class Accepted(TypedDict):
    """Says that the kernel has a request and works on it: what takes longer now is the model, not the kernel."""

    id: str
    accepted: Literal[True]


class Done(TypedDict):
    """A request's result: of a prediction its `predictions` and how many `ms` they took, else nothing."""

    id: str
    ok: Literal[True]
    result: dict[str, Any]


class Error(TypedDict):
    """What went wrong."""

    type: str
    message: str


class Failed(TypedDict):
    """Says why a request has no result."""

    id: str
    ok: Literal[False]
    error: Error


Reply = Accepted | Done | Failed


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


_KEYS = {
    "predict": {"id", "kind", "row", "params"},
    "stop": {"id", "kind"},
    "start": {"id", "kind"},
}


def read_request(content: Any) -> Request:
    """Return a message of the front end if it is a request.

    Raises
    ------
    InvalidValueError
        When it is none.
    """
    if not isinstance(content, dict):
        raise InvalidValueError(f"a request is an object, not a {type(content).__name__}")
    if not request_id(content):
        raise InvalidValueError(
            f"{content.get('id')!r} is no request's id; give a text of 1 to 100 characters"
        )
    kind = content.get("kind")
    if not isinstance(kind, str) or kind not in _KEYS:
        raise InvalidValueError(f"{kind!r} is no kind of request; use one of {', '.join(_KEYS)}")
    if content.keys() != _KEYS[kind]:
        odd = sorted(content.keys() ^ _KEYS[kind])
        raise InvalidValueError(
            f"a {kind} request has {', '.join(sorted(_KEYS[kind]))}; look at {', '.join(odd)}"
        )
    for part in ("row", "params"):
        if part in content and not isinstance(content[part], dict):
            raise InvalidValueError(f"{part} is an object of names and values, not {content[part]!r}")
    return cast("Request", content)


def request_id(content: Any) -> str:
    """Return the id that a reply to a message carries; empty if the message has none."""
    told = content.get("id") if isinstance(content, dict) else None
    return told if isinstance(told, str) and len(told) <= 100 else ""


def accepted(request: str) -> Accepted:
    """Return the word that the kernel works on the request of this id."""
    return {"id": request, "accepted": True}


def done(request: str, result: Mapping[str, Any]) -> Done:
    """Return the result of the request of this id."""
    return {"id": request, "ok": True, "result": dict(result)}


def failed(request: str, error: BaseException) -> Failed:
    """Return why the request of this id has no result."""
    name = type(error).__name__
    return {"id": request, "ok": False, "error": {"type": name, "message": str(error) or name}}
