"""What the commands that use a model share: its address, trust, environment, processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from nbtrack.cli.command import store_of
from nbtrack.errors import StoreError

if TYPE_CHECKING:
    from nbtrack.serving.model_description import Description

__all__ = ["ENVIRONMENT", "TRUST", "URI", "WORKERS", "found"]

URI = click.option(
    "--model-uri", "-m", "uri", required=True, metavar="URI",
    help="runs:/<run>/<name>, models:/<name>/<version>, models:/<name>@<alias>, or a folder.",
)  # fmt: skip
TRUST = click.option(
    "--trust", is_flag=True, help="Load it although you neither saved nor trusted it; a pickle runs any code."
)
ENVIRONMENT = click.option(
    "--env-manager", type=click.Choice(["local", "uv"]), default="local", show_default=True,
    help="Where the model runs: here, or in an environment of its own that uv builds.",
)  # fmt: skip
WORKERS = click.option(
    "--workers", "-w", type=click.IntRange(1, 256), default=1, show_default=True,
    help="Processes that hold the model.",
)  # fmt: skip


def found(
    context: click.Context, uri: str, trust: bool, env_manager: str
) -> tuple[Description, bool | list[str]]:
    """Return the model at an address, and how far it is trusted.

    Raises
    ------
    NotFoundError, ModelError, TrustError
        When there is none, or it must be trusted before an environment is built for it.
    """
    from nbtrack.serving.model_description import find_served

    try:
        store_of(context)
    except StoreError:
        # A folder needs no store.
        if uri.startswith(("runs:", "models:")):
            raise
    model, trusted = find_served(uri, trust)
    if env_manager == "uv":
        from nbtrack.models.environment import check_trusted

        check_trusted(model, trusted)
    return model, trusted
