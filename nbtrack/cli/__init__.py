"""The command `nbtrack`: one small function per command."""

from __future__ import annotations

import os
import sys

import click
from click.shell_completion import get_completion_class

from nbtrack.cli.command import Group
from nbtrack.cli.experiments import experiments
from nbtrack.cli.keeping import backup, doctor, gc
from nbtrack.cli.models import models
from nbtrack.cli.projects import package, run
from nbtrack.cli.report import report
from nbtrack.cli.runs import delete, list_runs, restore, show
from nbtrack.cli.trust import trust
from nbtrack.cli.ui import ui
from nbtrack.entities.text import one_line
from nbtrack.errors import NbtrackError
from nbtrack.tracking.destination import store_if_there
from nbtrack.version import __version__

__all__ = ["main"]

_SHELLS = ("bash", "zsh", "fish")


def main() -> None:
    """Run the command line, and print an error as one line instead of a traceback."""
    try:
        commands(prog_name="nbtrack", standalone_mode=True)
    except NbtrackError as error:
        click.echo(f"nbtrack: {error}", err=True)
        sys.exit(1)
    except ImportError as error:  # an extra that is not installed
        click.echo(f"nbtrack: {error}", err=True)
        sys.exit(1)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        # A damaged store may return anything: in that case, report the damage.
        damage = _damage()
        if damage is None:
            raise
        click.echo(f"nbtrack: {damage}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        # The reader of a pipe, such as head, has closed it; nothing must complain at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _damage() -> str | None:
    """Return the damage of the store that the command read, if there is any."""
    store = store_if_there()
    problems = store.check().problems if store is not None else []
    if not problems:
        return None
    return f"the store cannot all be read: {one_line(str(problems[0]))}; `nbtrack doctor` tells more"


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="nbtrack")
def commands() -> None:
    """Find and manage the runs that nbtrack keeps."""


@commands.command()
@click.argument("shell", type=click.Choice(_SHELLS))
def completion(shell: str) -> None:
    """Print the completion script of nbtrack's commands and runs for SHELL, to be evaluated in its start-up file.

    E.g. in ~/.bashrc: eval "$(nbtrack completion bash)"
    """
    source = get_completion_class(shell)
    assert source is not None
    click.echo(source(commands, {}, "nbtrack", "_NBTRACK_COMPLETE").source())


for _command in (
    list_runs,
    show,
    experiments,
    models,
    delete,
    restore,
    gc,
    doctor,
    backup,
    report,
    trust,
    ui,
    run,
    package,
):
    commands.add_command(_command)
