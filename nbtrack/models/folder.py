"""Save and load a model as a folder: written completely or not at all, read with or without trust."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from nbtrack.errors import ModelError, NbtrackWarning, StoreError
from nbtrack.installed import is_library
from nbtrack.models.enforcement import enforce
from nbtrack.models.example import read_example, write_example
from nbtrack.models.extras import import_from, keep_artifacts, keep_code, settings_of
from nbtrack.models.flavours import Flavour, Loading, flavour_in, flavour_of
from nbtrack.models.flavours.loader import write_loader
from nbtrack.models.flavours.pickled import FILE as PICKLE
from nbtrack.models.input_form import ONE_COLUMN
from nbtrack.models.mlmodel import MLmodel
from nbtrack.models.predict_params import enforce_params
from nbtrack.models.requirements import requirements_of, write_environment
from nbtrack.models.trial import given_signature, known_signature, tried_signature
from nbtrack.models.trust import SIGNATURE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from nbtrack.models.signature import Signature

__all__ = ["LoadedModel", "digest", "load", "remove_bytecode", "save"]

_NO_ROOM = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_MIN_FREE_BYTES = 100_000
"""Free bytes below which a disk counts as full."""
_MAX_COPIED = 10_000_000
"""Bytes of a pickle up to which a model is copied for the trial; what is larger are libraries' trees and weights."""
_NO_TABLE = ONE_COLUMN | {"list", "records"}
"""Kinds of data that MLflow converts to a table."""


class LoadedModel:
    """A loaded model; `predict` checks its input against the signature.

    Attributes
    ----------
    native
        The model itself: an estimator, a torch module, a function ...
    metadata
        The content of its `MLmodel`.
    path
        Its folder.

    Examples
    --------
    >>> model = nbtrack.load_model("models:/wine@champion")  # doctest: +SKIP
    >>> model.predict(wine.head())  # doctest: +SKIP
    """

    def __init__(self, native: Any, metadata: MLmodel, path: Path) -> None:
        self.native = native
        self.metadata = metadata
        self.path = path
        self.flavour = flavour_in(metadata.flavors)
        self._asked = self.flavour.ready(native, path, metadata.flavors.get("python_function", {}))

    @property
    def signature(self) -> Signature | None:
        """The model's signature, if it was saved."""
        return self.metadata.signature

    @property
    def input_example(self) -> Any:
        """The input example that was saved with it, or None."""
        return read_example(self.path, self.metadata.saved_input_example_info, self.signature)

    def predict(self, data: Any, params: Mapping[str, Any] | None = None) -> Any:
        """Return the model's predictions.

        Parameters
        ----------
        data
            Data that fits the signature; columns may be in any order.
        params
            Parameters of the prediction, if it has some.

        Raises
        ------
        SchemaError
            When a column is missing, or has values that cannot be cast without changing them.
        """
        signature = self.signature
        known = None
        if signature is not None:
            known = signature.params
            data = enforce(data, signature)
        given = enforce_params(params, known)
        method = str(self.metadata.flavors.get("python_function", {}).get("predict_fn", "predict"))
        if method != "predict":
            return self.flavour.call(self._asked, method, data, given)
        return self.flavour.predict(self._asked, data, given)

    def __repr__(self) -> str:
        return f"<LoadedModel {type(self.native).__name__} from {str(self.path)!r}>"


def save(
    model: Any,
    path: str | os.PathLike[str],
    *,
    signature: Signature | None = None,
    input_example: Any = None,
    fitted_on: Any = None,
    predicted: tuple[int, int, Any] | None = None,
    run_id: str | None = None,
    model_id: str | None = None,
    pip_requirements: Iterable[str] | None = None,
    extra_pip_requirements: Iterable[str] = (),
    metadata: Mapping[str, Any] | None = None,
    artifacts: Mapping[str, str] | None = None,
    model_config: Mapping[str, Any] | str | None = None,
    code_paths: Iterable[str] | None = None,
    tell: Callable[[str], None] | None = None,
) -> MLmodel:
    """Save a model to a new folder, in MLflow's format.

    Parameters
    ----------
    model
        An estimator, a torch module, a model of another known library, a function, or an object with `predict`.
    path
        The folder; it must not exist, or be empty.
    signature
        By default that of `fitted_on`, else of the input example, else what the model itself knows; none, with a message, if the model gives another number
        of predictions than these have rows, or no schema can be inferred.
    input_example
        Some rows of input to save with it.
    fitted_on
        The data that the model was fitted on, for the signature. A model with code of the user's own is not asked to predict for it.
    predicted
        What such a model has predicted already: for how many rows, how many predictions, and the first of these.
    pip_requirements
        Its requirements, in place of those that its pickle refers to.
    extra_pip_requirements
        Further requirements.
    metadata
        Anything that JSON can hold.
    artifacts
        Files and folders to save with it, by name; `predict(context, ...)` finds them in `context.artifacts`.
    model_config
        Its settings, `context.model_config`; a dict, or the path of a YAML file.
    code_paths
        Modules and packages that it imports and that are not installed.
    tell
        Called with messages for the user; by default they are warnings.

    Raises
    ------
    ModelError
        When the model cannot be saved, or the folder is not empty.
    StoreError
        When the folder cannot be written: its disk is full, or it may only be read.
    """
    tell = tell or _warn
    written = MLmodel(run_id=run_id, model_id=model_id, metadata=None if metadata is None else dict(metadata))
    with _made_whole(Path(path)) as part:
        flavour = flavour_of(model)
        saved = flavour.save(model, part)
        written.flavors[flavour.name] = saved.conf
        if saved.loader_module is not None:
            written.add_python_function(
                saved.loader_module, **saved.function, **_beside(artifacts, model_config, part)
            )
        if code_paths:
            for conf in written.flavors.values():
                conf["code"] = keep_code(code_paths, part)
        if signature is None and (fitted_on is not None or input_example is not None):
            own = saved.own_code or not is_library(type(model).__module__)
            if fitted_on is not None and own:
                signature = given_signature(model, fitted_on, predicted, tell)
            else:
                tried = _to_be_tried(flavour, model, part, written)
                signature = tried_signature(flavour, tried, fitted_on, input_example, tell)
        elif signature is None:
            signature = known_signature(flavour, model)
        written.signature = signature
        _tell_mlflow(written, part)
        if input_example is not None:
            written.saved_input_example_info = write_example(part, input_example)
        needs = list(pip_requirements) if pip_requirements is not None else _needs(saved.modules, written)
        write_environment(part, [*needs, *extra_pip_requirements])
        written.model_size_bytes = sum(file.stat().st_size for file in part.rglob("*") if file.is_file())
        written.write(part)
    return written


@contextlib.contextmanager
def _made_whole(target: Path) -> Iterator[Path]:
    """Yield a folder that replaces the target at the end, so that nobody finds a partial model."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ModelError(f"{str(target)!r} exists already; give the model another folder")
    part = target.parent / f".{target.name}-{uuid4().hex[:8]}"
    try:
        part.mkdir(parents=True)
        yield part
        if target.exists():
            target.rmdir()  # fails if something was put there in the meantime
        part.rename(target)
    except BaseException as error:
        fault = _fault_of_disk(error, part)
        shutil.rmtree(part, ignore_errors=True)
        if fault:
            raise StoreError(f"the model cannot be written to {str(target)!r}: {fault}") from error
        raise


def _fault_of_disk(error: BaseException | None, part: Path) -> str:
    """Return the problem of the disk or folder that a model is written to; empty if the error has another cause."""
    if not isinstance(error, Exception) or isinstance(error, StoreError):
        return ""
    if not isinstance(error, OSError):
        # Libraries that write files themselves may raise anything.
        with contextlib.suppress(OSError):
            return (
                "its disk is full; free some space" if shutil.disk_usage(part).free < _MIN_FREE_BYTES else ""
            )
        return ""
    if error.errno in _NO_ROOM:
        return "its disk is full; free some space"
    # An error about a file elsewhere, which the model's own code uses, does not count.
    return str(error.strerror) if str(error.filename or "").startswith(str(part)) else ""


def _beside(artifacts: Mapping[str, str] | None, model_config: Any, part: Path) -> dict[str, Any]:
    """Save the extras of a model, and return their entries in MLflow's `python_function`."""
    entry: dict[str, Any] = {}
    if artifacts:
        entry["artifacts"] = keep_artifacts(artifacts, part)
    if model_config is not None:
        entry["config"] = settings_of(model_config)
    return entry


def _tell_mlflow(written: MLmodel, part: Path) -> None:
    """Have MLflow load a model that was not fitted on a table with our loader: its own would pass a table."""
    form = written.signature.form if written.signature is not None else None
    conf = written.flavors.get("python_function")
    theirs = conf is not None and str(conf["loader_module"]).startswith("mlflow.")
    if (
        conf is None
        or not theirs
        or form is None
        or form.kind not in _NO_TABLE
        or not (part / PICKLE).is_file()
    ):
        return
    conf.pop("data", None)
    module, function = write_loader(part)
    conf |= {"loader_module": module, **function}


def _to_be_tried(flavour: Flavour, model: Any, part: Path, written: MLmodel) -> Any:
    """Return a model for the trial before it is saved: a copy, as predicting may change it or its random numbers."""
    if not hasattr(model, "load_context") and not isinstance(model, str | os.PathLike):
        pickle = part / PICKLE
        if not pickle.is_file() or pickle.stat().st_size > _MAX_COPIED:
            return model
        try:
            return flavour.load(part, written.flavors[flavour.name], Loading(pickles=True))
        except Exception:  # noqa: BLE001 - what cannot be loaded may be tried all the same
            return model
    function = written.flavors.get("python_function", {})
    import_from(part / str(function.get("code", "code")))
    return flavour.ready(
        flavour.load(part, written.flavors[flavour.name], Loading(pickles=True)), part, function
    )


def _warn(message: str) -> None:
    warnings.warn(message, NbtrackWarning, stacklevel=6)


def _needs(modules: set[str], written: MLmodel) -> list[str]:
    """Return the requirements of the modules, including pandas if the model takes columns."""
    inputs = written.signature.inputs if written.signature is not None else None
    columns = inputs is not None and any(hasattr(part, "required") for part in inputs)
    return requirements_of(modules, ["pandas"] if columns else [])


def digest(path: str | os.PathLike[str]) -> str:
    """Return a digest of a model's folder, which changes when any of its files changes.

    Bytecode does not count, because Python writes it when the model's modules are imported: see `remove_bytecode`.
    """
    folder = Path(path)
    whole = hashlib.blake2b(digest_size=20)
    for file in sorted(folder.rglob("*")):
        if (
            file.is_file()
            and file != folder / SIGNATURE
            and "__pycache__" not in file.relative_to(folder).parts
        ):
            with file.open("rb") as stream:
                content = hashlib.file_digest(stream, lambda: hashlib.blake2b(digest_size=20)).hexdigest()
            whole.update(f"{file.relative_to(folder).as_posix()}\0{content}\n".encode())
    return whole.hexdigest()


def remove_bytecode(folder: Path) -> None:
    """Remove bytecode that Python would run in place of a model's modules, which are trusted by their content.

    Raises
    ------
    ModelError
        When it cannot be removed.
    """
    try:
        # Only files: another process that loads the model may be writing to the folder.
        for file in folder.rglob("__pycache__/*"):
            file.unlink(missing_ok=True)
    except OSError as error:
        raise ModelError(
            f"{str(folder)!r} holds a __pycache__ that may be other code than the model's and cannot be removed ({error}); "
            "remove it, or load the model with trust=True"
        ) from error


def load(
    path: str | os.PathLike[str],
    *,
    trust: bool | Iterable[str] = False,
    model_config: Mapping[str, Any] | None = None,
) -> LoadedModel:
    """Return the model in a folder that nbtrack or MLflow wrote.

    Parameters
    ----------
    path
        The folder.
    trust
        True to load pickles, which runs their code; or the types that skops may create.
    model_config
        Settings that replace those it was saved with.

    Raises
    ------
    ModelError
        When there is no model, or it cannot be loaded here.
    TrustError
        When loading would run code, and it is not trusted.
    """
    folder = Path(path)
    metadata = MLmodel.read(folder)
    function = metadata.flavors.get("python_function")
    if model_config and function is not None:
        function["config"] = {**(function.get("config") or {}), **model_config}
    flavour = flavour_in(metadata.flavors)
    loading = Loading(pickles=True) if trust is True else Loading(types=tuple(trust or ()))
    code = {conf["code"] for conf in metadata.flavors.values() if conf.get("code")}
    if trust is True:
        for name in code:
            import_from(folder / str(name))
    native = flavour.load(folder, metadata.flavors[flavour.name], loading)
    return LoadedModel(native, metadata, folder)
