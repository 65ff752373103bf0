"""Which models load without confirmation: those that the user has saved or trusted."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from nbtrack.errors import TrustError
from nbtrack.store import is_store, open_store, resolve
from nbtrack.tracking.destination import store_in_use
from nbtrack.tracking.model_uri import find_model, model_folder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbtrack.entities import Run
    from nbtrack.records import ModelRecord
    from nbtrack.store import Store

__all__ = ["how_far_trusted", "trust_models", "trusted_model"]


def trusted_model(
    model_uri: str | os.PathLike[str] | Run, trust: bool | Iterable[str] = False
) -> tuple[Path, bool | list[str]]:
    """Return the folder of a model, and how far it is trusted: wholly, if the user has saved or trusted it.

    Raises
    ------
    NotFoundError
        When there is none.
    TrustError
        When it was changed since it was written.
    """
    folder, record = find_model(model_uri)
    return folder, how_far_trusted(folder, record, trust)


def trust_models(target: str | os.PathLike[str]) -> list[tuple[str, Path]]:
    """Trust the models that exist now, for this user, and return them with their addresses.

    Parameters
    ----------
    target
        A store's folder, a run (id, prefix of an id, or name), or the address or folder of a model.

    Raises
    ------
    NotFoundError, InvalidValueError
        When there is no such model, run or store.
    """
    from nbtrack.models import digest
    from nbtrack.models.trust import trust

    found = _models_of(os.fspath(target))
    for _, folder in found:
        trust(digest(folder))
    return found


def _models_of(target: str) -> list[tuple[str, Path]]:
    folder = Path(target).expanduser()
    if (folder / "MLmodel").is_file():
        return [(str(folder), folder.resolve())]
    if folder.is_dir() and is_store(resolve(folder)):
        store = open_store(folder)
        return _there(store, store.models.saved())
    if target.startswith(("runs:/", "models:/", "file:/")):
        return [(target, find_model(target)[0])]
    store = store_in_use()
    return _there(store, store.models.of_run(store.run(target).id))


def _there(store: Store, records: Iterable[ModelRecord]) -> list[tuple[str, Path]]:
    folders = ((f"runs:/{one.run}/{one.name}", model_folder(store, one.run, one.name)) for one in records)
    return [(uri, folder) for uri, folder in folders if (folder / "MLmodel").is_file()]


def how_far_trusted(
    folder: Path, record: ModelRecord | None, trust: bool | Iterable[str]
) -> bool | list[str]:
    """Return how far a model is trusted: according to `trust`, else by the user's signatures. Prepares it to be loaded."""
    if trust is not False:
        return trust if isinstance(trust, bool) else list(trust or ())
    if not _is_trusted(folder, record):
        return False
    from nbtrack.models.folder import remove_bytecode

    remove_bytecode(folder)  # the signature does not cover it
    return True


def _is_trusted(folder: Path, record: ModelRecord | None) -> bool:
    """Return whether the user has saved or trusted this model.

    Raises
    ------
    TrustError
        When it was changed since its run saved it, and the user has not trusted it since.
    """
    from nbtrack.models import digest
    from nbtrack.models.trust import is_saved_by_user, is_trusted

    if not (folder / "MLmodel").is_file():
        return False
    content = digest(folder)
    if is_trusted(content):
        return True
    if record is not None and record.digest != content:
        raise TrustError(
            f"the model in {str(folder)!r} is not as run {record.run[:8]} saved it: its files have been changed since; "
            f"if you trust them, say so once with `nbtrack trust {shlex.quote(str(folder))}`, or load it with trust=True (--trust)"
        )
    return is_saved_by_user(folder, content)
