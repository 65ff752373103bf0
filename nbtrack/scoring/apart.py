"""A model in a Python of its own, beside a process that has other versions, or none, of its libraries."""

from __future__ import annotations

import atexit
import hashlib
import logging
import shutil
import tarfile
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from nbtrack import uv
from nbtrack.errors import InvalidValueError, ModelError, NotFoundError
from nbtrack.models.environment import Environment, built, check_trusted, described
from nbtrack.scoring.packed import PackedModel, unpacked
from nbtrack.scoring.plain import PlainTable, plain
from nbtrack.scoring.shipped import archive
from nbtrack.scoring.workers import Worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbtrack.models.versions import SavedModel
    from nbtrack.scoring.batches import FrameBatch
    from nbtrack.scoring.scorer import Predicted
    from nbtrack.scoring.worker import ModelJob

__all__ = ["MANAGERS", "Apart", "ScorerApart", "apart_of", "check_loads", "scorer_apart"]

MANAGERS = ("uv", "virtualenv", "conda")
"""What MLflow builds environments with; here uv builds all of them."""

_log = logging.getLogger("nbtrack.scoring")
_started: dict[str, ScorerApart] = {}
_lock = threading.Lock()


@dataclass(frozen=True)
class Apart:
    """The Python of a model's own, told to other machines."""

    environment: Environment | None = None
    """What uv makes it of."""
    prebuilt: str | None = None
    """The folder of one that was made before, or an archive of it."""
    python: str | None = None
    """Its program on the machine where it was asked for."""

    def found(self, model: Path, tell: Callable[[str], None]) -> Path:
        """Return its program on this machine, where it is built or unpacked if need be.

        Raises
        ------
        ModelError
            When that fails.
        """
        if self.python is not None and Path(self.python).is_file():
            return Path(self.python)
        try:
            if self.prebuilt is not None:
                return _prebuilt(self.prebuilt)
            assert self.environment is not None
            return built(self.environment, model, tell)
        except (OSError, ImportError, tarfile.TarError) as error:
            raise ModelError(
                f"the model's environment cannot be made here ({error}): this machine needs uv, platformdirs and a home "
                "folder that may be written; or give prebuilt_env_uri, a folder that all machines see"
            ) from error


def apart_of(saved: SavedModel, job: ModelJob, manager: str | None, prebuilt: str | None) -> Apart | None:
    """Return the Python that a model predicts in; None for the caller's.

    Raises
    ------
    InvalidValueError
        When there is no such manager of environments.
    TrustError
        When the model is not wholly trusted, and its requirements would be installed.
    """
    if prebuilt is not None:
        return Apart(prebuilt=_path(prebuilt))
    if manager in (None, "local"):
        return None
    if manager not in MANAGERS:
        names = ", ".join(map(repr, MANAGERS))
        raise InvalidValueError(
            f"there is no environment manager {manager!r}; give 'local', or one of {names}: uv builds for each of them"
        )
    check_trusted(saved, job.trust if isinstance(job.trust, bool) else list(job.trust))
    return Apart(environment=described(saved))


def check_loads(apart: Apart, job: ModelJob, tell: Callable[[str], None]) -> Apart:
    """Return a Python that exists on this machine and has loaded the model.

    Raises
    ------
    NbtrackError
        When it cannot be made, or cannot load the model.
    """
    python = apart.found(Path(job.model), tell)
    worker = Worker(job, python=python, paths=_paths(apart))
    try:
        worker.wait()
    finally:
        worker.end()
    return replace(apart, python=str(python))


class ScorerApart:
    """A process of another Python that predicts for batches."""

    def __init__(self, model: PackedModel, apart: Apart) -> None:
        folder = unpacked(model)
        python = apart.found(folder, _log.warning)
        job = replace(model.job, model=str(folder))
        self._worker = Worker(job, python=python, paths=_paths(apart))
        self._worker.wait()
        atexit.register(self._worker.end)

    def score(self, batch: FrameBatch) -> Predicted:
        """Return the predictions for a batch.

        Raises
        ------
        RowsError, NbtrackError
            When it cannot predict for all rows.
        """
        answer: Any = self._worker.answer(plain(batch.table))
        if isinstance(answer, Exception):
            raise answer
        predicted: Predicted = answer
        sent: Any = predicted.table
        return replace(predicted, table=sent.frame()) if isinstance(sent, PlainTable) else predicted


def scorer_apart(model: PackedModel, apart: Apart) -> ScorerApart:
    """Return the process of a model, started once by this process."""
    key = f"{model.key} {apart}"
    with _lock:
        if key not in _started:
            _started[key] = ScorerApart(model, apart)
        return _started[key]


def _paths(apart: Apart) -> list[str]:
    """Return where that Python has nbtrack from; one that was built for it has it."""
    return [str(archive())] if apart.prebuilt is not None else []


def _path(uri: str) -> str:
    from urllib.parse import urlparse
    from urllib.request import url2pathname

    parts = urlparse(uri)
    if parts.scheme == "file":
        return url2pathname(parts.path)
    if len(parts.scheme) > 1:  # one letter is a drive
        raise InvalidValueError(
            f"prebuilt_env_uri is {uri!r}; give a path that all machines see: of an environment's folder, or of a .tar.gz of it"
        )
    return str(Path(uri).expanduser().absolute())


def _prebuilt(given: str) -> Path:
    path = Path(given)
    if path.is_dir():
        return _python_in(path)
    if not path.is_file():
        raise NotFoundError(f"there is no environment {given!r} on this machine (prebuilt_env_uri)")
    status = path.stat()
    told = f"{path} {status.st_size} {status.st_mtime_ns}"
    folder = uv.environments_folder() / f"prebuilt-{hashlib.sha256(told.encode()).hexdigest()[:16]}"
    if not folder.is_dir():
        part = folder.with_name(f".{folder.name}-{uuid4().hex[:8]}")
        part.mkdir(parents=True)
        try:
            with tarfile.open(path) as packed:
                # Not "data": an environment's links to its Python are absolute. Who gives it has its code run anyway.
                packed.extractall(part, filter="tar")
            if not folder.is_dir():
                part.rename(folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return _python_in(folder)


def _python_in(folder: Path) -> Path:
    for place in (folder, *sorted(folder.glob("*"))):
        python = uv.python_of(place)
        if python.is_file():
            return python
    raise NotFoundError(f"there is no Python in the environment {str(folder)!r} (prebuilt_env_uri)")
