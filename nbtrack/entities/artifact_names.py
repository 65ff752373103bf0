"""Valid names of artifacts.

A name is a path below the run's folder, with ``/`` between its parts; a backslash separates parts, too, as on Windows. It
has 1 to 1,000 Unicode characters without NUL. It is not absolute on any system, and has no part ``..``. Beyond that,
a name is valid if this file system accepts it: `a:b.txt` on Linux. For a name that is invalid on another system,
`not_portable` says why.
"""

from __future__ import annotations

import os
import re
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from nbtrack.errors import InvalidValueError
from nbtrack.values import as_name

__all__ = ["PART", "name_parts", "not_portable"]

PART = ".nbtrack-part-"
"""The prefix of files that are being written beside their targets; they are not artifacts yet."""

# https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file
_FORBIDDEN = re.compile(r'[<>:"|?*\x01-\x1f]')
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\s*(\..*)?", re.IGNORECASE)
_MAX_PART_BYTES = 255
"""Bytes of a part that common file systems allow."""


def name_parts(name: Any) -> list[str]:
    """Return the parts of an artifact's name.

    Raises
    ------
    InvalidValueError
        For a name that is empty, absolute, or leads out of the run's folder, or that this system cannot hold.

    Examples
    --------
    >>> name_parts("plots/./loss.png")
    ['plots', 'loss.png']
    """
    text = as_name(os.fspath(name) if isinstance(name, os.PathLike) else name, "artifact name")
    # On any system, because a store may be copied.
    if PurePosixPath(text).is_absolute() or PureWindowsPath(text).root:
        raise InvalidValueError(f"artifact name {text!r} is absolute; give one relative to the run")
    parts = [part for part in text.replace("\\", "/").split("/") if part not in ("", ".")]
    if ".." in parts:
        raise InvalidValueError(f"artifact name {text!r} leads out of the run's folder; leave the '..' out")
    if not parts or parts[-1].startswith(PART):
        raise InvalidValueError(f"artifact name {text!r} names no file; give it one")
    long = next((part for part in parts if len(part.encode()) > _MAX_PART_BYTES), None)
    if long is not None:
        raise InvalidValueError(
            f"artifact name {text[:40]!r}... has a part of {len(long.encode())} bytes; shorten it to {_MAX_PART_BYTES} at most"
        )
    if os.name == "nt" and (fault := not_portable(parts)):
        raise InvalidValueError(f"artifact name {text!r} cannot be kept here: {fault}; choose another")
    return parts


def not_portable(parts: list[str]) -> str:
    """Return why a name is not valid on Windows; an empty text if it is.

    Examples
    --------
    >>> not_portable(["plots", "a:b.txt"])
    "Windows allows no ':' in 'a:b.txt'"
    """
    for part in parts:
        if found := _FORBIDDEN.search(part):
            return f"Windows allows no {found[0]!r} in {part!r}"
        if part.endswith((" ", ".")):
            return f"Windows drops the {part[-1]!r} at the end of {part!r}"
        if _DEVICE.fullmatch(part):
            return f"{part!r} is a device on Windows"
    return ""
