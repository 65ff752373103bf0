"""Watch what the user's own code parses from the command line with argparse."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Any

from nbtrack.capture.foreign import forgiving

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from nbtrack.capture.settings.given import Given

__all__ = ["ParsedArguments"]

_INSTALLED = ("site-packages", "dist-packages")


class ParsedArguments:
    """Takes the namespaces that are parsed, where the user's own code asks for it and not a library.

    Parameters
    ----------
    namespace
        The user's namespace; of a script it has the file, beside which are the user's other modules.
    given
        Takes what was parsed.
    """

    def __init__(self, namespace: dict[str, Any], given: Given) -> None:
        self._namespace = namespace
        self._given = given
        self._folder = os.path.dirname(namespace.get("__file__") or "")  # noqa: PTH120 (frames have texts)
        self._before: Callable[..., Any] | None = None
        self._watched: Callable[..., Any] | None = None

    def begin(self) -> None:
        """Watch from now on."""
        if self._watched is not None:
            return
        before = argparse.ArgumentParser.parse_known_args

        def parse_known_args(parser: Any, args: Any = None, namespace: Any = None) -> Any:
            found = before(parser, args, namespace)
            if self._watched is not None:  # another may have wrapped this, and goes on calling it
                self._keep(found, sys._getframe(1))  # noqa: SLF001 (there is no other way to know the caller)
            return found

        self._before, self._watched = before, parse_known_args
        argparse.ArgumentParser.parse_known_args = parse_known_args  # type: ignore[method-assign, assignment]

    def end(self) -> None:
        """Leave argparse as it was."""
        if self._watched is not None and argparse.ArgumentParser.parse_known_args is self._watched:
            argparse.ArgumentParser.parse_known_args = self._before  # type: ignore[method-assign, assignment]
        self._before = self._watched = None

    @forgiving()
    def _keep(self, found: Any, frame: FrameType | None) -> None:
        while frame is not None and frame.f_globals.get("__name__") == "argparse":
            frame = frame.f_back
        if frame is not None and self._is_own(frame):
            self._given.take(found[0])

    def _is_own(self, frame: FrameType) -> bool:
        if frame.f_globals is self._namespace:
            return True
        file = frame.f_code.co_filename
        beside = bool(self._folder) and file.startswith(self._folder + os.sep)
        return beside and not any(part in file for part in _INSTALLED)
