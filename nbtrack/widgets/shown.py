"""What our JupyterLab extension reads in an output: which widget stands in place of an output's static HTML.

A widget says its model. Runs say a handle, for which the extension asks this kernel over a comm: only then is their
panel made, so that displayed runs cost what their static table does where the extension is not, and import no widget.
"""

from __future__ import annotations

import re
import sys
import threading
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbtrack.entities.runs import unread
from nbtrack.errors import NbtrackError
from nbtrack.widgets.view import MIME

if TYPE_CHECKING:
    from comm.base_comm import BaseComm

    from nbtrack.entities import Runs
    from nbtrack.widgets.panel import Panel

__all__ = ["MAX_SHOWN", "TARGET", "runs_view"]

TARGET = "nbtrack.view"
"""The comm's target, as in `labextension/src/lab/view.ts`."""

CLOSE_DELAY = 0.5
"""Seconds after the answer until the comm is closed."""

MAX_SHOWN = 64
"""Displayed runs that can become a panel: the newest."""


@dataclass
class _Shown:
    """Displayed runs, and their panel once a page has asked for it."""

    runs: Runs
    panel: Panel | None = None


_shown: dict[str, _Shown] = {}
# Pages may ask from subshells, in threads of their own.
_asking = threading.Lock()


def runs_view(runs: Runs) -> dict[str, Any]:
    """Return the part of a mime bundle with which a page can ask for the panel of runs; none outside a notebook."""
    kernel = _kernel_id()
    if kernel is None:
        return {}
    import comm

    comm.get_comm_manager().register_target(TARGET, _opened)
    handle = uuid.uuid4().hex
    with _asking:
        # Not the rows that were looked at: those of many runs are large.
        _shown[handle] = _Shown(unread(runs))
        left = [_shown.pop(next(iter(_shown))) for _ in range(len(_shown) - MAX_SHOWN)]
    for one in left:
        if one.panel is not None:
            one.panel.close()
    return {MIME: {"opens": handle, "kernel": kernel}}


def _kernel_id() -> str | None:
    """Return the id under which a Jupyter server knows this kernel."""
    kernelapp: Any = sys.modules.get("ipykernel.kernelapp")
    if kernelapp is None or not kernelapp.IPKernelApp.initialized():
        return None
    file = Path(kernelapp.IPKernelApp.instance().connection_file)
    named = re.fullmatch(r"kernel-([\w-]+)\.json", file.name)
    return named[1] if named else None


def _opened(comm: BaseComm, message: dict[str, Any]) -> None:
    """Answer a page that asks for the panel of displayed runs; where there is none, the comm ends without an answer."""
    panel = _panel(message["content"]["data"].get("opens"))
    if panel is not None and panel.comm is not None:
        comm.send({"model_id": panel.model_id})
    # A page may ask in a subshell, which JupyterLab deletes with the comm. While that still runs this function,
    # ipykernel says in the notebook that a pending task was destroyed.
    later = threading.Timer(CLOSE_DELAY, comm.close)
    later.daemon = True
    later.start()


def _panel(handle: Any) -> Panel | None:
    """Return the panel of displayed runs, always the same for a handle."""
    # With the lock: two pages that ask at once are shown one panel.
    with _asking:
        shown = _shown.get(handle) if isinstance(handle, str) else None
        if shown is None:
            return None
        if shown.panel is None:
            try:
                from nbtrack.widgets.panel import panel_of

                shown.panel = panel_of(shown.runs)
            except (NbtrackError, ImportError):
                # Too many were picked, or there is no ipywidgets here: the static table stands.
                return None
        return shown.panel
