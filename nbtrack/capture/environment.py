"""The environment of a run: Python, the imported packages, the machine, and the state of its git repository."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from nbtrack.installed import imported_versions

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["EnvironmentProbe", "Tree", "environment"]

GIT_TIMEOUT = 5.0
"""Seconds that `git status` may take; a slower repository is not checked for changes any more."""
_UNTRACKED_SECONDS = 1.0
"""Seconds after which a repository is not searched for untracked files any more."""
VARIABLES = (
    "CUBLAS_WORKSPACE_CONFIG",
    "CUDA_VISIBLE_DEVICES",
    "MKL_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "PYTHONHASHSEED",
    "SLURM_JOB_ID",
)
"""The environment variables that influence a run's results, and are not secret."""


class Tree(NamedTuple):
    """What of a git repository is not committed."""

    folder: str
    """The folder inside it that was looked at."""
    commit: str | None
    changed: tuple[tuple[str, int, int], ...]
    """Each file that differs from the commit, from the root of the repository, with its time in nanoseconds and size."""
    untracked: tuple[str, ...]
    """Files and folders that git does not know, and does not ignore."""


def environment(folder: str | None = None) -> dict[str, Any]:
    """Collect and return the environment of this process.

    The keys are `python` (`version`, `implementation`), `platform`, `machine`, `cpus`, `memory` (bytes, of
    the machine), `variables`, `packages` (the imported distributions by name, with versions), `gpus` (only
    when torch has already used one) and `git` (`commit`, `branch`, `dirty`, `remote`, of the repository
    around `folder`, by default the working folder; None outside one). All of it is plain JSON, and none of
    it an absolute path. Takes about 50 ms the first time; `EnvironmentProbe` avoids waiting.

    Examples
    --------
    >>> environment()["python"]["implementation"]
    'CPython'
    """
    probe = EnvironmentProbe()
    probe.look(folder or _working_folder())
    return probe.get()


class EnvironmentProbe:
    """Collects the environment on a separate thread, so that no cell waits for it.

    Examples
    --------
    >>> probe = EnvironmentProbe()
    >>> probe.refresh()  # at %load_ext, and at the start of each run
    >>> sorted(probe.get(wait=10))[:3]
    ['cpus', 'git', 'machine']
    """

    def __init__(self) -> None:
        self._process = 0
        self._changed = threading.Condition()
        self._waiting: list[tuple[str, Callable[[dict[str, Any]], None] | None]] = []
        self._busy = False
        self._machine: dict[str, Any] | None = None
        self._git: dict[str, Any] | None = None
        self.tree: Tree | None = None
        """What is not committed, as of the last look; None where that is nothing, or not known."""
        self._remotes: dict[str, str | None] = {}
        self._slow: set[str] = set()
        self._wide: set[str] = set()
        """Folders of repositories in which the search for untracked files takes long."""

    def refresh(self, then: Callable[[dict[str, Any]], None] | None = None) -> None:
        """Start to read the git repository again (and everything else the first time); returns at once.

        Parameters
        ----------
        then
            Called with the environment when it is known, on the probe's thread.
        """
        if self._process != os.getpid():
            self._start()
        with self._changed:
            self._waiting.append((_working_folder(), then))
            self._changed.notify_all()

    def get(self, wait: float = 0.0) -> dict[str, Any]:
        """Return what is known: the imported packages as of now, git as of the last look.

        Parameters
        ----------
        wait
            Seconds to wait for a look under way. Before the first one is over, git and the machine are
            missing.
        """
        if wait and self._process == os.getpid():
            with self._changed:
                self._changed.wait_for(lambda: not (self._busy or self._waiting), wait)
        known = dict(self._machine or {})
        known["packages"] = imported_versions()
        gpus = _gpus()
        if gpus:
            known["gpus"] = gpus
        known["git"] = dict(self._git) if self._git else None
        return known

    def look(self, folder: str) -> None:
        """Collect everything for runs in `folder` now, on this thread."""
        if self._machine is None:
            self._machine = _machine()
        imported_versions()
        self._git = self._look_at_git(folder)

    def _start(self) -> None:
        """Start the thread; also in a forked child, where the parent's thread and its state are gone."""
        self._process = os.getpid()
        self._changed, self._waiting, self._busy = threading.Condition(), [], False
        # One permanent thread: starting one for each run would make the cell wait for its first steps.
        threading.Thread(target=self._work, name="nbtrack-environment", daemon=True).start()

    def _work(self) -> None:
        changed = self._changed
        while True:
            with changed:
                self._busy = False
                changed.notify_all()
                changed.wait_for(lambda: self._waiting)
                self._busy = True
            self._look_for_all()

    def _look_for_all(self) -> None:
        """Serve the waiting requests; a separate function, so that nothing of them is kept alive until the next ones."""
        with self._changed:
            waiting, self._waiting = self._waiting, []
        try:
            # Several runs may have begun in the meantime: one lookup serves all of them.
            self.look(waiting[-1][0])
            for _, then in waiting:
                if then is not None:
                    then(self.get())
        except Exception:  # noqa: BLE001  reported as for any thread; the next run is tried again
            threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))

    def _look_at_git(self, folder: str) -> dict[str, Any] | None:
        self.tree = None
        git = shutil.which("git") if _may_be_in_repository(folder) else None
        if git is None:
            return None
        found = None
        if folder not in self._slow:
            begun = time.monotonic()
            try:
                found = _status(git, folder, "no") if folder in self._wide else _status(git, folder)
            except subprocess.TimeoutExpired:
                self._slow.add(folder)
            if time.monotonic() - begun > _UNTRACKED_SECONDS:
                self._wide.add(folder)
        self.tree = found.pop("tree") if found else None
        if folder in self._slow:
            found = _head(git, folder)
        if found is not None:
            if folder not in self._remotes:
                self._remotes[folder] = _remote(git, folder)
            found["remote"] = self._remotes[folder]
        return found


def _working_folder() -> str:
    try:
        return os.getcwd()  # noqa: PTH109  only a string is needed
    except OSError:  # it was deleted under us
        return os.devnull


def _machine() -> dict[str, Any]:
    return {
        "python": {"version": platform.python_version(), "implementation": platform.python_implementation()},
        "platform": platform.platform(),
        "machine": platform.machine(),
        "cpus": _cpus(),
        "memory": _memory(),
        "variables": {name: os.environ[name] for name in VARIABLES if name in os.environ},
    }


def _cpus() -> int:
    """Return how many processors this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def _memory() -> int:
    """Return the machine's memory in bytes."""
    if hasattr(os, "sysconf"):
        # No import on the probe's thread on systems with fork: a child would find it unfinished for ever.
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    import psutil

    return psutil.virtual_memory().total


def _gpus() -> list[str]:
    """Return the names of the GPUs, if torch is already using them: a query would start the driver."""
    torch = sys.modules.get("torch")
    cuda = getattr(torch, "cuda", None)
    try:
        if cuda is None or not cuda.is_initialized():
            return []
        return [cuda.get_device_name(i) for i in range(cuda.device_count())]
    except (AttributeError, RuntimeError):  # torch is partially imported, or the driver failed
        return []


# Git. Its commands do not prompt, lock or start a daemon, and have a timeout.


def _may_be_in_repository(folder: str) -> bool:
    """Return whether a folder may be in a repository, so that most others need no process for each run."""
    return "GIT_DIR" in os.environ or _root(folder) is not None


def _root(folder: str) -> Path | None:
    # Like git, from the resolved folder; a bare repository has no state to report.
    here = Path(folder).resolve()
    return next((parent for parent in (here, *here.parents) if os.path.lexists(parent / ".git")), None)


def _run(git: str, folder: str, *arguments: str) -> str | None:
    """Return what a git command prints; None when it fails, as it does outside a repository."""
    try:
        done = subprocess.run(  # noqa: S603  no shell, and none of the user's text in the arguments
            [git, "-C", folder, "-c", "core.fsmonitor=false", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # These let Python spawn it without copying a large process.
            close_fds=False,
            timeout=GIT_TIMEOUT,
            check=False,
            env=os.environ | {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError:  # it was removed, or may not be executed
        return None
    return done.stdout.decode(errors="replace") if done.returncode == 0 else None


def _status(git: str, folder: str, untracked: Literal["normal", "no"] = "normal") -> dict[str, Any] | None:
    """Return commit, branch and whether a tracked file differs from the commit; and the tree if anything does."""
    output = _run(git, folder, "status", "--porcelain=v2", "--branch", "-z", f"--untracked-files={untracked}")
    if output is None:
        return None
    facts: dict[str, str] = {}
    changed, unknown = [], []
    lines = iter(output.split("\0"))
    for line in lines:
        kind, _, rest = line.partition(" ")
        if kind == "#":
            name, _, value = rest.partition(" ")
            facts[name] = value
        elif kind == "?":
            unknown.append(rest)
        elif kind in _FIELDS:
            changed.append(rest.split(" ", _FIELDS[kind])[-1])
            if kind == "2":
                next(lines, None)  # its earlier name
    commit, branch = facts.get("branch.oid"), facts.get("branch.head")
    commit = None if commit == "(initial)" else commit
    tree = Tree(folder, commit, _stamped(folder, changed), tuple(unknown)) if changed or unknown else None
    return {
        "commit": commit,
        "branch": None if branch == "(detached)" else branch,
        "dirty": bool(changed),
        "tree": tree,
    }


_FIELDS = {"1": 7, "2": 8, "u": 9}
"""How many fields stand before the path, for each kind of change."""


def _stamped(folder: str, names: list[str]) -> tuple[tuple[str, int, int], ...]:
    """Return files of a repository with what changes when they do."""
    root = _root(folder)
    if root is None:  # the environment says where it is: never the same, so that it is looked at each time
        return tuple((name, time.monotonic_ns(), -1) for name in names)
    stamped = []
    for name in names:
        try:
            told = os.stat(root / name)  # noqa: PTH116 - of many files
        except OSError:  # deleted
            stamped.append((name, 0, -1))
        else:
            stamped.append((name, told.st_mtime_ns, told.st_size))
    return tuple(stamped)


def _head(git: str, folder: str) -> dict[str, Any] | None:
    """Return commit and branch of a repository that is too large for `git status`."""
    try:
        output = _run(git, folder, "rev-parse", "HEAD", "--abbrev-ref", "HEAD")
    except subprocess.TimeoutExpired:
        return None
    if output is None:
        return None
    commit, branch = output.split()[:2]
    return {"commit": commit, "branch": None if branch == "HEAD" else branch, "dirty": None}


def _remote(git: str, folder: str) -> str | None:
    """Return the address of `origin`, else of the first remote, without credentials."""
    try:
        output = _run(git, folder, "config", "--get-regexp", r"^remote\..*\.url$")
    except subprocess.TimeoutExpired:
        return None
    remotes = dict(line.split(" ", 1) for line in (output or "").splitlines() if " " in line)
    address = remotes.get("remote.origin.url") or next(iter(remotes.values()), None)
    if (
        address is None
        or not re.match(r"[a-z+]+://|[\w.-]+@?[\w.-]+:(?![\\/])", address)
        or address.startswith("file:")
    ):
        return None  # a folder of this machine is meaningless elsewhere
    return re.sub(r"(?<=://)[^/@]*@", "", address)
