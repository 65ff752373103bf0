"""Models of runs: MLflow's `log_model`, `save_model`, `load_model`."""

from __future__ import annotations

import contextlib
import os
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from nbtrack.entities.artifacts import artifact_target
from nbtrack.errors import ModelError, NbtrackError, NbtrackWarning, StoreError
from nbtrack.records import ModelRecord
from nbtrack.tracking.artifact_logging import warn_if_not_portable
from nbtrack.tracking.consistent_load import load_consistent
from nbtrack.tracking.current import require_run
from nbtrack.tracking.model_trust import how_far_trusted
from nbtrack.tracking.model_uri import find_model
from nbtrack.tracking.registration import register_model
from nbtrack.values import as_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from nbtrack.entities import Run
    from nbtrack.models import LoadedModel, MLmodel, Signature
    from nbtrack.store import Store

__all__ = [
    "ModelInfo",
    "keep_model",
    "kept_model",
    "load_model",
    "log_model",
    "save_model",
]


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A saved model, with MLflow's names for its attributes."""

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
        An estimator of scikit-learn's protocol, a torch module, a model of Keras, XGBoost, LightGBM, CatBoost,
        statsmodels or ONNX, a function of the input, an object with `predict`, or the path of a script that passes one to `nbtrack.models.set_model`.
    name
        Its folder among the run's artifacts; another model of this name is replaced.
    input_example
        Some rows of input to store with it.
    signature
        The schema of its input and output; by default inferred from the input example. See `nbtrack.models.infer_signature`.
    registered_model_name
        Register it under this name, too.
    pip_requirements, extra_pip_requirements
        Requirements in place of, or in addition to, the packages that its pickle refers to.
    metadata
        Anything that JSON can hold.
    artifacts
        Files and folders to store with it, by name; `predict(context, ...)` finds them in `context.artifacts`.
    model_config
        Its settings, `context.model_config`; a dict, or the path of a YAML file.
    code_paths
        Modules and packages that it imports and that are not installed.

    Raises
    ------
    ModelError
        When it cannot be saved.
    StoreError
        When the store cannot be written: its disk is full.

    Examples
    --------
    >>> with nbtrack.start_run():
    ...     info = nbtrack.log_model(model, input_example=X.head(2))
    >>> nbtrack.load_model(info.model_uri).predict(X).round(1)
    array([4.1, 5. , 6. , 6.9])
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
    """Return the address under which this object was saved with a run; None if it was not."""
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
    warn_if_not_portable(name)
    if folder.exists() and not folder.is_dir():
        raise ModelError(f"{str(folder)!r} is a file; give the model another name")
    model_id = f"m-{os.urandom(16).hex()}"
    with _writing(store):
        staged = store.models.stage(model_id)
    try:
        written = save(model, staged, run_id=run.id, model_id=model_id, **options)
        _hide_secrets(name, staged)
        flavour = next(key for key in written.flavors)
        size = written.model_size_bytes or 0
        with _writing(store):
            content = digest(staged)
            sign(staged, content)
            store.flush()
            record = ModelRecord(model_id, run.id, name, flavour, size, time.time(), content)
            store.models.add(record, staged, folder)
    finally:
        store.models.discard(staged)  # only exists if something failed
    uri = f"runs:/{run.id}/{name}"
    with contextlib.suppress(TypeError):  # some cannot be hashed or referred to
        _kept[model] = (run.id, uri)
    return ModelInfo(uri, run.id, model_id, name, written.signature, size, written.flavors)


def _hide_secrets(name: str, folder: Path) -> None:
    """Mask known secrets in a model's examples, and warn if the model itself contains any."""
    from nbtrack.capture.secrets import SEEN
    from nbtrack.models.example import EXAMPLES

    if not SEEN:
        return
    examples = [file for one in EXAMPLES if (file := folder / one).is_file()]
    for file in examples:
        text = file.read_text(encoding="utf-8")
        masked = SEEN.hidden(text)
        if masked != text:
            file.write_text(masked, encoding="utf-8", newline="")
    others = (file for file in folder.rglob("*") if file.is_file() and file not in examples)
    holding = next(filter(_holds_secret, others), None)
    if holding is not None:
        warnings.warn(
            f"model {name!r} holds a secret, such as an API key, in {holding.name}: who gets the store or the model gets it",
            NbtrackWarning,
            stacklevel=4,
        )


def _holds_secret(file: Path) -> bool:
    from mmap import ACCESS_READ, mmap

    from nbtrack.capture.secrets import SEEN

    if not file.stat().st_size:  # an empty file cannot be mapped
        return False
    with file.open("rb") as opened, mmap(opened.fileno(), 0, access=ACCESS_READ) as content:
        return SEEN.occurs_in(content)


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
    """Save a model to a new folder; see `log_model`.

    Raises
    ------
    ModelError
        When it cannot be saved, or the folder is not empty.
    StoreError
        When the folder cannot be written: its disk is full, or it may only be read.

    Examples
    --------
    >>> saved = nbtrack.save_model(model, "ridge", input_example=X.head(2))
    >>> nbtrack.load_model("ridge").predict(X).round(1)
    array([4.1, 5. , 6. , 6.9])
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
        `runs:/<run>/<name>` (a run's id, a prefix of it, or its name), `models:/<name>/<version>`,
        `models:/<name>@<alias>`, `models:/<name>/latest`, `models:/m-<id>`, the path of a folder, or a run.
    trust
        Loading a pickle runs code. Models that you saved, or trusted with `nbtrack trust`, are loaded; for others say
        that you trust them this time, or, for skops files, which types.
    model_config
        Settings that replace those it was saved with.

    Raises
    ------
    NotFoundError
        When there is no such run, model, version or alias.
    TrustError
        When you have neither saved nor trusted it, or it was changed since.
    ModelError
        When it cannot be loaded here.

    Examples
    --------
    >>> model = nbtrack.load_model("runs:/ridge/model")
    >>> model.predict(X).round(1)
    array([4.1, 5. , 6. , 6.9])
    """
    from nbtrack.models import load

    trust = trust if isinstance(trust, bool) else list(trust)

    def load_from(folder: Path, record: ModelRecord | None) -> LoadedModel:
        return load(folder, trust=how_far_trusted(folder, record, trust), model_config=model_config)

    return load_consistent(lambda: find_model(model_uri), load_from)
