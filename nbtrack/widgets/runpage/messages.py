"""The messages between a run's page and the kernel, as `labextension/src/runpage/messages.ts` has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypedDict, cast

from nbtrack.errors import InvalidValueError
from nbtrack.widgets import replies
from nbtrack.widgets.replies import checked

if TYPE_CHECKING:
    from nbtrack.widgets.replies import Failed

__all__ = [
    "Changes",
    "Command",
    "Edit",
    "Open",
    "Preview",
    "Request",
    "Serve",
    "failed",
    "read_request",
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


_BARE = ("delete", "restore", "script", "insert", "export", "refresh")
_PARTS: dict[str, tuple[str, ...]] = {
    "edit": ("changes",), "preview": ("name",), "open": ("run",), "serve": ("model",), "stop": ("model",),
    **dict.fromkeys(_BARE, ()),
}  # fmt: skip
"""What a request of each kind has beside its id and kind."""


def read_request(content: Any) -> Request:
    """Return a message of the front end if it is a request.

    Raises
    ------
    InvalidValueError
        When it is none.
    """
    request = checked(content, _PARTS)
    for part in _PARTS[request["kind"]]:
        if part == "changes":
            _check_changes(request[part])
        elif not isinstance(request[part], str):
            raise InvalidValueError(f"{part} is a text, not a {type(request[part]).__name__}")
    return cast("Request", request)


def _check_changes(changes: Any) -> None:
    if not isinstance(changes, dict) or changes.keys() - {"name", "note", "tags"}:
        raise InvalidValueError("changes are an object with name, note or tags")
    for part in ("name", "note"):
        if part in changes and not isinstance(changes[part], str):
            raise InvalidValueError(f"{part} is a text, not a {type(changes[part]).__name__}")
    tags = changes.get("tags", {})
    if not isinstance(tags, dict) or not all(v is None or isinstance(v, str) for v in tags.values()):
        raise InvalidValueError("tags are an object of names and texts, null for those to be taken away")


def failed(request: str, error: BaseException) -> Failed:
    """Return why the request of this id has no result; what a run holds may make a message of any length."""
    reply = replies.failed(request, error)
    reply["error"]["message"] = reply["error"]["message"][:2_000]
    return reply
