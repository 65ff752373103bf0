"""The location of a store: found upwards from the working folder, or given by the user."""

from __future__ import annotations

import contextlib
import os
import shlex
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from nbtrack.errors import NbtrackWarning, StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "ARTIFACTS",
    "DATABASE",
    "FOLDER",
    "database_file",
    "find_store",
    "is_store",
    "kept_runs",
    "resolve",
]

FOLDER = ".nbtrack"
DATABASE = "nbtrack.db"
ARTIFACTS = "artifacts"

_ROOTS = ((".git", ".hg", ".jj", ".svn"), ("pyproject.toml",))
"""The files that mark a project's root: those of a repository, else of a Python project."""
_OWN = {DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", f"{DATABASE}-journal", ARTIFACTS, ".gitignore"}


def find_store(start: Path | None = None) -> Path:
    """Return the folder of the store to use: the nearest, else where one would be created.

    `NBTRACK_STORE` comes first, then the nearest ``.nbtrack`` with a store in it, from `start` (default: the
    working folder) upwards, then ``.nbtrack`` in `start` itself. The search ends at the root of the project (the
    nearest repository's, else the nearest ``pyproject.toml``), at the home folder and at the edge of the file system:
    a store further up belongs to something else. A store of another user is skipped with a warning.

    Raises
    ------
    StoreError
        When `NBTRACK_STORE` cannot be a folder's path, or another user's store is where this one would be.
    """
    named = os.environ.get("NBTRACK_STORE")
    if named:
        return resolve(named)
    start = Path.cwd() if start is None else Path(os.path.abspath(start))  # noqa: PTH100 - keeps links
    for folder in _searched(start):
        store = folder / FOLDER
        if is_store(store) and _is_own(store):
            return store.resolve()
        if is_store(store) and folder != start:
            warnings.warn(
                f"the store {str(store)!r} belongs to another user and is not used; "
                f"NBTRACK_STORE={shlex.quote(str(store))} would, if you trust it",
                NbtrackWarning,
                stacklevel=2,
            )
    store = start / FOLDER
    if not _is_own(store):
        raise StoreError(
            f"the store {str(store)!r} belongs to another user: "
            f"NBTRACK_STORE={shlex.quote(str(store))} uses it, if you trust it; set_store(...) uses another place"
        )
    return store.resolve()


def _is_own(store: Path) -> bool:
    """Return whether a store belongs to the user of this process or does not exist; git has the same rule."""
    if not hasattr(os, "getuid"):
        return True
    owners = set()
    for path in (store, store / DATABASE):
        with contextlib.suppress(OSError):
            owners.add(path.stat().st_uid)
    own = {os.getuid()}
    if 0 in own and os.environ.get("SUDO_UID", "").isdigit():
        own.add(int(os.environ["SUDO_UID"]))
    return owners <= own


def _searched(start: Path) -> Sequence[Path]:
    """Return the folders in which a store is looked for, the nearest first."""
    folders = (start, *start.parents)
    end = next((n for n, folder in enumerate(folders) if _is_edge(folder)), len(folders) - 1)
    for markers in _ROOTS:
        for number, folder in enumerate(folders[: end + 1]):
            if any(os.path.lexists(folder / marker) for marker in markers):
                return folders[: number + 1]
    return folders[: end + 1]


def _is_edge(folder: Path) -> bool:
    """Return whether a folder is the home folder, or the root of a file system."""
    # Unlike the methods of Path, these do not raise for folders without read permission.
    return os.path.ismount(folder) or os.path.realpath(folder) == os.path.realpath(os.path.expanduser("~"))  # noqa: PTH111


def resolve(location: str | os.PathLike[str]) -> Path:
    """Return the folder of the store at `location`.

    That is the folder itself, or ``.nbtrack`` inside it, if it holds other things or already has such a store. The path
    of a store's database stands for its folder.

    Raises
    ------
    StoreError
        When it is an address of another kind, or a file.
    """
    text = os.fspath(location)
    if "://" in text:
        raise StoreError(f"store {text!r} is an address; give the path of a folder")
    folder = Path(text).expanduser().resolve()
    if folder.name == DATABASE and folder.is_file():
        folder = folder.parent
    if folder.exists() and not folder.is_dir():
        raise StoreError(f"store {str(folder)!r} is a file; give the path of a folder")
    if folder.name == FOLDER or is_store(folder):
        return folder
    # A store has a .gitignore for its whole folder, so it must not share a folder with the user's files.
    if is_store(folder / FOLDER) or (
        folder.is_dir() and any(entry.name not in _OWN for entry in os.scandir(folder))
    ):
        return folder / FOLDER
    return folder


def is_store(folder: Path) -> bool:
    """Return whether a folder is a store's."""
    # Unlike Path.is_file, this does not raise for folders without read permission.
    return os.path.isfile(folder / DATABASE)  # noqa: PTH113


def kept_runs(folder: Path) -> list[str]:
    """Return the ids of the runs that have artifacts in a store."""
    try:
        return [entry.name for entry in os.scandir(folder / ARTIFACTS) if len(entry.name) == 32]
    except OSError:
        return []


def database_file(folder: Path) -> str:
    """Return what identifies a store's database file: it differs between stores, even for equal paths on two machines.

    It is empty if there is no store.
    """
    try:
        return str((folder / DATABASE).stat().st_ino) if is_store(folder) else ""
    except OSError:
        # It existed a moment ago.
        return ""
