"""Loading a model that may be replaced meanwhile: whole, as it was before or as it is after."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import finalize

from nbtrack.errors import ModelError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbtrack.models import LoadedModel
    from nbtrack.records import ModelRecord

    Find = Callable[[], tuple[Path, ModelRecord | None]]
    Load = Callable[[Path, ModelRecord | None], LoadedModel]

__all__ = ["load_steadily"]

_TRIES = 20


def load_steadily(find: Find, load: Load) -> LoadedModel:
    """Return a model whose files are all of one moment.

    Parameters
    ----------
    find
        Returns the model's folder now, and what the store knows of it.
    load
        Loads it from its folder or a copy of that, if that is trusted.

    Raises
    ------
    ModelError
        When it is replaced again and again before it could even be copied.
    """
    for _ in range(_TRIES):
        before = _identity(find)
        try:
            model = load(*find())
        except Exception:  # files of two models together may raise anything
            if _identity(find) == before:
                raise
        else:
            if _identity(find) == before:
                return model
        # It is being replaced, perhaps again before it could be read: a copy of it stays as it is.
        copied = _load_copy(find, load)
        if copied is not None:
            return copied
    raise ModelError(f"the model in {str(find()[0])!r} is replaced by others all the time; try again")


def _identity(find: Find) -> object:
    """Tell the model that is there now from one that takes its place."""
    with contextlib.suppress(OSError, NotFoundError):
        folder, record = find()
        status = folder.stat()
        return record, folder, status.st_dev, status.st_ino
    return None


def _load_copy(find: Find, load: Load) -> LoadedModel | None:
    import shutil
    import tempfile

    from nbtrack.models import digest

    copy = tempfile.mkdtemp(prefix="nbtrack-")
    model = None
    try:
        with contextlib.suppress(OSError, NotFoundError):
            folder, record = find()
            shutil.copytree(folder, copy, dirs_exist_ok=True)
            if record is not None and digest(copy) == record.digest:
                model = load(Path(copy), record)
    finally:
        if model is None:
            shutil.rmtree(copy, ignore_errors=True)
    if model is not None:
        # Its artifacts may be read from there as long as it is used.
        finalize(model, shutil.rmtree, copy, ignore_errors=True)
    return model
