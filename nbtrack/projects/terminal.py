"""A child's output: a terminal where this process writes to one, so that colours and progress bars stay, else a pipe."""

from __future__ import annotations

import os
import sys
from typing import TextIO

__all__ = ["opened"]


def opened(stream: TextIO) -> tuple[int, int]:
    """Return the descriptors to read a child's output from and to write it to; `stream` is where it goes in the end."""
    if sys.platform != "win32" and _is_terminal(stream):
        import fcntl
        import pty
        import termios

        reading, writing = pty.openpty()
        attributes = termios.tcgetattr(writing)
        attributes[1] &= ~termios.OPOST  # the real terminal turns "\n" into what it needs
        termios.tcsetattr(writing, termios.TCSANOW, attributes)
        size = fcntl.ioctl(stream.fileno(), termios.TIOCGWINSZ, bytes(8))
        fcntl.ioctl(writing, termios.TIOCSWINSZ, size)
        return reading, writing
    return os.pipe()


def _is_terminal(stream: TextIO) -> bool:
    try:
        return os.isatty(stream.fileno())
    except (OSError, ValueError, AttributeError):  # a notebook's stream has no descriptor
        return False
