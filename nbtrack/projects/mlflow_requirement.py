"""A project's requirement of MLflow, where nbtrack answers to that name: what MLflow would have brought along."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from nbtrack.projects.environment_spec import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbtrack.projects.environment_spec import Spec

__all__ = ["without_mlflow"]

_MLFLOW = frozenset({"mlflow", "mlflow-skinny", "mlflow-tracing"})
_BROUGHT = {
    "click": "click", "cloudpickle": "cloudpickle", "docker": "docker", "flask": "flask", "git": "gitpython",
    "matplotlib": "matplotlib", "numpy": "numpy", "packaging": "packaging", "pandas": "pandas",
    "pyarrow": "pyarrow", "pydantic": "pydantic", "requests": "requests", "scipy": "scipy",
    "sklearn": "scikit-learn", "sqlalchemy": "sqlalchemy", "yaml": "pyyaml",
}  # fmt: skip
"""The modules that come with MLflow 3, each with its distribution: projects import them without naming them."""
_IMPORT = re.compile(r"^[ \t\"]*(?:from|import)[ \t]+(\w+)", re.MULTILINE)
_FOREIGN = frozenset({"node_modules", "site-packages"})
_MAX_FILES = 200
_MAX_SIZE = 1_000_000


def without_mlflow(spec: Spec, folder: Path) -> Spec:
    """Return what is to be installed without MLflow, but with what comes with it and the project's files import.

    A uv.lock stays as it is: it says all versions.
    """
    kept = [line for line in spec.requirements if name_of(line) not in _MLFLOW]
    if len(kept) == len(spec.requirements):
        return spec
    named = set(map(name_of, kept))
    brought = sorted({_BROUGHT[module] for module in _imported(folder) & _BROUGHT.keys()} - named)
    instead = f", but what of its own the project imports: {', '.join(brought)}" if brought else ""
    note = f"mlflow is not installed, for nbtrack answers to its name (--real-mlflow installs it){instead}"
    return replace(spec, requirements=[*kept, *brought], notes=[*spec.notes, note])


def _imported(folder: Path) -> set[str]:
    """Return the modules that the project's files import, read roughly."""
    found: set[str] = set()
    for file in islice(_sources(folder), _MAX_FILES):
        found.update(_IMPORT.findall(file.read_text(encoding="utf-8", errors="replace")))
    return found


def _sources(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        # What is installed in the folder is not the project's own.
        folders[:] = [one for one in folders if not one.startswith((".", "_")) and one not in _FOREIGN]
        if "pyvenv.cfg" in names:
            folders.clear()
            continue
        for file in (Path(place) / name for name in sorted(names) if name.endswith((".py", ".ipynb"))):
            with suppress(OSError):
                if file.stat().st_size <= _MAX_SIZE:
                    yield file
