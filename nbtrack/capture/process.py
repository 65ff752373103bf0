"""How a run's process was started: its interpreter, its arguments, its working folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from nbtrack.capture.secrets import SEEN

__all__ = ["process"]


def process(beside: Path) -> dict[str, Any]:
    """Return how this process was started, with secrets masked.

    Parameters
    ----------
    beside
        The folder that the store is in: where the working folder is inside it, it is told from there, so that it
        still holds when all of it has moved.

    Examples
    --------
    >>> sorted(process(Path.cwd()))
    ['argv', 'folder', 'interpreter']
    """
    return {
        "interpreter": sys.executable,
        "argv": SEEN.arguments(list(map(str, sys.argv))),
        "folder": _working_folder(beside),
    }


def _working_folder(beside: Path) -> str:
    try:
        folder = Path(os.getcwd())  # noqa: PTH109 (Path.cwd() is slower, and a cell waits for it)
    except OSError:  # it was deleted under us
        return ""
    root = beside.absolute()
    return folder.relative_to(root).as_posix() if folder.is_relative_to(root) else str(folder)
