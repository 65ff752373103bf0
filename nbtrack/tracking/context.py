"""The context of runs of scripts and functions: the environment, the git commit, the script's text.

Collected once per process on a separate thread, which takes about 100 ms; a run that ends before is updated later.
A tracked cell's run is described by the notebook instead.
"""

from __future__ import annotations

import atexit
import linecache
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbtrack.tracking.uncommitted import diff_limit, finish_uncommitted, keep_uncommitted

if TYPE_CHECKING:
    from nbtrack.capture.environment import Tree
    from nbtrack.store import RunWriter

__all__ = ["keep_context", "keep_environment"]

_FINISH_TIMEOUT = 2.0
"""Seconds that the end of a script waits for the context to be collected."""
_MAX_SCRIPT_CHARACTERS = 1_000_000

_known: dict[str, Any] | None = None
_folder = ""
"""The working folder whose git state was read."""
_waiting: list[tuple[RunWriter, bool, bool]] = []
_lock = threading.Lock()
_thread: threading.Thread | None = None


def keep_environment(writer: RunWriter, environment: dict[str, Any], tree: Tree | None, limit: int) -> None:
    """Store the environment that a run began in, the commit that it names, and what is not committed."""
    writer.set(git_commit=(environment.get("git") or {}).get("commit"))
    writer.set_document("environment", environment)
    keep_uncommitted(writer, tree, limit)


def keep_context(writer: RunWriter, *, uncommitted: bool = True) -> None:
    """Store the context of a run, now or as soon as it is known.

    Parameters
    ----------
    writer
        Writes to the run.
    uncommitted
        Whether to keep what is not committed: a notebook knows it anew for each cell.
    """
    global _thread, _folder  # noqa: PLW0603 (one gathering a process)
    with _lock:
        # A run in another folder may belong to another repository.
        git = not _folder or _folder == _here()
        if _known is not None:
            _write(writer, _known, git=git, uncommitted=uncommitted)
            return
        _waiting.append((writer, git, uncommitted))
        if _thread is None:
            # Registered after the store was opened, so it runs before the store's last write.
            atexit.register(_finish)
            # Python drops a script's file name when it has run.
            file = getattr(sys.modules.get("__main__"), "__file__", None)
            _folder = _here()
            _thread = threading.Thread(
                target=_gather, args=(file, _folder), name="nbtrack-context", daemon=True
            )
            _thread.start()


def _here() -> str:
    try:
        return str(Path.cwd())
    except OSError:  # the working folder has been removed
        return ""


def _gather(file: str | None, folder: str) -> None:
    global _known  # noqa: PLW0603 (one gathering a process)
    # Imported here, because it would delay the first run.
    from nbtrack.capture.environment import EnvironmentProbe

    probe = EnvironmentProbe()
    probe.look(folder or os.devnull)
    found = {"environment": probe.get(), "tree": probe.tree, "source": _script(file)}
    with _lock:
        _known = found
        for writer, git, uncommitted in _waiting:
            _write(writer, found, git=git, uncommitted=uncommitted)
        _waiting.clear()


def _write(writer: RunWriter, found: dict[str, Any], *, git: bool, uncommitted: bool) -> None:
    from nbtrack.capture.process import process

    writer.set_document("process", process(writer.artifact_folder.parents[2]))
    environment = found["environment"] if git else found["environment"] | {"git": None}
    keep_environment(writer, environment, found["tree"] if git and uncommitted else None, diff_limit())
    if found["source"] is not None:
        writer.set_document("source", found["source"])


def _script(file: str | None) -> dict[str, Any] | None:
    """Return the text of the running script as the code of its runs."""
    from nbtrack.capture.secrets import SEEN

    # A kernel's main module is not the user's code.
    if not file or "ipykernel" in sys.modules or not str(file).endswith(".py"):
        return None
    try:
        path = Path(file)
        # As it runs: `nbtrack run -P` may have put other values into it.
        text = "".join(linecache.getlines(str(path))) if path.stat().st_size <= _MAX_SCRIPT_CHARACTERS else ""
    except OSError:
        return None
    SEEN.scan_environment()
    unmasked, text = SEEN.unmasked(text), SEEN.code(text)
    found = {"cell": text, "earlier": [], "script": text, "stale": False, "unmasked": unmasked}
    return found if text else None


def _finish() -> None:
    if _thread is not None:
        _thread.join(_FINISH_TIMEOUT)
        finish_uncommitted()  # what the thread has asked for just now


def _after_fork() -> None:
    global _lock, _thread
    _lock, _thread = threading.Lock(), None
    _waiting.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
