"""Predictions for a file, into a file: `nbtrack models predict`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError, NbtrackError, NotFoundError
from nbtrack.serving.answer import plain, predictions_body

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
        Paths; None for standard input and output. The form of the predictions goes by the name of the target: `.csv`,
        `.parquet`, and JSON as the server answers it for any other.
    kind
        `csv`, `json` or `parquet`; by default by the name of the source.

    Raises
    ------
    NotFoundError
        When there is no such file.
    InvalidValueError, SchemaError
        When it is none of these, or the model does not take it.
    """
    from nbtrack.serving.payload import body_of_json, data_of, table_of_file

    word = kind or _KINDS.get(Path(source or "").suffix.lower(), "csv")
    schema = model.signature.inputs if model.signature is not None else None
    try:
        body = sys.stdin.buffer.read() if source is None else Path(source).read_bytes()
    except OSError as error:
        raise NotFoundError(f"{source!r} cannot be read ({error.strerror})") from error
    if word == "json":
        asked = body_of_json("json", body)
        predictions = model.predict(data_of(asked, schema), asked.params)
    elif word in ("csv", "parquet"):
        predictions = model.predict(table_of_file(word, body, schema))
    else:
        raise InvalidValueError(f"{word!r} is no form of input; give csv, json or parquet")
    _write(predictions, target)


def _write(predictions: Any, target: str | None) -> None:
    form = _KINDS.get(Path(target or "").suffix.lower())
    if target is None:
        sys.stdout.buffer.write(predictions_body(predictions, bare=False) + b"\n")
        return
    if form in ("csv", "parquet"):
        frame = _table(predictions)
        if form == "csv":
            frame.to_csv(target, index=False)
        else:
            frame.to_parquet(target, index=False)
        return
    Path(target).write_bytes(predictions_body(predictions, bare=False) + b"\n")


def _table(predictions: Any) -> Any:
    """Return predictions as a table: one column `prediction`, or those that the model names."""
    import pandas as pd

    held = plain(predictions)
    if isinstance(held, list) and held and isinstance(held[0], dict):
        return pd.DataFrame(held)
    frame = pd.DataFrame(held)
    frame.columns = pd.Index(
        ["prediction"] if frame.shape[1] == 1 else [f"prediction_{n}" for n in range(frame.shape[1])]
    )
    return frame


def main(arguments: list[str]) -> int:
    """Predict as the one argument tells, in a model's own environment."""
    from nbtrack.models import load

    told = json.loads(arguments[0])
    try:
        predict_file(load(told["path"], trust=told["trust"]), told["source"], told["target"], told["kind"])
    except NbtrackError as error:
        sys.stderr.write(f"nbtrack: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
