"""Batches of rows: read as a table for the model, with the columns that are kept, and cut into smaller ones."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from nbtrack.errors import InvalidValueError
from nbtrack.scoring.records import record_ends

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from nbtrack.models import Signature

__all__ = ["ArrowBatch", "Batch", "Columns", "CsvBatch", "FrameBatch", "columns_of", "not_utf8", "twice"]

_MISSING = (
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
    "NULL", "NaN", "None", "n/a", "nan", "null",
)  # fmt: skip
"""What stands for a missing value in CSV, as pandas reads it."""


@dataclass(frozen=True)
class Columns:
    """What is read of each row."""

    inputs: tuple[str, ...] | None
    """The columns that the model takes; None for all but the kept ones."""
    keep: tuple[str, ...] = ()
    """The columns that stand beside the predictions."""
    texts: tuple[str, ...] = ()
    """The inputs that are text, although they may look like numbers."""
    optional: tuple[str, ...] = ()
    """The inputs that may be missing."""
    whole: tuple[str, ...] = ()
    """The inputs that are whole numbers."""

    def of(self, names: Sequence[Any]) -> list[Any]:
        """Return which of these columns the model is given; one that is missing is left for the signature to tell."""
        if self.inputs is None:
            return [name for name in names if name not in self.keep]
        return [name for name in names if name in self.inputs]


class Batch(Protocol):
    """Some rows of one source."""

    @property
    def rows(self) -> int:
        """How many there are."""

    @property
    def names(self) -> Sequence[Any]:
        """The names of the columns."""

    @property
    def typed(self) -> bool:
        """Whether the types are the caller's own, which the signature is held against as they are."""

    def read(self, columns: Columns) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the model's columns, and those that are kept, as they are."""

    def cut(self, start: int, stop: int) -> Batch:
        """Return some of the rows."""


def not_utf8(error: UnicodeDecodeError) -> InvalidValueError:
    """Return the error for text of another encoding."""
    text = error.object[max(error.start - 20, 0) : error.end + 20]
    return InvalidValueError(f"it is not UTF-8, which CSV must be here: convert it, near {text!r}")


def columns_of(signature: Signature | None, keep: Sequence[str]) -> Columns:
    """Return what is read of each row for a model with this signature."""
    from nbtrack.models.schema import Column

    inputs = signature.inputs if signature is not None else None
    named = [part for part in inputs or () if isinstance(part, Column) and isinstance(part.name, str)]
    form = signature.form if signature is not None else None
    whole = not named or len(named) < len(inputs or ()) or (form is not None and form.labels is not None)
    texts = tuple(str(part.name) for part in named if part.type == "string")
    optional = tuple(str(part.name) for part in named if not part.required)
    integers = tuple(str(part.name) for part in named if part.type in ("integer", "long"))
    return Columns(
        None if whole else tuple(str(part.name) for part in named), tuple(keep), texts, optional, integers
    )


def twice(names: Sequence[Any], columns: Columns, *, labelled: bool = True) -> list[Any]:
    """Return the columns that are read, and have the name of another one.

    Parameters
    ----------
    names
        The names of the columns that there are.
    columns
        Those that are read.
    labelled
        Whether a model that takes all columns takes them by name.
    """
    read = {*columns.of(names), *columns.keep} if columns.inputs is not None or labelled else {*columns.keep}
    return [name for name in read if list(names).count(name) > 1] if len({*names}) < len(names) else []


def _check_names(names: Sequence[Any], columns: Columns, *, labelled: bool = True) -> None:
    for name in twice(names, columns, labelled=labelled):
        raise InvalidValueError(f"there are several columns {name!r}: which of them is meant cannot be told")
    missing = [name for name in columns.keep if name not in names]
    if missing:
        listed = ", ".join(map(repr, missing))
        raise InvalidValueError(
            f"there is no column {listed} to keep; there are {', '.join(map(repr, names))}"
        )


@dataclass(frozen=True)
class FrameBatch:
    """Rows of a DataFrame."""

    table: pd.DataFrame
    typed: bool = True

    @property
    def rows(self) -> int:
        """How many there are."""
        return len(self.table)

    @property
    def names(self) -> list[Any]:
        """The names of the columns."""
        return list(self.table.columns)

    def read(self, columns: Columns) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the model's columns, and those that are kept, as they are."""
        _check_names(self.names, columns, labelled=False)
        names = columns.of(self.names)
        return self.table if names == self.names else self.table[names], self.table[list(columns.keep)]

    def cut(self, start: int, stop: int) -> FrameBatch:
        """Return some of the rows."""
        return replace(self, table=self.table.iloc[start:stop])


@dataclass(frozen=True)
class ArrowBatch:
    """Rows of an Arrow table."""

    table: Any
    typed: bool = False

    @property
    def rows(self) -> int:
        """How many there are."""
        return int(self.table.num_rows)

    @property
    def names(self) -> list[str]:
        """The names of the columns."""
        return list(self.table.schema.names)

    def read(self, columns: Columns) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the model's columns, and those that are kept, in Arrow's own types, so that none is changed."""
        import pandas as pd

        _check_names(self.names, columns)
        # What pandas noted in a file must not make it another than one that others wrote.
        frame = self.table.select(columns.of(self.names)).to_pandas(ignore_metadata=True, use_threads=False)
        kept = self.table.select(list(columns.keep))
        return frame, kept.to_pandas(types_mapper=pd.ArrowDtype, ignore_metadata=True)

    def cut(self, start: int, stop: int) -> ArrowBatch:
        """Return some of the rows."""
        return replace(self, table=self.table.slice(start, stop - start))


@dataclass(frozen=True)
class CsvBatch:
    """Rows of a CSV file, as they are written there: each part of it can be read anew, with types of its own."""

    header: bytes
    names: tuple[str, ...]
    content: bytes
    rows: int
    typed: bool = False

    def read(self, columns: Columns) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the model's columns, and those that are kept, as text, so that none is changed."""
        _check_names(self.names, columns)
        keep = list(columns.keep)
        both = any(name in columns.of(self.names) for name in keep)
        literal = [] if both else keep
        whole = self._parsed([*columns.texts, *literal], literal)
        names = columns.of(list(whole.columns))
        kept = self._parsed(self.names, self.names) if both else whole
        return whole if names == list(whole.columns) else whole[names], kept[keep]

    def _parsed(self, texts: Sequence[str], literal: Sequence[str]) -> pd.DataFrame:
        """Return all columns: of text, or literal, where nothing stands for a missing value."""
        import pandas as pd

        dtypes: Any = {name: str for name in texts if name in self.names}
        missing: Any = None
        if literal:
            missing = {name: _MISSING for name in self.names if name not in literal}
        try:
            frame = pd.read_csv(
                io.BytesIO(self.header + self.content),
                dtype=dtypes,
                keep_default_na=not literal,
                na_values=missing,
            )
        except UnicodeDecodeError as error:
            raise not_utf8(error) from error
        except (ValueError, OverflowError) as error:
            raise InvalidValueError(f"it is not CSV: {error}") from error
        if not isinstance(frame.index, pd.RangeIndex):
            raise InvalidValueError(f"it is not CSV: more values than the {len(self.names)} columns")
        if len(frame) != self.rows:
            raise InvalidValueError("it is not CSV: a quote is not closed, or not doubled")
        return frame

    def cut(self, start: int, stop: int) -> CsvBatch:
        """Return some of the rows."""
        ends = record_ends(self.content, whole=True)
        first = int(ends[start - 1]) if start else 0
        last = int(ends[stop - 1]) if stop else 0
        return replace(self, content=self.content[first:last], rows=stop - start)
