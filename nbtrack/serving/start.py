"""Start, offer and list model servers."""

from __future__ import annotations

import atexit
import contextlib
import os
import warnings
from typing import TYPE_CHECKING
from weakref import WeakSet

from nbtrack.errors import InvalidValueError, NbtrackWarning
from nbtrack.serving.model_description import described, find_served
from nbtrack.serving.process import Server
from nbtrack.serving.running import read_records
from nbtrack.serving.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbtrack.entities import Run

__all__ = ["offer", "serve", "servers"]

_DEFAULT_PORT = 5000
_BEHIND_HUB = "JUPYTERHUB_SERVICE_PREFIX"


def serve(
    model_uri: str | os.PathLike[str] | Run,
    port: int | None = None,
    *,
    host: str = "127.0.0.1",
    workers: int = 1,
    trust: bool | Iterable[str] = False,
    timeout: float = 60.0,
    token: str | None = None,
    env_manager: str = "local",
    detach: bool = False,
) -> Server:
    """Serve a model from a process of its own, and return at once; `wait()` waits until it is ready.

    In a notebook, the returned server shows a panel. It ends with the process that started it, unless detached.

    Parameters
    ----------
    model_uri
        A run, or the address of a model; see `load_model`.
    port
        By default 5000, or the next that is free; a port given by number must be free.
    host
        The address it is bound to; give a token when others can reach it.
    workers
        How many processes hold the model.
    trust
        See `load_model`.
    timeout
        Seconds that a prediction may take.
    token
        The token that clients must send as `Authorization: Bearer`.
    env_manager
        `local`, or `uv` to build a separate environment for the model.
    detach
        Whether it keeps running when this process ends.

    Raises
    ------
    NotFoundError, TrustError, ModelError
        When there is no such model, or it may not be loaded.
    InvalidValueError
        When one of the values is invalid.

    Warns
    -----
    NbtrackWarning
        About what is known before the start: that others can reach it, or that library versions differ.

    Examples
    --------
    >>> server = nbtrack.serve("runs:/ridge/model").wait()
    >>> [round(quality, 1) for quality in server.predict(X)]
    [4.1, 5.0, 6.0, 6.9]
    >>> server.stop()
    """
    model, trusted = find_served(model_uri, trust)
    settings = Settings(
        str(model.path), model.name, model.version, model.uri, trusted, host,
        _DEFAULT_PORT if port is None else port, workers, timeout, next_free=port is None,
        token=token, env_manager=env_manager,
        allowed_hosts=_hosts(),
    )  # fmt: skip
    server = Server(settings, model, detach=detach)
    if not detach:
        _own.add(server)
    server.start()
    for line in server.warnings:
        warnings.warn(line, NbtrackWarning, stacklevel=2)
    return server


def offer(run: Run) -> Server:
    """Return a server for a run's model without starting it; whether the model is trusted is checked at the start.

    Raises
    ------
    NotFoundError, ModelError
        When the run has no model.
    """
    from nbtrack.tracking.model_trust import trusted_model
    from nbtrack.tracking.model_uri import find_model

    folder, _ = find_model(run)
    model = described(run, folder)
    settings = Settings(
        str(model.path),
        model.name,
        model.version,
        model.uri,
        port=_DEFAULT_PORT,
        next_free=True,
        allowed_hosts=_hosts(),
    )

    server = Server(settings, model, check=lambda: trusted_model(run)[1])
    _own.add(server)
    return server


def _hosts() -> list[str]:
    """Return the allowed host names: behind a hub any, because the hub's proxy authenticates users."""
    return ["*"] if _BEHIND_HUB in os.environ else []


_own: WeakSet[Server] = WeakSet()
"""Servers that end with this process; the thread that follows a running server keeps it alive."""


@atexit.register
def _stop_own() -> None:
    Server.stop_all(list(_own))


def servers() -> list[Server]:
    """Return this user's model servers that run on this machine, the newest last.

    Examples
    --------
    >>> server = nbtrack.serve("runs:/ridge/model").wait()
    >>> nbtrack.servers()
    [<Server ridge ready at http://127.0.0.1:...>]
    >>> server.stop()
    """
    own = {server.pid: server for server in list(_own) if server.pid is not None}
    found = []
    for file, record in sorted(read_records(), key=lambda one: float(one[1]["since"])):
        # Settings written by another version may be invalid here.
        with contextlib.suppress(InvalidValueError):
            found.append(own.pop(record["pid"]) if record["pid"] in own else Server.found(record, file))
    # Servers without a record: they are just starting, or their record could not be written.
    return found + [server for server in own.values() if server.url]
