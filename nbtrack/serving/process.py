"""Model servers as a notebook sees them: started, watched, asked and stopped."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

from nbtrack.errors import ServerError
from nbtrack.serving.answer import dumps
from nbtrack.serving.description import Description, find_served
from nbtrack.serving.running import read_records, records_folder
from nbtrack.serving.server import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nbtrack.entities import Run
    from nbtrack.models import MLmodel

__all__ = ["Server", "Stats", "serve", "servers"]

Status = Literal["starting", "ready", "failed", "stopped"]

_STOP = 10.0
"""Seconds that a server has to finish its requests before it is killed."""
_BEHIND_HUB = "JUPYTERHUB_SERVICE_PREFIX"


@dataclass(frozen=True, slots=True)
class Stats:
    """What a server has done so far; latencies in milliseconds, None before the first request."""

    requests: int
    errors: int
    p50: float | None
    p99: float | None


class Server:
    """A model server in a process of its own.

    Attributes
    ----------
    uri
        The model, as it was asked for.
    name
        The model's name.
    metadata
        What `MLmodel` says of it.
    error
        Why it failed; None if it did not.

    Examples
    --------
    >>> server = nbtrack.serve("models:/wine@champion")  # doctest: +SKIP
    >>> server.predict(wine.head())  # doctest: +SKIP
    >>> server.stop()  # doctest: +SKIP
    """

    def __init__(self, settings: Settings, model: Description, *, detach: bool = False) -> None:
        self._settings = settings
        self._model = model
        self._detach = detach
        self._lock = threading.Lock()
        self._changed = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._pid: int | None = None
        self._status: Status = "stopped"
        self._url = ""
        self._log: Path | None = None
        self._panel: Any = None
        self.error: str | None = None

    @classmethod
    def _found(cls, told: Mapping[str, Any], file: Path) -> Server:
        """Return a server that runs already, by its record."""
        from nbtrack.models import MLmodel

        settings = Settings(
            told["path"], told["name"], "1", told["uri"], port=told["port"], token=told.get("token")
        )
        folder = Path(told["path"])
        with contextlib.suppress(ValueError):
            metadata = MLmodel.read(folder)
        server = cls(settings, Description(told["name"], told["uri"], "1", folder, metadata), detach=True)
        server._status, server._url, server._pid = "ready", told["url"], int(told["pid"])
        server._log = file.with_suffix(".log")
        return server

    @property
    def uri(self) -> str:
        """The model, as it was asked for."""
        return self._model.uri

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    @property
    def metadata(self) -> MLmodel:
        """What `MLmodel` says of the model."""
        return self._model.metadata

    @property
    def input_example(self) -> Any:
        """The example of the model's input that was kept with it, or None."""
        from nbtrack.models.example import read_example

        return read_example(self._model.path, self.metadata.saved_input_example_info, self._model.inputs)

    @property
    def url(self) -> str:
        """Where it is, such as `http://127.0.0.1:5000`; empty before it has a port."""
        return self._url

    @property
    def port(self) -> int:
        """Its port; 0 before it has one."""
        return int(self._url.rpartition(":")[2] or 0)

    @property
    def pid(self) -> int | None:
        """The number of its process, while it runs."""
        return self._pid if self.status in ("starting", "ready") else None

    @property
    def status(self) -> Status:
        """`starting`, `ready`, `failed` or `stopped`."""
        if self._process is None and self._status == "ready" and not _alive(self._pid):
            self._status = "stopped"
        return self._status

    @property
    def curl(self) -> str:
        """The line for a shell that asks the model for a prediction."""
        return self._model.curl(self._url, self._settings.token is not None)

    def wait(self, timeout: float = 60.0) -> Server:
        """Return when the model is loaded.

        Raises
        ------
        ServerError
            When it failed, was stopped, or takes longer than so many seconds.
        """
        deadline = time.monotonic() + timeout
        while self.status == "starting":
            self._changed.wait(min(0.5, max(0.0, deadline - time.monotonic())))
            if time.monotonic() >= deadline and self._status == "starting":
                raise ServerError(
                    f"{self.name} is not ready after {timeout:g} s; its log says:\n{self.tail(10)}"
                )
        if self._status != "ready":
            raise ServerError(self.error or f"the server of {self.name} was stopped")
        return self

    def start(self) -> None:
        """Start it, also again after it was stopped or failed; returns at once."""
        with self._lock:
            if self.status in ("starting", "ready"):
                return
            ident = uuid4().hex[:12]
            folder = records_folder()
            self._log = folder / f"{ident}.log"
            settings = replace(
                self._settings, record=str(folder / f"{ident}.json"), orphan_ends=not self._detach
            )
            self._status, self._url, self.error = "starting", "", None
            self._changed.clear()
            self._process = process = _started(settings, self._log, detach=self._detach)
            self._pid = process.pid
        threading.Thread(target=self._listen, args=(process,), name="nbtrack-server", daemon=True).start()

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        """Follow what a process tells until it ends."""
        assert process.stdout is not None
        for line in process.stdout:
            try:
                told = json.loads(line)
            except ValueError:
                continue
            if told["event"] == "bound":
                self._url = told["url"]
            elif told["event"] == "ready":
                self._status = "ready"
                self._changed.set()
            elif told["event"] == "failed":
                self.error = told["message"]
        code = process.wait()
        if process is not self._process:
            return  # it was started again meanwhile
        if self._status == "starting" or (code != 0 and self._status == "ready"):
            self._status = "failed"
            self.error = self.error or f"the server ended with exit code {code}; see its log"
        elif self._status == "ready":
            self._status = "stopped"
        self._changed.set()

    def stop(self) -> None:
        """Stop it: requests under way are finished, and nothing of it is left."""
        with self._lock:
            if self.status not in ("starting", "ready"):
                return
            process, pid = self._process, self._pid
            self._status = "stopped"
            self._changed.set()
        if process is not None:
            process.terminate()
            try:
                process.wait(_STOP)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdin is not None:
                process.stdin.close()
        elif pid is not None:
            _end(pid)

    def tail(self, lines: int = 50) -> str:
        """Return the last lines of its log."""
        if self._log is None:
            return ""
        try:
            with self._log.open("rb") as stream:
                stream.seek(max(0, self._log.stat().st_size - 200 * lines))
                text = stream.read().decode("utf-8", "replace")
        except OSError:
            return ""
        return "\n".join(text.splitlines()[-lines:])

    def stats(self) -> Stats | None:
        """Return what it has done so far; None while it does not answer."""
        try:
            told = json.loads(self._ask("/stats", None, timeout=2.0))
        except ServerError:
            return None
        return Stats(told["requests"], told["errors"], told["p50"], told["p99"])

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        """Return the model's predictions, asked for by HTTP.

        Parameters
        ----------
        data
            A DataFrame, an array, a dict of columns, or a list of rows.
        params
            Parameters of the prediction, if it has some.

        Raises
        ------
        ServerError
            With what the server said.
        """
        body = _payload(data)
        if params:
            body["params"] = dict(params)
        try:
            text = dumps(body)
        except (TypeError, ValueError) as error:
            raise ServerError(f"the input cannot be sent as JSON ({error})") from error
        return json.loads(self._ask("/invocations", text, timeout=self._settings.timeout + 30))[
            "predictions"
        ]

    def _ask(self, path: str, body: bytes | None, timeout: float) -> bytes:
        if not self._url or self.status not in ("starting", "ready"):
            raise ServerError(f"the server of {self.name} is {self.status}; start it first")
        headers = {"Content-Type": "application/json"}
        if self._settings.token is not None:
            headers["Authorization"] = f"Bearer {self._settings.token}"
        request = urllib.request.Request(self._url + path, body, headers)  # noqa: S310 (an address of ours)
        # No proxy stands between a machine and itself, whatever the environment says.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=timeout) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            raise ServerError(_message(error)) from error
        except OSError as error:
            raise ServerError(f"{self._url} does not answer ({error})") from error

    def __repr__(self) -> str:
        where = f" at {self._url}" if self._url and self.status in ("starting", "ready") else ""
        return f"<Server {self.name} {self.status}{where}>"

    def panel(self) -> Any:
        """Return the widget that shows and controls it; always the same one."""
        if self._panel is None:
            # From the layer above, looked up only when a front end asks for it.
            self._panel = import_module("nbtrack.widgets").ServePanel(self)
        return self._panel

    def _repr_mimebundle_(self, **options: Any) -> Any:
        # A terminal shows no widgets.
        if "ipykernel" not in sys.modules:
            return {"text/plain": repr(self)}
        return self.panel()._repr_mimebundle_(**options)


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

    In a notebook, what is returned shows a panel. It ends with the process that started it, unless detached.

    Parameters
    ----------
    model_uri
        A run, or the address of a model; see `load_model`.
    port
        By default 5000, or the next that is free; a port that is asked for by number must be free.
    host
        What it is bound to; give a token when others can reach it.
    workers
        How many processes hold the model.
    trust
        See `load_model`.
    timeout
        Seconds that a prediction may take.
    token
        What clients must send as `Authorization: Bearer`.
    env_manager
        `local`, or `uv` to build an environment of the model's own.
    detach
        Whether it goes on when this process ends.

    Raises
    ------
    NotFoundError, TrustError, ModelError
        When there is no such model, or it may not be loaded.

    Examples
    --------
    >>> server = nbtrack.serve(nbtrack.runs().best("rmse")).wait()  # doctest: +SKIP
    >>> server.url  # doctest: +SKIP
    'http://127.0.0.1:5000'
    """
    model, trusted = find_served(model_uri, trust)
    settings = Settings(
        str(model.path), model.name, model.version, model.uri, trusted, host, _port(host, port), workers, timeout,
        token=token, env_manager=env_manager,
        # Behind a hub its proxy asks, by a name that is not known here; the hub has looked who it is.
        allowed_hosts=["*"] if _BEHIND_HUB in os.environ else [],
    )  # fmt: skip
    server = Server(settings, model, detach=detach)
    server.start()
    if not detach:
        _own.append(server)
    return server


_own: list[Server] = []
"""Servers that end with this process."""


@atexit.register
def _stop_own() -> None:
    for server in _own:
        server.stop()


def servers() -> list[Server]:
    """Return the model servers of this user that run on this machine, the newest last.

    Examples
    --------
    >>> nbtrack.servers()  # doctest: +SKIP
    [<Server wine ready at http://127.0.0.1:5000>]
    """
    own = {server.pid: server for server in _own if server.pid is not None}
    records = sorted(read_records(), key=lambda found: float(found[1]["since"]))
    return [own.get(told["pid"]) or Server._found(told, file) for file, told in records]  # noqa: SLF001 (its own module)


def _port(host: str, wanted: int | None) -> int:
    """Return the port to ask for: that which is wanted, else 5000 or the next that is free."""
    import socket

    if wanted is not None:
        return wanted
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for port in range(5000, 5100):
        try:
            socket.create_server((host, port), family=family).close()
        except OSError:
            continue
        return port
    return 0


def _started(settings: Settings, log: Path, *, detach: bool) -> subprocess.Popen[bytes]:
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    options: dict[str, Any] = (
        {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}  # type: ignore[attr-defined, unused-ignore]
        if sys.platform == "win32"
        else {"start_new_session": True}
    )
    try:
        # Of a group of its own: an interrupt of the kernel is not meant for it.
        process = subprocess.Popen(
            [sys.executable, "-m", "nbtrack.serving.server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=handle,
            **options,
        )
    finally:
        os.close(handle)
    assert process.stdin is not None
    with contextlib.suppress(OSError):  # it ended at once; whoever listens to it is told
        process.stdin.write(settings.to_json().encode() + b"\n")
        process.stdin.flush()
    if detach:
        process.stdin.close()
    return process


def _payload(data: Any) -> dict[str, Any]:
    if hasattr(data, "to_dict") and hasattr(data, "columns"):
        # As Python's own values: pandas' JSON rounds numbers.
        rows = [list(row) for row in data.astype("object").itertuples(index=False, name=None)]
        return {"dataframe_split": {"columns": list(data.columns), "data": rows}}
    if hasattr(data, "to_frame"):
        return _payload(data.to_frame())
    return {"inputs": data}


def _message(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.loads(error.read())["message"])
    except (ValueError, KeyError, TypeError, OSError):
        return f"the server answered {error.code} {error.reason}"


def _alive(pid: int | None) -> bool:
    import psutil

    return pid is not None and psutil.pid_exists(pid)


def _end(pid: int) -> None:
    """End a server that another process started."""
    import psutil

    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_STOP)
        except psutil.TimeoutExpired:
            process.kill()
