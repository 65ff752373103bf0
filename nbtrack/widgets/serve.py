"""The panel that controls one model server: its state, a form that asks it, its figures and its log."""

from __future__ import annotations

import re
import time
from html import escape
from typing import TYPE_CHECKING, Any, TypedDict

import traitlets

from nbtrack.errors import NbtrackError, StoreError
from nbtrack.store import process_is_read_only
from nbtrack.widgets.address import page_address
from nbtrack.widgets.base import NbtrackWidget
from nbtrack.widgets.predict_form import input_fields, param_fields, plain
from nbtrack.widgets.rows import model_input, typed_params
from nbtrack.widgets.watching import Watcher
from nbtrack.widgets.wire import SERVE

if TYPE_CHECKING:
    from nbtrack.serving import Server
    from nbtrack.widgets.predict_form import Field
    from nbtrack.widgets.wire import Predict

__all__ = ["ServePanel"]

POLL_INTERVAL = 0.5
"""Seconds between two looks at the server."""

MAX_CURL = 20_000
"""Characters of a command that can be pasted; that of a model of large arrays is longer."""

_ALIVE = ("starting", "ready")
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Counts(TypedDict):
    """What the server has answered; times in milliseconds."""

    requests: int
    errors: int
    p50: float | None
    p99: float | None


class ServePanel(NbtrackWidget):
    """A model server's panel.

    It follows the server from a thread, also while a cell runs, until the server ends or the panel is closed.

    Parameters
    ----------
    server
        The server to show and to control.
    """

    _kinds = SERVE
    _bundle = "serve"

    state = traitlets.Unicode("offered").tag(sync=True)
    address = traitlets.Unicode().tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)
    subtitle = traitlets.Unicode().tag(sync=True)
    fields: traitlets.List[Field] = traitlets.List().tag(sync=True)
    params: traitlets.List[Field] = traitlets.List().tag(sync=True)
    curl = traitlets.Unicode().tag(sync=True)
    counts = traitlets.Dict(allow_none=True, default_value=None).tag(sync=True)
    tail = traitlets.Unicode().tag(sync=True)
    error = traitlets.Unicode().tag(sync=True)

    def __init__(self, server: Server) -> None:
        self._server = server
        self._signature = server.metadata.signature
        self._watcher = Watcher(
            "nbtrack-serve-watch", self._look, lambda: self.state in _ALIVE, POLL_INTERVAL
        )
        flavours = [name for name in server.metadata.flavors if name != "python_function"]
        super().__init__(
            title=server.name,
            subtitle=" · ".join([server.uri, *flavours]),
            fields=input_fields(self._signature, server.input_example),
            params=param_fields(self._signature),
            **self._seen(),
        )
        self.refresh()

    def refresh(self) -> None:
        """Show the server as it is now, and follow it from here on."""
        self._look()
        self._watcher.start()

    def close(self) -> None:
        """Take the panel out of the page; the server goes on."""
        self._watcher.end()
        super().close()

    def _look(self) -> None:
        seen = self._seen()
        with self._speaking, self.hold_sync():
            for name, value in seen.items():
                if getattr(self, name) != value:
                    setattr(self, name, value)

    def _seen(self) -> dict[str, Any]:
        server = self._server
        state = server.status
        # The port is not known at first, and may be another after a new start.
        url = server.url
        curl = server.curl if url else ""
        return {
            "state": state,
            "address": page_address(url),
            "curl": curl if len(curl) <= MAX_CURL else "",
            "error": server.error or "",
            "tail": _COLOURS.sub("", server.tail()),
            "counts": self._counted() if state == "ready" else self.counts,
        }

    def _counted(self) -> Counts | None:
        try:
            stats = self._server.stats()
        except (NbtrackError, OSError):
            # It ended just now: the next look tells.
            return None
        if stats is None:
            return None
        return {
            "requests": stats.requests,
            "errors": stats.errors,
            "p50": plain(stats.p50),
            "p99": plain(stats.p99),
        }

    def _result(self, request: Any) -> dict[str, Any]:
        try:
            if request["kind"] == "predict":
                return self._predicted(request)
            if process_is_read_only():
                raise StoreError("NBTRACK_READ_ONLY is set: this page starts and stops no server")
            (self._server.stop if request["kind"] == "stop" else self._server.start)()
            return {}
        finally:
            # What was done is shown before the page has its answer.
            self.refresh()

    def _predicted(self, request: Predict) -> dict[str, Any]:
        data = model_input(self._signature, request["row"])
        params = typed_params(self.params, request["params"])
        began = time.perf_counter()
        predictions = self._server.predict(data, params)
        took = time.perf_counter() - began
        return {"predictions": plain(predictions), "ms": round(took * 1e3, 1)}

    def __repr__(self) -> str:
        return f"ServePanel({self.title!r}, {self.state}, {self.address})"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        self.refresh()
        shown = super()._repr_mimebundle_(**kwargs)
        if shown is not None and self.state == "offered":
            # A button that nobody can press is nothing to read.
            shown[0].update({"text/plain": "", "text/html": ""})
        return shown

    def _static_html(self) -> str:
        place, state = escape(self.address), escape(self.state)
        error = f"<pre>{escape(self.error)}</pre>" if self.error else ""
        return f"<div><b>{escape(self.title)}</b> {escape(self.subtitle)}<br>{state}: <code>{place}</code>{error}</div>"
