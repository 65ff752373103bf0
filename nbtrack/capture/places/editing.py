"""Put other values in the places of a script's literals: in its text, so that comments and layout stay."""

from __future__ import annotations

import ast
import math
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from nbtrack.errors import InvalidValueError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nbtrack.capture.places.place import Place

__all__ = ["edited", "only_place", "value_like", "values_like", "with_values"]

_BOOLEANS = {
    "true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False,
}  # fmt: skip


def with_values(source: str, places: Mapping[str, Sequence[Place]], values: Mapping[str, Any]) -> str:
    """Return a script with other values in the places of its literals.

    A value keeps its literal's type: 3 for a float is written `3.0`, and the text `3` for a text `'3'`.

    Parameters
    ----------
    source
        The script.
    places
        Its places, as `places_in` found them.
    values
        By the names of places: values, or texts as they come from a command line.

    Raises
    ------
    NotFoundError
        When there is no place of a name.
    InvalidValueError
        When a name has several places, with their lines, and when a value is not of the literal's type.

    Examples
    --------
    >>> from nbtrack.capture.places import places_in
    >>> source = "alpha = 0.5  # strength"
    >>> with_values(source, places_in(source), {"alpha": "3"})
    'alpha = 3.0  # strength'
    """
    typed = values_like(places, values)
    text = edited(source, ((only_place(places, name), _text(value)) for name, value in typed.items()))
    ast.parse(text)
    return text


def values_like(places: Mapping[str, Sequence[Place]], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values, or the values of texts, in the types of the literals that they replace; see `with_values`."""
    typed = {}
    for name, given in values.items():
        place = only_place(places, name)
        try:
            typed[name] = value_like(place.value, given)
            _text(typed[name])  # what has no literal is told with its name
        except InvalidValueError as error:
            raise InvalidValueError(f"{name}: {error}") from None
    return typed


def only_place(places: Mapping[str, Sequence[Place]], name: str) -> Place:
    """Return the one place of a name.

    Raises
    ------
    NotFoundError, InvalidValueError
        When there is none, or more than one.
    """
    found = places.get(name, ())
    if not found:
        near = get_close_matches(name, places, n=1)
        hint = (
            f"did you mean {near[0]!r}?"
            if near
            else f"there are {', '.join(name for name, found in places.items() if any(name == one.name for one in found)) or 'none'}"
        )
        raise NotFoundError(f"no literal of the code is the value of {name!r}; {hint}")
    if len(found) > 1:
        lines = ", ".join(str(place.line) for place in found)
        instead = [one for place in found if (one := _distinct(place, places))]
        offer = f"; give {' or '.join(instead)}" if instead else ""
        raise InvalidValueError(f"{name!r} stands in several places of the code, lines {lines}{offer}")
    return found[0]


def _distinct(place: Place, places: Mapping[str, Sequence[Place]]) -> str | None:
    """Return a name that only this place has."""
    return next(
        (other for other in place.others if [one.span for one in places[other]] == [place.span]), None
    )


def edited(source: str, edits: Iterable[tuple[Place, str]]) -> str:
    """Return a script with other texts in some places.

    Raises
    ------
    InvalidValueError
        When one place is in another.
    """
    lines = source.encode().splitlines(keepends=True)
    begin = (math.inf, math.inf)
    # Last first, so that the positions of the others do not change.
    for place, text in sorted(edits, key=lambda edit: edit[0].span, reverse=True):
        if (place.end_line, place.end_column) > begin:
            raise InvalidValueError(f"{place.name!r} in line {place.line} is given as a whole and in a part")
        begin = place.line, place.column
        head, tail = lines[place.line - 1][: place.column], lines[place.end_line - 1][place.end_column :]
        lines[place.line - 1 : place.end_line] = [head + text.encode() + tail]
    return b"".join(lines).decode()


def value_like(old: Any, given: Any) -> Any:
    """Return a value, or the value of a text, in the type of the one that it replaces.

    Raises
    ------
    InvalidValueError
        When it cannot be of that type.

    Examples
    --------
    >>> value_like(0.5, 3), value_like(5, "7"), value_like(True, "no"), value_like("7", "8"), value_like((1, 2), "(3,)")
    (3.0, 7, False, '8', (3,))
    """
    if isinstance(old, str):
        if isinstance(given, str) or given is None:
            return given
        raise InvalidValueError(f"{given!r} is no text, and {old!r} is one")
    value = _parsed(given) if isinstance(given, str) else given
    if value is None or old is None:
        return value
    if isinstance(old, bool):
        value = _BOOLEANS.get(str(given).lower(), value)
        if isinstance(value, bool):
            return value
    elif isinstance(old, int | float):
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value) if isinstance(old, float) else value
    elif type(value) is type(old) or (isinstance(old, list | tuple) and isinstance(value, list | tuple)):
        return type(old)(value)
    raise InvalidValueError(f"{given!r} cannot stand for {old!r}, which is of type {type(old).__name__}")


def _parsed(text: str) -> Any:
    if text.strip().lower().lstrip("+-") in {"nan", "inf", "infinity"}:
        return float(text)
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return _Unread(text)


class _Unread:
    """A text that is no literal, as it is shown."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return repr(self._text)


def _text(value: Any) -> str:
    """Return a value as a literal."""
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    if isinstance(value, _Unread):
        raise InvalidValueError(f"{value!r} is no Python literal; a text goes in quotes")
    return repr(value)
