"""What the kernel says to a widget's page: `labextension/src/kernel/replies.ts` has the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypedDict

from nbtrack.errors import FilterError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Accepted",
    "Changed",
    "Done",
    "Failed",
    "Problem",
    "Reply",
    "accepted",
    "done",
    "failed",
    "problem",
]

MAX_MESSAGE = 2_000
"""Characters of an error's message: what a run holds may make one of any length."""


class Accepted(TypedDict):
    """Says that the kernel has a request and works on it: what takes longer now is the work, not the kernel."""

    id: str
    accepted: Literal[True]


class Done(TypedDict):
    """A request's result."""

    id: str
    ok: Literal[True]
    result: dict[str, Any]


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


Reply = Accepted | Done | Failed


def accepted(request: str) -> Accepted:
    """Return the word that the kernel works on the request of this id."""
    return {"id": request, "accepted": True}


def done(request: str, result: Mapping[str, Any]) -> Done:
    """Return the result of the request of this id."""
    return {"id": request, "ok": True, "result": dict(result)}


def failed(request: str, error: BaseException) -> Failed:
    """Return why the request of this id has no result."""
    return {"id": request, "ok": False, "error": problem(error)}


def problem(error: BaseException) -> Problem:
    """Return an error as the page gets it."""
    name = type(error).__name__
    found: Problem = {
        "type": name,
        "message": (str(error) or name)[:MAX_MESSAGE],
        "start": None,
        "end": None,
        "suggestion": None,
    }
    if isinstance(error, FilterError):
        found["message"], found["suggestion"] = error.message[:MAX_MESSAGE], error.suggestion
        if error.text:
            found["start"], found["end"] = error.start, error.end
    return found
