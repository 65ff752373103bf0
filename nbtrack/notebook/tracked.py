"""One execution of a tracked cell: its run, and what is stored of it."""

from __future__ import annotations

import dataclasses
import json
import logging
import sys
import time
from typing import TYPE_CHECKING, Any, Literal

from nbtrack import tracking
from nbtrack.capture import Captured, CellCapture
from nbtrack.capture.process import process
from nbtrack.capture.secrets import SEEN
from nbtrack.capture.source.syntax import compiles
from nbtrack.direction import direction
from nbtrack.errors import NotFoundError, RunStateError
from nbtrack.fields import MISSING, same
from nbtrack.notebook.guard import guarded
from nbtrack.notebook.line import Change, Outcome, Progress
from nbtrack.notebook.live import LiveMonitor
from nbtrack.notebook.mark import CellMark
from nbtrack.notebook.model_saving import save_fitted
from nbtrack.notebook.output import OutputWatch
from nbtrack.notebook.profiled import ProfiledBody
from nbtrack.notebook.track_magic import capture_options, head_magics
from nbtrack.records import BROKEN, FOLDS_TAG

if TYPE_CHECKING:
    import ast
    from argparse import Namespace
    from collections.abc import Callable

    from nbtrack.notebook.shell_state import ShellState
    from nbtrack.records import RunRecord
    from nbtrack.store import RunWriter, Store
    from nbtrack.tracking import ActiveRun

__all__ = ["TrackedCell"]

_log = logging.getLogger("nbtrack.capture")

_PROGRESS_DELAY = 1.0
"""Seconds that a cell waits for its run to be in the store."""
_MAX_EARLIER_RUNS = 200
"""How many earlier runs of the cell are searched for the best."""


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
            state.shell.user_ns, capture_options(options), state.results, state.chosen
        )
        printed = self._capture.printed
        self._output = OutputWatch(state.shell, printed.feed, printed.stream())
        self._profiled = ProfiledBody(state.shell, visit)
        self._run: ActiveRun | None = None
        self._companion: LiveMonitor | None = None
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
        self._companion.begin()
        self._state.environment.refresh(self._write_environment)
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
            tags=tags,
            notebook=state.notebook,
        )

    def end(self, result: Any) -> None:
        """Store the cell's results, end the run, and show the line."""
        run, monitor = self._run, self._companion
        if run is None or monitor is None:
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
            self._keep(run.writer, captured)
            self._explain(captured)
            self._write_outcome(run.writer, captured, wall, cpu, monitor.peak_memory, error is not None)
            if SEEN.count != self._secrets:  # its code may contain a secret that was only recognised now
                state.keep_source(run.writer, self._info)
        finally:
            self._capture.stop()
            tracking.finish(run, tracking.ending(error), error)
        self._show(run, captured, wall, error)

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

    @guarded()
    def _keep(self, writer: RunWriter, captured: Captured) -> None:
        assert self._run is not None
        assert self._companion is not None
        logged = set()
        if "log_param" in self._info.raw_cell:
            # What the cell logged itself takes precedence.
            logged = set(self._run.params)
        for name, value in captured.params.items():
            if name not in logged:
                writer.log_param(name, value)
        for name, points in captured.metrics.items():
            if name not in self._run.logs:
                writer.series(name).extend(points)
        for name in self._companion.params.keys() - captured.params.keys():
            writer.drop_param(name)
        for name in self._companion.data - {record.name for record in captured.data}:
            writer.drop_data(name)
        self._state.results.update(captured.metrics)
        if captured.folds:
            writer.set_tag(FOLDS_TAG, json.dumps(sorted(captured.folds)))
        for record in captured.data:
            writer.set_data(record)
        if captured.positional:
            writer.set_document("places", {"positional": captured.positional})

    @guarded()
    def _write_outcome(  # noqa: PLR0917 (one caller)
        self, writer: RunWriter, captured: Captured, wall: float, cpu: float, memory: int, failed: bool
    ) -> None:
        state = self._state
        self._write_environment(state.environment.get())
        figures = []
        for number, (ending, content) in enumerate(self._output.figures, start=1):
            path = writer.artifact_folder / "figures" / f"figure-{number}.{ending}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(SEEN.hidden(content.decode()).encode() if ending == "svg" else content)
            figures.append(f"figures/{path.name}")
        outcome = {
            "wall_seconds": wall,
            "cpu_seconds": cpu,
            "peak_memory_bytes": memory,
            "stdout": SEEN.text(self._output.tail, lines=True),
            "figures": figures,
            "loops": captured.loops,
        }
        writer.set_document("outcome", outcome)
        if captured.estimators and not self._options.no_model:
            records = [
                dataclasses.asdict(one)
                | {"params": SEEN.document(one.params), "rows": SEEN.document(one.rows)}
                for one in captured.estimators
            ]
            assert self._run is not None
            limit = 0 if failed else state.model_limit
            for number, uri in save_fitted(self._run, captured.fitted, limit):
                records[number]["uri"] = uri
            writer.set_document("estimators", records)

    def _write_environment(self, environment: dict[str, Any]) -> None:
        assert self._run is not None
        git = environment.get("git") or {}
        self._run.writer.set(git_commit=git.get("commit"))
        self._run.writer.set_document("environment", environment)

    # -- the line under the cell

    def _show(self, run: ActiveRun, captured: Captured, wall: float, error: BaseException | None) -> None:
        metrics = run.metrics
        status = tracking.ending(error)
        params = run.params
        record = run.store.run(run.id)
        changed = self._differing(run.store, record, params)
        # First what differs from the previous run, then what the user wrote, then what was read from objects.
        order = sorted(params, key=lambda name: (name not in changed, name not in captured.written))
        outcome = Outcome(
            name=run.name,
            run_id=run.id,
            status=status,
            duration=wall,
            params={name: params[name] for name in order},
            metrics=metrics,
            changes={} if status in BROKEN else self._changes(run.store, record, metrics, captured.folds),
            spreads=self._spreads(run, captured.folds),
            models=list(dict.fromkeys(one.estimator.rpartition(".")[2] for one in captured.estimators)),
            error=type(error).__name__ if error is not None else "",
            experiment=run.experiment,
            changed=changed,
            facts=self._facts(run, captured),
            remark="; ".join(filter(None, [self._remark(error), self._state.place_message(run.store)])),
        )
        assert self._mark is not None
        model = bool(run.store.models.of_run(run.id))
        self._state.show(outcome.bundle(), self._mark.ended(outcome, model=model))

    @staticmethod
    def _differing(store: Store, run: RunRecord, params: dict[str, Any]) -> set[str]:
        """Return the params that differ from those of the cell's previous run; none for a first run."""
        last = [] if run.lineage is None else store.lineage(run.lineage, limit=2)
        earlier = [one for one in last if one.id != run.id]
        if not earlier:
            return set()
        before = store.params(earlier[0].key)
        return {name for name, value in params.items() if not same(before.get(name, MISSING), value)}

    def _facts(self, run: ActiveRun, captured: Captured) -> dict[str, str]:
        """Return the facts to show about a run in addition to its params and metrics."""
        note, tags = "", {}
        if self._options.tag or self._options.note or "set_" in self._info.raw_cell:
            note = run.note
            tags = {name: tag for name, tag in run.tags.items() if not name.startswith("nbtrack.")}
        shapes = (f"{one.name} {' × '.join(map(str, one.shape))}" for one in captured.data)
        facts = {
            "note": note,
            "tags": ", ".join(f"{name}={tag}" for name, tag in tags.items()),
            "data": ", ".join(shapes),
        }
        return {name: text for name, text in facts.items() if text}

    def _spreads(self, run: ActiveRun, folds: set[str]) -> dict[str, tuple[float, int]]:
        """Return the mean over the folds of cross-validations, and the number of folds."""
        summaries = run.store.metrics(run.key) if folds else {}
        return {name: (summaries[name].mean, summaries[name].count) for name in folds if name in summaries}

    @staticmethod
    def _changes(
        store: Store, run: RunRecord, metrics: dict[str, float], folds: set[str]
    ) -> dict[str, Change]:
        """Compare each metric that has a better direction with the best earlier run of the cell."""
        ways = {name: way for name in metrics if (way := direction(name)) is not None}
        columns = {name: f"{name}.mean" if name in folds else name for name in ways}
        modes: dict[str, Literal["min", "max"]] = {
            columns[name]: "min" if way == "down" else "max" for name, way in ways.items()
        }
        bests = store.lineage_bests(run, modes, _MAX_EARLIER_RUNS)
        return {
            name: Change(bests[columns[name]], way) for name, way in ways.items() if columns[name] in bests
        }
