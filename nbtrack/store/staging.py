"""Folders that replace others: written aside, and the old ones kept aside until the store refers to the new ones.

They are in a folder of the writing process among the artifacts, because a folder can only be renamed within its file
system. What killed processes have left there is put back or removed.
"""

from __future__ import annotations

import time
from hashlib import blake2b
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from nbtrack.store.connection import transaction
from nbtrack.store.liveness import Identity, is_dead, this_process
from nbtrack.store.location import ARTIFACTS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["STAGING", "Staging"]

STAGING = ".staged"
_STALE_TIMEOUT = 86_400.0
"""Seconds after which what a process on another machine left is considered abandoned."""


class Staging:
    """The folders that are aside in one store.

    Parameters
    ----------
    folder
        The store's folder.
    """

    def __init__(self, folder: Path) -> None:
        self._artifacts = folder / ARTIFACTS
        self._root = self._artifacts / STAGING

    def place(self, name: str) -> Path:
        """Return where this process may create a folder; its parent exists."""
        process = this_process()
        own = self._root / f"{process.pid}-{process.pid_started}-{_machine(process)}"
        own.mkdir(parents=True, exist_ok=True)
        return own / name

    def find(self, name: str) -> Path | None:
        """Return the folder of this name that is aside, if there is one."""
        return next(iter(self._root.glob(f"*/{name}")), None)

    def swap(self, staged: Path, target: Path, kept: str | None) -> Path | None:
        """Put a staged folder in the target's place; keep the old one under the name `kept`, and return where it is now."""
        aside = None
        if target.exists():
            aside = self.place(kept or quote(target.relative_to(self._artifacts).as_posix(), safe=""))
            target.rename(aside)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            staged.rename(target)
        except OSError:
            if aside is not None:
                aside.rename(target)
            raise
        return aside

    @staticmethod
    def remove(folder: Path) -> None:
        """Remove a folder, as far as that can be done."""
        import shutil

        shutil.rmtree(folder, ignore_errors=True)

    def left(self) -> list[Path]:
        """Return the folders that dead processes have left."""
        return [folder for own in self._dead() for folder in own.iterdir()]

    def put_back(self, connection: sqlite3.Connection) -> int:
        """Put back left folders that the store still refers to, remove the others, and return how many there were."""
        if not self.left():
            return 0
        with transaction(connection):  # nobody swaps at the same time
            return self._put_back(connection)

    def _put_back(self, connection: sqlite3.Connection) -> int:
        count = 0
        for own in self._dead():
            for folder in sorted(own.iterdir()):
                count += 1
                target = self._place_of(connection, folder)
                if target is not None:
                    if target.exists():
                        target.rename(self.place(f"{folder.name}-replaced"))
                    target.parent.mkdir(parents=True, exist_ok=True)
                    folder.rename(target)
            self.remove(own)
        for folder in self._root.glob("*/*-replaced"):
            self.remove(folder)
        return count

    def _place_of(self, connection: sqlite3.Connection, folder: Path) -> Path | None:
        """Return where a left folder belongs; None if the store no longer refers to it."""
        row = connection.execute("SELECT run, name FROM models WHERE id = ?", (folder.name,)).fetchone()
        if row is not None:
            return self._artifacts.joinpath(row[0], *row[1].replace("\\", "/").split("/"))
        # What was there before a model of that name, and is not in the store.
        target = self._artifacts / unquote(folder.name)
        return target if "%2F" in folder.name and not target.exists() else None

    def _dead(self) -> Iterator[Path]:
        here = this_process()
        for own in self._root.glob("*-*-*"):
            pid, started, machine = own.name.split("-", 2)
            try:
                whose = here._replace(pid=int(pid), pid_started=float(started))
                silent = time.time() - own.stat().st_mtime > _STALE_TIMEOUT
            except (ValueError, OSError):  # not ours, or already gone
                continue
            if is_dead(whose, None) if machine == _machine(here) else silent:
                yield own


def _machine(process: Identity) -> str:
    """Return what identifies this machine since its last boot."""
    return blake2b(f"{process.host}\0{process.boot}".encode(), digest_size=6).hexdigest()
