"""Sockets and uvicorn, as each server of nbtrack uses them."""

from __future__ import annotations

import contextlib
import errno
import signal
import socket
from typing import TYPE_CHECKING, Any

from nbtrack.errors import ServerError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator

    import uvicorn

__all__ = ["address", "bind", "loop_factory", "uvicorn_server"]

_KEEP_ALIVE_TIMEOUT = 75
"""Seconds that a connection may be idle between two requests."""
_MAX_CONNECTIONS = 10_000
"""The most connections, even if the system allows more."""


def bind(host: str, port: int, *, tries: int = 0, option: str = "-p") -> socket.socket:
    """Return a listening socket.

    Parameters
    ----------
    host, port
        Its address; port 0 takes one that is free.
    tries
        How many further ports are tried, one after the other, while they are taken.
    option
        The option of the command that takes another port, for the message.

    Raises
    ------
    ServerError
        When the port is taken, or the address does not belong to this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    last = min(port + tries, 65535)
    for one in range(port, last + 1):
        try:
            return socket.create_server((host, one), family=family, backlog=2048)
        except OSError as error:
            if one == last or error.errno != errno.EADDRINUSE:
                raise ServerError(
                    f"port {one} of {host} cannot be served at ({_reason(error)}); "
                    f"give another with {option}, or {option} 0 for one that is free"
                ) from error
    raise AssertionError


def _reason(error: OSError) -> str:
    """Return why a port cannot be bound, without asyncio's prefix."""
    return str(error.strerror or error).partition(" (while")[0].lower()


def address(host: str, port: int) -> str:
    """Return where this machine reaches a server.

    Examples
    --------
    >>> address("0.0.0.0", 5000), address("::1", 80)
    ('http://127.0.0.1:5000', 'http://[::1]:80')
    """
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return what makes the fastest event loop there is; None for Python's own."""
    try:
        from uvloop import new_event_loop
    except ImportError:  # Windows, or another Python than CPython
        return None
    return new_event_loop  # type: ignore[no-any-return, unused-ignore]


def uvicorn_server(
    application: Any, *, receive_timeout: float, end_timeout: int, files: int = 0
) -> uvicorn.Server:
    """Return a server of uvicorn's that SIGINT and SIGTERM end in good order.

    Parameters
    ----------
    application
        An ASGI application.
    receive_timeout
        Seconds that a client may take for the headers of a request.
    end_timeout
        Seconds that requests in progress have when the server ends.
    files
        How many files this process has open beside connections, at most.
    """
    import uvicorn

    http: Any = "h11"
    with contextlib.suppress(ImportError):  # another Python than CPython has no httptools
        from nbtrack.serving.http_connection import protocol

        http = protocol(receive_timeout, _max_connections(files))

    class Server(uvicorn.Server):
        """Uvicorn's server, without its signal handling: that would end the process before our cleanup."""

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, self.handle_exit)
            yield

    config = uvicorn.Config(
        application,
        http=http,
        ws="none",
        lifespan="off",
        interface="asgi3",
        access_log=False,
        log_level="error",
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_TIMEOUT,
        timeout_graceful_shutdown=end_timeout,
    )
    return Server(config)


def _max_connections(files: int) -> int:
    """Return how many connections are allowed: what else is open needs file descriptors, too."""
    try:
        import resource
    except ImportError:  # Windows, where there is no such limit
        return _MAX_CONNECTIONS
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit == resource.RLIM_INFINITY:
        return _MAX_CONNECTIONS
    return min(_MAX_CONNECTIONS, max(limit - 64 - files, limit // 2))
