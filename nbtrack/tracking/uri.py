"""MLflow's tracking URIs: the folder of the store that each stands for."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from nbtrack.errors import InvalidValueError
from nbtrack.store.location import FOLDER

__all__ = ["folder_of"]

_DEFAULTS = {"mlruns", "mlflow.db"}
"""The default names of MLflow's own stores: beside one of them, our store has its default name, too."""


def folder_of(uri: Any) -> Path:
    """Return the folder of our store for a tracking URI; it is never one of MLflow's own.

    A folder stands for itself, a SQLite database and a store of MLflow's for the folder beside them that is called
    as they are with `.nbtrack` at the end: two databases are two stores.

    Parameters
    ----------
    uri
        A folder's path or `file:` URI, or a `sqlite:` address.

    Raises
    ------
    InvalidValueError
        For servers and databases elsewhere.

    Examples
    --------
    >>> str(folder_of("sqlite:///runs/a.db"))
    'runs/a.nbtrack'
    >>> str(folder_of("sqlite:///mlflow.db")), str(folder_of("./mlruns"))
    ('.nbtrack', '.nbtrack')
    """
    text = os.fspath(uri) if isinstance(uri, os.PathLike) else uri
    if not isinstance(text, str):
        raise InvalidValueError(f"tracking URI {uri!r} is a {type(uri).__name__}; give the path of a folder")
    # One letter before the colon is a drive.
    if text != "databricks" and not re.match(r"[A-Za-z][A-Za-z0-9+.-]+:", text):
        return _beside_mlflow(Path(text or "."))
    parts = urlsplit(text)
    if parts.scheme == "file":
        if parts.netloc not in ("", "localhost"):
            raise InvalidValueError(f"tracking URI {text!r} names another machine; give the path of a folder")
        from urllib.request import url2pathname  # slow to import

        return _beside_mlflow(Path(url2pathname(parts.path)))
    if parts.scheme == "sqlite":
        # sqlite:///relative.db and sqlite:////absolute.db, as SQLAlchemy reads them.
        database = Path(unquote(parts.path[1:]))
        return _named(database, database.stem)
    raise InvalidValueError(
        f"tracking URI {text!r} is the address of a server or database; nbtrack keeps runs in a folder "
        "(.nbtrack by default): give its path, or leave set_tracking_uri out"
    )


def _beside_mlflow(folder: Path) -> Path:
    return _named(folder, folder.name) if folder.name in _DEFAULTS or _is_mlflow(folder) else folder


def _named(origin: Path, stem: str) -> Path:
    return origin.parent / (FOLDER if origin.name in _DEFAULTS else f"{stem}{FOLDER}")


def _is_mlflow(folder: Path) -> bool:
    """Return whether a folder holds experiments as MLflow's file store writes them."""
    try:
        return any((inner / "meta.yaml").is_file() for inner in folder.iterdir())
    except OSError:
        return False
