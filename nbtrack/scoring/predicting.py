"""`nbtrack.predict`: a model's predictions for tables and files of any size."""

from __future__ import annotations

import os
import warnings
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError, NbtrackWarning
from nbtrack.models.input_form import library_of
from nbtrack.scoring import files
from nbtrack.scoring.gathered import gathered
from nbtrack.scoring.job import Scored, Skipped, steps
from nbtrack.scoring.journal import Progress
from nbtrack.scoring.progress import ProgressLine
from nbtrack.scoring.sources import file_source, files_of, is_paths, source_of
from nbtrack.scoring.tracked import options_of, tracked
from nbtrack.scoring.worker import ModelJob
from nbtrack.tracking.model_trust import trusted_model

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import pandas as pd

    from nbtrack.entities import Run
    from nbtrack.scoring.job import Tell
    from nbtrack.scoring.sources import Source

__all__ = ["job_of", "predict"]


def predict(
    model_uri: str | os.PathLike[str] | Run,
    data: Any,
    *,
    output: str | os.PathLike[str] | None = None,
    keep: str | Iterable[str] = (),
    batch_rows: int | None = None,
    params: Mapping[str, Any] | None = None,
    on_error: str = "raise",
    workers: int = 1,
    resume: bool = False,
    track: bool = False,
    trust: bool | Iterable[str] = False,
    progress: bool | Tell | None = None,
) -> Any:
    """Predict for tables and files of any size, in batches; each is checked against the model's signature.

    Parameters
    ----------
    model_uri
        A run, or the address of a model; see `load_model`.
    data
        A table of pandas, Polars (also a LazyFrame), Arrow (also a reader or data set) or DuckDB; a Dask DataFrame; or
        paths of CSV and Parquet files, of folders, or patterns such as `part-*.parquet`. Files are read in batches, so
        they may be larger than memory.
    output
        A CSV or Parquet file, or for files a folder with one for each of them; of Dask a folder, with a Parquet file for
        each partition, on a disk that its workers share. It takes its name when it is whole.
    keep
        Columns that stand beside the predictions, such as keys.
    batch_rows
        How many rows are predicted for at a time; by default about 4 MB of a file, and the whole of a table in memory.
    params
        Parameters of the prediction.
    on_error
        `raise`, or `skip` to leave out rows that cannot be predicted for and files that cannot be read;
        `<output>.skipped.csv` lists them. Of Dask without output its workers' logs do.
    workers
        How many processes hold the model.
    resume
        Whether an interrupted job of this output goes on where it ended; it must have the same model, input and options.
    track
        Whether the job is a run, with its rows, seconds, rows a second and failures.
    trust
        See `load_model`.
    progress
        Whether a line with rows a second is shown; by default on a terminal. Or a function of progress and total.

    Returns
    -------
    Any
        With `output` a `Scored`: rows, seconds, what was skipped. Without it the predictions: of pandas a Series or
        DataFrame with the caller's index, of Polars a DataFrame, of Arrow and DuckDB an Arrow table, of files a
        DataFrame; of Dask a DataFrame that is not computed yet.

    Raises
    ------
    SchemaError, ModelError, InvalidValueError
        With file and row, the first being row 1, when a row cannot be predicted for.
    NotFoundError
        When there is no such model or file.
    StoreError
        When the output cannot be written.
    TrustError
        See `load_model`.

    Examples
    --------
    >>> nbtrack.predict("runs:/ridge/model", X).round(1).tolist()
    [4.1, 5.0, 6.0, 6.9]
    >>> X.to_csv("new.csv", index=False)
    >>> nbtrack.predict("runs:/ridge/model", "new.csv", output="scored.csv").rows
    4
    """
    if on_error not in ("raise", "skip"):
        raise InvalidValueError(f"on_error is {on_error!r}; give 'raise' or 'skip'")
    if workers < 1 or (batch_rows is not None and batch_rows < 1):
        raise InvalidValueError(f"workers is {workers} and batch_rows is {batch_rows}; give at least 1")
    names = (keep,) if isinstance(keep, str) else tuple(dict.fromkeys(keep))
    folder, job = job_of(model_uri, trust, names, params, skip=on_error == "skip")
    if resume and output is None:
        raise InvalidValueError("resume goes on with an output; give one")
    if library_of(data) == "dask":
        data = data.to_frame() if data.ndim == 1 else data
        _check_dask(workers, resume=resume, track=track and output is None)
        options = options_of(job, batch_rows)
        with tracked(model_uri, folder, data, output, options, track=track) as job_run:
            result = _of_dask(job, data, output, batch_rows)
            if isinstance(result, Scored):
                job_run.log(result)
            return result
    line = ProgressLine(shown=progress if isinstance(progress, bool) else None)
    shown: Tell = line if progress is None or isinstance(progress, bool) else progress
    options = options_of(job, batch_rows, workers, resume=resume)
    with tracked(model_uri, folder, data, output, options, track=track) as job_run:
        tell = job_run.following(shown)
        try:
            if output is not None:
                request = _request(job, folder, data, output, batch_rows, workers, resume)
                source = None if is_paths(data) else source_of(data)[0]
                scored = files.run(request, source, tell)
                job_run.log(scored)
                return scored
            result, scored = _in_memory(job, data, batch_rows, workers, tell)
            job_run.log(scored)
            return result
        finally:
            line.end()


def job_of(
    model_uri: Any,
    trust: Any,
    keep: tuple[str, ...],
    params: Mapping[str, Any] | None,
    *,
    skip: bool,
    model_config: Mapping[str, Any] | None = None,
) -> tuple[Path, ModelJob]:
    """Return the folder of a model, and what a process needs to know to predict with it.

    Raises
    ------
    NotFoundError, ModelError, TrustError
        When there is none, or it was changed since it was written.
    """
    folder, trusted = trusted_model(model_uri, trust)
    how = trusted if isinstance(trusted, bool) else tuple(trusted)
    given = dict(params) if params else None
    config = dict(model_config) if model_config else None
    return folder, ModelJob(str(folder.resolve()), how, keep, given, skip, config)


def _request(  # noqa: PLR0917
    job: ModelJob, folder: Path, data: Any, output: Any, batch_rows: int | None, workers: int, resume: bool
) -> files.Request:
    from nbtrack.models import digest

    paths = (data if isinstance(data, list | tuple) else [data]) if is_paths(data) else []
    inputs = tuple(map(os.fspath, paths))
    return files.Request(job, digest(folder), inputs, os.fspath(output), batch_rows, workers, resume)


def _check_dask(workers: int, *, resume: bool, track: bool) -> None:
    if workers > 1 or resume or track:
        raise InvalidValueError(
            "Dask has workers of its own, its jobs are not resumed, and lazy predictions are no job to track: give "
            "neither workers nor resume, and track only with output (a folder)"
        )


def _of_dask(job: ModelJob, data: Any, output: Any, batch_rows: int | None) -> Any:
    if output is None:
        from nbtrack.scoring.dask_frame import predict_partitions

        return predict_partitions(job, data, batch_rows)
    from nbtrack.scoring.dask_output import write_partitions

    return write_partitions(job, data, output, batch_rows)


def _in_memory(
    job: ModelJob, data: Any, batch_rows: int | None, workers: int, tell: Tell
) -> tuple[Any, Scored]:
    """Return the predictions in the kind of the data, and what the job came to."""
    sources: list[Source]
    if is_paths(data):
        sources, kind = [file_source(*one) for one in files_of(data)], "files"
    else:
        source, kind = source_of(data)
        sources = [source]
        if kind == "pandas" and batch_rows is None and workers == 1:
            batch_rows = max(source.total or 1, 1)
    progress = Progress()
    tables: list[pd.DataFrame] = []
    skipped: list[Skipped] = []
    scorer = job.scorer()
    for step in steps(sources, scorer, job, progress, rows=batch_rows, workers=workers):
        skipped += step.skipped
        if step.table is not None:
            tables.append(step.table)
        tell(progress, sources[0].total if len(sources) == 1 else None)
    if skipped:
        _warn(skipped, progress)

    def no_rows() -> pd.DataFrame:
        return scorer.no_rows(data[list(job.keep)] if kind == "pandas" and job.keep else None)

    return gathered(tables, kind, job.keep, no_rows), Scored(
        None, progress.written, progress.seconds, progress.skipped
    )


def _warn(skipped: list[Skipped], progress: Progress) -> None:
    first = skipped[0]
    warnings.warn(
        f"{progress.skipped:,} rows or files were left out, the first: {first.file}, row {first.row}: {first.reason}",
        NbtrackWarning,
        stacklevel=4,
    )
