"""Which notebook this kernel belongs to: how each front end says so, and the fallback.

No message of the kernel protocol names the notebook, so each front end has its own way:

| front end | source | fallback |
|---|---|---|
| VS Code, its own kernels | `__vsc_ipynb_file__` in the user's namespace | |
| VS Code on a remote server | the session's name, without the suffix that VS Code adds | |
| JupyterLab, Notebook 7, other clients of jupyter_server 2 | the session's name in `JPY_SESSION_NAME` | as it was when the kernel started: a notebook renamed since keeps its old name until a restart |
| consoles, terminals, plain IPython | nothing: there is no notebook | None |
| papermill | `PAPERMILL_INPUT_PATH`, if it was told to inject it | its command line |
| `jupyter execute`, `jupyter nbconvert --execute` | the one notebook on their command line | None if there are several |
| nbclient in a program | `JPY_SESSION_NAME`, if the program sets it for the kernel | None |
| Voila | the address of the request | the one notebook on its command line |
| Colab, Kaggle | nothing that can be had without waiting for the browser | None |

If it is None, runs go to the experiment `default` and a cell is identified by its code.
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
"""Suffixes of notebooks, including Jupytext's text files."""
_MADE_UP = re.compile(r"(?:-jvsc-[\w-]+|-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?=\.ipynb$)")


def notebook_path(shell: Any) -> str | None:
    """Return the path of the notebook of this kernel; None if it is unknown.

    The path has forward slashes and is relative to the folder of the store, else to the working folder. For a notebook
    in neither, only the file's name is returned, so that no absolute path gets into the store.

    Parameters
    ----------
    shell
        The IPython shell; one without a kernel has no notebook.
    """
    if getattr(shell, "kernel", None) is None:
        return None
    name = (
        shell.user_ns.get("__vsc_ipynb_file__")
        or shell.user_ns.get("PAPERMILL_INPUT_PATH")
        or _name_from_environment()
    )
    if not isinstance(name, str) or Path(name).suffix not in _NOTEBOOKS:
        return None
    return _relative(_MADE_UP.sub("", name))


def notebook_name(path: str) -> str:
    """Return the default name of a notebook's experiment.

    Examples
    --------
    >>> notebook_name("notebooks/quickstart.ipynb")
    'quickstart'
    """
    return PurePosixPath(path).stem


def _name_from_environment() -> str | None:
    """Return the notebook's name from the environment that the kernel was started with."""
    parents = _parents()
    session = os.environ.get("JPY_SESSION_NAME")
    # If the parent process has the same name, it belongs to another kernel, further up.
    if session and not any(_variable(parent, "JPY_SESSION_NAME") == session for parent in parents[-1:]):
        # Even if it names a console: a notebook on the server's command line would be another one.
        return session
    if os.environ.get("SERVER_SOFTWARE", "").startswith("voila/"):
        address = unquote(os.environ.get("SCRIPT_NAME", ""))
        if address.endswith(".ipynb"):
            return str(Path.cwd() / PurePosixPath(address).name)
    return next(filter(None, map(_on_command_line, parents)), None)


def _parents() -> list[Any]:
    """Return the ancestors of this process, up to the one that started the kernel."""
    import psutil

    try:
        # On Windows a virtual environment's python.exe stands between.
        return list(psutil.Process().parents()[: 2 if os.name == "nt" else 1])
    except (psutil.Error, OSError):
        return []


def _variable(process: Any, name: str) -> str | None:
    """Return a variable from the environment that a process was started with."""
    import psutil

    try:
        value: str | None = process.environ().get(name)
    except (psutil.Error, OSError):  # another user's, or gone
        return None
    return value


def _on_command_line(process: Any) -> str | None:
    """Return the only notebook on a process's command line; for papermill the first of two."""
    import psutil

    try:
        words, folder = process.cmdline(), process.cwd()
    except (psutil.Error, OSError):
        return None
    notebooks = [Path(folder, word) for word in words if word.endswith(".ipynb")]
    notebooks = [notebook for notebook in notebooks if notebook.is_file()]
    papermill = any(Path(word).stem == "papermill" for word in words[:3])
    return str(notebooks[0]) if notebooks and (papermill or len(notebooks) == 1) else None


def _relative(name: str) -> str:
    """Return a path without anything of this machine in it."""
    path = Path(name)
    if not path.is_absolute():
        # From a client of the server's API that gave no name: relative to the server's root, which is unknown.
        here = Path.cwd() / path.name
        if not here.is_file():
            return PurePosixPath(path.as_posix()).as_posix()
        path = here
    path = path.resolve()
    for folder in (find_store().parent, Path.cwd()):
        if path.is_relative_to(folder.resolve()):
            return path.relative_to(folder.resolve()).as_posix()
    return path.name
