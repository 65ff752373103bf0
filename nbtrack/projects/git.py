"""Git repositories: kept bare in the cache, asked for versions, and checked out elsewhere than where anybody works."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit, urlunsplit

from nbtrack.errors import InvalidValueError, NotFoundError

__all__ = [
    "REMOTE",
    "also_a_tag",
    "asked",
    "cache_folder",
    "cached",
    "check_out",
    "found",
    "is_bare",
    "masked",
    "no_version",
    "resolve",
]

REMOTE = re.compile(r"(https?|ssh|git|file)://|[\w.-]+@[\w.-]+:")
"""What an address of git's begins with, if it is no folder."""
_CREDENTIALS = re.compile(r"(?<=://)([^/@:\s]*):[^/@\s]*@")
_TOKEN = re.compile(r"(?<=http://|ttps://)[^/@:\s]+@")
_COMMIT = re.compile(r"[0-9a-f]{4,40}")
_PLACES = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"})
"""Of another repository, such as that whose hook calls us."""
_LFS = b"version https://git-lfs.github.com/spec/"
_DEEPEST = 8
"""How far submodules of submodules are followed."""
_REFS = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*", "+HEAD:refs/nbtrack/head")


def masked(address: str) -> str:
    """Return an address, or a text with some, without the passwords and tokens in them."""
    return _TOKEN.sub("***@", _CREDENTIALS.sub(r"\1:***@", address))


def cache_folder() -> Path:
    """Return the folder for what can be fetched or built again."""
    from platformdirs import user_cache_path

    return user_cache_path("nbtrack", appauthor=False) / "projects"


def _git(*arguments: str | Path, at: Path, check: bool = True, index: Path | None = None) -> bytes:
    """Return what a git command prints; it reads and writes another index than the repository's if one is given.

    Raises
    ------
    NotFoundError
        When it fails, with its words; with `check` false the answer is then empty.
    """
    environment = {name: value for name, value in os.environ.items() if name not in _PLACES}
    if index is not None:
        environment["GIT_INDEX_FILE"] = str(index)
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


def asked(*arguments: str, at: Path) -> str | None:
    """Return what a git command prints in a folder; None where it fails or prints nothing."""
    return _git(*arguments, at=at, check=False).decode(errors="replace").strip() or None


def is_bare(folder: Path) -> bool:
    """Return whether a folder is a bare repository."""
    return (
        (folder / "HEAD").is_file()
        and (folder / "objects").is_dir()
        and asked("rev-parse", "--is-bare-repository", at=folder) == "true"
    )


def cached(address: str) -> Path:
    """Return our bare repository of an address; the address, and a password in it, is not kept there."""
    folder = cache_folder() / "git" / hashlib.sha256(address.encode()).hexdigest()[:24]
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "HEAD").is_file():
        _git("init", "--quiet", "--bare", at=folder)
    return folder


def found(repository: Path, address: str, version: str | None) -> tuple[str, str | None]:
    """Return the commit of a version, fetched if it is not here or may have moved, and its branch."""
    if version is not None:
        commit, branch = resolve(repository, version)
        if commit is not None and branch is None:
            return commit, None
    try:
        _git("fetch", "--quiet", "--prune", address, *_REFS, at=repository)
    except NotFoundError as error:
        if not _is_empty(repository, address):
            raise
        raise NotFoundError(no_version(masked(address), version, empty=True)) from error
    commit, branch = resolve(repository, version or "refs/nbtrack/head")
    if commit is None and version is not None and len(version) == 40 and _COMMIT.fullmatch(version):
        _git("fetch", "--quiet", address, version, at=repository)  # on no branch
        commit, branch = resolve(repository, version)
    if commit is None:
        raise NotFoundError(no_version(masked(address), version))
    return commit, branch


def _is_empty(repository: Path, address: str) -> bool:
    try:
        return not _git("ls-remote", address, at=repository).strip()
    except NotFoundError:
        return False


def no_version(repository: str, version: str | None, *, empty: bool = False) -> str:
    """Return the words for a version that is not there."""
    if empty:
        return f"the repository {repository!r} is empty: nothing has been committed to it yet"
    return f"{repository!r} has no version {version!r}; give a branch, a tag or a commit"


def also_a_tag(repository: Path, branch: str, commit: str) -> bool:
    """Return whether a tag of a branch's name is another commit."""
    tag = asked("rev-parse", "--verify", "--quiet", f"refs/tags/{branch}^{{commit}}", at=repository)
    return tag is not None and tag != commit


def resolve(repository: Path, version: str) -> tuple[str | None, str | None]:
    """Return the commit that a version is, and the branch if it is one."""

    def look(name: str) -> str | None:
        return asked("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}", at=repository)

    for place in ("refs/heads/", "refs/remotes/origin/"):
        commit = look(place + version)
        if commit is not None:
            return commit, version
    plain = version if version.startswith(("refs/", "HEAD")) or _COMMIT.fullmatch(version) else None
    return look(f"refs/tags/{version}") or (look(plain) if plain else None), None


def check_out(repository: Path, commit: str, address: str, folder: Path, depth: int = 0) -> list[str]:
    """Write the files of a commit into an empty folder, with those of its submodules.

    Not `git archive`, which leaves out and changes what the attributes say of an export, and not a checkout in the
    repository, which may be where somebody works.

    Parameters
    ----------
    address
        Where the repository is from: addresses of submodules may begin there.

    Returns
    -------
    list of str
        What is not as it should be, a sentence each.
    """
    with tempfile.TemporaryDirectory(prefix="nbtrack-") as place:
        index = Path(place) / "index"
        settings = ("-c", f"remote.origin.url={address}", "-c", "core.sparseCheckout=false")
        _git(*settings, "read-tree", commit, at=repository, index=index)
        _git(
            *settings,
            f"--work-tree={folder}",
            "checkout-index",
            "--all",
            "--quiet",
            at=repository,
            index=index,
        )
    pointers = _pointers(folder)
    said = [f"{len(pointers)} files are only pointers of Git LFS, such as {pointers[0]}"] if pointers else []
    for path, url in _submodules(folder):
        inside = (folder / path).resolve()
        entry = asked("ls-tree", commit, "--", path, at=repository)
        if entry is None or not entry.startswith("160000 ") or not inside.is_relative_to(folder.resolve()):
            continue
        where = _beside(url, address)
        if depth == _DEEPEST or not _may_fetch(where, address):
            raise InvalidValueError(f"the submodule {path!r} is at {masked(url)!r}, which is not fetched")
        own = cached(where)
        try:
            number, _ = found(own, where, entry.split()[2])
        except NotFoundError as error:
            raise NotFoundError(f"the submodule {path!r}: {error}") from None
        inside.mkdir(parents=True, exist_ok=True)
        said += check_out(own, number, where, inside, depth + 1)
    return said


def _submodules(folder: Path) -> list[tuple[str, str]]:
    """Return the path and the address of each submodule that a checkout names."""
    file = folder / ".gitmodules"
    if not file.is_file() or file.is_symlink():
        return []
    listed = _git("config", "--null", "--file", file, "--get-regexp", r"^submodule\.", at=folder, check=False)
    parts: dict[str, dict[str, str]] = {}
    for entry in listed.decode(errors="replace").split("\0"):
        key, _, value = entry.partition("\n")
        name, _, what = key.removeprefix("submodule.").rpartition(".")
        parts.setdefault(name, {})[what] = value
    return [(one["path"], one["url"]) for one in parts.values() if one.get("path") and one.get("url")]


def _beside(url: str, address: str) -> str:
    """Return a submodule's address, which may be relative to that of the repository.

    Examples
    --------
    >>> _beside("../data.git", "https://example.org/team/model.git")
    'https://example.org/team/data.git'
    >>> _beside("../data.git", "git@example.org:team/model.git")
    'git@example.org:team/data.git'
    """
    if not url.startswith(("./", "../")):
        return url
    parts = urlsplit(address)
    start, path = "", address
    if "://" in address:
        start, path = urlunsplit((parts.scheme, parts.netloc, "", "", "")), parts.path
    elif REMOTE.match(address):
        start, _, path = address.partition(":")
        start += ":"
    names = [*PurePosixPath(path).parts]
    for step in PurePosixPath(url).parts:
        if step == "..":
            names = names[:-1]
        else:
            names.append(step)
    return start + str(PurePosixPath(*names))


def _may_fetch(where: str, address: str) -> bool:
    """Return whether an address that a repository names is fetched: one from afar names nothing of this machine."""
    if where.startswith("-"):
        return False
    return (REMOTE.match(where) is not None and not _is_here(where)) or (
        _is_here(where) and _is_here(address)
    )


def _is_here(address: str) -> bool:
    return address.startswith("file://") or ("://" not in address and Path(address).is_dir())


def _pointers(folder: Path) -> list[str]:
    """Return the files that Git LFS would have replaced."""
    attributes = folder / ".gitattributes"
    if not attributes.is_file() or "filter=lfs" not in attributes.read_text(
        encoding="utf-8", errors="replace"
    ):
        return []
    files = (one for one in folder.rglob("*") if one.is_file() and one.stat().st_size < 1024)
    return sorted(str(one.relative_to(folder)) for one in files if one.read_bytes().startswith(_LFS))
