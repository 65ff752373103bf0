"""The messages between a run's page and the kernel, as `labextension/src/runpage/messages.ts` has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypedDict, cast

from nbtrack.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Accepted",
    "Changes",
    "Command",
    "Done",
    "Edit",
    "Failed",
    "Open",
    "Preview",
    "Reply",
    "Request",
    "Serve",
    "accepted",
    "done",
    "failed",
    "read_request",
    "request_id",
]


class Changes(TypedDict, total=False):
    """What is to be changed of a run; a tag that becomes None is taken away."""

    name: str
    note: str
    tags: dict[str, str | None]


class Edit(TypedDict):
    """Asks for a change of what a person says of the run."""

    id: str
    kind: Literal["edit"]
    changes: Changes


class Preview(TypedDict):
    """Asks for what is in an artifact."""

    id: str
    kind: Literal["preview"]
    name: str


class Open(TypedDict):
    """Asks for the page of another run of the same store."""

    id: str
    kind: Literal["open"]
    run: str


class Serve(TypedDict):
    """Asks that a model, told by its folder among the artifacts, be served or no longer."""

    id: str
    kind: Literal["serve", "stop"]
    model: str


class Command(TypedDict):
    """Asks for what needs nothing more to be said.

    `script` is the code as a whole, `insert` puts it into a new cell, `export` is params and metrics as JSON.
    """

    id: str
    kind: Literal["delete", "restore", "script", "insert", "export", "refresh"]


Request = Edit | Preview | Open | Serve | Command


class Accepted(TypedDict):
    """Says that the kernel has a request and works on it."""

    id: str
    accepted: Literal[True]


class Done(TypedDict):
    """A request's result."""

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

_BARE = ("delete", "restore", "script", "insert", "export", "refresh")
_PARTS: dict[str, str | None] = {
    "edit": "changes", "preview": "name", "open": "run", "serve": "model", "stop": "model",
    **dict.fromkeys(_BARE),
}  # fmt: skip
"""What a request of each kind has beside its id and kind."""


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
    if not isinstance(kind, str) or kind not in _PARTS:
        raise InvalidValueError(f"{kind!r} is no kind of request; use one of {', '.join(_PARTS)}")
    part = _PARTS[kind]
    keys = {"id", "kind"} | ({part} if part else set())
    if content.keys() != keys:
        odd = ", ".join(sorted(map(str, content.keys() ^ keys)))
        raise InvalidValueError(f"a {kind} request has {', '.join(sorted(keys))}; look at {odd}")
    if kind == "edit":
        _check_changes(content["changes"])
    elif part and not isinstance(content[part], str):
        raise InvalidValueError(f"{part} is a text, not a {type(content[part]).__name__}")
    return cast("Request", content)


def _check_changes(changes: Any) -> None:
    if not isinstance(changes, dict) or changes.keys() - {"name", "note", "tags"}:
        raise InvalidValueError("changes are an object with name, note or tags")
    for part in ("name", "note"):
        if part in changes and not isinstance(changes[part], str):
            raise InvalidValueError(f"{part} is a text, not a {type(changes[part]).__name__}")
    tags = changes.get("tags", {})
    if not isinstance(tags, dict) or not all(v is None or isinstance(v, str) for v in tags.values()):
        raise InvalidValueError("tags are an object of names and texts, null for those to be taken away")


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
    return {"id": request, "ok": False, "error": {"type": name, "message": (str(error) or name)[:2_000]}}
