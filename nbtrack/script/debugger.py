"""Debuggers in a captured script: they step through the user's code, and not through nbtrack's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import FrameType

__all__ = ["keep_to_the_users_code"]

_WORDS = (b"breakpoint(", b"set_trace(", b"pdb")


def keep_to_the_users_code(source: bytes) -> None:
    """Have debuggers pass over nbtrack's frames, if a script's text may start one."""
    if not any(word in source for word in _WORDS):
        return  # importing it takes longer than all else here
    import bdb

    stops = bdb.Bdb.stop_here

    def stop_here(debugger: Any, frame: FrameType) -> bool:
        own = str(frame.f_globals.get("__name__")).startswith("nbtrack.")
        return not own and bool(stops(debugger, frame))

    bdb.Bdb.stop_here = stop_here  # type: ignore[method-assign, assignment]
