"""What a project's process is given: its Python, its run, and the module `mlflow`."""

from __future__ import annotations

import hashlib
import os
import shutil
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from nbtrack import uv
from nbtrack.projects.git import cache_folder

if TYPE_CHECKING:
    from nbtrack.projects.environment import Environment
    from nbtrack.store import Store

__all__ = ["handed", "variables"]

_CLIENT = Path(__file__).parent / "client"
"""The folder with the module `mlflow` that a project imports."""


def variables(environment: Environment) -> dict[str, str]:
    """Return the child's variables: the Python's folder is first on its path, as where an environment is active."""
    found = dict(os.environ)
    found.pop("PYTHONHOME", None)
    found.setdefault("PYTHONUNBUFFERED", "1")  # its output is read through a pipe, and shown at once
    if environment.place is not None:
        found["VIRTUAL_ENV"] = str(environment.place)
        # Its packages are compiled at their first import, or else at each.
        found.pop("PYTHONDONTWRITEBYTECODE", None)
    if (program := uv.program()) is not None:
        found["UV"] = program
    found["PATH"] = os.pathsep.join([str(environment.python.parent), found.get("PATH", os.defpath)])
    return found


def handed(store: Store, run_id: str) -> dict[str, str]:
    """Return the variables by which the child finds its run, and our `mlflow` first."""
    folders = [str(_CLIENT), str(_package_folder()), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    return {
        "NBTRACK_STORE": str(store.path.absolute()),
        "MLFLOW_TRACKING_URI": store.path.absolute().as_uri(),
        "NBTRACK_NEEDED": str(_needed_folder()),
        "MLFLOW_RUN_ID": run_id,
        "MLFLOW_EXPERIMENT_ID": str(store.run(run_id).experiment_id),
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(filter(None, folders))),
    }


def _package_folder() -> Path:
    """Return a folder that holds only the package `nbtrack`: what lies beside it here is no part of the project."""
    return _folder_with(_CLIENT.parents[1])


def _needed_folder() -> Path:
    """Return a folder that holds what models are saved with and machines are looked at, for environments that lack it."""
    found = filter(None, map(find_spec, ("cloudpickle", "platformdirs", "psutil", "yaml")))
    return _folder_with(*(Path(spec.origin).parent for spec in found if spec.origin))


def _folder_with(*packages: Path) -> Path:
    """Return a folder of our own with these packages in it, and nothing else."""
    key = hashlib.sha256("\0".join(map(str, packages)).encode()).hexdigest()[:16]
    folder = cache_folder() / "package" / key
    for package in packages:
        link = folder / package.name
        if not link.exists():
            folder.mkdir(parents=True, exist_ok=True)
            link.unlink(missing_ok=True)
            try:
                with suppress(FileExistsError):  # another process was first
                    link.symlink_to(package, target_is_directory=True)
            except OSError:  # no links here, as on Windows without the right to make them
                shutil.copytree(package, link, dirs_exist_ok=True)
    return folder
