"""Commands on runs: find, show, delete, restore."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from nbtrack.cli.command import RUN, SOME_RUNS, Command, complete_experiment, deletion, store_of
from nbtrack.entities import Run, Runs
from nbtrack.entities.frame import write_rows
from nbtrack.entities.runs import remarks_on
from nbtrack.entities.text import runs_text
from nbtrack.errors import NotFoundError
from nbtrack.fields import MISSING, strict
from nbtrack.tracking.search import runs as find_runs

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbtrack.store import Store

__all__ = ["delete", "list_runs", "restore", "show"]

_DEFAULT_ROWS = 100


@click.command("runs", cls=Command)
@click.argument("filter", required=False)
@click.option("--order-by", multiple=True, metavar="FIELD", help="E.g. metrics.rmse or 'metrics.r2 DESC'.")
@click.option("--limit", type=click.IntRange(min=0), help="How many at most.")
@click.option("--experiment", "-e", multiple=True, metavar="NAME", shell_complete=complete_experiment)
@click.option("--deleted", is_flag=True, help="Deleted runs in place of the others.")
@click.option(
    "--csv",
    "csv_file",
    type=click.Path(dir_okay=False, allow_dash=True),
    help="Write all columns to a CSV file, or to standard output for '-'.",
)
@click.option(
    "--spreadsheet", is_flag=True, help="Begin texts in the CSV that look like formulas with an apostrophe."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, a run an object.")
@click.pass_context
def list_runs(  # noqa: PLR0917 (click passes them by name)
    context: click.Context,
    filter: str | None,  # noqa: A002 (the argument's name is shown)
    order_by: tuple[str, ...],
    limit: int | None,
    experiment: tuple[str, ...],
    deleted: bool,
    csv_file: str | None,
    spreadsheet: bool,
    as_json: bool,
) -> None:
    """List the runs that FILTER finds, newest first, e.g. "metrics.rmse < 0.8"."""
    store_of(context)  # from here on the one in use
    found = find_runs(filter, list(order_by) or None, limit, list(experiment) or None, deleted)
    if csv_file == "-":
        # Programs that read a pipe expect the system's line ends.
        table = found.table()
        write_rows(sys.stdout, found.records, table, line_end="\n", spreadsheet=spreadsheet)
    elif csv_file is not None:
        found.to_csv(csv_file, spreadsheet=spreadsheet)
        click.echo(f"{len(found)} runs written to {csv_file}")
    elif as_json:
        click.echo(json.dumps(_as_json(found), indent=2, ensure_ascii=False))
    else:
        shown = found.records[:_DEFAULT_ROWS]
        # A pipe has no width limit.
        width = None if sys.stdout.isatty() else 100_000
        click.echo(runs_text(shown, found.table(shown, MISSING), len(found), width))
    for remark in remarks_on(found):
        click.echo(f"nbtrack: {remark}", err=True)


def _as_json(found: Runs) -> list[dict[str, Any]]:
    table = found.table(lacking=MISSING)
    objects = []
    for number, record in enumerate(found.records):
        item: dict[str, Any] = {
            "run_id": record.id,
            "name": record.name,
            "experiment": record.experiment,
            "status": record.status,
            "start_time": record.start_time,
            "end_time": record.end_time,
            "note": record.note,
            "params": {},
            "metrics": {},
            "tags": {},
        }
        for column, values in table.items():
            kind, _, name = column.partition(".")
            if values[number] is not MISSING:
                item[kind][name] = strict(values[number])
        objects.append(item)
    return objects


@click.command(cls=Command)
@RUN
@click.option("--code", is_flag=True, help="Print nothing but the run's code, as a script.")
@click.pass_context
def show(context: click.Context, run: str, code: bool) -> None:
    """Show RUN, given by id, prefix of an id, or name."""
    store = store_of(context)
    record = store.run(run)
    found = Run(store, record.id, record)
    if not code:
        click.echo(found.describe())
    elif found.source is None:
        raise NotFoundError(f"no code was kept of run {record.name!r}; `nbtrack show` has the rest")
    else:
        click.echo(str(found.source).removesuffix("\n"))


@click.command(cls=Command)
@SOME_RUNS
@click.pass_context
def delete(context: click.Context, runs: tuple[str, ...]) -> None:
    """Delete each RUN with its children; `restore` brings them back until `gc`."""
    store = store_of(context)
    _for_each(store, runs, store.delete_runs, delete=True)


@click.command(cls=Command)
@SOME_RUNS
@click.pass_context
def restore(context: click.Context, runs: tuple[str, ...]) -> None:
    """Bring each deleted RUN back."""
    store = store_of(context)
    _for_each(store, runs, store.restore_runs, delete=False)


def _for_each(
    store: Store, runs: tuple[str, ...], change: Callable[[list[str]], None], *, delete: bool
) -> None:
    # All are looked up before any is changed.
    records = [store.run(run) for run in runs]
    change([record.id for record in records])
    for record in records:
        click.echo(deletion(record.name, record.id[:8], deleted=record.deleted is not None, delete=delete))
