"""The sources of a job as one stream of batches, each with where it stands; files that cannot be read are part of it."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbtrack.errors import InvalidValueError, MissingPackageError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbtrack.scoring.batches import Batch, Columns
    from nbtrack.scoring.sources import Source

__all__ = ["Unit", "units_of"]


@dataclass(frozen=True)
class Unit:
    """A batch of a source, or the end of it."""

    file: int
    """The number of the source."""
    row: int
    """How many of its rows stand before."""
    batch: Batch | None = None
    alone: bool = False
    """Whether it is all that there is."""
    fault: Exception | None = None
    """Why the source cannot be read from here on."""


def units_of(
    sources: Sequence[Source], columns: Columns, rows: int | None, *, file: int = 0, row: int = 0
) -> Iterator[Unit]:
    """Yield the batches of sources and, behind those of each, its end."""
    for number in range(file, len(sources)):
        done = row if number == file else 0
        held: Batch | None = None
        fault: Exception | None = None
        first = done == 0
        try:
            for batch in sources[number].batches(columns, rows, done):
                if held is not None:
                    yield Unit(number, done, held)
                    done, first = done + held.rows, False
                held = batch
        except MissingPackageError:
            raise
        except (
            OSError,
            EOFError,
            ValueError,
            zlib.error,
            MemoryError,
        ) as error:  # Arrow's errors are ValueErrors
            fault = _told(error, sources[number].name)
        if held is not None:
            yield Unit(number, done, held, alone=first and len(sources) == 1 and fault is None)
            done += held.rows
        yield Unit(number, done, fault=fault)


def _told(error: BaseException, name: str) -> Exception:
    if isinstance(error, InvalidValueError):
        return error
    why = (error.strerror if isinstance(error, OSError) else None) or error
    if isinstance(error, FileNotFoundError | IsADirectoryError | PermissionError):
        return NotFoundError(f"{name!r} cannot be read ({why})")
    return InvalidValueError(f"it cannot be read: {why}")
