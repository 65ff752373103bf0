"""The command `nbtrack`: one small function a command."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem, get_completion_class

from nbtrack import __version__
from nbtrack.entities import Run, Runs
from nbtrack.entities.frame import write_rows
from nbtrack.entities.text import one_line, runs_text, size_text, table_text, time_text
from nbtrack.errors import NbtrackError, NotFoundError, StoreError
from nbtrack.store import find_store, open_store
from nbtrack.tracking.experiments import all_experiments, find_experiment
from nbtrack.tracking.location import use_store
from nbtrack.tracking.search import runs as find_runs
from nbtrack.values import as_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbtrack.store import Store

__all__ = ["main"]

_SHELLS = ("bash", "zsh", "fish")
_ROWS = 100
_STORE = "nbtrack.store"
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def main() -> None:
    """Run the command line, and tell an error in a line instead of a traceback."""
    try:
        commands(prog_name="nbtrack", standalone_mode=True)
    except NbtrackError as error:
        click.echo(f"nbtrack: {error}", err=True)
        sys.exit(1)
    except ImportError as error:  # an extra that is not installed
        click.echo(f"nbtrack: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        # The reader of a pipe, such as head, has what it wants; nothing may complain at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


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


class _Command(click.Command):
    """A command that takes --store like the group before it, for both places come to mind."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        return _with_store(super().get_params(ctx))


class _Group(click.Group):
    command_class = _Command
    group_class = type

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        return _with_store(super().get_params(ctx))


def _store(context: click.Context) -> Store:
    """Return the store that is there; looking makes none."""
    location = context.meta.get(_STORE)
    folder = Path(location) if location else find_store()
    if not folder.is_dir():
        raise StoreError(f"there is no store {str(folder)!r}; give one with --store, or track a run first")
    store = open_store(folder)
    use_store(store)
    return store


def _complete_run(
    context: click.Context,
    parameter: click.Parameter,  # noqa: ARG001 (click's)
    incomplete: str,
) -> list[CompletionItem]:
    deleted = context.info_name == "restore"
    try:
        _store(context)
        found = find_runs(limit=500, deleted=deleted).records
    except NbtrackError:
        return []
    named = [CompletionItem(run.name, help=f"{run.status} {time_text(run.start_time)}") for run in found]
    return [item for item in named if item.value.startswith(incomplete)] or [
        CompletionItem(run.id, help=run.name) for run in found if run.id.startswith(incomplete)
    ]


def _complete_experiment(
    context: click.Context,
    parameter: click.Parameter,  # noqa: ARG001 (click's)
    incomplete: str,
) -> list[CompletionItem]:
    try:
        known = all_experiments(_store(context))
    except NbtrackError:
        return []
    return [CompletionItem(held.name) for held in known if held.name.startswith(incomplete)]


_RUN = click.argument("run", shell_complete=_complete_run)
_SOME_RUNS = click.argument("runs", nargs=-1, required=True, metavar="RUN...", shell_complete=_complete_run)
_EXPERIMENT = click.argument("experiment", shell_complete=_complete_experiment)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="nbtrack")
def commands() -> None:
    """Find and look after the runs that nbtrack keeps."""


@commands.command("runs")
@click.argument("filter", required=False)
@click.option("--order-by", multiple=True, metavar="FIELD", help="E.g. metrics.rmse or 'metrics.r2 DESC'.")
@click.option("--limit", type=click.IntRange(min=0), help="How many at most.")
@click.option("--experiment", "-e", multiple=True, metavar="NAME", shell_complete=_complete_experiment)
@click.option("--deleted", is_flag=True, help="Deleted runs in place of the others.")
@click.option(
    "--csv",
    "csv_file",
    type=click.Path(dir_okay=False, allow_dash=True),
    help="Write all columns to a CSV file, or to standard output for '-'.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, a run an object.")
@click.pass_context
def list_runs(  # noqa: PLR0917 (click hands them over by name)
    context: click.Context,
    filter: str | None,  # noqa: A002 (the argument's name is shown)
    order_by: tuple[str, ...],
    limit: int | None,
    experiment: tuple[str, ...],
    deleted: bool,
    csv_file: str | None,
    as_json: bool,
) -> None:
    """List the runs that FILTER finds, newest first, e.g. "metrics.rmse < 0.8"."""
    store = _store(context)
    found = find_runs(filter, list(order_by) or None, limit, list(experiment) or None, deleted)
    if csv_file == "-":
        # What reads a pipe counts on the lines of the system.
        write_rows(sys.stdout, found.records, store.table(found.records), line_end="\n")
    elif csv_file is not None:
        found.to_csv(csv_file)
        click.echo(f"{len(found)} runs written to {csv_file}")
    elif as_json:
        click.echo(json.dumps(_as_json(found), indent=2, ensure_ascii=False))
    else:
        shown = found.records[:_ROWS]
        # In a pipe there is no width to keep to.
        width = None if sys.stdout.isatty() else 100_000
        click.echo(runs_text(shown, store.table(shown), len(found), width))
    for remark in found.remarks():
        click.echo(f"nbtrack: {remark}", err=True)


def _as_json(found: Runs) -> list[dict[str, Any]]:
    table = found.store.table(found.records)
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
            if values[number] is not None:
                item[kind][name] = _json_value(values[number])
        objects.append(item)
    return objects


def _json_value(value: Any) -> Any:
    """Return a value that strict JSON can hold: NaN and infinities as text."""
    finite = not isinstance(value, float) or value - value == 0
    return value if finite else str(value)


@commands.command()
@_RUN
@click.option("--code", is_flag=True, help="Print nothing but the run's code, as a script.")
@click.pass_context
def show(context: click.Context, run: str, code: bool) -> None:
    """Show what is kept of RUN, given by id, the beginning of it, or name."""
    store = _store(context)
    record = store.run(run)
    found = Run(store, record.id, record)
    if not code:
        click.echo(found.describe())
    elif found.source is None:
        raise NotFoundError(f"no code was kept of run {record.name!r}; `nbtrack show` has the rest")
    else:
        click.echo(str(found.source).removesuffix("\n"))


@commands.group("experiments", invoke_without_command=True)
@click.option("--deleted", is_flag=True, help="Deleted experiments in place of the others.")
@click.pass_context
def experiments(context: click.Context, deleted: bool) -> None:
    """List the experiments; rename, delete or restore one."""
    if context.invoked_subcommand is not None:
        return
    found = _store(context).experiments(deleted=deleted)
    rows = [[str(held.id), one_line(held.name), str(held.runs), time_text(held.created)] for held in found]
    click.echo(
        table_text(["id", "name", "runs", "made"], rows, [True, False, True]) if rows else "No experiments."
    )


@experiments.command("rename")
@_EXPERIMENT
@click.argument("name")
@click.pass_context
def rename_experiment(context: click.Context, experiment: str, name: str) -> None:
    """Give EXPERIMENT another NAME."""
    store = _store(context)
    found = find_experiment(experiment, store)
    store.rename_experiment(found.name, as_name(name, "experiment name"))
    click.echo(f"renamed {one_line(found.name)} to {one_line(name)} ({found.id})")


@experiments.command("delete")
@_EXPERIMENT
@click.pass_context
def delete_experiment(context: click.Context, experiment: str) -> None:
    """Delete EXPERIMENT with its runs; `restore` brings them back until `gc`."""
    store = _store(context)
    found = find_experiment(experiment, store)
    if found.deleted is None:
        store.delete_experiment(found.name)
    click.echo(_deletion(found.name, found.id, deleted=found.deleted is not None, delete=True))


@experiments.command("restore")
@_EXPERIMENT
@click.pass_context
def restore_experiment(context: click.Context, experiment: str) -> None:
    """Bring EXPERIMENT back with its runs."""
    store = _store(context)
    found = find_experiment(experiment, store)
    store.restore_experiment(found.name)
    click.echo(_deletion(found.name, found.id, deleted=found.deleted is not None, delete=False))


@commands.command()
@_SOME_RUNS
@click.pass_context
def delete(context: click.Context, runs: tuple[str, ...]) -> None:
    """Delete each RUN with its children; `restore` brings them back until `gc`."""
    store = _store(context)
    _for_each(store, runs, store.delete_runs, delete=True)


@commands.command()
@_SOME_RUNS
@click.pass_context
def restore(context: click.Context, runs: tuple[str, ...]) -> None:
    """Bring each deleted RUN back."""
    store = _store(context)
    _for_each(store, runs, store.restore_runs, delete=False)


def _for_each(
    store: Store, runs: tuple[str, ...], change: Callable[[list[str]], None], *, delete: bool
) -> None:
    # All are looked up before one is changed.
    records = [store.run(run) for run in runs]
    change([record.id for record in records])
    for record in records:
        click.echo(_deletion(record.name, record.id[:8], deleted=record.deleted is not None, delete=delete))


def _deletion(name: str, number: str | int, *, deleted: bool, delete: bool) -> str:
    """Return what became of something that was `deleted` or not before."""
    shown = f"{one_line(name)} ({number})"
    if deleted == delete:
        return f"{shown} is {'already' if delete else 'not'} deleted"
    return f"{'deleted' if delete else 'restored'} {shown}"


@commands.command()
@click.option(
    "--older-than", default="0s", metavar="TIME", help="Only what was deleted so long ago, e.g. 30d."
)
@click.pass_context
def gc(context: click.Context, older_than: str) -> None:
    """Remove deleted runs for good, and free their space."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhdw])", older_than.strip())
    if match is None:
        raise click.BadParameter(
            f"{older_than!r} is no length of time; write e.g. 12h or 30d", param_hint="--older-than"
        )
    report = _store(context).gc(float(match[1]) * _UNITS[match[2]])
    click.echo(
        f"removed {report.runs} runs and {report.experiments} experiments, freed {size_text(max(0, report.bytes))}"
    )


@commands.command()
@click.pass_context
def doctor(context: click.Context) -> None:
    """Check the store, and tell the versions of what it rests on."""
    import platform

    health = _store(context).check()
    facts = {
        "nbtrack": __version__,
        "Python": f"{platform.python_version()} ({sys.executable})",
        "SQLite": health.sqlite_version,
        "store": f"{health.path}{' (read-only)' if health.read_only else ''}",
        "version": str(health.version),
        "journal": health.journal_mode,
        "database": size_text(health.database_bytes),
        "artifacts": size_text(health.artifact_bytes),
        "runs": ", ".join(f"{count} {status}" for status, count in health.runs.items()) or "none",
        "health": "sound" if not health.problems else f"{len(health.problems)} problems",
    }
    width = max(map(len, facts)) + 2
    click.echo("\n".join(f"{name:<{width}}{value}" for name, value in facts.items()))
    for problem in health.problems:
        click.echo(f"problem: {one_line(problem)}", err=True)
    if health.problems:
        sys.exit(1)


@commands.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.pass_context
def backup(context: click.Context, target: Path) -> None:
    """Copy the store to the new folder TARGET; others may go on writing to it."""
    _store(context).backup(target)
    click.echo(f"copied to {target}")


@commands.command()
@click.argument("shell", type=click.Choice(_SHELLS))
def completion(shell: str) -> None:
    """Print what makes SHELL complete nbtrack's commands and runs; have its start-up file evaluate it.

    E.g. in ~/.bashrc: eval "$(nbtrack completion bash)"
    """
    source = get_completion_class(shell)
    assert source is not None
    click.echo(source(commands, {}, "nbtrack", "_NBTRACK_COMPLETE").source())
