"""The `uv.lock` of a project, which uv makes where it can be had: for `uv run`, and for who reads it."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING

from nbtrack import uv
from nbtrack.projects.environment_spec import name_of
from nbtrack.projects.git import masked
from nbtrack.projects.python_choice import choose_python

if TYPE_CHECKING:
    from pathlib import Path

    from nbtrack.projects.packaging.requirements import Packages

__all__ = ["lock", "pyproject"]

_PATIENCE = 60.0
"""Seconds that uv may take."""


def pyproject(name: str, python: str, packages: Packages) -> str:
    """Return the text of the `pyproject.toml` that a lock belongs to."""
    minor = ".".join(python.split(".")[:2])
    # `mlflow run` takes the lock in the place of python_env.yaml, and its runs are kept by MLflow.
    lines = [*(line for line in packages.wanted if name_of(line)), "mlflow"]
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "project"
    # JSON's lists and texts are TOML's.
    return (
        f'[project]\nname = {json.dumps(plain)}\nversion = "0"\nrequires-python = "=={minor}.*"\n'
        f"dependencies = {json.dumps(lines, indent=2)}\n\n"
        f"[tool.uv]\npackage = false\nconstraint-dependencies = {json.dumps(packages.needed, indent=2)}\n"
    )


def lock(folder: Path, python: str) -> str:
    """Have uv lock a project, and return why it cannot; an empty text where it has."""
    program = uv.program()
    if program is None:
        return "uv is not installed"
    choice = choose_python(".".join(python.split(".")[:2]))
    if choice.program is None:
        return f"Python {choice.wanted} is not on this machine"
    said = ""
    # Where there is no network, what was downloaded before may do.
    for options in ([], ["--offline"]):
        command = [program, "lock", "--quiet", "--color", "never", "--python", str(choice.program), *options]
        try:
            done = subprocess.run(  # noqa: S603 (a list, no shell)
                command, cwd=folder, env={"UV_PYTHON_DOWNLOADS": "never"} | uv.variables(), check=False,
                stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_PATIENCE,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            said = said or f"uv has not answered within {_PATIENCE:.0f} s"
            continue
        if done.returncode == 0:
            return ""
        said = said or " ".join(masked(done.stderr).split())[-300:]
    return said
