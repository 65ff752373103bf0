"""The command that trusts models which somebody else has saved."""

from __future__ import annotations

import click

from nbtrack.cli.command import Command, store_of
from nbtrack.entities.text import one_line
from nbtrack.errors import StoreError

__all__ = ["trust"]


@click.command(cls=Command)
@click.argument("targets", nargs=-1, required=True, metavar="RUN|MODEL|STORE...")
@click.pass_context
def trust(context: click.Context, targets: tuple[str, ...]) -> None:
    """Let the models of a run or a store, or one model, load unasked from now on.

    Loading a pickle runs whatever code it holds: trust what comes from people you know. What you saved yourself on this
    account needs no trust. Those that are there now are trusted as they are; new ones, and changed ones, ask again.
    """
    from nbtrack.tracking.model_trust import trust_models

    try:
        store_of(context)
    except StoreError:
        # A model's folder, and a store that is named, need none.
        if context.meta.get("nbtrack.store"):
            raise
    for target in targets:
        found = trust_models(target)
        for uri, _ in found:
            click.echo(f"trusted {one_line(uri)}")
        if not found:
            click.echo(f"{one_line(target)} has no models")
