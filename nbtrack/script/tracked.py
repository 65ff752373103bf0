"""The run of a script: begun before its first statement, ended after its last, with what was captured between."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

from nbtrack import tracking
from nbtrack.capture import ScriptCapture
from nbtrack.capture.secrets import SEEN
from nbtrack.limits import limit_in_environment
from nbtrack.projects import UNWANTED
from nbtrack.recording.guard import guarded
from nbtrack.recording.kept import Kept
from nbtrack.recording.live import LiveMonitor
from nbtrack.recording.streams import StreamWatch
from nbtrack.script.debugger import keep_to_the_users_code
from nbtrack.script.parser_exit import ended_by_parser
from nbtrack.tracking.context import keep_context
from nbtrack.tracking.handed import known_run, what_is_needed

if TYPE_CHECKING:
    import ast

    from nbtrack.script.program import Program
    from nbtrack.tracking import ActiveRun

__all__ = ["TrackedScript"]


class TrackedScript:
    """Watches a script from its first statement to its last.

    Parameters
    ----------
    program
        The script.
    logs
        Whether it logs for itself: what it logs takes precedence.
    silent
        Whether it is captured only if nothing of it logs for itself, and who made its run says which that is.
    """

    def __init__(self, program: Program, *, logs: bool, silent: bool) -> None:
        self._silent = silent
        self._program = program
        self._logs = logs
        self._process = os.getpid()
        self._capture = ScriptCapture(program.namespace)
        self._output = StreamWatch(self._capture.printed.feed, self._capture.printed.stream())
        self._run: ActiveRun | None = None
        self._companion: LiveMonitor | None = None
        self._kept: Kept | None = None
        self._handed: str | None = None
        self._began = time.perf_counter()
        self._cpu = time.process_time()

    def transform(self, tree: ast.Module) -> ast.Module:
        """Begin the run, and insert hooks into the script's statements."""
        self._begin()
        if self._run is None or not tree.body:
            return tree
        keep_to_the_users_code(self._program.source)
        changed = self._capture.transform(tree)
        assert self._companion is not None
        self._companion.begin()
        self._output.begin()
        self._began, self._cpu = time.perf_counter(), time.process_time()
        return changed

    @guarded("the script runs untracked", interrupts=False)
    def _begin(self) -> None:
        store = tracking.store_in_use()
        handed = self._handed = known_run(store)
        writer = (
            store.create_run(experiment=tracking.default_experiment())
            if handed is None
            else store.resume_run(handed)
        )
        keep_context(writer)
        run = tracking.begin(store, writer, "cell", fresh=handed is None)
        self._companion = LiveMonitor(self._capture, run, None, logs=self._logs)
        self._kept = Kept(run, self._companion, logs=self._logs)
        self._run = run

    def end(self) -> None:
        """Keep what was captured, end the run, and say what was found."""
        if self._run is not None and os.getpid() == self._process:
            self._keep()
            sys.stderr.flush()

    @guarded("the script itself is not affected")
    def _keep(self) -> None:
        run, companion, kept, error = self._run, self._companion, self._kept, self._program.error
        assert run is not None
        assert companion is not None
        assert kept is not None
        wall, cpu = time.perf_counter() - self._began, time.process_time() - self._cpu
        status = tracking.ending(error)
        try:
            self._output.end()
            self._capture.stop()
            companion.end()
            SEEN.scan_environment()
            SEEN.scan_names(self._program.namespace)
            captured = self._capture.finish(error)
            if not (self._silent and "mlflow" in sys.modules):
                kept.values(captured)
                with what_is_needed():
                    kept.models(captured, limit_in_environment() if status == "FINISHED" else 0)
            facts = {"wall_seconds": wall, "cpu_seconds": cpu, "loops": captured.loops}
            found = captured.metrics or captured.estimators or run.metrics or run.logs
            unwanted = not self._silent and not found and ended_by_parser(error)
            kept.outcome({**facts, **({UNWANTED: True} if unwanted else {})}, self._output.tail)
        finally:
            self._capture.stop()
            tracking.finish(run, status, error)
        if unwanted:
            if not self._handed:  # else who made the run removes it
                run.store.delete_runs([run.id])
            return
        line = kept.line(captured, wall, error).text()
        sys.stderr.write(f"{line}\n" if self._silent else f"{line}\n{run.id}\n")
