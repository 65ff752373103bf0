"""The messages between a panel's front end and the kernel, as `labextension/src/panel/messages.ts` has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypedDict, cast

from nbtrack.errors import FilterError, InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "Changed",
    "Done",
    "Failed",
    "Problem",
    "Request",
    "done",
    "failed",
    "problem",
    "read_request",
    "request_id",
    "view_of",
]

MOST_ROWS = 1_000
"""A page shows some dozens; what asks for more is no page of ours."""

MOST_IDS = 20_000
"""So many runs can be chosen at once: each choice is sent back and forth."""


class Request(TypedDict, total=False):
    """A request of the page; which parts it has is told by its `kind`, see `_PARTS`."""

    id: str
    kind: str
    filter: str
    order_by: list[str]
    experiments: list[str] | None
    deleted: bool
    offset: int
    limit: int
    columns: list[str]
    text: str
    caret: int
    ids: list[str]
    format: str
    name: str
    document: str
    asked: dict[str, Any]


class Problem(TypedDict):
    """What went wrong; of a filter also where, as character offsets, and what may have been meant."""

    type: str
    message: str
    start: int | None
    end: int | None
    suggestion: str | None


class Done(TypedDict):
    """A request's result."""

    id: str
    ok: Literal[True]
    result: dict[str, Any]


class Failed(TypedDict):
    """Says why a request has no result."""

    id: str
    ok: Literal[False]
    error: Problem


class Changed(TypedDict):
    """Pushed when the store has changed: for each open view the rows that it last asked for, as they are now."""

    kind: Literal["changed"]
    clock: int
    views: dict[str, dict[str, Any]]


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_count(value: Any, most: int = 2**53) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


_CHECKS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "filter": (lambda value: isinstance(value, str), "a text"),
    "order_by": (_is_texts, "a list of texts"),
    "experiments": (lambda value: value is None or _is_texts(value), "a list of names, or null"),
    "deleted": (lambda value: isinstance(value, bool), "true or false"),
    "offset": (_is_count, "0 or more"),
    "limit": (lambda value: _is_count(value, MOST_IDS), f"a number up to {MOST_IDS:,}"),
    "columns": (_is_texts, "a list of names"),
    "text": (lambda value: isinstance(value, str), "a text"),
    "caret": (_is_count, "0 or more"),
    "ids": (_is_texts, "a list of ids"),
    "format": (lambda value: value in {"csv", "markdown", "latex"}, "csv, markdown or latex"),
    "document": (lambda value: isinstance(value, str), "a text"),
    "asked": (lambda value: isinstance(value, dict), "an object"),
    "name": (lambda value: isinstance(value, str) and 0 < len(value) <= 200, "1 to 200 characters"),
}

_QUERY = {"filter", "order_by", "experiments", "deleted"}
_PARTS: dict[str, set[str]] = {
    "window": {*_QUERY, "offset", "limit", "columns"},
    "ids": {*_QUERY, "offset", "limit"},
    "scale": {*_QUERY, "columns"},
    "differing": {*_QUERY, "columns"},
    "names": set(),
    "complete": {"text", "caret"},
    "delete": {"ids"},
    "restore": {"ids"},
    "export": {*_QUERY, "columns", "ids", "format"},
    "memory": set(),
    "remember": {"filter"},
    "save": {"name", "filter"},
    "forget": {"name"},
    "document": {*_QUERY, "ids", "document", "asked"},
    "open": {"ids"},
    "bye": set(),
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
    if not isinstance(kind, str) or kind not in _PARTS:
        raise InvalidValueError(f"{kind!r} is no kind of request; use one of {', '.join(_PARTS)}")
    wanted = {"id", "kind", *_PARTS[kind]}
    if content.keys() != wanted:
        odd = sorted(map(str, content.keys() ^ wanted))
        raise InvalidValueError(f"a {kind} request has {', '.join(sorted(wanted))}; look at {', '.join(odd)}")
    for part in _PARTS[kind]:
        holds, told = _CHECKS[part]
        if not holds(content[part]):
            raise InvalidValueError(f"{part} is {told}, not {str(content[part])[:100]!r}")
    if kind == "window" and content["limit"] > MOST_ROWS:
        raise InvalidValueError(f"limit is a number up to {MOST_ROWS:,}, not {content['limit']}")
    return cast("Request", content)


def request_id(content: Any) -> str:
    """Return the id that a reply to a message carries; empty if the message has none."""
    told = content.get("id") if isinstance(content, dict) else None
    return told if isinstance(told, str) and len(told) <= 100 else ""


def view_of(request: str) -> str:
    """Return which view of the panel sent the request of this id."""
    return request.rpartition("-")[0]


def done(request: str, result: Mapping[str, Any]) -> Done:
    """Return the result of the request of this id."""
    return {"id": request, "ok": True, "result": dict(result)}


def failed(request: str, error: BaseException) -> Failed:
    """Return why the request of this id has no result."""
    return {"id": request, "ok": False, "error": problem(error)}


def problem(error: BaseException) -> Problem:
    """Return an error as the page is told of it."""
    name = type(error).__name__
    if isinstance(error, FilterError):
        placed = bool(error.text)
        return {
            "type": name,
            "message": error.message,
            "start": error.start if placed else None,
            "end": error.end if placed else None,
            "suggestion": error.suggestion,
        }
    return {"type": name, "message": str(error) or name, "start": None, "end": None, "suggestion": None}
