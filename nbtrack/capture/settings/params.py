"""The settings among a cell's names: those it assigns, and those of earlier cells that it reads."""

from __future__ import annotations

import ast
import dataclasses
from typing import TYPE_CHECKING, Any

from nbtrack.capture.foreign import forgiving, is_of_library
from nbtrack.capture.settings.setting import Setting, changed_fields, fields_of, flatten, is_settings
from nbtrack.capture.source.choices import is_chosen
from nbtrack.capture.source.grammar import Bind, begins
from nbtrack.capture.source.literals import literal
from nbtrack.capture.words.calls import FIELDS_OF_MODELS, OUTPUT_ARGUMENTS, RUNNING_SETTINGS
from nbtrack.capture.words.names import (
    SETTINGS_WORDS,
    is_best_name,
    is_bookkeeping_name,
    is_metric_name,
    is_schedule_name,
    words,
)
from nbtrack.fields import same

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nbtrack.capture.source.analysis import CellAnalysis

__all__ = ["is_configuration", "name_settings"]

_MAX_TEXT_LENGTH = 250


def name_settings(
    analysis: CellAnalysis,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    inner: Iterable[str],
    chosen: Iterable[str],
    results: Iterable[str],
) -> list[Setting]:
    """Return the names to which the cell assigns a literal, and settings of earlier cells that it reads.

    Parameters
    ----------
    analysis
        The cell.
    before, after
        Name to value, before the cell ran (those it reads) and after (the whole namespace).
    inner
        Names that functions of the notebook read.
    chosen
        Names to which earlier cells assigned a literal: dicts and texts count only if they are written in the source.
    results
        Names that earlier tracked cells kept as metrics: a measured value is not a setting.
    """
    found: list[Setting] = []
    for name, bindings in analysis.bindings.items():
        if bindings[0].loop or name in analysis.mutations or name.startswith("_") or is_best_name(name):
            continue
        if len(bindings) > 1:
            # A schedule begins with a chosen value.
            if is_schedule_name(name) and bindings[0].literal and all(b.loop for b in bindings[1:]):
                found += _settings(name, literal(bindings[0].value))
            continue
        value = literal(bindings[0].value) if bindings[0].literal else ()
        if value == ():
            value = after.get(name)
        result = is_metric_name(name) and not isinstance(value, str)
        if bindings[0].literal or (_is_said(bindings[0].value) and not result):
            used = (name not in analysis.uses or _is_used(analysis, name)) and _is_choice(
                analysis, name, value
            )
        else:
            used = is_configuration(name, value)
        if used and is_settings(value):
            found += _kept(analysis, name, value, after, bindings[0].value)
    for name, definition in analysis.settings_classes.items():
        made = after.get(name)
        fields = (event.name for stmt in definition.body for event in begins(stmt) if isinstance(event, Bind))
        for field in fields:
            if not field.startswith("__"):
                found += _settings(f"{name}.{field}", getattr(made, field, None))
    chosen, results, inner = set(chosen), set(results), set(inner)
    for name, value in before.items():
        used = name in inner or _is_used(analysis, name)
        if used and name not in results and _is_read_setting(analysis, name, value, written=name in chosen):
            found += _kept(analysis, name, value, after)
    return found


def _kept(
    analysis: CellAnalysis,
    name: str,
    value: Any,
    after: Mapping[str, Any],
    written: ast.expr | None = None,
) -> list[Setting]:
    """Return the settings of a name, without those that a function has replaced since."""
    settings = _settings(name, value, written)
    if name not in analysis.contents_before:
        return settings
    now = dict(flatten(name, after.get(name)))
    return [one for one in settings if one.name in now and same(now[one.name], one.value)]


def _is_said(value: ast.expr | None) -> bool:
    """Return whether a value is a literal or user input: values that only follow from these are redundant."""
    return is_chosen(value, ())


def _is_used(analysis: CellAnalysis, name: str) -> bool:
    """Return whether a name is used for more than plots, files and output."""
    return "compute" in analysis.uses.get(name, ())


@forgiving(bool)
def _is_choice(analysis: CellAnalysis, name: str, value: Any) -> bool:
    """Return whether a literal is more than a list of labels, such as alternatives that a loop tries."""
    labels = isinstance(value, list | tuple | set) and all(isinstance(item, str) for item in value)
    if labels:
        return bool(value) and name in analysis.iterated
    fields = fields_of(value)
    return fields is None or not all(
        isinstance(leaf, str) and leaf.startswith("#") for leaf in fields.values()
    )


@forgiving(bool)
def is_configuration(name: str, value: Any) -> bool:
    """Return whether a computed value contains settings: parsed arguments, a `config` object."""
    if type(value).__name__ == "Namespace":
        return True
    has_fields = fields_of(value) is not None and not isinstance(value, tuple)
    return has_fields and not SETTINGS_WORDS.isdisjoint([*words(name), *words(type(value).__name__)])


@forgiving(bool)
def _is_read_setting(analysis: CellAnalysis, name: str, value: Any, *, written: bool) -> bool:
    """Return whether an existing value that the cell reads is one of its settings."""
    if (
        name.startswith("_")
        or name in analysis.mutations
        or isinstance(value, list | tuple | set | frozenset)
    ):
        return False
    if any(b.kind == "aug" for b in analysis.bindings.get(name, ())) or not is_settings(value):
        return False
    if isinstance(value, str):
        return written and len(value) <= _MAX_TEXT_LENGTH
    if is_metric_name(name):
        return False
    if fields_of(value) is not None:
        return written or is_configuration(name, value)
    return written or not is_bookkeeping_name(name)


def _settings(name: str, value: Any, written: ast.expr | None = None) -> list[Setting]:
    if not (dataclasses.is_dataclass(value) and is_of_library(value)):
        return [
            Setting(key, leaf)
            for key, leaf in flatten(name, value)
            if key == name or key.rpartition(".")[2] not in RUNNING_SETTINGS
        ]
    # A library's config has hundreds of settings: those count that were given to it.
    given = changed_fields(value)
    if isinstance(written, ast.Call) and written.keywords:
        given = {k.arg: getattr(value, k.arg, None) for k in written.keywords if k.arg}
    return [
        Setting(key, leaf)
        for field, inner in given.items()
        if field not in OUTPUT_ARGUMENTS and (written is not None or field not in FIELDS_OF_MODELS)
        for key, leaf in flatten(f"{name}.{field}", inner)
    ]
