"""Predict for a batch, and find the rows that a model cannot predict for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError, ModelError, NbtrackError, SchemaError
from nbtrack.models.casts import is_object
from nbtrack.models.inputs import of_table
from nbtrack.models.predictions import prediction_table
from nbtrack.scoring.batches import Batch, columns_of, twice

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from nbtrack.models import LoadedModel, MLmodel

__all__ = ["Bad", "Predicted", "RowsError", "Scorer"]


@dataclass(frozen=True)
class Bad:
    """Rows of a batch that cannot be predicted for."""

    start: int
    stop: int
    reason: str
    error: type[NbtrackError] = ModelError
    whole: bool = False
    """Whether it is not about these rows, but about the columns that they are in."""


class _CountError(ModelError):
    """The model answers for a batch as a whole, not for its rows: no row is at fault."""


class RowsError(Exception):
    """A batch holds rows that cannot be predicted for; carried to who knows the file and the row's number."""

    def __init__(self, bad: Bad) -> None:
        super().__init__(bad)
        self.bad = bad


@dataclass(frozen=True)
class Predicted:
    """The predictions for a batch, with the columns that are kept."""

    table: pd.DataFrame | None
    """None if there is no row that could be predicted for."""
    rows: int
    """How many rows of input are behind it."""
    bad: list[Bad] = field(default_factory=list)


class Scorer:
    """A model that predicts for batches.

    Parameters
    ----------
    model
        The model.
    keep
        The columns that stand beside the predictions.
    params
        Parameters of the prediction.
    skip
        Whether rows that cannot be predicted for are left out, in place of an error.
    """

    def __init__(
        self, model: LoadedModel, keep: Sequence[str], params: Mapping[str, Any] | None, *, skip: bool
    ) -> None:
        self._model = model
        self._params = params
        self._skip = skip
        self.columns = columns_of(model.signature, keep)

    @property
    def path(self) -> Path:
        """The model's folder."""
        return self._model.path

    @property
    def metadata(self) -> MLmodel:
        """The content of its `MLmodel`."""
        return self._model.metadata

    def score(self, batch: Batch, *, alone: bool = False) -> Predicted:
        """Return the predictions for a batch.

        Parameters
        ----------
        batch
            The rows.
        alone
            Whether there is no other batch: then the model may answer with another number of rows.

        Raises
        ------
        RowsError
            When it cannot predict for all rows, and none are to be skipped.
        """
        try:
            return Predicted(self._table(batch, alone=alone), batch.rows)
        except NbtrackError as error:
            first = error
        if isinstance(first, _CountError):
            raise RowsError(Bad(0, batch.rows, str(first), ModelError, whole=True))
        if self._all_alike(batch):
            # Nothing about the values: a column is missing, or of another type.
            whole = Bad(0, batch.rows, str(first), type(first), whole=True)
            if not self._skip:
                raise RowsError(whole)
            return Predicted(None, batch.rows, [whole])
        if not self._skip:
            raise RowsError(self._first_bad(batch, first))
        return self._without_bad(batch)

    def example_table(self) -> pd.DataFrame | None:
        """Return the predictions for the example that was saved with the model; None if there is none."""
        example = self._model.input_example
        return None if example is None else prediction_table(self._model.predict(example, self._params))

    def no_rows(self, kept: pd.DataFrame | None = None) -> pd.DataFrame:
        """Return a table as of predictions, without rows: its columns as the example that was saved tells them.

        Parameters
        ----------
        kept
            The columns that stand beside the predictions; by default as of text.
        """
        import pandas as pd

        try:
            table = self.example_table()
        except Exception:  # noqa: BLE001 (a model's own code may raise anything, and no row asks for it)
            table = None
        if table is None:
            table = pd.DataFrame({"prediction": pd.Series(dtype="float64")})
        if kept is None:
            kept = pd.DataFrame(columns=list(self.columns.keep), dtype="str")
        return pd.concat(
            [kept.iloc[:0].reset_index(drop=True), table.iloc[:0].reset_index(drop=True)], axis=1
        )

    def _all_alike(self, batch: Batch) -> bool:
        """Return whether the columns are wrong, whatever is in their rows."""
        from nbtrack.models.enforcement import enforce

        signature = self._model.signature
        taken = self.columns.inputs if self.columns.inputs is not None else ()
        if any(
            name not in batch.names
            for name in (*self.columns.keep, *taken)
            if name not in self.columns.optional
        ):
            return True
        if twice(batch.names, self.columns, labelled=not batch.typed):
            return True
        if signature is None:
            return False
        frame = batch.cut(0, 0).read(self.columns)[0]
        if any(map(is_object, (frame.iloc[:, k] for k in range(frame.shape[1])))):
            return False  # objects, and values of CSV, are of no type of their own
        if not batch.typed:
            # In files whole numbers may be written as floats: some of these can be taken, and others cannot.
            floats = [name for name, kind in frame.dtypes.items() if getattr(kind, "kind", "") == "f"]
            frame = frame.astype({name: "int64" for name in floats if name in self.columns.whole})
        try:
            enforce(frame, signature)
        except SchemaError:
            return True
        return False

    def _first_bad(self, batch: Batch, error: NbtrackError) -> Bad:
        """Return the first rows that cannot be predicted for: one, unless only some together cannot."""
        start, stop = 0, batch.rows
        while stop - start > 1:
            middle = (start + stop) // 2
            left = self._fault(batch.cut(start, middle))
            if left is not None:
                stop, error = middle, left
                continue
            right = self._fault(batch.cut(middle, stop))
            if right is None:
                break
            start, error = middle, right
        return Bad(start, stop, str(error), type(error))

    def _fault(self, batch: Batch) -> NbtrackError | None:
        try:
            self._table(batch)
        except NbtrackError as error:
            return error
        return None

    def _without_bad(self, batch: Batch) -> Predicted:
        import pandas as pd

        tables: list[pd.DataFrame] = []
        bad: list[Bad] = []
        waiting = [(0, batch.rows)]
        while waiting:
            start, stop = waiting.pop()
            part = batch.cut(start, stop)
            try:
                tables.append(self._table(part))
            except NbtrackError as error:
                if stop - start == 1:
                    bad.append(Bad(start, stop, str(error), type(error)))
                else:
                    middle = (start + stop) // 2
                    waiting += [(middle, stop), (start, middle)]  # the first rows are taken first
        table = pd.concat(tables) if tables else None
        return Predicted(table, batch.rows, bad)

    def _table(self, batch: Batch, *, alone: bool = False) -> pd.DataFrame:
        """Return the predictions as a table with the columns that are kept."""
        import pandas as pd

        frame, kept = batch.read(self.columns)
        table = prediction_table(self._predictions(batch, frame))
        if len(table) != batch.rows and (self.columns.keep or not alone):
            raise _CountError(f"the model gave {len(table):,} predictions for {batch.rows:,} rows")
        if not self.columns.keep:
            return table.set_axis(frame.index) if len(table) == len(frame) else table
        both = [name for name in kept.columns if name in table.columns]
        if both:
            raise InvalidValueError(
                f"the column {both[0]!r} is kept, and the model's predictions have one of that name"
            )
        return pd.concat([kept, table.set_axis(kept.index)], axis=1)

    def _predictions(self, batch: Batch, frame: pd.DataFrame) -> Any:
        try:
            return self._model.predict(frame, self._params)
        except SchemaError:
            if batch.typed:
                raise
        except NbtrackError:
            raise
        except Exception as error:  # a model's own code may raise anything
            raise ModelError(f"the model raised {type(error).__name__}: {error}") from error
        # A file's types are few, as JSON's are: whole numbers that are written as floats, dates as text. This is slow.
        cells = [
            [_listed(value) for value in frame.iloc[:, k].astype("object")] for k in range(frame.shape[1])
        ]
        data = of_table(list(frame.columns), list(zip(*cells, strict=True)), self._model.signature)
        try:
            return self._model.predict(data, self._params)
        except NbtrackError:
            raise
        except Exception as error:  # as above
            raise ModelError(f"the model raised {type(error).__name__}: {error}") from error


def _listed(value: Any) -> Any:
    """Return a cell of an Arrow column of lists, which is read as an array, as a list."""
    return value.tolist() if hasattr(value, "ndim") and value.ndim else value
