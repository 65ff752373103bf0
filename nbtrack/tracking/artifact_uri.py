"""Addresses of artifacts: `runs:/<run>/<name>`, `models:/<name>/<version>/<file>`, `file:`, a path."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from nbtrack.entities.artifacts import artifact_target
from nbtrack.errors import InvalidValueError, NotFoundError
from nbtrack.tracking.destination import store_in_use
from nbtrack.tracking.model_uri import find_model

__all__ = ["find_artifact"]

_MODEL = re.compile(r"models:/+(m-[0-9a-f]{32}|[^/@]+@[^/]+|[^/]+/[^/]+)(?:/(.*))?")


def find_artifact(uri: str | os.PathLike[str]) -> Path:
    """Return where an artifact is: a file or a folder of this machine.

    Raises
    ------
    NotFoundError
        When there is none.
    InvalidValueError
        For an address of another machine.

    Examples
    --------
    >>> find_artifact("runs:/0f1e.../plots/loss.png").name
    'loss.png'
    """
    text = os.fspath(uri)
    if text.startswith("runs:/"):
        run, _, name = text[len("runs:/") :].strip("/").partition("/")
        store = store_in_use()
        folder = store.artifact_folder(store.run(run).id)
        found = artifact_target(folder, name) if name else folder
    elif (model := _MODEL.fullmatch(text)) is not None:
        folder, _ = find_model(f"models:/{model[1]}")
        found = artifact_target(folder, model[2]) if model[2] else folder
    elif text.startswith("file:"):
        from urllib.request import url2pathname

        found = Path(url2pathname(urlsplit(text).path))
    elif re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", text):
        raise InvalidValueError(f"{text!r} is on another machine; give runs:/..., models:/... or a path")
    else:
        found = Path(text)
    if not found.exists():
        raise NotFoundError(f"there is no artifact {text!r}")
    return found
