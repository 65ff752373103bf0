"""From an entry point and the values that are given: the command for the shell, and the params of the run."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from string import Formatter
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError, NotFoundError
from nbtrack.projects.download import is_address, local_copy

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nbtrack.projects.spec import EntryPoint, Parameter

__all__ = ["Command", "fill_in", "plain"]

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_NESTED = re.compile(r"\b(eval|(ba|da|z|k)?sh\s+-\w*c)\b|\$\(|`|<<(?!<)|\$'")
"""What has the shell read a part of the command anew, or in another way: no one quoting of a value is right there."""
_BOOLEANS = {"true", "false", "1", "0", "yes", "no", "on", "off"}


@dataclass(frozen=True, slots=True)
class Command:
    """A command line with its values filled in.

    Attributes
    ----------
    text
        For the shell, with the values quoted.
    params
        The values as they were given, in the order of the entry point; those of a notebook have their types.
    remarks
        What is doubtful about them, a sentence each.
    """

    text: str
    params: Mapping[str, Any]
    remarks: tuple[str, ...] = ()


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as params can hold them: lists and the like as text."""
    return {
        name: one if isinstance(one, str | int | float | None) else repr(one) for name, one in values.items()
    }


def fill_in(
    point: EntryPoint, given: Mapping[str, str], project: Path, caller: Path, fetched: Path
) -> Command:
    """Fill the values into an entry point's command; those that it does not name follow it as `--name value`.

    Parameters
    ----------
    project, caller
        The folders in which the default of a `path` is looked for, and one that is given.
    fetched
        The folder for what a `path` names on another machine.

    Raises
    ------
    InvalidValueError
        When a value is missing, or a path does not exist, or the command names what it does not declare.
    """
    parts = _parts(point)
    named = {name for _, name in parts if name is not None}
    _check_names(point, named, given)
    remarks: list[str] = []
    params: dict[str, str] = {}
    passed: dict[str, str] = {}
    for name, parameter in point.parameters.items():
        value = given.get(name, parameter.default)
        assert value is not None
        params[name] = value
        if parameter.kind == "path":
            folders = (caller,) if name in given else (project, caller)
            passed[name] = _existing(name, value, folders, fetched / f"param_{len(passed)}")
        else:
            passed[name] = _checked(parameter, value, caller if name in given else project, remarks)
    surplus = {name: value for name, value in given.items() if name not in point.parameters}
    if surplus and point.parameters:
        remarks.append(
            f"entry point {point.name!r} does not declare {', '.join(surplus)}; passed on as --name value"
        )
    # What the command does not name follows it, declared or not, as with MLflow.
    behind = {name: value for name, value in (passed | surplus).items() if name not in named}
    text = _filled(point, parts, passed)
    text += "".join(f" {shlex.quote('--' + name)} {shlex.quote(value)}" for name, value in behind.items())
    return Command(text, params | surplus, tuple(remarks))


def _parts(point: EntryPoint) -> list[tuple[str, str | None]]:
    """Return the command's literal texts, each with the name of the value that follows it."""
    try:
        found = list(Formatter().parse(point.command))
    except ValueError as error:
        raise InvalidValueError(
            f"the command of entry point {point.name!r} cannot be read ({error}); write braces twice: {{{{ }}}}"
        ) from None
    for _, name, form, conversion in found:
        if name is not None and (form or conversion or not name):
            raise InvalidValueError(
                f"the command of entry point {point.name!r} has {{{name}...}} with a format or without a name; "
                "write the plain {name} of a parameter, and other braces twice: {{ }}"
            )
    return [(literal, name) for literal, name, _, _ in found]


def _check_names(point: EntryPoint, named: set[str], given: Mapping[str, str]) -> None:
    unknown = sorted(named - set(point.parameters))
    if unknown:
        raise InvalidValueError(
            f"the command of entry point {point.name!r} names {', '.join(unknown)}, which it does not declare; "
            f"it declares {', '.join(point.parameters) or 'no parameters'}"
        )
    missing = [name for name, one in point.parameters.items() if one.default is None and name not in given]
    if missing:
        options = " ".join(f"-P {name}=..." for name in missing)
        raise InvalidValueError(f"entry point {point.name!r} needs {', '.join(missing)}; give {options}")


def _checked(parameter: Parameter, value: str, folder: Path, remarks: list[str]) -> str:
    """Return a value as the command gets it."""
    if parameter.kind == "uri" and not _SCHEME.match(value) and not (folder / value).exists():
        raise InvalidValueError(
            f"param {parameter.name!r} is a uri, and {value!r} is no address with a scheme"
        )
    if not _fits(parameter.kind, value):
        remarks.append(f"param {parameter.name!r} should be of type {parameter.kind}, and {value!r} is not")
    return value


def _fits(kind: str, value: str) -> bool:
    if kind in ("bool", "boolean"):
        return value.lower() in _BOOLEANS
    number = {"int": int, "integer": int, "float": float, "double": float}.get(kind)
    try:
        return number is None or number(value) is not None
    except ValueError:
        return False


def _existing(name: str, value: str, folders: tuple[Path, ...], fetched: Path) -> str:
    if is_address(value):
        try:
            return str(local_copy(value, fetched))
        except (NotFoundError, InvalidValueError) as error:
            raise InvalidValueError(f"param {name!r} is a path: {error}") from None
    for folder in folders:
        if (folder / value).exists():
            return str((folder / value).resolve())
    raise InvalidValueError(f"param {name!r} is a path, and {value!r} is not in {folders[0]}")


def _filled(point: EntryPoint, parts: list[tuple[str, str | None]], values: Mapping[str, str]) -> str:
    text, quote = "", ""
    nested = _NESTED.search("x".join(literal for literal, _ in parts)) is not None
    for literal, name in parts:
        text += literal
        quote = _quote_after(quote, literal)
        if name is not None:
            value = values[name]
            if (nested or quote == "#") and shlex.quote(value) != value:
                raise InvalidValueError(
                    f"the command of entry point {point.name!r} has {{{name}}} where a shell reads it twice or "
                    f"as a comment: {value!r} cannot be put there safely; give a plain word, or change the command"
                )
            text += _quoted(value, quote)
    return text


def _quoted(value: str, quote: str) -> str:
    """Return a value for the shell, where the template is inside this quote already."""
    if quote == "'":
        return value.replace("'", "'\"'\"'")
    if quote == '"':
        return re.sub(r'([\\"$`])', r"\\\1", value)
    return shlex.quote(value)


def _quote_after(quote: str, literal: str) -> str:
    """Return the quote that is open after a text: ' or ", # in a comment, or none."""
    before, escaped = " ", False
    for character in literal:
        if escaped:
            escaped = False
        elif quote == "#":
            quote = "" if character == "\n" else quote
        elif character == "\\" and quote != "'":
            escaped = True
        elif quote:
            quote = "" if character == quote else quote
        elif character in "'\"" or (character == "#" and before in " \t\n;&|("):
            quote = character
        before = character
    return quote
