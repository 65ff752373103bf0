"""HTML that follows a store."""

from __future__ import annotations

from collections import deque
from html import escape
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from nbtrack.errors import NbtrackError
from nbtrack.store.location import is_store
from nbtrack.widgets.view import widget_view
from nbtrack.widgets.watching import Watcher, clock_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbtrack.store import Store

__all__ = ["Live", "beside"]

POLL_INTERVAL = 1.0
"""Seconds between two looks at the store; what takes long to make is made more seldom, see `Watcher`."""
MAX_LIVE = 64
"""How many follow their stores, the newest: a cell that is run again leaves the one that it showed before."""

_SCRIPT = """
export default {
  render({ model, el }) {
    const draw = () => { el.innerHTML = model.get("value"); };
    model.on("change:value", draw);
    draw();
    return () => model.off("change:value", draw);
  },
};
"""

_following: deque[Live] = deque()


class Live(anywidget.AnyWidget):
    """HTML that is made anew when the store has changed, as long as the widget is not closed.

    A page that opens shows it as it is then, however long ago the cell ran.

    Parameters
    ----------
    store
        The store.
    make
        Makes the HTML; it must escape what comes from the store. It is called from a thread.
    """

    _esm = _SCRIPT
    value = traitlets.Unicode().tag(sync=True)

    def __init__(self, store: Store, make: Callable[[], str]) -> None:
        self._store = store
        self._make = make
        self._clock = clock_of(store)
        self._watcher = Watcher("nbtrack-live", self._look, lambda: True, POLL_INTERVAL)
        super().__init__(value=self._made())
        self._watcher.start()
        _following.append(self)
        if len(_following) > MAX_LIVE:
            _following.popleft().end()

    def _made(self) -> str:
        try:
            return self._make()
        except NbtrackError as error:
            # An experiment that is not there yet, say: the page tells, and looks again.
            return f"<p>{escape(str(error))}</p>"

    def _look(self) -> None:
        if not is_store(self._store.path):
            # To read a store that was taken away would make a new one in its place.
            return
        clock = clock_of(self._store)
        if clock != self._clock:
            self.value = self._made()
            self._clock = clock

    def end(self) -> None:
        """Follow the store no longer; what is shown stays."""
        self._watcher.end()

    def close(self) -> None:
        """Take the widget out of the page."""
        self.end()
        super().close()

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        shown = super()._repr_mimebundle_(**kwargs)
        if shown is None:
            return None
        data, metadata = shown
        return {**data, **widget_view(self.model_id), "text/html": self.value}, metadata


def beside(*parts: Live) -> Any:
    """Return parts of a page side by side, as far as the page is wide enough.

    Examples
    --------
    >>> dashboard.beside(dashboard.leaderboard(), dashboard.newest())  # doctest: +SKIP
    """
    import ipywidgets

    # Beside each other they are as wide as they need to be; alone in a row no wider than the page.
    for part in parts:
        part.layout.max_width = "100%"
        part.layout.margin = "0 40px 16px 0"
    return ipywidgets.Box(parts, layout=ipywidgets.Layout(flex_flow="row wrap", align_items="flex-start"))
