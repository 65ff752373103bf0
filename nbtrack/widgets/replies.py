"""What the messages of all widgets share: the head of a request, and the replies to it.

`labextension/src/widget/replies.ts` has the same for the page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypedDict

from nbtrack.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

__all__ = [
    "Accepted",
    "Done",
    "Error",
    "Failed",
    "Reply",
    "accepted",
    "checked",
    "done",
    "failed",
    "request_id",
]


class Accepted(TypedDict):
    """Says that the kernel has a request and works on it: what takes longer now is the work, not the kernel."""

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


def checked(content: Any, parts: Mapping[str, Collection[str]]) -> dict[str, Any]:
    """Return a message of the front end if it has the head and the parts of a request.

    Parameters
    ----------
    content
        The message.
    parts
        What a request of each kind has beside its id and kind.

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
    if not isinstance(kind, str) or kind not in parts:
        raise InvalidValueError(f"{kind!r} is no kind of request; use one of {', '.join(parts)}")
    wanted = {"id", "kind", *parts[kind]}
    if content.keys() != wanted:
        odd = sorted(map(str, content.keys() ^ wanted))
        raise InvalidValueError(f"a {kind} request has {', '.join(sorted(wanted))}; look at {', '.join(odd)}")
    return content


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
