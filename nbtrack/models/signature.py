"""A model's signature: what it takes, what it gives, and its parameters."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError
from nbtrack.models.form import Form, form_from_json, form_of, form_to_json
from nbtrack.models.inferring import infer_schema
from nbtrack.models.schema import Schema, schema_from_json, schema_to_json

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Param", "Signature", "infer_signature"]


_OWN = "nbtrack"
"""A key that MLflow passes over."""


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of a prediction, with the value it has when none is given."""

    name: str
    type: str
    default: Any
    shape: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """What a model takes, gives and may be told, each None where that is not known."""

    inputs: Schema | None = None
    outputs: Schema | None = None
    params: tuple[Param, ...] | None = None
    form: Form | None = None
    """What the model was fitted on, where the inputs' schema tells less of it."""

    def entry(self) -> dict[str, str | None]:
        """Return the signature as it stands in `MLmodel`: MLflow's entry, and what only nbtrack knows beside it."""
        told = self.to_dict()
        return told if self.form is None else told | {_OWN: form_to_json(self.form)}

    def to_dict(self) -> dict[str, str | None]:
        """Return the signature as MLflow has it."""
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
        """Return the signature that `MLmodel` tells of.

        Raises
        ------
        InvalidValueError
            When it is none.
        """
        inputs, outputs, params = (entry.get(name) for name in ("inputs", "outputs", "params"))
        try:
            told = None if not params else tuple(_param(p) for p in json.loads(params))
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidValueError(f"{params!r} are no parameters of a model ({error!r})") from error
        form = entry.get(_OWN)
        return cls(
            schema_from_json(inputs) if inputs else None,
            schema_from_json(outputs) if outputs else None,
            told,
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
    """Return the signature of a model by what it was given and what it gave.

    Parameters
    ----------
    model_input, model_output
        Tables, arrays, lists or dicts; see `infer_schema`.
    params
        Parameters of a prediction with the values they have when none are given.

    Raises
    ------
    InvalidValueError
        When something tells no schema.

    Examples
    --------
    >>> infer_signature({"alcohol": [12.8]}).to_dict()["inputs"]
    '[{"type": "double", "name": "alcohol", "required": true}]'
    """
    told = None
    if params:
        told = tuple(_default(name, value) for name, value in params.items())
    inputs = None if model_input is None else infer_schema(model_input)
    return Signature(
        inputs,
        None if model_output is None else infer_schema(model_output),
        told,
        None if inputs is None else form_of(model_input, inputs),
    )


def _default(name: str, value: Any) -> Param:
    listed = isinstance(value, list | tuple)
    one = (value[0] if value else "") if listed else value
    if isinstance(value, dt.date):
        return Param(name, "datetime", value.isoformat())
    kinds = {bool: "boolean", int: "long", float: "double", str: "string"}
    kind = kinds.get(type(one.item() if hasattr(one, "item") else one))
    if kind is None:
        raise InvalidValueError(
            f"parameter {name!r} is a {type(one).__name__}; give a number, a string or a list of them"
        )
    return Param(
        name,
        kind,
        list(value) if listed else one.item() if hasattr(one, "item") else one,
        (-1,) if listed else None,
    )
