"""Check a store without changing anything: each problem with advice on what to do."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from nbtrack.errors import StoreError
from nbtrack.store import migrations
from nbtrack.store.connection import connect
from nbtrack.store.damage import Problem, problems_of_content
from nbtrack.store.leftovers import problems_of_files
from nbtrack.store.location import ARTIFACTS, DATABASE, kept_runs
from nbtrack.store.migrate import expected_schema, version_of
from nbtrack.store.wal import log_damage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Health", "inspect", "inspect_open"]

RESTORE_ADVICE = "restore a backup, or move the folder away and start a new store"
_MIN_FREE_BYTES = 1 << 20
_MAGIC = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True)
class Health:
    """The result of checking a store; `problems` is empty for a sound one."""

    path: Path
    read_only: bool = False
    version: int = 0
    """How many migrations the store has had."""
    journal_mode: str = "unknown"
    sqlite_version: str = sqlite3.sqlite_version
    database_bytes: int = 0
    artifact_bytes: int = 0
    runs: dict[str, int] = field(default_factory=dict)
    """How many runs are in each status, deleted ones included."""
    problems: list[Problem] = field(default_factory=list)


def inspect(folder: Path) -> Health:
    """Check every page and row of a store, and its files, without changing any.

    This process must not have the store open: closing a file that SQLite also has open would release SQLite's locks.

    Raises
    ------
    StoreError
        When there is no such folder.
    """
    if not folder.is_dir():
        raise StoreError(f"there is no store in {str(folder)!r}")
    moment, health = _moment(folder), _inspect(folder)
    for _ in range(2):
        if not health.problems or _moment(folder) == moment:
            break
        # What another process writes meanwhile may look like damage, but is not found a second time.
        seen_before = {problem.what for problem in health.problems}
        moment, again = _moment(folder), _inspect(folder)
        health = replace(
            again, problems=[problem for problem in again.problems if problem.what in seen_before]
        )
    return health


def _inspect(folder: Path) -> Health:
    problems = list(_of_database_file(folder))
    facts: dict[str, object] = {}
    listed = kept_runs(folder)
    if not problems:
        damage = log_damage(folder)
        if damage:
            advice = "restore a backup if these runs are missed; what is there is read"
            problems.append(Problem(damage, advice))
        try:
            with _opened(folder) as connection:
                facts["journal_mode"] = _journal_mode(folder)
                problems += _of_connection(connection, folder, listed, facts)
        except (sqlite3.Error, StoreError, OSError, UnicodeDecodeError) as error:
            problems.append(Problem(f"the database cannot be read ({error})", RESTORE_ADVICE, fatal=True))
    return _health(folder, problems, facts)


def inspect_open(
    connection: sqlite3.Connection, folder: Path, listed: list[str], *, read_only: bool
) -> Health:
    """Check every page and row of a store that this process has open.

    `listed` are the runs that had artifacts before the connection's read transaction began.
    """
    problems: list[Problem] = []
    facts: dict[str, object] = {"read_only": read_only}
    try:
        facts["journal_mode"] = str(connection.execute("PRAGMA journal_mode").fetchone()[0])
        problems += _of_connection(connection, folder, listed, facts)
    except (sqlite3.Error, StoreError, OSError, UnicodeDecodeError) as error:
        problems.append(Problem(f"the database cannot be read ({error})", RESTORE_ADVICE, fatal=True))
    return _health(folder, problems, facts)


def _health(folder: Path, problems: list[Problem], facts: dict[str, object]) -> Health:
    writable = os.access(folder, os.W_OK) and not facts.get("read_only")
    return Health(
        folder,
        database_bytes=_size(folder.glob(f"{DATABASE}*")),
        artifact_bytes=_size(_files(folder / ARTIFACTS)),
        problems=[*(_of_disk(folder) if writable else ()), *problems],
        **({"read_only": not writable} | facts),  # type: ignore[arg-type]  # of the names and types of the fields
    )


def _size(files: Iterable[Path]) -> int:
    total = 0
    for file in files:
        with suppress(OSError):  # removed by now
            total += file.lstat().st_size
    return total


def _files(folder: Path) -> Iterator[Path]:
    for parent, _, names in os.walk(folder):
        yield from (Path(parent, name) for name in names)


def _of_disk(folder: Path) -> Iterator[Problem]:
    import shutil

    if shutil.disk_usage(folder).free < _MIN_FREE_BYTES:
        yield Problem("its disk is full", "free some space: until then nothing can be written")


def _of_database_file(folder: Path) -> Iterator[Problem]:
    database = folder / DATABASE
    kept = len(kept_runs(folder))
    lost = f", though artifacts of {kept} runs are there" if kept else ""
    if database.is_dir():
        yield Problem(f"{DATABASE} is a folder", RESTORE_ADVICE, fatal=True)
    elif not database.exists():
        yield Problem(f"there is no database {DATABASE}{lost}", RESTORE_ADVICE, fatal=True)
    else:
        try:
            with database.open("rb") as stream:
                head = stream.read(len(_MAGIC))
        except OSError as error:
            yield Problem(
                f"{DATABASE} cannot be read ({error.strerror})", "see that it may be read", fatal=True
            )
            return
        if not head:
            yield Problem(f"the database {DATABASE} is empty{lost}", RESTORE_ADVICE, fatal=True)
        elif head != _MAGIC:
            yield Problem(f"{DATABASE} is no database", RESTORE_ADVICE, fatal=True)


@contextmanager
def _opened(folder: Path) -> Iterator[sqlite3.Connection]:
    """Open the database without changing or creating a file of the store: if it has a log, open a copy."""
    import shutil
    import tempfile

    logs = [folder / f"{DATABASE}-wal", folder / f"{DATABASE}-journal"]
    if not any(log.is_file() and log.stat().st_size for log in logs):
        with closing(connect(folder, "ro&immutable=1")) as connection:
            yield connection
        return
    with tempfile.TemporaryDirectory(prefix="nbtrack-") as place:
        for _ in range(5):
            # A checkpoint in between would give copies of two different moments.
            before = _states(folder)
            for file in (folder / DATABASE, *logs):
                with suppress(FileNotFoundError):
                    shutil.copyfile(file, Path(place) / file.name)
            if _states(folder) == before:
                break
        with closing(connect(Path(place), "rw")) as connection:
            yield connection


def _journal_mode(folder: Path) -> str:
    with (folder / DATABASE).open("rb") as stream:
        return "wal" if stream.read(19)[18:] == b"\2" else "delete"


def _states(folder: Path) -> list[object]:
    """Return what identifies the state of the database and the beginning of its log."""
    found: list[object] = []
    with suppress(OSError):
        status = (folder / DATABASE).stat()
        found += [status.st_ino, status.st_mtime_ns, status.st_size]
    with suppress(OSError), (folder / f"{DATABASE}-wal").open("rb") as stream:
        found.append(stream.read(32))
    return found


def _moment(folder: Path) -> list[object]:
    """Return a value that changes when anything is written to the store."""
    found = _states(folder)
    with suppress(OSError):
        status = (folder / f"{DATABASE}-wal").stat()
        found += [status.st_mtime_ns, status.st_size]
    return found


def _of_connection(
    connection: sqlite3.Connection, folder: Path, listed: list[str], facts: dict[str, object]
) -> Iterator[Problem]:
    known = len(migrations.MIGRATIONS)
    version = version_of(connection)
    facts["version"] = version
    if version > known:
        yield Problem(
            f"the store has version {version}, and this nbtrack knows versions up to {known}",
            "upgrade nbtrack",
        )
        return
    if version == 0:
        yield Problem(
            "the database has no tables: it is empty, or its log is missing", RESTORE_ADVICE, fatal=True
        )
        return
    pages = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
    for page in pages:
        yield Problem(f"the database is damaged: {page}", RESTORE_ADVICE, index="index" in page)
    missing = False
    for name, (kind, sql) in expected_schema(version).items():
        found = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchone()
        if found is None:
            missing = missing or kind == "table"
            what = (
                "queries are slow, and what should be there once may be there twice"
                if kind == "index"
                else ""
            )
            advice = "run `nbtrack doctor --repair`" if kind == "index" else RESTORE_ADVICE
            yield Problem(
                f"{kind} {name} is missing{': ' if what else ''}{what}", advice, index=kind == "index"
            )
        elif found[0] != sql:
            yield Problem(f"{kind} {name} is not as this nbtrack made it", RESTORE_ADVICE)
    if not missing:
        with suppress(sqlite3.Error):
            counts = "SELECT status, count(*) FROM runs GROUP BY status ORDER BY status"
            facts["runs"] = {str(status): count for status, count in connection.execute(counts)}
        yield from problems_of_content(connection)
        yield from problems_of_files(connection, folder, listed)
