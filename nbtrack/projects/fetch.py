"""Where a project comes from: a folder, a zip file, or a commit of a git repository; nobody's work is touched."""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from nbtrack.errors import InvalidValueError, NotFoundError
from nbtrack.projects.git import (
    REMOTE,
    also_a_tag,
    asked,
    cache_folder,
    cached,
    check_out,
    found,
    is_bare,
    masked,
    no_version,
    resolve,
)

__all__ = ["Source", "expanded", "fetch", "folder_source"]


@dataclass(frozen=True, slots=True)
class Source:
    """A project that is there to be run.

    Attributes
    ----------
    folder
        Where its files are.
    name
        How it was asked for, without a password.
    commit, repository, branch
        Of the git repository that it comes from, if it does; the branch only if it was asked for.
    dirty
        Whether the folder has changes that the commit lacks.
    exported
        Whether the folder was made for this run, to be removed after it.
    date
        Of the commit, where it was exported.
    remarks
        What is not as it should be with its files, a sentence each.
    """

    folder: Path
    name: str
    commit: str | None = None
    repository: str | None = None
    branch: str | None = None
    dirty: bool = False
    exported: Path | None = None
    date: datetime | None = None
    remarks: tuple[str, ...] = ()


def fetch(uri: str | os.PathLike[str], version: str | None = None) -> Source:
    """Return the project at an address, of a version (a branch, a tag, a commit) if one is given.

    Parameters
    ----------
    uri
        A folder, a zip file, or the address of a git repository; `#folder` after it says where in it the project is. What
        stands behind `file://` is an address: of a repository its commit is taken, and not what is being worked on.

    Raises
    ------
    NotFoundError
        When there is no such folder, repository or version.
    """
    address, _, inside = os.fspath(uri).partition("#")
    if address.startswith("-") or (version or "").startswith("-"):
        raise InvalidValueError(f"{address!r} of version {version!r}: neither may begin with a dash")
    if ".." in Path(inside).parts or Path(inside).is_absolute():
        raise InvalidValueError(f"#{inside} leaves the repository; give a folder in it")
    local = _local(address)
    if local is not None and local.is_file():
        return _unpacked(local, inside, os.fspath(uri))
    if local is not None and not is_bare(local):
        if version is None and address.startswith("file://") and _is_committed(local):
            version = "HEAD"
        return _folder(local, inside, version, os.fspath(uri))
    if local is None and not REMOTE.match(address):
        what = "file" if address.endswith((".py", ".ipynb", ".zip")) else "folder"
        raise NotFoundError(
            f"there is no {what} {address!r}, and it is no git address (https://..., git@host:...)"
        )
    target = address if local is None else str(local.resolve())
    repository = cached(target)
    # Our own repository's HEAD is nobody's.
    commit, branch = found(repository, target, None if version == "HEAD" else version)
    return _exported(repository, commit, inside, masked(os.fspath(uri)), target, branch)


def _local(address: str) -> Path | None:
    is_address = address.startswith("file://")
    path = Path(unquote(urlsplit(address).path)) if is_address else expanded(address)
    if is_address and not path.exists():
        raise NotFoundError(f"there is nothing at {address!r}")
    return path if path.is_dir() or (path.suffix == ".zip" and path.is_file()) else None


def expanded(path: str) -> Path:
    """Return a path with `~` as the user's folder, if there is none of that name."""
    if path.startswith("~") and not Path(path).exists():
        with suppress(RuntimeError):  # no such user
            return Path(path).expanduser()
    return Path(path)


def _is_committed(folder: Path) -> bool:
    """Return whether a folder is part of a repository's newest commit, or will be of its first."""
    top = asked("rev-parse", "--show-toplevel", at=folder)
    is_top = top is not None and Path(top).resolve() == folder.resolve()
    return is_top or asked("ls-tree", "HEAD", at=folder) is not None


def folder_source(folder: Path, working: Path, name: str) -> Source:
    """Return what git says of a folder, for something of it that runs in another one."""
    remote = asked("config", "--get", "remote.origin.url", at=folder)
    commit = asked("rev-parse", "--verify", "--quiet", "HEAD", at=folder)
    dirty = bool(commit and asked("status", "--porcelain", "--", ".", at=folder))
    return Source(working, name, commit, masked(remote) if remote else None, dirty=dirty)


def _folder(folder: Path, inside: str, version: str | None, name: str) -> Source:
    top = asked("rev-parse", "--show-toplevel", at=folder)
    if version is None:
        return folder_source(folder, _inner(folder, inside), name)
    remote = asked("config", "--get", "remote.origin.url", at=folder)
    if top is None:
        raise NotFoundError(f"{str(folder)!r} is in no git repository, and has no version {version!r}")
    # The version is exported elsewhere: a checkout would change what the user works on.
    commit, branch = resolve(folder, version)
    if commit is None:
        raise NotFoundError(no_version(str(folder), version, empty=resolve(folder, "HEAD")[0] is None))
    within = folder.resolve().relative_to(Path(top).resolve()) / inside
    return _exported(Path(top), commit, str(within), name, remote or top, branch)


def _inner(folder: Path, inside: str) -> Path:
    place = (folder / inside).resolve()
    if not place.is_dir() or not place.is_relative_to(folder.resolve()):
        raise NotFoundError(f"the project has no folder {inside!r}")
    return place


def _exported(  # noqa: PLR0917 (all of them from here)
    repository: Path, commit: str, inside: str, name: str, address: str, branch: str | None
) -> Source:
    folder = _new_folder(commit[:12])
    try:
        remarks = check_out(repository, commit, address, folder)
        if branch is not None and also_a_tag(repository, branch, commit):
            remarks.append(
                f"{branch!r} is a branch and a tag of the repository: the branch is run; refs/tags/{branch} is the tag"
            )
        said = asked("show", "--no-patch", "--format=%cI", commit, at=repository)
        date = datetime.fromisoformat(said) if said else None
        return Source(
            _inner(folder, inside),
            name,
            commit,
            masked(address),
            branch,
            exported=folder,
            date=date,
            remarks=tuple(remarks),
        )
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _unpacked(file: Path, inside: str, name: str) -> Source:
    """Return the project in a zip file, unpacked; as MLflow does, its top is the project."""
    folder = _new_folder(file.stem)
    try:
        with zipfile.ZipFile(file) as archive:
            archive.extractall(folder)
        return Source(_inner(folder, inside), name, exported=folder)
    except zipfile.BadZipFile:
        shutil.rmtree(folder, ignore_errors=True)
        raise InvalidValueError(f"{str(file)!r} is no zip file") from None
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _new_folder(name: str) -> Path:
    places = cache_folder() / "work"
    places.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=places))
