"""Which notebook this kernel belongs to: what each front end tells, and what stands in for it.

No message of the kernel's protocol names the notebook, so each front end has its own way:

| front end | what tells | else |
|---|---|---|
| VS Code, its own kernels | `__vsc_ipynb_file__` in the user's namespace | |
| VS Code on a remote server | the session's name, with a made-up ending that is taken off | |
| JupyterLab, Notebook 7, other clients of jupyter_server 2 | the session's name in `JPY_SESSION_NAME` | as it was when the kernel started: a notebook renamed since keeps its old name until a restart |
| consoles, terminals, plain IPython | nothing: there is no notebook | None |
| papermill | `PAPERMILL_INPUT_PATH` where it was asked to inject it | its command line |
| `jupyter execute`, `jupyter nbconvert --execute` | the one notebook on their command line | None where there are several |
| nbclient in a program | `JPY_SESSION_NAME`, if the program sets it for the kernel | None |
| Voila | the address of the request | the one notebook on its command line |
| Colab, Kaggle | nothing that can be had without waiting for the browser | None |

Where it is None, runs are kept in the experiment `default` and a cell is known by its code.
"""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

from nbtrack.store import find_store

__all__ = ["notebook_name", "notebook_path"]

_NOTEBOOKS = frozenset({".ipynb", ".py", ".md", ".qmd", ".Rmd"})
"""What may be opened as a notebook: with Jupytext also text."""
_MADE_UP = re.compile(r"(?:-jvsc-[\w-]+|-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?=\.ipynb$)")


def notebook_path(shell: Any) -> str | None:
    """Return the path of the notebook whose kernel this is; None where no one tells.

    The path has forward slashes and is relative to the folder that holds the store, or else to the
    working folder; of a notebook that is in neither only the file's name is returned, so that no
    absolute path gets into the store.

    Parameters
    ----------
    shell
        The IPython shell; one without a kernel has no notebook.
    """
    if getattr(shell, "kernel", None) is None:
        return None
    told = (
        shell.user_ns.get("__vsc_ipynb_file__")
        or shell.user_ns.get("PAPERMILL_INPUT_PATH")
        or _told_by_environment()
    )
    if not isinstance(told, str) or Path(told).suffix not in _NOTEBOOKS:
        return None
    return _relative(_MADE_UP.sub("", told))


def notebook_name(path: str) -> str:
    """Return what a notebook's experiment is called by default.

    Examples
    --------
    >>> notebook_name("notebooks/quickstart.ipynb")
    'quickstart'
    """
    return PurePosixPath(path).stem


def _told_by_environment() -> str | None:
    """Return what the process that started the kernel tells of the notebook."""
    parents = _parents()
    session = os.environ.get("JPY_SESSION_NAME")
    # The same name in the process that started the kernel is that of another kernel, further up.
    if session and not any(_variable(parent, "JPY_SESSION_NAME") == session for parent in parents[-1:]):
        # Even when it names a console: then a notebook on the server's command line is another one.
        return session
    if os.environ.get("SERVER_SOFTWARE", "").startswith("voila/"):
        asked = unquote(os.environ.get("SCRIPT_NAME", ""))
        if asked.endswith(".ipynb"):
            return str(Path.cwd() / PurePosixPath(asked).name)
    return next(filter(None, map(_on_command_line, parents)), None)


def _parents() -> list[Any]:
    """Return the process that started the kernel, as the last."""
    import psutil

    try:
        # On Windows a virtual environment's python.exe stands between.
        return list(psutil.Process().parents()[: 2 if os.name == "nt" else 1])
    except (psutil.Error, OSError):
        return []


def _variable(process: Any, name: str) -> str | None:
    """Return an environment variable that a process was started with."""
    import psutil

    try:
        value: str | None = process.environ().get(name)
    except (psutil.Error, OSError):  # another user's, or gone
        return None
    return value


def _on_command_line(process: Any) -> str | None:
    """Return the one notebook that a process was told to run; of papermill's two the first."""
    import psutil

    try:
        words, folder = process.cmdline(), process.cwd()
    except (psutil.Error, OSError):
        return None
    notebooks = [Path(folder, word) for word in words if word.endswith(".ipynb")]
    notebooks = [notebook for notebook in notebooks if notebook.is_file()]
    papermill = any(Path(word).stem == "papermill" for word in words[:3])
    return str(notebooks[0]) if notebooks and (papermill or len(notebooks) == 1) else None


def _relative(told: str) -> str:
    """Return a path without anything of this machine in it."""
    path = Path(told)
    if not path.is_absolute():
        # A client of the server's API that gave no name: relative to the server's root, which is unknown.
        here = Path.cwd() / path.name
        if not here.is_file():
            return PurePosixPath(path.as_posix()).as_posix()
        path = here
    path = path.resolve()
    for folder in (find_store().parent, Path.cwd()):
        if path.is_relative_to(folder.resolve()):
            return path.relative_to(folder.resolve()).as_posix()
    return path.name
