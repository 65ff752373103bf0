"""The current run: which run `log_*` adds to, here and in other threads.

What is open in this process is a list of `ActiveRun`; each context (thread, asyncio task) remembers the
innermost run begun in it. Where a context has none (a pool's thread, the next cell where each has its own),
the run is looked up among those open, first in the same thread, and only taken when there is no doubt.

For the notebook layer (all of it also in `nbtrack.tracking`):

- `begin(store, writer, "cell")` makes the run of a tracked cell current and returns it;
- `finish(run, status, error)` ends it and makes what was current before current again, also from another
  context and when user code left runs open inside: one begun by a bare `start_run()` then stays current;
- `end_implicit()` at the end of each cell ends the run that a `log_*` call began for want of one;
- `destination` has the experiment (`name_default_experiment`) and the store (`store_in_use`) that runs go to.
"""

from __future__ import annotations

import atexit
import builtins
import contextvars
import os
import sys
import threading
import warnings
from typing import TYPE_CHECKING, Literal

from nbtrack.entities import Run
from nbtrack.errors import NbtrackWarning, RunStateError, StoreError
from nbtrack.store import started_by
from nbtrack.tracking.context import keep_context
from nbtrack.tracking.destination import default_experiment, store_in_use
from nbtrack.tracking.ending import ending, failure
from nbtrack.tracking.handed import resume_handed
from nbtrack.tracking.logged import LoggedRun, forget_writers
from nbtrack.tracking.system_metrics import watch
from nbtrack.tracking.workers import announce, open_in_origin, origin, settle_for_workers

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from nbtrack.records import Status
    from nbtrack.store import RunWriter, Store

__all__ = [
    "ActiveRun",
    "OutlivesCellError",
    "begin",
    "current_run",
    "end_implicit",
    "finish",
    "here",
    "innermost_of_user",
    "is_own",
    "last_active_run",
    "logged_run",
    "open_runs",
    "require_run",
    "surrounding_run",
    "tell_of_runs",
]

Kind = Literal["bare", "block", "cell", "implicit"]
"""How a run was begun: `start_run()`, `with start_run()`, `%%track`, or a `log_*` call without a run."""

_OTHERS = 64

here: contextvars.ContextVar[ActiveRun | None] = contextvars.ContextVar("nbtrack_run", default=None)
# By identity, for a run may be gone on with inside itself. Adding to a dict, taking out and copying are
# single steps of the interpreter, so that no lock can be held across a fork.
_open: dict[int, ActiveRun] = {}
_last: Run | None = None
_listener: Callable[[ActiveRun], None] | None = None
_others: dict[tuple[Store, str], LoggedRun] = {}
_borrowed: dict[str, ActiveRun] = {}
"""The runs of another process that this worker has logged to."""
_inherited: ActiveRun | None = None
"""The run that was current where this process was forked."""


class OutlivesCellError(RunStateError):
    """A thread logs whose cell has ended."""


class ActiveRun(LoggedRun):
    """A run that is being logged to; as a context manager it ends with its block.

    Examples
    --------
    >>> with nbtrack.start_run() as run:
    ...     nbtrack.log_metric("rmse", 0.7)
    """

    def __init__(
        self,
        store: Store,
        writer: RunWriter,
        kind: Kind,
        outer: ActiveRun | None = None,
        *,
        fresh: bool = True,
    ) -> None:
        super().__init__(store, writer, fresh=fresh)
        self.kind: Kind = kind
        self.outer = outer
        self.borrowed = outer is not None and not is_own(outer)
        """Whether the run around it was begun in another thread or process."""
        self.thread = threading.get_ident()
        self.pid = os.getpid()

    def __enter__(self) -> ActiveRun:  # noqa: PYI034 (Self would promise more than subclasses get)
        if self.kind == "bare":
            self.kind = "block"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        finish(self, ending(error), error)


def is_own(run: ActiveRun) -> bool:
    """Return whether a run was begun in this thread of this process."""
    return run.thread == threading.get_ident() and run.pid == os.getpid()


def current_run() -> ActiveRun | None:
    """Return the run that `log_*` adds to, or None.

    In a `with nbtrack.start_run()` block that is the block's run, in a tracked cell the cell's, in a thread
    without one of its own the only open one, and in a worker process that of the process that it works for.

    Examples
    --------
    >>> nbtrack.current_run() is None
    True
    """
    run = _in_context()
    if run is not None:
        return run
    nearest = _nearest()
    if len(nearest) != 1:
        return None
    if is_own(nearest[0]):
        here.set(nearest[0])
    return nearest[0]


def _nearest() -> list[ActiveRun]:
    """Return the runs that a context without one may mean: no doubt is left where it is one."""
    own, *others = _leaves()
    if own or started_by() is None:
        return own or next(filter(None, others), [])
    return _of_origin()


def _of_origin() -> list[ActiveRun]:
    """Return the runs that a worker process may log to: those that are open now where it was started."""
    store, works_for = store_in_use(), origin()
    running = open_in_origin(store)
    if works_for is None or (_inherited is not None and any(run.id == _inherited.id for run in running)):
        return [_inherited] if _inherited is not None else []
    around = {run.parent for run in running}
    innermost = [run for run in running if run.id not in around]
    for run in innermost:
        if run.id not in _borrowed:
            writer = store.attach_run(run.id, run.name)
            _borrowed[run.id] = borrowed = ActiveRun(store, writer, "cell", fresh=False)
            borrowed.pid = works_for.pid
    return [_borrowed[run.id] for run in innermost]


def surrounding_run() -> ActiveRun | None:
    """Return the run that one begun now is a child of, or None.

    Stricter than `current_run`: tasks and threads that work side by side, each with a run of its own,
    are no children of each other; threads that work for a run of the main thread are its children.
    """
    run = _in_context()
    if run is not None:
        return run
    own, main, _ = _leaves()
    if len(own) == 1 and own[0].kind != "block":
        return own[0]
    if not own and started_by() is not None:
        main = _of_origin()
    return main[0] if len(main) == 1 and not is_own(main[0]) else None


def _in_context() -> ActiveRun | None:
    run = here.get()
    if run is None and _inherited is not None and started_by() is None:
        # Forked without `multiprocessing`: no pool's worker, which may outlive the run.
        run = _inherited
    while run is not None and run.ended:
        run = run.outer
    return run


def _leaves() -> tuple[list[ActiveRun], list[ActiveRun], list[ActiveRun]]:
    """Return the innermost open runs: those of this thread, of the main thread, of any."""
    # Runs that other threads began inside a borrowed one are theirs; of each chain the innermost counts.
    chains = [run for run in open_runs() if not _has_borrowed(run)]
    around = {id(run.outer) for run in chains}
    leaves = [run for run in chains if id(run) not in around]
    main = threading.main_thread().ident
    return [run for run in leaves if is_own(run)], [run for run in leaves if run.thread == main], leaves


def _has_borrowed(run: ActiveRun | None) -> bool:
    while run is not None:
        if run.borrowed:
            return True
        run = run.outer
    return False


def require_run() -> LoggedRun:
    """Return the current run, or begin one, as MLflow does.

    A task that outlives the tracked cell that it was begun in goes on logging to the cell's run.

    Raises
    ------
    RunStateError
        Where several runs are open in other threads and none here; and in a thread that outlives its cell.
    """
    run = current_run()
    if run is None:
        begun_in = here.get()
        if begun_in is not None and begun_in.kind == "cell" and _is_in_task() and begun_in.pid == os.getpid():
            # This context was begun in the cell: it is a task of the cell's.
            return logged_run(begun_in.id)
        if started_by() is not None and _borrowed:
            # This worker's task has outlived the run that it was begun in.
            return next(reversed(_borrowed.values()))
        if _listener is not None and threading.current_thread() is not threading.main_thread():
            raise OutlivesCellError(
                "this thread logs though the cell that started it has ended, and no run is open: "
                "say which run with run_id=, or log inside `with nbtrack.start_run():`"
            )
        several = _nearest()
        if several:
            names = ", ".join(run.writer.name for run in several)
            raise RunStateError(
                f"{len(several)} runs are open elsewhere and none here ({names}); "
                "start a run in this thread, or say which with run_id="
            )
        store = store_in_use()
        handed = resume_handed(store)
        writer = handed or store.create_run(experiment=default_experiment())
        run = begin(store, writer, "implicit", fresh=handed is None)
        watch(run)
    return run


def _is_in_task() -> bool:
    """Return whether this code runs in a task or a thread, and not in what goes on after a cell."""
    if threading.current_thread() is not threading.main_thread():
        return True
    asyncio = sys.modules.get("asyncio")
    try:
        return asyncio is not None and asyncio.current_task() is not None
    except RuntimeError:  # no loop runs
        return False


def innermost_of_user() -> ActiveRun | None:
    """Return the innermost run that user code began in this thread, not a tracked cell's."""
    run = current_run()
    while run is not None and (run.kind == "cell" or run.ended or not is_own(run)):
        run = run.outer
    return run


def last_active_run() -> Run | None:
    """Return the current run, or else the one that ended last in this process.

    Examples
    --------
    >>> nbtrack.last_active_run().name
    'lasso'
    """
    return current_run() or _last


def open_runs() -> list[ActiveRun]:
    """Return the runs of this process that have not ended, in the order they began."""
    return list(_open.values())


def tell_of_runs(listener: Callable[[ActiveRun], None] | None) -> None:
    """Have a notebook told of each new run that is begun by a call, so that it keeps the cell's code with it."""
    global _listener  # noqa: PLW0603 (one notebook a process)
    _listener = listener


def begin(store: Store, writer: RunWriter, kind: Kind, *, fresh: bool = True) -> ActiveRun:
    """Make the run of `writer` the current one; `fresh` if it is new, not gone on with."""
    outer = surrounding_run()
    if outer is not None and outer.pid != os.getpid() and started_by() is not None:
        outer = None  # a worker's next task may be of another run
    run = ActiveRun(store, writer, kind, outer, fresh=fresh)
    if kind != "cell" and fresh:
        keep_context(writer, uncommitted=_listener is None)
    announce(store)
    settle_for_workers(store)
    _open[id(run)] = run
    here.set(run)
    if _listener is not None and kind != "cell" and fresh:
        _listener(run)
    return run


def finish(run: ActiveRun, status: Status = "FINISHED", error: BaseException | None = None) -> None:
    """End a run, with the traceback of `error` if there is one; nothing happens if it has ended."""
    global _last  # noqa: PLW0603 (one current run a process is what this module keeps)
    if run.ended:
        return
    if run.kind == "block":
        # Runs that were begun inside the block and left open have nowhere else to end.
        for inner in reversed(open_runs()):
            if inner.outer is run and inner.kind in ("bare", "implicit") and is_own(inner):
                finish(inner)
    run.ended = True
    _open.pop(id(run), None)
    if here.get() is run:
        outer = run.outer
        while outer is not None and outer.ended:
            outer = outer.outer
        here.set(outer)
    _last = Run(run.store, run.id)
    # A run may be open twice (gone on with inside itself): the last to end ends it.
    if any(other.writer is run.writer for other in open_runs()):
        return
    try:
        if error is not None and status in ("FAILED", "KILLED") and run.pid == os.getpid():
            run.writer.set_document("traceback", failure(error))
        # In a forked child this only writes what the child logged: the run is its parent's to end.
        run.writer.finish(status)
    except StoreError as fault:
        # What was trained goes on: a run that cannot be stored must not stop it.
        warnings.warn(f"run {run.writer.name} is not written yet: {fault}", NbtrackWarning, stacklevel=3)


def logged_run(run_id: str) -> LoggedRun:
    """Return a run to log to by its id, open here or not.

    Raises
    ------
    NotFoundError
        When there is none.
    """
    store = store_in_use()
    for run in open_runs():
        if run.id == run_id:
            return run
    found = _others.get((store, run_id))
    if found is None:
        record = store.run(run_id)
        if len(_others) >= _OTHERS:
            _others.clear()
        found = _others[store, run_id] = LoggedRun(store, store.edit_run(record.id), fresh=False)
    return found


def end_implicit() -> None:
    """End the runs that `log_*` calls of this thread began for want of one."""
    for run in open_runs():
        if run.kind == "implicit" and is_own(run):
            finish(run)


def _end_at_exit() -> None:
    """End what is still open, as failed where the interpreter ends by an error."""
    error = None
    # A notebook's or a prompt's last error was shown long before the session ended.
    if not hasattr(sys, "ps1") and not hasattr(builtins, "__IPYTHON__"):
        error = getattr(sys, "last_value", None)
    for run in reversed(open_runs()):
        if run.pid == os.getpid():
            finish(run, ending(error), error)


def _after_fork() -> None:
    global _inherited  # noqa: PLW0603 (a process was forked once)
    forget_writers(open_runs())
    _others.clear()
    _borrowed.clear()
    _inherited = _in_context()
    here.set(None)


atexit.register(_end_at_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
