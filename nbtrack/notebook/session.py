"""Connects IPython's events with nbtrack: decides which cell is tracked, and follows it from first to last event."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError
from IPython.core.interactiveshell import ExecutionResult

from nbtrack import tracking
from nbtrack.capture import choices, is_worth_tracking
from nbtrack.capture.environment import EnvironmentProbe
from nbtrack.capture.secrets import SEEN
from nbtrack.capture.slice.history import Cell, History
from nbtrack.capture.source.syntax import parse
from nbtrack.entities.text import size_text
from nbtrack.errors import InvalidValueError
from nbtrack.notebook.guard import guarded
from nbtrack.notebook.identity import notebook_name, notebook_path
from nbtrack.notebook.lineage import Lineages
from nbtrack.notebook.manual import asks_for_help, show_manual
from nbtrack.notebook.model_saving import limit_in_environment, parse_limit
from nbtrack.notebook.run_code import RunCode
from nbtrack.notebook.started_runs import StartedRuns
from nbtrack.notebook.track_magic import body_of, parse_track, track_line
from nbtrack.notebook.tracked import TrackedCell

if TYPE_CHECKING:
    import ast
    from argparse import Namespace

    from nbtrack.capture.why import Why
    from nbtrack.store import RunWriter, Store

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
        self.history = History()
        self._code = RunCode(self.history)
        self.environment = EnvironmentProbe()
        self.environment.refresh()
        self.results: set[str] = set()
        self.chosen: set[str] = set()
        self.model_limit = limit_in_environment()
        self.notebook = notebook_path(shell)
        self.lineages = Lineages(self.notebook)
        self.begun = StartedRuns(self)
        tracking.tell_of_runs(self.begun.note)
        self._folder: Path | None = None
        self._place_shown = False
        with suppress(OSError):  # the working folder has been removed
            self._folder = Path.cwd()
            tracking.look_from(self._folder)
        self.why: Why | None = None
        """The explanations for the last tracked cell."""
        self._everything = False
        self._cells: list[Any] = []
        self._tracked: TrackedCell | None = None
        self._given: str | None = None
        name = notebook_name(self.notebook) if self.notebook else None
        if name:
            tracking.name_default_experiment(name)
        for number, source in enumerate(shell.user_ns.get("In", [])[1:-1], start=1):
            self._note(source, source, number, ok=True, cell_id=None)

    # -- IPython's events

    @guarded("the cell runs all the same, but it is not tracked")
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
        self._tracked = TrackedCell(self, self._options(self._expanded(line)), info)

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
            self.begun.show(tracked is not None)
        finally:
            self._remember(info, result)

    @property
    def running(self) -> Any:
        """IPython's description of the outermost cell that runs now; None between cells."""
        return self._cells[0] if self._cells else None

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

    @guarded("the cell runs all the same, but it is not tracked")
    def _transformed(self, tracked: TrackedCell, tree: ast.Module) -> ast.Module:
        return tracked.transform(tree)

    def _trains(self, info: Any) -> bool:
        body = body_of(info.raw_cell)
        whole = body == info.raw_cell
        try:
            code = self._transformed_cell(info) if whole else self.shell.transform_cell(body)
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

    def _remember(self, info: Any, result: Any) -> None:
        number = result.execution_count or 0
        self._note(
            info.raw_cell, self._transformed_cell(info), number, ok=result.success, cell_id=info.cell_id
        )

    def _transformed_cell(self, info: Any) -> str:
        """Return a cell as Python; IPython's own transformed cell is used if it is available."""
        known = getattr(info, "transformed_cell", None)
        return self.shell.transform_cell(info.raw_cell) if known is None else str(known)

    def _note(self, raw: str, transformed: str, number: int, *, ok: bool, cell_id: str | None) -> None:
        try:
            tree = parse(transformed)
        except (SyntaxError, ValueError):
            return
        self.chosen = choices(tree, self.chosen)
        self.history.add(raw, transformed, number, ok, cell_id=cell_id)
        self._code.flag_changed(Cell(raw, transformed, number, ok, cell_id))

    def keep_source(self, writer: RunWriter, info: Any) -> None:
        """Store the code of a run: the cell, and the earlier cells that it depends on."""
        self.collect_secrets()
        self._code.keep(writer, info.raw_cell, self._transformed_cell(info), info.cell_id)

    def place_message(self, store: Store) -> str:
        """Tell once where runs are kept, if that is not beside the notebook."""
        if self._place_shown:
            return ""
        self._place_shown = True
        is_beside_notebook = self._folder is not None and store.path.parent == self._folder.resolve()
        return "" if is_beside_notebook else f"runs are kept in {store.path}"

    def collect_secrets(self) -> None:
        """Take in the secrets that the environment and the notebook's names hold now."""
        SEEN.scan_environment()
        SEEN.scan_names(self.shell.user_ns)

    # -- the magics

    def switch(self, what: str) -> None:
        """Execute `%track on|off|status|models ...|why NAME`."""
        word, _, rest = what.partition(" ")
        if word == "why":
            self._explain(rest.split())
            return
        if word == "models":
            try:
                self.model_limit = parse_limit(rest)
            except InvalidValueError as error:
                raise UsageError(str(error)) from None
        elif what in {"on", "off"}:
            self._everything = what == "on"
        elif what not in {"", "status"}:
            raise UsageError(
                f"%track {what!r} is unknown; say on, off, status, models or why NAME (%%track tracks one cell)"
            )
        state = "every cell that trains or scores something" if self._everything else "cells with %%track"
        store = tracking.store_in_use()
        models = f"models up to {size_text(self.model_limit)}" if self.model_limit else "no models"
        print(
            f"nbtrack tracks {state}, in experiment {tracking.default_experiment()!r} of {store.path}, "
            f"and saves {models}"
        )

    def _explain(self, names: list[str]) -> None:
        if self.why is None:
            raise UsageError("%track why: no cell of this session has been tracked yet")
        if not names:
            raise UsageError("%track why: say which name of the last tracked cell, e.g. %track why loss")
        for name in names:
            print(self.why.of(name))

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
