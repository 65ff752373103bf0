"""What ends a command whose parent was killed and could not end it: `kill -9` of nbtrack."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["not_outlived"]

_WATCH = """
read -r target || exit
read -r over && exit
kill -TERM "$target"
n=0
while [ $n -lt 20 ] && kill -0 "$target"; do sleep 0.1; n=$((n + 1)); done
kill -KILL "$target"
"""
"""Its input ends when the parent is gone, however that ended."""


@contextmanager
def not_outlived() -> Iterator[Callable[[int, bool], None]]:
    """Yield a function that is told a child, and whether it leads its process group: it ends with this process.

    A shell waits at a pipe for it, in a session of its own that no signal to the others reaches. What Linux has for this
    (`PR_SET_PDEATHSIG`) reaches the child alone, and not what that has started.
    """
    if os.name != "posix":
        yield lambda _child, _leads: None
        return
    try:
        watch = subprocess.Popen(  # noqa: S603 (our own text)
            ["/bin/sh", "-c", _WATCH],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True, bufsize=0,
        )  # fmt: skip
    except OSError:  # no shell, or no process more: the command runs all the same
        yield lambda _child, _leads: None
        return
    assert watch.stdin is not None
    tell = watch.stdin.write

    def say(text: str) -> None:
        with suppress(OSError):  # somebody has ended the shell
            tell(text.encode())

    try:
        yield lambda child, leads: say(f"{'-' if leads else ''}{child}\n")
    finally:
        say("over\nover\n")
        watch.stdin.close()
        watch.wait()
