"""A target that is a script of this machine: run where the caller is, with the arguments that the caller gives."""

from __future__ import annotations

import ast
import hashlib
import os
import re
import shlex
import tokenize
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbtrack.capture.places import places_in, values_like, with_values
from nbtrack.errors import InvalidValueError
from nbtrack.projects.fetch import folder_source
from nbtrack.projects.job import Job
from nbtrack.projects.spec import EntryPoint, Project
from nbtrack.projects.template import Command, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["is_script", "lineage_of", "script_job"]

_HYDRA = re.compile(r"^[ \t]*(?:import|from)[ \t]+hydra\b", re.MULTILINE)
_OPTIONS = re.compile(
    r"^[ \t]*(?:import|from)[ \t]+(?:absl|argh|argparse|click|clize|cyclopts|defopt|docopt|fire|getopt|jsonargparse|optparse"
    r"|plac|rich_click|simple_parsing|tap|typer|tyro)\b",
    re.MULTILINE,
)
"""What reads options such as `--lr 0.1`."""
_ARGUMENTS = re.compile(r"\bargv\b")


def is_script(uri: str | os.PathLike[str]) -> bool:
    """Return whether a target is a Python file of this machine."""
    name = os.fspath(uri)
    return name.endswith(".py") and Path(name).is_file()


def script_job(uri: str | os.PathLike[str], arguments: Sequence[str], parameters: Mapping[str, str]) -> Job:
    """Return what is run for a script: in the caller's folder; it belongs to the repository around itself.

    Params are options of its own; a script that reads none gets them in the places of its literals.

    Raises
    ------
    InvalidValueError, NotFoundError
        When there is no such place, or several, and when the script reads its arguments itself.

    Examples
    --------
    >>> from pathlib import Path
    >>> _ = Path("train.py").write_text("import argparse")
    >>> script_job("train.py", ["--epochs", "3"], {"lr": "0.1"}).command.text
    'python train.py --epochs 3 --lr 0.1'
    """
    script = os.fspath(uri)
    text = _text(script) if parameters or "-P" in arguments else ""
    if "-P" in arguments and not (_HYDRA.search(text) or _OPTIONS.search(text) or _ARGUMENTS.search(text)):
        raise InvalidValueError(
            f"{script!r} reads no arguments, and what follows it is its own: give -P NAME=VALUE before the file"
        )
    given: list[str] = []
    values: dict[str, str] = {}
    typed: dict[str, Any] = {}
    if _HYDRA.search(text):
        given = [f"{name}={value}" for name, value in parameters.items()]  # overrides are no options
    elif _OPTIONS.search(text):
        given = [word for name, value in parameters.items() for word in (f"--{name}", value)]
    elif parameters and _ARGUMENTS.search(text):
        raise InvalidValueError(
            f"{script!r} reads its arguments itself: give them after the file, without -P"
        )
    elif parameters:
        places = places_in(text)
        typed = values_like(places, parameters)
        with_values(text, places, typed)  # it says what is wrong before there is a run
        values = dict(parameters)
    shown = [word for name, value in values.items() for word in ("-P", f"{name}={value}")]
    start = ["nbtrack", "run", *shown] if values else ["python"]
    command = Command(shlex.join([*start, script, *arguments, *given]), plain(typed))
    folder = Path(script).absolute().parent
    source = folder_source(folder, Path.cwd(), script)
    point = EntryPoint(Path(script).name, command.text)
    return Job(
        "script",
        source,
        Project(folder),
        point,
        command,
        script,
        arguments=(*arguments, *given),
        values=values,
    )


def _text(script: str) -> str:
    try:
        with tokenize.open(script) as file:  # as Python reads it
            text = file.read()
        ast.parse(text)
    except SyntaxError as error:
        raise InvalidValueError(f"{script!r} is no Python: {error}") from None
    return text


def lineage_of(script: str, store: Path) -> str:
    """Return the id that all runs of a script share, wherever the store and the script move together."""
    place = os.path.relpath(Path(script).resolve(), store.resolve().parent)
    return hashlib.blake2b(f"script\n{Path(place).as_posix()}".encode(), digest_size=12).hexdigest()
