"""A real kernel for the tests: runs cells as a front end does, and tells what a user would see."""

import os
import re
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty

from jupyter_client.manager import KernelManager

from nbtrack.entities import Runs
from nbtrack.query import Query, parse
from nbtrack.store import open_store
from tests.waiting import HANGS, eventually

_CHECKOUT = str(Path(__file__).resolve().parents[2])
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# What differs between two executions of the same cell, with or without tracking.
_PASSING = [
    (re.compile(r"0x[0-9a-f]{6,}"), "0x…"),
    (re.compile(r"\b(In|Out)\s?\[\d+\]"), r"\1[…]"),
    (re.compile(r"ipykernel_\d+/\d+\.py"), "ipykernel.py"),
]


def without_checkout(text):
    """Return a text without the path of this checkout, which is most often called as the package is."""
    return text.replace(_CHECKOUT, "").replace(_CHECKOUT.replace(str(Path.home()), "~", 1), "")


@dataclass(frozen=True)
class Output:
    """One output of a cell: `stdout`, `stderr`, `display`, `update`, `result`, `error` or `clear`."""

    kind: str
    text: str
    at: float
    """Seconds since the cell was sent."""
    data: dict = field(default_factory=dict)
    metadata: dict = field(default_factory=dict)

    @property
    def is_line(self):
        """Whether it is the line that nbtrack shows under a tracked cell."""
        return self.kind == "display" and self.text.startswith("nbtrack: ")


@dataclass
class Executed:
    """What came of running a cell."""

    reply: dict
    outputs: list[Output]

    def _joined(self, kind):
        return "".join(output.text for output in self.outputs if output.kind == kind)

    @property
    def stdout(self):
        return self._joined("stdout")

    @property
    def stderr(self):
        return self._joined("stderr")

    @property
    def result(self):
        """The plain text of `Out[n]`, or None."""
        return next((output.text for output in self.outputs if output.kind == "result"), None)

    @property
    def traceback(self):
        return self._joined("error")

    @property
    def line(self):
        """The line that nbtrack showed, or None; a second one is a failure."""
        lines = [output for output in self.outputs if output.is_line]
        assert len(lines) <= 1, lines
        return lines[0] if lines else None

    @property
    def seen(self):
        """What a user sees but nbtrack's own line, without what differs from one execution to the next."""
        shown = []
        for output in self.outputs:
            if output.is_line:
                continue
            text = output.text
            for pattern, stands_for in _PASSING:
                text = pattern.sub(stands_for, text)
            if shown and shown[-1][0] == output.kind in {"stdout", "stderr"}:
                text = shown.pop()[1] + text
            shown.append((output.kind, text))
        return shown


class Kernel:
    """An IPython kernel in a folder of its own.

    Parameters
    ----------
    folder
        Its working folder; the store is made in there.
    connection
        The name of its connection file. A Jupyter server's tells the kernel's id.
    environment
        Variables that the kernel's process gets besides this one's.
    """

    def __init__(self, folder, *, connection="kernel.json", **environment):
        self.folder = folder
        self.store = folder / ".nbtrack"
        own = {
            "NBTRACK_STORE": str(self.store),
            "IPYTHONDIR": str(folder / "ipython"),
            "JUPYTER_CONFIG_DIR": str(folder / "jupyter"),
            "JUPYTER_RUNTIME_DIR": str(folder / "jupyter"),
            "PYTHONSTARTUP": "",
        }
        self._manager = KernelManager(kernel_name="python3", connection_file=str(folder / connection))
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        with (folder / "kernel.log").open("wb") as log:
            self._manager.start_kernel(
                cwd=str(folder), env=inherited | own | environment, stdout=log, stderr=log
            )
        self._client = self._manager.blocking_client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=HANGS)

    def send(self, code, *, cell_id=None, allow_stdin=False):
        """Ask for a cell to be run, and return the request's id."""
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": allow_stdin}
        content["stop_on_error"] = False  # older kernels give up what is sent soon after an error
        metadata = {"cellId": cell_id} if cell_id else {}
        message = self._client.session.msg("execute_request", content, metadata=metadata)
        self._client.shell_channel.send(message)
        return message["header"]["msg_id"]

    def run(self, code, *, cell_id=None, on_output=None, answers=None, timeout=HANGS):
        """Run a cell to its end; `on_output` is told each output as it comes, `answers` are typed in."""
        sent = time.monotonic()
        request = self.send(code, cell_id=cell_id, allow_stdin=answers is not None)
        outputs = []
        for message in self._published(request, sent + timeout, list(answers or ())):
            output = _output(message, time.monotonic() - sent)
            if output is not None:
                outputs.append(output)
                if on_output is not None:
                    on_output(output)
        return Executed(self._reply(request, timeout), outputs)

    def ok(self, code, **options):
        """Run a cell that must succeed and write nothing to stderr."""
        executed = self.run(code, **options)
        assert executed.reply["status"] == "ok", executed.traceback
        assert executed.stderr == ""
        return executed

    def both(self, code, **options):
        """Run a cell without and with `%%track`, its lines at the same numbers."""
        return self.run(f"# plain\n{code}", **options), self.run(f"%%track\n{code}", **options)

    def value(self, expression):
        """Return the `repr` of an expression in the user's namespace, with no cell being run."""
        message = self._client.session.msg(
            "execute_request",
            {"code": "", "silent": True, "store_history": False, "user_expressions": {"it": expression}},
        )
        self._client.shell_channel.send(message)
        reply = self._reply(message["header"]["msg_id"], 60)["user_expressions"]["it"]
        assert reply["status"] == "ok", reply
        return reply["data"]["text/plain"]

    def inspect(self, code):
        """Return what the front end shows for `code` in its contextual help."""
        return self._client.inspect(code, len(code), reply=True, timeout=60)["content"]

    def complete(self, code, at):
        """Return what Tab offers at a place in `code`."""
        return self._client.complete(code, at, reply=True, timeout=60)["content"]

    def interrupt(self):
        """Press the stop button."""
        self._manager.interrupt_kernel()

    def signal(self, number):
        """Send a signal to the process, and wait until that has ended it."""
        self._manager.signal_kernel(number)
        eventually(lambda: not self._manager.is_alive())

    def runs(self, text=""):
        """Return the runs in the kernel's store, newest first, as another process sees them."""
        return Runs(open_store(self.store), parse(text) if text else Query())

    def run_of(self, executed):
        """Return the run that the line under a cell is about."""
        (run_id,) = re.findall(r"title='run ([0-9a-f]{32}) in ", executed.line.data["text/html"])
        return self.runs(f"run_id = '{run_id}'")[0]

    def close(self):
        """End the kernel."""
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)

    def _published(self, request, deadline, answers):
        while True:
            if answers and self._client.stdin_channel.msg_ready():
                self._client.get_stdin_msg(timeout=1)
                self._client.input(answers.pop(0))
            try:
                message = self._client.get_iopub_msg(timeout=0.1 if answers else 10)
            except Empty:
                if time.monotonic() > deadline:
                    raise TimeoutError("the cell has not ended") from None
                continue
            if message["parent_header"].get("msg_id") != request:
                continue
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return
            yield message

    def _reply(self, request, timeout):
        while True:
            reply = self._client.get_shell_msg(timeout=timeout)
            if reply["parent_header"].get("msg_id") == request:
                return reply["content"]


def _output(message, at):
    content = message["content"]
    match message["msg_type"]:
        case "stream":
            return Output(content["name"], _COLOUR.sub("", content["text"]), at)
        case "display_data" | "update_display_data" | "execute_result" as kind:
            known = {"display_data": "display", "update_display_data": "update", "execute_result": "result"}
            data = content["data"]
            return Output(known[kind], data.get("text/plain", ""), at, data, content["metadata"])
        case "error":
            return Output("error", _COLOUR.sub("", "\n".join(content["traceback"])), at, content)
        case "clear_output":
            return Output("clear", "", at)
    return None


@contextmanager
def kernel_in(folder, *, load=True, **environment):
    """Start a kernel, with nbtrack loaded unless told otherwise; it ends with the block."""
    kernel = Kernel(folder, **environment)
    try:
        if load:
            kernel.ok("%load_ext nbtrack")
        yield kernel
    finally:
        kernel.close()
