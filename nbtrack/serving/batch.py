"""Predictions for a file, into a file: `nbtrack models predict`."""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError, ModelError, NbtrackError, NbtrackWarning, NotFoundError
from nbtrack.serving.answer import plain, predictions_body

if TYPE_CHECKING:
    import pandas as pd

    from nbtrack.models import LoadedModel

__all__ = ["predict_file"]

_KINDS = {".csv": "csv", ".json": "json", ".parquet": "parquet"}


def predict_file(model: LoadedModel, source: str | None, target: str | None, kind: str | None = None) -> None:
    """Predict for the rows of a file, and write the predictions.

    Parameters
    ----------
    model
        The model.
    source, target
        Paths; None or `-` for standard input and output. The form of the predictions goes by the name of the target:
        `.csv`, `.parquet`, and JSON as the server answers it for any other.
    kind
        `csv`, `json` or `parquet`; by default by the name of the source.

    Raises
    ------
    NotFoundError
        When there is no such file.
    InvalidValueError, SchemaError
        When it is none of these, or the model does not take it.
    ModelError
        When the model fails.
    """
    with warnings.catch_warnings(record=True) as caught:
        predictions = _predicted(model, None if source == "-" else source, kind)
    for warning in caught:
        # Ours tell of the file, and not of a line of code.
        ours = issubclass(warning.category, NbtrackWarning)
        text = f"nbtrack: {warning.message}" if ours else f"{warning.category.__name__}: {warning.message}"
        sys.stderr.write(f"{text}\n")
    _write(predictions, None if target == "-" else target)


def _predicted(model: LoadedModel, source: str | None, kind: str | None) -> Any:
    from nbtrack.serving.payload import body_of_json, data_of, params_of, table_of_file

    word = kind or _KINDS.get(Path(source or "").suffix.lower(), "csv")
    try:
        body = sys.stdin.buffer.read() if source is None else Path(source).read_bytes()
    except OSError as error:
        raise NotFoundError(f"{source!r} cannot be read ({error.strerror})") from error
    data, params = None, None
    if word == "json":
        asked = body_of_json("json", body)
        data, params = data_of(asked, model.signature), params_of(asked, model.signature)
    elif word in ("csv", "parquet"):
        data = table_of_file(word, body, model.signature)
    else:
        raise InvalidValueError(f"{word!r} is no form of input; give csv, json or parquet")
    try:
        return model.predict(data, params)
    except NbtrackError:
        raise
    except Exception as error:
        raise ModelError(f"the model raised {type(error).__name__}: {error}") from error


def _write(predictions: Any, target: str | None) -> None:
    form = _KINDS.get(Path(target or "").suffix.lower())
    if target is None:
        sys.stdout.buffer.write(_body(predictions))
        sys.stdout.buffer.flush()
        return
    try:
        if form == "csv":
            _table(predictions).to_csv(target, index=False)
        elif form == "parquet":
            _table(predictions).to_parquet(target, index=False)
        else:
            Path(target).write_bytes(_body(predictions))
    except OSError as error:
        raise InvalidValueError(f"{target!r} cannot be written ({error.strerror or error})") from error


def _body(predictions: Any) -> bytes:
    try:
        return predictions_body(predictions, bare=False) + b"\n"
    except (TypeError, ValueError, RecursionError) as error:
        raise ModelError(f"the model's prediction cannot be written as JSON: {error}") from error


def _table(predictions: Any) -> pd.DataFrame:
    """Return predictions as a table: one column `prediction`, or those that the model names."""
    import pandas as pd

    if isinstance(predictions, pd.Series):
        predictions = predictions.to_frame()
    if isinstance(predictions, pd.DataFrame):
        held, named = predictions, not isinstance(predictions.columns, pd.RangeIndex)
    else:
        values = plain(predictions)
        named = isinstance(values, dict) or (
            isinstance(values, list) and bool(values) and isinstance(values[0], dict)
        )
        if isinstance(values, dict):
            values = values if all(isinstance(one, list) for one in values.values()) else [values]
        held = pd.DataFrame(values if isinstance(values, list | dict) else [values])
    count = held.shape[1]
    unnamed = [f"prediction_{number}" for number in range(count)] if count > 1 else ["prediction"]
    names = list(map(str, held.columns)) if named else unnamed
    return held.set_axis(names, axis=1) if count else pd.DataFrame(columns=names)


def main(arguments: list[str]) -> int:
    """Predict as the one argument tells, in a model's own environment."""
    from nbtrack.models import load

    told = json.loads(arguments[0])
    try:
        predict_file(load(told["path"], trust=told["trust"]), told["source"], told["target"], told["kind"])
    except (NbtrackError, ImportError) as error:
        sys.stderr.write(f"nbtrack: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
