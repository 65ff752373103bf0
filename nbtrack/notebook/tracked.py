"""One execution of a tracked cell: its run, and what is stored of it."""

from __future__ import annotations

import logging
import sys
import time
from typing import TYPE_CHECKING, Any

from nbtrack import tracking
from nbtrack.capture import Captured, CellCapture
from nbtrack.capture.process import process
from nbtrack.capture.secrets import SEEN
from nbtrack.capture.source.syntax import compiles
from nbtrack.errors import NotFoundError, RunStateError
from nbtrack.notebook.mark import CellMark
from nbtrack.notebook.output import OutputWatch
from nbtrack.notebook.profiled import ProfiledBody
from nbtrack.notebook.track_magic import capture_options, head_magics
from nbtrack.recording.kept import Kept
from nbtrack.recording.live import LiveMonitor
from nbtrack.recording.progress import Progress
from nbtrack.tracking.handed import parent_of_cells

if TYPE_CHECKING:
    import ast
    from argparse import Namespace
    from collections.abc import Callable

    from nbtrack.notebook.shell_state import ShellState
    from nbtrack.recording.line import Outcome
    from nbtrack.store import RunWriter, Store
    from nbtrack.tracking import ActiveRun

__all__ = ["TrackedCell"]

_log = logging.getLogger("nbtrack.capture")

_PROGRESS_DELAY = 1.0
"""Seconds that a cell waits for its run to be in the store."""


class TrackedCell:
    """Watches a cell from IPython's first event for it to the last.

    The run begins when the cell has been parsed: code that cannot run has no run.

    Parameters
    ----------
    state
        What is known of the shell.
    visit
        Inserts the hooks into a tree, as IPython has it called.
    options
        The options of `%%track`.
    info
        IPython's description of the execution.
    """

    def __init__(
        self,
        state: ShellState,
        visit: Callable[[ast.Module], ast.Module],
        options: Namespace,
        info: Any,
    ) -> None:
        self._state = state
        self._options = options
        self._info = info
        self._capture = CellCapture(
            state.shell.user_ns, capture_options(options), state.results, state.earlier
        )
        printed = self._capture.printed
        self._output = OutputWatch(state.shell, printed.feed, printed.stream())
        self._profiled = ProfiledBody(state.shell, visit)
        self._run: ActiveRun | None = None
        self._companion: LiveMonitor | None = None
        self._kept: Kept | None = None
        self._lineage: str | None = None
        self._mark: CellMark | None = None
        self._failed = False
        self._secrets = 0
        self._trees = 0
        self._began = time.perf_counter()
        self._cpu = time.process_time()

    def transform(self, tree: ast.Module) -> ast.Module:
        """Begin the run if this is the cell's first tree, and insert hooks into the tree."""
        if self._failed:
            return tree
        first = self._run is None
        if first:
            self._failed = True  # until the run has begun completely
            if not compiles(tree):
                return tree
            self._begin(tree)
            self._failed = False
        self._trees += 1
        try:
            return self._capture.transform(tree)
        finally:
            if first:
                self._watch()

    def _begin(self, tree: ast.Module) -> None:
        state, options = self._state, self._options
        store = tracking.store_in_use()
        writer = self._resumed(store) or self._created(store, tree)
        for tag in options.tag:
            key, _, value = tag.partition("=")
            writer.set_tag(key.strip(), str(SEEN.param(key.strip(), value.strip())))
        if options.note:
            writer.set_note(SEEN.text(options.note))
        self._run = tracking.begin(store, writer, "cell")
        beside = state.store_beside(store)
        mark = self._mark = CellMark(writer.id, writer.name, self._lineage, beside, self._info.raw_cell)
        progress = None
        if hasattr(state.shell, "kernel"):
            publish = state.shell.display_pub.publish
            progress = Progress(publish, lambda: self._capture.iterations, mark.running())
        logs = "log_param" in self._info.raw_cell
        self._companion = LiveMonitor(self._capture, self._run, progress, logs=logs)
        self._kept = Kept(self._run, self._companion, logs=logs)
        # Written first, so that the run is in the store even if the process dies.
        state.keep_source(writer, self._info)
        writer.set_document("process", process(store.path.parent))
        self._secrets = SEEN.count
        store.settle(_PROGRESS_DELAY)
        self._output.begin()
        self._profiled.begin()

    def _watch(self) -> None:
        """Start the monitor and the clock, after the cell's inputs have been recorded.

        Reading data can switch to other threads, and the cell would wait for them.
        """
        assert self._companion is not None
        assert self._kept is not None
        self._companion.begin()
        state, kept = self._state, self._kept
        state.environment.refresh(lambda _: kept.begun(state.environment, state.diff_limit))
        self._began = time.perf_counter()
        self._cpu = time.process_time()

    def _resumed(self, store: Store) -> RunWriter | None:
        """Return the run that the cell resumes; None, with a message, if there is no such run."""
        options = self._options
        if not options.resume:
            return None
        try:
            resumed = store.run(options.resume)
            writer = store.resume_run(resumed.id)
        except (NotFoundError, RunStateError) as error:
            print(f"nbtrack: {error}; the cell is tracked as a new run", file=sys.stderr)
            return None
        self._lineage = resumed.lineage
        if options.name:
            writer.rename(options.name)
        return writer

    def _created(self, store: Store, tree: ast.Module) -> RunWriter:
        state, options = self._state, self._options
        experiment = options.experiment or tracking.default_experiment()
        self._lineage, tags = state.lineages.of(store, self._info.cell_id, tree)
        if store.revive_experiment(experiment):
            print(
                f"nbtrack: the deleted experiment {experiment!r} begins anew; its earlier runs stay deleted",
                file=sys.stderr,
            )
        return store.create_run(
            experiment=experiment,
            name=options.name,
            lineage=self._lineage,
            parent=parent_of_cells(store),
            tags=tags,
            notebook=state.notebook,
        )

    def end(self, result: Any) -> None:
        """Store the cell's results, end the run, and show the line."""
        run, monitor, kept = self._run, self._companion, self._kept
        if run is None or monitor is None or kept is None:
            self._capture.stop()
            return
        wall, cpu = time.perf_counter() - self._began, time.process_time() - self._cpu
        error = result.error_before_exec or result.error_in_exec
        state = self._state
        try:
            self._output.end()
            self._profiled.end()
            self._capture.stop()
            monitor.end()
            state.collect_secrets()
            captured = self._capture.finish(error)
            if captured.left_out:
                print(f"nbtrack: left out of the run: {', '.join(captured.left_out)}", file=sys.stderr)
            kept.values(captured)
            state.results.update(captured.metrics)
            self._explain(captured)
            kept.environment(state.environment.get())
            facts = {"wall_seconds": wall, "cpu_seconds": cpu, "loops": captured.loops}
            kept.outcome(facts, self._output.tail, self._output.figures)
            if not self._options.no_model:
                kept.models(captured, 0 if error is not None else state.model_limit)
            if SEEN.count != self._secrets:  # its code may contain a secret that was only recognised now
                state.keep_source(run.writer, self._info)
        finally:
            self._capture.stop()
            tracking.finish(run, tracking.ending(error), error)
        self._show(
            run, kept.line(captured, wall, error, facts=self._facts(run), remark=self._remarks(run, error))
        )

    def _remark(self, error: BaseException | None) -> str:
        """Mention a magic whose body IPython's transformers do not see, such as `%%timeit` and `%%bash`."""
        magics = head_magics(self._info.raw_cell)
        if error is not None or len(magics) < self._trees:
            return ""
        return f"names and loops below %%{magics[-1]} are not tracked: it takes its body for itself"

    def _explain(self, captured: Captured) -> None:
        why = self._state.why = self._capture.why(captured)
        if _log.isEnabledFor(logging.DEBUG):
            for name in why.names:
                _log.debug("%s: %s", self._info.cell_id or "cell", why.of(name))

    # -- the line under the cell

    def _show(self, run: ActiveRun, outcome: Outcome) -> None:
        assert self._mark is not None
        model = bool(run.store.models.of_run(run.id))
        self._state.show(outcome.bundle(), self._mark.ended(outcome, model=model))

    def _remarks(self, run: ActiveRun, error: BaseException | None) -> str:
        return "; ".join(filter(None, [self._remark(error), self._state.place_message(run.store)]))

    def _facts(self, run: ActiveRun) -> dict[str, str]:
        """Return the facts to show about a run in addition to its params and metrics."""
        note, tags = "", {}
        if self._options.tag or self._options.note or "set_" in self._info.raw_cell:
            note = run.note
            tags = {name: tag for name, tag in run.tags.items() if not name.startswith("nbtrack.")}
        return {"note": note, "tags": ", ".join(f"{name}={tag}" for name, tag in tags.items())}
