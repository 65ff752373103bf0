"""nbtrack's own modules as one file, for Pythons that do not have them."""

from __future__ import annotations

import functools
import tempfile
import zipfile
from pathlib import Path

__all__ = ["archive"]


@functools.cache
def archive() -> Path:
    """Return the archive: that which this process has nbtrack from, else one that is made now."""
    package = Path(__file__).parents[1]
    if not package.is_dir():
        return package.parent
    target = Path(tempfile.mkdtemp(prefix="nbtrack-")) / "nbtrack.zip"
    with zipfile.ZipFile(target, "w") as made:
        for file in sorted(package.rglob("*.py")):
            made.write(file, file.relative_to(package.parent).as_posix())
    return target
