"""What a script was called with, in which parameters stand."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from nbtrack.capture.places import places_in
from nbtrack.capture.secrets import MASK
from nbtrack.capture.source.reads import dotted
from nbtrack.projects.packaging.cell import MARK

if TYPE_CHECKING:
    from nbtrack.capture.places import Place
    from nbtrack.projects.packaging.target import Part
    from nbtrack.records import ParamValue

__all__ = ["Word", "arguments_of", "without_secrets"]

Word = str | tuple[str, str] | tuple[str, str, bool]
"""A word of a command. A pair is a text with a param's value behind it; of three parts the text, where the param has the
last as its value."""


def arguments_of(
    part: Part, source: str, tree: ast.Module, places: dict[str, list[Place]]
) -> tuple[list[Word], list[str]]:
    """Return what a script was called with, and the params that stand in it.

    The options that become parameters are left out, where the code has a default: their values are the defaults. In other
    words the parameter's value stands. `places` are changed: what an option says is not said by the code.

    Parameters
    ----------
    part
        The script's run.
    source, tree
        The script.
    places
        The literals of the run's params.
    """
    left: list[Word] = list(part.arguments)
    within: list[str] = []
    params = {} if MARK in part.script else part.params or {}
    params = {name: value for name, value in params.items() if value != MASK}
    switches = _switches(tree)
    options = places_in(source) if left else {}
    for name, value in params.items():
        switch = switches.get(name.rpartition(".")[2])
        if switch is not None and isinstance(value, bool):
            flags, means = switch
            stood = [n for n, one in enumerate(left) if one in flags] or [len(left)]
            left[stood[0] : stood[-1] + 1] = [(flags[0], name, means)]
            places[name] = []
            within.append(name)
            continue
        found = [one for one in options.get(name, ()) if one.kind == "option"]
        given = _given(left, name)
        if given is None:
            if not places.get(name) and (place := _positional(left, value)) is not None:
                left[place] = ("", name)
                within.append(name)
            continue
        place, text = given
        if len(found) == 1:
            places[name] = [replace(found[0], value=value)]
            del left[place - (0 if text else 1) : place + 1]
        elif not isinstance(value, bool) and value is not None:
            left[place] = (text, name)
            places[name] = []
            within.append(name)
    return left, within


def _given(words: list[Word], name: str) -> tuple[int, str] | None:
    """Return the place of the word in which an option's value stands, and what stands before it there."""
    last = name.rpartition(".")[2]
    flags = {f"{dash}{form}" for dash in ("-", "--") for form in (last, last.replace("_", "-"))}
    for place, word in enumerate(words):
        flag, equals, _ = word.partition("=") if isinstance(word, str) else ("", "", "")
        if equals and flag in {*flags, name}:  # the last for Hydra
            return place, f"{flag}="
        if flag in flags and place + 1 < len(words) and isinstance(words[place + 1], str):
            return place + 1, ""
    return None


def _positional(words: list[Word], value: ParamValue) -> int | None:
    """Return the place of the only word that is a value."""
    if isinstance(value, bool) or value is None:
        return None
    found = [n for n, word in enumerate(words) if isinstance(word, str) and _says(word, value)]
    return found[0] if len(found) == 1 else None


def _says(word: str, value: ParamValue) -> bool:
    try:
        return word == value or (isinstance(value, int | float) and float(word) == value)
    except ValueError:
        return False


def without_secrets(words: list[Word], results: str) -> tuple[list[str], list[str]]:
    """Return words as code, those that were masked with what the environment has, and the variables for these."""
    codes: list[str] = []
    variables: list[str] = []
    before = ""
    for word in words:
        if isinstance(word, str) and MASK in word:
            flag = word.partition("=")[0] if "=" in word else before
            name = re.sub(r"\W+", "_", flag).strip("_").upper() if flag.startswith("-") else "ARGUMENT"
            variables += [name] if name not in variables else []
            codes.append(f"{word!r}.replace({MASK!r}, {results}.secret({name!r}))")
        else:
            codes.append(repr(word))
        before = word if isinstance(word, str) else ""
    return codes, variables


def _switches(tree: ast.Module) -> dict[str, tuple[list[str], bool]]:
    """Return the options of a script's parser that only stand there or do not, and what they mean, by their names."""
    found: dict[str, tuple[list[str], bool]] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or dotted(node.func).rpartition(".")[2] != "add_argument":
            continue
        words = {word.arg: word.value.value for word in node.keywords if isinstance(word.value, ast.Constant)}
        flags = [str(one.value) for one in node.args if isinstance(one, ast.Constant)]
        means = {"store_true": True, "store_false": False}.get(str(words.get("action")))
        if means is not None and flags and "default" not in words:
            flags.sort(key=lambda one: not one.startswith("--"))
            found[str(words.get("dest", flags[0].lstrip("-").replace("-", "_")))] = (flags, means)
    return found
