"""The front end's files, which the build puts into `static`: a script and its style for each place where runs are shown."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from nbtrack.errors import NbtrackError

__all__ = ["build", "bundled", "files", "front_file"]

_STATIC = Path(__file__).parent / "static"
_ENDINGS = {".css", ".js"}


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


def files() -> list[str]:
    """Return the names of the scripts and styles, in order."""
    return sorted(path.name for path in _STATIC.glob("*") if path.suffix in _ENDINGS)


def build() -> str:
    """Return what tells the front end's files from those of another version, as `labextension/rspack.config.cjs` does.

    Raises
    ------
    NbtrackError
        When they have not been built.
    """
    found = tuple((name, (_STATIC / name).stat().st_mtime_ns) for name in files())
    if not found:
        bundled("panel.js")
    return _build(found)


@lru_cache(1)
def _build(found: tuple[tuple[str, int], ...]) -> str:
    return hashlib.sha256("".join(bundled(name) for name, _ in found).encode()).hexdigest()[:16]


def front_file(name: str, of: str) -> dict[str, str]:
    """Return a script and its style, if they are of this build.

    Raises
    ------
    NbtrackError
        When the page is of another build: what it has would not fit.
    """
    here = build()
    if of != here:
        raise NbtrackError(
            f"the front end of build {of[:40]!r} is not here, only that of {here!r}: "
            "nbtrack has changed since this was made; restart the kernel and make it anew"
        )
    return {"script": bundled(f"{name}.js"), "style": bundled(f"{name}.css")}
