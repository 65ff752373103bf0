"""Other values for a notebook: in a cell below that of its parameters, as papermill does, or in the literals' places."""

from __future__ import annotations

import ast
import copy
import re
from typing import TYPE_CHECKING, Any

from nbtrack.capture.places import places_in, value_like, with_values
from nbtrack.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbtrack.capture.places import Place

__all__ = ["notebook_with"]

_PARAMETERS, _INJECTED = "parameters", "injected-parameters"
"""papermill's tags: https://papermill.readthedocs.io/en/latest/usage-parameterize.html."""
_SEPARATOR = "# nbtrack: the next cell"
_MAGIC = re.compile(r"^(?P<indent>[ \t]*)(?:[%!]|\w[\w., ]*=\s*[%!]|[\w.%]+\?+\s*$|\?)")
_PLACEHOLDER = re.compile(r"^[ \t]*pass  # nbtrack: line (\d+)$", re.MULTILINE)
_PYTHON_MAGICS = re.compile(r"%%(?:track|time|timeit|capture|prun)\b")


def notebook_with(notebook: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """Return a notebook with other values.

    A notebook with a cell tagged `parameters` gets a cell below it; in another, literals are replaced: of `alpha`, that
    which a name, an argument or an entry of this name is given.

    Parameters
    ----------
    notebook
        As JSON; it is not changed.
    values
        By name, as texts; each gets the type of the value that it replaces.

    Raises
    ------
    InvalidValueError, NotFoundError
        When a value is of another type than the one that it replaces, or there is nothing that it could replace, or
        several things.
    """
    made: dict[str, Any] = copy.deepcopy(dict(notebook))
    if not values:
        return made
    cells = made["cells"]
    tagged = next((number for number, cell in enumerate(cells) if _PARAMETERS in _tags(cell)), None)
    if tagged is None:
        _replace(cells, values)
        return made
    code = _assignments(_source(cells[tagged]), values)
    cells[:] = [cell for cell in cells if _INJECTED not in _tags(cell)]
    below: dict[str, Any] = {"cell_type": "code", "execution_count": None, "outputs": [], "source": code}
    below["metadata"] = {"tags": [_INJECTED]}
    if (int(made.get("nbformat", 4)), int(made.get("nbformat_minor", 0))) >= (4, 5):
        below["id"] = "injected-parameters"
    cells.insert(cells.index(cells[tagged]) + 1 if tagged < len(cells) else len(cells), below)
    return made


def _tags(cell: Mapping[str, Any]) -> list[str]:
    return list(cell.get("metadata", {}).get("tags") or ())


def _source(cell: Mapping[str, Any]) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def _assignments(defaults: str, values: Mapping[str, str]) -> str:
    """Return code that assigns the values, with the types of a cell's defaults."""
    try:
        known: Mapping[str, list[Place]] = places_in(_masked(defaults, []))
    except SyntaxError:
        known = {}
    lines = []
    for name, text in values.items():
        if not name.isidentifier():
            raise InvalidValueError(f"{name!r} is no name that a notebook could assign")
        places = known.get(name, [])
        lines.append(f"{name} = {_literal(name, text, places)}")
    return "\n".join(["# Given to nbtrack run", *lines])


def _literal(name: str, text: str, places: list[Place]) -> str:
    if len(places) == 1:
        try:
            return repr(value_like(places[0].value, text))
        except InvalidValueError as error:
            raise InvalidValueError(f"{name}: {error}") from None
    try:
        return repr(ast.literal_eval(text.strip()))
    except (ValueError, SyntaxError):
        return repr(text)


def _replace(cells: list[dict[str, Any]], values: Mapping[str, str]) -> None:
    """Put values in the places of the literals of all code cells."""
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    lines: list[str] = []
    text = f"\n{_SEPARATOR}\n".join(_masked(_source(cell), lines) for cell in code)
    try:
        edited = with_values(text, places_in(text), values)
    except SyntaxError as error:
        raise InvalidValueError(
            f"the notebook's code cannot be read ({error.msg}: {(error.text or '').strip()!r}); "
            "give the cell with its parameters the tag 'parameters'"
        ) from None
    edited = _PLACEHOLDER.sub(lambda match: lines[int(match[1])], edited)
    for cell, source in zip(code, edited.split(f"\n{_SEPARATOR}\n"), strict=True):
        cell["source"] = source


def _masked(source: str, lines: list[str]) -> str:
    """Return a cell as Python: each line of IPython's is a placeholder, and goes to `lines`."""
    foreign = source.lstrip().startswith("%%") and not _PYTHON_MAGICS.match(source.lstrip())
    made = []
    for line in source.splitlines():
        match = _MAGIC.match(line)
        if foreign or match is not None:
            indent = match["indent"] if match is not None and not foreign else ""
            made.append(f"{indent}pass  # nbtrack: line {len(lines)}")
            lines.append(line)
        else:
            made.append(line)
    return "\n".join(made)
