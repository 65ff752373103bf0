"""Parse request bodies into a model's input: MLflow's forms, those of MLflow 1.x, CSV and Parquet.

The forms are those of MLflow's scoring server (https://mlflow.org/docs/latest/deployment/deploy-model-locally).
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from nbtrack.errors import InvalidValueError
from nbtrack.models.inputs import of_table, of_values
from nbtrack.models.schema import Column
from nbtrack.serving.parquet import TooLargeError, table_of_parquet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbtrack.models import Signature

__all__ = ["FORMS", "ParsedBody", "data_of", "loads", "params_of", "parse_json", "table_of_file"]

FORMS = ("dataframe_split", "dataframe_records", "instances", "inputs")
_CHAT = ("messages", "prompt", "input")
"""With any of these keys the whole body is the input, as for language models."""
_BOM = b"\xef\xbb\xbf"
"""The byte order mark that some editors write before UTF-8 text."""


@dataclass(frozen=True, slots=True)
class ParsedBody:
    """A parsed body, before it is checked against the model's signature."""

    form: str
    """One of `FORMS`, or `body` if the whole body is the input."""
    content: Any
    params: Mapping[str, Any] | None = None
    bare: bool = False
    """Whether the answer is the bare predictions, as in MLflow 1.x."""


def loads(body: bytes) -> Any:
    """Parse a JSON body, which may contain NaN and Infinity, as Python writes them.

    Raises
    ------
    InvalidValueError
        When it is not JSON.
    """
    body = body.removeprefix(_BOM)
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        # Python's own parser accepts NaN, Infinity and integers of any length.
        try:
            return json.loads(body.decode())
        except UnicodeDecodeError as error:
            raise InvalidValueError(f"the body is not text in UTF-8 ({error})") from error
        except RecursionError:
            raise InvalidValueError("the body is nested too deeply") from None
        except ValueError as error:
            raise InvalidValueError(f"the body is not JSON: {error}") from error


def parse_json(body_type: str, body: bytes) -> ParsedBody:
    """Parse a JSON body into its form and content.

    Parameters
    ----------
    word
        `json`, or `split` and `records` for those of MLflow 1.x.

    Raises
    ------
    InvalidValueError
        When it has another form.
    """
    value = loads(body)
    if body_type != "json":
        return ParsedBody(f"dataframe_{body_type}", value, None, bare=True)
    if not isinstance(value, dict):
        raise InvalidValueError(
            f"the body is a {_kind(value)}; send an object with one of {', '.join(FORMS)}"
        )
    forms = [form for form in FORMS if form in value]
    params = value.get("params")
    if not isinstance(params, dict | None):
        raise InvalidValueError(f"params is a {_kind(params)}; send an object of names and values")
    if not forms and "columns" in value and "data" in value:
        return ParsedBody("dataframe_split", value, params, bare=True)
    if not forms and any(key in value for key in _CHAT):
        return ParsedBody("body", value, None, bare=True)
    if len(forms) != 1:
        shown = ", ".join(map(repr, forms or list(value)[:20])) or "nothing"
        raise InvalidValueError(f"the body has {shown}; send exactly one of {', '.join(FORMS)}")
    return ParsedBody(forms[0], value[forms[0]], params)


def params_of(parsed: ParsedBody, signature: Signature | None) -> Mapping[str, Any] | None:
    """Return the parameters of a request; if the whole body is the input, they are the keys in the model's signature."""
    if parsed.form != "body":
        return parsed.params
    known = {param.name for param in (signature.params if signature is not None else None) or ()}
    return {name: value for name, value in parsed.content.items() if name in known} or None


def data_of(parsed: ParsedBody, signature: Signature | None) -> Any:
    """Return the input of a request in the form that the model takes.

    Raises
    ------
    InvalidValueError, SchemaError
        When it does not fit the model's signature.
    """
    if parsed.form == "body":
        params = params_of(parsed, signature) or {}
        body = {name: value for name, value in parsed.content.items() if name not in params}
        return body if signature is None or signature.inputs is None else of_values(body, signature)
    if parsed.form == "dataframe_split":
        return _split(parsed.content, signature)
    if parsed.form == "dataframe_records":
        return _records(parsed.content, signature)
    return of_values(parsed.content, signature)


def table_of_file(body_type: str, body: bytes, signature: Signature | None, limit: int | None = None) -> Any:
    """Return the table in a CSV or Parquet body in the form that the model takes.

    Raises
    ------
    InvalidValueError, SchemaError
        When it cannot be read, or does not fit the model's signature.
    TooLargeError
        When Parquet would unpack to more than `limit` bytes.
    """
    import pandas as pd

    inputs: Any = signature.inputs if signature is not None else None
    columns = [part for part in inputs or () if isinstance(part, Column)]
    try:
        if body_type == "parquet":
            frame = table_of_parquet(body, limit)
        else:
            # Text that looks like a number stays text if the model takes text.
            texts: Any = {c.name: str for c in columns if c.type == "string" and c.name is not None}
            frame = pd.read_csv(io.BytesIO(body), dtype=texts)
    except ImportError as error:
        raise InvalidValueError(f"Parquet cannot be read here: {error}") from error
    except TooLargeError:
        raise
    except (ValueError, TypeError, OSError, OverflowError) as error:
        raise InvalidValueError(f"the body is not {body_type.upper()}: {error}") from error
    if not inputs:
        return frame
    # Lists in Arrow columns are read as arrays.
    cells = [
        [
            value.tolist() if hasattr(value, "ndim") and value.ndim else value
            for value in frame.iloc[:, k].astype("object")
        ]
        for k in range(frame.shape[1])
    ]
    return of_table(list(frame.columns), list(zip(*cells, strict=True)), signature)


def _split(content: Any, signature: Signature | None) -> Any:
    if not isinstance(content, dict) or not isinstance(content.get("data"), list):
        raise InvalidValueError(
            f"the table is a {_kind(content)}; send {{'columns': [...], 'data': [[...], ...]}}"
        )
    names, rows = content.get("columns"), content["data"]
    if names is not None and not isinstance(names, list):
        raise InvalidValueError(f"columns is a {_kind(names)}; send a list of names")
    # A table of one column may have bare values as rows.
    rows = [row if isinstance(row, list) else [row] for row in rows]
    for number, row in enumerate(rows):
        if names is not None and len(row) != len(names):
            raise InvalidValueError(f"row {number} has {len(row)} values, and there are {len(names)} columns")
    index = content.get("index")
    if index is not None and (not isinstance(index, list) or len(index) != len(rows)):
        raise InvalidValueError("columns and data make no table: the index has another number of rows")
    return of_table(names, rows, signature, index)


def _records(content: Any, signature: Signature | None) -> Any:
    if not isinstance(content, list) or not all(isinstance(row, dict) for row in content):
        raise InvalidValueError(f"the records are a {_kind(content)}; send [{{name: value, ...}}, ...]")
    if signature is not None and signature.form is not None and signature.form.kind == "records":
        return of_values(content, signature)
    names = list(dict.fromkeys(name for row in content for name in row))
    return of_table(names, [[row.get(name) for name in names] for row in content], signature)


def _kind(value: Any) -> str:
    kinds = {dict: "object", list: "list", str: "string", bool: "boolean", type(None): "null"}
    return kinds.get(type(value), "number")
