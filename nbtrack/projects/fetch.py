"""Where a project comes from: a folder, or a git repository, of which a commit is exported; nobody's work is touched."""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from nbtrack.errors import InvalidValueError, NotFoundError

__all__ = ["Source", "cache_folder", "fetch", "folder_source", "masked"]

_REMOTE = re.compile(r"(https?|ssh|git|file)://|[\w.-]+@[\w.-]+:")
_CREDENTIALS = re.compile(r"(?<=://)([^/@:\s]*):[^/@\s]*@")
_TOKEN = re.compile(r"(?<=http://|ttps://)[^/@:\s]+@")
_COMMIT = re.compile(r"[0-9a-f]{4,40}")
_REFS = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*", "+HEAD:refs/nbtrack/head")


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
    """

    folder: Path
    name: str
    commit: str | None = None
    repository: str | None = None
    branch: str | None = None
    dirty: bool = False
    exported: Path | None = None
    date: datetime | None = None


def fetch(uri: str | os.PathLike[str], version: str | None = None) -> Source:
    """Return the project at an address, of a version (a branch, a tag, a commit) if one is given.

    Parameters
    ----------
    uri
        A folder, or the address of a git repository; `#folder` after it says where in it the project is.

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
    if local is not None and not _is_bare(local):
        return _folder(local, inside, version, os.fspath(uri))
    if local is None and not _REMOTE.match(address):
        raise NotFoundError(
            f"there is no folder {address!r}, and it is no git address (https://..., git@host:...)"
        )
    target = address if local is None else str(local.resolve())
    repository = _cached(target)
    # Our own repository's HEAD is nobody's.
    commit, branch = _found(repository, target, None if version == "HEAD" else version)
    return _exported(repository, commit, inside, masked(os.fspath(uri)), masked(address), branch)


def masked(address: str) -> str:
    """Return an address, or a text with some, without the passwords and tokens in them."""
    return _TOKEN.sub("***@", _CREDENTIALS.sub(r"\1:***@", address))


def cache_folder() -> Path:
    """Return the folder for what can be fetched or built again."""
    from platformdirs import user_cache_path

    return user_cache_path("nbtrack", appauthor=False) / "projects"


def _local(address: str) -> Path | None:
    path = Path(unquote(urlsplit(address).path)) if address.startswith("file://") else Path(address)
    return path if path.is_dir() else None


def _git(*arguments: str | Path, at: Path, check: bool = True) -> bytes:
    """Return what a git command prints.

    Raises
    ------
    NotFoundError
        When it fails, with its words; with `check` false the answer is then empty.
    """
    environment = {
        name: value for name, value in os.environ.items() if name not in ("GIT_DIR", "GIT_WORK_TREE")
    }
    if not (sys.stdin and sys.stdin.isatty()):
        environment["GIT_TERMINAL_PROMPT"] = "0"
    try:
        done = subprocess.run(  # noqa: S603 (nothing of the user's can be an option: see `fetch`)
            ["git", "-C", at, *arguments],  # noqa: S607 (the user's git)
            capture_output=True,
            env=environment,
            check=False,
            stdin=None if "GIT_TERMINAL_PROMPT" not in environment else subprocess.DEVNULL,
        )
    except FileNotFoundError:
        if not check:
            return b""
        raise NotFoundError("git is not installed; fetch the project yourself and give its folder") from None
    if done.returncode == 0:
        return done.stdout
    if not check:
        return b""
    words = " ".join(done.stderr.decode(errors="replace").split())
    raise NotFoundError(f"git {arguments[0]}: {masked(words) or 'failed'}")


def _asked(*arguments: str, at: Path) -> str | None:
    return _git(*arguments, at=at, check=False).decode(errors="replace").strip() or None


def _is_bare(folder: Path) -> bool:
    return (
        (folder / "HEAD").is_file()
        and (folder / "objects").is_dir()
        and _asked("rev-parse", "--is-bare-repository", at=folder) == "true"
    )


def folder_source(folder: Path, working: Path, name: str) -> Source:
    """Return what git says of a folder, for something of it that runs in another one."""
    remote = _asked("config", "--get", "remote.origin.url", at=folder)
    commit = _asked("rev-parse", "--verify", "--quiet", "HEAD", at=folder)
    dirty = bool(commit and _asked("status", "--porcelain", "--", ".", at=folder))
    return Source(working, name, commit, masked(remote) if remote else None, dirty=dirty)


def _folder(folder: Path, inside: str, version: str | None, name: str) -> Source:
    top = _asked("rev-parse", "--show-toplevel", at=folder)
    if version is None:
        return folder_source(folder, _inner(folder, inside), name)
    remote = _asked("config", "--get", "remote.origin.url", at=folder)
    if top is None:
        raise NotFoundError(f"{str(folder)!r} is in no git repository, and has no version {version!r}")
    # The version is exported elsewhere: a checkout would change what the user works on.
    commit, branch = _resolve(folder, version)
    if commit is None:
        raise NotFoundError(f"{str(folder)!r} has no version {version!r}; give a branch, a tag or a commit")
    within = folder.resolve().relative_to(Path(top).resolve()) / inside
    return _exported(Path(top), commit, str(within), name, masked(remote or top), branch)


def _inner(folder: Path, inside: str) -> Path:
    found = (folder / inside).resolve()
    if not found.is_dir() or not found.is_relative_to(folder.resolve()):
        raise NotFoundError(f"the project has no folder {inside!r}")
    return found


def _cached(address: str) -> Path:
    """Return our bare repository of an address; the address, and a password in it, is not kept there."""
    folder = cache_folder() / "git" / hashlib.sha256(address.encode()).hexdigest()[:24]
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "HEAD").is_file():
        _git("init", "--quiet", "--bare", at=folder)
    return folder


def _found(repository: Path, address: str, version: str | None) -> tuple[str, str | None]:
    """Return the commit of a version, fetched if it is not here or may have moved, and its branch."""
    if version is not None:
        commit, branch = _resolve(repository, version)
        if commit is not None and branch is None:
            return commit, None
    _git("fetch", "--quiet", "--prune", address, *_REFS, at=repository)
    commit, branch = _resolve(repository, version or "refs/nbtrack/head")
    if commit is None and version is not None and len(version) == 40 and _COMMIT.fullmatch(version):
        _git("fetch", "--quiet", address, version, at=repository)  # on no branch
        commit, branch = _resolve(repository, version)
    if commit is None:
        raise NotFoundError(f"{masked(address)} has no version {version!r}; give a branch, a tag or a commit")
    return commit, branch


def _resolve(repository: Path, version: str) -> tuple[str | None, str | None]:
    """Return the commit that a version is, and the branch if it is one."""

    def look(name: str) -> str | None:
        return _asked("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}", at=repository)

    for place in ("refs/heads/", "refs/remotes/origin/"):
        commit = look(place + version)
        if commit is not None:
            return commit, version
    plain = version if version.startswith(("refs/", "HEAD")) or _COMMIT.fullmatch(version) else None
    return look(f"refs/tags/{version}") or (look(plain) if plain else None), None


def _exported(  # noqa: PLR0917 (all of them from here)
    repository: Path, commit: str, inside: str, name: str, address: str, branch: str | None
) -> Source:
    places = cache_folder() / "work"
    places.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{commit[:12]}-", dir=places))
    packed = _git("archive", "--format=tar", commit, at=repository)
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    try:
        said = _asked("show", "--no-patch", "--format=%cI", commit, at=repository)
        date = datetime.fromisoformat(said) if said else None
        return Source(_inner(folder, inside), name, commit, address, branch, exported=folder, date=date)
    except NotFoundError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
