"""Whether a script ended where its command line was read: `--help`, `--version`, an option that it does not have."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

__all__ = ["ended_by_parser"]

_PARSERS = frozenset(
    "argparse optparse docopt fire tyro simple_parsing jsonargparse configargparse tap plac defopt".split()
)
"""The modules that end a process only where they read its arguments."""
_CLICK = frozenset({"click", "rich_click", "typer"})
"""Those that call the script's commands, and end the process after them too."""
_USAGE = 2
"""The exit code of an error in the arguments."""
_ASKED = frozenset("-h -? --help --version -V --show-completion --install-completion".split())


def ended_by_parser(error: BaseException | None) -> bool:
    """Return whether an exception is the exit of what reads the command line, and of no function that it calls."""
    if not isinstance(error, SystemExit):
        return False
    frames = [*_frames(error)]
    if not frames:
        return False
    module = _module(frames[-1])
    if module in _PARSERS or any(one.f_code.co_name == "parse_flags_with_usage" for one in frames):
        return True  # the function is absl's
    if module not in _CLICK:
        return False
    # Once the arguments of the command are read it has a context; those of its commands may be read later.
    read = any(_module(one) in _CLICK and "ctx" in one.f_locals for one in frames)
    return not read or error.code == _USAGE or not _ASKED.isdisjoint(sys.argv[1:])


def _frames(error: BaseException) -> Iterator[FrameType]:
    trace = error.__traceback__
    while trace is not None:
        yield trace.tb_frame
        trace = trace.tb_next


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__")).partition(".")[0]
