"""Artifacts of the current run: MLflow's `log_artifact`, `log_text`, `log_figure` ..."""

from __future__ import annotations

import importlib
import json
import os
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbtrack.entities.artifact_names import name_parts, not_portable
from nbtrack.entities.artifacts import artifact_target, copy_file, written_whole
from nbtrack.errors import InvalidValueError, MissingPackageError, NbtrackWarning, NotFoundError
from nbtrack.store import is_store
from nbtrack.tracking.current import require_run
from nbtrack.tracking.lifecycle import get_run
from nbtrack.tracking.picture import as_picture
from nbtrack.values import as_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

__all__ = [
    "get_artifact_uri",
    "load_table",
    "log_artifact",
    "log_artifacts",
    "log_dict",
    "log_figure",
    "log_image",
    "log_table",
    "log_text",
    "warn_if_not_portable",
]

_MAX_MASKED_CHARACTERS = 100_000
"""The longest text, in characters, that is fully scanned for secrets."""

PathLike = str | os.PathLike[str]
_SETTLE_TIMEOUT = 2.0
_warned: list[str] = []
"""The warning about a name that is not portable, once it was shown."""


def log_artifact(local_path: PathLike, artifact_path: str | None = None, run_id: str | None = None) -> None:
    """Copy a file, or a folder with its contents, to the artifacts of the current run.

    Parameters
    ----------
    local_path
        The file or folder.
    artifact_path
        The folder among the run's artifacts to put it in.
    run_id
        Another run to store it with.

    Raises
    ------
    NotFoundError
        When there is no such file.
    InvalidValueError
        When `artifact_path` leads out of the run's folder.

    Examples
    --------
    >>> nbtrack.log_artifact("report.md", "reports")
    >>> nbtrack.active_run().artifacts
    <Artifacts reports/report.md>
    """
    source = Path(local_path)
    if source.is_dir():
        _copy_folder(source, _join(artifact_path, source.resolve().name), run_id)
    elif source.is_file():
        copy_file(source, _target(_join(artifact_path, source.name), run_id))
    else:
        raise NotFoundError(
            f"there is no file {str(local_path)!r} to keep; it was looked for in {Path.cwd()}"
        )


def log_artifacts(local_dir: PathLike, artifact_path: str | None = None, run_id: str | None = None) -> None:
    """Copy the contents of a folder to the artifacts of the current run.

    Raises
    ------
    NotFoundError
        When there is no such folder.
    InvalidValueError
        When `artifact_path` leads out of the run's folder.

    Examples
    --------
    >>> nbtrack.log_artifacts("plots")
    >>> nbtrack.active_run().artifacts
    <Artifacts loss.svg, rmse.svg>
    """
    source = Path(local_dir)
    if not source.is_dir():
        raise NotFoundError(
            f"there is no folder {str(local_dir)!r} to keep; it was looked for in {Path.cwd()}"
        )
    _copy_folder(source, artifact_path, run_id)


def log_text(text: str, artifact_file: str, run_id: str | None = None) -> None:
    """Store text as a UTF-8 file of the current run, with its secrets masked.

    A file that `log_artifact` copies is stored unchanged.

    Raises
    ------
    InvalidValueError
        When `text` is not a string, or `artifact_file` leads out of the run's folder.

    Examples
    --------
    >>> nbtrack.log_text("all is well", "report.txt")
    >>> nbtrack.active_run().artifacts["report.txt"].read_text()
    'all is well'
    """
    if not isinstance(text, str):
        raise InvalidValueError(f"text is a {type(text).__name__}; give a string")
    with written_whole(_target(artifact_file, run_id)) as part:
        part.write_text(_masked(text), encoding="utf-8", newline="")


def log_dict(
    dictionary: Mapping[str, Any] | list[Any], artifact_file: str, run_id: str | None = None
) -> None:
    """Store a dict or list as a JSON file of the current run, or as YAML if the name ends in `.yaml` or `.yml`.

    Values that JSON does not have, such as dates and NumPy's numbers, are written as text; secrets are masked.

    Examples
    --------
    >>> nbtrack.log_dict({"classes": ["red", "white"]}, "classes.json")
    """
    from nbtrack.capture.secrets import SEEN

    target = _target(artifact_file, run_id)
    if target.suffix.lower() in (".yaml", ".yml"):
        try:
            yaml = importlib.import_module("yaml")
        except ImportError as error:
            raise MissingPackageError(
                "YAML needs PyYAML: python -m pip install pyyaml, or name the file .json"
            ) from error
        text = yaml.safe_dump(
            SEEN.document(json.loads(_json(dictionary))), sort_keys=False, allow_unicode=True
        )
    else:
        text = _json(SEEN.document(json.loads(_json(dictionary))))
    with written_whole(target) as part:
        part.write_text(text, encoding="utf-8", newline="")


def log_figure(figure: Any, artifact_file: str, *, save_kwargs: Mapping[str, Any] | None = None) -> None:
    """Store a Matplotlib or Plotly figure as a file of the current run, in the format of the name's suffix.

    Parameters
    ----------
    figure
        An object with `savefig` (Matplotlib), or with `write_html` and `write_image` (Plotly).
    artifact_file
        The file's name, e.g. `plots/loss.png`.
    save_kwargs
        Further arguments of the figure's own method.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> figure, axes = plt.subplots()
    >>> nbtrack.log_figure(figure, "plots/loss.png")
    """
    target = _target(artifact_file, None)
    options = dict(save_kwargs or {})
    with written_whole(target) as part:
        if hasattr(figure, "savefig"):
            figure.savefig(part, **options)
        elif hasattr(figure, "write_html") and target.suffix.lower() in (".html", ".htm"):
            figure.write_html(part, **options)
        elif hasattr(figure, "write_image"):
            figure.write_image(part, **options)
        else:
            raise InvalidValueError(f"a {type(figure).__name__} is not a Matplotlib or Plotly figure")


def log_image(  # noqa: PLR0917 (MLflow's order)
    image: Any,
    artifact_file: str | None = None,
    key: str | None = None,
    step: int | None = None,
    timestamp: int | None = None,
    synchronous: bool | None = False,  # noqa: ARG001 (MLflow's)
) -> None:
    """Store an image as a file of the current run; needs Pillow for arrays.

    Parameters
    ----------
    image
        A Pillow image, or an array of height x width or height x width x 1, 3 or 4 channels; integers
        from 0 to 255, bools, or floats from 0 to 1.
    artifact_file
        The file's name, e.g. `samples/0.png`.
    key, step, timestamp
        In place of `artifact_file`: the name of a series of images, the iteration, milliseconds since
        the epoch. The file is `images/KEY%step%STEP%timestamp%TIME.png`, much as in MLflow.

    Raises
    ------
    InvalidValueError
        When it is not an image, or when neither or both names are given.

    Examples
    --------
    >>> import numpy as np
    >>> nbtrack.log_image(np.zeros((28, 28)), "samples/0.png")
    """
    if (artifact_file is None) == (key is None):
        raise InvalidValueError("give log_image an artifact_file or a key, one of them")
    if artifact_file is None:
        moment = round(time.time() * 1000) if timestamp is None else timestamp
        artifact_file = f"images/{str(key).replace('/', '#')}%step%{step or 0}%timestamp%{moment}.png"
    target = _target(artifact_file, None)
    if not hasattr(image, "save"):
        image = as_picture(image)
    with written_whole(target) as part:
        image.save(part)


def log_table(data: Mapping[str, Any] | pd.DataFrame, artifact_file: str, run_id: str | None = None) -> None:
    """Store a table as a JSON file of the current run; rows are added to an existing table.

    Known secrets are masked in its texts.

    Parameters
    ----------
    data
        A DataFrame, or a dict of column names to lists or single values.
    artifact_file
        The file's name, ending in `.json`; its form is pandas' `split`, as in MLflow.
    run_id
        Another run to store it with.

    Examples
    --------
    >>> nbtrack.log_table({"wine": ["red", "white"], "quality": [5, 6]}, "wines.json")
    """
    import pandas as pd

    if not artifact_file.endswith(".json"):
        raise InvalidValueError(f"table {artifact_file!r} is kept as JSON; end its name in .json")
    if isinstance(data, pd.DataFrame):
        table = data
    else:
        single = all(
            not isinstance(value, list | tuple) and not hasattr(value, "shape") for value in data.values()
        )
        table = pd.DataFrame([dict(data)] if single else dict(data))
    from nbtrack.capture.secrets import SEEN

    if SEEN:
        table = table.map(lambda cell: SEEN.hidden(cell) if isinstance(cell, str) else cell)
    target = _target(artifact_file, run_id)
    if target.is_file():
        table = pd.concat([pd.read_json(target, orient="split"), table], ignore_index=True)
    with written_whole(target) as part:
        table.to_json(part, orient="split", index=False, date_format="iso")


def load_table(
    artifact_file: str, run_ids: list[str] | None = None, extra_columns: list[str] | None = None
) -> pd.DataFrame:
    """Return the table that `log_table` stored with runs; the rows of several runs are concatenated.

    Parameters
    ----------
    artifact_file
        The name it was stored under.
    run_ids
        The runs; by default all of the experiment in use that have it.
    extra_columns
        Columns of `search_runs` to add, e.g. `run_id`.

    Raises
    ------
    NotFoundError
        When no run has it.

    Examples
    --------
    >>> nbtrack.log_table({"wine": ["red", "white"], "quality": [5, 6]}, "wines.json")
    >>> nbtrack.load_table("wines.json")["quality"].tolist()
    [5, 6]
    """
    import pandas as pd

    from nbtrack.tracking.search import search_runs

    tables = []
    if run_ids is None:
        run_ids = [run.id for run in search_runs(output_format="list")]
    for run in map(get_run, run_ids):
        path = artifact_target(run.artifacts.folder, artifact_file)
        if path.is_file():
            table = pd.read_json(path, orient="split")
            for name in extra_columns or ():
                table[name] = run.id if name == "run_id" else getattr(run.info, name, None)
            tables.append(table)
    if not tables:
        raise NotFoundError(f"none of these runs has a table {artifact_file!r}")
    return pd.concat(tables, ignore_index=True)


def get_artifact_uri(artifact_path: str | None = None) -> str:
    """Return the address of the current run's artifacts, or of one of them, as `file:` URI.

    Examples
    --------
    >>> nbtrack.get_artifact_uri("plots/loss.png")
    'file:///.../plots/loss.png'
    """
    run = require_run()
    folder = run.store.artifact_folder(run.id).absolute()
    return (folder if artifact_path is None else artifact_target(folder, artifact_path)).as_uri()


def _target(name: Any, run_id: str | None) -> Path:
    """Return the path for a run's artifact of this name."""
    run = require_run() if run_id is None else get_run(run_id)
    # If this process is killed, no files must be left of a run that the store never had.
    run.store.settle(_SETTLE_TIMEOUT)
    target = artifact_target(run.store.artifact_folder(run.id), name)
    warn_if_not_portable(name)
    return target


def warn_if_not_portable(name: Any) -> None:
    """Warn about the first name in this process that is not valid on another system."""
    fault = "" if _warned else not_portable(name_parts(name))
    if fault:
        _warned.append(fault)
        warnings.warn(
            f"artifact {str(name)!r} is kept, and cannot be where the store is copied to another system: {fault}",
            NbtrackWarning,
            stacklevel=4,
        )


def _join(folder: Any, name: str) -> str:
    if not folder:
        return name
    return (
        f"{as_name(os.fspath(folder) if isinstance(folder, os.PathLike) else folder, 'artifact name')}/{name}"
    )


def _copy_folder(source: Path, artifact_path: str | None, run_id: str | None) -> None:
    # Listed before anything is copied, because the target may be inside the folder.
    for file, name in list(_files(source)):
        copy_file(file, _target(_join(artifact_path, name), run_id))


def _files(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield the files of a folder with their names in it.

    Links to folders are not followed, because they may form a loop; stores are left out, or a run would contain itself.
    """
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not is_store(Path(parent, name)))
        for name in sorted(names):
            file = Path(parent, name)
            if file.is_file():
                yield file, file.relative_to(folder).as_posix()


def _masked(text: str) -> str:
    from nbtrack.capture.secrets import SEEN

    # In a large file only known secrets are masked: the other text is data.
    return SEEN.text(text, lines=True) if len(text) <= _MAX_MASKED_CHARACTERS else SEEN.hidden(text)


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    """Convert a value that JSON does not have to one that it has."""
    if hasattr(value, "tolist"):
        return value.tolist()
    return list(value) if isinstance(value, set | frozenset) else str(value)
