"""A target that is a script of this machine: run where the caller is, with the arguments that the caller gives."""

from __future__ import annotations

import hashlib
import os
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from nbtrack.projects.fetch import folder_source
from nbtrack.projects.job import Job
from nbtrack.projects.spec import EntryPoint, Project
from nbtrack.projects.template import Command

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["is_script", "lineage_of", "script_job"]

_HYDRA = re.compile(rb"^[ \t]*(?:import|from)[ \t]+hydra\b", re.MULTILINE)


def is_script(uri: str | os.PathLike[str]) -> bool:
    """Return whether a target is a Python file of this machine."""
    name = os.fspath(uri)
    return name.endswith(".py") and Path(name).is_file()


def script_job(uri: str | os.PathLike[str], arguments: Sequence[str], parameters: Mapping[str, str]) -> Job:
    """Return what is run for a script: in the caller's folder, with params as options of its own.

    It belongs to the repository around itself.

    Examples
    --------
    >>> from pathlib import Path
    >>> _ = Path("train.py").write_text("import argparse")
    >>> script_job("train.py", ["--epochs", "3"], {"lr": "0.1"}).command.text
    'python train.py --epochs 3 --lr 0.1'
    """
    script = os.fspath(uri)
    # Hydra's overrides are no options.
    hydra = _HYDRA.search(Path(script).read_bytes()) is not None
    given = [
        word
        for name, value in parameters.items()
        for word in ([f"{name}={value}"] if hydra else [f"--{name}", value])
    ]
    text = shlex.join(["python", script, *arguments, *given])
    folder = Path(script).absolute().parent
    source = folder_source(folder, Path.cwd(), script)
    return Job(
        "script", source, Project(folder), EntryPoint(Path(script).name, text), Command(text, {}), script
    )


def lineage_of(script: str, store: Path) -> str:
    """Return the id that all runs of a script share, wherever the store and the script move together."""
    place = os.path.relpath(Path(script).resolve(), store.resolve().parent)
    return hashlib.blake2b(f"script\n{Path(place).as_posix()}".encode(), digest_size=12).hexdigest()
