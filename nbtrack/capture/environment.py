"""What a run ran in: Python, the packages it imported, the machine, and the state of its git repository."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbtrack.installed import imported_versions

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["EnvironmentProbe", "environment"]

GIT_TIMEOUT = 5.0
"""Seconds that `git status` may take before a repository counts as too large to be asked whether it is dirty."""
VARIABLES = (
    "CUBLAS_WORKSPACE_CONFIG",
    "CUDA_VISIBLE_DEVICES",
    "MKL_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "PYTHONHASHSEED",
    "SLURM_JOB_ID",
)
"""The environment variables that change what a run computes, and are no secret."""


def environment(folder: str | None = None) -> dict[str, Any]:
    """Return the environment of this process, gathered now.

    The keys are `python` (`version`, `implementation`), `platform`, `machine`, `cpus`, `memory` (bytes, of
    the machine), `variables`, `packages` (the imported distributions by name, with versions), `gpus` (only
    when torch has already used one) and `git` (`commit`, `branch`, `dirty`, `remote`, of the repository
    around `folder`, by default the working folder; None outside one). All of it is plain JSON, and none of
    it an absolute path. Takes some 50 ms the first time; see `EnvironmentProbe` for not waiting.

    Examples
    --------
    >>> environment()["python"]["implementation"]
    'CPython'
    """
    probe = EnvironmentProbe()
    probe.look(folder or _working_folder())
    return probe.get()


class EnvironmentProbe:
    """Gathers the environment on a thread of its own, so that no cell waits for it.

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
        self._remotes: dict[str, str | None] = {}
        self._slow: set[str] = set()

    def refresh(self, then: Callable[[dict[str, Any]], None] | None = None) -> None:
        """Begin to look at the git repository anew (and at all else, the first time); returns at once.

        Parameters
        ----------
        then
            Called with the environment when that is known, on the probe's thread.
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
        """Gather everything for runs in `folder` now, on this thread."""
        if self._machine is None:
            self._machine = _machine()
        imported_versions()
        self._git = self._look_at_git(folder)

    def _start(self) -> None:
        """Start the thread; in a forked child, where the parent's is gone, with everything it held."""
        self._process = os.getpid()
        self._changed, self._waiting, self._busy = threading.Condition(), [], False
        # One thread for good: starting one for each run would make the cell wait for its first steps.
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
        """Look for those that wait; a function of its own, so that nothing of theirs is held until the next look."""
        with self._changed:
            waiting, self._waiting = self._waiting, []
        try:
            # Several runs may have begun meanwhile: one look is for all of them.
            self.look(waiting[-1][0])
            for _, then in waiting:
                if then is not None:
                    then(self.get())
        except Exception:  # noqa: BLE001  told as for any thread, and the next run is looked at again
            threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))

    def _look_at_git(self, folder: str) -> dict[str, Any] | None:
        git = shutil.which("git") if _may_be_in_repository(folder) else None
        if git is None:
            return None
        found = None
        if folder not in self._slow:
            try:
                found = _status(git, folder)
            except subprocess.TimeoutExpired:
                self._slow.add(folder)
        if folder in self._slow:
            found = _head(git, folder)
        if found is not None:
            if folder not in self._remotes:
                self._remotes[folder] = _remote(git, folder)
            found["remote"] = self._remotes[folder]
        return found


def _working_folder() -> str:
    try:
        return os.getcwd()  # noqa: PTH109  nothing but a string is wanted
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
        # No import on the probe's thread where there is fork: a child would find it half done for ever.
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    import psutil

    return psutil.virtual_memory().total


def _gpus() -> list[str]:
    """Return the names of the GPUs, if torch is using them anyway: asking would start the driver."""
    torch = sys.modules.get("torch")
    cuda = getattr(torch, "cuda", None)
    try:
        if cuda is None or not cuda.is_initialized():
            return []
        return [cuda.get_device_name(i) for i in range(cuda.device_count())]
    except (AttributeError, RuntimeError):  # torch half imported, or the driver lost
        return []


# Git. Its commands ask nothing, lock nothing, start no daemon, and are given up after a time.


def _may_be_in_repository(folder: str) -> bool:
    """Return whether git would look further: most folders outside one are told without a process for each run."""
    if "GIT_DIR" in os.environ:
        return True
    # As git does, from the folder that is meant; a bare repository has no state to tell.
    here = Path(folder).resolve()
    return any(os.path.lexists(parent / ".git") for parent in (here, *here.parents))


def _run(git: str, folder: str, *arguments: str) -> str | None:
    """Return what a git command prints; None when it fails, as it does outside a repository."""
    try:
        done = subprocess.run(  # noqa: S603  no shell, and no word of the user's among the arguments
            [git, "-C", folder, "-c", "core.fsmonitor=false", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # The rest lets Python spawn it without copying a large process.
            close_fds=False,
            timeout=GIT_TIMEOUT,
            check=False,
            env=os.environ | {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError:  # it went away, or may not be run
        return None
    return done.stdout.decode(errors="replace") if done.returncode == 0 else None


def _status(git: str, folder: str) -> dict[str, Any] | None:
    """Return commit, branch and whether a tracked file differs from the commit."""
    told = _run(git, folder, "status", "--porcelain=v2", "--branch", "--untracked-files=no")
    if told is None:
        return None
    facts = dict(re.findall(r"^# branch\.(oid|head) (.*)$", told, re.MULTILINE))
    commit, branch = facts.get("oid"), facts.get("head")
    return {
        "commit": None if commit == "(initial)" else commit,
        "branch": None if branch == "(detached)" else branch,
        "dirty": re.search(r"^[^#]", told, re.MULTILINE) is not None,
    }


def _head(git: str, folder: str) -> dict[str, Any] | None:
    """Return commit and branch of a repository that is too large for `git status`."""
    try:
        told = _run(git, folder, "rev-parse", "HEAD", "--abbrev-ref", "HEAD")
    except subprocess.TimeoutExpired:
        return None
    if told is None:
        return None
    commit, branch = told.split()[:2]
    return {"commit": commit, "branch": None if branch == "HEAD" else branch, "dirty": None}


def _remote(git: str, folder: str) -> str | None:
    """Return the address of `origin`, else of the first remote, without credentials."""
    try:
        told = _run(git, folder, "config", "--get-regexp", r"^remote\..*\.url$")
    except subprocess.TimeoutExpired:
        return None
    remotes = dict(line.split(" ", 1) for line in (told or "").splitlines() if " " in line)
    address = remotes.get("remote.origin.url") or next(iter(remotes.values()), None)
    if (
        address is None
        or not re.match(r"[a-z+]+://|[\w.-]+@?[\w.-]+:(?![\\/])", address)
        or address.startswith("file:")
    ):
        return None  # a folder of this machine says nothing elsewhere
    return re.sub(r"(?<=://)[^/@]*@", "", address)
