"""The bodies of the server's replies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import orjson

from nbtrack.widgets.replies import failed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbtrack.errors import NbtrackError

__all__ = ["body_of", "refusal"]


def body_of(reply: Mapping[str, Any]) -> bytes:
    """Return a reply as JSON."""
    try:
        return orjson.dumps(reply)
    except TypeError:
        # A half of a surrogate pair, as a file of the user's may hold, goes as an escape.
        return json.dumps(reply).encode("ascii")


def refusal(error: NbtrackError) -> bytes:
    """Return the body that says why a request, whichever it was, is not answered."""
    return body_of(failed("", error))
