"""Connects IPython's events with nbtrack: decides which cell is tracked, and follows it from first to last event."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError
from IPython.core.interactiveshell import ExecutionResult

from nbtrack import tracking
from nbtrack.capture import is_worth_tracking
from nbtrack.capture.source.syntax import parse
from nbtrack.entities.text import size_text
from nbtrack.errors import InvalidValueError
from nbtrack.limits import parse_limit
from nbtrack.notebook.identity import notebook_name
from nbtrack.notebook.manual import asks_for_help, show_manual
from nbtrack.notebook.shell_state import ShellState
from nbtrack.notebook.started_runs import StartedRuns
from nbtrack.notebook.track_magic import body_of, parse_track, track_line
from nbtrack.notebook.tracked import TrackedCell
from nbtrack.recording.guard import guarded

if TYPE_CHECKING:
    import ast
    from argparse import Namespace


__all__ = ["Session"]


class Session:
    """The state of nbtrack in one IPython shell.

    Parameters
    ----------
    shell
        The IPython shell that loaded the extension.
    """

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.state = ShellState(shell)
        self.started = StartedRuns(self.state, lambda: self._cells[0] if self._cells else None)
        tracking.tell_of_runs(self.started.note)
        self._everything = False
        self._cells: list[Any] = []
        self._tracked: TrackedCell | None = None
        self._given: str | None = None
        name = notebook_name(self.state.notebook) if self.state.notebook else None
        if name:
            tracking.name_default_experiment(name)
        for number, source in enumerate(shell.user_ns.get("In", [])[1:-1], start=1):
            self.state.remember(source, source, number, ok=True, cell_id=None)

    # -- IPython's events

    @guarded("the cell runs all the same, but it is not tracked", interrupts=False)
    def before_cell(self, info: Any) -> None:
        """Begin a run if the cell is to be tracked; nested cells belong to the outer one."""
        self._cells.append(info)
        if len(self._cells) > 1:
            return
        line, self._given = self._given, None
        if line is None:
            line = track_line(body_of(info.raw_cell))
        if line is None and self._everything and self._trains(info):
            line = ""
        if line is None:
            return
        if asks_for_help(line):
            show_manual(self.shell, "%%track")
            return
        self._tracked = TrackedCell(self.state, self.visit, self._options(self._expanded(line)), info)

    @guarded()
    def after_cell(self, result: Any) -> None:
        """End the cell's run, and remember the cell for those that will depend on it."""
        if result is None and self._cells:
            # A kernel passes None if showing the cell's error has failed with another error.
            result = ExecutionResult(self._cells[0])
            result.error_in_exec = sys.exc_info()[1]
        info = self._begun_info(result)
        if info is None:
            return
        while self._cells.pop() is not info:
            pass
        if self._cells:
            return
        tracked, self._tracked = self._tracked, None
        try:
            if tracked is not None:
                tracked.end(result)
            tracking.end_implicit()
            self.started.show(tracked is not None)
        finally:
            self.state.remember(
                info.raw_cell,
                self.state.transformed(info),
                result.execution_count or 0,
                ok=result.success,
                cell_id=info.cell_id,
                tracked=tracked is not None,
            )

    def _begun_info(self, result: Any) -> Any:
        """Return the info with which the cell of a result began; None if its beginning was not reported.

        IPython reports the end of cells whose beginning it did not report: blank ones, and the one that loaded the
        extension. If a cell's error could not be shown, the result has a new info object.
        """
        info = getattr(result, "info", None)
        same = [cell for cell in self._cells if cell is info]
        same = same or [cell for cell in self._cells if cell.raw_cell == getattr(info, "raw_cell", None)]
        return same[-1] if same else None

    def visit(self, tree: ast.Module) -> ast.Module:
        """Insert the tracked cell's hooks into a tree; IPython calls this method of an AST transformer."""
        tracked = self._tracked
        if tracked is None or _in_timeit():
            return tree
        changed = self._transformed(tracked, tree)
        return tree if changed is None else changed

    @guarded("the cell runs all the same, but it is not tracked", interrupts=False)
    def _transformed(self, tracked: TrackedCell, tree: ast.Module) -> ast.Module:
        return tracked.transform(tree)

    def _trains(self, info: Any) -> bool:
        body = body_of(info.raw_cell)
        whole = body == info.raw_cell
        try:
            code = self.state.transformed(info) if whole else self.shell.transform_cell(body)
            return is_worth_tracking(parse(code))
        except (SyntaxError, ValueError):
            return False

    def _expanded(self, line: str) -> str:
        """Substitute `$name` and `{expression}`, as IPython does for every magic's line."""
        try:
            return str(self.shell.var_expand(line))
        except Exception:  # noqa: BLE001 - an expression of the user's may raise anything
            return line

    def _options(self, line: str) -> Namespace:
        try:
            options, faults = parse_track(line)
        except UsageError as error:
            print(f"nbtrack: %%track {line}: {error}; the cell is tracked without options", file=sys.stderr)
            return parse_track("")[0]
        if faults:
            print(f"nbtrack: %%track {line}: {'; '.join(faults)}; the rest is heeded", file=sys.stderr)
        return options

    # -- the magics

    @property
    def tracks_everything(self) -> bool:
        """Whether every cell is tracked that trains or scores something."""
        return self._everything

    def track_everything(self, *, on: bool) -> None:
        """Track every cell that trains or scores something, or only those with `%%track`."""
        self._everything = on

    def switch(self, what: str) -> None:
        """Execute `%track on|off|status|models ...|why NAME`."""
        word, _, rest = what.partition(" ")
        if word == "why":
            self._explain(rest.split())
            return
        if word == "models":
            try:
                self.state.model_limit = parse_limit(rest)
            except InvalidValueError as error:
                raise UsageError(str(error)) from None
        elif what in {"on", "off"}:
            self.track_everything(on=what == "on")
        elif what not in {"", "status"}:
            raise UsageError(
                f"%track {what!r} is unknown; say on, off, status, models or why NAME (%%track tracks one cell)"
            )
        state = "every cell that trains or scores something" if self._everything else "cells with %%track"
        store = tracking.store_in_use()
        models = (
            f"models up to {size_text(self.state.model_limit)}" if self.state.model_limit else "no models"
        )
        print(
            f"nbtrack tracks {state}, in experiment {tracking.default_experiment()!r} of {store.path}, "
            f"and saves {models}"
        )

    def _explain(self, names: list[str]) -> None:
        if self.state.why is None:
            raise UsageError("%track why: no cell of this session has been tracked yet")
        if not names:
            raise UsageError("%track why: say which name of the last tracked cell, e.g. %track why loss")
        for name in names:
            print(self.state.why.of(name))

    def run_tracked(self, line: str, cell: str) -> None:
        """Run a cell's body as a tracked cell, if IPython did not treat it as one."""
        if self._tracked is None and not self._cells:
            self._given = line
            self.shell.run_cell(cell).raise_error()
            return
        if self._tracked is not None:
            self.shell.run_cell(cell).raise_error()
            return
        # In a script that runs inside a cell, tracked cells are cells of their own.
        outer, self._cells = self._cells, []
        self._given = line
        try:
            self.shell.run_cell(cell).raise_error()
        finally:
            self._cells = outer


def _in_timeit() -> bool:
    """Return whether IPython is preparing the body of `%timeit`, which must be timed without hooks."""
    frame = sys._getframe(2)  # noqa: SLF001 - IPython's transformers do not know their caller
    for _ in range(4):
        if frame.f_code.co_name == "timeit":
            return True
        if frame.f_back is None:
            return False
        frame = frame.f_back
    return False
