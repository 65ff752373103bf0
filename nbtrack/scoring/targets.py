"""Write predictions as they come into a part beside the output, which takes its name when it is whole."""

from __future__ import annotations

import contextlib
import os
import shutil
from typing import TYPE_CHECKING, Any, Protocol

from nbtrack.errors import InvalidValueError
from nbtrack.scoring.csv_text import csv_text
from nbtrack.scoring.sources import pyarrow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import pandas as pd

__all__ = ["CsvTarget", "ParquetTarget", "Target", "part_of", "target_of"]

_PIECE_ROWS = 1 << 20
"""After so many rows a piece of Parquet is closed, so that a job can go on behind it."""


class Target(Protocol):
    """A file that is being written."""

    def write(self, table: pd.DataFrame) -> None:
        """Write some rows."""

    def kept(self, *, now: bool) -> dict[str, Any] | None:
        """Make what is written last, and return how far that is; None if it is better done `now` and then only."""

    def finish(self, no_rows: Callable[[], pd.DataFrame]) -> None:
        """Give the file its name; if there was nothing to write, it has the columns of a table without rows."""

    def close(self) -> None:
        """Leave the file as it is."""


def part_of(target: Path) -> Path:
    """Return where a file is written until it is whole."""
    return target.with_name(f"{target.name}.part")


def target_of(path: Path, kept: dict[str, Any] | None, texts: Sequence[str]) -> Target:
    """Return the output at a path, begun anew or after what is kept of it."""
    return ParquetTarget(path, kept, texts) if path.suffix.lower() == ".parquet" else CsvTarget(path, kept)


class CsvTarget:
    """A CSV file that is being written.

    Parameters
    ----------
    path
        The file.
    kept
        How far it was written before; None to begin anew.
    """

    def __init__(self, path: Path, kept: dict[str, Any] | None = None) -> None:
        self._path = path
        self._part = part_of(path)
        if kept and (not self._part.is_file() or self._part.stat().st_size < kept["size"]):
            raise _changed(self._part)
        self._stream = self._part.open("r+b" if kept else "wb", buffering=0)
        self._names: list[str] | None = None
        if kept:
            self._names = kept["names"]
            self._stream.truncate(kept["size"])
            self._stream.seek(kept["size"])

    def write(self, table: pd.DataFrame) -> None:
        """Write some rows."""
        first = self._names is None
        names = list(map(str, table.columns))
        if not first and names != self._names:
            raise InvalidValueError(
                f"the model's predictions have the columns {names}, and had {self._names} before"
            )
        text = csv_text(table, header=first).encode()
        before = self._stream.tell()
        try:
            content = memoryview(text)
            while content:  # a disk that is nearly full takes less than it is given
                content = content[self._stream.write(content) :]
        except BaseException:
            self._stream.truncate(before)
            self._stream.seek(before)
            raise
        self._names = names

    def kept(self, *, now: bool) -> dict[str, Any] | None:  # noqa: ARG002 (it can be done at any time)
        """Make what is written last, and return how far that is."""
        if self._names is None:
            return None
        os.fsync(self._stream.fileno())
        return {"size": self._stream.tell(), "names": self._names}

    def finish(self, no_rows: Callable[[], pd.DataFrame]) -> None:
        """Give the file its name; if there was nothing to write, it has the columns of a table without rows."""
        if self._names is None:
            self.write(no_rows())
        os.fsync(self._stream.fileno())
        self._stream.close()
        self._part.replace(self._path)

    def close(self) -> None:
        """Leave the file as it is."""
        self._stream.close()


class ParquetTarget:
    """A Parquet file that is being written, in pieces, for one that is not closed cannot be gone on with.

    Parameters
    ----------
    path
        The file.
    kept
        How far it was written before; None to begin anew.
    texts
        The columns that are text because CSV knows nothing else. Where all of their rows are whole numbers, and would be
        written so again, they are written as numbers.
    """

    def __init__(self, path: Path, kept: dict[str, Any] | None = None, texts: Sequence[str] = ()) -> None:
        self._numbers = list(kept["numbers"] if kept else texts)
        self._path = path
        self._folder = part_of(path)
        pyarrow("pyarrow.parquet")
        self._pieces = int(kept["pieces"]) if kept else 0
        self._schema: Any = None
        self._writer: Any = None
        self._rows = 0
        if kept and not all(self._piece(number).is_file() for number in range(self._pieces)):
            raise _changed(self._folder)
        if not kept:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(exist_ok=True)
        for file in self._folder.iterdir():
            if file.name not in self._names():
                file.unlink()
        if self._pieces:
            self._schema = pyarrow("pyarrow.parquet").read_schema(self._piece(0))

    def _names(self) -> set[str]:
        return {self._piece(number).name for number in range(self._pieces)}

    def _piece(self, number: int) -> Path:
        return self._folder / f"{number:06d}"

    def write(self, table: pd.DataFrame) -> None:
        """Write some rows."""
        pa = pyarrow()
        rows = _arrow(table, self._schema)
        self._numbers = [name for name in self._numbers if _are_whole(rows.column(name))]
        if self._schema is None:
            self._schema = rows.schema
        if self._writer is None:
            self._writer = pyarrow("pyarrow.parquet").ParquetWriter(self._piece(self._pieces), self._schema)
        before, self._rows = self._rows, 0  # a piece that cannot be written to its end counts for nothing
        try:
            self._writer.write_table(rows)
        except pa.ArrowInvalid as error:
            raise InvalidValueError(str(error)) from error
        self._rows = before + len(table)

    def kept(self, *, now: bool) -> dict[str, Any] | None:
        """Close the piece if it is large enough, and return how far that is."""
        if self._rows < (1 if now else _PIECE_ROWS):
            return None
        self._close_piece()
        return {"pieces": self._pieces, "numbers": self._numbers}

    def _close_piece(self) -> None:
        if self._writer is not None:
            writer, self._writer, self._rows = self._writer, None, 0
            writer.close()
            _sync(self._piece(self._pieces))
            self._pieces += 1

    def finish(self, no_rows: Callable[[], pd.DataFrame]) -> None:
        """Give the file its name: that of the only piece, or a new one of all of them."""
        if self._schema is None:
            self._numbers = []
            self.write(no_rows())
        self._close_piece()
        whole = self._piece(0) if self._pieces == 1 and not self._numbers else self._joined()
        whole.replace(self._path)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _joined(self) -> Path:
        """Return one file of all pieces, with numbers where the text is."""
        pa, parquet = pyarrow(), pyarrow("pyarrow.parquet")
        schema = self._schema
        for name in self._numbers:
            number = schema.get_field_index(name)
            schema = schema.set(number, schema.field(number).with_type(pa.int64()))
        whole = self._folder / "whole"
        with parquet.ParquetWriter(whole, schema) as writer:
            for number in range(self._pieces):
                piece = parquet.ParquetFile(self._piece(number), pre_buffer=False)
                for group in range(piece.metadata.num_row_groups):
                    writer.write_table(piece.read_row_group(group).cast(schema))
        _sync(whole)
        return whole

    def close(self) -> None:
        """Leave the pieces that are closed as they are."""
        if self._writer is not None:
            with contextlib.suppress(OSError):  # the disk may be full, and this piece does not count
                self._writer.close()


def _sync(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def _arrow(table: pd.DataFrame, schema: Any) -> Any:
    """Return rows as an Arrow table of the types of the first ones."""
    pa = pyarrow()
    try:
        made = pa.Table.from_pandas(table, preserve_index=False, schema=schema)
    except (pa.ArrowInvalid, pa.ArrowTypeError, ValueError, TypeError, KeyError) as error:
        raise InvalidValueError(
            f"a column of the output has another type than in its first rows: {error}"
        ) from error
    return made.replace_schema_metadata(None)


def _are_whole(texts: Any) -> bool:
    """Return whether texts are whole numbers, and would be written so again."""
    pa = pyarrow()
    try:
        return bool(texts.cast(pa.int64()).cast(texts.type).equals(texts))
    except pa.ArrowInvalid:
        return False


def _changed(part: Path) -> InvalidValueError:
    return InvalidValueError(
        f"{str(part)!r} is gone or was cut since the job was interrupted, so it cannot go on; begin anew without resume"
    )
