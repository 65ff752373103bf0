"""Model servers as a notebook uses them: start, watch, query and stop."""

from __future__ import annotations

import contextlib
import json
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from nbtrack.doors import serve_panel
from nbtrack.errors import ServerError
from nbtrack.serving.client import ask, payload
from nbtrack.serving.model_description import Description
from nbtrack.serving.running import (
    ask_to_end,
    end_of,
    new_log,
    process_of,
    read_record,
    start_process,
    wait_for_end,
)
from nbtrack.serving.server import cautions
from nbtrack.serving.settings import Settings

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterable, Mapping

    from nbtrack.models import MLmodel
    from nbtrack.serving.running import Process

__all__ = ["Server", "Stats"]

Status = Literal["offered", "starting", "ready", "failed", "stopped"]
"""`offered` means not started yet."""

_STOP_TIMEOUT = 15.0
"""Seconds that a server has to stop, in addition to the time limit of a prediction, before it is killed."""
_MAX_LOG_BYTES = 100_000
"""How many bytes of a server's log are kept after its end."""


@dataclass(frozen=True, slots=True)
class Stats:
    """A server's statistics; latencies in milliseconds, None before the first request."""

    requests: int
    errors: int
    p50: float | None
    p99: float | None


class Server:
    """A model server in a process of its own.

    Parameters
    ----------
    settings
        How the model is served.
    model
        The description of the model.
    detach
        Whether it keeps running when this process ends.
    check
        Called before each start, which it may refuse by raising; returns how far the model is trusted.

    Attributes
    ----------
    uri
        The model's address, as the user gave it.
    name
        The model's name.
    metadata
        The content of its `MLmodel`.
    error
        Why it failed or cannot load the model again; None if nothing is wrong.
    warnings
        Its warnings since it was started.

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
        self._found: Path | None = None
        """The record of a server that another process started."""
        self._status: Status = "offered"
        self._url = ""
        self._log: Path | None = None
        self._kept = b""
        """The end of the log, kept after its file was removed."""
        self._warnings: deque[str] = deque(maxlen=100)
        self._panel: Any = None
        self._stopping = False
        self.error: str | None = None

    @classmethod
    def found(cls, record: Mapping[str, Any], file: Path) -> Server:
        """Return a server that is running already, from its record; see `nbtrack.serving.running`."""
        from nbtrack.models import MLmodel

        settings = Settings(
            record["path"], record["name"], "1", record["uri"],
            port=record["port"], timeout=record.get("timeout", 60.0), token=record.get("token"),
        )  # fmt: skip
        folder = Path(record["path"])
        metadata = MLmodel()
        with contextlib.suppress(ValueError, OSError):  # the model is served even if its folder is gone
            metadata = MLmodel.read(folder)
        server = cls(settings, Description(record["name"], record["uri"], "1", folder, metadata), detach=True)
        server._status, server._url, server._pid = "starting", record["url"], int(record["pid"])
        server._log, server._found = file.with_suffix(".log"), file
        return server

    @property
    def uri(self) -> str:
        """The model's address, as the user gave it."""
        return self._model.uri

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    @property
    def metadata(self) -> MLmodel:
        """The content of the model's `MLmodel`."""
        return self._model.metadata

    @property
    def input_example(self) -> Any:
        """The input example that was saved with the model, or None."""
        from nbtrack.models.example import read_example

        return read_example(self._model.path, self.metadata.saved_input_example_info, self.metadata.signature)

    @property
    def url(self) -> str:
        """Its address, such as `http://127.0.0.1:5000`; empty before it has a port."""
        return self._url

    @property
    def port(self) -> int:
        """Its port; 0 before it has one."""
        return int(self._url.rpartition(":")[2] or 0)

    @property
    def pid(self) -> int | None:
        """The id of its process while it runs."""
        return self._pid if self.status in ("starting", "ready") else None

    @property
    def status(self) -> Status:
        """`offered` before it is started, then `starting`, `ready`, `failed` or `stopped`."""
        if self._found is not None and self._status in ("starting", "ready"):
            record = self._record()
            self._status = (
                "stopped" if record is None else "starting" if record.get("state") == "starting" else "ready"
            )
        return self._status

    def _record(self) -> dict[str, Any] | None:
        """Return the record of a server that another process started, while it runs."""
        record = None if self._found is None else read_record(self._found)
        return record if record is not None and record["pid"] == self._pid else None

    @property
    def warnings(self) -> list[str]:
        """Its warnings since it was started, the newest last."""
        return list(self._warnings)

    @property
    def curl(self) -> str:
        """A shell command that requests a prediction from the model."""
        return self._model.curl(self._url, self._settings.token is not None)

    def wait(self, timeout: float = 60.0) -> Server:
        """Wait until the model is loaded.

        Raises
        ------
        ServerError
            When it failed, was stopped, or is not ready within `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        while self.status == "starting":
            self._changed.wait(min(0.5, max(0.0, deadline - time.monotonic())))
            if time.monotonic() >= deadline and self._status == "starting":
                raise ServerError(
                    f"{self.name} is not ready after {timeout:g} s; its log says:\n{self.tail(10)}"
                )
        if self._status != "ready":
            reason = self.error or f"the server of {self.name} was stopped"
            raise ServerError(f"{reason}:\n{said}" if (said := self.tail(10)) else reason)
        return self

    def start(self) -> None:
        """Start it, also again after it was stopped or failed; returns at once."""
        with self._lock:
            if self.status in ("starting", "ready"):
                return
            trust = self._settings.trust if self._check is None else self._check()
            self._log, record = new_log()
            settings = replace(
                self._settings,
                trust=trust,
                record=None if record is None else str(record),
                orphan_ends=not self._detach,
            )
            self._warnings.clear()
            self._warnings.extend(cautions(settings, self._model))
            if record is None:
                self._warnings.append(
                    "nbtrack's folder for servers cannot be written to: nbtrack.servers() of other processes will "
                    f"not tell of this one, and its log is {str(self._log)!r}"
                )
            self._found, self._kept = None, b""
            self._status, self._url, self.error = "starting", "", None
            self._stopping = False
            self._changed.clear()
            self._process = process = start_process(settings, self._log, detach=self._detach)
            self._pid = process.pid
        # The thread refers to this object, which therefore lives until the process has ended.
        threading.Thread(
            target=self._listen, args=(process, self._log), name="nbtrack-server", daemon=True
        ).start()

    def _listen(self, process: subprocess.Popen[bytes], log: Path) -> None:
        """Follow the events of a process until it ends."""
        assert process.stdout is not None
        for line in process.stdout:
            try:
                event = json.loads(line)
            except ValueError:
                continue
            with self._lock:
                if process is self._process:
                    self._on_event(event)
        code = process.wait()
        for pipe in (process.stdout, process.stdin):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        kept = end_of(log, _MAX_LOG_BYTES)
        with self._lock:
            stopping = self._stopping
            if process is self._process:  # and it was not started again meanwhile
                self._kept = kept
                if stopping:
                    self._status = "stopped"
                elif self._status == "starting" or (code != 0 and self._status == "ready"):
                    self._status = "failed"
                    self.error = self.error or f"the server ended with exit code {code}; see its log"
                elif self._status == "ready":
                    self._status = "stopped"
                self._changed.set()
        if stopping or code == 0:
            # The log of a server that failed stays, so that the user can read it.
            with contextlib.suppress(OSError):
                log.unlink()

    def _on_event(self, event: dict[str, Any]) -> None:
        kind = event["event"]
        if kind == "bound":
            self._url = event["url"]
        elif kind == "ready":
            self._status = "ready"
            self._changed.set()
        elif kind in ("failed", "trouble"):
            self.error = event["message"]
        elif kind == "mended":
            self.error = None
        elif kind == "warning" and event["message"] not in self._warnings:
            self._warnings.append(event["message"])

    def stop(self) -> None:
        """Stop it and its processes; requests in progress are finished first."""
        self._ended(self._asked_to_end())

    @classmethod
    def stop_all(cls, servers: Iterable[Server]) -> None:
        """Stop servers at the same time, so that none waits for the requests of another."""
        asked = [(server, cls._asked_to_end(server)) for server in servers]
        for server, process in asked:
            cls._ended(server, process)

    def _asked_to_end(self) -> Process | None:
        """Signal its process to end, and return it; None if there is none."""
        with self._lock:
            if self.status not in ("starting", "ready"):
                return None
            self._stopping = True
            process: Process | None = self._process
            if process is None:
                record = self._record()
                process = None if record is None else process_of(record)
        if process is not None:
            ask_to_end(process)
        return process

    def _ended(self, process: Process | None) -> None:
        """Wait until a signalled process has ended."""
        if process is None:
            return
        wait_for_end(process, self._settings.timeout + _STOP_TIMEOUT)
        with self._lock:
            if self._process is None or self._process is process:
                self._status = "stopped"
                self._changed.set()

    def tail(self, lines: int = 50) -> str:
        """Return the last lines of its log."""
        size = 200 * lines
        log = (self._log and end_of(self._log, size)) or self._kept[-size:]
        return "\n".join(log.decode("utf-8", "replace").splitlines()[-lines:])

    def stats(self) -> Stats | None:
        """Return its statistics; None while it does not answer."""
        try:
            stats = json.loads(self._ask("/stats", None, timeout=2.0))
        except ServerError:
            return None
        return Stats(stats["requests"], stats["errors"], stats["p50"], stats["p99"])

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        """Return the model's predictions, requested by HTTP.

        Parameters
        ----------
        data
            A DataFrame, an array, a dict of columns, or a list of rows.
        params
            Parameters of the prediction, if it has some.

        Raises
        ------
        ServerError
            With the server's message.
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
        """Return the widget that shows and controls it, always the same one."""
        if self._panel is None:
            self._panel = serve_panel(self)
        return self._panel

    def _repr_mimebundle_(self, **options: Any) -> Any:
        # A terminal shows no widgets.
        if "ipykernel" not in sys.modules:
            return {"text/plain": repr(self)}
        return self.panel()._repr_mimebundle_(**options)
