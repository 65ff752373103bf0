"""The writer thread of a store: all changes of its database go through here.

Because it is a thread of its own, the user's interrupt never cuts a transaction, and the caller of `log_metric` never
waits. `call` waits for a result, and raises the error if something could not be written.
"""

# ruff: noqa: S608 - what is put together is an expression of ours

from __future__ import annotations

import threading
import time
import warnings
from collections import deque
from typing import TYPE_CHECKING, Any, TypeVar, cast

from nbtrack.errors import NbtrackWarning, StoreError
from nbtrack.store.connection import transaction, translated
from nbtrack.store.flush import CLOCK, Names, tick, write_batch
from nbtrack.store.liveness import HEARTBEAT_INTERVAL
from nbtrack.store.processes import wait_for_exit

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from nbtrack.store.buffers import RunBuffer, SeriesBuffer
    from nbtrack.store.database import Database

__all__ = ["Writer"]

FLUSH_INTERVAL = 0.05
"""Seconds from the start of one flush to that of the next, while there is something to write.

While a loop does nothing but log, a flush itself takes as long: a kill then loses the data of two flushes."""
RETRY_INTERVAL = 1.0
"""Seconds from a failed flush to the next try."""
MAX_PENDING_BYTES = 64 << 20
"""Bytes of points that are kept in memory while they cannot be written; more than these are dropped."""

T = TypeVar("T")


class Writer:
    """Writes the contents of the buffers every `FLUSH_INTERVAL` and on request."""

    def __init__(self, database: Database) -> None:
        self.folder = database.path
        self.lost = 0
        self._database = database
        self._opened = database.opened
        self._runs: dict[RunBuffer, None] = {}
        self.reset()

    def reset(self) -> None:
        """Set the initial state, also in a forked child: there the thread is gone, and locks may be held for ever."""
        for run in self._runs:
            run.disown()
        self._runs = {}
        self._names = Names()
        self._calls: deque[_Call] = deque()
        self._wake = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopping = False
        self._failing = False
        self._locked = False
        self._beat = time.monotonic()
        self.busy = threading.Lock()
        """Held while the thread may be inside SQLite: nobody should fork then."""

    def notice(self, run: RunBuffer) -> None:
        """Have a run's buffers written within `FLUSH_INTERVAL`."""
        self._runs[run] = None
        run.noticed = True
        self._start()
        self._wake.set()

    def pending(self) -> bool:
        """Whether something waits to be written."""
        return any(run.pending() for run in list(self._runs))

    @property
    def idle(self) -> bool:
        """Whether this process has no run of the store open."""
        return not any(run.live for run in list(self._runs))

    @property
    def stuck(self) -> bool:
        """Whether writing fails at the moment, so that callers should not wait for it unless they must."""
        return self._failing or self._locked

    def flush(self, wait: float | None = None) -> None:
        """Wait until everything that was logged so far is committed, or for `wait` seconds.

        Raises
        ------
        StoreError
            When it could not be written. It is tried again as long as the process lives.
        """
        if self.pending():
            self.call(lambda _connection: None, wait)

    def call(self, work: Callable[[sqlite3.Connection], T], wait: float | None = None) -> T:
        """Write what is pending, then do `work` on the writer's thread, and return what it returns.

        Raises
        ------
        StoreError
            When the store cannot be written, or not within `wait` seconds; the work is then done later.
        """
        call = _Call(work)
        if not self._do(call, wait):
            raise StoreError(
                f"the store {str(self.folder)!r} could not be written within {wait:g} s; it is tried again"
            )
        if call.error is not None:
            raise call.error
        return cast("T", call.value)

    def begin_again(self, *, moved: bool = False) -> None:
        """Create the store anew, with a warning, if it was deleted, as users do in a notebook; with `moved` also if moved."""
        if self._database.is_gone():
            with self.busy:
                made = self._database.make_again(moved=moved)
            if made:
                _warn(
                    f"the store {str(self.folder)!r} was not there any more; a new one has been made in its place"
                )

    def settle(self, wait: float) -> None:
        """Try to write what is pending, for at most `wait` seconds; errors are not raised."""
        if self.pending() and not self.stuck:
            self._do(_Call(None), wait)

    def _do(self, call: _Call, wait: float | None) -> bool:
        """Have a call done, and return whether it was."""
        if threading.current_thread() is self._thread:
            return False  # called by the destructor of a user's object on this thread: waiting would be a deadlock
        self._calls.append(call)
        if not self._start():
            self._cycle()
        self._wake.set()
        return call.done.wait(wait)

    def stop(self) -> None:
        """Stop the thread; it starts again when it is needed."""
        if self._thread is not None:
            self._stopping = True
            self._wake.set()
            self._thread.join()
        self._thread, self._stopping = None, False
        for run in list(self._runs):
            run.noticed = False
        if self._calls:  # added by another thread after this one's last check
            self._start()
            self._wake.set()

    def _start(self) -> bool:
        """Start the thread if needed, and return whether it runs."""
        if self._thread is not None:
            return True
        with self._starting:
            if self._thread is None:
                thread = threading.Thread(target=self._loop, name="nbtrack-writer", daemon=True)
                try:
                    thread.start()
                except RuntimeError:  # the interpreter is shutting down, or has no threads left
                    return False
                self._thread = thread
                wait_for_exit()
        return True

    def _loop(self) -> None:
        due: float | None = None
        while not self._stopping or self._calls:
            self._wake.wait(None if due is None else max(0.0, due - time.monotonic()))
            self._wake.clear()
            start = time.monotonic()
            if self._calls or (due is not None and start >= due):
                self._cycle()
                due = None
            if due is None and self._runs:
                due = start + (RETRY_INTERVAL if self._failing else FLUSH_INTERVAL)

    def _cycle(self) -> None:
        calls = [self._calls.popleft() for _ in range(len(self._calls))]
        with self.busy:
            error = self._flush(tell=all(call.work is None for call in calls))
            for call in calls:
                if error is None and call.work is not None:
                    try:
                        with translated(self.folder):
                            call.value = call.work(self._connection())
                        self._locked = False
                    except Exception as failure:  # noqa: BLE001 - whatever it is, the caller gets it
                        self._names.forget()
                        call.error = failure
                else:
                    call.error = error
                call.done.set()

    def _connection(self) -> sqlite3.Connection:
        connection = self._database.writing()
        if self._database.opened != self._opened:
            self._opened = self._database.opened
            self._names.forget()
        connection.on_wait = self._wait_for
        return connection

    def _wait_for(self, holder: str) -> None:
        """Warn once which process keeps this one from writing."""
        if not self._locked:
            self._locked = True
            _warn(
                f"the store {str(self.folder)!r} is locked by {holder}. What is logged is held until it can be written"
            )

    def _flush(self, *, tell: bool) -> Exception | None:
        """Write what is pending, and return the error; with `tell` it is also a warning the first time."""
        try:
            with translated(self.folder):
                refused = self._write()
        except Exception as error:  # noqa: BLE001 - a bug of ours must not end the thread for all later runs
            self._names.forget()
            # The next try reopens the store: the file may be what failed, and may have been replaced by then.
            self._database.disconnect()
            if tell and not self.stuck:
                _warn(f"{error}. The cell goes on, and nbtrack tries again")
            self._failing = True
            self._drop_excess()
            return error
        if refused is None:
            return None
        self._failing = self._locked = False
        if self.lost:
            _warn(f"the store {str(self.folder)!r} can be written again; {self.lost:,} points are lost")
            self.lost = 0
        for message in refused:
            _warn(message)
        return None

    def _write(self) -> list[str] | None:
        """Write what is pending, and return what cannot be stored; None if there was nothing to write."""
        runs = list(self._runs)
        beat = time.monotonic() - self._beat > HEARTBEAT_INTERVAL and any(run.live for run in runs)
        if not beat and not any(run.pending() for run in runs):
            self._retire(runs)
            return None
        connection = self._connection()
        for run in runs:
            run.renew(self._opened)
        batches = [run.take(_Loader(connection), str(self.folder)) for run in runs if run.pending()]
        with transaction(connection):
            tick(connection)
            for batch in batches:
                write_batch(connection, self._names, batch)
            if beat:
                _write_heartbeats(connection, [run.run_id for run in runs if run.live])
        if beat:
            self._beat = time.monotonic()
        for batch in batches:
            batch.settle()
        self._retire(runs)
        return [message for batch in batches for message in batch.refused]

    def _retire(self, runs: list[RunBuffer]) -> None:
        """Stop polling runs that have ended."""
        for run in runs:
            if not run.live:
                self._runs.pop(run, None)
                # A run that has ended is not begun again in another store.
                run.row, run.new = None, False
                run.noticed = False
                # Something may have been added since: either its thread saw that the run is not polled, or we see it here.
                if run.pending():
                    self._runs[run] = None
                    run.noticed = True

    def _drop_excess(self) -> None:
        """Drop points that are too many to keep in memory until the store can be written again."""
        runs = list(self._runs)
        size = sum(buffer.size() for run in runs for buffer in list(run.series.values()))
        if size > MAX_PENDING_BYTES:
            lost = sum(run.discard() for run in runs)
            if not self.lost:
                _warn(f"the store {str(self.folder)!r} cannot be written: {lost:,} points had to be let go")
            self.lost += lost


class _Call:
    """Work that a caller waits for; without work, a flush whose result is ignored."""

    __slots__ = ("done", "error", "value", "work")

    def __init__(self, work: Callable[[sqlite3.Connection], Any] | None) -> None:
        self.work = work
        self.done = threading.Event()
        self.value: Any = None
        self.error: Exception | None = None


class _Loader:
    """Reads how many points of a series the store has."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __call__(self, run: RunBuffer, buffer: SeriesBuffer) -> int:
        row = self._connection.execute(
            "SELECT m.count, (SELECT sum(p.count) FROM points p WHERE p.run = m.run AND p.key = m.key) FROM metrics m "
            "WHERE m.run = (SELECT id FROM runs WHERE uuid = ?) AND m.key = (SELECT id FROM names WHERE name = ?)",
            (run.run_id, buffer.key),
        ).fetchone()
        seen, kept = row or (0, None)
        buffer.seen, buffer.kept = seen, kept or 0
        return max(0, buffer.before - seen)


def _write_heartbeats(connection: sqlite3.Connection, run_ids: list[str]) -> None:
    now = time.time()
    for run_id in run_ids:
        connection.execute("UPDATE runs SET heartbeat = ? WHERE uuid = ?", (now, run_id))
        # The run was marked as crashed, perhaps while the machine slept, but its process lives.
        connection.execute(
            f"UPDATE runs SET status = 'RUNNING', end_time = NULL, changed = {CLOCK} "
            "WHERE uuid = ? AND status = 'CRASHED'",
            (run_id,),
        )


def _warn(message: str) -> None:
    try:
        warnings.warn(message, NbtrackWarning, stacklevel=2)
    except NbtrackWarning:
        # If warnings are errors, nothing on this thread would catch one.
        import sys

        sys.stderr.write(f"nbtrack: {message}\n")
