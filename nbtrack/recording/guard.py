"""The boundary that protects the user's code."""

from __future__ import annotations

import functools
import sys
import warnings
from typing import TYPE_CHECKING, Any

from nbtrack.errors import NbtrackError, NbtrackWarning

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["guarded"]


def guarded(
    outcome: str = "the cell itself is not affected", *, interrupts: bool = True
) -> Callable[..., Any]:
    """Turn an exception of a method into a one-line warning: tracking never breaks a user's code.

    Parameters
    ----------
    outcome
        What the error means for the user.
    interrupts
        Whether the user's interrupt ends the method alone, as it should where the user's code has ended already.
    """

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def safe(self: Any, *args: Any) -> Any:
            try:
                return method(self, *args)
            except KeyboardInterrupt:
                if not interrupts:
                    raise
                _tell(f"interrupted while it was keeping the run ({outcome})")
                return None
            except (Exception, SystemExit) as error:  # noqa: BLE001 - the boundary that protects the user's cell
                known = isinstance(error, NbtrackError) or type(error).__name__ == "UsageError"  # IPython's
                _tell(f"{error if known else f'{type(error).__name__}: {error}'} ({outcome})")
                return None

        return safe

    return decorate


def _tell(message: str) -> None:
    """Warn in one line, every time; a warning of Python's would quote the user's code and be shown only once."""
    try:
        warnings.warn_explicit(message, NbtrackWarning, "<nbtrack>", 1, module="nbtrack")
    except NbtrackWarning:
        # A filter that turns warnings into errors is meant for the user's own code.
        print(f"nbtrack: {message}", file=sys.stderr)
