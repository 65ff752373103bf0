"""What is scored: files, folders and globs, tables in memory and streams, each read in batches of rows."""

from __future__ import annotations

import contextlib
import glob
import gzip
import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, cast
from urllib.parse import unquote

from nbtrack.errors import InvalidValueError, MissingPackageError, NotFoundError
from nbtrack.models.input_form import library_of
from nbtrack.scoring.batches import ArrowBatch, Batch, Columns, CsvBatch, FrameBatch, not_utf8
from nbtrack.scoring.records import header_of, pieces

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["CsvFile", "Source", "files_of", "is_paths", "is_standard_input", "source_of"]

BATCH_ROWS = 65_536
_BATCH_BYTES = 1 << 22
"""About how many bytes a batch has, where its rows are not said."""
_TEXT_BYTES = 1 << 24
"""How many bytes of text a batch has at most, where its rows are not said: the header does not tell how long texts are."""
_RELEASE = 32
_BUFFER_BYTES = 1 << 18
_ALL_BUFFERS_BYTES = 1 << 24
_NO_PARTITION = "__HIVE_DEFAULT_PARTITION__"
"""What stands for a missing value in the name of a folder."""
_SUFFIXES = (".csv", ".csv.gz", ".parquet")


class Source(Protocol):
    """Rows that are read in batches."""

    name: str

    @property
    def total(self) -> int | None:
        """How many rows there are, where that is known beforehand."""

    def batches(self, columns: Columns, rows: int | None, skip: int) -> Iterator[Batch]:
        """Yield the rows after the first `skip`, so many at a time."""


@dataclass
class CsvFile:
    """A CSV file, or one that gzip has packed."""

    name: str
    path: Path

    total = None

    def _opened(self) -> BinaryIO:
        if is_standard_input(self.path):
            return open(0, "rb", closefd=False)
        return cast("BinaryIO", gzip.open(self.path) if self.path.suffix == ".gz" else self.path.open("rb"))

    def batches(self, columns: Columns, rows: int | None, skip: int) -> Iterator[Batch]:  # noqa: ARG002
        """Yield the rows after the first `skip`, so many at a time."""
        with self._opened() as stream:
            header = header_of(stream)
            names = _split(header)
            # The header says how wide a row is, roughly.
            size = rows or max(256, min(BATCH_ROWS, _BATCH_BYTES // (8 * max(len(names), 1))))
            for content, count in pieces(stream, size, None if rows else _TEXT_BYTES):
                if skip >= count:
                    skip -= count
                    continue
                batch = CsvBatch(header, names, content, count)
                yield batch.cut(skip, count) if skip else batch
                skip = 0


def _split(header: bytes) -> tuple[str, ...]:
    import csv

    try:
        return tuple(next(csv.reader([header.decode()])))
    except UnicodeDecodeError as error:
        raise not_utf8(error) from error
    except csv.Error as error:
        raise InvalidValueError(f"it is not CSV: {error}") from error


@dataclass
class ParquetFile:
    """A Parquet file."""

    name: str
    path: Path
    partition: dict[str, str] = field(default_factory=dict)
    """Columns that stand in the names of its folders, `year=2020`, as Hive and Spark write them."""

    @cached_property
    def total(self) -> int | None:
        """How many rows there are; None if it cannot be read, which is told later."""
        with contextlib.suppress(OSError, ValueError):
            return int(self._opened().metadata.num_rows)
        return None

    def _opened(self) -> Any:
        parquet = pyarrow("pyarrow.parquet")
        # Without buffering ahead no more than a page of each column is held, of many columns less.
        count = max(parquet.read_metadata(self.path).num_columns, 1)
        size = min(_BUFFER_BYTES, max(_ALL_BUFFERS_BYTES // count, 1 << 12))
        return parquet.ParquetFile(self.path, pre_buffer=False, buffer_size=size)

    def batches(self, columns: Columns, rows: int | None, skip: int) -> Iterator[Batch]:
        """Yield the rows after the first `skip`, so many at a time."""
        file = self._opened()
        names = file.schema_arrow.names
        folders = {name: text for name, text in self.partition.items() if name not in names}
        read = [name for name in names if name in {*columns.of(names), *columns.keep}]
        width = sum(map(_bytes_of, (file.schema_arrow.field(name).type for name in read)))
        width = max(width, _bytes_of_rows(file.metadata, {*read}))
        size = rows or max(256, min(BATCH_ROWS, _BATCH_BYTES // max(width, 1)))
        groups = list(range(file.metadata.num_row_groups))
        while groups and skip >= (count := file.metadata.row_group(groups[0]).num_rows):
            groups.pop(0)
            skip -= count
        batches = file.iter_batches(size, row_groups=groups, columns=read, use_threads=False)
        for number, batch in enumerate(_after(batches, skip), 1):
            yield _beside(batch, folders) if folders else batch
            if number % _RELEASE == 0:
                # Arrow would keep what it has freed for later, and more of it the longer it reads.
                pyarrow().default_memory_pool().release_unused()


def _beside(batch: ArrowBatch, folders: dict[str, str]) -> ArrowBatch:
    """Return rows with the columns that stand in the names of folders: whole numbers, else text."""
    table = pyarrow().Table.from_batches([batch.table])
    for name, text in folders.items():
        is_number = text.removeprefix("-").isdecimal() and str(int(text)) == text
        value = None if text == _NO_PARTITION else int(text) if is_number else text
        table = table.append_column(name, pyarrow().array([value] * table.num_rows))
    return ArrowBatch(table.combine_chunks())


def _partition(path: Path) -> dict[str, str]:
    parts = (part.partition("=") for part in path.parent.parts)
    return {unquote(key): unquote(text) for key, sign, text in parts if sign and key}


@dataclass
class ArrowStream:
    """Batches of Arrow's, from wherever they come."""

    name: str
    given: Iterable[Any]
    total: int | None = None

    def batches(self, columns: Columns, rows: int | None, skip: int) -> Iterator[Batch]:  # noqa: ARG002
        """Yield the rows after the first `skip`, so many at a time."""
        size = rows or BATCH_ROWS
        for batch in _after(iter(self.given), skip):
            yield from (batch.cut(k, min(k + size, batch.rows)) for k in range(0, batch.rows, size))


@dataclass
class Frame:
    """A DataFrame."""

    name: str
    table: Any

    @property
    def total(self) -> int | None:
        """How many rows there are."""
        return len(self.table)

    def batches(self, columns: Columns, rows: int | None, skip: int) -> Iterator[Batch]:  # noqa: ARG002
        """Yield the rows after the first `skip`, so many at a time."""
        size = rows or BATCH_ROWS
        for start in range(skip, len(self.table), size):
            yield FrameBatch(self.table.iloc[start : start + size])


def _after(batches: Iterator[Any], skip: int) -> Iterator[ArrowBatch]:
    for batch in batches:
        if skip >= batch.num_rows:
            skip -= batch.num_rows
            continue
        yield ArrowBatch(batch.slice(skip) if skip else batch)
        skip = 0


def _bytes_of_rows(metadata: Any, names: set[str]) -> int:
    """Return how many bytes a row takes in a Parquet file before it is compressed: of long texts many."""
    if not metadata.num_row_groups or not metadata.row_group(0).num_rows:
        return 0
    group = metadata.row_group(0)
    columns = map(group.column, range(group.num_columns))
    read = (one.total_uncompressed_size for one in columns if one.path_in_schema.partition(".")[0] in names)
    return int(sum(read) // group.num_rows)


def _bytes_of(kind: Any) -> int:
    """Return about how many bytes a value of an Arrow type takes."""
    try:
        return max(1, int(kind.bit_width) // 8)
    except ValueError:  # of no fixed width
        return 64


def pyarrow(module: str = "pyarrow") -> Any:
    """Return a module of pyarrow's.

    Raises
    ------
    MissingPackageError
        When it is not installed.
    """
    from importlib import import_module

    try:
        return import_module(module)
    except ImportError as error:
        raise MissingPackageError(
            f"Parquet and Arrow need pyarrow, which is not installed ({error}): "
            "python -m pip install 'nbtrack[parquet]'"
        ) from error


def is_paths(data: Any) -> bool:
    """Return whether data is the path of files, or a list of paths."""
    if isinstance(data, list | tuple):
        return bool(data) and all(isinstance(one, str | os.PathLike) for one in data)
    return isinstance(data, str | os.PathLike)


def is_standard_input(path: str | os.PathLike[str]) -> bool:
    """Return whether a path stands for standard input, which is CSV and can be read once."""
    return os.fspath(path) == "-"


def files_of(paths: Any) -> list[tuple[str, Path]]:
    """Return the files that paths, folders and globs stand for, each with its name below its folder.

    Raises
    ------
    NotFoundError, InvalidValueError
        When there are none, or of another format.
    """
    found: list[tuple[str, Path]] = []
    for given in paths if isinstance(paths, list | tuple) else [paths]:
        path = Path(given).expanduser()
        if path.is_dir():
            below = sorted(file for file in path.rglob("*") if _is_data(file, path))
            found += [(file.relative_to(path).as_posix(), file) for file in below]
            if not below:
                raise NotFoundError(f"{str(given)!r} holds no CSV or Parquet files")
        elif not path.exists() and glob.has_magic(str(path)):
            matched = sorted(map(Path, glob.glob(str(path), recursive=True)))  # noqa: PTH207 (of a whole path)
            files = [file for file in matched if file.is_file() and _is_meant(file, path)]
            if not files:
                raise NotFoundError(f"no file is named as {str(given)!r}")
            root = Path(os.path.commonpath([file.parent for file in files]))
            found += [(file.relative_to(root).as_posix(), file) for file in files]
        else:
            found.append((path.name, path))
    return found


def _is_meant(file: Path, pattern: Path) -> bool:
    """Return whether a file that a pattern matches is not one that Spark and others keep for themselves."""
    named = any(part.startswith("_") for part in pattern.parts)
    return named or not any(part.startswith("_") for part in file.parts)


def _is_data(file: Path, folder: Path) -> bool:
    """Return whether a file of a folder is data; Spark and others put files beside it whose names begin so."""
    hidden = any(part.startswith((".", "_")) for part in file.relative_to(folder).parts)
    return not hidden and file.name.lower().endswith(_SUFFIXES) and file.is_file()


def file_source(name: str, path: Path) -> Source:
    """Return a file as a source.

    Raises
    ------
    InvalidValueError
        When it is named as neither.
    """
    if is_standard_input(path):
        return CsvFile("standard input", path)
    lower = path.name.lower()
    if lower.endswith(".parquet"):
        return ParquetFile(name, path, _partition(path))
    if lower.endswith((".csv", ".csv.gz")):
        return CsvFile(name, path)
    raise InvalidValueError(f"{str(path)!r} is named as neither CSV nor Parquet")


def source_of(data: Any) -> tuple[Source, str]:
    """Return data in memory, or a stream of it, as a source, and which kind it is.

    Raises
    ------
    InvalidValueError
        When it is of no known kind.
    """
    library = library_of(data)
    kind = type(data).__name__
    if library == "pandas":
        frame = data.to_frame() if kind == "Series" else data
        return Frame("the input", frame), "pandas"
    if library == "polars" and kind == "LazyFrame":
        return ArrowStream("the input", _lazy(data)), "polars"
    if library == "polars":
        pyarrow()
        table = data.to_frame() if kind == "Series" else data
        return ArrowStream("the input", table.to_arrow().to_batches(), len(table)), "polars"
    if library == "pyarrow":
        if hasattr(data, "to_batches"):
            total = getattr(data, "num_rows", None)
            return ArrowStream("the input", data.to_batches(), total), "arrow"
        if kind == "RecordBatch":
            return ArrowStream("the input", [data], data.num_rows), "arrow"
        if hasattr(data, "read_next_batch"):
            return ArrowStream("the input", data), "arrow"
    if hasattr(data, "fetch_record_batch") or hasattr(data, "fetch_arrow_reader"):
        return ArrowStream("the input", _relation(data)), "arrow"
    raise InvalidValueError(
        f"the data is a {type(data).__module__}.{kind}; give a table of pandas, Polars, Arrow or DuckDB, "
        "or paths of CSV and Parquet files"
    )


def _lazy(frame: Any) -> Iterator[Any]:
    """Yield what a LazyFrame gives, a part at a time where this Polars can."""
    pyarrow()
    parts = frame.collect_batches() if hasattr(frame, "collect_batches") else [frame.collect()]
    for part in parts:
        yield from part.to_arrow().to_batches()


def _relation(relation: Any) -> Iterator[Any]:
    pyarrow()
    for name in ("to_arrow_reader", "fetch_arrow_reader", "fetch_record_batch"):
        if hasattr(relation, name):
            yield from getattr(relation, name)(BATCH_ROWS)
            return
