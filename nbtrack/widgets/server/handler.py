"""The addresses of the Jupyter server under `nbtrack/`, guarded as the server's own API is."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler, JupyterHandler
from tornado.web import HTTPError, authenticated, stream_request_body

from nbtrack.widgets.server.desk import MAX_BYTES, Desk

__all__ = ["handlers"]


def handlers() -> list[tuple[str, type[JupyterHandler], dict[str, Any]]]:
    """Return what answers at each address below `nbtrack/`."""
    desk = {"desk": Desk()}
    return [
        ("api/ask", AskHandler, desk),
        ("api/change", ChangeHandler, desk),
        ("api/panel", PanelHandler, desk),
        ("api/running", RunningHandler, desk),
        (r"static/([\w.-]+)", StaticHandler, {}),
        ("", PageHandler, {}),
    ]


@stream_request_body
class AskHandler(APIHandler):
    """Answers a request of a panel that only reads."""

    # A panel looks by itself whether there is something new: that is nobody's activity.
    _track_activity = False

    def initialize(self, desk: Desk) -> None:
        """Take what all requests share."""
        self._desk = desk
        self._body = bytearray()

    async def prepare(self) -> None:  # type: ignore[override]
        """Let nobody in whom the server's own API would not, and nothing that is too large."""
        await super().prepare()
        if not self.current_user:
            # Here and not in `post`: the body is not read, either, of who may not ask.
            raise HTTPError(403)
        length = self.request.headers.get("Content-Length", "0")
        if length.isdecimal() and int(length) > MAX_BYTES:
            raise HTTPError(413, f"a request has {MAX_BYTES:,} bytes at most, not {int(length):,}")
        connection: Any = self.request.connection
        connection.set_max_body_size(MAX_BYTES)

    def data_received(self, chunk: bytes) -> None:
        """Keep a part of the body."""
        self._body += chunk

    # Whoever may run code in a kernel can read every store that the server can: nobody else may ask.
    @authenticated
    @authorized("execute", "kernels")  # type: ignore[untyped-decorator]
    async def post(self) -> None:
        """Answer a request."""
        await self._answer()

    async def _answer(self, *, writes: bool = False) -> None:
        status, reply = await self._desk.answer(bytes(self._body), writes=writes)
        self.set_status(status)
        self.set_header("Cache-Control", "no-store")
        await self.finish(reply)


class ChangeHandler(AskHandler):
    """Answers any request of a panel that needs no kernel, also one that changes something."""

    @authenticated
    @authorized("write", "contents")  # type: ignore[untyped-decorator]
    async def post(self) -> None:
        """Answer a request."""
        await self._answer(writes=True)


class PlaceHandler(APIHandler):
    """Answers about the store at or above a folder, or that of a notebook."""

    _track_activity = False

    def initialize(self, desk: Desk) -> None:
        """Take what all requests share."""
        self._desk = desk

    def _place(self, path: str) -> Path:
        """Return a folder or a notebook that is given relative to the server's root."""
        root = Path(os.path.expanduser(self.settings["server_root_dir"])).resolve()  # noqa: PTH111 - as the server does
        place = (root / path.strip("/")).resolve()
        if not place.is_relative_to(root):
            raise HTTPError(404, f"{path[:200]!r} is not below the server's root")
        return place

    def _set_headers(self, status: int) -> None:
        self.set_status(status)
        self.set_header("Cache-Control", "no-store")


class PanelHandler(PlaceHandler):
    """Says what a panel begins with, and whether the store may be changed."""

    @authenticated
    @authorized("execute", "kernels")  # type: ignore[untyped-decorator]
    async def get(self) -> None:
        """Answer with the traits of a panel, null where there is no store."""
        status, reply = await self._desk.panel(self._place(self.get_argument("path", "")))
        may_write = await ensure_async(
            self.authorizer.is_authorized(self, self.current_user, "write", "contents")
        )
        self._set_headers(status)
        self.set_header("X-Nbtrack-Writes", "yes" if may_write else "no")
        await self.finish(reply)


class RunningHandler(PlaceHandler):
    """Says how many runs are running, for JupyterLab's status bar."""

    @authenticated
    @authorized("execute", "kernels")  # type: ignore[untyped-decorator]
    async def get(self) -> None:
        """Answer with their number, and the name of the newest."""
        status, reply = await self._desk.running(self._place(self.get_argument("path", "")))
        self._set_headers(status)
        await self.finish(reply)


class StaticHandler(JupyterHandler):
    """Sends the front end's files, which a browser keeps by their build."""

    _track_activity = False

    @authenticated
    async def get(self, name: str) -> None:
        """Send a file."""
        from nbtrack.widgets.server.page import static_file

        found = static_file(name, self.get_argument("v", ""))
        if found is None:
            raise HTTPError(404)
        text, headers = found
        for header, value in headers.items():
            self.set_header(header, value)
        await self.finish(text)


class PageHandler(JupyterHandler):
    """Sends the page that shows a store without a kernel. It only reads."""

    @authenticated
    async def get(self) -> None:
        """Send the page."""
        from nbtrack.widgets.server.page import CONTENT_POLICY, page_html

        self.xsrf_token  # noqa: B018 - sets the cookie that the page's requests show
        self.set_header("Content-Security-Policy", CONTENT_POLICY)
        self.set_header("Cache-Control", "no-store")
        await self.finish(page_html({"path": self.get_argument("path", ""), "writes": False, "files": False}))
