"""Load a model that may be replaced at the same time: either the old one or the new one, never a mix."""

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

__all__ = ["load_consistent"]

_MAX_RETRIES = 20


def load_consistent(find: Find, load: Load) -> LoadedModel:
    """Return a model whose files all belong to the same version.

    Parameters
    ----------
    find
        Returns the model's current folder, and its record in the store.
    load
        Loads it from its folder or a copy, if it is trusted.

    Raises
    ------
    ModelError
        When it is replaced again before it could be copied, every time.
    """
    for _ in range(_MAX_RETRIES):
        before = _identity(find)
        try:
            model = load(*find())
        except Exception:  # a mix of two models' files may raise anything
            if _identity(find) == before:
                raise
        else:
            if _identity(find) == before:
                return model
        # It is being replaced, perhaps again before it can be read: a copy does not change.
        copied = _load_copy(find, load)
        if copied is not None:
            return copied
    raise ModelError(f"the model in {str(find()[0])!r} is being replaced all the time; try again")


def _identity(find: Find) -> object:
    """Return what identifies the model that is there now."""
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
        # The model may read its artifacts from the copy as long as it is used.
        finalize(model, shutil.rmtree, copy, ignore_errors=True)
    return model
