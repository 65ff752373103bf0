"""The command that shows a store as a page to people who have no notebook."""

from __future__ import annotations

import re
import secrets
import sys
from pathlib import Path

import click

from nbtrack.cli.command import PORT, Command, folder_of, wanted_folder
from nbtrack.errors import InvalidValueError
from nbtrack.store import open_store
from nbtrack.store.location import is_store

__all__ = ["ui"]

OWN = "-"
"""Stands for the notebook that nbtrack brings."""


@click.command(cls=Command)
@click.option(
    "--host", "-h", default="127.0.0.1", show_default=True, help="0.0.0.0 lets others in who have the token."
)
@PORT
@click.option(
    "--token",
    envvar="NBTRACK_UI_TOKEN",
    show_envvar=True,
    help="What visitors must have. One is made, and printed, for Voila and where others can reach the page.",
)
@click.option(
    "--write",
    is_flag=True,
    help="Let visitors rename, tag and delete, with Voila also serve; without it they only look.",
)
@click.option(
    "--base-url",
    default="/",
    show_default=True,
    metavar="PATH",
    help="The path below which a proxy shows it.",
)
@click.option(
    "--voila",
    "notebook",
    is_flag=False,
    flag_value=OWN,
    metavar="[NOTEBOOK]",
    help="Show a notebook by Voila: this one, or the dashboard that nbtrack brings.",
)
@click.pass_context
def ui(  # noqa: PLR0917 (click passes them by name)
    context: click.Context,
    host: str,
    port: int,
    token: str | None,
    write: bool,
    base_url: str,
    notebook: str | None,
) -> None:
    """Show the store as a page until Ctrl-C."""
    from nbtrack.serving.access_rules import is_loopback
    from nbtrack.widgets.served_page import ServedPage

    if token is not None and not token.strip():
        raise click.BadParameter("it is empty: anybody could come in", param_hint="--token")
    base = _base_url(base_url)

    def tell(address: str) -> None:
        click.echo(f"nbtrack: {address} (Ctrl-C ends it)", err=True)

    # Voila runs kernels for whoever comes in.
    if token is None and (notebook is not None or not is_loopback(host)):
        token = secrets.token_urlsafe(24)
    folder = wanted_folder(context) if notebook is None else folder_of(context)
    if notebook is not None or is_store(folder):
        # A store that cannot be opened is told here, not on the page.
        open_store(folder, read_only=True).close()
    page = ServedPage(folder.absolute(), token, host, port, write, base)
    if notebook is None:
        from nbtrack.widgets.server.own import serve

        sys.exit(serve(page, tell))
    from nbtrack.widgets.dashboard.voila import dashboard_notebook
    from nbtrack.widgets.dashboard.voila import serve as serve_notebook

    sys.exit(serve_notebook(page, dashboard_notebook() if notebook == OWN else Path(notebook), tell))


def _base_url(given: str) -> str:
    if not re.fullmatch(r"[\w.~/-]*", given, re.ASCII):
        raise InvalidValueError(f"--base-url {given!r} is no path; write e.g. /team/")
    path = given.strip("/")
    return f"/{path}/" if path else "/"
