"""The server's own process: the HTTP side, which runs no code of the model.

`python -m nbtrack.serving.server` is what a notebook starts; `nbtrack models serve` calls `run`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import stat
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError, ModelError, NbtrackError
from nbtrack.models.versions import check_python, differences
from nbtrack.serving.access_rules import AccessRules, is_loopback
from nbtrack.serving.listening import address, bind, loop_factory, uvicorn_server
from nbtrack.serving.model_description import Description
from nbtrack.serving.pool import Pool
from nbtrack.serving.running import recorded
from nbtrack.serving.settings import Settings

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    import uvicorn

__all__ = ["cautions", "run"]

_MAX_PORT_TRIES = 100
"""How many ports are tried if the next free one may be used."""
_MAX_LOG_BYTES = 10_000_000
"""The most bytes of a log, approximately."""
_POLL_INTERVAL = 1.0
"""Seconds between two checks of the log's size, and of the process that started this one."""


def cautions(settings: Settings, model: Description) -> list[str]:
    """Return warnings for the user who starts a server, as far as they are known before."""
    found = []
    if not is_loopback(settings.host) and settings.token is None:
        found.append(f"whoever reaches {settings.host} may ask this server; give it a --token")
    others = differences(model) if settings.env_manager == "local" else []
    if others:
        found.append(
            f"the model may predict otherwise here: {'; '.join(others)}; --env-manager uv gives it its own"
        )
    return found


def run(settings: Settings, tell: Callable[[dict[str, Any]], None]) -> int:
    """Serve a model until a signal comes, and return the exit code.

    Parameters
    ----------
    settings
        What to serve, and how.
    tell
        Called with events: `{"event": "bound", "url": ...}`, then `{"event": "ready", ...}` or
        `{"event": "failed", "message": ...}`; `{"event": "warning", "message": ...}` at any time, and
        `{"event": "trouble", "message": ...}` from when the model cannot be loaded again until
        `{"event": "mended", "message": ...}`.

    Raises
    ------
    ServerError
        When the port is taken.
    ModelError
        When the model cannot be served here.
    """
    from nbtrack.models import MLmodel

    folder = Path(settings.path)
    model = Description(settings.name, settings.uri, settings.version, folder, MLmodel.read(folder))
    # An environment may have to be built first; the port is opened after that.
    python = _python(settings, model, tell)
    bound = bind(settings.host, settings.port, tries=_MAX_PORT_TRIES if settings.next_free else 0)
    try:
        for line in cautions(settings, model):
            tell({"event": "warning", "message": line})
        options = {
            "path": settings.path,
            "trust": settings.trust,
            "name": settings.name,
            "max_body": settings.max_body,
        }
        pool = Pool(
            python, options, count=settings.workers, timeout=settings.timeout, limit_bytes=4 * settings.max_body,
            log=lambda line: tell({"event": "warning", "message": line}),
        )  # fmt: skip
        pool.on_trouble = lambda reason: tell(
            {"event": "mended", "message": "the model is loaded again"}
            if reason is None
            else {"event": "trouble", "message": f"the model cannot be loaded again: {reason}"}
        )
        with asyncio.Runner(loop_factory=loop_factory()) as runner:
            return runner.run(_serve(settings, model, pool, bound, tell))
    finally:
        bound.close()


def _python(settings: Settings, model: Description, tell: Callable[[dict[str, Any]], None]) -> list[str]:
    """Return the command of the Python that the model runs in.

    Raises
    ------
    ModelError, InvalidValueError
        When there is none.
    """
    if settings.env_manager == "uv":
        from nbtrack.models.environment import check_trusted, environment_of

        # Installing a model's requirements runs code, too.
        check_trusted(model, settings.trust)
        return [str(environment_of(model, lambda line: tell({"event": "warning", "message": line})))]
    if settings.env_manager != "local":
        raise InvalidValueError(f"there is no environment manager {settings.env_manager!r}; give local or uv")
    check_python(model)
    return [sys.executable]


async def _serve(
    settings: Settings,
    model: Description,
    pool: Pool,
    bound: socket.socket,
    tell: Callable[[dict[str, Any]], None],
) -> int:
    await pool.start()
    # From here on the workers load the model while the HTTP side is imported.
    server = _server(settings, model, pool)
    port = bound.getsockname()[1]
    url = address(settings.host, port)
    with recorded(settings, url, port, tell) as record:
        tell({"event": "bound", "url": url, "port": port, "pid": os.getpid()})
        failure: list[str] = []
        watching = asyncio.create_task(_announce(pool, server, failure, tell, record))
        if settings.orphan_ends:
            _end_with_parent(server)
        await server.serve(sockets=[bound])
        watching.cancel()
        await pool.close()
    return 1 if failure else 0


async def _announce(
    pool: Pool,
    server: uvicorn.Server,
    failure: list[str],
    tell: Callable[[dict[str, Any]], None],
    record: Callable[[str], None],
) -> None:
    try:
        hello = await asyncio.shield(pool.first_hello)
    except RuntimeError as error:
        failure.append(str(error))
        tell({"event": "failed", "message": str(error)})
        server.should_exit = True
        return
    record("ready")
    tell({"event": "ready", "seconds": float(hello.get("seconds", 0.0))})


def _server(settings: Settings, model: Description, pool: Pool) -> uvicorn.Server:
    from nbtrack.serving.app import Application

    access = AccessRules(settings.host, settings.allowed_hosts, settings.token)
    return uvicorn_server(
        Application(pool, model, access, settings.max_body, settings.receive_timeout),
        receive_timeout=settings.receive_timeout,
        end_timeout=int(settings.timeout) + 5,
        # Worker processes need file descriptors, too.
        files=8 * settings.workers,
    )


def _end_with_parent(server: uvicorn.Server) -> None:
    """Stop when the process that started this one is gone, however it ended."""
    parent = os.getppid()

    def look() -> None:
        # The end of standard input is not enough: a process that the parent forked keeps its other end open.
        while os.getppid() == parent:
            time.sleep(_POLL_INTERVAL)
        server.should_exit = True

    def watch() -> None:
        with contextlib.suppress(OSError):
            while os.read(0, 1024):
                pass
        server.should_exit = True

    threading.Thread(target=watch, daemon=True).start()
    threading.Thread(target=look, daemon=True).start()


def _keep_short() -> None:
    """Truncate the log whenever it has become long: a model may print for ever."""

    def watch() -> None:
        # The log is opened in append mode, so that writers go on at the new end.
        while stat.S_ISREG((status := os.fstat(2)).st_mode):
            if status.st_size > _MAX_LOG_BYTES:
                os.ftruncate(2, 0)
                os.write(
                    2, f"nbtrack: the log had more than {_MAX_LOG_BYTES:,} bytes and begins anew\n".encode()
                )
            time.sleep(_POLL_INTERVAL)

    threading.Thread(target=watch, daemon=True).start()


def main() -> int:
    """Serve with the settings in the first line of standard input; write events to standard output as lines of JSON.

    The settings are not on the command line, because others on the machine could read the token there.
    """
    settings = Settings(**json.loads(sys.stdin.readline()))
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    _keep_short()

    def tell(event: dict[str, Any]) -> None:
        sys.stderr.write(f"nbtrack: {event.get('message') or event['event']}\n")
        sys.stderr.flush()
        with contextlib.suppress(OSError):  # the reader is gone
            out.write(json.dumps(event) + "\n")
            out.flush()

    try:
        return run(settings, tell)
    except (NbtrackError, ModelError) as error:
        tell({"event": "failed", "message": str(error)})
        return 1


if __name__ == "__main__":
    sys.exit(main())
