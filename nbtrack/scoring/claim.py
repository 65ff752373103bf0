"""An output is written by one job at a time."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from nbtrack.errors import StoreError
from nbtrack.file_lock import try_lock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

__all__ = ["claimed"]


@contextlib.contextmanager
def claimed(output: Path) -> Iterator[None]:
    """Keep other jobs from writing an output until this one ends, however it does.

    Raises
    ------
    StoreError
        When another job writes it, or nothing can be written beside it.
    """
    path = output.with_name(f"{output.name}.part.lock")
    try:
        held = _opened(path)
    except OSError as error:
        raise StoreError(f"{str(output)!r} cannot be written ({error.strerror or error})") from error
    if held is None:
        raise StoreError(f"another job is writing {str(output)!r}: wait for its end, or name another output")
    with held:
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                path.unlink()


def _opened(path: Path) -> BinaryIO | None:
    """Return the lock file, locked; None if another job holds it."""
    while True:
        held = path.open("a+b")
        if not try_lock(held.fileno()):
            held.close()
            return None
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(path.stat(), os.fstat(held.fileno())):
                return held
        held.close()  # a job that has ended removed it meanwhile
