"""What the panel, a run's page and the serve panel have in common: a page that asks, and a kernel that answers."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, ClassVar

import anywidget
import traitlets

from nbtrack.errors import NbtrackError
from nbtrack.widgets.answering import Answering
from nbtrack.widgets.bundle import build, bundled, front_file
from nbtrack.widgets.headless import is_headless
from nbtrack.widgets.kinds import request_id
from nbtrack.widgets.replies import accepted, done, failed
from nbtrack.widgets.view import widget_view
from nbtrack.widgets.wire import FRONT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbtrack.widgets.kinds import Kinds

__all__ = ["NbtrackWidget"]


class NbtrackWidget(anywidget.AnyWidget):
    """A widget whose page sends requests.

    A subclass says which kinds of request it takes (`_kinds`), which of the front end's bundles draws it (`_bundle`),
    what a request comes to (`_result`) and what it is where no widget can be shown (`__repr__`, `_static_html`).
    """

    _kinds: ClassVar[Kinds]
    _bundle: ClassVar[str]

    _esm = traitlets.Unicode().tag(sync=True)
    """It loads the rest: a notebook that is saved with its widgets keeps no script but this."""
    _build = traitlets.Unicode().tag(sync=True)
    """Of the front end: a page that has the scripts of this build does not ask for them again."""
    _script = traitlets.Unicode().tag(sync=True)
    """The name of the bundle."""
    _still = traitlets.Unicode().tag(sync=True)
    """HTML that stands until the bundle is there, and where nobody has it."""

    def __init__(self, **state: Any) -> None:
        # One thread at a time speaks to the page.
        self._speaking = threading.RLock()
        self._closed = threading.Event()
        self._answering = Answering(f"nbtrack-{self._bundle}", self._answer)
        super().__init__(**state)
        self.on_msg(self._receive)

    @traitlets.default("_esm")
    def _loader(self) -> str:
        return bundled("loader.js")

    @traitlets.default("_build")
    def _own_build(self) -> str:
        return build()

    @traitlets.default("_script")
    def _own_script(self) -> str:
        return self._bundle

    @traitlets.default("_still")
    def _still_html(self) -> str:
        """Return the static HTML, or less of it where it is long: it is kept beside that."""
        return self._static_html()

    def close(self) -> None:
        """Take the widget out of the page; what it shows goes on."""
        self._closed.set()
        super().close()

    def _result(self, request: Any) -> Mapping[str, Any]:
        """Do what a request asks for; called in a thread that is not the kernel's."""
        raise NotImplementedError

    def _static_html(self) -> str:
        """Return what can be read where no widget and no kernel is."""
        raise NotImplementedError

    def _kept(self) -> dict[str, Any]:
        """Return what a server needs to show the same where the kernel has gone."""
        return {}

    def _receive(self, _widget: Any, content: Any, _buffers: Any) -> None:
        try:
            if isinstance(content, dict) and content.get("kind") == "bundle":
                request = FRONT.read(content)
                self._say(done(request["id"], front_file(request["name"], request["build"])))
                return
            request = self._kinds_of(content).read(content)
        except NbtrackError as error:
            self._say(failed(request_id(content), error))
            return
        self._take(request)

    def _kinds_of(self, _content: Any) -> Kinds:
        """Return the kinds among which a request is."""
        return self._kinds

    def _take(self, request: Any) -> None:
        """Have a request answered."""
        self._say(accepted(request["id"]))
        self._answering.take(self._kinds_of(request)[request["kind"]], request)

    def _answer(self, request: Any) -> None:
        try:
            result = self._result(request)
        except Exception as error:  # noqa: BLE001 - whatever it was, the page hears of it
            self._say(failed(request["id"], error))
        else:
            self._say(done(request["id"], result))

    def _say(self, message: Any) -> None:
        with self._speaking:
            if not self._closed.is_set():
                self.send(message)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        static = {"text/plain": repr(self), "text/html": self._static_html()}
        shown = super()._repr_mimebundle_(**kwargs)
        if shown is None:
            return None
        data, metadata = shown
        if is_headless():
            # An export would take a widget before its HTML, and may have no way to draw it.
            data = {}
        return {**data, **widget_view(self.model_id, self._kept()), **static}, metadata
