"""The models that runs saved, and the registry: names with versions, aliases and tags."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TypeVar

from nbtrack.errors import InvalidValueError, NotFoundError
from nbtrack.records import ModelRecord, ModelVersion, RegisteredModel
from nbtrack.store.connection import transaction

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from nbtrack.store.staging import Staging

__all__ = ["Registry"]

_T = TypeVar("_T")
_MODEL = "SELECT id, run, name, flavour, size, created, digest, origin FROM models "


class Registry:
    """The models of a store, as `Store.models`.

    Parameters
    ----------
    read
        Begins a read transaction.
    write
        Calls a function with the connection that writes.
    staging
        Where models are written before they take their place.
    """

    def __init__(
        self,
        read: Callable[[], AbstractContextManager[sqlite3.Connection]],
        write: Callable[[Callable[[sqlite3.Connection], Any]], Any],
        staging: Staging,
    ) -> None:
        self._read = read
        self._write = write
        self._staging = staging

    # -- saved models

    def stage(self, model_id: str) -> Path:
        """Return where to create the folder of a model; `add` then moves it to its place."""
        if self._staging.left():
            self._write(self._staging.put_back)
        return self._staging.place(model_id)

    def discard(self, staged: Path) -> None:
        """Remove a staged folder that `add` did not take."""
        self._staging.remove(staged)

    def aside(self, model_id: str) -> Path | None:
        """Return the folder of a model that was moved aside because another is about to take its place."""
        return self._staging.find(model_id)

    def add(self, model: ModelRecord, staged: Path, folder: Path) -> None:
        """Add a model that a run has saved, with its folder; it replaces a model of the same name.

        At every moment, even if this process is killed, the store refers to a complete model: the old one, which is kept
        aside until the new one is committed, or the new one.
        """

        def insert(connection: sqlite3.Connection) -> None:
            aside: Path | None = None
            try:
                with transaction(connection):
                    aside = replace(connection)
            except BaseException:
                if not staged.exists():
                    folder.rename(staged)
                if aside is not None:
                    aside.rename(folder)
                raise
            if aside is not None:
                self._staging.remove(aside)

        def replace(connection: sqlite3.Connection) -> Path | None:
            old = connection.execute(
                "SELECT id FROM models WHERE run = ? AND name = ?", (model.run, model.name)
            ).fetchone()
            connection.execute("DELETE FROM models WHERE run = ? AND name = ?", (model.run, model.name))
            values = (
                *(model.id, model.run, model.name, model.flavour, model.size),
                *(model.created, model.digest, model.origin),
            )
            connection.execute("INSERT INTO models VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
            return self._staging.swap(staged, folder, old and old[0])

        self._write(insert)

    def saved(self) -> list[ModelRecord]:
        """Return the models that runs saved, oldest first."""
        with self._read() as connection:
            return [ModelRecord(*row) for row in connection.execute(_MODEL + "ORDER BY created, name")]

    def of_run(self, run_id: str) -> list[ModelRecord]:
        """Return the models that a run saved, oldest first."""
        with self._read() as connection:
            rows = connection.execute(_MODEL + "WHERE run = ? ORDER BY created, name", (run_id,))
            return [ModelRecord(*row) for row in rows]

    def find(self, model_id: str) -> ModelRecord:
        """Return the model with this id.

        Raises
        ------
        NotFoundError
            When there is none.
        """
        with self._read() as connection:
            row = connection.execute(_MODEL + "WHERE id = ?", (model_id,)).fetchone()
        if row is None:
            raise NotFoundError(f"there is no model {model_id!r}")
        return ModelRecord(*row)

    # -- registered models

    def register(self, name: str, source: str, run: str | None, description: str = "") -> ModelVersion:
        """Create a new version of a registered model; processes that do so at once get different versions."""

        def insert(connection: sqlite3.Connection) -> int:
            now = time.time()
            with transaction(connection):
                connection.execute(
                    "INSERT INTO registered_models (name, created) VALUES (?, ?) ON CONFLICT DO NOTHING",
                    (name, now),
                )
                # Numbers of deleted versions are not reused: a number never stands for two models.
                model, version = connection.execute(
                    "UPDATE registered_models SET newest = newest + 1 WHERE name = ? RETURNING id, newest",
                    (name,),
                ).fetchone()
                values = (model, version, source, run, now, description)
                connection.execute("INSERT INTO model_versions VALUES (?, ?, ?, ?, ?, ?)", values)
            return int(version)

        return self.version(name, self._written(insert))

    def names(self) -> list[str]:
        """Return the names of the registered models, sorted."""
        with self._read() as connection:
            return [
                name for (name,) in connection.execute("SELECT name FROM registered_models ORDER BY name")
            ]

    def model(self, name: str) -> RegisteredModel:
        """Return a registered model.

        Raises
        ------
        NotFoundError
            When there is none of the name.
        """
        with self._read() as connection:
            number, created, description = _model(connection, name)
            aliases = connection.execute(
                "SELECT alias, version FROM model_aliases WHERE model = ? ORDER BY alias", (number,)
            )
            versions = connection.execute(
                "SELECT version FROM model_versions WHERE model = ? ORDER BY version", (number,)
            )
            return RegisteredModel(
                name, created, description, _tags(connection, number, 0), dict(aliases.fetchall()),
                tuple(version for (version,) in versions),
            )  # fmt: skip

    def version(self, name: str, version: int) -> ModelVersion:
        """Return one version of a registered model.

        Raises
        ------
        NotFoundError
            When there is none.
        """
        with self._read() as connection:
            number, *_ = _model(connection, name)
            return _version(connection, name, number, version)

    def of_source(self, source: str) -> list[ModelVersion]:
        """Return the versions that refer to a saved model, by name; `source` is as in `ModelVersion.source`."""
        with self._read() as connection:
            found = connection.execute(
                "SELECT registered_models.id, name, version FROM model_versions JOIN registered_models "
                "ON registered_models.id = model WHERE source = ? ORDER BY name, version",
                (source,),
            ).fetchall()
            return [_version(connection, name, number, version) for number, name, version in found]

    def by_alias(self, name: str, alias: str) -> ModelVersion:
        """Return the version that an alias stands for.

        Raises
        ------
        NotFoundError
            When there is no such model or alias.
        """
        with self._read() as connection:
            number, *_ = _model(connection, name)
            row = connection.execute(
                "SELECT version FROM model_aliases WHERE model = ? AND alias = ?", (number, alias)
            ).fetchone()
            if row is None:
                known = connection.execute("SELECT alias FROM model_aliases WHERE model = ?", (number,))
                aliases = ", ".join(repr(a) for (a,) in known) or "none"
                raise NotFoundError(f"model {name!r} has no alias {alias!r}; it has {aliases}")
            return _version(connection, name, number, row[0])

    def newest(self, name: str) -> ModelVersion:
        """Return the latest version of a registered model.

        Raises
        ------
        NotFoundError
            When there is none.
        """
        versions = self.model(name).versions
        if not versions:
            raise NotFoundError(f"model {name!r} has no versions")
        return self.version(name, versions[-1])

    def set_alias(self, name: str, alias: str, version: int) -> None:
        """Point an alias to a version, in place of the one before.

        Raises
        ------
        InvalidValueError
            For an alias that could be taken for a version.
        NotFoundError
            When there is no such version.
        """
        if alias.isdigit() or alias == "latest" or "@" in alias or "/" in alias or not alias:
            raise InvalidValueError(f"{alias!r} is no alias; give a word such as 'champion'")

        def update(connection: sqlite3.Connection) -> None:
            with transaction(connection):
                number, *_ = _model(connection, name)
                _version(connection, name, number, version)
                connection.execute(
                    "INSERT OR REPLACE INTO model_aliases VALUES (?, ?, ?)", (number, alias, version)
                )

        self._write(update)

    def delete_alias(self, name: str, alias: str) -> None:
        """Delete an alias, if it exists."""
        self._change(name, "DELETE FROM model_aliases WHERE model = :model AND alias = :alias", alias=alias)

    def set_tag(self, name: str, key: str, value: str, version: int | None = None) -> None:
        """Set a tag of a registered model, or of one of its versions."""
        if version is not None:
            self.version(name, version)
        sql = "INSERT OR REPLACE INTO model_tags VALUES (:model, :version, :key, :value)"
        self._change(name, sql, key=key, value=value, version=version or 0)

    def delete_tag(self, name: str, key: str, version: int | None = None) -> None:
        """Delete a tag, if it exists."""
        sql = "DELETE FROM model_tags WHERE model = :model AND version = :version AND key = :key"
        self._change(name, sql, key=key, version=version or 0)

    def rename(self, name: str, new: str) -> None:
        """Give a registered model another name.

        Raises
        ------
        InvalidValueError
            When that is another model's.
        """
        if new in self.names() and new != name:
            raise InvalidValueError(f"there is a model {new!r} already; choose another name for {name!r}")
        self._change(name, "UPDATE registered_models SET name = :new WHERE id = :model", new=new)

    def delete_version(self, name: str, version: int) -> None:
        """Remove a version with its aliases and tags; the saved model stays with its run."""
        self.version(name, version)
        for table in ("model_aliases", "model_tags", "model_versions"):
            sql = f"DELETE FROM {table} WHERE model = :model AND version = :version"  # noqa: S608 (names of ours)
            self._change(name, sql, version=version)

    def delete(self, name: str) -> None:
        """Remove a registered model with all its versions; the saved models stay with their runs."""
        for table in ("model_aliases", "model_tags", "model_versions"):
            self._change(name, f"DELETE FROM {table} WHERE model = :model")  # noqa: S608 (names of ours)
        self._change(name, "DELETE FROM registered_models WHERE id = :model")

    def _written(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        result: _T = self._write(work)
        return result

    def _change(self, name: str, sql: str, **values: Any) -> None:
        def update(connection: sqlite3.Connection) -> None:
            with transaction(connection):
                number, *_ = _model(connection, name)
                connection.execute(sql, {"model": number, **values})

        self._write(update)


def _model(connection: sqlite3.Connection, name: str) -> tuple[int, float, str]:
    row = connection.execute(
        "SELECT id, created, description FROM registered_models WHERE name = ?", (name,)
    ).fetchone()
    if row is None:
        from nbtrack.query import suggest

        known = [known for (known,) in connection.execute("SELECT name FROM registered_models")]
        near = suggest(name, known)
        hint = f"; did you mean {near!r}?" if near else ""
        raise NotFoundError(f"there is no registered model {name!r}{hint}")
    return row[0], row[1], row[2]


def _version(connection: sqlite3.Connection, name: str, number: int, version: int) -> ModelVersion:
    row = connection.execute(
        "SELECT source, run, created, description FROM model_versions WHERE model = ? AND version = ?",
        (number, version),
    ).fetchone()
    if row is None:
        raise NotFoundError(f"model {name!r} has no version {version}")
    aliases = connection.execute(
        "SELECT alias FROM model_aliases WHERE model = ? AND version = ? ORDER BY alias", (number, version)
    )
    source, run, created, description = row
    tags = _tags(connection, number, version)
    known = tuple(alias for (alias,) in aliases)
    return ModelVersion(name, version, source, run, created, description, tags, known)


def _tags(connection: sqlite3.Connection, number: int, version: int) -> dict[str, str]:
    rows = connection.execute(
        "SELECT key, value FROM model_tags WHERE model = ? AND version = ? ORDER BY key", (number, version)
    )
    return dict(rows.fetchall())
