"""A target that is a notebook of this machine: executed with its cells tracked, and with other values if some are given."""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from nbtrack.errors import InvalidValueError
from nbtrack.projects.fetch import folder_source
from nbtrack.projects.job import Job
from nbtrack.projects.notebook_values import notebook_with
from nbtrack.projects.spec import EntryPoint, Project
from nbtrack.projects.template import Command, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["is_notebook", "notebook_job"]


def is_notebook(uri: str | os.PathLike[str]) -> bool:
    """Return whether a target is a notebook of this machine."""
    name = os.fspath(uri)
    return name.endswith(".ipynb") and Path(name).is_file()


def notebook_job(uri: str | os.PathLike[str], parameters: Mapping[str, str]) -> Job:
    """Return what is run for a notebook; the file itself is not changed.

    Raises
    ------
    InvalidValueError, NotFoundError
        When it is no notebook of Python's, or has no place for a value.
    """
    name = os.fspath(uri)
    file = Path(name).absolute()
    try:
        notebook = json.loads(file.read_text(encoding="utf-8"))
        language = notebook.get("metadata", {}).get("kernelspec", {}).get("language", "python")
        cells = notebook["cells"]
    except (ValueError, KeyError, AttributeError):
        raise InvalidValueError(f"{name!r} is no notebook of format 4") from None
    if str(language).lower() != "python":
        raise InvalidValueError(f"{name!r} is a notebook of {language}; nbtrack runs those of Python")
    if not isinstance(cells, list):
        raise InvalidValueError(f"{name!r} has no list of cells")
    made, values, remarks = notebook_with(notebook, parameters)
    content = json.dumps(made, ensure_ascii=False, indent=1)
    given = [word for key, value in parameters.items() for word in ("-P", f"{key}={value}")]
    text = shlex.join(["nbtrack", "run", name, *given])
    source = folder_source(file.parent, file.parent, name)
    point = EntryPoint(file.name, text)
    return Job(
        "notebook",
        source,
        Project(file.parent),
        point,
        Command(text, plain(values), remarks),
        str(file),
        content,
    )
