"""The programs `python` and `python3` of a project's commands: a script that says nothing to a tracker is captured."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from nbtrack.projects.git import cache_folder

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["captured_python"]

_PYTHON = "NBTRACK_PYTHON"
"""The variable with the Python that a project's own `python` is."""

_PROGRAM = f"""#!/bin/sh
# A project's python: a script is captured, unless it logs for itself; all else is as it was.
case "$1" in
*.py) if [ -n "$MLFLOW_RUN_ID" ]; then exec "${_PYTHON}" -m nbtrack.script --silent "$@"; fi ;;
esac
exec "${_PYTHON}" "$@"
"""


def captured_python(python: Path, path: str) -> dict[str, str]:
    """Return the variables by which a command's `python` is this Python, and captures.

    Parameters
    ----------
    python
        What runs in the end: it knows itself by its own name.
    path
        The command's `PATH`.
    """
    if os.name == "nt":  # there is no shell to decide
        return {}
    folder = cache_folder() / "python" / hashlib.sha256(_PROGRAM.encode()).hexdigest()[:16]
    for name in ("python", "python3"):
        program = folder / name
        if not program.exists():
            folder.mkdir(parents=True, exist_ok=True)
            # Made aside, so that no other process finds half of it.
            fresh = folder / f".{name}-{os.getpid()}"
            fresh.write_text(_PROGRAM, encoding="ascii")
            fresh.chmod(0o755)
            fresh.replace(program)
    others = [one for one in path.split(os.pathsep) if one != str(folder)]  # of a project that runs another
    return {_PYTHON: str(python), "PATH": os.pathsep.join([str(folder), *others])}
