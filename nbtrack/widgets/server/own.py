"""Starts the server of `nbtrack ui`: the page without kernels, and no Jupyter server behind it."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from nbtrack.serving.access_rules import is_loopback
from nbtrack.serving.listening import address, bind, loop_factory, uvicorn_server
from nbtrack.widgets.server.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["Page", "needs_token", "serve"]

MAX_WAITING = 512
"""Requests that are worked on, or wait, at once, of all visitors; at 200 a second the last waits for some seconds."""
RECEIVE_TIMEOUT = 30.0
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - what the user has chosen
"""Addresses that stand for all of the machine's: others reach it by its name."""
END_TIMEOUT = 3
"""Seconds that requests in progress have when the server ends; a download may be long."""


@dataclass(frozen=True)
class Page:
    """How a page is served.

    Attributes
    ----------
    store
        The store's folder; one that does not exist yet is waited for.
    token
        What a visitor must have; None lets in whoever reaches it.
    host, port
        Where it is served; port 0 takes one that is free.
    write
        Whether visitors may change the store.
    base_url
        The path below which a proxy shows it, such as `/team/`.
    """

    store: Path
    token: str | None
    host: str = "127.0.0.1"
    port: int = 5000
    write: bool = False
    base_url: str = "/"


def needs_token(host: str) -> bool:
    """Return whether others than this machine reach a server at this address."""
    return not is_loopback(host)


def serve(page: Page, tell: Callable[[str], object]) -> int:
    """Serve a page until Ctrl-C or SIGTERM, and return the exit code.

    Parameters
    ----------
    page
        What to serve, and how.
    tell
        Is called with the address, the token included, once it is served; of a page for others also with theirs.

    Raises
    ------
    ServerError
        When the port is taken, or the address does not belong to this machine.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        # Until the server has its own, which lets requests end.
        signal.signal(number, lambda *_: sys.exit(0))
    bound = bind(page.host, page.port, option="--port")
    try:
        with asyncio.Runner(loop_factory=loop_factory()) as runner:
            runner.run(_serve(page, bound, tell))
    finally:
        bound.close()
    return 0


async def _serve(page: Page, bound: socket.socket, tell: Callable[[str], object]) -> None:
    # What answers is loaded before the first visitor comes.
    import nbtrack.widgets.server.answers
    import nbtrack.widgets.server.files
    import nbtrack.widgets.server.opening
    import nbtrack.widgets.server.page  # noqa: F401
    from nbtrack.widgets.server.site import Site
    from nbtrack.widgets.server.visitors import Visitors

    port = bound.getsockname()[1]
    desk = Desk(page.store, MAX_WAITING)
    visitors = Visitors(page.host, port, page.token, page.base_url)
    site = Site(page.store, desk, visitors, base=page.base_url, writes=page.write)
    server = uvicorn_server(site, receive_timeout=RECEIVE_TIMEOUT, end_timeout=END_TIMEOUT)
    token = "" if page.token is None else f"?token={quote(page.token, safe='')}"
    tell(f"{address(page.host, port)}{page.base_url}{token}")
    if page.host in EVERYWHERE:
        tell(f"http://{socket.gethostname()}:{port}{page.base_url}{token}")
    await server.serve(sockets=[bound])
