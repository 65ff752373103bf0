"""A job as a run: which model, on what, how many rows and how fast."""

from __future__ import annotations

import contextlib
import os
import time
from typing import TYPE_CHECKING, Any

from nbtrack.scoring.job import Scored
from nbtrack.scoring.sources import is_paths
from nbtrack.tracking.lifecycle import start_run
from nbtrack.tracking.logging import log_metrics, log_params
from nbtrack.tracking.model_uri import name_and_version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from nbtrack.scoring.job import Tell
    from nbtrack.scoring.journal import Progress
    from nbtrack.scoring.worker import ModelJob

__all__ = ["JobRun", "options_of", "tracked"]


_EVERY = 1.0
"""Seconds after which the run is told how far its job is."""


class JobRun:
    """The run of a job; of one that is not tracked nothing is kept."""

    def __init__(self, run_id: str | None) -> None:
        self._run_id = run_id
        self._scored: Scored | None = None
        self._last = time.monotonic()

    def following(self, tell: Tell) -> Tell:
        """Return a function that tells how far the job is, and has it kept now and then: the job may fail or be killed."""
        if self._run_id is None:
            return tell

        def told(progress: Progress, total: int | None) -> None:
            self._scored = Scored(None, progress.written, progress.seconds, progress.skipped)
            if time.monotonic() - self._last >= _EVERY:
                self._last = time.monotonic()
                self._keep()
            tell(progress, total)

        return told

    def log(self, scored: Scored) -> None:
        """Keep what the job came to."""
        scored.run_id = self._run_id
        self._scored = scored

    def end(self) -> None:
        """Keep how far the job came."""
        if self._run_id is not None and self._scored is not None:
            self._keep()

    def _keep(self) -> None:
        scored = self._scored
        assert scored is not None
        log_metrics(
            {
                "rows": scored.rows,
                "seconds": scored.seconds,
                "rows_per_second": scored.rows_per_second,
                "failures": scored.skipped,
            }
        )


def options_of(
    job: ModelJob, batch_rows: int | None, workers: int | None = None, *, resume: bool = False
) -> dict[str, Any]:
    """Return how a job is done, as its run has it; what is None or empty is left out there."""
    on_error = "skip" if job.skip else "raise"
    return {
        "batch_rows": batch_rows, "workers": workers, "on_error": on_error, "keep": ", ".join(job.keep),
        "resume": resume or None,
    }  # fmt: skip


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
        job_run = JobRun(run.id)
        try:
            yield job_run
        finally:
            job_run.end()


def _shown(data: Any) -> str:
    paths = data if isinstance(data, list | tuple) else [data]
    return ", ".join(map(os.fspath, paths[:20]))
