"""Predictions for a Dask DataFrame, written by its workers: a folder with one Parquet file for each partition."""

from __future__ import annotations

import contextlib
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from nbtrack.errors import InvalidValueError, NbtrackError, StoreError
from nbtrack.scoring.claim import claimed
from nbtrack.scoring.dask_frame import meta_of, predicted_part, sent
from nbtrack.scoring.job import Scored, Skipped
from nbtrack.scoring.packed import PackedModel, packed
from nbtrack.scoring.targets import CsvTarget, ParquetTarget, part_of

if TYPE_CHECKING:
    import os

    import pandas as pd

    from nbtrack.scoring.worker import ModelJob

__all__ = ["write_partitions"]

_STOP = ".stop"
"""The file by which a partition that has failed tells the others."""
_NAMES = "part-*.parquet"
_SHARED = "give an output on a disk that all of Dask's workers and this process share, or leave it away and call to_parquet"


def write_partitions(
    job: ModelJob, frame: Any, output: str | os.PathLike[str], batch_rows: int | None
) -> Scored:
    """Predict for all partitions now, and return what that came to.

    Workers write into a folder beside the output, which takes its name when all parts are there. A partition that is
    computed again, because its worker died, replaces its part.

    Raises
    ------
    InvalidValueError
        When the output is not named as a folder, or is one with other files in it.
    StoreError
        When the workers do not write where this process reads.
    """
    target = _folder(output)
    target.parent.mkdir(parents=True, exist_ok=True)
    with claimed(target):
        return _written_to(target, job, frame, batch_rows)


def _written_to(target: Path, job: ModelJob, frame: Any, batch_rows: int | None) -> Scored:
    import dask
    import pandas as pd

    began = time.perf_counter()
    model = packed(job)
    meta = meta_of(model, frame)
    held = sent(model)
    part = part_of(target)
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    write = dask.delayed(_written)  # type: ignore[attr-defined, unused-ignore]
    tasks = [
        write(rows, held, batch_rows, meta, number, str(part.absolute()))
        for number, rows in enumerate(frame.to_delayed())
    ]
    try:
        done: tuple[Any, ...] = dask.compute(*tasks)  # type: ignore[attr-defined, no-untyped-call, unused-ignore]
        failed = next((one for one in done if isinstance(one, NbtrackError)), None)
        if failed is not None:
            raise failed
        _take_name(part, target, len(tasks))
    finally:
        shutil.rmtree(part, ignore_errors=True)
    skipped = [one for _, _, some in done for one in some]
    skips_path = target.with_name(f"{target.name}.skipped.csv")
    skips_path.unlink(missing_ok=True)  # of an earlier job of this output
    if skipped:
        listed = CsvTarget(skips_path)
        listed.write(pd.DataFrame([vars(one) for one in skipped]))
        listed.finish(pd.DataFrame)
    rows = sum(count for count, _, _ in done)
    left_out = sum(count for _, count, _ in done)
    seconds = time.perf_counter() - began
    return Scored(str(target), rows, seconds, left_out, str(skips_path) if skipped else None)


def _folder(output: str | os.PathLike[str]) -> Path:
    path = Path(output).expanduser()
    if path.suffix.lower() in (".csv", ".parquet") or path.is_file():
        raise InvalidValueError(
            f"{str(output)!r} is one file, and the workers of Dask write one for each partition: name a folder, or leave "
            "output away and call to_parquet or to_csv of what you get"
        )
    if path.is_dir():
        ours = set(path.glob(_NAMES))
        others = [file.name for file in path.iterdir() if file not in ours]
        if others:
            raise InvalidValueError(
                f"{str(output)!r} would be replaced, and holds {others[0]!r}; name another"
            )
    return path


def _take_name(part: Path, target: Path, count: int) -> None:
    names = {_name(number) for number in range(count)}
    missing = names - {file.name for file in part.iterdir()}
    if missing:
        raise StoreError(
            f"{min(missing)!r} is not in {str(part)!r}, where a worker has written it: {_SHARED}"
        )
    for left in part.iterdir():  # by workers that were killed
        if left.name not in names:
            shutil.rmtree(left) if left.is_dir() else left.unlink()
    if target.is_dir():
        shutil.rmtree(target)
    part.rename(target)


def _name(number: int) -> str:
    return f"part-{number:05d}.parquet"


def _written(  # noqa: PLR0917 (Dask passes them by place)
    rows: pd.DataFrame, model: PackedModel, batch_rows: int | None, meta: pd.DataFrame, number: int, folder: str
) -> tuple[int, int, list[Skipped]] | NbtrackError:  # fmt: skip
    """Write the predictions for a partition, and return how many they are, how many rows have none, and which.

    What fails is returned, and the other partitions do no more: an error that is raised would end the job while they
    still write into a folder that is being removed.
    """
    stop = Path(folder) / _STOP
    if stop.exists():
        return 0, 0, []
    try:
        return _written_part(rows, model, batch_rows, meta, number, folder)
    except NbtrackError as error:
        with contextlib.suppress(OSError):  # a worker that does not find the folder
            stop.touch()
        return error


def _written_part(  # noqa: PLR0917 (as above)
    rows: pd.DataFrame, model: PackedModel, batch_rows: int | None, meta: pd.DataFrame, number: int, folder: str
) -> tuple[int, int, list[Skipped]]:  # fmt: skip
    table, skipped = predicted_part(rows, model, batch_rows, meta, f"partition {number}")
    # Where a worker is lost on the network two may write the same part.
    aside = Path(folder) / f".{_name(number)}-{uuid4().hex[:8]}"
    if not aside.parent.is_dir():
        raise StoreError(f"a worker does not find {folder!r}: {_SHARED}")
    try:
        target = ParquetTarget(aside)
        target.write(table)
        target.finish(lambda: table)
    except OSError as error:
        raise StoreError(f"partition {number} cannot be written ({error.strerror or error})") from error
    aside.replace(aside.with_name(_name(number)))
    return len(table), len(rows) - len(table), skipped
