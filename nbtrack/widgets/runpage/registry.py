"""The registry as a run's page shows and changes it: the versions that a run's models are, and their aliases."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from nbtrack.entities.bounds import first, whole
from nbtrack.errors import InvalidValueError, NotFoundError
from nbtrack.values import as_name

if TYPE_CHECKING:
    from nbtrack.entities import Run

__all__ = ["register", "registered_names", "set_alias", "versions_of"]

MAX_VERSIONS = 50
MAX_NAMES = 1_000


def versions_of(run: Run, path: str) -> dict[str, Any]:
    """Return the versions of registered models that a model of a run is; `path` is its folder."""
    shown, left = first(run.store.models.of_source(_source(run, path)), MAX_VERSIONS)
    return {
        "versions": [
            {
                "name": whole(version.name),
                "version": version.version,
                "aliases": [whole(alias) for alias in version.aliases[:MAX_VERSIONS]],
            }
            for version in shown
        ],
        "versions_left": left,
    }


def registered_names(run: Run) -> list[str]:
    """Return what models of the run's store are registered under, as far as a page offers them."""
    return [whole(name) for name in run.store.models.names()[:MAX_NAMES]]


def register(run: Run, path: str, name: str) -> dict[str, Any]:
    """Make a model of a run a new version of the name; return both.

    Raises
    ------
    InvalidValueError
        When the name cannot be one.
    NotFoundError
        When the run has no such model.
    StoreError
        When the store may only be read.
    """
    checked = as_name(name.strip(), "model name")
    if re.search(r"[/:@]", checked):
        raise InvalidValueError(f"model name {checked!r} holds one of / : @, which addresses are made of")
    if all(record.name != path for record in run.store.models.of_run(run.id)):
        raise NotFoundError(f"run {run.id[:8]} has no model {path!r}")
    version = run.store.models.register(checked, _source(run, path), run.id)
    return {"name": version.name, "version": version.version}


def set_alias(run: Run, name: str, version: int, alias: str) -> None:
    """Let an alias stand for a version, in place of the one before.

    Raises
    ------
    InvalidValueError, NotFoundError, StoreError
        When it is no alias, there is no such version, or the store may only be read.
    """
    run.store.models.set_alias(name, as_name(alias.strip(), "alias"), version)


def _source(run: Run, path: str) -> str:
    return f"runs:/{run.id}/{path}"
