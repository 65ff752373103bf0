"""The runs that a cell starts itself (`with nbtrack.start_run():`): their code, and a line about them."""

from __future__ import annotations

import threading
from html import escape
from typing import TYPE_CHECKING, Any

from nbtrack.entities.system_use import results
from nbtrack.entities.text import one_line, value_text
from nbtrack.recording.guard import guarded
from nbtrack.recording.line import Outcome
from nbtrack.tracking.context import keep_environment

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbtrack.capture.environment import EnvironmentProbe, Tree
    from nbtrack.notebook.shell_state import ShellState
    from nbtrack.store import RunWriter
    from nbtrack.tracking import ActiveRun

__all__ = ["StartedRuns"]

_MAX_RUNS = 1_000
_MAX_NAMED = 3


class StartedRuns:
    """Records the runs that a cell starts, when the cell itself is not tracked.

    Parameters
    ----------
    state
        What is known of the shell.
    running
        Returns IPython's description of the outermost cell that runs now; None between cells.
    """

    def __init__(self, state: ShellState, running: Callable[[], Any]) -> None:
        self._state = state
        self._running = running
        self._runs: list[ActiveRun] = []
        self._look: _Look | None = None

    @guarded(interrupts=False)
    def note(self, run: ActiveRun) -> None:
        """Store the cell's code and the notebook's path with a run that starts."""
        state, info = self._state, self._running()
        if info is None or len(self._runs) >= _MAX_RUNS:
            return
        state.keep_source(run.writer, info)
        if state.notebook:
            run.writer.set(notebook=state.notebook)
        if self._look is None:
            look = self._look = _Look(state.diff_limit)
            state.environment.refresh(lambda _: look.end(state.environment))
        self._look.tell(run.writer)
        self._runs.append(run)

    @guarded()
    def show(self, quietly: bool) -> None:
        """Show a line about the runs of the cell that has ended, unless the cell's own line mentions them."""
        runs, self._runs, self._look = self._runs, [], None
        if not runs or quietly:
            return
        self._state.show(_one(runs[0]) if len(runs) == 1 else _several(runs))


class _Look:
    """One look at the environment and the repository for all runs of a cell.

    Parameters
    ----------
    limit
        The most bytes of uncommitted changes that are kept.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._waiting: list[RunWriter] = []
        self._found: tuple[dict[str, Any], Tree | None] | None = None

    def tell(self, writer: RunWriter) -> None:
        """Store with a run what is found, now or when it is."""
        with self._lock:
            if self._found is None:
                self._waiting.append(writer)
            else:
                keep_environment(writer, *self._found, self._limit)

    def end(self, probe: EnvironmentProbe) -> None:
        """Take what the probe has found, on the probe's thread."""
        with self._lock:
            self._found = probe.get(), probe.tree
            for writer in self._waiting:
                keep_environment(writer, *self._found, self._limit)
            self._waiting.clear()


def _one(run: ActiveRun) -> dict[str, str]:
    record = run.store.run(run.id)
    duration = 0.0 if record.end_time is None else record.end_time - record.start_time
    return Outcome(
        name=run.name,
        run_id=run.id,
        status=record.status,
        duration=duration,
        params=run.params,
        metrics=results(run.metrics),
        experiment=run.experiment,
    ).bundle()


def _several(runs: list[ActiveRun]) -> dict[str, str]:
    names = [one_line(run.name, 40) for run in runs]
    more = f" and {len(names) - _MAX_NAMED} more" if len(names) > _MAX_NAMED else ""
    failed = sum(run.store.run(run.id).status == "FAILED" for run in runs)
    ended = f", {value_text(failed)} of them FAILED" if failed else ""
    text = f"{len(runs)} runs{ended}: {', '.join(names[:_MAX_NAMED])}{more} | nbtrack.runs() shows them"
    return {"text/plain": f"nbtrack: {text}", "text/html": f"<div>{escape(text)}</div>"}
