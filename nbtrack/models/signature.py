"""A model's signature: the schemas of its input and output, and its parameters."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError
from nbtrack.models.inferring import infer_schema
from nbtrack.models.input_form import Form, form_from_json, form_of, form_to_json
from nbtrack.models.schema import Schema, schema_from_json, schema_to_json

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Param", "Signature", "infer_signature"]


_OWN = "nbtrack"
"""A key that MLflow ignores."""


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of a prediction, with its default."""

    name: str
    type: str
    default: Any
    shape: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """The input, output and parameters of a model, each None if unknown."""

    inputs: Schema | None = None
    outputs: Schema | None = None
    params: tuple[Param, ...] | None = None
    form: Form | None = None
    """The kind of data the model was fitted on, if the inputs' schema does not say it all."""

    def entry(self) -> dict[str, str | None]:
        """Return the signature's entry in `MLmodel`: MLflow's entry, with a key of nbtrack's."""
        entry = self.to_dict()
        return entry if self.form is None else entry | {_OWN: form_to_json(self.form)}

    def to_dict(self) -> dict[str, str | None]:
        """Return the signature in MLflow's form."""
        params = None
        if self.params is not None:
            entries = [
                {"name": p.name, "default": p.default, "shape": p.shape and list(p.shape), "type": p.type}
                for p in self.params
            ]
            params = json.dumps(entries)
        return {
            "inputs": None if self.inputs is None else schema_to_json(self.inputs),
            "outputs": None if self.outputs is None else schema_to_json(self.outputs),
            "params": params,
        }

    @classmethod
    def from_dict(cls, entry: Mapping[str, Any]) -> Signature:
        """Return the signature from its entry in `MLmodel`.

        Raises
        ------
        InvalidValueError
            When it is invalid.
        """
        inputs, outputs, params = (entry.get(name) for name in ("inputs", "outputs", "params"))
        try:
            known_params = None if not params else tuple(_param(p) for p in json.loads(params))
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidValueError(f"{params!r} are not parameters of a model ({error!r})") from error
        form = entry.get(_OWN)
        return cls(
            schema_from_json(inputs) if inputs else None,
            schema_from_json(outputs) if outputs else None,
            known_params,
            form_from_json(form) if form else None,
        )


def _param(entry: Mapping[str, Any]) -> Param:
    shape = entry.get("shape")
    return Param(
        str(entry["name"]),
        str(entry.get("type", entry.get("dtype", "any"))),
        entry.get("default"),
        None if shape is None else tuple(shape),
    )


def infer_signature(
    model_input: Any = None, model_output: Any = None, params: Mapping[str, Any] | None = None
) -> Signature:
    """Infer the signature of a model from its input and output.

    Parameters
    ----------
    model_input, model_output
        Tables, arrays, lists or dicts; see `infer_schema`.
    params
        Parameters of a prediction with their defaults.

    Raises
    ------
    InvalidValueError
        When a schema cannot be inferred.

    Examples
    --------
    >>> infer_signature({"alcohol": [12.8]}).to_dict()["inputs"]
    '[{"type": "double", "name": "alcohol", "required": true}]'
    """
    known_params = None
    if params:
        known_params = tuple(_default(name, value) for name, value in params.items())
    inputs = None if model_input is None else infer_schema(model_input)
    return Signature(
        inputs,
        None if model_output is None else infer_schema(model_output),
        known_params,
        None if inputs is None else form_of(model_input, inputs),
    )


def _default(name: str, value: Any) -> Param:
    listed = isinstance(value, list | tuple)
    sample = (value[0] if value else "") if listed else value
    if isinstance(value, dt.date):
        return Param(name, "datetime", value.isoformat())
    kinds = {bool: "boolean", int: "long", float: "double", str: "string"}
    kind = kinds.get(type(sample.item() if hasattr(sample, "item") else sample))
    if kind is None:
        raise InvalidValueError(
            f"parameter {name!r} is a {type(sample).__name__}; give a number, a string or a list of them"
        )
    return Param(
        name,
        kind,
        list(value) if listed else sample.item() if hasattr(sample, "item") else sample,
        (-1,) if listed else None,
    )
