"""What all commands share: the store that they use, and shell completion of names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from nbtrack.entities.text import one_line, time_text
from nbtrack.errors import NbtrackError, StoreError
from nbtrack.store import open_store, resolve
from nbtrack.tracking.destination import folder_in_use, use_store
from nbtrack.tracking.experiments import all_experiments
from nbtrack.tracking.search import runs as find_runs

if TYPE_CHECKING:
    from nbtrack.store import Store

__all__ = [
    "EXPERIMENT",
    "PORT",
    "RUN",
    "SOME_RUNS",
    "Command",
    "Group",
    "complete_experiment",
    "deletion",
    "folder_of",
    "store_of",
    "wanted_folder",
]

_STORE = "nbtrack.store"


def _take_store(context: click.Context, parameter: click.Parameter, location: str | None) -> None:  # noqa: ARG001 (click's)
    if location is not None:
        context.meta[_STORE] = location


_STORE_OPTION = click.Option(
    ["--store"],
    metavar="FOLDER",
    help="The store; by default the nearest .nbtrack, or NBTRACK_STORE.",
    expose_value=False,
    callback=_take_store,
)


def _with_store(parameters: list[click.Parameter]) -> list[click.Parameter]:
    return [*parameters[:-1], _STORE_OPTION, *parameters[-1:]]  # the last is --help


class Command(click.Command):
    """A command that accepts --store, like the group before it, because users try both places."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return click's parameters, and ours."""
        return _with_store(super().get_params(ctx))


class Group(click.Group):
    """A group that accepts --store, like its commands."""

    command_class = Command
    group_class = type

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return click's parameters, and ours."""
        return _with_store(super().get_params(ctx))


def wanted_folder(context: click.Context) -> Path:
    """Return the folder where the store is, or will be."""
    location = context.meta.get(_STORE)
    return resolve(location) if location else folder_in_use()


def folder_of(context: click.Context) -> Path:
    """Return the folder of the existing store."""
    location = context.meta.get(_STORE)
    folder = Path(location) if location else folder_in_use()
    if not folder.is_dir():
        raise StoreError(f"there is no store {str(folder)!r}; give one with --store, or track a run first")
    return folder if location is None else resolve(folder)


def store_of(context: click.Context) -> Store:
    """Return the existing store; none is created."""
    store = open_store(folder_of(context))
    use_store(store)
    return store


def complete_run(
    context: click.Context,
    parameter: click.Parameter,  # noqa: ARG001 (click's)
    incomplete: str,
) -> list[CompletionItem]:
    deleted = context.info_name == "restore"
    try:
        store_of(context)
        found = find_runs(limit=500, deleted=deleted).records
    except NbtrackError:
        return []
    named = [CompletionItem(run.name, help=f"{run.status} {time_text(run.start_time)}") for run in found]
    return [item for item in named if item.value.startswith(incomplete)] or [
        CompletionItem(run.id, help=run.name) for run in found if run.id.startswith(incomplete)
    ]


def complete_experiment(
    context: click.Context,
    parameter: click.Parameter,  # noqa: ARG001 (click's)
    incomplete: str,
) -> list[CompletionItem]:
    """Return the experiments whose names begin with `incomplete`."""
    try:
        known = all_experiments(store_of(context))
    except NbtrackError:
        return []
    return [CompletionItem(held.name) for held in known if held.name.startswith(incomplete)]


PORT = click.option(
    "--port",
    "-p",
    type=click.IntRange(0, 65535),
    default=5000,
    show_default=True,
    help="0 takes one that is free.",
)
RUN = click.argument("run", shell_complete=complete_run)
SOME_RUNS = click.argument("runs", nargs=-1, required=True, metavar="RUN...", shell_complete=complete_run)
EXPERIMENT = click.argument("experiment", shell_complete=complete_experiment)


def deletion(name: str, number: str | int, *, deleted: bool, delete: bool) -> str:
    """Return the message about a deletion or restoration, given whether it was `deleted` before."""
    shown = f"{one_line(name)} ({number})"
    if deleted == delete:
        return f"{shown} is {'already' if delete else 'not'} deleted"
    return f"{'deleted' if delete else 'restored'} {shown}"
