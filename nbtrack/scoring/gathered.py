"""The predictions for data in memory, in the kind that the data is of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

__all__ = ["gathered"]


def gathered(
    tables: list[pd.DataFrame], kind: str, keep: tuple[str, ...], no_rows: Callable[[], pd.DataFrame]
) -> Any:
    """Return the predictions of all batches.

    Parameters
    ----------
    tables
        The predictions for each batch.
    kind
        `pandas`, `polars`, `arrow` or `files`.
    keep
        The columns beside the predictions.
    no_rows
        Makes a table of these columns, if there are no batches.
    """
    import pandas as pd

    whole = (
        pd.concat(tables, ignore_index=kind != "pandas")
        if len(tables) > 1
        else tables[0]
        if tables
        else no_rows()
    )
    if kind == "files":
        return whole.reset_index(drop=True)
    if kind == "pandas":
        return whole.iloc[:, 0] if whole.shape[1] == 1 and not keep else whole
    import pyarrow as pa

    table = pa.Table.from_pandas(whole, preserve_index=False).replace_schema_metadata(None)
    if kind == "arrow":
        return table
    import polars as pl

    return pl.from_arrow(table)
