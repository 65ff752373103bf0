"""Parquet bodies, which may unpack to a thousand times their size."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TooLargeError", "table_of_parquet"]

_WIDTHS = {"BOOLEAN": 0.125, "INT32": 4, "FLOAT": 4, "INT64": 8, "DOUBLE": 8, "INT96": 12}
"""Bytes of a value of each of Parquet's physical types; texts vary in size."""
_TEXT = "BYTE_ARRAY"


class TooLargeError(InvalidValueError):
    """The content of a body is larger than a request may be."""


def table_of_parquet(body: bytes, limit: int | None = None) -> pd.DataFrame:
    """Return the table in a body of Parquet.

    Parameters
    ----------
    body
        The file.
    limit
        The most bytes that its unpacked values may take; by default there is no limit.

    Raises
    ------
    TooLargeError
        When they would take more; they are not unpacked then.
    ImportError, ValueError, OSError
        When it cannot be read.
    """
    import pandas as pd

    if limit is not None and _upper_bound(body, limit) > limit and _size(body, limit) > limit:
        raise _too_large("the Parquet file", limit)
    return pd.read_parquet(io.BytesIO(body))


def _too_large(what: str, limit: int) -> TooLargeError:
    return TooLargeError(
        f"{what} holds more than the {limit:,} bytes that a request may have; send fewer rows at a time"
    )


def _upper_bound(body: bytes, limit: int) -> float:
    """Return an upper bound for the size of a file's values, from its metadata.

    A dictionary page stores each repeated text once: in the worst case the page is one text, and every value is that text.
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
    """Return how many bytes the values of a file take, without unpacking repeated texts."""
    import pyarrow.parquet as pq

    schema = pq.ParquetFile(io.BytesIO(body)).metadata.schema
    columns = [schema.column(number) for number in range(len(schema))]
    texts = [column.path for column in columns if column.physical_type == _TEXT]
    file = pq.ParquetFile(io.BytesIO(body), read_dictionary=texts)
    size = 0
    for batch in file.iter_batches():
        size += sum(_array_size(column) for column in batch.columns)
        if size > limit:
            break
    return size


def _array_size(array: Any) -> int:
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = array.type
    if pa.types.is_dictionary(kind) and (
        pa.types.is_string(kind.value_type) or pa.types.is_binary(kind.value_type)
    ):
        lengths = pc.binary_length(array.dictionary)
        return 4 * len(array) + (pc.sum(lengths.take(array.indices)).as_py() or 0)
    if pa.types.is_struct(kind):
        return sum(_array_size(array.field(number)) for number in range(kind.num_fields))
    if pa.types.is_map(kind):
        return 4 * len(array) + _array_size(array.keys) + _array_size(array.items)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return 4 * len(array) + _array_size(array.flatten())
    return int(array.nbytes)
