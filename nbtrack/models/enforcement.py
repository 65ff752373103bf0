"""Enforce a model's signature: input like the data it was fitted on passes unchanged, other input is converted to it.

Only safe casts are made, and an error names the column. The rules are MLflow's
(https://mlflow.org/docs/latest/model/signatures#signature-enforcement).
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nbtrack.errors import NbtrackWarning, SchemaError
from nbtrack.models.casts import cast_series, is_object
from nbtrack.models.input_form import ONE_COLUMN, Form, library_of
from nbtrack.models.inputs import labelled, of_table, of_values
from nbtrack.models.nested import unflattened
from nbtrack.models.schema import Column, Tensor

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from nbtrack.models.signature import Signature

__all__ = ["enforce"]


def enforce(data: Any, signature: Signature) -> Any:
    """Return the input in the form that the model takes: columns in order, types cast where that is safe.

    Columns that the signature does not name are left out with a warning.

    Raises
    ------
    SchemaError
        When a column is missing, or its values cannot be cast without changing them.
    """
    if signature.inputs is None:
        return data
    tensors = [part for part in signature.inputs if isinstance(part, Tensor)]
    if tensors:
        return _tensors(data, tensors, signature.form)
    columns = [part for part in signature.inputs if isinstance(part, Column)]
    form = signature.form or Form("frame")
    if form.kind == "records":
        return _records(data, signature)
    if form.kind == "list" or form.kind in ONE_COLUMN - {"polars series"}:
        return _one_column(data, columns[0], form)
    if form.kind != "frame":
        return _foreign(data, columns, form, signature)
    return _columns(data, columns, form)


def _columns(data: Any, columns: list[Column], form: Form) -> pd.DataFrame:
    import pandas as pd

    frame = _as_frame(data, columns)
    if columns[0].name is None:
        if frame.shape[1] < len(columns):
            raise SchemaError(f"the model takes {len(columns)} columns, and the input has {frame.shape[1]}")
        places = list(range(len(columns)))
    else:
        places = _places(frame, columns, form)
    present = [
        (column, place, form.dtype(k))
        for k, (column, place) in enumerate(zip(columns, places, strict=True))
        if place >= 0
    ]
    all_columns = [values for _, values in frame.items()]
    given_columns = [all_columns[place] for _, place, _ in present]
    cast = [
        cast_series(values, column, dtype, frame.columns[place])
        for values, (column, place, dtype) in zip(given_columns, present, strict=True)
    ]
    labels = frame.columns[[place for _, place, _ in present]]
    if form.labels is not None and len(present) == len(form.labels):
        labels = _fitted_labels(form, labels)
    elif columns[0].name is not None:
        labels = pd.Index([column.name for column, _, _ in present])
    same = len(present) == frame.shape[1] and all(
        new is old for new, old in zip(cast, given_columns, strict=True)
    )
    if same and places == list(range(len(places))) and list(labels) == list(frame.columns):
        return frame
    made = pd.concat(dict(enumerate(cast)), axis=1) if cast else pd.DataFrame(index=frame.index)
    made.columns = labels
    made.index = frame.index
    return made


def _fitted_labels(form: Form, labels: Any) -> Any:
    import pandas as pd

    assert form.labels is not None
    if list(form.labels) == list(labels):
        return labels
    if all(isinstance(label, tuple) for label in form.labels):
        return pd.MultiIndex.from_tuples(form.labels)
    return pd.Index(form.labels)


def _places(frame: pd.DataFrame, columns: list[Column], form: Form) -> list[int]:
    """Return the positions of a schema's columns in a table, -1 for an optional one that is missing."""
    from nbtrack.models.inferring import column_name

    given = list(frame.columns)
    if form.labels is not None and all(label in given for label in form.labels):
        names = list(map(given.index, form.labels))
        extra = [label for label in given if label not in form.labels]
        _left_out(extra)
        return names
    texts = labelled(list(map(column_name, given)), columns)
    known = {column.name for column in columns}
    missing = [column.name for column in columns if column.required and column.name not in texts]
    extra = [label for label, text in zip(given, texts, strict=True) if text not in known]
    if missing:
        hint = f"; it has {_list(extra)}, which the model does not know" if extra else ""
        raise SchemaError(f"the input lacks the column{_s(missing)} {_list(missing)}{hint}")
    _left_out(extra)
    for name in known:
        if texts.count(name) > 1:
            raise SchemaError(f"the input has the column {name!r} twice")
    return [texts.index(column.name) if column.name in texts else -1 for column in columns]


def _left_out(extra: list[Any]) -> None:
    if extra:
        warnings.warn(
            f"the model does not take the column{_s(extra)} {_list(extra)}; left out", NbtrackWarning, 6
        )


def _as_frame(data: Any, columns: list[Column]) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    try:
        if isinstance(data, pd.DataFrame):
            return data
        if isinstance(data, pd.Series):
            return pd.DataFrame(data)
        if library_of(data) in ("polars", "pyarrow"):
            return pd.DataFrame(dict(zip(*_table(data), strict=True)))
        named = columns[0].name is not None
        if isinstance(data, Mapping):
            whole = any(not c.is_scalar for c in columns)
            single = whole or all(
                np.isscalar(v) or v is None or (isinstance(v, list) and v and isinstance(v[0], str))
                for v in data.values()
            )
            return pd.DataFrame([dict(data)] if single else {n: _plain(v) for n, v in data.items()})
        if np.isscalar(data):
            data = [data]
        if hasattr(data, "tocsr"):
            data = data.toarray()
        if isinstance(data, list) and data and all(isinstance(row, Mapping) for row in data):
            return pd.DataFrame(data)
        array = np.asarray(data) if hasattr(data, "__array__") else data
        frame = pd.DataFrame(array)
        if named and frame.shape[1] == len(columns):
            frame.columns = pd.Index([c.name for c in columns])
    except (TypeError, ValueError) as error:
        raise SchemaError(f"the input is not a table ({error})") from error
    return frame


def _plain(value: Any) -> Any:
    return list(value) if getattr(value, "ndim", 1) > 1 else value


def _table(data: Any) -> tuple[list[Any], list[list[Any]]]:
    """Return the names and the values of the columns of a table of any library."""
    import pandas as pd

    if isinstance(data, pd.DataFrame):
        return list(data.columns), [data.iloc[:, k].tolist() for k in range(data.shape[1])]
    if library_of(data) == "pyarrow":
        return list(data.schema.names), [data.column(k).to_pylist() for k in range(data.num_columns)]
    columns = data.get_columns() if hasattr(data, "get_columns") else [data]
    return [part.name for part in columns], [part.to_list() for part in columns]


def _one_column(data: Any, column: Column, form: Form) -> Any:
    """Return the single column that a model takes: a Series, an Index, a pandas array or a list."""
    import pandas as pd

    values = _values_of(data, column)
    cast = cast_series(values, column, form.dtype(0), "the input" if column.name is None else column.name)
    same = cast is values
    if form.kind == "list":
        texts = column.type == "datetime" and any(isinstance(value, str) for value in data)
        return data if isinstance(data, list | tuple | range) and not texts else cast.tolist()
    if form.kind == "series":
        if isinstance(data, pd.Series):
            return data if same else cast
        return cast.rename(form.labels[0] if form.labels is not None else column.name)
    if form.kind == "index":
        return data if isinstance(data, pd.Index) and same else pd.Index(cast, name=column.name)
    return data if isinstance(data, pd.api.extensions.ExtensionArray) and same else cast.array


def _values_of(data: Any, column: Column) -> pd.Series:
    """Return the data of one column as a Series."""
    import numpy as np
    import pandas as pd

    if isinstance(data, pd.Series):
        return data
    if isinstance(data, pd.Index | pd.api.extensions.ExtensionArray) or library_of(data) == "polars":
        if library_of(data) == "polars":
            data = _of_name(*_table(data), column)
        return pd.Series(data)
    if isinstance(data, pd.DataFrame):
        names = list(data.columns)
        place = names.index(column.name) if column.name in names else 0 if len(names) == 1 else -1
        if place < 0:
            raise SchemaError(
                f"the model takes the one column {column.name!r}, and the input has {_list(names)}"
            )
        return data.iloc[:, place]
    if isinstance(data, Mapping):
        content = _of_name(list(data), list(data.values()), column)
        return pd.Series(content if isinstance(content, list | np.ndarray | pd.Series) else [content])
    if (
        isinstance(data, list | tuple)
        and data
        and all(isinstance(row, Mapping) for row in data)
        and column.is_scalar
    ):
        return pd.Series([_of_name(list(row), list(row.values()), column) for row in data])
    if isinstance(data, list | tuple | range):
        return pd.Series([*data, None], dtype="object").iloc[
            :-1
        ]  # pandas would convert lists of lists to a table
    if np.isscalar(data):
        return pd.Series([data])
    array = np.asarray(data)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise SchemaError(f"the model takes one value a row, and the input has the shape {array.shape}")
    return pd.Series(array)


def _of_name(names: list[Any], values: list[Any], column: Column) -> Any:
    place = names.index(column.name) if column.name in names else 0 if len(names) == 1 else -1
    if place < 0:
        raise SchemaError(f"the model takes the one column {column.name!r}, and the input has {_list(names)}")
    return values[place]


def _records(data: Any, signature: Signature) -> Any:
    """Return a list of dicts; a missing value in a table is left out."""
    import pandas as pd

    if isinstance(data, list | tuple) and all(isinstance(row, Mapping) for row in data):
        return data
    if isinstance(data, pd.DataFrame) or library_of(data) in ("polars", "pyarrow"):
        names, cells = _table(data)
        rows = zip(*cells, strict=True)
        return [{n: v for n, v in zip(names, row, strict=True) if not _is_missing(v)} for row in rows]
    if isinstance(data, pd.Series) and len(data) and all(isinstance(row, Mapping) for row in data):
        return data.tolist()
    return of_values(dict(data) if isinstance(data, Mapping) else data, signature)


def _is_missing(value: Any) -> bool:
    return value is None or (value != value) is True or type(value).__name__ in ("NAType", "NaTType")  # noqa: PLR0124 (NaN)


def _foreign(data: Any, columns: list[Column], form: Form, signature: Signature) -> Any:
    """Return a polars or Arrow table; one that has exactly these columns is returned unchanged."""
    theirs = "pyarrow" if form.kind == "arrow" else "polars"
    wanted = [column.name for column in columns]
    if library_of(data) == theirs:
        names, _ = (
            (list(data.schema.names), None)
            if theirs == "pyarrow"
            else (list(data.columns) if hasattr(data, "columns") else [data.name], None)
        )
        if form.kind == "polars series" or names == wanted:
            return data
        missing = [name for name in wanted if name not in names]
        if missing:
            raise SchemaError(f"the input lacks the column{_s(missing)} {_list(missing)}")
        _left_out([name for name in names if name not in wanted])
        return data.select(wanted)
    frame = _as_frame(data, columns)
    names, cells = _table(frame)
    rows = [[None if _is_missing(v) else v for v in row] for row in zip(*cells, strict=True)]
    return of_table(names, rows, signature)


def _tensors(data: Any, tensors: list[Tensor], form: Form | None) -> Any:
    import numpy as np
    import pandas as pd

    if tensors[0].name is not None:
        if not isinstance(data, Mapping | pd.DataFrame):
            if len(tensors) == 1 and not isinstance(data, str | bytes):
                return {tensors[0].name: _fit(np.asarray(data), tensors[0])}
            raise SchemaError(f"the model takes a dict of arrays, and the input is a {type(data).__name__}")
        missing = [t.name for t in tensors if t.name not in data]
        if missing:
            raise SchemaError(f"the input lacks {_list(missing)}")
        arrays = {t.name: np.asarray(_rows(data[t.name])) for t in tensors}
        if isinstance(data, pd.DataFrame):
            arrays = {t.name: unflattened(arrays[t.name], t) for t in tensors}
        return {t.name: _fit(arrays[t.name], t) for t in tensors}
    if isinstance(data, pd.DataFrame | pd.Series):
        data = data.to_numpy()
    if hasattr(data, "tocsr"):
        return data
    if library_of(data) == "torch":
        array = data.detach().cpu().numpy()
        fitted = _fit(array, tensors[0])
        return data if form is not None and form.kind == "torch" and fitted is array else fitted
    if isinstance(data, Mapping):
        raise SchemaError("the model takes an array, and the input is a dict of columns")
    try:
        array = np.asarray(data)
        fitted = _fit(array, tensors[0])
    except ValueError as error:
        raise SchemaError(f"the input is not an array ({error})") from error
    if form is None or isinstance(data, np.ndarray):
        return fitted
    return (
        data
        if fitted is array and form.kind == "list" and isinstance(data, list | tuple)
        else _listed(fitted, form)
    )


def _listed(array: np.ndarray[Any, Any], form: Form) -> Any:
    return array.tolist() if form.kind == "list" else array


def _rows(value: Any) -> Any:
    return list(value) if is_object(value) else value


def _fit(array: np.ndarray[Any, Any], tensor: Tensor) -> np.ndarray[Any, Any]:
    import numpy as np

    what = f"the input {tensor.name!r}" if tensor.name else "the input"
    wanted = tensor.shape
    if tensor.dtype == "object" and wanted == (-1,):
        return array
    if len(wanted) != array.ndim or any(w not in (-1, n) for w, n in zip(wanted, array.shape, strict=False)):
        raise SchemaError(f"{what} has shape {array.shape}, and the model takes {wanted}")
    if tensor.dtype in ("str", "bytes") or str(array.dtype) == tensor.dtype:
        return array
    target = np.dtype(tensor.dtype)
    if np.can_cast(array.dtype, target, "safe"):
        return array.astype(target)
    # JSON has no types: whole numbers are used for floats, and 64-bit floats for shorter ones.
    if array.dtype.kind in "iuf" and target.kind == "f":
        with np.errstate(over="ignore"):
            short: np.ndarray[Any, Any] = array.astype(target)
        if (np.isinf(short) & np.isfinite(array)).any():
            raise SchemaError(
                f"{what} holds numbers that are too large for {tensor.dtype}, which the model takes"
            )
        return short
    if array.dtype.kind in "iu" and target.kind in "iu" and array.size:
        limits = np.iinfo(target)
        if limits.min <= array.min() and array.max() <= limits.max:
            return array.astype(target)
    raise SchemaError(
        f"{what} holds {array.dtype}, and the model takes {tensor.dtype}: that is not a safe cast"
    )


def _list(names: Any) -> str:
    return ", ".join(repr(name) for name in names)


def _s(names: Any) -> str:
    return "s" if len(names) > 1 else ""
