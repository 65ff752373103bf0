"""Check that the files beside a store's database are those that it refers to."""

from __future__ import annotations

import json
import sqlite3
import zlib
from typing import TYPE_CHECKING

from nbtrack.store.damage import REPAIR_ADVICE, Problem
from nbtrack.store.location import ARTIFACTS
from nbtrack.store.staging import Staging

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["problems_of_files"]


def problems_of_files(connection: sqlite3.Connection, folder: Path, listed: list[str]) -> Iterator[Problem]:
    """Yield a problem for each file beside the database that is missing, changed or unreferenced.

    `listed` are the runs that had artifacts before the database was read: a run is written before its artifacts.
    """
    checks: dict[str, Callable[[], Iterator[Problem]]] = {
        "artifacts": lambda: _strange(connection, listed),
        "models": lambda: _models(connection, folder),
        "versions of models": lambda: _versions(connection),
        "figures": lambda: _figures(connection, folder),
        "removed artifacts": lambda: _cut_gc(connection, folder),
        "folders aside": lambda: _staged(folder),
    }
    for what, check in checks.items():
        try:
            yield from check()
        except (sqlite3.Error, OSError, UnicodeDecodeError) as error:
            yield Problem(f"{what} cannot all be looked at ({error})", "see that they may be read")


def _models(connection: sqlite3.Connection, folder: Path) -> Iterator[Problem]:
    from nbtrack.models.folder import digest

    staging = Staging(folder)
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'models'").fetchone():
        return
    gone = _being_removed(connection)
    for model, run, name, known in connection.execute("SELECT id, run, name, digest FROM models"):
        if run in gone:
            continue
        place = staging.find(model) or folder.joinpath(ARTIFACTS, run, *name.split("/"))
        about = f"model {name!r} of run {run[:8]}"
        if not place.is_dir():
            yield Problem(f"the folder of {about} is missing", "restore it from a backup, or delete the run")
        elif digest(place) != known:
            yield Problem(
                f"the files of {about} are not those that were saved",
                "restore them from a backup; if you changed them yourself, load it with trust=True",
            )


def _versions(connection: sqlite3.Connection) -> Iterator[Problem]:
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'model_versions'").fetchone():
        return
    for name, version, run in connection.execute(
        "SELECT r.name, v.version, v.run FROM model_versions AS v JOIN registered_models AS r ON r.id = v.model "
        "WHERE v.run IS NOT NULL AND v.run NOT IN (SELECT uuid FROM runs)"
    ):
        yield Problem(
            f"version {version} of model {name!r} is of run {run[:8]}, which is not there",
            "delete the version",
        )


def _figures(connection: sqlite3.Connection, folder: Path) -> Iterator[Problem]:
    """Check the artifacts that the store's documents refer to."""
    for run, body in connection.execute(
        "SELECT r.uuid, d.body FROM run_documents AS o JOIN documents AS d ON d.hash = o.hash "
        "JOIN runs AS r ON r.id = o.run WHERE o.kind = 'outcome'"
    ):
        try:
            outcome = json.loads(zlib.decompress(body))
        except (zlib.error, ValueError, TypeError):
            continue  # reported as a damaged document
        figures = outcome.get("figures") if isinstance(outcome, dict) else None
        for name in figures if isinstance(figures, list) else ():
            if not folder.joinpath(ARTIFACTS, run, str(name)).is_file():
                yield Problem(f"artifact {name!r} of run {run[:8]} is missing", "restore it from a backup")


def _cut_gc(connection: sqlite3.Connection, folder: Path) -> Iterator[Problem]:
    left = [run for run in _being_removed(connection) if (folder / ARTIFACTS / run).exists()]
    if left:
        yield Problem(
            f"a gc was cut short: artifacts of {len(left)} removed runs are still there", "run `nbtrack gc`"
        )


def _strange(connection: sqlite3.Connection, listed: list[str]) -> Iterator[Problem]:
    known = {run for (run,) in connection.execute("SELECT uuid FROM runs")} | _being_removed(connection)
    strange = [run for run in listed if run not in known]
    if strange:
        more = " and others" if len(strange) > 3 else ""
        some = ", ".join(name[:8] for name in strange[:3])
        yield Problem(
            f"there are artifacts of {len(strange)} runs that the store does not have ({some}{more})",
            "restore a backup if these runs are missed; else remove their folders",
        )


def _being_removed(connection: sqlite3.Connection) -> set[str]:
    row = connection.execute("SELECT value FROM meta WHERE key = 'gc'").fetchone()
    return set(json.loads(row[0])) if row is not None else set()


def _staged(folder: Path) -> Iterator[Problem]:
    left = len(Staging(folder).left())
    if left:
        yield Problem(
            f"{left} folders are left by processes that were killed while they saved models", REPAIR_ADVICE
        )
