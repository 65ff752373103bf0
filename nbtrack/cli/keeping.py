"""Commands on the store as a whole."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nbtrack.cli.command import Command, folder_of, store_of
from nbtrack.entities.text import one_line, size_text
from nbtrack.store import inspect, open_store
from nbtrack.version import __version__

if TYPE_CHECKING:
    from nbtrack.store import Health

__all__ = ["backup", "doctor", "gc"]

_MAX_LISTED = 50
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


@click.command(cls=Command)
@click.option(
    "--older-than", default="0s", metavar="TIME", help="Only what was deleted so long ago, e.g. 30d."
)
@click.pass_context
def gc(context: click.Context, older_than: str) -> None:
    """Remove deleted runs for good, and free their space."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhdw])", older_than.strip())
    if match is None:
        raise click.BadParameter(
            f"{older_than!r} is not a duration; write e.g. 12h or 30d", param_hint="--older-than"
        )
    report = store_of(context).gc(float(match[1]) * _UNITS[match[2]])
    click.echo(
        f"removed {report.runs} runs and {report.experiments} experiments, freed {size_text(max(0, report.bytes))}"
    )


@click.command(cls=Command)
@click.option(
    "--repair", is_flag=True, help="Mend what can be mended; what is damaged beyond that is removed."
)
@click.pass_context
def doctor(context: click.Context, repair: bool) -> None:
    """Check the store, and show the versions of its libraries; nothing is changed without --repair."""
    folder = folder_of(context)
    health = inspect(folder)
    if repair and health.problems and not any(problem.fatal for problem in health.problems):
        store = open_store(folder)
        for done in store.repair():
            click.echo(f"repaired: {one_line(done)}", err=True)
        store.close()
        health = inspect(folder)
    _tell(health)


def _tell(health: Health) -> None:
    import platform

    count = len(health.problems)
    facts = {
        "nbtrack": __version__,
        "Python": f"{platform.python_version()} ({sys.executable})",
        "SQLite": health.sqlite_version,
        "store": f"{health.path}{' (read-only)' if health.read_only else ''}",
        "version": str(health.version),
        "journal": health.journal_mode,
        "database": size_text(health.database_bytes),
        "artifacts": size_text(health.artifact_bytes),
        "runs": ", ".join(f"{number} {status}" for status, number in health.runs.items()) or "none",
        "health": f"{count} problem{'s' if count > 1 else ''}" if count else "sound",
    }
    width = max(map(len, facts)) + 2
    click.echo("\n".join(f"{name:<{width}}{value}" for name, value in facts.items()))
    for problem in health.problems[:_MAX_LISTED]:
        click.echo(f"problem: {one_line(problem.what)}\n         {one_line(problem.advice)}", err=True)
    if count > _MAX_LISTED:
        click.echo(f"and {count - _MAX_LISTED} more problems", err=True)
    if count:
        sys.exit(1)


@click.command(cls=Command)
@click.argument("target", type=click.Path(path_type=Path))
@click.pass_context
def backup(context: click.Context, target: Path) -> None:
    """Copy the store to the new folder TARGET; other processes may write to it meanwhile."""
    store_of(context).backup(target)
    click.echo(f"copied to {target}")
