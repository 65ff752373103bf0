"""Addresses of models: `runs:/<run>/<name>`, `models:/<name>/<version>`, a folder, a run."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from nbtrack.entities import Run
from nbtrack.entities.artifacts import artifact_target
from nbtrack.errors import InvalidValueError, NotFoundError
from nbtrack.tracking.destination import store_if_there, store_in_use

if TYPE_CHECKING:
    from nbtrack.records import ModelRecord
    from nbtrack.store import Store

__all__ = ["find_model", "model_folder", "name_and_version"]


def find_model(model_uri: str | os.PathLike[str] | Run) -> tuple[Path, ModelRecord | None]:
    """Return the folder of a model, and its record in the store in use.

    Raises
    ------
    NotFoundError, InvalidValueError
        When there is none, or it is not the address of a model.
    """
    if isinstance(model_uri, Run):
        saved = model_uri.store.models.of_run(model_uri.id)
        if not saved:
            raise NotFoundError(f"run {model_uri.name!r} saved no model")
        main = next((record for record in saved if record.name == "model"), saved[-1])
        return _place(model_uri.store, main), main
    text = os.fspath(model_uri)
    scheme, _, rest = text.partition(":/")
    if scheme == "runs":
        run, _, name = rest.strip("/").partition("/")
        store = store_in_use()
        return _of_run(store, store.run(run).id, name)
    if scheme == "models":
        return _of_registry(store_in_use(), unquote(rest.strip("/")))
    if scheme == "file":
        from urllib.request import url2pathname

        return _of_path(Path(url2pathname(urlsplit(text).path)))
    if re.match(r"[a-z][a-z0-9+.-]+://", text):
        raise InvalidValueError(f"{text!r} is on another machine; give runs:/..., models:/... or a folder")
    return _of_path(Path(text))


def _of_run(store: Store, run_id: str, name: str) -> tuple[Path, ModelRecord | None]:
    saved = {record.name: record for record in store.models.of_run(run_id)}
    record = saved.get(name)
    folder = model_folder(store, run_id, name) if record is None else _place(store, record)
    if not (folder / "MLmodel").is_file():
        known = ", ".join(repr(known) for known in saved) or "none"
        raise NotFoundError(f"run {run_id[:8]} has no model {name!r}; it has {known}")
    return folder, record


def _of_registry(store: Store, rest: str) -> tuple[Path, ModelRecord | None]:
    if re.fullmatch(r"m-[0-9a-f]{32}", rest):
        record = store.models.find(rest)
        return _of_run(store, record.run, record.name)
    name, at, alias = rest.rpartition("@")
    if at:
        version = store.models.by_alias(name, alias)
    else:
        name, _, number = rest.rpartition("/")
        if not name or not (number.isdigit() or number.lower() == "latest"):
            raise InvalidValueError(
                f"'models:/{rest}' names no version; write models:/<name>/<version>, models:/<name>@<alias> "
                "or models:/<name>/latest"
            )
        version = store.models.version(name, int(number)) if number.isdigit() else store.models.newest(name)
    return find_model(version.source)


def _of_path(path: Path) -> tuple[Path, ModelRecord | None]:
    folder = path.expanduser().resolve()
    # A folder needs no store, so none is created.
    store = store_if_there()
    artifacts = None if store is None else (store.path / "artifacts").resolve()
    if store is not None and artifacts is not None and folder.is_relative_to(artifacts):
        run, _, name = folder.relative_to(artifacts).as_posix().partition("/")
        if name:
            return _of_run(store, run, name)
    return folder, None


def _place(store: Store, record: ModelRecord) -> Path:
    """Return where a saved model is: in its place, or aside while another one replaces it."""
    return store.models.aside(record.id) or model_folder(store, record.run, record.name)


def model_folder(store: Store, run_id: str, name: str) -> Path:
    """Return the folder of a run's model with this name; without a name it is `model`."""
    return artifact_target(store.artifact_folder(run_id), name or "model")


def name_and_version(model_uri: str | os.PathLike[str] | Run, folder: Path) -> tuple[str, str]:
    """Return the name and the version under which the model in a folder is known, by the address it was found by."""
    if isinstance(model_uri, Run):
        return model_uri.name, "1"
    scheme, _, rest = os.fspath(model_uri).partition(":/")
    rest = rest.strip("/")
    if scheme == "runs":
        return store_in_use().run(rest.partition("/")[0]).name, "1"
    if scheme == "models" and ("@" in rest or "/" in rest):
        name, at, alias = rest.rpartition("@")
        if at:
            return name, str(store_in_use().models.by_alias(name, alias).version)
        name, _, number = rest.rpartition("/")
        version = store_in_use().models.newest(name).version if not number.isdigit() else int(number)
        return name, str(version)
    return folder.name, "1"
