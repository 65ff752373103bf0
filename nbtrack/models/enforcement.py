"""Input held against a model's schema: safe casts only, and an error that names the column.

The rules are MLflow's (https://mlflow.org/docs/latest/model/signatures#signature-enforcement).
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nbtrack.errors import NbtrackWarning, SchemaError
from nbtrack.models.schema import TYPES, Column, Schema, Tensor
from nbtrack.models.signature import Param

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

__all__ = ["enforce", "enforce_params"]


def enforce(data: Any, schema: Schema) -> Any:
    """Return the input as the model takes it: its columns in their order, its types cast where that is safe.

    Columns that the schema does not name are left out with a warning.

    Raises
    ------
    SchemaError
        When a column is missing, or its values cannot be cast without changing them.
    """
    tensors = [part for part in schema if isinstance(part, Tensor)]
    return _tensors(data, tensors) if tensors else _columns(data, _all_columns(schema))


def _all_columns(schema: Schema) -> list[Column]:
    return [part for part in schema if isinstance(part, Column)]


def _columns(data: Any, columns: list[Column]) -> pd.DataFrame:
    import pandas as pd

    frame = _as_frame(data, columns)
    if columns[0].name is None:
        if frame.shape[1] < len(columns):
            raise SchemaError(f"the model takes {len(columns)} columns, and the input has {frame.shape[1]}")
        names: list[Any] = list(frame.columns[: len(columns)])
    else:
        frame = _relabelled(frame, columns)
        missing = [c.name for c in columns if c.required and c.name not in frame]
        extra = [name for name in frame if name not in {c.name for c in columns}]
        if missing:
            hint = f"; it has {_list(extra)}, which the model does not know" if extra else ""
            raise SchemaError(f"the input lacks the column{_s(missing)} {_list(missing)}{hint}")
        if extra:
            warnings.warn(
                f"the model does not take the column{_s(extra)} {_list(extra)}; left out", NbtrackWarning, 4
            )
        columns = [c for c in columns if c.name in frame]
        names = [c.name for c in columns]
    cast = {
        name: _cast(frame[name], column, name) if column.is_scalar else frame[name]
        for name, column in zip(names, columns, strict=True)
    }
    return pd.DataFrame(cast, index=frame.index)


def _relabelled(frame: pd.DataFrame, columns: list[Column]) -> pd.DataFrame:
    """Return a table whose labels are numbers where the schema's are: JSON makes text of them, and CSV too."""
    if all(column.name in frame for column in columns):
        return frame
    texts = {str(label): label for label in frame.columns}
    lacking = [c.name for c in columns if c.name not in frame and str(c.name) in texts]
    return frame.rename(columns={texts[str(name)]: name for name in lacking}) if lacking else frame


def _as_frame(data: Any, columns: list[Column]) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    try:
        if isinstance(data, pd.DataFrame):
            return data
        if isinstance(data, pd.Series):
            return pd.DataFrame(data)
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
        raise SchemaError(f"the input is no table ({error})") from error
    return frame


def _plain(value: Any) -> Any:
    return list(value) if getattr(value, "ndim", 1) > 1 else value


def _cast(values: pd.Series, column: Column, name: Any) -> pd.Series:
    """Return the values of a column in the schema's type."""
    import pandas as pd

    kind = column.type
    if _is_object(values) and kind not in ("binary", "string"):
        values = values.infer_objects()
    dtype: Any = values.dtype
    if kind in ("string", "binary"):
        if _is_object(values) or isinstance(dtype, pd.StringDtype | pd.CategoricalDtype) or dtype.kind == "S":
            return values
        raise _unfit(name, values, kind)
    wanted: Any = TYPES[kind]
    if str(dtype) == wanted:
        return values
    if isinstance(dtype, pd.api.extensions.ExtensionDtype) and getattr(dtype, "kind", "") == _kind(wanted):
        # pandas' own types (Int64, boolean) hold missing values, which NumPy's cannot.
        return values if values.isna().any() else values.astype(wanted)
    if kind == "datetime" and (_is_object(values) or isinstance(dtype, pd.StringDtype) or dtype.kind == "M"):
        try:
            return values.astype("datetime64[ns]")
        except (TypeError, ValueError) as error:
            raise _unfit(name, values, kind, f" ({error})") from error
    if _is_object(values):
        return _cast_object(values, name, kind)
    return _cast_number(values, name, kind)


def _cast_object(values: pd.Series, name: Any, kind: str) -> pd.Series:
    import decimal

    held = values.dropna()
    if kind == "boolean" and all(isinstance(value, bool) for value in held):
        return values
    if kind in ("float", "double") and all(isinstance(value, decimal.Decimal) for value in held):
        return values.astype("float64")
    raise _unfit(name, values, kind)


def _cast_number(values: pd.Series, name: Any, kind: str) -> pd.Series:
    import numpy as np

    dtype: Any = values.dtype
    wanted = np.dtype(TYPES[kind])
    if dtype.kind == wanted.kind:
        safe = dtype.itemsize <= wanted.itemsize
    elif dtype.kind == "u" and wanted.kind == "i":
        safe = dtype.itemsize < wanted.itemsize
    elif dtype.kind in "iu" and wanted.kind == "f":
        # An integer of 64 bits may have more digits than a float; these here do or do not.
        limit = 2.0 ** (53 if wanted.itemsize == 8 else 24)
        safe = not len(values) or float(np.abs(values.to_numpy(dtype="float64")).max()) <= limit
    else:
        safe = False
    if not safe:
        hint = ""
        if dtype.kind == "f" and wanted.kind in "iu" and values.isna().any():
            hint = "; integers cannot be missing: fit the model on doubles where values may be"
        raise _unfit(name, values, kind, hint)
    return values.astype(wanted)


def _is_object(values: Any) -> bool:
    return getattr(getattr(values, "dtype", None), "kind", "") == "O" and str(values.dtype) == "object"


def _unfit(name: Any, values: pd.Series, kind: str, why: str = "") -> SchemaError:
    shown = values.head(1).tolist()
    example = f", such as {shown[0]!r}" if shown else ""
    return SchemaError(
        f"column {name!r} holds {values.dtype} values{example}, and the model takes {kind}: "
        f"that cannot be cast without changing values{why}"
    )


def _kind(dtype: str) -> str:
    import numpy as np

    return np.dtype(dtype).kind


def _tensors(data: Any, tensors: list[Tensor]) -> Any:
    import numpy as np
    import pandas as pd

    if tensors[0].name is not None:
        if not isinstance(data, Mapping | pd.DataFrame):
            raise SchemaError(f"the model takes a dict of arrays, and the input is a {type(data).__name__}")
        missing = [t.name for t in tensors if t.name not in data]
        if missing:
            raise SchemaError(f"the input lacks {_list(missing)}")
        return {t.name: _fit(np.asarray(_rows(data[t.name])), t) for t in tensors}
    if isinstance(data, pd.DataFrame | pd.Series):
        data = data.to_numpy()
    if hasattr(data, "tocsr"):
        return data
    if type(data).__module__.partition(".")[0] == "torch":
        data = data.detach().cpu().numpy()
    if isinstance(data, Mapping):
        raise SchemaError("the model takes an array, and the input is a dict of columns")
    try:
        return _fit(np.asarray(data), tensors[0])
    except ValueError as error:
        raise SchemaError(f"the input is no array ({error})") from error


def _rows(value: Any) -> Any:
    return list(value) if _is_object(value) else value


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
    # JSON has no types: whole numbers stand for floats, and its floats for shorter ones.
    if array.dtype.kind in "iuf" and target.kind == "f":
        return array.astype(target)
    if array.dtype.kind in "iu" and target.kind in "iu" and array.size:
        limits = np.iinfo(target)
        if limits.min <= array.min() and array.max() <= limits.max:
            return array.astype(target)
    raise SchemaError(f"{what} holds {array.dtype}, and the model takes {tensor.dtype}: that is no safe cast")


def enforce_params(given: Mapping[str, Any] | None, known: tuple[Param, ...] | None) -> dict[str, Any]:
    """Return the parameters of a prediction with the defaults of those that are not given.

    Raises
    ------
    SchemaError
        When one has a value of another type.
    """
    given = dict(given or {})
    if not known:
        if given:
            warnings.warn(
                f"the model takes no parameters; {_list(given)} left out", NbtrackWarning, stacklevel=4
            )
        return {}
    params = {}
    for param in known:
        value = given.pop(param.name, param.default)
        params[param.name] = _param_value(value, param)
    if given:
        warnings.warn(
            f"the model knows no parameter{_s(given)} {_list(given)}; left out", NbtrackWarning, stacklevel=4
        )
    return params


def _param_value(value: Any, param: Param) -> Any:
    if value is None or param.type in ("any", "object"):
        return value
    if param.shape is not None:
        if not isinstance(value, list | tuple):
            raise SchemaError(f"parameter {param.name!r} is a {type(value).__name__}, and a list is taken")
        return [_param_value(item, Param(param.name, param.type, None)) for item in value]
    kinds: dict[str, tuple[type, ...]] = {
        "boolean": (bool,),
        "integer": (int,),
        "long": (int,),
        "float": (int, float),
        "double": (int, float),
        "string": (str,),
    }
    wanted = kinds.get(param.type)
    plain: Any = value.item() if hasattr(value, "item") else value
    if wanted is None:
        return value
    if not isinstance(plain, wanted) or (isinstance(plain, bool) and bool not in wanted):
        raise SchemaError(f"parameter {param.name!r} is {value!r}, and a {param.type} is taken")
    return float(plain) if float in wanted else plain  # type: ignore[arg-type]


def _list(names: Any) -> str:
    return ", ".join(repr(name) for name in names)


def _s(names: Any) -> str:
    return "s" if len(names) > 1 else ""
