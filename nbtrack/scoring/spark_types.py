"""Predictions in Spark's types, as MLflow's `spark_udf` gives them."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError, ModelError, NbtrackWarning
from nbtrack.models.schema import Column, Tensor

if TYPE_CHECKING:
    import pandas as pd

    from nbtrack.models.schema import Schema

__all__ = ["converted", "result_type_of"]

_WORDS = {"integer": "int", "long": "bigint", "bool": "boolean", "str": "string"}
_OF_COLUMN = {"boolean": "boolean", "integer": "int", "long": "bigint", "float": "float", "double": "double", "string": "string",
              "datetime": "timestamp", "binary": "binary"}  # fmt: skip
_OF_TENSOR = {"bool": "boolean", "int8": "int", "int16": "int", "int32": "int", "int64": "bigint", "float32": "float", "float64": "double",
              "str": "string", "object": "string"}  # fmt: skip
_KINDS = {
    "IntegerType": (["int8", "uint8", "int16", "uint16", "int32"], "int32"),
    "LongType": (["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64"], "int64"),
    "FloatType": (["number"], "float32"),
    "DoubleType": (["number"], "float64"),
    "BooleanType": (["bool"], "bool"),
}
"""Which columns of a prediction are of a type, and NumPy's type for it."""
_FITTING = {"i": "long", "u": "long", "f": "double", "b": "boolean"}
"""The type to ask for, by NumPy's kind of the predictions."""


def result_type_of(given: Any, outputs: Schema | None) -> Any:
    """Return the type of a function's results.

    Parameters
    ----------
    given
        A type of Spark's, or its text; None for that of the model's outputs.
    outputs
        The schema of the model's predictions.

    Raises
    ------
    InvalidValueError
        When there is no such type, or results cannot be of it.
    """
    from pyspark.sql.types import DataType

    if given is None:
        given = _of_schema(outputs)
        if given is None:
            warnings.warn(
                "the model does not say what it predicts, so the results are doubles; give result_type",
                NbtrackWarning,
                stacklevel=4,
            )
            given = "double"
    if isinstance(given, DataType):
        wanted: Any = given
    else:
        text = str(given)
        try:
            wanted = DataType.fromDDL(_WORDS.get(text.strip().lower(), text))
        except Exception as error:  # Spark raises its own kinds, from Java too
            raise InvalidValueError(
                f"{text!r} is not a type of Spark's; give e.g. double or array<double>"
            ) from error
    if not _is_possible(wanted):
        raise InvalidValueError(
            f"results cannot be of the type {wanted.simpleString()}; give int, long, float, double, string or boolean, "
            "arrays of them, or a struct of these"
        )
    return wanted


def _of_schema(outputs: Schema | None) -> str | None:
    if not outputs:
        return None
    columns = [part for part in outputs if isinstance(part, Column)]
    if not columns:
        kind = _OF_TENSOR.get(outputs[0].dtype) if isinstance(outputs[0], Tensor) else None
        depth = max(len(outputs[0].shape) - 1, 0) if isinstance(outputs[0], Tensor) else 0
        return None if kind is None or len(outputs) > 1 else "array<" * depth + kind + ">" * depth
    kinds = [_OF_COLUMN.get(part.type) for part in columns]
    if None in kinds:
        return None
    if len(columns) == 1:
        return kinds[0]
    return ", ".join(f"`{part.name}` {kind}" for part, kind in zip(columns, kinds, strict=True))


def _is_possible(wanted: Any) -> bool:
    from pyspark.sql.types import ArrayType, BinaryType, DateType, StringType, StructType, TimestampType

    if isinstance(wanted, StructType):
        return all(_is_possible(part.dataType) for part in wanted.fields)
    if isinstance(wanted, ArrayType):
        return _is_possible(wanted.elementType)
    return type(wanted).__name__ in _KINDS or isinstance(
        wanted, StringType | BinaryType | TimestampType | DateType
    )


def converted(table: pd.DataFrame, wanted: Any) -> pd.Series | pd.DataFrame:
    """Return the predictions for a batch in a type of Spark's.

    Of several columns a plain type takes the first that fits, an array all that fit, a struct those of its names.

    Raises
    ------
    ModelError
        When no column fits.
    """
    import pandas as pd
    from pyspark.sql.types import ArrayType, StructType

    if isinstance(wanted, StructType):
        missing = [name for name in wanted.names if name not in table.columns]
        if missing:
            raise ModelError(
                f"the model's predictions have the columns {list(table.columns)}, and the result type asks for {missing[0]!r}"
            )
        parts = {part.name: converted(table[[part.name]], part.dataType) for part in wanted.fields}
        cells = {
            name: part.to_dict("records") if isinstance(part, pd.DataFrame) else list(part)
            for name, part in parts.items()
        }
        return pd.DataFrame(cells)
    if isinstance(wanted, ArrayType):
        if table.shape[1] == 1 and _holds_lists(table.iloc[:, 0]):
            return pd.Series([_listed(value) for value in table.iloc[:, 0]])
        if isinstance(wanted.elementType, ArrayType):
            return pd.Series([[_listed(value) for value in row] for row in table.to_numpy(dtype="object")])
        return pd.Series(_fitting(table, wanted.elementType).to_numpy().tolist())
    return _fitting(table, wanted).iloc[:, 0]


def _fitting(table: pd.DataFrame, wanted: Any) -> pd.DataFrame:
    """Return the columns that fit a plain type, in it."""
    kind = type(wanted).__name__
    if kind == "StringType":
        texts: pd.DataFrame = table.apply(
            lambda column: column.map(str).astype("object").where(column.notna(), None)
        )
        return texts
    if kind not in _KINDS:
        return table
    taken, name = _KINDS[kind]
    found = table.select_dtypes(taken)  # type: ignore[arg-type]
    if not found.shape[1]:
        types = ", ".join(f"{column!r} ({dtype})" for column, dtype in table.dtypes.items())
        fitting = _FITTING.get(getattr(table.dtypes.iloc[0], "kind", ""), "string")
        raise ModelError(
            f"no column of the model's predictions is {wanted.simpleString()}: they are {types}; ask for {fitting}"
        )
    made: pd.DataFrame = found.astype(name)  # type: ignore[arg-type]
    return made


def _holds_lists(values: pd.Series) -> bool:
    return (
        str(values.dtype) == "object"
        and len(values) > 0
        and hasattr(values.iloc[0], "__len__")
        and not isinstance(values.iloc[0], str | bytes)
    )


def _listed(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else value
