"""The messages between a panel's front end and the kernel, as `labextension/src/panel/messages.ts` has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypedDict, cast

from nbtrack.errors import FilterError, InvalidValueError
from nbtrack.widgets.replies import checked

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "Changed",
    "Failed",
    "Problem",
    "Request",
    "failed",
    "problem",
    "read_request",
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
    build: str
    value: str | None
    unfolded: list[str]
    first: list[str]


class Problem(TypedDict):
    """What went wrong; of a filter also where, as character offsets, and what may have been meant."""

    type: str
    message: str
    start: int | None
    end: int | None
    suggestion: str | None


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
    "format": (
        lambda value: value in {"csv", "parquet", "markdown", "latex"},
        "csv, parquet, markdown or latex",
    ),
    "document": (lambda value: isinstance(value, str), "a text"),
    "asked": (lambda value: isinstance(value, dict), "an object"),
    "build": (lambda value: isinstance(value, str), "a text"),
    "value": (lambda value: value is None or isinstance(value, str), "a text, or null"),
    "unfolded": (_is_texts, "a list of ids"),
    "first": (_is_texts, "a list of ids"),
    "name": (lambda value: isinstance(value, str) and 0 < len(value) <= 200, "1 to 200 characters"),
}

_QUERY = {"filter", "order_by", "experiments", "deleted"}
_PARTS: dict[str, set[str]] = {
    "window": {*_QUERY, "offset", "limit", "columns", "first"},
    "tree": {*_QUERY, "offset", "limit", "columns", "first", "unfolded"},
    "ids": {*_QUERY, "offset", "limit", "first"},
    "among": {*_QUERY, "ids"},
    "scale": {*_QUERY, "columns"},
    "differing": {*_QUERY, "columns"},
    "names": set(),
    "telling": _QUERY,
    "tags": {"ids"},
    "tag": {"ids", "name", "value"},
    "rename": {"ids", "name"},
    "fields": {*_QUERY, "ids", "document"},
    "complete": {"text", "caret"},
    "delete": {"ids"},
    "restore": {"ids"},
    "export": {*_QUERY, "columns", "ids", "format"},
    "frame": {*_QUERY, "columns", "ids"},
    "memory": set(),
    "remember": {"filter"},
    "save": {"name", "filter"},
    "forget": {"name"},
    "document": {*_QUERY, "ids", "document", "asked"},
    "changes": set(),
    "open": {"ids"},
    "views": {"build"},
    "bye": set(),
}


def read_request(content: Any) -> Request:
    """Return a message of the front end if it is a request.

    Raises
    ------
    InvalidValueError
        When it is none.
    """
    request = checked(content, _PARTS)
    for part in _PARTS[request["kind"]]:
        holds, told = _CHECKS[part]
        if not holds(request[part]):
            raise InvalidValueError(f"{part} is {told}, not {str(request[part])[:100]!r}")
    rows = request["kind"] == "window" or (request["kind"] == "tree" and request["columns"])
    if rows and request["limit"] > MOST_ROWS:
        raise InvalidValueError(f"limit is a number up to {MOST_ROWS:,}, not {request['limit']}")
    return cast("Request", request)


def view_of(request: str) -> str:
    """Return which view of the panel sent the request of this id."""
    return request.rpartition("-")[0]


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
