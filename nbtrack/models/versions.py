"""Compare the installed libraries with those that the model was made with."""

from __future__ import annotations

import platform
import re
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Protocol

from nbtrack.errors import ModelError

if TYPE_CHECKING:
    from pathlib import Path

    from nbtrack.models.mlmodel import MLmodel

__all__ = ["SavedModel", "check_python", "differences", "needs_mlflow", "requirements"]

_PIN = re.compile(r"([A-Za-z0-9][\w.-]*)(?:\[[^]]*])?\s*==\s*([^;\s,]+)\s*$")
"""A requirement that is only a version: those with an environment marker are ignored."""
_MLFLOW = re.compile(r"mlflow(-skinny|-tracing)?(?![\w.-])", re.IGNORECASE)
_NO_PICKLE = frozenset({"xgboost", "lightgbm"})
"""Flavours whose files have their library's own format."""


class Saved(Protocol):
    """A model in its folder, not loaded."""

    @property
    def path(self) -> Path:
        """The folder."""

    @property
    def metadata(self) -> MLmodel:
        """The content of its `MLmodel`."""

    @property
    def flavour(self) -> str:
        """The flavour that it is loaded by."""


@dataclass(frozen=True)
class SavedModel:
    """A model in its folder."""

    path: Path
    metadata: MLmodel

    @property
    def flavour(self) -> str:
        """The flavour that it is loaded by."""
        return next((name for name in self.metadata.flavors if name != "python_function"), "python_function")


def requirements(model: Saved, *, mlflow: bool = False) -> list[str]:
    """Return the lines of a model's `requirements.txt`, by default without MLflow, which nbtrack does not need."""
    try:
        text = (model.path / "requirements.txt").read_text(encoding="utf-8")
    except OSError:
        return []
    # As pip reads it: lines may be continued, and a # after a blank starts a comment.
    lines = [re.sub(r"(^|\s)#.*", "", line).strip() for line in re.sub(r"\\\r?\n", " ", text).splitlines()]
    return [line for line in lines if line and (mlflow or not _MLFLOW.match(line))]


def needs_mlflow(model: Saved) -> bool:
    """Return whether a model is loaded by MLflow's own code, which nbtrack cannot replace."""
    function = model.metadata.flavors.get("python_function", {})
    return model.flavour == "python_function" and str(function.get("loader_module")).startswith("mlflow")


def differences(model: Saved) -> list[str]:
    """Describe the libraries that are missing here or have another version than the model was made with."""
    found = []
    for line in requirements(model):
        pin = _PIN.match(line)
        if pin is None:
            continue
        name, wanted = pin[1], pin[2]
        try:
            here = metadata.version(name)
        except metadata.PackageNotFoundError:
            found.append(f"it was made with {name} {wanted}, which is not installed")
            continue
        if not _is(here, wanted):
            found.append(f"it was made with {name} {wanted}, and {here} is installed")
    return found


def _is(here: str, wanted: str) -> bool:
    """Return whether a version is the wanted one; what follows + names a build of it.

    Examples
    --------
    >>> _is("1.9.0+cpu", "1.9"), _is("1.9.1", "1.*"), _is("1.10", "1.1")
    (True, True, False)
    """
    ours, theirs = (re.sub(r"(\.0+)+$", "", version.partition("+")[0]) for version in (here, wanted))
    return f"{ours}.".startswith(theirs.removesuffix("*")) if theirs.endswith(".*") else ours == theirs


def check_python(model: Saved) -> None:
    """Refuse a pickle that was written by another Python version.

    Raises
    ------
    ModelError
        When its major or minor version differs from the one here.
    """
    made, here = model.metadata.python_version, platform.python_version()
    if made is None or made.split(".")[:2] == here.split(".")[:2] or not _is_pickle(model):
        return
    raise ModelError(
        f"the model was pickled by Python {made}, and this is Python {here}, which may read it wrongly: "
        "serve it with --env-manager uv, which builds an environment of its own, or save it again with skops"
    )


def _is_pickle(model: Saved) -> bool:
    if model.flavour in _NO_PICKLE:
        return False
    return bool(model.metadata.flavors.get(model.flavour, {}).get("serialization_format") != "skops")
