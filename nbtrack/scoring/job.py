"""A job: predict for all rows of its sources, in batches, and hand on the predictions in their order."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbtrack.errors import NbtrackError
from nbtrack.scoring.scorer import Bad, RowsError
from nbtrack.scoring.units import units_of
from nbtrack.scoring.workers import answers_here, answers_of_workers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pandas as pd

    from nbtrack.scoring.journal import Progress
    from nbtrack.scoring.scorer import Scorer
    from nbtrack.scoring.sources import Source
    from nbtrack.scoring.units import Unit
    from nbtrack.scoring.worker import ModelJob

    Tell = Callable[[Progress, int | None], None]

__all__ = ["Scored", "Skipped", "Step", "located", "located_rows", "rows_told", "steps"]


@dataclass(frozen=True)
class Skipped:
    """Rows that were left out."""

    file: str
    row: str
    """The number of the row, the first being 1, or of the first and the last one; empty for a file as a whole."""
    reason: str


@dataclass
class Scored:
    """What a job came to.

    Attributes
    ----------
    output
        The file or folder with the predictions.
    rows, seconds
        How many rows were predicted for, and in which time.
    skipped
        How many rows, and files that cannot be read, were left out.
    skipped_list
        The file that lists them; None if there are none.
    run_id
        The run of the job, if it is tracked.

    Examples
    --------
    >>> X.to_csv("new.csv", index=False)
    >>> scored = nbtrack.predict("runs:/ridge/model", "new.csv", output="scored.csv")
    >>> scored.rows, scored.skipped
    (4, 0)
    """

    output: str | None = None
    rows: int = 0
    seconds: float = 0.0
    skipped: int = 0
    skipped_list: str | None = None
    run_id: str | None = None

    @property
    def rows_per_second(self) -> float:
        """How many rows a second were predicted for."""
        return self.rows / self.seconds if self.seconds > 0 else 0.0


@dataclass(frozen=True)
class Step:
    """What came of a batch, or the end of a source."""

    file: int
    table: pd.DataFrame | None
    skipped: tuple[Skipped, ...]
    ended: bool
    faulty: bool = False
    """Whether the source cannot be read to its end."""


def steps(
    sources: Sequence[Source],
    scorer: Scorer,
    job: ModelJob,
    progress: Progress,
    *,
    rows: int | None,
    workers: int,
) -> Iterator[Step]:
    """Yield what comes of each batch, in order; `progress` says how far that is.

    Raises
    ------
    SchemaError, ModelError, InvalidValueError, NotFoundError
        With file and row, for what cannot be read or predicted for, unless the job skips it.
    """
    units = units_of(sources, scorer.columns, rows, file=progress.file, row=progress.row)
    answers = answers_here(scorer, units) if workers == 1 else answers_of_workers(job, workers, units)
    before, began = progress.seconds, time.perf_counter()
    for unit, answer in answers:
        name = sources[unit.file].name
        skipped: list[Skipped] = []
        if unit.batch is None:
            if unit.fault is not None:
                if not job.skip:
                    raise located(unit.fault, name, rows_told(unit.row, unit.row) if unit.row else "")
                behind = f"after {unit.row}" if unit.row else ""
                skipped.append(Skipped(name, behind, str(unit.fault)))
            progress.file, progress.row = unit.file + 1, 0
            progress.skipped += len(skipped)
        else:
            predicted = _predicted(answer, unit, name)
            for bad in predicted.bad:
                skipped.append(
                    Skipped(name, rows_told(unit.row + bad.start, unit.row + bad.stop), bad.reason)
                )
                progress.skipped += bad.stop - bad.start
            progress.file, progress.row = unit.file, unit.row + predicted.rows
            progress.rows += predicted.rows
            progress.written += 0 if predicted.table is None else len(predicted.table)
        progress.seconds = before + time.perf_counter() - began
        table = None if unit.batch is None else predicted.table
        yield Step(unit.file, table, tuple(skipped), unit.batch is None, unit.fault is not None)


def _predicted(answer: Any, unit: Unit, name: str) -> Any:
    if isinstance(answer, RowsError):
        raise located_rows(answer.bad, name, unit.row)
    if isinstance(answer, Exception):
        raise answer
    return answer


def located_rows(bad: Bad, name: str, before: int) -> Exception:
    """Return the error for rows that cannot be predicted for, of a file of which some rows stand before."""
    where = "" if bad.whole else rows_told(before + bad.start, before + bad.stop)
    return located(bad.error(bad.reason), name, where)


def rows_told(start: int, stop: int) -> str:
    """Return rows as they are counted in the file: the first of the data is row 1."""
    if stop <= start:
        return f"after {start}"
    return str(start + 1) if stop - start == 1 else f"{start + 1}-{stop}"


def located(error: Exception, name: str, where: str) -> Exception:
    """Return an error that says of which file, and which rows of it, it is."""
    row = f", row{'s' if '-' in where else ''} {where}" if where else ""
    kind = type(error) if isinstance(error, NbtrackError) else NbtrackError
    text = str(error)
    return kind(text if repr(name) in text else f"{name}{row}: {text}")
