"""The front end's files, which the build puts into `static`."""

from __future__ import annotations

import hashlib
from pathlib import Path

from nbtrack.errors import NbtrackError

__all__ = ["bundled", "stamp"]

_STATIC = Path(__file__).parent / "static"


def bundled(name: str) -> str:
    """Return the text of a built file.

    Raises
    ------
    NbtrackError
        When it has not been built.
    """
    try:
        return (_STATIC / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NbtrackError(
            f"{str(_STATIC / name)!r} is missing: the front end is not built; run `pip install -e .` in the checkout"
        ) from None


def stamp(*names: str) -> str:
    """Return what tells these built files from those of another version.

    Raises
    ------
    NbtrackError
        When one has not been built.
    """
    return hashlib.sha256("".join(map(bundled, names)).encode()).hexdigest()[:16]
