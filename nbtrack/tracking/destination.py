"""The store and the experiment in use: `set_store`, and MLflow's tracking URI."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

from nbtrack.errors import InvalidValueError, NbtrackWarning
from nbtrack.store import Store, find_store, open_store, resolve
from nbtrack.tracking.uri import folder_of
from nbtrack.tracking.workers import announce, origin
from nbtrack.values import as_name

__all__ = [
    "MLFLOW_DEFAULT",
    "default_experiment",
    "folder_in_use",
    "get_store",
    "get_tracking_uri",
    "look_from",
    "name_default_experiment",
    "set_store",
    "set_tracking_uri",
    "store_at",
    "store_if_there",
    "store_in_use",
    "use_experiment",
    "use_store",
]

MLFLOW_DEFAULT = "0"
"""The id of MLflow's default experiment; here it stands for the experiment `default`."""

_store: Store | None = None
_named: tuple[str | None, ...] = ()
"""The environment's variables when the store was opened."""
_start: Path | None = None
"""The folder where the search for the store starts; None is the working folder."""
_experiment: str | None = None
_default_experiment = "default"


def store_in_use() -> Store:
    """Return the store in use: the one set, else the one found at the first call.

    A later `os.chdir` changes nothing; a changed `NBTRACK_STORE` or `MLFLOW_TRACKING_URI` does. If `NBTRACK_READ_ONLY`
    is set, nothing can change the store.
    """
    if _store is None or _variables() != _named:
        use_store(open_store(folder_in_use()))
    assert _store is not None
    return _store


def get_store() -> Store:
    """Return the store that runs go to: the one set, else the nearest `.nbtrack`.

    Raises
    ------
    StoreError
        When there is none, and none can be made.

    Examples
    --------
    >>> nbtrack.get_store().path.name
    '.nbtrack'
    """
    return store_in_use()


def folder_in_use() -> Path:
    """Return the folder where the store is, or will be created, while none is set.

    `NBTRACK_STORE` names it; else a worker's is that of the process it works for; else `MLFLOW_TRACKING_URI` names
    it; else it is the nearest `.nbtrack`.
    """
    store, uri = _variables()
    works_for = origin()
    if works_for is not None and works_for.store and not store:
        return Path(works_for.store)
    if uri and not store:
        try:
            return resolve(folder_of(uri))
        except InvalidValueError:
            warnings.warn(
                f"MLFLOW_TRACKING_URI is {uri!r}, a server or database that nbtrack does not write to: "
                "its runs go to a folder; set NBTRACK_STORE to name it and end this warning",
                NbtrackWarning,
                stacklevel=3,
            )
    return find_store(_start)


def _variables() -> tuple[str | None, str | None]:
    return os.environ.get("NBTRACK_STORE"), os.environ.get("MLFLOW_TRACKING_URI")


def look_from(folder: Path) -> None:
    """Start the search for the store in this folder instead of the working folder."""
    global _start  # noqa: PLW0603 (one session a process)
    _start = folder


def store_if_there() -> Store | None:
    """Return the store in use if it exists; it is not created."""
    return store_in_use() if _store is not None or folder_in_use().is_dir() else None


def use_store(store: Store) -> None:
    """Use this store for runs from now on."""
    global _store, _named
    _store, _named = store, _variables()
    if origin() is None:
        announce(store)


def default_experiment() -> str:
    """Return the experiment of runs that name none.

    That is the one of `set_experiment`, of `MLFLOW_EXPERIMENT_NAME` or `MLFLOW_EXPERIMENT_ID`, or the notebook's.
    """
    return _experiment or _experiment_of_environment() or _default_experiment


def _experiment_of_environment() -> str | None:
    name, number = os.environ.get("MLFLOW_EXPERIMENT_NAME"), os.environ.get("MLFLOW_EXPERIMENT_ID")
    if name:
        return as_name(name, "MLFLOW_EXPERIMENT_NAME")
    if not number:
        return None
    found = next((one.name for one in store_in_use().experiments() if str(one.id) == number), None)
    if found is None and number != MLFLOW_DEFAULT:
        warnings.warn(
            f"MLFLOW_EXPERIMENT_ID is {number!r}, and the store has no such experiment; "
            f"runs go to {_default_experiment!r}",
            NbtrackWarning,
            stacklevel=4,
        )
    return found


def use_experiment(name: str) -> None:
    """Use this experiment for runs that name none."""
    global _experiment  # noqa: PLW0603 (one experiment in use a process)
    _experiment = name


def name_default_experiment(name: str) -> None:
    """Set the experiment of runs until `set_experiment` is called."""
    global _default_experiment  # noqa: PLW0603 (one experiment in use a process)
    _default_experiment = as_name(name, "experiment name")


def set_store(location: str | os.PathLike[str], *, read_only: bool = False) -> Store:
    """Use the store in this folder for runs from now on; it is created with the first run.

    Parameters
    ----------
    location
        The store's folder, or the folder that its `.nbtrack` is in.
    read_only
        Whether to refuse every change, of runs and of what is saved with them.

    Raises
    ------
    StoreError
        When it cannot be a store.

    Examples
    --------
    >>> store = nbtrack.set_store("experiments")
    >>> len(nbtrack.runs())
    0
    """
    store = open_store(location, read_only=read_only)
    use_store(store)
    return store


def store_at(store: Store | str | os.PathLike[str] | None) -> Store:
    """Return the store that is given, itself or as its folder; without one the store in use."""
    if store is None:
        return store_in_use()
    return store if isinstance(store, Store) else open_store(store)


def set_tracking_uri(uri: str | os.PathLike[str]) -> None:
    """Use the store for this MLflow address for runs from now on.

    Parameters
    ----------
    uri
        A folder's path, `file:` URI or `sqlite:` address. MLflow's own stores stand for a folder beside them, of
        the same name with `.nbtrack` at the end (`mlruns` and `mlflow.db`: just `.nbtrack`).

    Raises
    ------
    InvalidValueError
        For servers and databases elsewhere: nbtrack has no server.

    Examples
    --------
    >>> nbtrack.set_tracking_uri("sqlite:///experiments.db")
    >>> nbtrack.get_tracking_uri()
    'file:///.../experiments.nbtrack'
    """
    set_store(folder_of(uri))


def get_tracking_uri() -> str:
    """Return the folder of the store in use as `file:` URI.

    Examples
    --------
    >>> nbtrack.get_tracking_uri()
    'file:///.../.nbtrack'
    """
    return store_in_use().path.absolute().as_uri()
