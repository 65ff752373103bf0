"""A target that is a script of this machine: run where the caller is, with the arguments that the caller gives."""

from __future__ import annotations

import hashlib
import os
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from nbtrack.projects.fetch import cache_folder, folder_source
from nbtrack.projects.spec import EntryPoint
from nbtrack.projects.template import Command

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbtrack.projects.fetch import Source

__all__ = [
    "PYTHON",
    "command_of",
    "is_script",
    "lineage_of",
    "module_arguments",
    "python_folder",
    "source_of",
]

PYTHON = "NBTRACK_PYTHON"
"""The variable with the Python that a project's own `python` is."""

_PYTHON = f"""#!/bin/sh
# A project's python: a script is captured, unless it logs for itself; all else is as it was.
case "$1" in
*.py) if [ -n "$MLFLOW_RUN_ID" ]; then exec "${PYTHON}" -m nbtrack.script --silent "$@"; fi ;;
esac
exec "${PYTHON}" "$@"
"""

_HYDRA = re.compile(rb"^[ \t]*(?:import|from)[ \t]+hydra\b", re.MULTILINE)


def is_script(uri: str | os.PathLike[str]) -> bool:
    """Return whether a target is a Python file of this machine."""
    name = os.fspath(uri)
    return name.endswith(".py") and Path(name).is_file()


def source_of(script: str) -> Source:
    """Return where a script comes from: it runs in the caller's folder, and belongs to the repository around itself."""
    return folder_source(Path(script).absolute().parent, Path.cwd(), script)


def command_of(
    script: str, arguments: Sequence[str], parameters: Mapping[str, str]
) -> tuple[EntryPoint, Command]:
    """Return a script's command, with params as its own options.

    Examples
    --------
    >>> from pathlib import Path
    >>> _ = Path("train.py").write_text("import argparse")
    >>> command_of("train.py", ["--epochs", "3"], {"lr": "0.1"})[1].text
    'python train.py --epochs 3 --lr 0.1'
    """
    # Hydra's overrides are no options.
    hydra = _HYDRA.search(Path(script).read_bytes()) is not None
    given = [
        word
        for name, value in parameters.items()
        for word in ([f"{name}={value}"] if hydra else [f"--{name}", value])
    ]
    text = shlex.join(["python", script, *arguments, *given])
    return EntryPoint(script, text), Command(text, {})


def module_arguments(python: Path, command: Command) -> list[str]:
    """Return what is started for a script's command."""
    return [str(python), "-m", "nbtrack.script", *shlex.split(command.text)[1:]]


def lineage_of(script: str, store: Path) -> str:
    """Return the id that all runs of a script share, wherever the store and the script move together."""
    place = os.path.relpath(Path(script).resolve(), store.resolve().parent)
    return hashlib.blake2b(f"script\n{Path(place).as_posix()}".encode(), digest_size=12).hexdigest()


def python_folder() -> Path | None:
    """Return a folder with the programs `python` and `python3` for a project's commands; None where there is no shell."""
    if os.name == "nt":
        return None
    key = hashlib.sha256(_PYTHON.encode()).hexdigest()[:16]
    folder = cache_folder() / "python" / key
    for name in ("python", "python3"):
        program = folder / name
        if not program.exists():
            folder.mkdir(parents=True, exist_ok=True)
            # Made aside, so that no other process finds half of it.
            fresh = folder / f".{name}-{os.getpid()}"
            fresh.write_text(_PYTHON, encoding="ascii")
            fresh.chmod(0o755)
            fresh.replace(program)
    return folder
