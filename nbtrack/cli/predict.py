"""The command `nbtrack models predict`."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nbtrack.cli.model_options import ENVIRONMENT, TRUST, URI, WORKERS, found
from nbtrack.errors import NbtrackWarning

if TYPE_CHECKING:
    from nbtrack.scoring.files import Request
    from nbtrack.scoring.job import Scored, Tell
    from nbtrack.scoring.progress import ProgressLine
    from nbtrack.serving.model_description import Description

__all__ = ["predict"]

_TABLES = (".csv", ".csv.gz", ".parquet")


@click.command()
@URI
@click.option(
    "--input-path",
    "-i",
    "source",
    metavar="PATH",
    help="CSV, JSON or Parquet; a folder or a pattern of CSV and Parquet; standard input by default, or for '-'.",
)
@click.option(
    "--output-path",
    "-o",
    "target",
    metavar="PATH",
    help="CSV, Parquet or JSON by its name, or a folder for a folder; by default JSON is printed.",
)
@click.option(
    "--content-type",
    "-t",
    "kind",
    type=click.Choice(["csv", "json", "parquet"]),
    help="By default as the input is named.",
)
@click.option(
    "--keep",
    "-k",
    metavar="COLUMNS",
    default="",
    help="Columns to write beside the predictions, such as keys: id,date.",
)
@click.option(
    "--batch-rows",
    type=click.IntRange(1),
    metavar="N",
    help="Rows that are predicted for at a time; by default about 4 MB of them.",
)
@WORKERS
@click.option("--resume", is_flag=True, help="Go on with an interrupted job of this output.")
@click.option(
    "--on-error",
    type=click.Choice(["raise", "skip"]),
    default="raise",
    show_default=True,
    help="skip leaves out rows and files that fail; PATH.skipped.csv lists them.",
)
@click.option("--track", is_flag=True, help="Keep the job as a run: rows, seconds, failures, output, model.")
@TRUST
@ENVIRONMENT
@click.pass_context
def predict(  # noqa: PLR0917 (click passes them by name)
    context: click.Context, uri: str, source: str | None, target: str | None, kind: str | None, keep: str,
    batch_rows: int | None, workers: int, resume: bool, on_error: str, track: bool, trust: bool, env_manager: str,
) -> None:  # fmt: skip
    """Predict with a model for the rows of a file, or of many: in batches, so that they may be larger than memory."""
    source = source or "-"
    streamed = _is_streamed(source, target, kind)
    if not streamed and Path(target or "").suffix.lower() not in ("", ".csv", ".json", ".parquet"):
        raise click.UsageError(f"{target!r} is named as neither CSV, Parquet nor JSON")
    if not streamed and (keep or batch_rows or workers > 1 or resume or track or on_error != "raise"):
        raise click.UsageError(
            "--keep, --batch-rows, --workers, --resume, --on-error and --track are for CSV and Parquet: "
            "give -i and -o so named, or folders"
        )
    model, trusted = found(context, uri, trust, env_manager)
    python = _checked(model, env_manager, parquet=_may_be_parquet(source, target, kind))
    if not streamed:
        _predict_at_once(python, model, trusted, source, target, kind)
        return
    from nbtrack.models import digest
    from nbtrack.scoring.files import Request
    from nbtrack.scoring.worker import ModelJob

    names = tuple(dict.fromkeys(name.strip() for name in keep.split(",") if name.strip()))
    how = trusted if isinstance(trusted, bool) else tuple(trusted)
    job = ModelJob(str(model.path), how, names, None, on_error == "skip")
    assert target is not None
    request = Request(job, digest(model.path), (source,), target, batch_rows, workers, resume)
    _predict_in_batches(python, model, uri, request, track=track)


def _is_streamed(source: str, target: str | None, kind: str | None) -> bool:
    """Return whether both ends are CSV, Parquet or folders; all else is read and answered as the server does."""
    if target in (None, "-") or kind == "json":
        return False
    if source == "-":
        return kind in (None, "csv") and Path(target).suffix.lower() in (".csv", ".parquet")
    if Path(source).is_file() and not source.lower().endswith(_TABLES):
        return False
    if (
        kind is not None
        and source.lower().endswith(_TABLES)
        and kind not in source.lower().rpartition("/")[2]
    ):
        return False
    output = Path(target)
    return (
        output.suffix.lower() in (".csv", ".parquet")
        or output.is_dir()
        or target.endswith(("/", os.sep))
        or (not output.suffix and not Path(source).is_file())
    )


def _may_be_parquet(source: str, target: str | None, kind: str | None) -> bool:
    """Return whether the job may read or write Parquet; what a folder or a pattern holds is not known yet."""
    known = (".csv", ".csv.gz", ".json")
    names = [name.lower() for name in (source, target) if name not in (None, "-")]
    return kind == "parquet" or (kind is None and not all(name.endswith(known) for name in names))


def _checked(model: Description, env_manager: str, *, parquet: bool) -> Path | None:
    """Return the Python of the model's own environment, if it is to run there; else say how the one here differs."""
    if env_manager == "uv":
        from nbtrack.models.environment import environment_of

        also = ("pyarrow",) if parquet else ()
        return environment_of(model, lambda line: click.echo(f"nbtrack: {line}", err=True), also)
    from nbtrack.models.versions import check_python, differences

    check_python(model)
    differing = differences(model)
    if differing:
        click.echo(f"nbtrack: the model may predict otherwise here: {'; '.join(differing)}", err=True)
    return None


def _predict_at_once(  # noqa: PLR0917
    python: Path | None,
    model: Description,
    trusted: Any,
    source: str | None,
    target: str | None,
    kind: str | None,
) -> None:
    if python is None:
        from nbtrack.models import load
        from nbtrack.serving.batch import predict_file

        predict_file(load(model.path, trust=trusted), source, target, kind)
        return
    import json
    import subprocess

    options = {"path": str(model.path), "trust": trusted, "source": source, "target": target, "kind": kind}
    command = [str(python), "-m", "nbtrack.serving.batch", json.dumps(options)]
    sys.exit(subprocess.run(command, check=False).returncode)  # noqa: S603 (a list, no shell)


def _predict_in_batches(
    python: Path | None, model: Description, uri: str, request: Request, *, track: bool
) -> None:
    from nbtrack.scoring.progress import ProgressLine
    from nbtrack.scoring.tracked import options_of, tracked

    line = ProgressLine()
    try:
        options = options_of(request.job, request.batch_rows, request.workers, resume=request.resume)
        with tracked(uri, model.path, list(request.inputs), request.output, options, track=track) as run:
            scored = _scored(python, request, line, run.following(line))
            run.log(scored)
    except KeyboardInterrupt:
        line.end()
        click.echo("nbtrack: interrupted; what is done is kept, and --resume goes on", err=True)
        # Python would wait for its threads, and click would say 1.
        sys.stderr.flush()
        os._exit(130)
    speed = f"{scored.rows:,} rows in {scored.seconds:.1f} s, {scored.rows_per_second:,.0f} rows/s"
    line.end(speed)
    if scored.run_id is not None:
        click.echo(f"nbtrack: run {scored.run_id}", err=True)
    if scored.skipped:
        click.echo(f"nbtrack: {scored.skipped:,} left out, listed in {scored.skipped_list!r}", err=True)
        if not scored.rows:
            sys.exit(1)  # what goes on with the output would go on with nothing


def _scored(python: Path | None, request: Request, line: ProgressLine, tell: Tell) -> Scored:
    if python is not None:
        from nbtrack.scoring.there import run_there

        done = run_there(python, request)
        if isinstance(done, int):
            raise KeyboardInterrupt if done == 130 else SystemExit(done)
        return done
    from nbtrack.scoring import files

    with warnings.catch_warnings(record=True) as caught:
        try:
            return files.run(request, None, tell)
        finally:
            line.end()
            for warning in caught:
                # Our own warnings are about the file, so the line of code is left out.
                ours = issubclass(warning.category, NbtrackWarning)
                said = (
                    f"nbtrack: {warning.message}"
                    if ours
                    else f"{warning.category.__name__}: {warning.message}"
                )
                click.echo(said, err=True)
