"""What the server answers: as the kernel would where it can, and otherwise why it cannot."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, TypedDict

import orjson

from nbtrack.errors import InvalidValueError, NbtrackError, NotFoundError, StoreError
from nbtrack.widgets.kinds import request_id
from nbtrack.widgets.panel.answers import PanelAnswers
from nbtrack.widgets.panel.reading import Reading
from nbtrack.widgets.replies import done, failed
from nbtrack.widgets.runpage.download import Downloads
from nbtrack.widgets.server.bodies import body_of
from nbtrack.widgets.server.stores import stores
from nbtrack.widgets.wire import MAX_IDS, panel_kinds

if TYPE_CHECKING:
    from pathlib import Path

    from nbtrack.store import Store
    from nbtrack.widgets.kinds import Request

__all__ = ["answer"]

_downloads = Downloads()


class Question(TypedDict):
    """What the page sends: its request, and what the kernel would know of the panel."""

    store: str
    file: str
    """Which file its database is, as `database_file` tells: on another machine the same path is another store."""
    only: list[str] | None
    read_only: bool
    request: Request


def answer(body: bytes, *, writes: bool = False, only: Path | None = None) -> tuple[int, bytes]:
    """Return the HTTP status and the body of the reply to a request; one that changes something only if `writes`.

    With `only`, no store but the one in this folder is opened.

    200 means that it is answered, be it with what is wrong with a filter; anything else that the kernel has to. That
    a store is not there is 410, for it may be again: 404 is for a server that cannot be asked.
    """
    asked_by = ""
    try:
        question = _read(body, only)
        asked_by = request_id(question["request"])
        request, changes = _request(question["request"], writes=writes)
        with stores.using(question["store"], question["file"], writes=changes) as store:
            return 200, _reply(request, _answers(store, question, changes=changes))
    except NotFoundError as error:
        return 410, body_of(failed(asked_by, error))
    except StoreError as error:
        return 409, body_of(failed(asked_by, error))
    except NbtrackError as error:
        return 400, body_of(failed(asked_by, error))
    except Exception:
        # What went wrong inside is for the server's log, not for the page.
        logging.getLogger("nbtrack").exception("a panel's request could not be answered")
        fault = NbtrackError("the server could not answer this; its log says why")
        return 500, body_of(failed(asked_by, fault))


def _reply(request: Request, reading: Reading) -> bytes:
    try:
        return body_of(done(request["id"], reading.result(request)))
    except StoreError:
        raise
    except NbtrackError as error:
        return body_of(failed(request["id"], error))


def _read(body: bytes, store: Path | None) -> Question:
    try:
        question: Any = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidValueError(f"the body is no JSON: {error}") from None
    parts = Question.__required_keys__
    if not isinstance(question, dict) or question.keys() != parts:
        raise InvalidValueError(f"the body is an object with {', '.join(sorted(parts))}")
    only = question["only"]
    if store is not None and question["store"] != str(store):
        raise StoreError(
            f"this page is about another store than {str(question['store'])[:300]!r}; load it anew"
        )
    for part in ("store", "file"):
        if not isinstance(question[part], str):
            raise InvalidValueError(f"{part} is a text, not {str(question[part])[:100]!r}")
    picked = isinstance(only, list) and len(only) <= MAX_IDS and all(isinstance(one, str) for one in only)
    if only is not None and not picked:
        raise InvalidValueError(f"only is a list of up to {MAX_IDS:,} ids, or null")
    if not isinstance(question["read_only"], bool):
        raise InvalidValueError(f"read_only is true or false, not {str(question['read_only'])[:100]!r}")
    return question  # type: ignore[return-value] # as was just checked


def _request(content: Any, *, writes: bool) -> tuple[Request, bool]:
    """Return a request, and whether it changes something."""
    known = panel_kinds(content)
    request: Request = known.read(content)
    kind = known[request["kind"]]
    if not (kind.reads or (writes and not kind.kernel)):
        kinds = ", ".join(one.name for one in known if one.reads or (writes and not one.kernel))
        raise InvalidValueError(f"{kind.name!r} is the kernel's to answer; the server answers {kinds}")
    return request, not kind.reads


def _answers(store: Store, question: Question, *, changes: bool) -> Reading:
    if changes:
        return PanelAnswers(store, question["only"], _downloads)
    return Reading(store, question["only"], question["read_only"], _downloads)
