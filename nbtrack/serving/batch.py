"""Predict for a file and write a file: `nbtrack models predict`."""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError, ModelError, NbtrackError, NbtrackWarning, NotFoundError
from nbtrack.models.predictions import prediction_table
from nbtrack.serving.responses import predictions_body

if TYPE_CHECKING:
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
        Paths; None or `-` for standard input and output. The suffix of the target sets the format of the predictions:
        `.csv`, `.parquet`, else JSON as in the server's answers.
    kind
        `csv`, `json` or `parquet`; by default from the suffix of the source.

    Raises
    ------
    NotFoundError
        When there is no such file.
    InvalidValueError, SchemaError
        When it has another format, or does not fit the model's signature.
    ModelError
        When the model fails.
    """
    with warnings.catch_warnings(record=True) as caught:
        predictions = _predicted(model, None if source == "-" else source, kind)
    for warning in caught:
        # Our own warnings are about the file, so the line of code is left out.
        ours = issubclass(warning.category, NbtrackWarning)
        text = f"nbtrack: {warning.message}" if ours else f"{warning.category.__name__}: {warning.message}"
        sys.stderr.write(f"{text}\n")
    _write(predictions, None if target == "-" else target)


def _predicted(model: LoadedModel, source: str | None, kind: str | None) -> Any:
    from nbtrack.serving.payload import data_of, params_of, parse_json, table_of_file

    body_type = kind or _KINDS.get(Path(source or "").suffix.lower(), "csv")
    try:
        body = sys.stdin.buffer.read() if source is None else Path(source).read_bytes()
    except OSError as error:
        raise NotFoundError(f"{source!r} cannot be read ({error.strerror})") from error
    data, params = None, None
    if body_type == "json":
        parsed = parse_json("json", body)
        data, params = data_of(parsed, model.signature), params_of(parsed, model.signature)
    elif body_type in ("csv", "parquet"):
        data = table_of_file(body_type, body, model.signature)
    else:
        raise InvalidValueError(f"{body_type!r} is not an input format; give csv, json or parquet")
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
            prediction_table(predictions).to_csv(target, index=False)
        elif form == "parquet":
            prediction_table(predictions).to_parquet(target, index=False)
        else:
            Path(target).write_bytes(_body(predictions))
    except OSError as error:
        raise InvalidValueError(f"{target!r} cannot be written ({error.strerror or error})") from error


def _body(predictions: Any) -> bytes:
    try:
        return predictions_body(predictions, bare=False) + b"\n"
    except (TypeError, ValueError, RecursionError) as error:
        raise ModelError(f"the model's prediction cannot be written as JSON: {error}") from error


def main(arguments: list[str]) -> int:
    """Predict in the model's own environment; the one argument has the options."""
    from nbtrack.models import load

    options = json.loads(arguments[0])
    try:
        predict_file(
            load(options["path"], trust=options["trust"]),
            options["source"],
            options["target"],
            options["kind"],
        )
    except (NbtrackError, ImportError) as error:
        sys.stderr.write(f"nbtrack: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
