"""Cast pandas columns to the types that a model takes, if the cast is safe, for all kinds of pandas types.

The rules are MLflow's (https://mlflow.org/docs/latest/model/signatures#signature-enforcement).
"""

from __future__ import annotations

import decimal
from typing import TYPE_CHECKING, Any

from nbtrack.errors import SchemaError
from nbtrack.models.input_form import Dtype, decoded
from nbtrack.models.schema import TYPES, Column
from nbtrack.models.value_types import checked

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

__all__ = ["as_categories", "as_sparse", "cast_series", "is_object", "numpy_type", "unfit"]


def cast_series(values: pd.Series, column: Column, dtype: Dtype | None, name: Any) -> pd.Series:
    """Return a column in the type that the model was fitted on, or in the schema's if its values do not fit.

    Raises
    ------
    SchemaError
        When that would change values.
    """
    if dtype is not None and _is(values, dtype):
        return _checked(values, column, name) if is_object(values) else values
    if not column.is_scalar:
        if dtype is not None and column.type == "any":
            return _as(values, dtype.name, name)
        return _checked(values, column, name)
    if dtype is None:
        return _cast(values, column, name)
    if dtype.name == "category":
        return as_categories(_cast(_plain(values), column, name, dtype.of), dtype)
    if dtype.name == "sparse":
        return as_sparse(_cast(_plain(values), column, name, dtype.of), dtype)
    return _in(_cast(_plain(values), column, name, dtype.name), dtype.name, column, name)


def as_categories(values: pd.Series, dtype: Dtype) -> pd.Series:
    """Return a column with the categories that the model was fitted on, followed by its own new ones."""
    import pandas as pd

    if dtype.categories is None:
        return values.astype("category")
    known = pd.Index(list(map(decoded, dtype.categories)))
    if dtype.of is not None and len(known):
        known = known.astype(dtype.of)
    plain = pd.Series(values.to_numpy() if values.dtype.kind in "biuf" else values.array, index=values.index)
    other = [value for value in plain.dropna().unique() if value not in known]
    categories = known.append(pd.Index(other).astype(known.dtype)) if other else known
    return pd.Series(
        pd.Categorical(plain, categories=categories, ordered=dtype.ordered),
        index=values.index,
        name=values.name,
    )


def as_sparse(values: pd.Series, dtype: Dtype) -> pd.Series:
    """Return a sparse column, without its most common value."""
    import pandas as pd

    return values.astype(pd.SparseDtype(dtype.of or "float64", decoded(dtype.fill)))


def is_object(values: Any) -> bool:
    """Return whether a column or array holds Python objects."""
    return getattr(getattr(values, "dtype", None), "kind", "") == "O" and str(values.dtype) == "object"


def numpy_type(dtype: Any) -> np.dtype[Any] | None:
    """Return NumPy's type for the values of a pandas type; None if there is none."""
    import numpy as np
    import pandas as pd

    if isinstance(dtype, np.dtype):
        return dtype
    if isinstance(dtype, pd.SparseDtype):
        return numpy_type(dtype.subtype)
    found = getattr(dtype, "numpy_dtype", None)
    return found if isinstance(found, np.dtype) and found.kind in "biufmM" else None


def unfit(name: Any, values: pd.Series, kind: str, why: str = "") -> SchemaError:
    """Return the error for a column that cannot be cast."""
    shown = values.head(1).tolist()
    example = f", such as {shown[0]!r}" if shown else ""
    return SchemaError(
        f"column {name!r} holds {values.dtype} values{example}, and the model takes {kind}: "
        f"that cannot be cast without changing values{why}"
    )


def _is(values: pd.Series, dtype: Dtype) -> bool:
    import pandas as pd

    actual: Any = values.dtype
    if isinstance(actual, pd.CategoricalDtype):
        return dtype.name == "category"
    if isinstance(actual, pd.SparseDtype):
        return dtype.name == "sparse" and str(actual.subtype) == dtype.of
    return str(actual) == dtype.name


def _plain(values: pd.Series) -> pd.Series:
    """Return a column as a plain one: not categorical, not sparse."""
    import pandas as pd

    dtype: Any = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return values.astype(dtype.categories.dtype if not values.isna().any() else "object").infer_objects()
    return _as(values, str(dtype.subtype), values.name) if isinstance(dtype, pd.SparseDtype) else values


def _checked(values: pd.Series, column: Column, name: Any) -> pd.Series:
    """Return a column of objects, each checked against the column's type."""
    import pandas as pd

    if column.type == "any":
        return values
    missing = values.isna()
    originals = values.tolist()
    cells = [
        value
        if gone and not hasattr(value, "__len__")
        else checked(value, column.type, column.detail, f"column {name!r}")
        for value, gone in zip(originals, missing.tolist(), strict=True)
    ]
    if all(new is old for new, old in zip(cells, originals, strict=True)):
        return values
    return pd.Series(cells, index=values.index, name=values.name, dtype="object")


def as_type(values: Any, wanted: Any) -> pd.Series:
    """Return a column in the type with this name."""
    made: pd.Series = values.astype(wanted)
    return made


def _as(values: pd.Series, wanted: str, name: Any) -> pd.Series:
    try:
        return as_type(values, wanted)
    except (TypeError, ValueError, OverflowError) as error:
        raise unfit(name, values, wanted, f" ({error})") from error


def _in(values: pd.Series, wanted: str, column: Column, name: Any) -> pd.Series:
    """Return a column that fits the schema in the narrower or wider type that the model was fitted on."""
    import numpy as np
    import pandas as pd

    if str(values.dtype) == wanted:
        return values
    if wanted == "object":
        return values.astype("object")
    target: Any = pd.api.types.pandas_dtype(wanted)
    if column.type == "datetime":
        return _dates(values, wanted, name)
    plain = numpy_type(target)
    if plain is None or plain.kind not in "iuf":
        return _as(values, wanted, name)
    present = values.dropna()
    with np.errstate(over="ignore", invalid="ignore"):
        numbers = present.to_numpy(dtype=numpy_type(present.dtype) or "float64")
        exact = np.array_equal(numbers.astype(plain).astype(numbers.dtype), numbers)
    # Values that do not fit the shorter type stay in the schema's type, as in MLflow, which has no shorter ones.
    return (
        _as(values, wanted, name)
        if exact and (len(present) == len(values) or plain is not target)
        else values
    )


def _dates(values: pd.Series, wanted: str, name: Any) -> pd.Series:
    import pandas as pd

    target: Any = pd.api.types.pandas_dtype(wanted)
    zone = getattr(target, "tz", None)
    held_zone = getattr(values.dtype, "tz", None)
    if (zone is None) != (held_zone is None):
        why = "; give them a time zone" if zone is not None else "; take their time zone away"
        raise unfit(name, values, wanted, why)
    try:
        moved: Any = values.dt.tz_convert(zone) if zone is not None else values
        return as_type(moved, wanted)
    except (TypeError, ValueError, OverflowError) as error:
        raise unfit(name, values, wanted, f" ({error})") from error


def _cast(values: pd.Series, column: Column, name: Any, fitted: str | None = None) -> pd.Series:
    """Return the values of a column in the schema's type; `fitted` is the type that the model was fitted on, if it differs."""
    import pandas as pd

    kind = column.type
    if is_object(values) and kind not in ("binary", "string"):
        values = values.infer_objects()
    dtype: Any = values.dtype
    if kind in ("string", "binary"):
        if isinstance(dtype, pd.StringDtype | pd.CategoricalDtype) or dtype.kind == "S":
            return values
        if is_object(values):
            return values
        if pd.api.types.infer_dtype(values, skipna=True) in ("string", "bytes", "empty"):
            return values
        raise unfit(name, values, kind)
    wanted: Any = TYPES[kind]
    if str(dtype) == wanted:
        return values
    if isinstance(dtype, pd.CategoricalDtype | pd.SparseDtype):
        return _cast(_plain(values), column, name, fitted)
    if kind == "datetime" and (is_object(values) or isinstance(dtype, pd.StringDtype) or dtype.kind == "M"):
        if fitted is not None and dtype.kind == "M":
            return values
        try:
            return values.astype("datetime64[ns]")
        except (TypeError, ValueError) as error:
            raise unfit(name, values, kind, f" ({error})") from error
    if is_object(values):
        return _cast_object(values, column, name, fitted)
    return _cast_number(values, column, name, fitted)


def _cast_object(values: pd.Series, column: Column, name: Any, fitted: str | None) -> pd.Series:
    present = values.dropna()
    kind = column.type
    if kind == "boolean" and all(isinstance(value, bool) for value in present):
        return values
    if kind in ("float", "double") and all(isinstance(value, decimal.Decimal) for value in present):
        return values.astype("float64")
    whole = all(isinstance(value, int) and not isinstance(value, bool) for value in present)
    if kind in ("integer", "long") and whole and (fitted is not None or not column.required):
        return values.astype("Int64") if fitted != "object" else values
    raise unfit(name, values, kind)


def _cast_number(values: pd.Series, column: Column, name: Any, fitted: str | None) -> pd.Series:
    """Return numbers, of NumPy or pandas types, in the schema's type if no value changes."""
    import numpy as np

    kind = column.type
    wanted = np.dtype(TYPES[kind])
    source = numpy_type(values.dtype)
    missing = bool(values.isna().any())
    if source is None:
        raise unfit(name, values, kind)
    if fitted is not None and source == numpy_type(_dtype(fitted)):
        return values
    present = values.dropna() if missing else values
    if source.kind == wanted.kind:
        safe = source.itemsize <= wanted.itemsize
    elif source.kind == "u" and wanted.kind == "i":
        safe = source.itemsize < wanted.itemsize
    elif source.kind in "iu" and wanted.kind == "f":
        # A 64-bit integer may have more digits than a float: check whether these values do.
        limit = 2.0 ** (53 if wanted.itemsize == 8 else 24)
        safe = not len(present) or float(np.abs(present.to_numpy(dtype="float64")).max()) <= limit
    else:
        safe = False
    if not safe:
        hint = ""
        if source.kind == "f" and wanted.kind in "iu" and missing:
            hint = "; integers cannot be missing: fit the model on doubles where values may be"
        raise unfit(name, values, kind, hint)
    if missing and wanted.kind != "f":
        return values  # pandas' types can hold missing values, NumPy's cannot
    if missing:
        return _floats(values, wanted)
    return values.astype(wanted)


def _floats(values: pd.Series, wanted: np.dtype[Any]) -> pd.Series:
    import numpy as np
    import pandas as pd

    return pd.Series(values.to_numpy(dtype=wanted, na_value=np.nan), index=values.index, name=values.name)


def _dtype(name: str) -> Any:
    import pandas as pd

    return pd.api.types.pandas_dtype(name)
