"""A job as a run: which model, on what, how many rows and how fast."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any

from nbtrack.scoring.sources import is_paths
from nbtrack.tracking.lifecycle import start_run
from nbtrack.tracking.logging import log_metrics, log_params
from nbtrack.tracking.model_uri import name_and_version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from nbtrack.scoring.job import Scored
    from nbtrack.scoring.worker import ModelJob

__all__ = ["JobRun", "options_of", "tracked"]


class JobRun:
    """The run of a job; of one that is not tracked nothing is kept."""

    def __init__(self, run_id: str | None) -> None:
        self._run_id = run_id

    def log(self, scored: Scored) -> None:
        """Keep what the job came to."""
        scored.run_id = self._run_id
        if self._run_id is None:
            return
        speed = scored.rows_per_second
        log_metrics(
            {
                "rows": scored.rows,
                "seconds": scored.seconds,
                "rows_per_second": speed,
                "failures": scored.skipped,
            }
        )


def options_of(job: ModelJob, batch_rows: int | None, workers: int | None = None) -> dict[str, Any]:
    """Return how a job is done, as its run has it; what is None or empty is left out there."""
    on_error = "skip" if job.skip else "raise"
    return {"batch_rows": batch_rows, "workers": workers, "on_error": on_error, "keep": ", ".join(job.keep)}


@contextlib.contextmanager
def tracked(
    model_uri: Any, folder: Path, data: Any, output: Any, options: Mapping[str, Any], *, track: bool
) -> Iterator[JobRun]:
    """Begin a run for a job if it is tracked; it fails as the job does."""
    if not track:
        yield JobRun(None)
        return
    name, version = name_and_version(model_uri, folder)
    uri = model_uri if isinstance(model_uri, str) else os.fspath(folder)
    with start_run(run_name=f"predict with {name}", tags={"model": uri, "model_version": version}) as run:
        shown = _shown(data) if is_paths(data) else type(data).__name__
        given = {name: value for name, value in options.items() if value not in (None, "")}
        log_params({"model": uri, "model_version": version, "input": shown, **given})
        if output is not None:
            log_params({"output": os.fspath(output)})
        yield JobRun(run.id)


def _shown(data: Any) -> str:
    paths = data if isinstance(data, list | tuple) else [data]
    return ", ".join(map(os.fspath, paths[:20]))
