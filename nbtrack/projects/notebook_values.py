"""Other values for a notebook: in a cell below that of its parameters, as papermill does, or in the literals' places."""

from __future__ import annotations

import ast
import copy
import re
from typing import TYPE_CHECKING, Any

from nbtrack.capture.places import places_in, values_like, with_values
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


def notebook_with(
    notebook: Mapping[str, Any], texts: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, Any], tuple[str, ...]]:
    """Return a notebook with other values, these values, and what is doubtful about them, a sentence each.

    A notebook with a cell tagged `parameters` gets a cell below it; in another, literals are replaced: of `alpha`, that
    which a name, an argument or an entry of this name is given.

    Parameters
    ----------
    notebook
        As JSON; it is not changed.
    texts
        The values by name; each gets the type of the value that it replaces.

    Raises
    ------
    InvalidValueError, NotFoundError
        When a value is of another type than the one that it replaces, or there is nothing that it could replace, or
        several things.
    """
    made: dict[str, Any] = copy.deepcopy(dict(notebook))
    if not texts:
        return made, {}, ()
    cells = made["cells"]
    tagged = next((number for number, cell in enumerate(cells) if _PARAMETERS in _tags(cell)), None)
    if tagged is None:
        return made, _replace(cells, texts), ()
    values, unknown = _values(_source(cells[tagged]), texts)
    remarks = tuple(f"the cell tagged 'parameters' does not assign {name!r}" for name in unknown)
    code = "\n".join(["# Given to nbtrack run", *(f"{name} = {value!r}" for name, value in values.items())])
    cells[:] = [cell for cell in cells if _INJECTED not in _tags(cell)]
    place = next(number for number, cell in enumerate(cells) if _PARAMETERS in _tags(cell))
    below: dict[str, Any] = {"cell_type": "code", "execution_count": None, "outputs": [], "source": code}
    below["metadata"] = {"tags": [_INJECTED]}
    if (int(made.get("nbformat", 4)), int(made.get("nbformat_minor", 0))) >= (4, 5):
        below["id"] = "injected-parameters"
    cells.insert(place + 1, below)
    return made, values, remarks


def _tags(cell: Mapping[str, Any]) -> list[str]:
    return list(cell.get("metadata", {}).get("tags") or ())


def _source(cell: Mapping[str, Any]) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def _values(defaults: str, texts: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """Return values with the types of what a cell assigns to their names, and the names that it does not assign."""
    try:
        masked = _masked(defaults, [])
        known: Mapping[str, list[Place]] = places_in(masked)
        names = {node.id for node in ast.walk(ast.parse(masked)) if isinstance(node, ast.Name)}
    except SyntaxError:
        known, names = {}, set(texts)
    values: dict[str, Any] = {}
    for name, text in texts.items():
        if not name.isidentifier():
            raise InvalidValueError(f"{name!r} is no name that a notebook could assign")
        places = known.get(name, [])
        typed = len(places) == 1 and places[0].value is not None
        values[name] = values_like(known, {name: text})[name] if typed else _literal(text)
    return values, [name for name in texts if name not in names]


def _literal(text: str) -> Any:
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError):
        return text


def _replace(cells: list[dict[str, Any]], texts: Mapping[str, str]) -> dict[str, Any]:
    """Put values in the places of the literals of all code cells, and return them."""
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    lines: list[str] = []
    text = f"\n{_SEPARATOR}\n".join(_masked(_source(cell), lines) for cell in code)
    try:
        places = places_in(text)
        values = values_like(places, texts)
        edited = with_values(text, places, values)
    except SyntaxError as error:
        raise InvalidValueError(
            f"the notebook's code cannot be read ({error.msg}: {(error.text or '').strip()!r}); "
            "give the cell with its parameters the tag 'parameters'"
        ) from None
    edited = _PLACEHOLDER.sub(lambda match: lines[int(match[1])], edited)
    for cell, source in zip(code, edited.split(f"\n{_SEPARATOR}\n"), strict=True):
        cell["source"] = source
    return values


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
