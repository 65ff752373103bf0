"""Predictions for a Dask DataFrame: lazy, a partition at a time, wherever Dask computes it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError, NbtrackError
from nbtrack.scoring.batches import FrameBatch
from nbtrack.scoring.job import Skipped, located, located_rows, rows_told
from nbtrack.scoring.packed import PackedModel, packed, scorer_of
from nbtrack.scoring.scorer import RowsError

if TYPE_CHECKING:
    import pandas as pd

    from nbtrack.scoring.worker import ModelJob

__all__ = ["meta_of", "predict_partitions", "predicted_part", "sent"]

_log = logging.getLogger("nbtrack.scoring")


def predict_partitions(job: ModelJob, frame: Any, batch_rows: int | None) -> Any:
    """Return the predictions for a Dask DataFrame, which are computed when they are asked for.

    The model's files are one task of the graph, so they go to each worker once, and are made again if they are lost
    with one. Its workers need nbtrack and the model's libraries.

    Raises
    ------
    InvalidValueError
        When the model cannot tell the columns of its predictions, because it fails on made-up rows.
    """
    model = packed(job)
    meta = meta_of(model, frame)
    return frame.map_partitions(
        _predicted,
        sent(model),
        batch_rows,
        meta,
        meta=meta,
        enforce_metadata=False,
        transform_divisions=False,
    )


def sent(model: PackedModel) -> Any:
    """Return the task that a model is in a graph of Dask's."""
    import dask

    name = f"nbtrack-model-{model.key}"
    return dask.delayed(model, pure=True, name=name, traverse=False)  # type: ignore[attr-defined, no-untyped-call, unused-ignore]


def meta_of(model: PackedModel, frame: Any) -> pd.DataFrame:
    """Return the predictions for no row: of the types that those for some made-up rows have."""
    from dask.dataframe.utils import meta_nonempty  # type: ignore[attr-defined, unused-ignore]

    scorer = scorer_of(model)
    rows = meta_nonempty(frame._meta)  # noqa: SLF001 (Dask names it so for all who extend it)
    try:
        table = scorer.score(FrameBatch(rows)).table
    except RowsError as error:
        if not _all_named(scorer, list(rows.columns)):
            raise located(error.bad.error(error.bad.reason), "the input", "") from error
        table = _of_example(scorer, rows)
    if table is None:
        table = _of_example(scorer, rows)
    return table.iloc[:0]


def _all_named(scorer: Any, names: list[Any]) -> bool:
    columns = scorer.columns
    needed = {*columns.keep, *(columns.inputs or ())} - {*columns.optional}
    return needed <= set(names)


def _of_example(scorer: Any, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the predictions for the example that was saved with the model, beside the columns that are kept."""
    import pandas as pd

    example = scorer.example_table()
    if example is None:
        raise InvalidValueError(
            "the model fails on made-up rows, so the columns of its predictions are not known; save it with an input_example"
        )
    kept = rows[list(scorer.columns.keep)].iloc[:0]
    made: pd.DataFrame = pd.concat([kept, example.iloc[:0]], axis=1)
    return made


def _predicted(
    part: pd.DataFrame,
    model: PackedModel,
    batch_rows: int | None,
    meta: pd.DataFrame,
    partition_info: Any = None,
) -> pd.DataFrame:
    number = (partition_info or {}).get("number")
    name = "a partition" if number is None else f"partition {number}"
    table, skipped = predicted_part(part, model, batch_rows, meta, name)
    for one in skipped:
        _log.warning("%s, row %s was left out: %s", one.file, one.row, one.reason)
    return table


def predicted_part(
    part: pd.DataFrame, model: PackedModel, batch_rows: int | None, meta: pd.DataFrame, name: str
) -> tuple[pd.DataFrame, list[Skipped]]:
    """Return the predictions for a partition, and the rows that were left out.

    Raises
    ------
    SchemaError, ModelError, InvalidValueError
        With partition and row, unless they are skipped.
    """
    import pandas as pd

    skipped: list[Skipped] = []
    scorer = scorer_of(model)
    size = batch_rows or max(len(part), 1)
    tables = [meta]
    for start in range(0, len(part), size):
        try:
            predicted = scorer.score(FrameBatch(part.iloc[start : start + size]))
        except RowsError as error:
            raise located_rows(error.bad, name, start) from None
        except NbtrackError as error:
            raise located(error, name, "") from None
        for bad in predicted.bad:
            told = rows_told(start + bad.start, start + bad.stop)
            skipped.append(Skipped(name, told, bad.reason))
        if predicted.table is not None:
            tables.append(predicted.table)
    return pd.concat(tables[1:]) if len(tables) > 1 else meta, skipped
