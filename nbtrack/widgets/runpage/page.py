"""The widget that shows one run, and follows it while it goes on."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import traitlets

from nbtrack.errors import NbtrackError, NotFoundError
from nbtrack.widgets.asked import AskedWidget
from nbtrack.widgets.bundle import bundled
from nbtrack.widgets.replies import done
from nbtrack.widgets.runpage.desk import ASKING, RunDesk
from nbtrack.widgets.runpage.document import run_page
from nbtrack.widgets.runpage.messages import failed, read_request
from nbtrack.widgets.runpage.sparkline import MetricRows
from nbtrack.widgets.shown import widget_view

if TYPE_CHECKING:
    from nbtrack.entities import Run
    from nbtrack.widgets.runpage.messages import Request

__all__ = ["RunPage"]

_PAUSE = 1.0
"""Seconds between two looks at a run that goes on."""
_SHARE = 10
"""Looking takes at most the so-manieth part of a processor's time, however many points there are."""
_AFTER = 5.0
"""For so many seconds after a run's end, what is written late is still shown."""
_NOTHING = "export default { render() {} };"


class RunPage(AskedWidget):
    """A run's page.

    While the run goes on, and a little longer, it is followed from a thread, also while a cell runs. What the page
    asks for is done in threads too.

    Parameters
    ----------
    run
        The run to show.
    inside
        Whether another widget's front end shows it (`show` of `labextension/src/runpage/view.ts`): then none of its
        own is sent.
    """

    _threads = "nbtrack-run-page"
    _failed = staticmethod(failed)

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)

    page = traitlets.Dict().tag(sync=True)
    metrics: traitlets.List[Any] = traitlets.List().tag(sync=True)
    metrics_left = traitlets.Int().tag(sync=True)
    servers = traitlets.Dict().tag(sync=True)
    removed = traitlets.Bool().tag(sync=True)
    read_only = traitlets.Bool().tag(sync=True)

    def __init__(self, run: Run, *, inside: bool = False) -> None:
        self._desk = RunDesk(run)
        self._rows = MetricRows(run)
        self._inside = inside
        # One thread at a time reads the store; another may speak to the page, so that a long look holds up no answer.
        self._looking = threading.Lock()
        self._closed = threading.Event()
        self._watcher: threading.Thread | None = None
        self._until = 0.0
        super().__init__()
        self.refresh()

    @traitlets.default("_esm")
    def _front_end(self) -> str:
        return _NOTHING if self._inside else bundled("runpage.js")

    @traitlets.default("_css")
    def _style(self) -> str:
        return "" if self._inside else bundled("runpage.css")

    @property
    def run(self) -> Run:
        """The run that is shown; another one can be set, and is shown if it can be read."""
        return self._desk.run

    @run.setter
    def run(self, run: Run) -> None:
        self._look(run)
        self._follow()

    def refresh(self) -> None:
        """Show the run as it is now, and follow it from here on while it goes on."""
        self._look()
        self._follow()

    def _follow(self) -> None:
        with self._speaking:
            if self._watcher is None and self._going_on() and not self._closed.is_set():
                self._watcher = threading.Thread(target=self._watch, name="nbtrack-run-page", daemon=True)
                self._watcher.start()

    def close(self) -> None:
        """Take the page out of the notebook; the run and its servers go on."""
        self._closed.set()
        super().close()

    def _watch(self) -> None:
        pause = _PAUSE
        while not self._closed.wait(pause):
            began = time.perf_counter()
            try:
                self._look()
            except (NbtrackError, OSError):
                # A store on a disk that is away for a moment: the next look may find it.
                pause = 5 * _PAUSE
                continue
            pause = max(_PAUSE, _SHARE * (time.perf_counter() - began))
            # With the lock: who starts another thread finds either this one at work or none.
            with self._speaking:
                if not self._going_on():
                    self._watcher = None
                    return

    def _going_on(self) -> bool:
        if self.page.get("status") == "RUNNING" and not self.removed:
            self._until = time.monotonic() + _AFTER
        return self._desk.serving or time.monotonic() < self._until

    def _look(self, other: Run | None = None) -> None:
        """Bring the page up to date, or have it show another run: no earlier than that could be read."""
        with self._looking:
            run = self._desk.run if other is None else other
            seen = self._seen(run)
            with self._speaking, self.hold_sync():
                self._desk.run = run
                for name, value in seen.items():
                    if getattr(self, name) != value:
                        setattr(self, name, value)

    def _seen(self, run: Run) -> dict[str, Any]:
        if self._rows.run is not run:
            self._rows = MetricRows(run)
        servers = self._desk.servers(run)
        try:
            rows, left = self._rows.rows()
            page = run_page(run)
        except NotFoundError:
            if run.id != self._desk.run.id:
                raise
            return {"removed": True, "servers": servers}
        shown = {"page": page, "metrics": rows, "metrics_left": left, "removed": False, "servers": servers}
        return {**shown, "read_only": run.store.read_only}

    def _read(self, content: Any) -> Request:
        return read_request(content)

    def _answer(self, request: Request) -> None:
        try:
            result: dict[str, Any] = {}
            if request["kind"] == "open":
                self.run = self._desk.opened(request)
            else:
                result = self._desk.answer(request)
                if request["kind"] not in ASKING:
                    # What was changed is there before the answer is: the page never shows the old again.
                    self.refresh()
        except Exception as error:  # noqa: BLE001 - whatever it was, the page is told
            self._say(self._failed(request["id"], error))
        else:
            self._say(done(request["id"], result))

    def __repr__(self) -> str:
        return f"RunPage({self._desk.run!r})"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        self.refresh()
        shown = super()._repr_mimebundle_(**kwargs)
        if shown is None:
            return None
        data, metadata = shown
        # What can be read where no widget and no kernel is.
        read = {"text/plain": repr(self), "text/html": self._desk.run._repr_html_()}
        return {**data, **widget_view(self.model_id), **read}, metadata
