"""A model on its way to other machines: its files in one piece, unpacked and loaded once in each process."""

from __future__ import annotations

import atexit
import hashlib
import io
import shutil
import tarfile
import tempfile
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from nbtrack.models import digest

if TYPE_CHECKING:
    from nbtrack.scoring.scorer import Scorer
    from nbtrack.scoring.worker import ModelJob

__all__ = ["PackedModel", "packed", "scorer_of", "unpacked"]

_MOST_LOADED = 4
"""How many models a process keeps loaded."""

_loaded: dict[str, Scorer] = {}
_lock = threading.Lock()


@dataclass(frozen=True)
class PackedModel:
    """A model's files, and what a process needs to know to predict with them.

    It was found to be trusted where it was packed, and is what it was there.
    """

    digest: str
    content: bytes
    job: ModelJob

    @property
    def key(self) -> str:
        """What tells it from other models, and from itself with other options."""
        options = repr(replace(self.job, model=""))
        return f"{self.digest[:16]}-{hashlib.sha256(options.encode()).hexdigest()[:16]}"


def packed(job: ModelJob) -> PackedModel:
    """Return the model of a job with its files."""
    stream = io.BytesIO()
    folder = Path(job.model)
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.add(folder, arcname="model", filter=_without_bytecode)
    return PackedModel(digest(folder), stream.getvalue(), job)


def _without_bytecode(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if "__pycache__" in entry.name.split("/") else entry


def scorer_of(model: PackedModel) -> Scorer:
    """Return a model that was sent here, loaded once in this process."""
    key = model.key
    with _lock:
        if key not in _loaded:
            while len(_loaded) >= _MOST_LOADED:
                del _loaded[next(iter(_loaded))]
            _loaded[key] = replace(model.job, model=str(unpacked(model))).scorer()
        return _loaded[key]


def unpacked(model: PackedModel) -> Path:
    """Return the folder of a model; it stays as long as the process, for the model may read files in it."""
    folder = Path(tempfile.mkdtemp(prefix="nbtrack-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with tarfile.open(fileobj=io.BytesIO(model.content)) as archive:
        archive.extractall(folder, filter="data")
    return folder / "model"
