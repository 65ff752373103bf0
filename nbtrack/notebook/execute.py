"""Execute a notebook in this Python, with its cells tracked: `python -m nbtrack.notebook.execute FILE NOTEBOOK`."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

from nbtrack.capture.secrets import SEEN
from nbtrack.entities.artifacts import written_whole

__all__ = ["execute"]

_TRACK_ALL = "get_ipython().run_line_magic('track', 'on')"


class _ThisPython(AsyncKernelManager):
    """Starts kernels of this very Python, with nbtrack loaded: the kernel of a notebook's name may be another's."""

    everything = False

    @property
    def kernel_spec(self) -> KernelSpec:
        """How the kernel is started."""
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        # Its warnings are for whoever runs a server.
        command += ["--log-level=40", "--InteractiveShellApp.extensions=nbtrack"]
        if self.everything:
            command.append(f"--InteractiveShellApp.exec_lines={_TRACK_ALL}")
        return KernelSpec(argv=command, display_name="Python", language="python")


class _TracksAll(_ThisPython):
    everything = True


class _Client(NotebookClient):
    """Passes on what cells print while they print it."""

    def output(self, outs: list[Any], msg: dict[str, Any], display_id: str | None, cell_index: int) -> Any:
        """Keep an output, and print its text."""
        content = msg["content"]
        if msg["msg_type"] == "stream":
            stream = sys.stderr if content["name"] == "stderr" else sys.stdout
            print(content["text"], end="", file=stream, flush=True)
        elif msg["msg_type"] in {"execute_result", "display_data"} and content["data"].get("text/plain"):
            print(content["data"]["text/plain"], flush=True)
        return super().output(outs, msg, display_id, cell_index)


def execute(file: Path, notebook: Path) -> int:
    """Execute a notebook, write its outputs into it, and return the exit code.

    Where none of its cells says that it is tracked, all that train or score something are.

    Parameters
    ----------
    file
        What is executed and changed.
    notebook
        The notebook that it is a copy of: its folder is the working folder, and runs are filed under its name.
    """
    made = nbformat.read(file, as_version=4)  # type: ignore[no-untyped-call]
    tracks = any("%track" in cell.source for cell in made.cells if cell.cell_type == "code")
    client = _Client(
        made,
        timeout=None,
        kernel_manager_class=_ThisPython if tracks else _TracksAll,
        resources={"metadata": {"path": str(notebook.parent)}},
    )
    try:
        client.execute(env=os.environ | {"JPY_SESSION_NAME": str(notebook)})
    except CellExecutionError as error:
        print(error.traceback, file=sys.stderr)
        return 1
    except DeadKernelError as error:
        print(f"nbtrack: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        SEEN.scan_environment()
        text = nbformat.writes(made)  # type: ignore[no-untyped-call]
        with written_whole(file) as part:
            part.write_text(SEEN.text(text, lines=True), encoding="utf-8")
    return 0


if __name__ == "__main__":
    # What goes on in its event loop after an interrupt tells nobody anything.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    sys.exit(execute(Path(sys.argv[1]), Path(sys.argv[2])))
