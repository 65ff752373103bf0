"""Many runs as a table with MLflow's column names: a DataFrame, an Arrow table, CSV, Parquet."""

from __future__ import annotations

import csv
import itertools
import math
from typing import TYPE_CHECKING, Any

from nbtrack.entities.artifacts import written_whole
from nbtrack.entities.mlflow import artifacts_uri, mlflow_status, mlflow_tags
from nbtrack.entities.times import microseconds, utc
from nbtrack.errors import MissingPackageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path
    from typing import TextIO

    import pandas as pd

    from nbtrack.records import RunRecord
    from nbtrack.store import Store

__all__ = [
    "arrow_table",
    "inert",
    "mlflow_frame",
    "run_columns",
    "runs_frame",
    "typed_frame",
    "write_csv",
    "write_parquet",
    "write_rows",
]

_TEXTS = ("run_id", "name", "experiment", "status")
_TIMES = ("start_time", "end_time")
_NUMBERS = ("duration",)
_MAX_EXACT_INTEGER = 2**53
"""The largest integer up to which a float represents each one exactly."""


def run_columns(records: Sequence[RunRecord], table: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """Return attributes, metrics, params and tags in MLflow's order; times in seconds since the epoch."""
    columns: dict[str, list[Any]] = {
        "run_id": [record.id for record in records],
        "name": [record.name for record in records],
        "experiment": [record.experiment for record in records],
        "status": [record.status for record in records],
        "start_time": [record.start_time for record in records],
        "end_time": [record.end_time for record in records],
    }
    for kind in ("metrics.", "params.", "tags."):
        columns |= {name: values for name, values in table.items() if name.startswith(kind)}
    return columns


def runs_frame(records: Sequence[RunRecord], table: Mapping[str, list[Any]]) -> pd.DataFrame:
    """Return runs as a DataFrame: params with their types, metrics as floats, times in UTC."""
    return typed_frame(run_columns(records, table))


def typed_frame(columns: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    """Return columns of the run table as a DataFrame, typed by their names."""
    import numpy as np
    import pandas as pd

    # Arrays and lists: a Series for each of 200,000 columns takes ten times as long.
    typed: dict[str, Any] = dict(columns)
    for name, values in columns.items():
        if name in _TIMES:
            typed[name] = _datetimes(values)
        elif name.startswith("metrics.") or name in _NUMBERS:
            typed[name] = np.array(values, dtype="float64")  # None becomes NaN
        elif name.startswith("params."):
            typed[name] = _param_values(values)
    return pd.DataFrame(typed)


def mlflow_frame(records: Sequence[RunRecord], table: Mapping[str, list[Any]], store: Store) -> pd.DataFrame:
    """Return runs in the form of MLflow's `search_runs`: params as text, names and parents among the tags."""
    import numpy as np
    import pandas as pd

    folder = artifacts_uri(store)
    columns: dict[str, Any] = {
        "run_id": [record.id for record in records],
        "experiment_id": [str(record.experiment_id) for record in records],
        "status": [mlflow_status(record) for record in records],
        "artifact_uri": [f"{folder}/{record.id}" for record in records],
        "start_time": _datetimes([record.start_time for record in records]),
        "end_time": _datetimes([record.end_time for record in records]),
    }
    system = [mlflow_tags(record) for record in records]
    names = {name for tags in system for name in tags}
    table = dict(table) | {f"tags.{name}": [tags.get(name) for tags in system] for name in names}
    for kind in ("metrics.", "params.", "tags."):
        for name, values in sorted(table.items()):
            if name.startswith("metrics.") and kind == "metrics.":
                columns[name] = np.array(values, dtype="float64")
            elif name.startswith(kind):
                columns[name] = [None if value is None else str(value) for value in values]
    return pd.DataFrame(columns)


def write_csv(
    path: Path, records: Sequence[RunRecord], table: Mapping[str, list[Any]], *, spreadsheet: bool = False
) -> None:
    """Write runs as CSV, one row per run; times as ISO 8601 in UTC."""
    with written_whole(path) as part, part.open("w", newline="", encoding="utf-8") as file:
        write_rows(file, records, table, spreadsheet=spreadsheet)


def write_rows(
    file: TextIO,
    records: Sequence[RunRecord],
    table: Mapping[str, list[Any]],
    *,
    line_end: str = "\r\n",
    spreadsheet: bool = False,
) -> None:
    """Write runs as CSV to an open file; for a `spreadsheet`, texts that look like formulas are escaped."""
    columns = run_columns(records, table)
    for name in _TIMES:
        columns[name] = [None if time is None else utc(time).isoformat() for time in columns[name]]
    writer = csv.writer(file, lineterminator=line_end)
    rows: Iterable[Iterable[Any]] = itertools.chain([columns], zip(*columns.values(), strict=True))
    writer.writerows((map(inert, row) for row in rows) if spreadsheet else rows)


def inert(value: Any) -> Any:
    """Escape a text, so that no spreadsheet treats it as a formula.

    Examples
    --------
    >>> inert("=1+1"), inert("-0.5"), inert("plain")
    ("'=1+1", '-0.5', 'plain')
    """
    dangerous = isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r", "\n"}
    return f"'{value}" if dangerous and not _is_number(value) else value


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def write_parquet(path: Path, records: Sequence[RunRecord], table: Mapping[str, list[Any]]) -> None:
    """Write runs as Parquet; see `arrow_table`."""
    made = arrow_table(run_columns(records, table))
    import pyarrow.parquet as pq

    with written_whole(path) as part:
        pq.write_table(made, part)


def arrow_table(columns: Mapping[str, Sequence[Any]]) -> Any:
    """Return columns of the run table as an Arrow table; a param that is text in some runs is text in all.

    Raises
    ------
    MissingPackageError
        Without pyarrow, saying how to install it.
    """
    try:
        import pyarrow as pa
    except ImportError as error:
        raise MissingPackageError(
            'Parquet and Arrow need pyarrow: python -m pip install "nbtrack[parquet]", or use to_csv'
        ) from error
    typed: dict[str, Any] = dict(columns)
    for name, values in columns.items():
        if name in _TIMES:
            micros = [None if time is None else microseconds(time) for time in values]
            typed[name] = pa.array(micros, pa.timestamp("us", tz="UTC"))
        elif name.startswith("metrics.") or name in _NUMBERS:
            typed[name] = pa.array(values, pa.float64())
        elif name in _TEXTS or name.startswith("tags."):
            typed[name] = pa.array(values, pa.string())  # also where no run has one, or there is no run
        elif name.startswith("params."):
            typed[name] = pa.array(_one_type(values))
    return pa.table(typed)


def _datetimes(times: Sequence[float | None]) -> Any:
    import numpy as np
    import pandas as pd

    seconds = np.array(times, dtype="float64")  # None becomes NaN
    micros = np.where(np.isnan(seconds), 0.0, seconds * 1e6).round().astype("int64").astype("datetime64[us]")
    micros[np.isnan(seconds)] = np.datetime64("NaT")
    return pd.Series(micros).dt.tz_localize("UTC")


def _param_values(values: Sequence[Any]) -> Any:
    """Return params as a column: of a number type if that changes no value, else as objects."""
    import numpy as np

    kinds = set(map(type, values))
    if kinds == {bool} or (
        kinds == {int} and -_MAX_EXACT_INTEGER <= min(values) <= max(values) <= _MAX_EXACT_INTEGER
    ):
        return np.array(values)
    numbers = kinds - {type(None)}
    if numbers == {float} or (numbers and numbers <= {int, float} and not _has_large(values)):
        return np.array(values, dtype="float64")
    if numbers == {str}:
        return list(values)
    column: Any = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def _has_large(values: Sequence[Any]) -> bool:
    """Return whether there are integers that a float would change."""
    return any(abs(value) > _MAX_EXACT_INTEGER for value in values if type(value) is int)


def _one_type(values: Sequence[Any]) -> list[Any]:
    """Return params with a common type: unchanged, as floats, or else as text."""
    kinds = set(map(type, values)) - {type(None)}
    if kinds == {int, float} and not _has_large(values):
        return [None if value is None else float(value) for value in values]
    if len(kinds) > 1 or (kinds == {int} and any(abs(v) >= 2**63 for v in values if v is not None)):
        return [None if value is None else str(value) for value in values]
    return list(values)
