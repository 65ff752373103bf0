"""What a run read: tables and arrays by shape, dtypes and a fingerprint of their content."""

from __future__ import annotations

import math
import pickle
import sys
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from nbtrack.capture.containers import readable
from nbtrack.capture.fingerprint import STR_TYPES, Fingerprint, columns_of, plain_list
from nbtrack.capture.foreign import FAULTS, forgiving
from nbtrack.capture.lazy_data import lazy
from nbtrack.records import DataRecord

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbtrack.records import ParamValue

__all__ = ["Sketch", "describe", "first_rows", "head", "shape_of", "sketch"]

MAX_COLUMNS = 1_000
"""How many columns a record lists; the shape has their total."""
MAX_CELLS = 100
"""How many cells of a row are kept."""
MAX_TEXT = 200
"""How many characters of a cell are kept."""
_NUMPY_NUMBERS = frozenset(
    "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64".split()
)


@dataclass(frozen=True, slots=True)
class Sketch:
    """A snapshot of a table or an array; `record` may be called on another thread."""

    name: str
    kind: str
    shape: tuple[int, ...]
    dtypes: dict[str, str]
    content: Fingerprint

    def record(self) -> DataRecord:
        """Return its record."""
        fingerprint = self.content.hexdigest()
        return DataRecord(self.name, self.kind, self.shape, self.dtypes, fingerprint, self.content.sampled)


def describe(name: str, value: Any) -> DataRecord | None:
    """Describe `value` if it is a table or an array, else return None.

    Known are pandas, NumPy, PyTorch, SciPy's sparse, polars, pyarrow, xarray and Dask; none is imported, and nothing
    loaded or computed, for it. A value of no dimension is a number, not data.

    The fingerprint is the same for the same content in every process, and another one when a value, a
    dtype, a column's name or the order of the rows changes. Above 1 MB, or 8,192 cells that are Python
    objects, it is taken from the shape, the dtypes and 64 blocks spread over the whole: then `sampled`
    is true, and a change of single values may escape it. What cannot be read without a cost (data on a
    GPU) or at all is told by its shape and dtypes alone. Never raises, never copies the whole.

    Examples
    --------
    >>> import numpy as np
    >>> describe("x", np.zeros((2, 3))).shape
    (2, 3)
    """
    found = sketch(name, value)
    return None if found is None else found.record()


def sketch(name: str, value: Any) -> Sketch | None:
    """Return a sketch for `describe`: the content is copied but not hashed yet, which is as fast as copying."""
    try:
        family = _family(value)
        if family is None:
            known = lazy(value)
            return None if known is None else Sketch(name, *known)
        shape, dtypes = _outline(family, value)
    except FAULTS:  # a faulty subclass may raise anything; it does not count as data then
        return None
    if not shape:
        return None
    content = Fingerprint()
    content.note(family, shape, list(dtypes.items()))
    try:
        getattr(content, family)(value)
    except FAULTS:  # content that cannot be read is described by shape and dtypes
        content = Fingerprint(sampled=True)
        content.note(family, shape, list(dtypes.items()))
    return Sketch(name, type(value).__name__, shape, dtypes, content)


def first_rows(
    value: Any, n: int = 5
) -> tuple[dict[str, str], tuple[int, ...], tuple[tuple[ParamValue, ...], ...]]:
    """Return the schema, the shape and the first `n` rows of what an estimator was fitted on.

    Rows are for tables, 1-d and 2-d arrays and lists, cut to 100 columns and 200 characters a cell;
    missing values are None. Never raises: what is not known has an empty schema and no rows.

    Examples
    --------
    >>> first_rows([[1.0, 2.0], [3.0, 4.0]], n=1)
    ({'': 'float'}, (2, 2), ((1.0, 2.0),))
    """
    try:
        value = readable(value)
        if isinstance(value, list | tuple):
            return _first_of_list(value, n)
        family = _family(value)
        if family is None:
            return {}, (), ()
        shape, dtypes = _outline(family, value)
    except FAULTS:  # as in `describe`
        return {}, (), ()
    try:
        rows = tuple(tuple(map(_cell, row)) for row in _rows(family, value, dtypes, n))
    except FAULTS:  # the schema is useful without the rows
        rows = ()
    return dtypes, shape, rows


HEAD_ROWS = 100
"""How many rows of an estimator's data are kept: enough to infer its schema."""


@forgiving()
def head(value: Any, rows: int = HEAD_ROWS) -> Any:
    """Return a copy of the first rows of an estimator's data, which does not keep the data alive.

    It is None if the data has no rows.
    """
    value = readable(value)
    if isinstance(value, list | tuple):
        return value[:rows]
    family = _family(value)
    if family in {"frame", "series"}:
        return (value.iloc[:rows] if hasattr(value, "iloc") else value[:rows]).copy()
    if family == "array" and value.ndim:
        return value[:rows].copy()
    if family == "tensor" and value.ndim:
        return value[:rows].detach().clone()
    if family == "sparse" and value.format == "csr":
        return value[:rows].copy()
    if family in {"table", "column"}:
        # Their slices are views; what is pickled is the slice alone.
        return pickle.loads(pickle.dumps(value[:rows]))  # noqa: S301 - our own bytes
    return None


@forgiving(tuple)
def shape_of(value: Any) -> tuple[int, ...]:
    """Return the shape of data, for a list as for an array; empty if it has none."""
    value = readable(value)
    if isinstance(value, list | tuple):
        return first_rows(value, 0)[1]
    return _outline(family, value)[0] if (family := _family(value)) else ()


def _family(value: Any) -> str | None:
    """Return the kind of a value, checking only libraries that are loaded already."""
    for module, names, family in (
        ("numpy", ("ndarray",), "array"),
        ("pandas", ("DataFrame",), "frame"),
        ("pandas", ("Series", "Index"), "series"),
        ("torch", ("Tensor",), "tensor"),
        ("scipy.sparse", ("sparray", "spmatrix"), "sparse"),
        ("polars", ("DataFrame",), "table"),
        ("polars", ("Series",), "column"),
        ("pyarrow", ("Table", "RecordBatch"), "table"),
        ("pyarrow", ("Array", "ChunkedArray"), "column"),
    ):
        library = sys.modules.get(module)
        if library is not None:
            # Another thread may be importing the library right now: a name can still be missing.
            known = tuple(k for k in (getattr(library, name, None) for name in names) if isinstance(k, type))
            if known and isinstance(value, known):
                return family
    return None


def _outline(family: str, value: Any) -> tuple[tuple[int, ...], dict[str, str]]:
    """Return the shape, and the dtypes by column name."""
    if family == "frame":
        names, dtypes = value.columns.tolist(), value.dtypes.tolist()
    elif family == "table":
        polars = hasattr(value, "dtypes")
        names = value.columns if polars else value.schema.names
        dtypes = value.dtypes if polars else value.schema.types
    elif family == "series" and getattr(value, "nlevels", 1) > 1:
        names, dtypes = value.names, value.dtypes
    elif family == "series":
        names, dtypes = [value.name if value.name is not None else ""], [value.dtype]
    else:
        names, dtypes = [""], [value.dtype if hasattr(value, "dtype") else value.type]
    shape = getattr(value, "shape", None)
    outline: dict[str, str] = {}
    texts: dict[Any, str] = {}
    for name, dtype in zip(islice(names, MAX_COLUMNS), dtypes, strict=False):
        key, again = str(name), 0
        while key in outline:
            again += 1
            key = f"{name}.{again}"
        if dtype not in texts:
            texts[dtype] = str(dtype)
        outline[key] = texts[dtype]
    return (len(value),) if shape is None else tuple(int(n) for n in shape), outline


def _rows(family: str, value: Any, dtypes: dict[str, str], n: int) -> Iterable[Iterable[Any]]:
    """Return the first rows of a table or of a 1-d or 2-d array."""
    if family == "frame":
        if _NUMPY_NUMBERS.issuperset(one := set(dtypes.values())) and len(one) == 1:
            # Numbers of one dtype are an array; a Series for each column would take five times as long.
            return value.iloc[:n].to_numpy()[:, :MAX_CELLS].tolist()  # type: ignore[no-any-return]
        return zip(*(cells.tolist() for _, cells in value.iloc[:n, :MAX_CELLS].items()), strict=True)
    if family == "series":
        return ([cell] for cell in value[:n].tolist())
    if family == "table":
        return zip(*map(plain_list, columns_of(value[:n])), strict=True)
    if family == "column":
        return ([cell] for cell in plain_list(value[:n]))
    if family == "sparse":
        # Other formats would have to be converted completely to get rows.
        return value[:n, :MAX_CELLS].toarray().tolist() if value.format == "csr" else ()
    if family == "tensor":
        value = value[:n].detach().cpu().numpy()
    if value.ndim > 2:
        return ()
    cells = value[:n] if value.ndim == 1 else value[:n, :MAX_CELLS]
    return (row if isinstance(row, list | tuple) else [row] for row in cells.tolist())


def _first_of_list(
    value: list[Any] | tuple[Any, ...], n: int
) -> tuple[dict[str, str], tuple[int, ...], tuple[tuple[ParamValue, ...], ...]]:
    """Return schema, shape and first rows of a list of values or of rows."""
    if not value:
        return {}, (0,), ()
    first = readable(value[0])
    if isinstance(first, list | tuple):
        rows = tuple(tuple(map(_cell, readable(row)[:MAX_CELLS])) for row in value[:n])
        return {"": type(first[0]).__name__ if first else ""}, (len(value), len(first)), rows
    return {"": type(first).__name__}, (len(value),), tuple((_cell(v),) for v in value[:n])


def _cell(value: Any) -> ParamValue:
    """Return one cell as JSON can hold it."""
    kind = type(value)
    if kind is bool or kind is int or value is None:
        return value  # type: ignore[no-any-return]
    if kind is float:
        return value if math.isfinite(value) else None if math.isnan(value) else str(value)
    if kind is not str:
        if kind.__name__ in ("NAType", "NaTType"):
            return None
        item = getattr(value, "item", None)
        if callable(item) and getattr(value, "shape", None) == ():
            return _cell(item())
        value = str(value) if kind.__module__.partition(".")[0] in STR_TYPES else kind.__name__
    text = str(value)
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"
