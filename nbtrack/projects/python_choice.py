"""Which Python a project's environment gets: one that is there, before one is fetched."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from nbtrack import uv
from nbtrack.errors import EnvironmentBuildError, InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Choice", "can_import_nbtrack", "choose_python", "fetch_python", "new_enough"]

_OLDEST = 11
"""The oldest Python 3 that can import nbtrack, as `pyproject.toml` says."""


@dataclass(frozen=True)
class Choice:
    """The Python that is asked for, and the one that is there."""

    wanted: str
    program: Path | None
    """None where there is none: it has to be fetched."""
    key: str
    """Its minor version, or what is to be fetched."""
    note: str = ""
    fallback: Path = Path(sys.executable)
    too_old: bool = False
    """Whether another was asked for, which cannot import nbtrack."""


def choose_python(wanted: str | None) -> Choice:
    """Return the Python of this machine that fits a version or bounds: this one if it does, else the newest.

    Raises
    ------
    InvalidValueError
        When it is neither a version nor bounds of one.
    """
    here = ".".join(map(str, sys.version_info[:2]))
    if not wanted:
        return Choice("", Path(sys.executable), here)
    clauses = [_clause(part.strip(), wanted) for part in wanted.split(",")]
    found = uv.interpreters()
    fitting = [one for one in found if all(_fits(one.version, *clause) for clause in clauses)]
    if not fitting:
        # Another patch of the same minor version runs the same code; it is said which.
        rough = [(operator, version[:2]) for operator, version in clauses if operator == "=="]
        fitting = [one for one in found if rough and all(_fits(one.version, *clause) for clause in rough)]
    if not fitting:
        return Choice(wanted, None, f"fetched {wanted}")
    first = fitting[0]
    if first.program != Path(sys.executable):
        first = max(fitting, key=lambda one: one.version)
    minor, full = (".".join(map(str, part)) for part in (first.version[:2], first.version))
    other = all(
        operator == "==" and len(version) > 2 and version != first.version for operator, version in clauses
    )
    note = (
        f"Python {wanted} is asked for and not here: it gets {full}, of the same minor version"
        if other
        else ""
    )
    return Choice(wanted, first.program, minor, note)


def can_import_nbtrack(version: str) -> bool:
    """Return whether a Python of this version can import nbtrack.

    Examples
    --------
    >>> can_import_nbtrack("3.11.7"), can_import_nbtrack("3.8"), can_import_nbtrack("")
    (True, False, False)
    """
    minor = re.match(r"3\.(\d+)", version)
    return minor is not None and int(minor[1]) >= _OLDEST


def new_enough(choice: Choice, *, relax: bool) -> Choice:
    """Return a choice that can import nbtrack; with `relax` that is this Python where it cannot.

    Raises
    ------
    EnvironmentBuildError
        When it cannot.
    """
    key = re.sub(r"^fetched =*", "", choice.key)
    # Bounds, which are no version, are for uv to choose in.
    if not key.startswith("3.") or can_import_nbtrack(key):
        return choice
    if relax:
        here = ".".join(map(str, sys.version_info[:2]))
        return replace(choice, program=choice.fallback, key=here, note="", too_old=True)
    raise EnvironmentBuildError(
        f"the project wants Python {choice.wanted}, which cannot import nbtrack (3.{_OLDEST} or later)\n"
        "with relax=True (--relax) it runs on this Python, and the run says so; with --real-mlflow on that one"
    )


def _clause(text: str, whole: str) -> tuple[str, tuple[int, ...]]:
    match = re.fullmatch(r"(===?|=|~=|!=|<=|>=|<|>)?\s*(\d+(?:\.\d+)*)(?:\.\*|\*)?", text)
    if match is None:
        raise InvalidValueError(
            f"the project asks for Python {whole!r}, which is no version such as '3.11' or '>=3.9'"
        )
    operator = match[1] or "=="
    return ("==" if operator in ("=", "===") else operator), tuple(map(int, match[2].split(".")))


def _fits(version: tuple[int, ...], operator: str, wanted: tuple[int, ...]) -> bool:
    same = version[: len(wanted)] == wanted[: len(version)]
    match operator:
        case "==":
            return same
        case "!=":
            return not same
        case "~=":
            return version >= wanted and version[: len(wanted) - 1] == wanted[:-1]
        case ">=":
            return same or version > wanted
        case "<=":
            return same or version < wanted
        case ">":
            return version > wanted and not same
        case _:
            return version < wanted and not same


def fetch_python(program: str, choice: Choice, *, relax: bool, tell: Callable[[str], object]) -> Path:
    """Return a Python that uv has fetched; with `relax` this one where none can be had.

    Raises
    ------
    EnvironmentBuildError
        When none can be had.
    """
    wanted = re.sub(r"^=+", "", choice.wanted).removesuffix(".*")
    tell(f"no Python {choice.wanted} is on this machine: uv looks for one to fetch")
    command = [program, "python", "install", "--no-bin", wanted]
    found = subprocess.run(command, capture_output=True, text=True, check=False, env=uv.variables())  # noqa: S603 (a list, no shell)
    if found.returncode == 0 and (there := choose_python(choice.wanted).program) is not None:
        return there
    if relax:
        tell(f"relaxed: Python {choice.wanted} -> {'.'.join(map(str, sys.version_info[:3]))}")
        return choice.fallback
    said = " ".join(found.stderr.split())[-600:]
    raise EnvironmentBuildError(
        f"the environment cannot be had:\n  Python {choice.wanted}: none is on this machine, and none can be fetched ({said})\n"
        "with relax=True (--relax) it runs on this Python, and the run says so"
    )
