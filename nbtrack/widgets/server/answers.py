"""What the server answers: as the kernel would where it can, and otherwise why it cannot."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, TypedDict

import orjson

from nbtrack.errors import InvalidValueError, NbtrackError, NotFoundError, StoreError
from nbtrack.widgets.panel.messages import failed, read_request
from nbtrack.widgets.panel.reading import KINDS, Reading
from nbtrack.widgets.replies import done, request_id
from nbtrack.widgets.server.stores import Stores

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbtrack.widgets.panel.messages import Request

__all__ = ["answer", "stores"]

MOST_ONLY = 20_000
"""So many runs at most a panel is about that were picked by hand."""

stores = Stores()
"""Those that the server has open."""


class Asked(TypedDict):
    """What the page sends: its request, and what the kernel would know of the panel."""

    store: str
    file: str
    """Which file its database is, as `database_file` tells: on another machine the same path is another store."""
    only: list[str] | None
    read_only: bool
    request: Request


def answer(body: bytes) -> tuple[int, bytes]:
    """Return the HTTP status and the body of the reply to a request.

    200 means that it is answered, be it with what is wrong with a filter; anything else that the kernel has to. That
    a store is not there is 410, for it may be again: 404 is for a server that cannot be asked.
    """
    told = ""
    try:
        asked = _read(body)
        told = request_id(asked["request"])
        request = _reading_request(asked["request"])
        with stores.reading(asked["store"], asked["file"]) as store:
            return 200, _reply(request, Reading(store, asked["only"], asked["read_only"]))
    except NotFoundError as error:
        return 410, _bytes(failed(told, error))
    except StoreError as error:
        return 409, _bytes(failed(told, error))
    except NbtrackError as error:
        return 400, _bytes(failed(told, error))
    except Exception:
        # What went wrong inside is for the server's log, not for the page.
        logging.getLogger("nbtrack").exception("a panel's request could not be answered")
        fault = NbtrackError("the Jupyter server could not answer this; its log says why")
        return 500, _bytes(failed(told, fault))


def _reply(request: Request, reading: Reading) -> bytes:
    try:
        return _bytes(done(request["id"], reading.result(request)))
    except StoreError:
        raise
    except NbtrackError as error:
        if request["kind"] == "views":
            # Of the kernel's build, which is another: the kernel has them.
            raise
        return _bytes(failed(request["id"], error))


def _read(body: bytes) -> Asked:
    try:
        asked: Any = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidValueError(f"the body is no JSON: {error}") from None
    parts = Asked.__required_keys__
    if not isinstance(asked, dict) or asked.keys() != parts:
        raise InvalidValueError(f"the body is an object with {', '.join(sorted(parts))}")
    only = asked["only"]
    for part in ("store", "file"):
        if not isinstance(asked[part], str):
            raise InvalidValueError(f"{part} is a text, not {str(asked[part])[:100]!r}")
    picked = isinstance(only, list) and len(only) <= MOST_ONLY and all(isinstance(one, str) for one in only)
    if only is not None and not picked:
        raise InvalidValueError(f"only is a list of up to {MOST_ONLY:,} ids, or null")
    if not isinstance(asked["read_only"], bool):
        raise InvalidValueError(f"read_only is true or false, not {str(asked['read_only'])[:100]!r}")
    return asked  # type: ignore[return-value] # as was just checked


def _reading_request(content: Any) -> Request:
    request = read_request(content)
    if request["kind"] not in KINDS:
        kinds = ", ".join(sorted(KINDS))
        raise InvalidValueError(f"{request['kind']!r} is the kernel's to answer; the server answers {kinds}")
    return request


def _bytes(reply: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(reply)
    except TypeError:
        # A half of a surrogate pair, as a file of the user's may hold, goes as an escape.
        return json.dumps(reply).encode("ascii")
