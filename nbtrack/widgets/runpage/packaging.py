"""Packaging a run from its page."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from nbtrack.entities.bounds import whole
from nbtrack.errors import InvalidValueError, StoreError

if TYPE_CHECKING:
    from nbtrack.entities import Run

__all__ = ["packaged"]


def packaged(run: Run, name: str) -> dict[str, Any]:
    """Make a project of a run, and return what was made.

    Parameters
    ----------
    run
        The run.
    name
        The folder, from the one on that the store is in: a page may be shown by a server, whose visitor must not write
        anywhere else.

    Raises
    ------
    InvalidValueError
        When the folder is elsewhere or not empty, or the code cannot be packaged.
    NotFoundError, StoreError
        When the run has no code, or its store may only be read.
    """
    from nbtrack.projects.packaging.making import package

    if run.store.read_only:
        raise StoreError(f"the store {str(run.store.path)!r} may only be read: nothing is made beside it")
    path = PurePath(name)
    hidden = any(part.startswith((".", "~")) for part in path.parts)
    if path.is_absolute() or path.drive or hidden or "\0" in name or not path.parts:
        raise InvalidValueError(
            f"{name!r} is no folder beside the store; give a name such as wine-project. "
            "%package and `nbtrack package` write to any place"
        )
    beside = run.store.path.absolute().parent
    target = beside / path
    if not target.resolve().is_relative_to(beside.resolve()):
        raise InvalidValueError(f"{name!r} leads to another place; give a name such as wine-project")
    made = package(run, target)
    # The page's run knows no working folder: commands are told with the whole path.
    return {
        "folder": whole(str(made.folder)),
        "files": [whole(file) for file in made.files],
        "command": whole(made.command),
        "left_out": [whole(one) for one in made.left_out],
    }
