"""The command that writes runs as one file."""

from __future__ import annotations

import click

from nbtrack.cli.command import Command, complete_experiment, store_of
from nbtrack.entities.runs import remarks_on
from nbtrack.tracking.search import runs as find_runs

__all__ = ["report"]


@click.command(cls=Command)
@click.argument("filter", metavar="[RUNS]", required=False)
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False),
    default="report.html",
    show_default=True,
    metavar="FILE",
)
@click.option("--title", help="What stands above the runs.")
@click.option("--order-by", multiple=True, metavar="FIELD", help="E.g. metrics.rmse or 'metrics.r2 DESC'.")
@click.option("--limit", type=click.IntRange(min=1), help="How many at most.")
@click.option("--experiment", "-e", multiple=True, metavar="NAME", shell_complete=complete_experiment)
@click.pass_context
def report(  # noqa: PLR0917 (click passes them by name)
    context: click.Context,
    filter: str | None,  # noqa: A002 (the argument's name is shown)
    output: str,
    title: str | None,
    order_by: tuple[str, ...],
    limit: int | None,
    experiment: tuple[str, ...],
) -> None:
    """Write the runs that RUNS, a filter, finds as one HTML file, e.g. "metrics.rmse < 0.8" -o report.html.

    It has the table, the charts, the comparison, the runs' pages with their notes and code, and opens without nbtrack.
    """
    store_of(context)  # from here on the one in use
    found = find_runs(filter, list(order_by) or None, limit, list(experiment) or None)
    for remark in remarks_on(found):
        click.echo(f"nbtrack: {remark}", err=True)
    path = found.report(output, title)
    click.echo(f"{len(found):,} runs written to {path}")
