"""The command that trusts models that somebody else has saved."""

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
    """Trust the models of a run or a store, or one model, so that they load without confirmation.

    Loading a pickle runs any code in it: trust only models from people you know. Models that you saved yourself on this
    account need no trust. Existing models are trusted as they are now; new and changed ones need trust again.
    """
    from nbtrack.tracking.model_trust import trust_models

    try:
        store_of(context)
    except StoreError:
        # A model's folder, and a named store, need no store in use.
        if context.meta.get("nbtrack.store"):
            raise
    for target in targets:
        found = trust_models(target)
        for uri, _ in found:
            click.echo(f"trusted {one_line(uri)}")
        if not found:
            click.echo(f"{one_line(target)} has no models")
