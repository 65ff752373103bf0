"""Jobs that write files: a file for all sources, or a folder with one for each; interrupted ones can go on."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError, NbtrackError, StoreError
from nbtrack.scoring.claim import claimed
from nbtrack.scoring.job import Scored, steps
from nbtrack.scoring.journal import Journal, Progress
from nbtrack.scoring.sources import CsvFile, file_source, files_of, is_standard_input
from nbtrack.scoring.targets import CsvTarget, Target, part_of, target_of

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    import pandas as pd

    from nbtrack.scoring.job import Step, Tell
    from nbtrack.scoring.scorer import Scorer
    from nbtrack.scoring.sources import Source
    from nbtrack.scoring.worker import ModelJob

__all__ = ["Request", "check_output", "run"]

_KEEP_SECONDS = 1.0
"""Seconds after which what is written is made to last."""
_FILES = (".csv", ".parquet")


@dataclass(frozen=True)
class Request:
    """A job that writes files."""

    job: ModelJob
    digest: str
    """The content of the model, so that another one does not go on with the job."""
    inputs: tuple[str, ...]
    output: str
    batch_rows: int | None = None
    workers: int = 1
    resume: bool = False


def check_output(output: str | os.PathLike[str]) -> Path:
    """Return the path of an output.

    Raises
    ------
    InvalidValueError
        When it is named as neither CSV nor Parquet, nor a folder.
    """
    path = Path(output).expanduser()
    if path.suffix.lower() not in ("", *_FILES) and not path.is_dir():
        raise InvalidValueError(
            f"{str(output)!r} is named as neither CSV nor Parquet; name it .csv or .parquet, or give a folder"
        )
    return path


def run(request: Request, source: Source | None, tell: Tell) -> Scored:
    """Predict for all rows of the inputs, or of a source in memory, and write the predictions.

    Raises
    ------
    SchemaError, ModelError, InvalidValueError, NotFoundError
        For what cannot be read or predicted for; see `nbtrack.predict`.
    StoreError
        When the output cannot be written.
    """
    output = check_output(request.output)
    named = files_of(list(request.inputs)) if source is None else []
    sources = [file_source(*one) for one in named] if source is None else [source]
    is_once = source is not None or any(map(is_standard_input, request.inputs))
    if is_once and (not output.suffix or output.is_dir()):
        raise InvalidValueError(
            f"{request.output!r} is a folder, which is for files; name a .csv or .parquet file"
        )
    are_csv = [isinstance(one, CsvFile) for one in sources]
    outputs = _Outputs(output, [name for name, _ in named], request.job.keep, are_csv, is_once=is_once)
    _check_apart([path for _, path in named], [outputs.path(k) for k in range(len(named))] or [output])
    if request.resume and is_once:
        raise InvalidValueError("only a job whose input are files can be resumed")
    journal = Journal(output.with_name(f"{output.name}.part.json"), _identity(request, named))
    if outputs.is_folder:
        output.parent.mkdir(parents=True, exist_ok=True)
    with claimed(output):
        if not request.resume:
            journal.remove()  # of a job that was given up: this one writes over what it speaks of
        progress = journal.resumed() if request.resume else Progress()
        return _written(request, sources, outputs, journal, progress, tell)


def _written(  # noqa: PLR0917
    request: Request,
    sources: list[Source],
    outputs: _Outputs,
    journal: Journal,
    progress: Progress,
    tell: Tell,
) -> Scored:
    """Predict for all rows that are not done yet."""
    scorer = request.job.scorer()
    writing = _Writing(outputs, journal, progress, scorer, resumable=not outputs.is_once)
    output = outputs.output
    try:
        with contextlib.closing(
            steps(sources, scorer, request.job, progress, rows=request.batch_rows, workers=request.workers)
        ) as answers:  # type: ignore[type-var]
            for step in answers:
                writing.take(step)
                tell(progress, _total(sources))
        writing.finish()
    except OSError as error:
        writing.leave()
        raise _unwritten(error, output, progress) from error
    except BaseException:
        writing.leave()
        raise
    listed = str(writing.skips_path) if progress.skipped else None
    return Scored(str(output), progress.written, progress.seconds, progress.skipped, listed)


def _unwritten(error: OSError, output: Path, progress: Progress) -> Exception:
    if isinstance(error, NbtrackError):
        return error
    kept = ""
    if part_of(output).exists() or progress.written:
        kept = "; what was written before is kept: free some space and go on with resume=True (--resume)"
    return StoreError(f"{str(output)!r} cannot be written ({error.strerror or error}){kept}")


def _total(sources: Sequence[Source]) -> int | None:
    known = [one.total for one in sources] if len(sources) == 1 else [None]
    return known[0]


def _check_apart(inputs: list[Path], outputs: list[Path]) -> None:
    there = {path.resolve() for path in inputs}
    for path in outputs:
        if path.resolve() in there:
            raise InvalidValueError(f"{str(path)!r} is an input too; write the predictions elsewhere")


def _identity(request: Request, named: list[tuple[str, Path]]) -> dict[str, Any]:
    """Return what must be the same for a job to go on; rows that failed may be skipped from then on."""
    inputs = []
    for name, path in named:
        try:
            status = path.stat()
            inputs.append([name, str(path.absolute()), status.st_size, status.st_mtime_ns])
        except OSError:  # it is told when it is read
            inputs.append([name, str(path.absolute()), None, None])
    job = request.job
    return {
        "model": request.digest,
        "input": inputs,
        "columns to keep": list(job.keep),
        "params": repr(sorted((job.params or {}).items())),
        "batch_rows": request.batch_rows,
    }


class _Outputs:
    """Where the predictions for each source are written."""

    def __init__(
        self,
        output: Path,
        names: list[str],
        keep: tuple[str, ...],
        are_csv: list[bool],
        *,
        is_once: bool,
    ) -> None:
        self.output = output
        self.is_once = is_once
        """Whether the input can be read once only."""
        self._are_csv = are_csv
        self.is_folder = not output.suffix or output.is_dir()
        self.keep = keep
        self._names = [name.removesuffix(".gz") for name in names]
        twice = {name for name in self._names if self._names.count(name) > 1}
        if self.is_folder and twice:
            raise InvalidValueError(
                f"several inputs would be written as {min(twice)!r}; name one .csv or .parquet file"
            )

    def path(self, file: int) -> Path:
        return self.output / self._names[file] if self.is_folder else self.output

    def begun(self, file: int, kept: dict[str, Any] | None) -> Target:
        path = self.path(file)
        if self.is_folder:
            path.parent.mkdir(parents=True, exist_ok=True)
        are_texts = self._are_csv[file] if self.is_folder else all(self._are_csv)
        return target_of(path, kept, self.keep if are_texts else ())


class _Writing:
    """The output of a job while it is written, with its journal and the list of what was skipped."""

    def __init__(
        self, outputs: _Outputs, journal: Journal, progress: Progress, scorer: Scorer, *, resumable: bool
    ) -> None:
        self._outputs = outputs
        self._scorer = scorer
        self._table: pd.DataFrame | None = None
        """What is written, without its rows."""
        self._journal = journal
        self._progress = progress
        self._done = replace(progress)
        """How far the job was when all that came of it was written."""
        self._is_whole = True
        """Whether what is written is what came of whole batches; Ctrl-C may come in between."""
        self._resumable = resumable
        self._target: Target | None = None
        self._target_kept = dict(progress.target)
        self.skips_path = outputs.output.with_name(f"{outputs.output.name}.skipped.csv")
        self._skips: CsvTarget | None = None
        if progress.skips:
            self._skips = CsvTarget(self.skips_path, progress.skips)
        self._last_kept = time.monotonic()

    def take(self, step: Step) -> None:
        """Write what came of a batch."""
        import pandas as pd

        if step.table is not None:
            target = self._begun(step.file)
            self._is_whole = False
            if self._table is None:
                self._table = step.table.iloc[:0].copy()
            try:
                target.write(step.table)
            except OSError:
                self._is_whole = True  # a target takes back what it could not write
                raise
        if step.skipped:
            self._skips = self._skips or CsvTarget(self.skips_path)
            self._skips.write(pd.DataFrame([vars(one) for one in step.skipped]))
        self._done = replace(self._progress)
        self._is_whole = True
        if step.ended and self._outputs.is_folder:
            if not step.faulty:
                self._begun(step.file)  # an input without rows has an output too
            self._end_file()
            self._keep(now=True)
        else:
            self._keep(now=False)

    def _begun(self, file: int) -> Target:
        """Return the output for a source, begun now if need be, or gone on with."""
        if self._target is None:
            self._target = self._outputs.begun(file, self._target_kept or None)
            self._target_kept = {}
        return self._target

    def _end_file(self) -> None:
        if self._target is not None:
            self._target.finish(self._no_rows)
            self._target = None
            self._done.target = self._progress.target = {}

    def _no_rows(self) -> pd.DataFrame:
        return self._scorer.no_rows() if self._table is None else self._table

    def _keep(self, *, now: bool) -> None:
        """Make what is written last, and say so in the journal."""
        if not self._resumable or (not now and time.monotonic() - self._last_kept < _KEEP_SECONDS):
            return
        if self._target is not None:
            kept = self._target.kept(now=now)
            if kept is None:
                return
            self._done.target = self._progress.target = kept
        if self._skips is not None:
            self._done.skips = self._progress.skips = self._skips.kept(now=now) or {}
        self._journal.write(self._done)
        self._last_kept = time.monotonic()

    def finish(self) -> None:
        """Give the output its name."""
        if not self._outputs.is_folder:
            self._begun(0)
        self._end_file()
        if self._skips is not None:
            self._skips.finish(self._no_rows)
        else:
            self.skips_path.unlink(missing_ok=True)  # of an earlier job of this output
        self._journal.remove()

    def leave(self) -> None:
        """Keep what is written for a job that goes on; if that is nothing, leave nothing behind."""
        with contextlib.suppress(OSError):
            if self._done.rows and self._is_whole:
                self._keep(now=True)
        for target in (self._target, self._skips):
            if target is not None:
                with contextlib.suppress(OSError):
                    target.close()
        if not self._journal.path.exists():
            import shutil

            for path in (self._outputs.output, self.skips_path):
                part = part_of(path)
                with contextlib.suppress(OSError):
                    shutil.rmtree(part) if part.is_dir() else part.unlink(missing_ok=True)
