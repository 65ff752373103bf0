"""A model's input example: in MLflow's files, for documents, forms and tests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["FILE", "read_example", "write_example"]

FILE = "input_example.json"
SERVING_FILE = "serving_input_example.json"


def write_example(folder: Path, example: Any) -> dict[str, Any]:
    """Write an input example, and return the entry in `MLmodel` that tells of it.

    Parameters
    ----------
    folder
        The model's folder.
    example
        A DataFrame, a Series, an array, a dict, a list, or one value.

    Raises
    ------
    InvalidValueError
        When JSON cannot hold it.
    """
    import numpy as np
    import pandas as pd

    if type(example).__module__.partition(".")[0] == "torch":
        example = example.detach().cpu().numpy()
    if hasattr(example, "tocsr"):
        example = example.toarray()
    if isinstance(example, pd.Series):
        example = example.to_frame()
    info: dict[str, Any] = {"artifact_path": FILE, "serving_input_path": SERVING_FILE}
    if isinstance(example, pd.DataFrame):
        split = json.loads(example.to_json(orient="split", date_format="iso", default_handler=str))
        split.pop("index")
        info |= {"type": "dataframe", "pandas_orient": "split"}
        held, serving = split, {"dataframe_split": split}
    elif isinstance(example, np.ndarray):
        info |= {"type": "ndarray", "format": "tf-serving"}
        held = serving = {"inputs": _plain(example)}
    else:
        info |= {"type": "json_object"}
        held, serving = _plain(example), {"inputs": _plain(example)}
    _write(folder / FILE, held)
    _write(folder / SERVING_FILE, serving)
    return info


def read_example(folder: Path, info: Mapping[str, Any] | None) -> Any:
    """Return a model's input example as it was given; None if there is none, or it cannot be read."""
    import numpy as np
    import pandas as pd

    if not info:
        return None
    try:
        held = json.loads((folder / str(info.get("artifact_path", FILE))).read_text(encoding="utf-8"))
        kind = info.get("type")
        if kind == "dataframe":
            return pd.DataFrame(held["data"], columns=held.get("columns"))
        if kind == "ndarray":
            return np.asarray(held["inputs"] if isinstance(held, dict) else held)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return held


def _write(file: Path, value: Any) -> None:
    try:
        file.write_text(json.dumps(value), encoding="utf-8")
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidValueError(f"the input example cannot be kept as JSON ({error})") from error


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, dict):
        return {str(name): _plain(part) for name, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value
