"""The settings among a cell's names: those it assigns, and those of earlier cells that it reads."""

from __future__ import annotations

import ast
import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

from nbtrack.capture.containers import readable
from nbtrack.capture.foreign import forgiving, is_of_library, module_of
from nbtrack.capture.settings.earlier import is_parsed
from nbtrack.capture.settings.own import Fields, held_by, read_leaves
from nbtrack.capture.settings.setting import (
    Setting,
    changed_fields,
    fields_of,
    flatten,
    is_kind,
    is_moment_or_path,
    is_settings,
)
from nbtrack.capture.source.choices import is_chosen
from nbtrack.capture.source.fields import FieldReads
from nbtrack.capture.source.literals import literal
from nbtrack.capture.source.put import put_into
from nbtrack.capture.source.reads import names_in
from nbtrack.capture.words.calls import (
    DATA_ARGUMENTS,
    DATA_METHODS,
    DATA_TYPES,
    FIELDS_OF_MODELS,
    OUTPUT_ARGUMENTS,
    RUNNING_SETTINGS,
)
from nbtrack.capture.words.names import (
    SETTINGS_WORDS,
    is_best_name,
    is_bookkeeping_name,
    is_metric_name,
    is_output_name,
    is_schedule_name,
    words,
)
from nbtrack.fields import same

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from nbtrack.capture.settings.earlier import EarlierChoices
    from nbtrack.capture.source.analysis import Binding, CellAnalysis

_MAX_COMPUTED = 4
"""Entries of a comprehension that may be one setting, such as the sizes of layers."""

__all__ = ["is_configuration", "name_settings"]

_MAX_TEXT_LENGTH = 250


def name_settings(
    analysis: CellAnalysis,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    inner: Iterable[str],
    earlier: EarlierChoices,
    results: Iterable[str],
    functions: Collection[str] = (),
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
    earlier
        What earlier cells have chosen: dicts and texts count only if they are written in the source.
    results
        Names that earlier tracked cells kept as metrics: a measured value is not a setting.
    functions
        The names of the functions and classes of the notebook whose code may read settings.
    """
    names = _Names(analysis, after, earlier, functions)
    found = [one for name, bindings in analysis.bindings.items() for one in names.bound(name, bindings)]
    for name in analysis.settings_classes:
        held = held_by(after.get(name))
        if held is not None and (names.reads(name) or name not in analysis.uses):
            found += names.read(name, held, _settings(name, held))
    known = {id(after.get(name)) for name in (*before, *analysis.bindings)}
    found += [one for name in functions for one in names.inside(after.get(name), known)]
    results, inner = set(results), set(inner)
    for name, value in before.items():
        if name not in results and (name in inner or _is_used(analysis, name)):
            found += names.existing(name, value)
    return found


class _Names:
    """What is a setting among the names of a cell."""

    def __init__(
        self,
        analysis: CellAnalysis,
        after: Mapping[str, Any],
        earlier: EarlierChoices,
        functions: Collection[str],
    ) -> None:
        self._analysis, self._after, self._earlier, self._functions = analysis, after, earlier, functions
        self._reads = FieldReads(analysis.tree, after)

    def bound(self, name: str, bindings: list[Binding]) -> list[Setting]:
        """Return the settings of a name that the cell binds."""
        analysis, first = self._analysis, bindings[0]
        if first.loop or name.startswith("_") or is_best_name(name) or not self._may_be(name):
            return []
        if len(bindings) > 1:
            # A schedule begins with a chosen value.
            planned = is_schedule_name(name) and first.literal and all(b.loop for b in bindings[1:])
            return _settings(name, literal(first.value)) if planned else []
        value = literal(first.value) if first.literal else ()
        if value == ():
            value = self._after.get(name)
        if is_parsed(first.value):
            return self._parsed(name, value)
        if isinstance(first.value, ast.ListComp) and isinstance(value, list) and len(value) > _MAX_COMPUTED:
            return []  # rows of data, or what is tried
        result = is_metric_name(name) and not isinstance(value, str)
        if first.literal or (_is_said(first.value) and not result):
            used = (name not in analysis.uses or _is_used(analysis, name)) and _is_choice(
                analysis, name, value
            )
        else:
            used = is_configuration(name, value)
        if _is_shown(name, value, here=True) or _is_data(analysis, name, value):
            return []
        held = held_by(value) if first.literal else None
        if used and (held or is_settings(value)):
            return self._kept(name, held or value, first.value)
        return []

    def existing(self, name: str, value: Any) -> list[Setting]:
        """Return the settings of a name of an earlier cell."""
        if name in self._earlier.parsed and not is_configuration(name, value):
            return self._parsed(name, value) if self._may_be(name) else []
        if _is_shown(name, value):
            return []
        if name in self._earlier.computed and fields_of(value) is None and not is_best_name(name):
            return []
        if not self._may_be(name) or not _is_read_setting(
            self._analysis, name, value, written=name in self._earlier.names
        ):
            return []
        if fields_of(value) is not None and not self.reads(name):
            return []
        return self.read(name, value, self._kept(name, value))

    def _may_be(self, name: str) -> bool:
        """Return whether the cell does not change an object, or only puts something at places in it that it names."""
        return put_into(self._analysis, name) is not None

    def _kept(self, name: str, value: Any, written: ast.expr | None = None) -> list[Setting]:
        """Return the settings of a name: without those that a function has replaced since, with those that the cell has put there."""
        settings = _settings(name, value, written)
        put = put_into(self._analysis, name) or {}
        if name not in self._analysis.contents_before and not isinstance(value, Fields) and not put:
            return settings
        after = self._after.get(name)
        now = {one.name: one for one in _settings(name, held_by(after) or after, written)}
        kept = {
            one.name: one
            for one in settings
            if one.name in now and same(now[one.name].value, one.value) and not _is_at(one, put)
        }
        literals = [path for path, plain in put.items() if plain]
        return [*(kept | {key: one for key, one in now.items() if _is_at(one, literals)}).values()]

    @forgiving(list)
    def inside(self, value: Any, known: Collection[int]) -> list[Setting]:
        """Return what the methods of an object of one's own read of a config that it holds, `self.cfg.lr`, if that is not among known ones."""
        if isinstance(value, type) or module_of(type(value)) != "__main__" or held_by(value) is not None:
            return []
        found = []
        attributes = getattr(value, "__dict__", {})
        for name, paths in self._reads.inside(value).items():
            inner = attributes.get(name)
            held = held_by(inner)
            if id(inner) in known:
                continue
            if held is not None or is_configuration(name, inner):
                found += read_leaves(name, _settings(name, held or inner), held or inner, paths)
        return found

    def reads(self, name: str) -> frozenset[tuple[str, ...]]:
        """Return the paths that are read of a name."""
        return self._reads.of(name, self._functions)

    def read(self, name: str, value: Any, settings: list[Setting]) -> list[Setting]:
        """Return those settings of an object that the code reads."""
        if fields_of(value) is None and held_by(value) is None:
            return settings
        after = self._after.get(name) if name in self._analysis.mutations else value
        return read_leaves(name, settings, after, self.reads(name))

    def _parsed(self, name: str, value: Any) -> list[Setting]:
        """Return what is read by its key of a text that may contain data as well as settings."""
        fields = fields_of(value)
        if fields is None or not is_settings(value):
            return []
        settings = self._kept(name, value)
        if is_configuration(name, value):
            return self.read(name, value, settings)
        paths = [path for path in self.reads(name) if path[:1] and path[0] in fields]
        found = read_leaves(name, settings, value, paths) if paths else []
        return [one for one in found if not is_metric_name(one.name.rpartition(".")[2])]


@forgiving(bool)
def _is_data(analysis: CellAnalysis, name: str, value: Any) -> bool:
    """Return whether what is written out is a table or a list of samples: what frames are made of, or models fitted to."""
    value = readable(value)
    entries = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(entries, list | tuple) or not entries:
        return False
    nested = all(isinstance(one, list | tuple | dict) and len(one) for one in map(readable, entries))
    for call in analysis.calls:
        last = call.name.rpartition(".")[2]
        learnt = last in DATA_METHODS
        if not (learnt or (nested and last in DATA_TYPES)):
            continue
        given = [*call.node.args, *(k.value for k in call.node.keywords if k.arg in DATA_ARGUMENTS)]
        if any(name in names_in(one) for one in given[: 2 if learnt else 1]):
            return True
    return False


def _is_shown(name: str, value: Any, *, here: bool = False) -> bool:
    """Return whether a value is for what is shown: a size, codes of a terminal; of an earlier cell also a place, a column, a title."""
    if fields_of(value) is not None or isinstance(value, list | tuple | set):
        return False
    text = isinstance(value, str)
    if text and value.startswith("\x1b["):
        return True
    return not (text and here) and is_output_name(name, text=text and name != "name")


def _is_at(setting: Setting, paths: Iterable[tuple[str, ...]]) -> bool:
    """Return whether a setting of an object is at one of some paths, or in what is there."""
    place = tuple(setting.name.split(".")[1:])
    return any(place[: len(path)] == path for path in paths)


def _is_said(value: ast.expr | None) -> bool:
    """Return whether a value is a literal or user input: values that only follow from these are redundant."""
    return is_chosen(value, ())


def _is_used(analysis: CellAnalysis, name: str) -> bool:
    """Return whether a name is used for more than plots, files and output."""
    return "compute" in analysis.uses.get(name, ())


@forgiving(bool)
def _is_choice(analysis: CellAnalysis, name: str, value: Any) -> bool:
    """Return whether a literal is more than a list of labels, such as alternatives that a loop tries."""
    value = readable(value)
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
    if name.startswith("_") or (
        isinstance(value, list | tuple | set | frozenset) and fields_of(value) is None
    ):
        return False
    if any(b.kind == "aug" for b in analysis.bindings.get(name, ())) or not is_settings(value):
        return False
    if isinstance(value, Fields):
        named = not SETTINGS_WORDS.isdisjoint([*words(name), *words(value.kind)])
        return written or named or value.plain
    if is_kind(value):
        return True
    if isinstance(value, str) or is_moment_or_path(value):
        outside = is_output_name(name, text=not isinstance(value, dt.date | dt.timedelta))
        return written and not outside and len(str(value)) <= _MAX_TEXT_LENGTH
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
