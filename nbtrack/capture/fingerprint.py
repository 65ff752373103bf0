"""A fingerprint of the content of a table or an array: exact if it is small, from a sample if it is large."""

from __future__ import annotations

import hashlib
import marshal
from itertools import islice
from typing import Any

__all__ = ["STR_TYPES", "Fingerprint", "columns_of", "plain_list"]

MAX_EXACT_BYTES = 1 << 20
"""Content up to this size is hashed completely."""
SAMPLE_CELLS = 1 << 13
"""How many cells a sample has, and the most Python objects that are hashed completely."""
SAMPLE_BLOCKS = 64
"""The number of blocks of a sample."""
MAX_ODD_OBJECTS = 256
"""The most objects that are hashed if each has to be inspected separately."""
MAX_COLUMNS = 1_000
"""How many columns a sample covers."""
STR_TYPES = frozenset({"datetime", "decimal", "fractions", "ipaddress", "numpy", "pandas", "pathlib", "uuid"})
"""Types whose `str` is complete, fast and equal in every process: no addresses, no user code."""

_MAX_PENDING_BYTES = 2 * MAX_EXACT_BYTES
"""How many bytes are kept for later hashing, which may be on another thread."""
_NUMBERS = frozenset({bool, int, float, complex, type(None)})
_PLAIN = _NUMBERS | {str, bytes}


class Fingerprint:
    """Computes a fingerprint.

    Everything is added with its length or type, so that different contents never give the same bytes. `marshal` in its
    version 2 writes plain objects in C, the same in each process and version of Python (later versions
    depend on which objects are shared).
    """

    __slots__ = ("_digest", "_done", "_parts", "_size", "sampled")

    def __init__(self, *, sampled: bool = False) -> None:
        self._digest = hashlib.blake2b(digest_size=16)
        self._parts: list[bytes] = []
        self._size = 0
        self._done = ""
        self.sampled = sampled

    def hexdigest(self) -> str:
        """Return the fingerprint of everything that was added, 32 hex digits; can be called from another thread."""
        if not self._done:
            digest = self._digest.copy()
            # In one call: hashing each larger piece would release the GIL, and wait to get it back.
            digest.update(b"".join(self._parts))
            self._done = digest.hexdigest()
        return self._done

    def note(self, *facts: Any) -> None:
        """Add plain values."""
        self._take(marshal.dumps(facts, 2))

    def _take(self, content: bytes) -> None:
        self._parts.append(content)
        self._size += len(content)
        if self._size > _MAX_PENDING_BYTES:
            self._digest.update(b"".join(self._parts))
            self._parts.clear()
            self._size = 0

    def array(self, value: Any) -> None:
        """Add a NumPy array; its order in memory makes no difference."""
        import numpy as np

        mask = getattr(value, "mask", None) if isinstance(value, np.ma.MaskedArray) else None
        if mask is not None:
            self.array(mask)
        array = np.asarray(value)
        self.note(array.dtype.str, array.shape)
        if array.dtype.names:
            # Field by field, because the padding between them is arbitrary.
            for field in array.dtype.names[:MAX_COLUMNS]:
                self.array(array[field])
            return
        if array.size > SAMPLE_CELLS if array.dtype.hasobject else array.nbytes > MAX_EXACT_BYTES:
            self.sampled = True
            width = max(array.itemsize, 8)
            array = array.flat[spread(array.size, min(SAMPLE_CELLS, max(4, MAX_EXACT_BYTES // width)))]
        if array.dtype.hasobject:
            self.objects(array.ravel().tolist())
        elif array.dtype.kind in "fc" and array.dtype.char in "gG":
            # An extended float has padding, too: split into the nearest double and the remainder.
            near = array.astype(np.complex128 if array.dtype.char == "G" else np.float64)
            with np.errstate(all="ignore"):
                self._take(near.tobytes() + (array - near).astype(near.dtype).tobytes())
        else:
            self._take(array.tobytes())

    def _columns(self, columns: Any) -> None:
        """Add the columns of a table of one dtype, each as `array` adds it."""
        if columns.dtype.kind not in "biuf" or columns.dtype.char == "g":
            for column in columns:
                self.array(column)
            return
        # They have one beginning: to ask each for it would take longer than to copy them.
        begin = marshal.dumps((columns.dtype.str, columns.shape[1:]), 2)
        for column in columns:
            self._take(begin + column.tobytes())

    def objects(self, items: list[Any]) -> None:
        """Add Python objects."""
        self.note(len(items))
        kinds = set(map(type, items))
        texts = [i for i in items if type(i) is str or type(i) is bytes] if kinds - {str} else items
        if kinds <= _PLAIN and sum(map(len, texts)) < MAX_EXACT_BYTES:
            self._take(marshal.dumps(items, 2))
        else:
            if len(items) > MAX_ODD_OBJECTS:
                self.sampled = True
                items = [items[i] for i in spread(len(items), MAX_ODD_OBJECTS)]
            for item in items:
                self._take(self.token(item, MAX_EXACT_BYTES // MAX_ODD_OBJECTS))

    def token(self, item: Any, limit: int, depth: int = 3) -> bytes:
        """Return the bytes for one object, at a bounded cost (`limit` characters of a text)."""
        kind = type(item)
        if kind is str or kind is bytes:
            if len(item) > limit:
                self.sampled = True
                item = (len(item), item[: limit // 2], item[-limit // 2 :])
            return marshal.dumps(item, 2)
        if kind in _PLAIN:
            return marshal.dumps(item, 2)
        name = f"{kind.__module__}.{kind.__qualname__}"
        shape = getattr(item, "shape", None)
        if kind in (list, tuple, dict, set, frozenset):
            self.sampled |= len(item) > SAMPLE_BLOCKS or depth == 0
            if kind in (list, tuple) and len(item) <= SAMPLE_BLOCKS and set(map(type, item)) <= _NUMBERS:
                return marshal.dumps((name, item), 2)
            inner = [
                self.token(i, limit // SAMPLE_BLOCKS + 8, depth - 1)
                for i in (islice(item.items() if kind is dict else item, SAMPLE_BLOCKS) if depth else ())
            ]
            if kind in (set, frozenset):
                inner.sort()
            return marshal.dumps((name, len(item), inner), 2)
        if shape and hasattr(item, "flat") and depth:
            cells = self.token(item.flat[: SAMPLE_BLOCKS + 1].tolist(), limit, depth - 1)
            return marshal.dumps((name, str(item.dtype), shape, cells), 2)
        if not shape and name.partition(".")[0] in STR_TYPES:
            return marshal.dumps((name, str(item)), 2)
        self.sampled = True
        return marshal.dumps((name, str(shape)), 2)

    def series(self, value: Any) -> None:
        """Add a pandas Series or Index."""
        whole = SAMPLE_CELLS if _is_object(value.dtype) else MAX_EXACT_BYTES // _width(value.dtype)
        if len(value) > whole:
            self.sampled = True
            value = value.take(
                spread(len(value), SAMPLE_CELLS // 4 if _is_object(value.dtype) else SAMPLE_CELLS)
            )
        if getattr(value, "index", None) is not None:
            self.index(value.index)
            self.cells(value)
        else:
            self.index(value)

    def index(self, value: Any) -> None:
        """Add the labels of a table that is small or sampled."""
        self.objects(list(value.names))
        if type(value).__name__ == "RangeIndex":
            self.note(value.start, value.stop, value.step)
        elif value.nlevels > 1:
            for level in range(value.nlevels):
                self.cells(value.get_level_values(level))
        else:
            self.cells(value)

    def cells(self, value: Any) -> None:
        """Add the values of a Series or Index that is small or sampled."""
        import pandas as pd

        if hasattr(value.dtype, "byteorder"):
            self.array(value.to_numpy())
            return
        self.dtype(value.dtype)
        try:
            if isinstance(value.dtype, pd.StringDtype):
                raise TypeError  # noqa: TRY301  pandas hashes text slower than `objects` does
            self._take(pd.util.hash_array(value.array, categorize=False).tobytes())
        except (TypeError, ValueError, NotImplementedError):
            self.objects(value.tolist())

    def dtype(self, dtype: Any) -> None:
        """Add a dtype, with the categories of a categorical."""
        categories = getattr(dtype, "categories", None)
        self.note(str(dtype), bool(getattr(dtype, "ordered", False)))
        if categories is not None:
            self.series(categories)

    def frame(self, value: Any) -> None:
        """Add a pandas DataFrame; the columns of a wide one grouped by dtype."""
        rows, columns = value.shape
        self.series(value.columns)
        ranged = type(value.index).__name__ == "RangeIndex"
        if ranged:
            self.index(value.index)
        if columns > MAX_COLUMNS and rows * columns > MAX_EXACT_BYTES // 8:
            self.sampled = True
            # Rows first: they are fast to copy, whereas the columns of a wide table may be gigabytes.
            value = value.iloc[spread(rows, SAMPLE_BLOCKS // 4)].iloc[:, spread(columns, MAX_COLUMNS)]
        alike: dict[Any, list[int]] = {}
        for position, dtype in enumerate(value.dtypes.tolist()):
            alike.setdefault(dtype, []).append(position)
        objects = sum(len(p) for d, p in alike.items() if _is_object(d))
        width = sum(len(p) * _width(d) for d, p in alike.items() if not _is_object(d))
        rows, columns = value.shape
        if rows * objects > SAMPLE_CELLS or rows * width > MAX_EXACT_BYTES:
            self.sampled = True
            count = SAMPLE_CELLS // columns
            value = value.iloc[spread(rows, max(4, min(count, SAMPLE_CELLS // 4) if objects else count))]
        if not ranged:
            self.index(value.index)
        if columns <= SAMPLE_BLOCKS:
            if len(alike) == 1 and hasattr(next(iter(alike)), "byteorder"):
                # The same result as for each Series, without creating them.
                self._columns(value.to_numpy().T)
                return
            for _, column in value.items():  # noqa: PERF102  as above
                self.cells(column)
            return
        for dtype, positions in alike.items():
            self.note(positions)
            self.dtype(dtype)
            same = value if len(alike) == 1 else value.iloc[:, positions]
            if hasattr(dtype, "byteorder"):
                # pandas stores columns of one dtype as the rows of a block: transposed, nothing is copied.
                self.array(same.to_numpy().T)
            else:
                if len(positions) > SAMPLE_BLOCKS:
                    self.sampled = True
                    same = same.iloc[:, spread(len(positions), SAMPLE_BLOCKS)]
                for _, column in same.items():  # noqa: PERF102  as above
                    self.cells(column)

    def tensor(self, value: Any) -> None:
        """Add a torch tensor in the machine's main memory."""
        import torch

        value = value.detach()
        if value.device.type != "cpu":
            raise TypeError("reading it would wait for the device")
        if value.dtype is torch.bfloat16:
            value = value.view(torch.int16)
        elif str(value.dtype).startswith("torch.float8"):
            value = value.view(torch.uint8)
        self.array(value.numpy())

    def sparse(self, value: Any) -> None:
        """Add the parts of a SciPy sparse array."""
        self.note(value.format)
        parts = [getattr(value, part, None) for part in _SPARSE_PARTS]
        arrays = [part for part in parts if hasattr(part, "dtype")]
        if not arrays:
            raise TypeError("kept as a dictionary: reading it means walking it")
        for array in arrays:
            self.array(array)

    def table(self, value: Any) -> None:
        """Add a polars DataFrame or a pyarrow Table or RecordBatch."""
        rows, columns = value.shape
        if rows * columns > SAMPLE_CELLS:
            self.sampled = True
            value = _take(value, spread(rows, max(4, SAMPLE_CELLS // columns // 2)))
        self.sampled |= columns > MAX_COLUMNS
        for column in columns_of(value)[:MAX_COLUMNS]:
            self.objects(plain_list(column))

    def column(self, value: Any) -> None:
        """Add a polars Series or a pyarrow Array or ChunkedArray."""
        if len(value) > SAMPLE_CELLS:
            self.sampled = True
            value = _take(value, spread(len(value), SAMPLE_CELLS // 2))
        self.objects(plain_list(value))


_SPARSE_PARTS = ("data", "indices", "indptr", "offsets", "rows", "row", "col")


def columns_of(table: Any) -> list[Any]:
    """Return the columns of a polars or pyarrow table."""
    return list(table.get_columns() if hasattr(table, "get_columns") else table.columns)


def plain_list(column: Any) -> list[Any]:
    """Return a polars or pyarrow column as Python objects."""
    return list(column.to_list() if hasattr(column, "to_list") else column.to_pylist())


def _is_object(dtype: Any) -> bool:
    """Return whether reading a cell of a pandas column creates a Python object."""
    return dtype.kind in "OU" and not hasattr(dtype, "categories")


def _width(dtype: Any) -> int:
    """Return about how many bytes a cell of a pandas column takes."""
    return max(1, getattr(dtype, "itemsize", 8))


def spread(size: int, count: int) -> Any:
    """Return at most `count` positions in blocks spread over `size`, including both ends."""
    import numpy as np

    if count >= size:
        return np.arange(size)
    blocks = min(SAMPLE_BLOCKS, count)
    length = count // blocks
    starts: Any = np.arange(blocks) * (size - length) // max(1, blocks - 1)
    return (starts[:, None] + np.arange(length)).ravel()


def _take(value: Any, positions: Any) -> Any:
    """Return some rows of a polars or pyarrow object."""
    return (
        value[positions]
        if hasattr(value, "to_list") or hasattr(value, "get_columns")
        else value.take(positions)
    )
