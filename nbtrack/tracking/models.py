"""Models of runs and the registry: MLflow's `log_model`, `load_model`, `register_model`."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit
from weakref import WeakKeyDictionary

from nbtrack.entities import Run
from nbtrack.entities.artifacts import artifact_target
from nbtrack.errors import InvalidValueError, ModelError, NbtrackError, NotFoundError, StoreError, TrustError
from nbtrack.records import ModelRecord, ModelVersion, RegisteredModel
from nbtrack.store import is_store, open_store, resolve
from nbtrack.tracking.current import require_run
from nbtrack.tracking.files import tell_if_not_portable
from nbtrack.tracking.location import store_if_there, store_in_use
from nbtrack.tracking.steady import load_steadily
from nbtrack.values import as_name, as_tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from nbtrack.models import LoadedModel, MLmodel, Signature
    from nbtrack.store import Store

__all__ = [
    "ModelInfo",
    "find_model",
    "keep_model",
    "kept_model",
    "load_model",
    "log_model",
    "register_model",
    "registered_model",
    "registered_models",
    "save_model",
    "trust_models",
    "trusted_model",
]


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What was saved, under MLflow's names."""

    model_uri: str
    run_id: str
    model_id: str
    artifact_path: str
    signature: Signature | None
    model_size_bytes: int
    flavors: Mapping[str, Any]
    registered_model_version: int | None = None

    @property
    def name(self) -> str:
        """The model's name in its run."""
        return self.artifact_path


def log_model(
    model: Any,
    name: str = "model",
    input_example: Any = None,
    signature: Signature | None = None,
    *,
    registered_model_name: str | None = None,
    pip_requirements: Iterable[str] | None = None,
    extra_pip_requirements: Iterable[str] = (),
    metadata: Mapping[str, Any] | None = None,
    artifacts: Mapping[str, str] | None = None,
    model_config: Mapping[str, Any] | str | None = None,
    code_paths: Iterable[str] | None = None,
) -> ModelInfo:
    """Save a model with the current run, in MLflow's format.

    Parameters
    ----------
    model
        An estimator of scikit-learn's protocol, a torch module, a model of XGBoost or LightGBM, a function of the
        input, an object with `predict`, or the path of a script that hands one to `nbtrack.models.set_model`.
    name
        Its folder among the run's artifacts; another model of this name is replaced.
    input_example
        Some rows of input to keep with it.
    signature
        What it takes and gives; by default that of the input example. See `nbtrack.models.infer_signature`.
    registered_model_name
        Register it under this name, too.
    pip_requirements, extra_pip_requirements
        What it needs in place of, or besides, what its pickle refers to.
    metadata
        Anything that JSON can hold.
    artifacts
        Files and folders to keep with it, by name; `predict(context, ...)` finds them in `context.artifacts`.
    model_config
        Its settings, `context.model_config`; a dict, or the path of a YAML file.
    code_paths
        Modules and packages that it imports, where they are not installed.

    Raises
    ------
    ModelError
        When it cannot be saved.
    StoreError
        When the store cannot be written: its disk is full.

    Examples
    --------
    >>> info = nbtrack.log_model(model, input_example=X.head())  # doctest: +SKIP
    >>> nbtrack.load_model(info.model_uri).predict(X)  # doctest: +SKIP
    """
    run = require_run()
    info = keep_model(
        run, model, name, input_example=input_example, signature=signature, pip_requirements=pip_requirements,
        extra_pip_requirements=extra_pip_requirements, metadata=metadata, artifacts=artifacts,
        model_config=model_config, code_paths=code_paths,
    )  # fmt: skip
    if registered_model_name is None:
        return info
    version = register_model(info.model_uri, registered_model_name)
    fields = {field: getattr(info, field) for field in info.__slots__}
    return ModelInfo(**fields | {"registered_model_version": version.version})


_kept: WeakKeyDictionary[Any, tuple[str, str]] = WeakKeyDictionary()
"""The run that a model was last saved with, and its address."""


def kept_model(run: Run, model: Any) -> str | None:
    """Return the address under which this very object was saved with a run; None if it was not."""
    try:
        kept_with, uri = _kept.get(model, ("", ""))
    except TypeError:  # it cannot be hashed or referred to
        return None
    return uri if kept_with == run.id else None


def keep_model(run: Run, model: Any, name: str, **options: Any) -> ModelInfo:
    """Save a model with a run; `options` are those of `nbtrack.models.save`."""
    from nbtrack.models import digest, save
    from nbtrack.models.trust import sign

    store = run.store
    as_name(name, "model name")
    folder = artifact_target(store.artifact_folder(run.id), name)
    tell_if_not_portable(name)
    if folder.exists() and not folder.is_dir():
        raise ModelError(f"{str(folder)!r} is a file; give the model a name of its own")
    model_id = f"m-{os.urandom(16).hex()}"
    with _writing(store):
        staged = store.models.stage(model_id)
    try:
        written = save(model, staged, run_id=run.id, model_id=model_id, **options)
        flavour = next(key for key in written.flavors)
        size = written.model_size_bytes or 0
        with _writing(store):
            content = digest(staged)
            sign(staged, content)
            store.flush()
            record = ModelRecord(model_id, run.id, name, flavour, size, time.time(), content)
            store.models.add(record, staged, folder)
    finally:
        store.models.discard(staged)  # it is still there where something failed
    uri = f"runs:/{run.id}/{name}"
    with contextlib.suppress(TypeError):  # some cannot be hashed or referred to
        _kept[model] = (run.id, uri)
    return ModelInfo(uri, run.id, model_id, name, written.signature, size, written.flavors)


@contextlib.contextmanager
def _writing(store: Store) -> Iterator[None]:
    try:
        yield
    except NbtrackError:
        raise
    except OSError as error:
        raise StoreError(
            f"the model cannot be written to the store {str(store.path)!r} ({error.strerror}); "
            "free some space, or make its folder writable"
        ) from error


def save_model(
    model: Any,
    path: str | os.PathLike[str],
    input_example: Any = None,
    signature: Signature | None = None,
    *,
    pip_requirements: Iterable[str] | None = None,
    extra_pip_requirements: Iterable[str] = (),
    metadata: Mapping[str, Any] | None = None,
    artifacts: Mapping[str, str] | None = None,
    model_config: Mapping[str, Any] | str | None = None,
    code_paths: Iterable[str] | None = None,
) -> MLmodel:
    """Save a model into a new folder of one's own; see `log_model`.

    Raises
    ------
    ModelError
        When it cannot be saved, or the folder holds something.
    StoreError
        When the folder cannot be written: its disk is full, or it may only be read.
    """
    from nbtrack.models import digest, save
    from nbtrack.models.trust import sign

    written = save(
        model, path, signature=signature, input_example=input_example, pip_requirements=pip_requirements,
        extra_pip_requirements=extra_pip_requirements, metadata=metadata, artifacts=artifacts,
        model_config=model_config, code_paths=code_paths,
    )  # fmt: skip
    sign(Path(path), digest(path))
    return written


def load_model(
    model_uri: str | os.PathLike[str] | Run,
    *,
    trust: bool | Iterable[str] = False,
    model_config: Mapping[str, Any] | None = None,
) -> LoadedModel:
    """Load a model that was saved by nbtrack or MLflow.

    Parameters
    ----------
    model_uri
        `runs:/<run>/<name>` (a run's id, the beginning of it, or its name), `models:/<name>/<version>`,
        `models:/<name>@<alias>`, `models:/<name>/latest`, `models:/m-<id>`, the path of a folder, or a run.
    trust
        Loading a pickle runs code. What you saved, or trusted with `nbtrack trust`, is loaded; of anything else say
        that you trust it this once, or, of files of skops, which types.
    model_config
        Settings in place of those that it was saved with.

    Raises
    ------
    NotFoundError
        When there is no such run, model, version or alias.
    TrustError
        When you have neither saved nor trusted it, or it was changed since.
    ModelError
        When it cannot be loaded here.
    """
    from nbtrack.models import load

    trust = trust if isinstance(trust, bool) else list(trust)

    def load_from(folder: Path, record: ModelRecord | None) -> LoadedModel:
        return load(folder, trust=_trusted(folder, record, trust), model_config=model_config)

    return load_steadily(lambda: find_model(model_uri), load_from)


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
    return folder, _trusted(folder, record, trust)


def trust_models(target: str | os.PathLike[str]) -> list[tuple[str, Path]]:
    """Let the models that are there now load unasked by this user, and return them with their addresses.

    Parameters
    ----------
    target
        A store's folder, a run (id, the beginning of it, or name), or the address or folder of a model.

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
    folders = ((f"runs:/{one.run}/{one.name}", _folder(store, one.run, one.name)) for one in records)
    return [(uri, folder) for uri, folder in folders if (folder / "MLmodel").is_file()]


def find_model(model_uri: str | os.PathLike[str] | Run) -> tuple[Path, ModelRecord | None]:
    """Return the folder of a model, and what the store in use knows of it.

    Raises
    ------
    NotFoundError, InvalidValueError
        When there is none, or it is no address of a model.
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
    folder = _folder(store, run_id, name) if record is None else _place(store, record)
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
    # A folder needs no store, and looking makes none.
    store = store_if_there()
    artifacts = None if store is None else (store.path / "artifacts").resolve()
    if store is not None and artifacts is not None and folder.is_relative_to(artifacts):
        run, _, name = folder.relative_to(artifacts).as_posix().partition("/")
        if name:
            return _of_run(store, run, name)
    return folder, None


def _place(store: Store, record: ModelRecord) -> Path:
    """Return where a saved model is: in its place, or aside while another takes that."""
    return store.models.aside(record.id) or _folder(store, record.run, record.name)


def _folder(store: Store, run_id: str, name: str) -> Path:
    return artifact_target(store.artifact_folder(run_id), name or "model")


def _trusted(folder: Path, record: ModelRecord | None, trust: bool | Iterable[str]) -> bool | list[str]:
    """Return how far a model is trusted, ready to be loaded: as is said, else by what the user has signed."""
    if trust is not False:
        return trust if isinstance(trust, bool) else list(trust or ())
    if not _is_trusted(folder, record):
        return False
    from nbtrack.models.folder import remove_bytecode

    remove_bytecode(folder)  # the signature is not of it
    return True


def _is_trusted(folder: Path, record: ModelRecord | None) -> bool:
    """Return whether the user has saved this model, or said that he trusts it.

    Raises
    ------
    TrustError
        When it is not as its run saved it, and he has not.
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


def register_model(
    model_uri: str,
    name: str,
    await_registration_for: int | None = None,  # noqa: ARG001 (MLflow's)
    *,
    tags: Mapping[str, Any] | None = None,
    description: str = "",
) -> ModelVersion:
    """Make a saved model a new version of a registered one, which is made if need be.

    Parameters
    ----------
    model_uri
        The model; see `load_model`.
    name
        The registered model's name; without `/`, `:` and `@`.
    await_registration_for
        Has no effect.
    tags
        What to say of the version.

    Raises
    ------
    NotFoundError
        When there is no such model.
    InvalidValueError
        When the name cannot be one.

    Examples
    --------
    >>> nbtrack.register_model(f"runs:/{run.id}/model", "wine").version  # doctest: +SKIP
    1
    """
    checked = as_name(name, "model name")
    if re.search(r"[/:@]", checked):
        raise InvalidValueError(f"model name {checked!r} holds one of / : @, which addresses are made of")
    folder, record = find_model(model_uri)
    if not (folder / "MLmodel").is_file():
        raise NotFoundError(f"there is no model in {str(folder)!r}: it has no file MLmodel")
    source = str(folder) if record is None else f"runs:/{record.run}/{record.name}"
    registry = store_in_use().models
    version = registry.register(checked, source, None if record is None else record.run, description)
    for key, value in (tags or {}).items():
        registry.set_tag(checked, as_name(key, "tag name"), as_tag(value), version.version)
    return registry.version(checked, version.version)


def registered_models() -> list[RegisteredModel]:
    """Return the registered models, by name."""
    registry = store_in_use().models
    return [registry.model(name) for name in registry.names()]


def registered_model(name: str) -> RegisteredModel:
    """Return a registered model with its versions, aliases and tags.

    Raises
    ------
    NotFoundError
        When there is none of the name.
    """
    return store_in_use().models.model(name)
