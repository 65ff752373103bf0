"""Which environment a project runs in: one that uv builds for it, or the caller's own."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbtrack import uv
from nbtrack.errors import InvalidValueError, NbtrackError
from nbtrack.projects import MANAGERS
from nbtrack.projects.environment import Environment, environment_for
from nbtrack.projects.environment_spec import read_spec
from nbtrack.projects.python_choice import can_import_nbtrack

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from nbtrack.projects.environment_spec import Spec
    from nbtrack.projects.spec import EntryPoint, Project

__all__ = ["environment_of"]

_NOTEBOOK = ("ipykernel", "nbclient")
"""What executes a notebook."""


def environment_of(
    project: Project,
    point: EntryPoint,
    manager: str | None,
    *,
    kind: str = "project",
    date: datetime | None,
    relax: bool,
    real_mlflow: bool,
    tell: Callable[[str], object],
) -> Environment:
    """Return what an entry point of a project runs in, which may have to be built.

    Parameters
    ----------
    manager
        One of `MANAGERS`; None for uv where the project says something of its environment, and uv is there.
    kind
        A `script` or a `notebook` that is run by itself gets this Python unless the script has a block of its own.
    date, relax, real_mlflow, tell
        See `environment_for`.

    Raises
    ------
    InvalidValueError
        When the manager is not known.
    EnvironmentBuildError
        When it cannot be built.
    """
    if manager not in (None, *MANAGERS):
        raise InvalidValueError(f"environment manager {manager!r} is not known; give {', '.join(MANAGERS)}")
    if manager == "conda":
        tell("nbtrack calls no conda: uv builds what the project lists")
        manager = "uv"
    files = _files(project, point)
    if manager == "local":
        if kind == "project":
            with suppress(NbtrackError):  # what is not installed need not be understood
                _say_what_is_not_installed(read_spec(project.folder, **files), "--env-manager local", tell)
        return _own(tell)
    if manager is None:
        spec = read_spec(project.folder, **files)
        if spec is None or (kind != "project" and spec.source.suffix != ".py"):
            return _own(tell)
        if uv.program() is None:
            _say_what_is_not_installed(spec, "there is no uv here (python -m pip install uv)", tell)
            return _own(tell)
    found = environment_for(
        project.folder,
        **files,
        also=_NOTEBOOK if kind == "notebook" else (),
        exclude_newer=date,
        relax=relax,
        real_mlflow=real_mlflow,
        tell=tell,
    )
    return replace(found, manager=manager or "uv") if found.place is not None else found


def _own(tell: Callable[[str], object]) -> Environment:
    """Return the caller's environment: the one that is active where nbtrack itself is in another, else this one."""
    return Environment(_active(tell), "")


def _active(tell: Callable[[str], object]) -> Path:
    active = os.environ.get("VIRTUAL_ENV")
    if not active or Path(active).resolve() == Path(sys.prefix).resolve():
        return Path(sys.executable)
    python = uv.python_of(Path(active))
    if not python.is_file() or not can_import_nbtrack(uv.version_of(Path(active))):
        tell(f"the environment {active} is not used: it has no Python that can import nbtrack")
        return Path(sys.executable)
    return python


def _files(project: Project, point: EntryPoint) -> dict[str, Any]:
    """Return the files that may say what the environment holds."""
    script = point.name.endswith(".py") and point.name not in project.entry_points
    return {
        "python_env": project.python_env and project.python_env.resolve(),
        "conda_env": project.conda_env and project.conda_env.resolve(),
        "script": Path(point.name) if script else None,
    }


def _say_what_is_not_installed(spec: Spec | None, why: str, tell: Callable[[str], object]) -> None:
    if spec is not None:
        tell(f"{spec.source.name} is not installed ({why}): it runs with the Python that is there")
