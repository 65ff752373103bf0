"""The command that runs a project."""

from __future__ import annotations

import sys

import click

from nbtrack.cli.command import Command, complete_experiment, complete_run, wanted_folder
from nbtrack.projects import MANAGERS

__all__ = ["package", "run"]

_ARGUMENTS = "nbtrack.arguments"


def _values(
    context: click.Context,  # noqa: ARG001 (click's)
    parameter: click.Parameter,  # noqa: ARG001 (click's)
    given: tuple[str, ...],
) -> dict[str, str]:
    values: dict[str, str] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals or not name:
            raise click.BadParameter(f"{one!r} is not NAME=VALUE")
        if name in values:
            raise click.BadParameter(f"{name!r} is given twice")
        values[name] = value
    return values


class _Run(Command):
    """A command whose options end at a script: what follows that is the script's own."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take off what follows a script, and parse the rest."""
        from nbtrack.projects.scripts import is_script

        ctx.allow_interspersed_args = False
        given, rest, _ = self.make_parser(ctx).parse_args(list(args))
        ctx.allow_interspersed_args = True
        uri = given.get("uri")
        if isinstance(uri, str) and is_script(uri):
            ctx.meta[_ARGUMENTS] = rest
            args = args[: len(args) - len(rest)]
        return super().parse_args(ctx, args)


@click.command(cls=_Run)
@click.argument("uri", metavar="URI [ARGUMENTS]...")
@click.option(
    "--entry-point", "-e", default="main", show_default=True, help="Of its MLproject, or a script in it."
)
@click.option(
    "--param",
    "-P",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_values,
    help="Any number of them.",
)
@click.option("--version", "-v", metavar="REF", help="A branch, a tag or a commit.")
@click.option("--experiment-name", metavar="NAME", shell_complete=complete_experiment)
@click.option("--run-name", metavar="NAME")
@click.option(
    "--env-manager",
    type=click.Choice(MANAGERS),
    help="uv: what the project says, built once; local: this Python. Without it uv, if the project says something.",
)
@click.option("--relax", is_flag=True, help="Let pins that cannot be had be lower bounds.")
@click.option(
    "--newest", is_flag=True, help="Take the newest of what is unpinned, not that of the commit's time."
)
@click.option("--real-mlflow", is_flag=True, help="Let `import mlflow` in the project be MLflow itself.")
@click.pass_context
def run(  # noqa: PLR0917 (click passes them by name)
    context: click.Context,
    uri: str,
    entry_point: str,
    parameters: dict[str, str],
    version: str | None,
    experiment_name: str | None,
    run_name: str | None,
    env_manager: str | None,
    relax: bool,
    newest: bool,
    real_mlflow: bool,
) -> None:
    """Run the project at URI: a folder, or the address of a git repository, with #FOLDER for a part of it.

    Or a script, train.py: ARGUMENTS are its own. It runs here, and is captured as a cell under %%track is.

    The exit code is that of the project's command.
    """
    from nbtrack.projects.launch import Stopped
    from nbtrack.projects.running import run_project
    from nbtrack.tracking.destination import set_store

    set_store(wanted_folder(context))  # addresses such as runs:/... are of it, too
    try:
        done = run_project(
            uri,
            entry_point,
            parameters=parameters,
            arguments=context.meta.get(_ARGUMENTS, ()),
            version=version,
            experiment_name=experiment_name,
            run_name=run_name,
            env_manager=env_manager,
            relax=relax,
            newest=newest,
            real_mlflow=real_mlflow,
        )
    except Stopped as stopped:
        sys.exit(128 + stopped.number)
    except KeyboardInterrupt:
        sys.exit(130)  # as a shell says it
    sys.exit(done.exit_code)


@click.command(cls=Command)
@click.argument("target", metavar="NOTEBOOK_OR_RUN", shell_complete=complete_run)
@click.option("--output", "-o", required=True, metavar="DIR", help="The folder to make.")
@click.option("--force", is_flag=True, help="Write into a folder that has something in it.")
@click.pass_context
def package(context: click.Context, target: str, output: str, force: bool) -> None:
    """Make a project of a run, or of a notebook's tracked cells, that runs elsewhere.

    It has the code as a script whose parameters stand for the run's params, the packages with their versions, and the small
    files that it reads. `nbtrack run DIR`, `mlflow run DIR` and `python DIR/main.py` run it.
    """
    from nbtrack.projects.packaging.making import package as make

    click.echo(str(make(target, output, force=force, store=wanted_folder(context))))
