"""The messages between a run's page and the kernel, as `labextension/src/runpage/messages.ts` has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypedDict, cast

from nbtrack.errors import InvalidValueError
from nbtrack.widgets import replies
from nbtrack.widgets.replies import checked

if TYPE_CHECKING:
    from nbtrack.widgets.replies import Failed

__all__ = [
    "Alias",
    "Changes",
    "Command",
    "Curve",
    "Download",
    "Edit",
    "Named",
    "NoAlias",
    "Open",
    "Register",
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


class _Asked(TypedDict):
    """What every request has; `of` is the id of the run that its page shows: none is done to another run."""

    id: str
    of: str


class Edit(_Asked):
    """Asks for a change of what a person says of the run."""

    kind: Literal["edit"]
    changes: Changes


class Named(_Asked):
    """Asks for what is in an artifact, or where it lies."""

    kind: Literal["preview", "path"]
    name: str


class Download(_Asked):
    """Asks for a piece of an artifact, from this byte on; no name stands for all artifacts as a ZIP file.

    `stamp` is that of the piece before; empty for the first.
    """

    kind: Literal["download"]
    name: str
    offset: int
    stamp: str


class Curve(_Asked):
    """Asks for a metric's curve; `asked` is what `nbtrack.compare.curves` takes besides the runs."""

    kind: Literal["curve"]
    asked: dict[str, Any]


class Register(_Asked):
    """Asks that a model, told by its folder among the artifacts, become a new version of the name."""

    kind: Literal["register"]
    model: str
    name: str


class Alias(_Asked):
    """Asks that an alias stand for a version of a registered model."""

    kind: Literal["set_alias"]
    name: str
    version: int
    alias: str


class NoAlias(_Asked):
    """Asks that an alias of a registered model be taken away."""

    kind: Literal["delete_alias"]
    name: str
    alias: str


class Open(_Asked):
    """Asks for the page of another run of the same store."""

    kind: Literal["open"]
    run: str


class Serve(_Asked):
    """Asks that a model, told by its folder among the artifacts, be served or no longer."""

    kind: Literal["serve", "stop"]
    model: str


class Command(_Asked):
    """Asks for what needs nothing more to be said.

    `script` is the code as a whole, `export` is params and metrics as JSON, `names`
    are those of tags and registered models that may be given.
    """

    kind: Literal["delete", "restore", "script", "export", "refresh", "names"]


Request = Edit | Named | Download | Curve | Register | Alias | NoAlias | Open | Serve | Command


_BARE = ("delete", "restore", "script", "export", "refresh", "names")
_PARTS: dict[str, tuple[str, ...]] = {
    "edit": ("changes",), "preview": ("name",), "path": ("name",), "download": ("name", "offset", "stamp"), "curve": ("asked",),
    "register": ("model", "name"), "set_alias": ("name", "version", "alias"), "delete_alias": ("name", "alias"),
    "open": ("run",), "serve": ("model",), "stop": ("model",), **dict.fromkeys(_BARE, ()),
}  # fmt: skip
"""What a request of each kind has beside its id, its kind and the run that it is of."""


def read_request(content: Any) -> Request:
    """Return a message of the front end if it is a request.

    Raises
    ------
    InvalidValueError
        When it is none.
    """
    request = checked(content, {kind: ("of", *parts) for kind, parts in _PARTS.items()})
    for part in ("of", *_PARTS[request["kind"]]):
        if part == "changes":
            _check_changes(request[part])
        elif part in {"offset", "version"}:
            _check_count(part, request[part])
        elif part == "asked":
            if not isinstance(request[part], dict):
                raise InvalidValueError(f"asked is an object, not a {type(request[part]).__name__}")
        elif not isinstance(request[part], str):
            raise InvalidValueError(f"{part} is a text, not a {type(request[part]).__name__}")
    return cast("Request", request)


def _check_count(part: str, value: Any) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise InvalidValueError(f"{part} is a whole number from 0 on, not {str(value)[:40]!r}")


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
