"""A Jupyter server extension that reads stores for panels whose kernel is busy with a cell.

The server loads it when it starts, and nothing of nbtrack but this before the first request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

__all__: list[str] = []


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "nbtrack.widgets.server"}]


def _load_jupyter_server_extension(server: ServerApp) -> None:
    from jupyter_server.utils import url_path_join

    from nbtrack.widgets.server.handler import AskHandler, Desk

    place = url_path_join(server.web_app.settings["base_url"], "nbtrack", "api", "ask")
    server.web_app.add_handlers(".*$", [(place, AskHandler, {"desk": Desk()})])  # type: ignore[no-untyped-call]
