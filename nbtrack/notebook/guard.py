"""The boundary that protects the user's cell."""

from __future__ import annotations

import functools
import sys
import warnings
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError

from nbtrack.errors import NbtrackError, NbtrackWarning

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["guarded"]


def guarded(outcome: str = "the cell itself is not affected") -> Callable[..., Any]:
    """Let a method's fault become one warning line: tracking never breaks a user's cell.

    Parameters
    ----------
    outcome
        What the fault means to the user.
    """

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def safe(self: Any, *args: Any) -> Any:
            try:
                return method(self, *args)
            except (Exception, SystemExit) as error:  # noqa: BLE001 - the boundary that protects the user's cell
                known = isinstance(error, NbtrackError | UsageError)
                _tell(f"{error if known else f'{type(error).__name__}: {error}'} ({outcome})")
                return None

        return safe

    return decorate


def _tell(message: str) -> None:
    """Warn in one line, each time: no code of the user's is to be shown, and no cell has told it before."""
    try:
        warnings.warn_explicit(message, NbtrackWarning, "<nbtrack>", 1, module="nbtrack.notebook")
    except NbtrackWarning:
        # Who has warnings raised means those of his own code.
        print(f"nbtrack: {message}", file=sys.stderr)
