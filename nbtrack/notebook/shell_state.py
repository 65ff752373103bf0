"""What is known of one IPython shell from cell to cell, and what a tracked cell needs of it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbtrack import tracking
from nbtrack.capture import EarlierChoices
from nbtrack.capture.environment import EnvironmentProbe
from nbtrack.capture.frameworks.known import places
from nbtrack.capture.secrets import SEEN
from nbtrack.capture.slice.history import Cell, History
from nbtrack.capture.source.syntax import parse
from nbtrack.limits import DIFF_LIMIT, limit_in_environment
from nbtrack.notebook.identity import notebook_path
from nbtrack.notebook.lineage import Lineages
from nbtrack.notebook.mark import relative_store
from nbtrack.notebook.run_code import RunCode

if TYPE_CHECKING:
    from nbtrack.capture.why import Why
    from nbtrack.store import RunWriter, Store

__all__ = ["ShellState"]


class ShellState:
    """The state of tracking in one IPython shell.

    Parameters
    ----------
    shell
        The IPython shell.
    """

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.history = History()
        self.environment = EnvironmentProbe()
        self.environment.refresh(_find_frameworks)
        self.results: set[str] = set()
        """Names that earlier cells kept as metrics."""
        self.earlier = EarlierChoices()
        """What earlier cells have chosen."""
        self.model_limit = limit_in_environment()
        """Bytes of the largest model that is saved."""
        self.diff_limit = limit_in_environment("NBTRACK_GIT_DIFF", DIFF_LIMIT, "changes")
        """Bytes of the uncommitted changes that are kept with a run."""
        self.notebook = notebook_path(shell)
        self.lineages = Lineages(self.notebook)
        self.why: Why | None = None
        """The explanations for the last tracked cell."""
        self._code = RunCode(self.history)
        self._place_shown = False
        self._folder: Path | None = None
        with suppress(OSError):  # the working folder has been removed
            self._folder = Path.cwd()
            tracking.look_from(self._folder)

    def transformed(self, info: Any) -> str:
        """Return a cell as Python; IPython's own transformed cell is used if it is available."""
        known = getattr(info, "transformed_cell", None)
        return self.shell.transform_cell(info.raw_cell) if known is None else str(known)

    def remember(
        self, raw: str, transformed: str, number: int, *, ok: bool, cell_id: str | None, tracked: bool = False
    ) -> None:
        """Note a cell that has run, for those that will depend on it."""
        try:
            tree = parse(transformed)
        except (SyntaxError, ValueError):
            return
        self.earlier.remember(tree, self.shell.user_ns)
        self.history.add(raw, transformed, number, ok, cell_id=cell_id, tracked=tracked)
        self._code.flag_changed(Cell(raw, transformed, number, ok, cell_id))

    def keep_source(self, writer: RunWriter, info: Any) -> None:
        """Store the code of a run: the cell, and the earlier cells that it depends on."""
        self.collect_secrets()
        self._code.keep(writer, info.raw_cell, self.transformed(info), info.cell_id)

    def collect_secrets(self) -> None:
        """Take in the secrets that the environment and the notebook's names hold now."""
        SEEN.scan_environment()
        SEEN.scan_names(self.shell.user_ns)

    def place_message(self, store: Store) -> str:
        """Return once where runs are kept, if that is not beside the notebook."""
        if self._place_shown:
            return ""
        self._place_shown = True
        is_beside_notebook = self._folder is not None and store.path.parent == self._folder.resolve()
        return "" if is_beside_notebook else f"runs are kept in {store.path}"

    def store_beside(self, store: Store) -> str | None:
        """Return a store's folder as seen from the notebook's; None if that cannot be said."""
        return relative_store(store.path, self._folder)

    def show(self, data: dict[str, str], metadata: dict[str, Any] | None = None) -> None:
        """Show a line below the cell: in a notebook as HTML, in a terminal as text."""
        if hasattr(self.shell, "kernel"):
            self.shell.display_pub.publish(data, metadata)
        else:
            print(data["text/plain"])


def _find_frameworks(_environment: dict[str, Any]) -> None:
    """Search for the frameworks of other packages, which takes long enough that no cell should wait for it."""
    places()
