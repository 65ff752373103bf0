"""The description of a model before it is loaded: from `MLmodel` and the example in its folder."""

from __future__ import annotations

import json
import os
import shlex
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nbtrack.models.example import SERVING_FILE, first_row, zeros
from nbtrack.models.schema import Column, Tensor

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from nbtrack.entities import Run
    from nbtrack.models import MLmodel, Param
    from nbtrack.models.schema import Schema

__all__ = ["Description", "described", "find_served"]

_EMPTY: dict[str, Any] = {
    "boolean": False,
    "integer": 0,
    "long": 0,
    "float": 0.0,
    "double": 0.0,
    "string": "",
    "binary": "",
    "datetime": "2026-01-01T00:00:00",
    "array": [],
    "object": {},
    "map": {},
}
"""A value of each type, for a model that was saved without an example."""


@dataclass(frozen=True)
class Description:
    """A model that is served, as described in documents and forms."""

    name: str
    uri: str
    version: str
    path: Path
    metadata: MLmodel

    @property
    def flavour(self) -> str:
        """The flavour that it is loaded by."""
        return next((name for name in self.metadata.flavors if name != "python_function"), "python_function")

    @property
    def inputs(self) -> Schema | None:
        """The schema of its input."""
        return self.metadata.signature.inputs if self.metadata.signature is not None else None

    @property
    def outputs(self) -> Schema | None:
        """The schema of its predictions."""
        return self.metadata.signature.outputs if self.metadata.signature is not None else None

    @property
    def params(self) -> tuple[Param, ...]:
        """The parameters of a prediction."""
        return (self.metadata.signature.params if self.metadata.signature is not None else None) or ()

    @property
    def columns(self) -> list[Column]:
        """The columns that it takes; none if it takes arrays."""
        return [part for part in self.inputs or () if isinstance(part, Column)]

    @cached_property
    def example(self) -> dict[str, Any]:
        """A request of one row that should work: from the model's example, else with made-up values."""
        info = self.metadata.saved_input_example_info or {}
        try:
            file = self.path / str(info.get("serving_input_path", SERVING_FILE))
            example = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            example = None
        return first_row(example) if isinstance(example, dict) else self._made_up()

    def _made_up(self) -> dict[str, Any]:
        columns = self.columns
        if columns and columns[0].name is not None:
            row = [_EMPTY.get(column.type) for column in columns]
            return {"dataframe_split": {"columns": [column.name for column in columns], "data": [row]}}
        if columns:
            return {"inputs": [[_EMPTY.get(column.type) for column in columns]]}
        tensors = [part for part in self.inputs or () if isinstance(part, Tensor)]
        if len(tensors) == 1 and tensors[0].name is None:
            return {"inputs": zeros(tensors[0])}
        return {"inputs": {tensor.name: zeros(tensor) for tensor in tensors} or [[0.0]]}

    def curl(self, url: str, token: bool = False) -> str:
        """Return a shell command that requests a prediction; the token is taken from a variable."""
        header = ' -H "Authorization: Bearer $TOKEN"' if token else ""
        body = shlex.quote(json.dumps(self.example))
        return f"curl {url}/invocations -H 'Content-Type: application/json'{header} -d {body}"


def find_served(
    model_uri: str | os.PathLike[str] | Run, trust: bool | Iterable[str] = False
) -> tuple[Description, bool | list[str]]:
    """Return the description of a model to serve, and how far it is trusted; see `nbtrack.load_model`.

    Raises
    ------
    NotFoundError, ModelError, TrustError
        When there is none, or it was changed since it was written.
    """
    from nbtrack.tracking.model_trust import trusted_model

    folder, trusted = trusted_model(model_uri, trust)
    return described(model_uri, folder), trusted


def described(model_uri: str | os.PathLike[str] | Run, folder: Path) -> Description:
    """Return the description of the model in a folder, which was found by an address or a run.

    Raises
    ------
    ModelError
        When there is none in it.
    """
    from nbtrack.entities import Run
    from nbtrack.models import MLmodel
    from nbtrack.tracking.model_uri import name_and_version

    folder = folder.resolve()
    metadata = MLmodel.read(folder)
    if isinstance(model_uri, Run):
        return Description(model_uri.name, f"runs:/{model_uri.id}/{folder.name}", "1", folder, metadata)
    uri = os.fspath(model_uri)
    name, version = name_and_version(uri, folder)
    return Description(name, uri, version, folder, metadata)
