"""Bodies of requests as a model takes them: MLflow's forms, those of MLflow 1.x, CSV and Parquet.

The forms are those of MLflow's scoring server (https://mlflow.org/docs/latest/deployment/deploy-model-locally).
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from nbtrack.errors import InvalidValueError
from nbtrack.models.schema import Column, Tensor
from nbtrack.serving.jsontypes import cast_array, cast_frame

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from nbtrack.models.schema import Schema

__all__ = ["FORMS", "Asked", "body_of_json", "data_of", "loads", "table_of_file"]

FORMS = ("dataframe_split", "dataframe_records", "instances", "inputs")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks of a model, before it is held against the model's signature."""

    form: str
    """One of `FORMS`."""
    content: Any
    params: Mapping[str, Any] | None = None
    bare: bool = False
    """Whether the answer is the predictions alone, as MLflow 1.x gave them."""


def loads(body: bytes) -> Any:
    """Return what a body of JSON says; NaN and Infinity may stand in it, as Python writes them.

    Raises
    ------
    InvalidValueError
        When it is no JSON.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        # Python's own reader takes NaN, Infinity and integers of any length.
        try:
            return json.loads(body.decode())
        except UnicodeDecodeError as error:
            raise InvalidValueError(f"the body is not text in UTF-8 ({error})") from error
        except RecursionError:
            raise InvalidValueError("the body is nested too deeply") from None
        except ValueError as error:
            raise InvalidValueError(f"the body is no JSON: {error}") from error


def body_of_json(word: str, body: bytes) -> Asked:
    """Return what a body of JSON asks.

    Parameters
    ----------
    word
        `json`, or `split` and `records` for those of MLflow 1.x.

    Raises
    ------
    InvalidValueError
        When it is of no such form.
    """
    value = loads(body)
    if word != "json":
        return Asked(f"dataframe_{word}", value, None, bare=True)
    if not isinstance(value, dict):
        raise InvalidValueError(
            f"the body is a {_kind(value)}; send an object with one of {', '.join(FORMS)}"
        )
    forms = [form for form in FORMS if form in value]
    params = value.get("params")
    if not isinstance(params, dict | None):
        raise InvalidValueError(f"params is a {_kind(params)}; send an object of names and values")
    if not forms and "columns" in value and "data" in value:
        return Asked("dataframe_split", value, params, bare=True)
    if len(forms) != 1:
        shown = ", ".join(map(repr, forms or list(value)[:20])) or "nothing"
        raise InvalidValueError(f"the body has {shown}; send exactly one of {', '.join(FORMS)}")
    return Asked(forms[0], value[forms[0]], params)


def data_of(asked: Asked, schema: Schema | None) -> Any:
    """Return the input of a request as data: a DataFrame, an array, or a dict of arrays.

    JSON knows fewer types than a schema: its numbers become those of the schema where that changes no value.

    Raises
    ------
    InvalidValueError, SchemaError
        When it is no such data.
    """
    columns = [part for part in schema or () if isinstance(part, Column)]
    # As they were sent where the schema says their types: pandas would make floats of integers beside floats.
    dtype = "object" if columns else None
    if asked.form == "dataframe_split":
        return cast_frame(_split(asked.content, dtype), columns)
    if asked.form == "dataframe_records":
        return cast_frame(_records(asked.content, dtype), columns)
    tensors = [part for part in schema or () if isinstance(part, Tensor)]
    if columns:
        return cast_frame(_table(asked.content, columns), columns)
    return _arrays(asked.content, tensors)


def table_of_file(word: str, body: bytes, schema: Schema | None) -> Any:
    """Return the DataFrame in a body of CSV or Parquet.

    Raises
    ------
    InvalidValueError
        When it is none.
    """
    import pandas as pd

    columns = [part for part in schema or () if isinstance(part, Column)]
    try:
        if word == "parquet":
            frame = pd.read_parquet(io.BytesIO(body))
        else:
            # Text that looks like a number stays text where the model takes text.
            texts: Any = {c.name: str for c in columns if c.type == "string" and c.name is not None}
            frame = pd.read_csv(io.BytesIO(body), dtype=texts)
    except ImportError as error:
        raise InvalidValueError(f"Parquet cannot be read here: {error}") from error
    except (ValueError, TypeError, OSError, OverflowError) as error:
        raise InvalidValueError(f"the body is no {word.upper()}: {error}") from error
    return cast_frame(frame, columns)


def _split(content: Any, dtype: str | None) -> pd.DataFrame:
    import pandas as pd

    if not isinstance(content, dict) or not isinstance(content.get("data"), list):
        raise InvalidValueError(
            f"the table is a {_kind(content)}; send {{'columns': [...], 'data': [[...], ...]}}"
        )
    names, rows = content.get("columns"), content["data"]
    if names is not None and not isinstance(names, list):
        raise InvalidValueError(f"columns is a {_kind(names)}; send a list of names")
    for number, row in enumerate(rows):
        if isinstance(row, list) and names is not None and len(row) != len(names):
            raise InvalidValueError(f"row {number} has {len(row)} values, and there are {len(names)} columns")
    try:
        return pd.DataFrame(rows, columns=names, index=content.get("index"), dtype=dtype)
    except (ValueError, TypeError, AssertionError, OverflowError) as error:
        raise InvalidValueError(f"columns and data make no table: {error}") from error


def _records(content: Any, dtype: str | None) -> pd.DataFrame:
    import pandas as pd

    if not isinstance(content, list) or not all(isinstance(row, dict) for row in content):
        raise InvalidValueError(f"the records are a {_kind(content)}; send [{{name: value, ...}}, ...]")
    return pd.DataFrame(content, dtype=dtype)


def _table(content: Any, columns: list[Column]) -> pd.DataFrame:
    """Return `instances` or `inputs` as a table, for a model that takes one."""
    import pandas as pd

    if isinstance(content, list) and content and all(isinstance(row, dict) for row in content):
        return pd.DataFrame(content, dtype="object")
    names = [column.name for column in columns]
    named = names[0] is not None
    try:
        if isinstance(content, dict):
            whole = any(isinstance(value, list) for value in content.values())
            # A column whose values are lists themselves cannot be told from one of several rows.
            many = whole and all(column.is_scalar for column in columns)
            return pd.DataFrame(content if many else [content], dtype="object")
        if not isinstance(content, list):
            content = [content]
        frame = pd.DataFrame(content, dtype="object")
        if named and frame.shape[1] == len(names):
            frame.columns = pd.Index(names)
    except (ValueError, TypeError, OverflowError) as error:
        raise InvalidValueError(f"the input makes no table: {error}") from error
    if named and content and frame.shape[1] != len(names):
        raise InvalidValueError(
            f"the input has {frame.shape[1]} unnamed columns, and the model takes {len(names)}: "
            f"{', '.join(map(repr, names[:50]))}"
        )
    return frame


def _arrays(content: Any, tensors: list[Tensor]) -> Any:
    """Return `instances` or `inputs` as arrays, for a model that takes these or does not say."""
    known = {tensor.name: tensor for tensor in tensors}
    if isinstance(content, list) and content and all(isinstance(row, dict) for row in content):
        names = dict.fromkeys(name for row in content for name in row)
        missing = [name for name in names if any(name not in row for row in content)]
        if missing:
            raise InvalidValueError(f"some of the instances lack {', '.join(map(repr, missing))}")
        content = {name: [row[name] for row in content] for name in names}
    if isinstance(content, dict):
        return {name: cast_array(value, known.get(name), name) for name, value in content.items()}
    return cast_array(content, tensors[0] if len(tensors) == 1 else None, None)


def _kind(value: Any) -> str:
    kinds = {dict: "object", list: "list", str: "string", bool: "boolean", type(None): "null"}
    return kinds.get(type(value), "number")
