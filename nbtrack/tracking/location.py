"""Where runs go: the store and the experiment in use, `set_store`, and MLflow's tracking URI."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from nbtrack.errors import InvalidValueError
from nbtrack.store import find_store, open_store
from nbtrack.tracking.workers import announce, origin
from nbtrack.values import as_name

if TYPE_CHECKING:
    from nbtrack.store import Store

__all__ = [
    "default_experiment",
    "get_tracking_uri",
    "look_from",
    "name_default_experiment",
    "set_store",
    "set_tracking_uri",
    "store_if_there",
    "store_in_use",
    "use_experiment",
    "use_store",
]

_store: Store | None = None
_store_variable: str | None = None
_start: Path | None = None
"""Where the store is looked for; None is the working folder."""
_experiment: str | None = None
_default_experiment = "default"


def store_in_use() -> Store:
    """Return the store that runs go to: the one set, else the nearest `.nbtrack` when first asked.

    A later `os.chdir` changes nothing; a changed `NBTRACK_STORE` does.
    """
    global _store, _store_variable
    variable = os.environ.get("NBTRACK_STORE")
    if _store is None or variable != _store_variable:
        _store, _store_variable = open_store(_folder_in_use()), variable
        if origin() is None:
            announce(_store)
    return _store


def _folder_in_use() -> Path:
    """Return the folder where the store is, or will be: a worker's is that of the process it works for."""
    works_for = origin()
    if works_for is not None and works_for.store and not os.environ.get("NBTRACK_STORE"):
        return Path(works_for.store)
    return find_store(_start)


def look_from(folder: Path) -> None:
    """Look for the store from this folder, whatever the working folder is when one is first needed."""
    global _start  # noqa: PLW0603 (one session a process)
    _start = folder


def store_if_there() -> Store | None:
    """Return the store that runs go to, if it has been made; None makes none."""
    return store_in_use() if _store is not None or _folder_in_use().is_dir() else None


def use_store(store: Store) -> None:
    """Let runs go to this store from now on."""
    global _store, _store_variable
    _store, _store_variable = store, os.environ.get("NBTRACK_STORE")
    if origin() is None:
        announce(store)


def default_experiment() -> str:
    """Return the experiment that a run goes to when it names none."""
    return _experiment or _default_experiment


def use_experiment(name: str) -> None:
    """Let runs that name no experiment go to this one."""
    global _experiment  # noqa: PLW0603 (one experiment in use a process)
    _experiment = name


def name_default_experiment(name: str) -> None:
    """Set the experiment that runs go to while nobody has called `set_experiment`."""
    global _default_experiment  # noqa: PLW0603 (one experiment in use a process)
    _default_experiment = as_name(name, "experiment name")


def set_store(location: str | os.PathLike[str]) -> Store:
    """Let runs go to the store in this folder from now on; it is made when the first run is.

    Parameters
    ----------
    location
        The store's folder, or the folder that its `.nbtrack` is in.

    Raises
    ------
    StoreError
        When it cannot be a store.
    """
    store = open_store(location)
    use_store(store)
    return store


def set_tracking_uri(uri: str | os.PathLike[str]) -> None:
    """Let runs go to the store that stands for this MLflow address from now on.

    Parameters
    ----------
    uri
        A folder's path or `file:` URI; of a `sqlite:` address the folder that the database is in, since
        nbtrack's store is no database of MLflow's.

    Raises
    ------
    InvalidValueError
        For servers and databases elsewhere: nbtrack has no server.
    """
    set_store(_folder(uri))


def get_tracking_uri() -> str:
    """Return the folder of the store in use as `file:` URI."""
    return store_in_use().path.absolute().as_uri()


def _folder(uri: Any) -> Path:
    text = os.fspath(uri) if isinstance(uri, os.PathLike) else uri
    if not isinstance(text, str):
        raise InvalidValueError(f"tracking URI {uri!r} is a {type(uri).__name__}; give the path of a folder")
    # One letter before the colon is a drive.
    if text != "databricks" and not re.match(r"[A-Za-z][A-Za-z0-9+.-]+:", text):
        return Path(text or ".")
    parts = urlsplit(text)
    if parts.scheme == "file":
        if parts.netloc not in ("", "localhost"):
            raise InvalidValueError(f"tracking URI {text!r} names another machine; give the path of a folder")
        from urllib.request import url2pathname  # slow to import

        return Path(url2pathname(parts.path))
    if parts.scheme == "sqlite":
        # sqlite:///relative.db and sqlite:////absolute.db, as SQLAlchemy reads them.
        return Path(unquote(parts.path[1:])).parent / ".nbtrack"
    raise InvalidValueError(
        f"tracking URI {text!r} is the address of a server or database; nbtrack keeps runs in a folder "
        "(.nbtrack by default): give its path, or leave set_tracking_uri out"
    )
