"""Starts the server of `nbtrack ui`: the page without kernels, and no Jupyter server behind it."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from typing import TYPE_CHECKING

from nbtrack.serving.listening import bind, loop_factory, uvicorn_server
from nbtrack.widgets.server.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbtrack.widgets.served_page import ServedPage

__all__ = ["serve"]

MAX_WAITING = 512
"""Requests that are worked on, or wait, at once, of all visitors; at 200 a second the last waits for some seconds."""
RECEIVE_TIMEOUT = 30.0
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - what the user has chosen
"""Addresses that stand for all of the machine's: others reach it by its name."""
END_TIMEOUT = 3
"""Seconds that requests in progress have when the server ends; a download may be long."""


def serve(page: ServedPage, tell: Callable[[str], object]) -> int:
    """Serve a page until Ctrl-C or SIGTERM, and return the exit code.

    Parameters
    ----------
    page
        What to serve, and how; a store that does not exist yet is waited for.
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


async def _serve(page: ServedPage, bound: socket.socket, tell: Callable[[str], object]) -> None:
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
    tell(page.url(port))
    if page.host in EVERYWHERE:
        tell(page.url(port, socket.gethostname()))
    await server.serve(sockets=[bound])
