"""Bodies of Parquet, which may hold a thousand times what they weigh."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TooLargeError", "table_of_parquet"]

_WIDTHS = {"BOOLEAN": 0.125, "INT32": 4, "FLOAT": 4, "INT64": 8, "DOUBLE": 8, "INT96": 12}
"""Bytes of a value of Parquet's physical types; those of its texts differ."""
_TEXT = "BYTE_ARRAY"


class TooLargeError(InvalidValueError):
    """What a body holds is more than a request may have."""


def table_of_parquet(body: bytes, limit: int | None = None) -> pd.DataFrame:
    """Return the table in a body of Parquet.

    Parameters
    ----------
    body
        The file.
    limit
        So many bytes may its values take once they are unpacked; any by default.

    Raises
    ------
    TooLargeError
        When they take more; they are not unpacked then.
    ImportError, ValueError, OSError
        When it cannot be read.
    """
    import pandas as pd

    if limit is not None and _at_most(body, limit) > limit and _size(body, limit) > limit:
        raise _too_large("the Parquet file", limit)
    return pd.read_parquet(io.BytesIO(body))


def _too_large(what: str, limit: int) -> TooLargeError:
    return TooLargeError(
        f"{what} holds more than the {limit:,} bytes that a request may have; send fewer rows at a time"
    )


def _at_most(body: bytes, limit: int) -> float:
    """Return what the values of a file cannot be larger than, by what it says of itself.

    A page of repeated texts has each of them once: up to all of it may be one text, and each value that.
    """
    import pyarrow.parquet as pq

    metadata = pq.ParquetFile(io.BytesIO(body)).metadata
    size = 0.0
    for group in map(metadata.row_group, range(metadata.num_row_groups)):
        for number in range(group.num_columns):
            column = group.column(number)
            text = column.physical_type == _TEXT
            width = _WIDTHS.get(column.physical_type, metadata.schema.column(number).length)
            if column.total_uncompressed_size > limit or column.num_values * (4 if text else width) > limit:
                raise _too_large(f"column {column.path_in_schema!r} of the Parquet file", limit)
            size += column.num_values * (4 + column.total_uncompressed_size if text else width)
    return size


def _size(body: bytes, limit: int) -> int:
    """Return how many bytes the values of a file take, without unpacking texts that are repeated."""
    import pyarrow.parquet as pq

    schema = pq.ParquetFile(io.BytesIO(body)).metadata.schema
    columns = [schema.column(number) for number in range(len(schema))]
    texts = [column.path for column in columns if column.physical_type == _TEXT]
    file = pq.ParquetFile(io.BytesIO(body), read_dictionary=texts)
    size = 0
    for batch in file.iter_batches():
        size += sum(_size_of(column) for column in batch.columns)
        if size > limit:
            break
    return size


def _size_of(array: Any) -> int:
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = array.type
    if pa.types.is_dictionary(kind) and (
        pa.types.is_string(kind.value_type) or pa.types.is_binary(kind.value_type)
    ):
        lengths = pc.binary_length(array.dictionary)
        return 4 * len(array) + (pc.sum(lengths.take(array.indices)).as_py() or 0)
    if pa.types.is_struct(kind):
        return sum(_size_of(array.field(number)) for number in range(kind.num_fields))
    if pa.types.is_map(kind):
        return 4 * len(array) + _size_of(array.keys) + _size_of(array.items)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return 4 * len(array) + _size_of(array.flatten())
    return int(array.nbytes)
