"""Commands on models: the registry and the server."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from nbtrack.cli.command import PORT, Group, store_of
from nbtrack.cli.model_options import ENVIRONMENT, TRUST, URI, WORKERS, found
from nbtrack.cli.predict import predict
from nbtrack.entities.text import one_line, table_text, time_text
from nbtrack.errors import InvalidValueError
from nbtrack.values import as_name, as_tag

__all__ = ["models"]

_SIZES = {"": 1, "k": 1_000, "m": 1_000_000, "g": 1_000_000_000}


@click.group("models", cls=Group, invoke_without_command=True)
@click.pass_context
def models(context: click.Context) -> None:
    """List the registered models; manage, serve or use one to predict."""
    if context.invoked_subcommand is not None:
        return
    registry = store_of(context).models
    rows = []
    for name in registry.names():
        model = registry.model(name)
        aliases = ", ".join(f"{alias} {version}" for alias, version in sorted(model.aliases.items()))
        newest = str(max(model.versions)) if model.versions else ""
        rows.append(
            [one_line(name), newest, one_line(aliases), time_text(model.created), one_line(model.description)]
        )
    heads = ["name", "newest", "aliases", "made", "description"]
    click.echo(table_text(heads, rows, [False, True]) if rows else "No registered models.")


@models.command()
@click.argument("name")
@click.pass_context
def show(context: click.Context, name: str) -> None:
    """Show the versions of the registered model NAME."""
    registry = store_of(context).models
    rows = []
    for number in registry.model(name).versions:
        version = registry.version(name, number)
        tags = ", ".join(f"{key}={value}" for key, value in sorted(version.tags.items()))
        rows.append([
            str(number), one_line(", ".join(version.aliases)), one_line(version.source), time_text(version.created),
            one_line(tags), one_line(version.description),
        ])  # fmt: skip
    heads = ["version", "aliases", "model", "made", "tags", "description"]
    click.echo(table_text(heads, rows, [True]) if rows else f"{one_line(name)} has no versions.")


@models.command()
@click.argument("uri")
@click.argument("name")
@click.option("--description", default="", help="What to say of the version.")
@click.option("--tag", "-t", "tags", multiple=True, metavar="KEY=VALUE", help="A tag of the version.")
@click.pass_context
def register(context: click.Context, uri: str, name: str, description: str, tags: tuple[str, ...]) -> None:
    """Register the model at URI as a new version of NAME."""
    from nbtrack.models import MLmodel
    from nbtrack.tracking.model_uri import find_model
    from nbtrack.tracking.registration import register_model

    store_of(context)
    pairs = dict(map(_pair, tags))
    MLmodel.read(find_model(uri)[0])  # a folder without a model cannot be registered
    version = register_model(uri, name, tags=pairs, description=description)
    click.echo(f"{one_line(name)} has version {version.version}")


@models.command()
@click.argument("name")
@click.argument("alias")
@click.argument("version", type=int, required=False)
@click.pass_context
def alias(context: click.Context, name: str, alias: str, version: int | None) -> None:
    """Point ALIAS to VERSION of NAME; without a version the alias is deleted."""
    registry = store_of(context).models
    if version is None:
        registry.by_alias(name, alias)
        registry.delete_alias(name, alias)
        click.echo(f"{one_line(name)}@{one_line(alias)} stands for nothing now")
    else:
        registry.set_alias(name, as_name(alias, "alias"), version)
        click.echo(f"{one_line(name)}@{one_line(alias)} stands for version {version}")


@models.command()
@click.argument("name")
@click.option("--version", type=int, help="This version only.")
@click.pass_context
def delete(context: click.Context, name: str, version: int | None) -> None:
    """Remove the registered model NAME; the models that were registered stay with their runs."""
    registry = store_of(context).models
    if version is None:
        registry.delete(name)
        click.echo(f"removed {one_line(name)}")
    else:
        registry.delete_version(name, version)
        click.echo(f"removed version {version} of {one_line(name)}")


@models.command()
@URI
@PORT
@click.option(
    "--host", "-h", default="127.0.0.1", show_default=True, help="0.0.0.0 lets others in; give a token then."
)
@WORKERS
@click.option(
    "--timeout",
    "-t",
    type=click.FloatRange(0.01),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="A prediction that takes longer is given up.",
)
@click.option(
    "--max-body", default="100MB", show_default=True, metavar="SIZE", help="A larger request is refused."
)
@click.option(
    "--token",
    envvar="NBTRACK_SERVE_TOKEN",
    show_envvar=True,
    help="Asked of every client, as Authorization: Bearer TOKEN.",
)
@click.option(
    "--token-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read the token from this file: others on the machine can see a command's options.",
)
@click.option(
    "--allowed-host",
    "allowed_hosts",
    multiple=True,
    metavar="NAME",
    help="A further name of this server, such as its proxy's; * for any.",
)
@TRUST
@ENVIRONMENT
@click.pass_context
def serve(  # noqa: PLR0917
    context: click.Context, uri: str, port: int, host: str, workers: int, timeout: float, max_body: str,
    token: str | None, token_file: Path | None, allowed_hosts: tuple[str, ...], trust: bool, env_manager: str,
) -> None:  # fmt: skip
    """Serve a model over HTTP until Ctrl-C, as MLflow does: POST /invocations; see / for the rest."""
    from nbtrack.serving.running import new_record
    from nbtrack.serving.server import run
    from nbtrack.serving.settings import Settings

    if token_file is not None:
        token = _token_in(context, token_file)
    model, trusted = found(context, uri, trust, env_manager)
    try:
        record = str(new_record())
    except OSError as error:
        click.echo(f"nbtrack: nbtrack.servers() will not tell of this server ({error})", err=True)
        record = None
    settings = Settings(
        str(model.path), model.name, model.version, model.uri, trust=trusted, host=host, port=port, workers=workers,
        timeout=timeout, max_body=_size(max_body),
        token=token, allowed_hosts=list(allowed_hosts), env_manager=env_manager,
        record=record,
    )  # fmt: skip

    def tell(event: dict[str, Any]) -> None:
        if event["event"] == "bound":
            line = f"loading {model.name} for {event['url']}"
        elif event["event"] == "ready":
            line = f"ready after {event['seconds']:.1f} s of loading; Ctrl-C stops it"
        else:
            line = event["message"]
        click.echo(f"nbtrack: {line}", err=True)

    sys.exit(run(settings, tell))


def _token_in(context: click.Context, file: Path) -> str:
    if context.get_parameter_source("token") is click.core.ParameterSource.COMMANDLINE:
        raise click.UsageError("give --token or --token-file, not both")
    token = file.read_text(encoding="utf-8", errors="replace").strip()
    if not token:
        raise click.BadParameter(
            f"{str(file)!r} is empty; write the token into it", param_hint="--token-file"
        )
    return token


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise InvalidValueError(f"{text!r} is not a tag; write key=value")
    return as_name(key, "tag name"), as_tag(value)


def _size(text: str) -> int:
    import re

    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmg]?)b?", text.strip().lower())
    if match is None:
        raise click.BadParameter(f"{text!r} is not a size; write e.g. 50MB", param_hint="--max-body")
    return int(float(match[1]) * _SIZES[match[2]])


models.add_command(predict)
