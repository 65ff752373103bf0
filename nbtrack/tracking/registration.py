"""Registered models: names with versions, aliases and tags."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError, NotFoundError
from nbtrack.tracking.destination import store_in_use
from nbtrack.tracking.model_uri import find_model
from nbtrack.values import as_name, as_tag

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbtrack.records import ModelVersion, RegisteredModel

__all__ = ["get_registered_model", "register_model", "search_registered_models"]


def register_model(
    model_uri: str,
    name: str,
    await_registration_for: int | None = None,  # noqa: ARG001 (MLflow's)
    *,
    tags: Mapping[str, Any] | None = None,
    description: str = "",
) -> ModelVersion:
    """Register a saved model as a new version of a registered model, which is created if needed.

    Parameters
    ----------
    model_uri
        The model; see `load_model`.
    name
        The registered model's name; without `/`, `:` and `@`.
    await_registration_for
        Has no effect.
    tags
        Tags of the version.

    Raises
    ------
    NotFoundError
        When there is no such model.
    InvalidValueError
        When the name is not valid.

    Examples
    --------
    >>> nbtrack.register_model("runs:/ridge/model", "wine").version
    1
    """
    checked = as_name(name, "model name")
    if re.search(r"[/:@]", checked):
        raise InvalidValueError(
            f"model name {checked!r} contains one of / : @, which separate the parts of addresses"
        )
    folder, record = find_model(model_uri)
    if not (folder / "MLmodel").is_file():
        raise NotFoundError(f"there is no model in {str(folder)!r}: it has no file MLmodel")
    source = str(folder) if record is None else f"runs:/{record.run}/{record.name}"
    registry = store_in_use().models
    version = registry.register(checked, source, None if record is None else record.run, description)
    for key, value in (tags or {}).items():
        registry.set_tag(checked, as_name(key, "tag name"), as_tag(value), version.version)
    return registry.version(checked, version.version)


def search_registered_models(
    max_results: int | None = None,
    filter_string: str | None = None,
    order_by: Sequence[str] | None = None,
) -> list[RegisteredModel]:
    """Return registered models, by name unless ordered; the same as MLflow's.

    Parameters
    ----------
    max_results
        How many at most; all without it.
    filter_string
        In the filter language, with the fields `name`, `creation_timestamp` and `tags.x`.
    order_by
        The same fields, as in `["name DESC"]`.

    Raises
    ------
    FilterError
        When the filter or the order cannot be understood.

    Examples
    --------
    >>> version = nbtrack.register_model("runs:/ridge/model", "wine")
    >>> [model.name for model in nbtrack.search_registered_models(filter_string="name LIKE 'wine%'")]
    ['wine']
    """
    from nbtrack.query.record_filters import matching_models

    registry = store_in_use().models
    every = [registry.model(name) for name in registry.names()]
    return matching_models(every, filter_string or "", order_by or ())[:max_results]


def get_registered_model(name: str) -> RegisteredModel:
    """Return a registered model with its versions, aliases and tags.

    Raises
    ------
    NotFoundError
        When there is none of the name.

    Examples
    --------
    >>> version = nbtrack.register_model("runs:/ridge/model", "wine")
    >>> nbtrack.get_registered_model("wine").versions
    (1,)
    """
    return store_in_use().models.model(name)
