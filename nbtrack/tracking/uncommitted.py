"""What is not committed, beside the commit of a run: a patch among its artifacts, and the names of untracked files.

The patch is made in a process of its own (`nbtrack.capture.git_changes`); a thread waits for it, and no run does. Runs
whose tree is the same share one file.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbtrack.entities.artifact_names import PART
from nbtrack.entities.artifacts import copy_file
from nbtrack.errors import StoreError
from nbtrack.limits import DIFF_LIMIT, limit_in_environment

if TYPE_CHECKING:
    from nbtrack.capture.environment import Tree
    from nbtrack.store import RunWriter

__all__ = ["PATCH", "diff_limit", "finish_uncommitted", "keep_uncommitted"]

PATCH = "git/diff.patch"
"""The artifact."""
DOCUMENT = "uncommitted"
_TIMEOUT = 120.0
"""Seconds that the process may take."""
_EXIT_TIMEOUT = 2.0
"""Seconds that the end of this process waits for what is under way."""
_MAX_NAMES = 100
# Nothing of the user's is imported: neither from the working folder nor by its environment.
_START = "import sys; sys.path.append(sys.argv[1]); from nbtrack.capture.git_changes import main; main(sys.stdin, sys.stdout)"


def diff_limit() -> int:
    """Return the bytes of a patch at most, as `NBTRACK_GIT_DIFF` has them: `on`, `off` or a size."""
    return limit_in_environment("NBTRACK_GIT_DIFF", DIFF_LIMIT, "changes")


def keep_uncommitted(writer: RunWriter, tree: Tree | None, limit: int) -> None:
    """Keep what is not committed with a run, as soon as it is known; returns at once.

    Parameters
    ----------
    writer
        Writes to the run.
    tree
        What `EnvironmentProbe.tree` says; with None there is nothing to keep.
    limit
        The most bytes of the patch; 0 for none.
    """
    if tree is not None and limit > 0:
        _keeper.add(writer, tree, limit)


class _Keeper:
    """The runs that wait for their patch, and the thread that has it made."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[RunWriter, Tree, int]] = deque()
        self._changed = threading.Condition()
        self._busy = False
        self._thread: threading.Thread | None = None
        self._process: subprocess.Popen[str] | None = None
        self._last: tuple[tuple[Tree, int], Path, dict[str, Any]] | None = None

    def add(self, writer: RunWriter, tree: Tree, limit: int) -> None:
        with self._changed:
            self._waiting.append((writer, tree, limit))
            if self._thread is None:
                # Registered after the store was opened, so it runs before the store's last write.
                atexit.register(self.finish)
                self._thread = threading.Thread(target=self._work, name="nbtrack-git", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def finish(self) -> None:
        """Wait a moment for what is under way, and end it otherwise."""
        with self._changed:
            self._changed.wait_for(lambda: not (self._waiting or self._busy), _EXIT_TIMEOUT)
            self._waiting.clear()
            process = self._process
        if process is not None:
            _kill(process)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._busy = False
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._waiting)
                self._busy = True
            self._keep_next()

    def _keep_next(self) -> None:
        writer, tree, limit = self._waiting.popleft()
        try:
            target = writer.artifact_folder / PATCH
            found = self._patch(tree, limit, target) if tree.changed else {}
            names = tree.untracked[:_MAX_NAMES]
            found |= {"untracked": list(names), "untracked_more": len(tree.untracked) - len(names)}
            writer.set_document(DOCUMENT, {"limit": limit, **found})
        except (OSError, subprocess.SubprocessError, ValueError):
            # Git, the folder or the disk is gone, or it took too long: the run goes without.
            return

    def _patch(self, tree: Tree, limit: int, target: Path) -> dict[str, Any]:
        """Have a tree's patch at its place, made or as it was made for the run before."""
        same = (tree._replace(untracked=()), limit)
        if self._last is not None and self._last[0] == same:
            _, source, told = self._last
            if not told["files"] or _linked(source, target):
                return dict(told)
        told = self._made(tree, limit, target)
        self._last = same, target, told
        return dict(told)

    def _made(self, tree: Tree, limit: int, target: Path) -> dict[str, Any]:
        from nbtrack.capture.secrets import SEEN

        git = shutil.which("git")
        if git is None or not sys.executable:
            raise OSError("there is no git, or no Python")
        secrets, allowed = SEEN.known()
        part = target.with_name(f"{PART}{os.urandom(6).hex()}.patch")
        asked = {
            "git": git,
            "folder": tree.folder,
            "commit": tree.commit,
            "target": str(part),
            "limit": limit,
            "secrets": secrets,
            "allowed": allowed,
        }
        root = str(Path(__file__).parents[2])
        process = subprocess.Popen(  # noqa: S603 (no shell)
            [sys.executable, "-I", "-S", "-c", _START, root],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            # So that an interrupt of the kernel's does not reach it.
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._process = process
        try:
            answer, _ = process.communicate(json.dumps(asked), _TIMEOUT)
            found: dict[str, Any] = json.loads(answer)
            if found["files"]:
                part.replace(target)
        finally:
            self._process = None
            _kill(process)
            with suppress(subprocess.TimeoutExpired):
                process.wait(_EXIT_TIMEOUT)
            with suppress(OSError):
                part.unlink(missing_ok=True)
        return found


def _kill(process: subprocess.Popen[str]) -> None:
    """End the process, and git with it."""
    if process.poll() is not None:
        return
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _linked(source: Path, target: Path) -> bool:
    """Have the same file at another place, by a link where the disk knows links; artifacts are replaced, never changed."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        os.link(source, target)
    except (OSError, AttributeError):
        try:
            copy_file(source, target)
        except (OSError, StoreError):  # the run that it was made for is gone
            return False
    return True


_keeper = _Keeper()


def finish_uncommitted() -> None:
    """Wait a moment for what is under way, and end it otherwise: this process is about to end."""
    _keeper.finish()


def _after_fork() -> None:
    global _keeper  # noqa: PLW0603 (one thread a process)
    _keeper = _Keeper()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
