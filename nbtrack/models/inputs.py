"""The single path from JSON to a model's input: tables and lists, according to its signature and form.

Requests of all protocols, CSV, input examples and the panel's forms all go through `of_table` or `of_values`.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError, SchemaError
from nbtrack.models.input_form import ONE_COLUMN, Form
from nbtrack.models.nested import array_of, unflattened
from nbtrack.models.schema import Column, Tensor
from nbtrack.models.typed import listed_values, python_values, typed_series

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from nbtrack.models.signature import Signature


__all__ = ["labelled", "of_table", "of_values"]

Names = Sequence[Any] | None


def of_table(
    names: Names, rows: Sequence[Sequence[Any]], signature: Signature | None, index: Any = None
) -> Any:
    """Return the rows of a table in the form that the model takes.

    Parameters
    ----------
    names
        The names of the columns; None if they are identified by position.
    rows
        The values from JSON.
    signature
        The model's signature, if it is known.
    index
        The labels of the rows, for a model that takes a DataFrame.

    Raises
    ------
    InvalidValueError
        When they do not form a table.
    SchemaError
        When the values do not fit the signature.
    """
    import pandas as pd

    columns, tensors = _columns(signature), _tensors(signature)
    if tensors:
        if tensors[0].name is not None and names is not None:
            parts = {name: [row[k] for row in rows] for k, name in enumerate(names)}
            known = {tensor.name: tensor for tensor in tensors}
            flat = {name: array_of(cells, known.get(name), name) for name, cells in parts.items()}
            return {name: unflattened(array, known.get(name)) for name, array in flat.items()}
        one = len(tensors[0].shape) == 1 and all(len(row) == 1 for row in rows)
        return of_values([row[0] if one else list(row) for row in rows], signature)
    if not columns:
        try:
            return pd.DataFrame(list(rows), columns=names, index=index)  # type: ignore[arg-type, unused-ignore]
        except (ValueError, TypeError, AssertionError, OverflowError) as error:
            raise InvalidValueError(f"columns and data make no table: {error}") from error
    width = max(map(len, rows), default=len(names or ()))
    named: Sequence[Any] = list(range(width)) if names is None else names
    cells = [[row[k] if k < len(row) else None for row in rows] for k in range(len(named))]
    if names is None and columns[0].name is not None:
        raise InvalidValueError("the columns have no names; send 'columns'")
    return _of_columns(list(named), cells, signature, index, by_place=columns[0].name is None)


def of_values(content: Any, signature: Signature | None) -> Any:
    """Return lists, records, columns or arrays in the form that the model takes.

    Raises
    ------
    InvalidValueError
        When they are none of these.
    SchemaError
        When the values do not fit the signature.
    """
    columns, form = _columns(signature), signature.form if signature is not None else None
    if form is not None and form.kind == "records":
        return _records(content, columns)
    if not columns:
        return _arrays(content, _tensors(signature), form)
    if (
        isinstance(content, list)
        and content
        and all(isinstance(row, dict) for row in content)
        and not _takes_dicts(columns)
    ):
        names = list(dict.fromkeys(name for row in content for name in row))
        cells = [[row.get(name) for row in content] for name in names]
        return _of_columns(names, cells, signature)
    if isinstance(content, dict) and not _takes_dicts(columns):
        return _of_columns(*_by_name(content, columns), signature)
    rows = content if isinstance(content, list) else [content]
    if len(columns) == 1:
        # A column of lists looks like rows of one value, unless the schema says that its values are scalars.
        flat = columns[0].is_scalar and any(isinstance(row, list) for row in rows)
        values = [row[0] if flat and isinstance(row, list) and len(row) == 1 else row for row in rows]
        whole = columns[0].is_scalar or form is not None
        cells = (
            [values]
            if whole
            else [[row[0] if isinstance(row, list) and len(row) == 1 else row for row in rows]]
        )
        return _of_columns([columns[0].name], cells, signature, by_place=columns[0].name is None)
    names = [column.name for column in columns]
    wrong = next((row for row in rows if not isinstance(row, list) or len(row) != len(columns)), None)
    if wrong is not None:
        raise InvalidValueError(
            f"the input has {len(wrong) if isinstance(wrong, list) else 1} unnamed columns, and the model takes {len(names)}: "
            f"{', '.join(map(repr, names[:50]))}"
        )
    cells = [list(part) for part in zip(*rows, strict=True)] or [[] for _ in names]
    return _of_columns(names, cells, signature, by_place=names[0] is None)


def _columns(signature: Signature | None) -> list[Column]:
    return [
        part
        for part in (signature.inputs if signature is not None else None) or ()
        if isinstance(part, Column)
    ]


def _tensors(signature: Signature | None) -> list[Tensor]:
    return [
        part
        for part in (signature.inputs if signature is not None else None) or ()
        if isinstance(part, Tensor)
    ]


def _takes_dicts(columns: list[Column]) -> bool:
    return len(columns) == 1 and columns[0].name is None and columns[0].type in ("object", "map", "any")


def _by_name(content: dict[str, Any], columns: list[Column]) -> tuple[list[Any], list[list[Any]]]:
    """Return the names and the values of columns; a dict of single values is one row."""
    many = all(column.is_scalar for column in columns) and any(isinstance(v, list) for v in content.values())
    if not many:
        return list(content), [[value] for value in content.values()]
    lengths = {len(value) if isinstance(value, list) else 1 for value in content.values()}
    longest = max(lengths)
    if lengths - {longest} and any(isinstance(v, list) and len(v) != longest for v in content.values()):
        raise InvalidValueError(f"the input makes no table: its columns have {sorted(lengths)} values")
    cells = [value if isinstance(value, list) else [value] * longest for value in content.values()]
    return list(content), cells


def labelled(names: list[Any], columns: list[Column]) -> list[Any]:
    """Return the names of columns as in the schema: numbers are text as keys of JSON."""
    known = {column.name for column in columns}
    numbers = {str(column.name): column.name for column in columns if isinstance(column.name, int)}
    return [name if name in known else numbers.get(str(name), name) for name in names]


def _of_columns(
    names: list[Any],
    cells: list[list[Any]],
    signature: Signature | None,
    index: Any = None,
    *,
    by_place: bool = False,
) -> Any:
    """Return columns of JSON values in the model's form."""
    assert signature is not None
    columns = _columns(signature)
    form = signature.form or Form("frame")
    if by_place or columns[0].name is None:
        if len(cells) < len(columns):
            raise SchemaError(f"the model takes {len(columns)} columns, and the input has {len(cells)}")
        found = list(range(len(columns)))
        extra: list[int] = []
    else:
        names = labelled(names, columns)
        found = _found(names, columns, form)
        extra = [place for place in range(len(names)) if place not in found]
    selected = [
        (column, form.dtype(k), place, cells[place])
        for k, (column, place) in enumerate(zip(columns, found, strict=True))
        if place >= 0
    ]
    if form.kind == "list":
        ((column, dtype, _, values),) = selected
        return listed_values(values, column, dtype)
    if form.kind in ("records", "polars", "polars series", "arrow"):
        parts = {c.name: python_values(values, c, c.name) for c, _, _, values in selected}
        if form.kind != "records":
            return _foreign(parts, form)
        return _without_missing(parts | {names[place]: cells[place] for place in extra})
    series = [
        typed_series(values, column, column.name if column.name is not None else names[place], dtype)
        for column, dtype, place, values in selected
    ]
    if form.kind in ONE_COLUMN:
        return _one_column(series[0], columns[0], form)
    labels = [names[place] if column.name is None else column.name for column, _, place, _ in selected]
    if form.labels is not None and len(selected) == len(form.labels):
        labels = list(form.labels)
    more = [_inferred(cells[place]) for place in extra]
    return _frame([*series, *more], [*labels, *(names[place] for place in extra)], index)


def _found(names: list[Any], columns: list[Column], form: Form) -> list[int]:
    """Return the positions of a schema's columns among names, -1 for an optional one that is missing."""
    if len(set(names)) < len(names):
        twice = next(name for place, name in enumerate(names) if name in names[:place])
        raise InvalidValueError(f"the input has the column {twice!r} twice")
    missing = [column.name for column in columns if column.required and column.name not in names]
    if missing and len(columns) == len(names) == 1 and form.kind != "frame":
        return [0]  # a single column is found without a name
    if missing:
        known = {column.name for column in columns}
        raise SchemaError(_lacking(missing, [name for name in names if name not in known]))
    places = {name: place for place, name in enumerate(names)}
    return [places.get(column.name, -1) for column in columns]


def _without_missing(parts: dict[Any, list[Any]]) -> list[dict[Any, Any]]:
    """Return columns as records; missing values are left out."""
    rows = zip(*parts.values(), strict=True)
    return [{name: v for name, v in zip(parts, row, strict=True) if v is not None} for row in rows]


def _lacking(missing: list[Any], other: list[Any]) -> str:
    plural = "s" if len(missing) > 1 else ""
    hint = f"; it has {', '.join(map(repr, other))}, which the model does not know" if other else ""
    return f"the input lacks the column{plural} {', '.join(map(repr, missing))}{hint}"


def _inferred(values: list[Any]) -> pd.Series:
    import pandas as pd

    return pd.Series(values, dtype="object").infer_objects()


def _frame(series: list[pd.Series], labels: list[Any], index: Any) -> pd.DataFrame:
    import pandas as pd

    frame = pd.concat(dict(enumerate(series)), axis=1) if series else pd.DataFrame()
    tuples = bool(labels) and all(isinstance(label, tuple) for label in labels)
    frame.columns = pd.MultiIndex.from_tuples(labels) if tuples else pd.Index(labels)
    if index is not None:
        try:
            frame.index = pd.Index(index)
        except (ValueError, TypeError) as error:
            raise InvalidValueError(f"columns and data make no table: {error}") from error
    return frame


def _one_column(values: pd.Series, column: Column, form: Form) -> Any:
    import pandas as pd

    name = form.labels[0] if form.labels is not None else column.name
    if form.kind == "index":
        return pd.Index(values, name=name)
    return values.array if form.kind == "extension" else values.rename(name)


def _foreign(parts: dict[Any, list[Any]], form: Form) -> Any:
    """Return columns as a polars or Arrow table with its types."""
    data = base64.b64decode(form.detail or "")
    try:
        if form.kind == "arrow":
            import pyarrow as pa

            schema = pa.ipc.read_schema(pa.py_buffer(data))
            fields = [pa.array(parts[field.name], type=field.type) for field in schema]
            return pa.Table.from_arrays(fields, schema=schema)
        import polars as pl

        known = pl.read_ipc(io.BytesIO(data)).schema
        series = [_polars_series(parts[name], name, dtype) for name, dtype in known.items()]
        return series[0] if form.kind == "polars series" else pl.DataFrame(series)
    except ImportError as error:
        raise InvalidValueError(
            f"the model takes a table of {error.name}, which is not installed here"
        ) from error
    except Exception as error:  # both libraries raise their own errors
        raise SchemaError(f"the input makes no table of {form.kind} ({error})") from error


def _polars_series(values: list[Any], name: str, dtype: Any) -> Any:
    import pandas as pd
    import polars as pl

    if dtype == pl.Duration:
        values = [None if value is None else pd.Timedelta(value).to_pytimedelta() for value in values]
    if dtype == pl.Datetime and dtype.time_zone is not None:
        series = pl.Series(name, [None if v is None else pd.Timestamp(v).tz_convert("UTC") for v in values])
        return series.dt.convert_time_zone(dtype.time_zone).cast(dtype)
    if isinstance(dtype, pl.Datetime | pl.Date):
        return pl.Series(name, [None if v is None else v.to_pydatetime() for v in values], strict=False).cast(
            dtype
        )
    return pl.Series(
        name, values, dtype=None if dtype in (pl.Time, pl.Categorical, pl.Enum) else dtype, strict=True
    ).cast(dtype)


def _records(content: Any, columns: list[Column]) -> list[Any]:
    """Return records as they were sent, with encoded values such as dates converted."""
    if isinstance(content, dict):
        whole = any(isinstance(value, list) for value in content.values()) and all(
            c.is_scalar for c in columns
        )
        names, cells = (
            _by_name(content, columns) if whole else (list(content), [[v] for v in content.values()])
        )
        content = [dict(zip(names, row, strict=True)) for row in zip(*cells, strict=True)]
    if not isinstance(content, list) or not all(isinstance(row, dict) for row in content):
        raise InvalidValueError("the model takes a list of objects of names and values")
    kinds = {str(column.name): column for column in columns if column.type in ("binary", "datetime")}
    if not kinds:
        return content
    return [
        {
            name: python_values([value], kinds[name], name)[0] if name in kinds else value
            for name, value in row.items()
        }
        for row in content
    ]


def _arrays(content: Any, tensors: list[Tensor], form: Form | None) -> Any:
    """Return arrays, for a model that takes arrays or has no signature."""
    known = {tensor.name: tensor for tensor in tensors}
    if isinstance(content, list) and content and all(isinstance(row, dict) for row in content):
        names = dict.fromkeys(name for row in content for name in row)
        missing = [name for name in names if any(name not in row for row in content)]
        if missing:
            raise InvalidValueError(f"some of the instances lack {', '.join(map(repr, missing))}")
        content = {name: [row[name] for row in content] for name in names}
    alone = tensors[0] if len(tensors) == 1 else None
    if isinstance(content, dict) and alone is not None and alone.name is None and len(content) == 1:
        (content,) = content.values()
    if isinstance(content, dict):
        return {name: array_of(value, known.get(name), name) for name, value in content.items()}
    if alone is not None and alone.name is not None:
        return {alone.name: array_of(content, alone, alone.name)}
    one = alone is not None and len(alone.shape) == 1 and isinstance(content, list)
    if one and content and all(isinstance(row, list) and len(row) == 1 for row in content):
        content = [row[0] for row in content]
    array = array_of(content, alone, None)
    return array if form is None or alone is None else _as_form(array, alone, form)


def _as_form(array: np.ndarray[Any, Any], tensor: Tensor, form: Form) -> Any:
    """Return an array as the lists, the sparse matrix or the tensor that the model was fitted on."""
    import numpy as np

    if form.kind == "list":
        return array.tolist()
    if tensor.dtype not in ("str", "bytes", "object") and array.dtype.kind in "biuf":
        wanted: np.dtype[Any] = np.dtype(tensor.dtype)
        same = wanted.kind in (array.dtype.kind, "f")
        array = array.astype(wanted) if same else array
    if form.kind == "sparse":
        from scipy import sparse  # type: ignore[import-untyped]

        return getattr(sparse, form.detail or "csr_matrix")(array)
    if form.kind == "torch":
        import torch

        return torch.from_numpy(np.ascontiguousarray(array))
    return array
