"""How an exception ends a run: the status, and the document that describes it."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbtrack.records import Status

__all__ = ["ending", "failure"]

_MAX_TRACEBACK = 100_000


def ending(error: BaseException | None) -> Status:
    """Return the status of a run that ends with this exception, or with none."""
    if (
        error is None
        or isinstance(error, GeneratorExit)
        or (isinstance(error, SystemExit) and not error.code)
    ):
        return "FINISHED"
    # CancelledError is compared by name, because asyncio is slow to import.
    if isinstance(error, KeyboardInterrupt) or type(error).__name__ == "CancelledError":
        return "KILLED"
    return "FAILED"


def failure(error: BaseException) -> dict[str, str]:
    """Return the document of kind `traceback`: the error's type, message and full text.

    Secrets are masked in it: a traceback quotes code, and a message values.
    """
    from nbtrack.capture.secrets import SEEN

    SEEN.scan_environment()
    text = "".join(traceback.format_exception(error))
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    try:
        message = str(error)
    except Exception:  # noqa: BLE001 (a user's exception may fail to describe itself)
        message = ""
    return {
        "type": name,
        "message": SEEN.text(message, lines=True),
        "text": SEEN.text(text[-_MAX_TRACEBACK:]),
    }
