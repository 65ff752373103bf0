"""Worker processes: whose runs, in which store, they log to.

A worker of `multiprocessing`, loky or Dask asks the store which run the process that started it has open now: a pool's
workers outlive the run that they were started in, and some are started before it.
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
"""In the environment of a worker: what started it, the process whose runs it logs to, and that one's store."""
_PATIENCE = 5.0


class Origin(NamedTuple):
    """The process that a worker works for."""

    pid: int
    store: str | None
    """The folder of its store, if it had one in use when it started the worker."""


_origin: Origin | None = None
_seen: object = None
_open: list[RunRecord] = []


def origin() -> Origin | None:
    """Return the process that this one works for; None for a process of its own."""
    global _origin  # noqa: PLW0603 (a process works for one other)
    starter = started_by()
    if _origin is None and starter is not None:
        told, _, rest = os.environ.get(_VARIABLE, "").partition(" ")
        pid, _, store = rest.partition(" ")
        # Of a script that a run has started, workers are the script's own.
        _origin = Origin(int(pid), store) if told == str(starter) else Origin(starter, None)
        if _origin.store is not None:
            _announce(_origin.pid, _origin.store)
    return _origin


def announce(store: Store) -> None:
    """Tell the workers that are started from now on that this process has its runs in this store."""
    origin()  # before this process's own name takes the place of that one's
    _announce(os.getpid(), str(store.path))


def _announce(pid: int, store: str) -> None:
    value = f"{os.getpid()} {pid} {store}"
    if os.environ.get(_VARIABLE) != value:
        os.environ[_VARIABLE] = value


def settle_for_workers(store: Store) -> None:
    """Have a new run written before the workers that are there already get work of it."""
    module = sys.modules.get("multiprocessing.process")
    if module is not None and module.active_children():
        store.settle(_PATIENCE)


def open_in_origin(store: Store) -> list[RunRecord]:
    """Return the runs that the process that this one works for has open now, in the order they began."""
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
