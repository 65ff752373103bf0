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

__all__ = ["ArrowBatch", "Batch", "Columns", "CsvBatch", "FrameBatch", "columns_of"]


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

    def frame(self, columns: Columns) -> pd.DataFrame:
        """Return the model's columns."""

    def kept(self, columns: Columns) -> pd.DataFrame:
        """Return the columns that are kept, as they are."""

    def cut(self, start: int, stop: int) -> Batch:
        """Return some of the rows."""


def columns_of(signature: Signature | None, keep: Sequence[str]) -> Columns:
    """Return what is read of each row for a model with this signature."""
    from nbtrack.models.schema import Column

    inputs = signature.inputs if signature is not None else None
    named = [part for part in inputs or () if isinstance(part, Column) and isinstance(part.name, str)]
    form = signature.form if signature is not None else None
    whole = not named or len(named) < len(inputs or ()) or (form is not None and form.labels is not None)
    texts = tuple(str(part.name) for part in named if part.type == "string")
    optional = tuple(str(part.name) for part in named if not part.required)
    return Columns(None if whole else tuple(str(part.name) for part in named), tuple(keep), texts, optional)


def _check_kept(names: Sequence[Any], columns: Columns) -> None:
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

    def frame(self, columns: Columns) -> pd.DataFrame:
        """Return the model's columns."""
        names = columns.of(list(self.table.columns))
        return self.table if names == list(self.table.columns) else self.table[names]

    def kept(self, columns: Columns) -> pd.DataFrame:
        """Return the columns that are kept, as they are."""
        _check_kept(list(self.table.columns), columns)
        return self.table[list(columns.keep)]

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

    def frame(self, columns: Columns) -> pd.DataFrame:
        """Return the model's columns."""
        # What pandas noted in a file must not make it another than one that others wrote.
        taken = self.table.select(columns.of(self.table.schema.names))
        frame: pd.DataFrame = taken.to_pandas(ignore_metadata=True)
        return frame

    def kept(self, columns: Columns) -> pd.DataFrame:
        """Return the columns that are kept, in Arrow's own types, so that none is changed."""
        import pandas as pd

        _check_kept(self.table.schema.names, columns)
        frame: pd.DataFrame = self.table.select(list(columns.keep)).to_pandas(
            types_mapper=pd.ArrowDtype, ignore_metadata=True
        )
        return frame

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

    def frame(self, columns: Columns) -> pd.DataFrame:
        """Return the model's columns."""
        import pandas as pd

        texts: Any = {name: str for name in columns.texts if name in self.names}
        try:
            frame = pd.read_csv(io.BytesIO(self.header + self.content), dtype=texts)
        except (ValueError, OverflowError) as error:
            raise InvalidValueError(f"it is not CSV: {error}") from error
        if not isinstance(frame.index, pd.RangeIndex):
            raise InvalidValueError(f"it is not CSV: more values than the {len(self.names)} columns")
        if len(frame) != self.rows:
            raise InvalidValueError("it is not CSV: a quote is not closed, or not doubled")
        names = columns.of(list(frame.columns))
        return frame if names == list(frame.columns) else frame[names]

    def kept(self, columns: Columns) -> pd.DataFrame:
        """Return the columns that are kept, as text, so that none is changed."""
        import pandas as pd

        _check_kept(self.names, columns)
        content = io.BytesIO(self.header + self.content)
        frame = pd.read_csv(content, dtype=str, keep_default_na=False, usecols=list(columns.keep))
        return frame[list(columns.keep)]

    def cut(self, start: int, stop: int) -> CsvBatch:
        """Return some of the rows."""
        ends = record_ends(self.content, whole=True)
        first = int(ends[start - 1]) if start else 0
        last = int(ends[stop - 1]) if stop else 0
        return replace(self, content=self.content[first:last], rows=stop - start)
