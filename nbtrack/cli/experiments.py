"""Commands on experiments."""

from __future__ import annotations

import click

from nbtrack.cli.command import EXPERIMENT, Group, deletion, store_of
from nbtrack.entities.text import one_line, table_text, time_text
from nbtrack.tracking.experiments import find_experiment
from nbtrack.values import as_name

__all__ = ["experiments"]


@click.group("experiments", cls=Group, invoke_without_command=True)
@click.option("--deleted", is_flag=True, help="Deleted experiments in place of the others.")
@click.pass_context
def experiments(context: click.Context, deleted: bool) -> None:
    """List the experiments; rename, delete or restore one."""
    if context.invoked_subcommand is not None:
        return
    found = store_of(context).experiments(deleted=deleted)
    rows = [[str(held.id), one_line(held.name), str(held.runs), time_text(held.created)] for held in found]
    click.echo(
        table_text(["id", "name", "runs", "made"], rows, [True, False, True]) if rows else "No experiments."
    )


@experiments.command("rename")
@EXPERIMENT
@click.argument("name")
@click.pass_context
def rename_experiment(context: click.Context, experiment: str, name: str) -> None:
    """Give EXPERIMENT another NAME."""
    store = store_of(context)
    found = find_experiment(experiment, store)
    store.rename_experiment(found.name, as_name(name, "experiment name"))
    click.echo(f"renamed {one_line(found.name)} to {one_line(name)} ({found.id})")


@experiments.command("delete")
@EXPERIMENT
@click.pass_context
def delete_experiment(context: click.Context, experiment: str) -> None:
    """Delete EXPERIMENT with its runs; `restore` brings them back until `gc`."""
    store = store_of(context)
    found = find_experiment(experiment, store)
    if found.deleted is None:
        store.delete_experiment(found.name)
    click.echo(deletion(found.name, found.id, deleted=found.deleted is not None, delete=True))


@experiments.command("restore")
@EXPERIMENT
@click.pass_context
def restore_experiment(context: click.Context, experiment: str) -> None:
    """Bring EXPERIMENT back with its runs."""
    store = store_of(context)
    found = find_experiment(experiment, store)
    store.restore_experiment(found.name)
    click.echo(deletion(found.name, found.id, deleted=found.deleted is not None, delete=False))
