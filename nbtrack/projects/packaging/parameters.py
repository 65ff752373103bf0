"""The parameters of a packaged script: one for each setting that one literal of it stands for."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbtrack.capture.secrets import MASK

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from nbtrack.capture.places import Place
    from nbtrack.records import ParamValue

__all__ = ["Parameter", "parameters"]

_TAKEN = frozenset({"h", "help"})


@dataclass(frozen=True)
class Parameter:
    """A parameter, and the literal that it replaces, or the word of a command.

    Attributes
    ----------
    name
        An identifier, so that a command's template can name it.
    param
        The name of the run's param.
    place
        The literal; None for a word of the command.
    default
        Its value.
    """

    name: str
    param: str
    place: Place | None
    default: Any

    @property
    def kind(self) -> str:
        """Its type in an MLproject."""
        kinds = {bool: "bool", int: "int", float: "float"}
        return kinds.get(type(self.default), "string")

    @property
    def reader(self) -> str:
        """What reads it from a command line: a type for argparse."""
        kinds = {bool: "boolean", int: "number", float: "float", str: "str"}
        return kinds.get(type(self.default), "literal")


def parameters(
    params: Mapping[str, ParamValue], places: Mapping[str, Sequence[Place]], words: Collection[str] = ()
) -> tuple[list[Parameter], list[str]]:
    """Return the parameters for a run's params, and a sentence about each param that none stands for.

    A param with several places gives a parameter for each, where longer names tell them apart; `words` are the params that
    stand in what a script was called with.
    """
    found: list[Parameter] = []
    remarks: list[str] = []
    spans: set[tuple[int, int, int, int]] = set()

    def add(param: str, place: Place) -> None:
        if place.span not in spans:
            spans.add(place.span)
            name = _identifier(param, {one.name for one in found})
            found.append(Parameter(name, param, place, place.value))

    for param, value in params.items():
        several = places.get(param, ())
        if value == MASK:
            remarks.append(f"{param} is no parameter: its value is a secret, which was not kept")
        elif param in words:
            found.append(Parameter(_identifier(param, {one.name for one in found}), param, None, value))
        elif not several:
            remarks.append(f"{param} is no parameter: no literal of the code stands for it alone")
        elif len(several) == 1:
            add(param, several[0])
        else:
            longer = [(one, name) for one in several if (name := _distinct(one, several))]
            lines = ", ".join(str(one.line) for one in several)
            offer = f"; instead there are {', '.join(name for _, name in longer)}" if longer else ""
            remarks.append(f"{param} is no parameter: it stands in lines {lines}{offer}")
            for place, name in longer:
                add(name, place)
    return found, remarks


def _distinct(place: Place, several: Sequence[Place]) -> str | None:
    others = {name for one in several if one is not place for name in one.others}
    return next((name for name in place.others if name not in others), None)


def _identifier(name: str, taken: Collection[str]) -> str:
    """Return a name that is no other's and that Python, a template and a command line all take."""
    plain = re.sub(r"\W", "_", name)
    if not plain.isidentifier():
        plain = f"_{plain}"
    if keyword.iskeyword(plain) or plain in _TAKEN:
        plain += "_"
    number, found = 1, plain
    while found in taken:
        number += 1
        found = f"{plain}_{number}"
    return found
