"""Worker processes: which process's runs they log to, and in which store.

A worker of `multiprocessing`, loky or Dask asks the store which run its parent process has open now: a pool's
workers outlive the run in which they were started, and some are started before it.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NamedTuple

from nbtrack.store import started_by

if TYPE_CHECKING:
    from nbtrack.records import RunRecord
    from nbtrack.store import Store

__all__ = ["Origin", "announce", "open_in_origin", "origin", "settle_for_workers"]

_VARIABLE = "_NBTRACK_RUNS_OF"
"""A variable in a worker's environment: its parent process, the process whose runs it logs to, and that one's store."""
_PATIENCE = 5.0


class Origin(NamedTuple):
    """The process that a worker works for."""

    pid: int
    store: str | None
    """The folder of the store it had in use when it started the worker, if any."""


_origin: Origin | None = None
_seen: object = None
_open: list[RunRecord] = []


def origin() -> Origin | None:
    """Return the process that this one works for; None if it is not a worker."""
    global _origin  # noqa: PLW0603 (a process works for one other)
    starter = started_by()
    if _origin is None and starter is not None:
        parent, _, rest = os.environ.get(_VARIABLE, "").partition(" ")
        pid, _, store = rest.partition(" ")
        # A script that a run has started is not a worker, and its workers belong to the script.
        _origin = Origin(int(pid), store) if parent == str(starter) else Origin(starter, None)
        if _origin.store is not None:
            _announce(_origin.pid, _origin.store)
    return _origin


def announce(store: Store) -> None:
    """Announce to the workers started from now on that this process has its runs in this store."""
    origin()  # read before this process replaces the origin in the environment
    _announce(os.getpid(), str(store.path))


def _announce(pid: int, store: str) -> None:
    value = f"{os.getpid()} {pid} {store}"
    if os.environ.get(_VARIABLE) != value:
        os.environ[_VARIABLE] = value


def settle_for_workers(store: Store) -> None:
    """Write a new run before existing workers get work from it."""
    module = sys.modules.get("multiprocessing.process")
    if module is not None and module.active_children():
        store.settle(_PATIENCE)


def open_in_origin(store: Store) -> list[RunRecord]:
    """Return the runs that the origin process has open now, in the order they began."""
    global _seen, _open
    works_for = origin()
    if works_for is None:
        return []
    version = store, store.version()
    if version != _seen:
        _seen, _open = version, store.running(works_for.pid)
    return _open


def _after_fork() -> None:
    global _origin, _seen  # noqa: PLW0603 (a process works for one other)
    _origin = _seen = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
