"""The notebook side of nbtrack: the magics, and the output of a tracked cell."""

from __future__ import annotations

import sys
from typing import Any

from nbtrack import tracking
from nbtrack.notebook.completion import CellCompletion
from nbtrack.notebook.package_magic import PackageMagics
from nbtrack.notebook.search_magic import SearchMagics
from nbtrack.notebook.serve_magic import ServeMagics
from nbtrack.notebook.session import Session
from nbtrack.notebook.settings import Nbtrack
from nbtrack.notebook.track_magic import TrackMagics, strip_track_line

__all__ = ["load", "unload"]

_sessions: dict[int, tuple[Session, CellCompletion, Nbtrack]] = {}


def load(shell: Any) -> None:
    """Register nbtrack's magics and events with an IPython shell; a second call changes nothing."""
    if id(shell) in _sessions:
        return
    session = Session(shell)
    magics = TrackMagics(shell, session.switch, session.run_tracked)
    parsers = {
        "%%track": TrackMagics.track.parser,
        "%serve": ServeMagics.serve.parser,
        "%package": PackageMagics.package.parser,
    }
    settings = Nbtrack(session)
    _sessions[id(shell)] = session, CellCompletion(shell, parsers), settings
    shell.configurables.append(settings)
    _tell(shell, settings.take(shell.config))
    shell.register_magics(magics)
    shell.register_magics(SearchMagics(shell))
    shell.register_magics(ServeMagics(shell))
    shell.register_magics(PackageMagics(shell))
    shell.input_transformers_cleanup.append(strip_track_line)
    shell.ast_transformers.append(session)
    shell.events.register("pre_run_cell", session.before_cell)
    shell.events.register("post_run_cell", session.after_cell)


def _tell(shell: Any, faults: list[str]) -> None:
    """Say what a profile has wrong; where no cell runs yet, and nobody would see it, in the first one."""
    if len(shell.user_ns.get("In", ())) > 1 or not hasattr(shell, "kernel"):
        for fault in faults:
            print(fault, file=sys.stderr)
    elif faults:

        def tell(_info: Any) -> None:
            shell.events.unregister("pre_run_cell", tell)
            print("\n".join(faults), file=sys.stderr)

        shell.events.register("pre_run_cell", tell)


def unload(shell: Any) -> None:
    """Undo what `load` did; runs and settings stay."""
    if id(shell) not in _sessions:
        return
    session, completion, settings = _sessions.pop(id(shell))
    shell.configurables.remove(settings)
    completion.end()
    tracking.tell_of_runs(None)
    shell.events.unregister("pre_run_cell", session.before_cell)
    shell.events.unregister("post_run_cell", session.after_cell)
    shell.ast_transformers.remove(session)
    shell.input_transformers_cleanup.remove(strip_track_line)
    for kind in ("cell", "line"):
        for name in ("track", "runs", "serve", "package"):
            shell.magics_manager.magics[kind].pop(name, None)
