"""What changes runs, or what the notebook has: a panel's page asks its kernel for it, or a server that lets it write."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

from nbtrack.doors import namespace
from nbtrack.widgets.panel.arrangements import Arrangements
from nbtrack.widgets.panel.editing import rename, tag
from nbtrack.widgets.panel.export import shown_frame
from nbtrack.widgets.panel.memory import Memory
from nbtrack.widgets.panel.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbtrack.store import Store
    from nbtrack.widgets import wire
    from nbtrack.widgets.runpage.download import Downloads

__all__ = ["PanelAnswers"]

FRAME = "runs_df"
"""What the DataFrame is called that the panel puts into the notebook."""


class PanelAnswers(Reading):
    """Answers all that a panel's page asks: a kind of request by the method of its name.

    Parameters
    ----------
    store
        The store.
    only
        Ids of the runs that the panel is about; None for all.
    """

    def __init__(self, store: Store, only: Sequence[str] | None, downloads: Downloads | None = None) -> None:
        super().__init__(store, only, store.read_only, downloads)
        self._memory = Memory(store)
        self._frame: weakref.ref[Any] | None = None

    def delete(self, request: wire.Delete) -> dict[str, Any]:
        """Delete runs."""
        self.store.delete_runs(request["ids"])
        return {"count": len(request["ids"])}

    def restore(self, request: wire.Delete) -> dict[str, Any]:
        """Restore deleted runs."""
        self.store.restore_runs(request["ids"])
        return {"count": len(request["ids"])}

    def tag(self, request: wire.Tag) -> dict[str, Any]:
        """Set a tag of runs, or take it away."""
        return tag(self.store, request["ids"], request["name"], request["value"])

    def rename(self, request: wire.Rename) -> dict[str, Any]:
        """Rename a run."""
        return rename(self.store, request["ids"], request["name"])

    def frame(self, request: wire.Frame) -> dict[str, Any]:
        """Put the runs into the notebook as a DataFrame; return what it is called there."""
        records = self.records(request)
        frame = shown_frame(self.store, records, request["columns"])
        earlier = None if self._frame is None else self._frame()
        name = namespace().put(frame, FRAME, earlier)
        self._frame = weakref.ref(frame)
        return {"name": name, "count": len(records)}

    def remember(self, request: wire.Remember) -> dict[str, Any]:
        """Note that a filter was used."""
        return self._memory.remember(request["filter"])

    def save(self, request: wire.Save) -> dict[str, Any]:
        """Save a filter under a name."""
        return self._memory.save(request["name"], request["filter"])

    def arrange(self, request: wire.Arrange) -> dict[str, Any]:
        """Save an arrangement of charts under a name."""
        return Arrangements(self.store).save(request["name"], request["charts"])

    def forget(self, request: wire.Forget) -> dict[str, Any]:
        """Take a saved filter away."""
        return self._memory.forget(request["name"])
