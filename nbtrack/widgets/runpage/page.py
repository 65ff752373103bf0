"""The widget that shows one run, and follows it while it goes on."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import traitlets

from nbtrack.errors import InvalidValueError, NotFoundError
from nbtrack.widgets.base import NbtrackWidget
from nbtrack.widgets.runpage.answers import RunAnswers
from nbtrack.widgets.runpage.sparkline import MetricRows
from nbtrack.widgets.runpage.traits import run_traits
from nbtrack.widgets.watching import Watcher
from nbtrack.widgets.wire import RUN_PAGE

if TYPE_CHECKING:
    from nbtrack.entities import Run

__all__ = ["RunPage"]

POLL_INTERVAL = 1.0
"""Seconds between two looks at a run that goes on."""
LATE_WRITES = 5.0
"""Seconds after a run's end in which what is written late is still shown."""


class RunPage(NbtrackWidget):
    """A run's page.

    While the run goes on, and a little longer, it is followed from a thread, also while a cell runs.

    Parameters
    ----------
    run
        The run to show.
    """

    _kinds = RUN_PAGE
    _bundle = "runpage"

    page = traitlets.Dict().tag(sync=True)
    metrics: traitlets.List[Any] = traitlets.List().tag(sync=True)
    metrics_left = traitlets.Int().tag(sync=True)
    servers = traitlets.Dict().tag(sync=True)
    removed = traitlets.Bool().tag(sync=True)
    read_only = traitlets.Bool().tag(sync=True)

    def __init__(self, run: Run) -> None:
        self._run = run
        self._answers = RunAnswers(run.store, self._show)
        self._rows = MetricRows(run)
        # One thread at a time reads the store; another may speak to the page, so that a long look holds up no answer.
        self._looking = threading.Lock()
        self._until = 0.0
        self._watcher = Watcher("nbtrack-runpage-watch", self._look, self._going_on, POLL_INTERVAL)
        super().__init__()
        self.refresh()

    @property
    def run(self) -> Run:
        """The run that is shown; another one can be set, and is shown if it can be read."""
        return self._run

    @run.setter
    def run(self, run: Run) -> None:
        self._show(run)

    def _show(self, run: Run) -> None:
        self._look(run)
        self._watcher.start()

    def refresh(self) -> None:
        """Show the run as it is now, and follow it from here on while it goes on."""
        self._look()
        self._watcher.start()

    def close(self) -> None:
        """Take the page out of the notebook; the run and its servers go on."""
        self._watcher.end()
        super().close()

    def _going_on(self) -> bool:
        if self.page.get("status") == "RUNNING" and not self.removed:
            self._until = time.monotonic() + LATE_WRITES
        return self._answers.serving or time.monotonic() < self._until

    def _look(self, other: Run | None = None) -> None:
        """Bring the page up to date, or have it show another run: no earlier than that could be read."""
        with self._looking:
            run = self._run if other is None else other
            seen = self._seen(run)
            with self._speaking, self.hold_sync():
                self._run = run
                for name, value in seen.items():
                    if getattr(self, name) != value:
                        setattr(self, name, value)

    def _seen(self, run: Run) -> dict[str, Any]:
        if self._rows.run is not run:
            self._rows = MetricRows(run)
        servers = self._answers.servers(run)
        try:
            return run_traits(run, servers, self._rows)
        except NotFoundError:
            if run.id != self._run.id:
                raise
            return {"removed": True, "servers": servers}

    def _result(self, request: Any) -> dict[str, Any]:
        if request["of"] != self._run.id:
            raise InvalidValueError("the page shows another run by now; look again")
        result = self._answers.result(request)
        if not RUN_PAGE[request["kind"]].reads:
            # What was changed is there before the answer is: the page never shows the old again.
            self.refresh()
        return result

    def __repr__(self) -> str:
        return f"RunPage({self._run!r})"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        self.refresh()
        return super()._repr_mimebundle_(**kwargs)

    def _static_html(self) -> str:
        return str(self.run._repr_html_())
