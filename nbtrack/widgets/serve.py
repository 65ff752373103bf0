"""The panel that controls one model server: its state, a form that asks it, its figures and its log."""

from __future__ import annotations

import re
import threading
import time
from html import escape
from typing import TYPE_CHECKING, Any

import traitlets

from nbtrack.errors import NbtrackError
from nbtrack.widgets.address import page_address
from nbtrack.widgets.asked import AskedWidget
from nbtrack.widgets.bundle import bundled
from nbtrack.widgets.form import input_fields, param_fields, plain
from nbtrack.widgets.messages import read_request
from nbtrack.widgets.replies import done
from nbtrack.widgets.rows import model_input, typed_params
from nbtrack.widgets.shown import widget_view

if TYPE_CHECKING:
    from nbtrack.serving import Server
    from nbtrack.widgets.messages import Counts, Field, Request

__all__ = ["ServePanel"]

_QUICK, _SLOW = 0.5, 2.0
"""Seconds between two looks at the server: while something changes, and after a while without."""

_LONGEST = 20_000
"""A longer command, for a model of large arrays, is nothing to paste."""

_ALIVE = ("starting", "ready")
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class ServePanel(AskedWidget):
    """A model server's panel.

    It follows the server from a thread of its own, also while a cell runs, until the server ends or the panel is
    closed. What the page asks for is done in threads too: a slow model never holds up the kernel.

    Parameters
    ----------
    server
        The server to show and to control.
    """

    _threads = "nbtrack-serve"

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)

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
        self._closed = threading.Event()
        self._watcher: threading.Thread | None = None
        flavours = [name for name in server.metadata.flavors if name != "python_function"]
        super().__init__(
            title=server.name,
            subtitle=" · ".join([server.uri, *flavours]),
            fields=input_fields(self._signature, server.input_example),
            params=param_fields(self._signature),
            **self._seen(),
        )
        self.refresh()

    @traitlets.default("_esm")
    def _front_end(self) -> str:
        return bundled("serve.js")

    @traitlets.default("_css")
    def _style(self) -> str:
        return bundled("serve.css")

    def refresh(self) -> None:
        """Show the server as it is now, and follow it from here on."""
        self._look()
        with self._speaking:
            if self.state in _ALIVE and self._watcher is None and not self._closed.is_set():
                self._watcher = threading.Thread(target=self._watch, name="nbtrack-serve-panel", daemon=True)
                self._watcher.start()

    def close(self) -> None:
        """Take the panel out of the page; the server goes on."""
        self._closed.set()
        super().close()

    def _watch(self) -> None:
        pause = _QUICK
        while not self._closed.wait(pause):
            pause = _QUICK if self._look() else min(pause * 1.3, _SLOW)
            # With the lock: who starts the server again finds either this thread at work or none.
            with self._speaking:
                if self.state not in _ALIVE:
                    self._watcher = None
                    return

    def _look(self) -> bool:
        """Bring the panel up to date; return whether anything had changed."""
        seen = self._seen()
        with self._speaking:
            changed = {name: value for name, value in seen.items() if getattr(self, name) != value}
            with self.hold_sync():
                for name, value in changed.items():
                    setattr(self, name, value)
        return bool(changed)

    def _seen(self) -> dict[str, Any]:
        server = self._server
        state = server.status
        # The port is not known at first, and may be another after a new start.
        url = server.url
        curl = server.curl if url else ""
        return {
            "state": state,
            "address": page_address(url),
            "curl": curl if len(curl) <= _LONGEST else "",
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

    def _read(self, content: Any) -> Request:
        return read_request(content)

    def _answer(self, request: Request) -> None:
        try:
            result = self._result(request)
        except Exception as error:  # noqa: BLE001 - whatever it was, the page is told
            self._say(self._failed(request["id"], error))
        else:
            self._say(done(request["id"], result))
        self.refresh()

    def _result(self, request: Request) -> dict[str, Any]:
        if request["kind"] == "predict":
            data = model_input(self._signature, request["row"])
            params = typed_params(self.params, request["params"])
            began = time.perf_counter()
            predictions = self._server.predict(data, params)
            took = time.perf_counter() - began
            return {"predictions": plain(predictions), "ms": round(took * 1e3, 1)}
        if request["kind"] == "stop":
            self._server.stop()
        else:
            self._server.start()
        self.refresh()
        return {}

    def __repr__(self) -> str:
        return f"ServePanel({self.title!r}, {self.state}, {self.address})"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        self.refresh()
        shown = super()._repr_mimebundle_(**kwargs)
        if shown is None:
            return None
        data, metadata = shown
        data = {**data, **widget_view(self.model_id)}
        if self.state == "offered":
            # A button that nobody can press is nothing to read.
            return {**data, "text/plain": "", "text/html": ""}, metadata
        return {**data, "text/plain": repr(self), "text/html": self._html()}, metadata

    def _html(self) -> str:
        """Return what can be read where no widget and no kernel is."""
        place, state = escape(self.address), escape(self.state)
        error = f"<pre>{escape(self.error)}</pre>" if self.error else ""
        return f"<div><b>{escape(self.title)}</b> {escape(self.subtitle)}<br>{state}: <code>{place}</code>{error}</div>"
