"""What a model returns, as lists and dicts or as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["plain", "prediction_table"]

_LONG_DOUBLES = ("float96", "float128")
"""NumPy's floats that are longer than Python's."""


def plain(predictions: Any) -> Any:
    """Return predictions as lists and dicts: arrays by rows, tables as records, as MLflow does."""
    if isinstance(predictions, list | dict | str | int | float | None):
        return predictions
    if hasattr(predictions, "tocsr"):
        predictions = predictions.toarray()
    if hasattr(predictions, "detach"):
        predictions = predictions.detach().cpu().numpy()
    if hasattr(predictions, "to_frame"):
        predictions = predictions.to_frame()
    if hasattr(predictions, "to_dict"):
        if not predictions.columns.is_unique:
            raise TypeError(
                f"two columns of a prediction have the same name: {list(predictions.columns)[:20]}"
            )
        return predictions.to_dict(orient="records")
    if getattr(getattr(predictions, "dtype", None), "kind", "") in ("m", "M"):
        # NumPy would convert them to counts of nanoseconds.
        return [None if text == "NaT" else text for text in predictions.astype(str).tolist()]
    if getattr(predictions, "dtype", None) is not None and str(predictions.dtype) in _LONG_DOUBLES:
        predictions = predictions.astype("float64")
    return predictions.tolist() if hasattr(predictions, "tolist") else predictions


def prediction_table(predictions: Any) -> pd.DataFrame:
    """Return predictions as a table: one column `prediction`, or the columns that the model names."""
    import pandas as pd

    if isinstance(predictions, pd.Series):
        predictions = predictions.to_frame()
    if isinstance(predictions, pd.DataFrame):
        table, named = predictions, not isinstance(predictions.columns, pd.RangeIndex)
    elif _is_numbers(predictions):
        table, named = pd.DataFrame(predictions), False
    else:
        values = plain(predictions)
        named = isinstance(values, dict) or (
            isinstance(values, list) and bool(values) and isinstance(values[0], dict)
        )
        if isinstance(values, dict):
            columns = {name: _column(one) for name, one in values.items()}
            values = columns if all(isinstance(one, list) for one in columns.values()) else [values]
        table = pd.DataFrame(values if isinstance(values, list | dict) else [values])
    count = table.shape[1]
    unnamed = [f"prediction_{number}" for number in range(count)] if count > 1 else ["prediction"]
    names = list(map(str, table.columns)) if named else unnamed
    return table.set_axis(names, axis=1) if count else pd.DataFrame(columns=names)


def _column(values: Any) -> Any:
    """Return what a model gives under one name, as a list of a value for each row if it is one."""
    return values.tolist() if hasattr(values, "to_frame") else plain(values)


def _is_numbers(predictions: Any) -> bool:
    """Return whether predictions are NumPy's numbers, a row each: they need no detour over Python's."""
    import numpy as np

    return (
        isinstance(predictions, np.ndarray)
        and predictions.dtype.kind in "biuf"
        and predictions.ndim in (1, 2)
    )
