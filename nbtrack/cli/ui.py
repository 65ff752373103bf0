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
    if token is not None and not token.strip():
        raise click.BadParameter("it is empty: anybody could come in", param_hint="--token")
    base = _base_url(base_url)

    def tell(address: str) -> None:
        click.echo(f"nbtrack: {address} (Ctrl-C ends it)", err=True)

    if notebook is None:
        from nbtrack.widgets.server.own import Page, needs_token, serve

        if token is None and needs_token(host):
            token = _made()
        folder = wanted_folder(context)
        if is_store(folder):
            _check(folder)
        sys.exit(serve(Page(folder, token, host, port, write, base), tell))
    from nbtrack.widgets.dashboard.voila import Dashboard, dashboard_notebook
    from nbtrack.widgets.dashboard.voila import serve as serve_notebook

    folder = folder_of(context).absolute()
    _check(folder)
    dashboard = Dashboard(
        store=folder,
        token=token or _made(),
        notebook=dashboard_notebook() if notebook == OWN else Path(notebook),
        host=host,
        port=port,
        write=write,
        base_url=base,
    )
    sys.exit(serve_notebook(dashboard, tell))


def _check(folder: Path) -> None:
    """Raise what is wrong with a store: it is told here, not on the page."""
    open_store(folder, read_only=True).close()


def _made() -> str:
    return secrets.token_urlsafe(24)


def _base_url(given: str) -> str:
    if not re.fullmatch(r"[\w.~/-]*", given, re.ASCII):
        raise InvalidValueError(f"--base-url {given!r} is no path; write e.g. /team/")
    path = given.strip("/")
    return f"/{path}/" if path else "/"
