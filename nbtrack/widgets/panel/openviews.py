"""The open views of a panel, and what each shows: they hear when that changes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from nbtrack.widgets.watching import follow

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbtrack.store import Store

__all__ = ["OpenViews"]

MAX_VIEWS = 8
"""Views of one panel that hear of changes. Where there are more, the oldest hear again once they ask for something."""

VIEW_TIMEOUT = 3_600.0
"""Seconds after its last request for which a view counts as open: a page that is closed does not say so."""


class OpenViews:
    """Follows a store for the open views of one panel.

    Parameters
    ----------
    store
        The panel's.
    push
        Is handed, when the store has changed, its clock and what each view asked for last.
    """

    def __init__(self, store: Store, push: Callable[[int, dict[str, Any]], None]) -> None:
        self._store = store
        self._push = push
        self._views: dict[str, tuple[Any, float]] = {}
        self._closed = False

    def ask(self, request: Any) -> None:
        """Note that a view asks for something: somebody looks at it."""
        view = _view_of(request)
        if (seen := self._views.get(view)) is not None:
            self._views[view] = (seen[0], time.monotonic())

    def show(self, request: Any, clock: int) -> None:
        """Note the rows that a view looks at, as they are at this clock of the store."""
        view = _view_of(request)
        self._views.pop(view, None)
        self._views[view] = (request, time.monotonic())
        while len(self._views) > MAX_VIEWS:
            self._views.pop(next(iter(self._views)), None)
        follow(self._store, self, clock)

    def close(self, request: Any) -> None:
        """Note that a view is closed."""
        self._views.pop(_view_of(request), None)

    def close_all(self) -> None:
        """Note that the panel is closed: what is still being answered opens no view again."""
        self._closed = True
        self._views.clear()

    @property
    def followed(self) -> bool:
        """Whether a view is open, as far as is known."""
        limit = time.monotonic() - VIEW_TIMEOUT
        return not self._closed and any(seen > limit for _, seen in list(self._views.values()))

    def changed(self, clock: int) -> None:
        """Hear that the store has changed."""
        self._push(clock, {view: request for view, (request, _) in list(self._views.items())})


def _view_of(request: Any) -> str:
    """Return which view of the panel sent a request: its id is the view's, and a number."""
    return str(request["id"].rpartition("-")[0])
