"""A Jupyter server extension that answers panels: while their kernel is busy, in the side bar, and on a page.

The same page without a Jupyter server is in `own.py` and `site.py`.

The server loads it when it starts, and nothing of nbtrack but this before the first request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

__all__: list[str] = []


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "nbtrack.widgets.server"}]


def _load_jupyter_server_extension(server: ServerApp) -> None:
    from jupyter_server.utils import url_path_join
    from tornado.web import RedirectHandler

    from nbtrack.widgets.server.handler import handlers

    base = url_path_join(server.web_app.settings["base_url"], "nbtrack") + "/"
    found: list[tuple[str, Any, dict[str, Any]]] = [
        (base + place, handler, more) for place, handler, more in handlers()
    ]
    found.append((base.rstrip("/"), RedirectHandler, {"url": base}))
    server.web_app.add_handlers(".*$", found)  # type: ignore[no-untyped-call]
