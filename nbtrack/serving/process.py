"""Model servers as a notebook sees them: started, watched, asked and stopped."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

from nbtrack.errors import ServerError
from nbtrack.serving.client import ask, payload
from nbtrack.serving.description import Description
from nbtrack.serving.running import records_folder
from nbtrack.serving.server import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nbtrack.models import MLmodel

__all__ = ["Server", "Stats"]

Status = Literal["offered", "starting", "ready", "failed", "stopped"]
"""`offered`: never started yet."""

_STOP = 10.0
"""Seconds that a server has to finish its requests before it is killed."""


@dataclass(frozen=True, slots=True)
class Stats:
    """What a server has done so far; latencies in milliseconds, None before the first request."""

    requests: int
    errors: int
    p50: float | None
    p99: float | None


class Server:
    """A model server in a process of its own.

    Parameters
    ----------
    settings
        How it is served.
    model
        What is known of the model.
    detach
        Whether it goes on when this process ends.
    check
        Called before each start, which it may refuse; returns how far the model is trusted.

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

    def __init__(
        self,
        settings: Settings,
        model: Description,
        *,
        detach: bool = False,
        check: Callable[[], bool | list[str]] | None = None,
    ) -> None:
        self._settings = settings
        self._model = model
        self._detach = detach
        self._check = check
        self._lock = threading.Lock()
        self._changed = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._pid: int | None = None
        self._status: Status = "offered"
        self._url = ""
        self._log: Path | None = None
        self._panel: Any = None
        self._stopping = False
        self.error: str | None = None

    @classmethod
    def found(cls, told: Mapping[str, Any], file: Path) -> Server:
        """Return a server that runs already, by its record; see `nbtrack.serving.running`."""
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
        """`offered` before it is started, then `starting`, `ready`, `failed` or `stopped`."""
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
            trust = self._settings.trust if self._check is None else self._check()
            ident = uuid4().hex[:12]
            folder = records_folder()
            self._log = folder / f"{ident}.log"
            settings = replace(
                self._settings,
                trust=trust,
                record=str(folder / f"{ident}.json"),
                orphan_ends=not self._detach,
            )
            self._status, self._url, self.error = "starting", "", None
            self._stopping = False
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
        if self._stopping:
            self._status = "stopped"
        elif self._status == "starting" or (code != 0 and self._status == "ready"):
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
            self._stopping = True
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
        with self._lock:
            if self._process is process:
                self._status = "stopped"
                self._changed.set()

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
        answer = self._ask("/invocations", payload(data, params), timeout=self._settings.timeout + 30)
        return json.loads(answer)["predictions"]

    def _ask(self, path: str, body: bytes | None, timeout: float) -> bytes:
        if not self._url or self.status not in ("starting", "ready"):
            raise ServerError(f"the server of {self.name} is {self.status}; start it first")
        return ask(self._url + path, body, self._settings.token, timeout)

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
