"""Settings: candidates for params, flattened to scalars, their names made unambiguous."""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import enum
import fractions
from collections.abc import Mapping
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

from nbtrack.capture.containers import readable
from nbtrack.capture.foreign import forgiving, peek
from nbtrack.capture.number import as_number
from nbtrack.errors import InvalidValueError
from nbtrack.fields import same
from nbtrack.values import as_param

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nbtrack.records import ParamValue

__all__ = [
    "Setting",
    "changed_fields",
    "fields_of",
    "flatten",
    "is_kind",
    "is_moment_or_path",
    "is_settings",
    "pairs_of",
    "resolve",
]

_MAX_ITEMS = 20
"""The most entries of a list that become params; a longer list is one param with its text."""
_MAX_LEAVES = 200
_MAX_TEXT_LENGTH = 250
_OMEGA_LIST = ("omegaconf.listconfig", "ListConfig")
_NUMPY_MOMENTS = frozenset({("numpy", "datetime64"), ("numpy", "timedelta64")})
_WITHOUT_FIELDS: frozenset[type] = frozenset({bool, bytes, float, int, list, set, str, tuple, type(None)})
_CHOICES = frozenset({("numpy", "bool"), ("numpy", "bool_"), ("torch", "dtype")})


class Setting(NamedTuple):
    """A candidate for a param: the plain name, its value, and the path that distinguishes equal names."""

    name: str
    value: ParamValue
    prefix: str = ""
    spare: bool = False
    """Whether another setting of the same name and value is preferred."""


@forgiving(list)
def flatten(name: str, value: Any) -> list[tuple[str, ParamValue]]:
    """Return the scalar leaves of a value with dotted names; nothing for other objects.

    Examples
    --------
    >>> flatten("config", {"lr": 0.1, "layers": [64, 32]})
    [('config.lr', 0.1), ('config.layers.0', 64), ('config.layers.1', 32)]
    """
    return list(_leaves(name, value))


def _leaves(name: str, value: Any) -> Iterator[tuple[str, ParamValue]]:
    value = readable(value)
    fields = fields_of(value)
    if fields is not None:
        if len(fields) <= _MAX_LEAVES:
            for key, inner in fields.items():
                yield from _leaves(f"{name}.{key}", inner)
    elif (pairs := pairs_of(value)) is not None:
        for key, inner in pairs.items():
            yield from _leaves(f"{name}.{key}", inner)
    elif is_list(value):
        entries = list(value)
        if isinstance(value, set | frozenset):
            # The text of another object may be code of the user's own.
            entries = sorted(entries, key=repr) if all(map(_is_scalar, entries)) else []
        if len(entries) > _MAX_ITEMS:
            if all(_is_scalar(entry) for entry in entries):
                yield name, as_param(str(entries)[:_MAX_TEXT_LENGTH])
        else:
            for number, inner in enumerate(entries):
                yield from _leaves(f"{name}.{number}", inner)
    elif _is_scalar(value):
        try:
            yield name, as_param(value)
        except InvalidValueError:
            return


def pairs_of(value: Any) -> dict[str, Any] | None:
    """Return the entries of a list of names and values, `[("max_depth", 2), ("eta", 1)]`; those of one name as a list."""
    if type(value) is not list or not value:
        return None
    if not all(type(one) is tuple and len(one) == 2 and type(one[0]) is str for one in value):
        return None
    found: dict[str, list[Any]] = {}
    for key, inner in value:
        found.setdefault(key, []).append(inner)
    return {key: inner[0] if len(inner) == 1 else inner for key, inner in found.items()}


@forgiving()
def fields_of(value: Any) -> Mapping[str, Any] | None:
    """Return the fields of a dict, dataclass, namespace or settings object, by name."""
    if type(value) in _WITHOUT_FIELDS:
        return None
    if isinstance(value, tuple):
        names = getattr(type(value), "_fields", None)  # of a named tuple
        return dict(zip(names, tuple.__iter__(value), strict=False)) if type(names) is tuple else None
    value = readable(value)
    if isinstance(value, Mapping):
        return {str(key): inner for key, inner in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: peek(value, f.name) for f in dataclasses.fields(value)}
    if isinstance(value, SimpleNamespace) or type(value).__name__ == "Namespace":
        return dict(vars(value))
    if hasattr(type(value), "model_fields"):  # pydantic
        return dict(vars(value))
    attributes = getattr(type(value), "__attrs_attrs__", None)
    if attributes is not None:
        return {one.name: peek(value, one.name) for one in attributes}
    return None


@forgiving(dict)
def changed_fields(config: Any) -> dict[str, Any]:
    """Return the fields of a dataclass that are not its defaults, without those that it has made itself.

    Examples
    --------
    >>> @dataclasses.dataclass
    ... class Config:
    ...     rate: float = 0.1
    ...     rounds: int | None = None
    >>> changed_fields(Config(rounds=3))
    {'rounds': 3}
    """
    found = {}
    for field in dataclasses.fields(config):
        value = getattr(config, field.name, None)
        made = field.default_factory
        default = made() if made is not dataclasses.MISSING else field.default
        settled = value is False and default is None
        if fields_of(value) is None and not settled and value is not default and value != default:
            found[field.name] = value
    return found


def _is_scalar(value: Any) -> bool:
    if value is None or isinstance(value, bool | int | float | str) or as_number(value) is not None:
        return True
    if isinstance(value, enum.Enum):
        return _is_scalar(value.value)
    return is_moment_or_path(value) or is_kind(value)


def is_list(value: Any) -> bool:
    """Return whether a value is a list, a tuple or a set, or the list in a config of OmegaConf."""
    return isinstance(value, list | tuple | set | frozenset) or _kind_of(value) == _OMEGA_LIST


def is_moment_or_path(value: Any) -> bool:
    """Return whether a value is a date, a time, an exact number or a path: what is computed from data too."""
    if isinstance(value, dt.date | dt.time | dt.timedelta | decimal.Decimal | fractions.Fraction):
        return True
    return hasattr(type(value), "__fspath__") or _kind_of(value) in _NUMPY_MOMENTS


def is_kind(value: Any) -> bool:
    """Return whether a value is one of a few that somebody chose: an enumeration's member, a type of numbers."""
    return isinstance(value, enum.Enum) or _kind_of(value) in _CHOICES


def _kind_of(value: Any) -> tuple[str, str]:
    kind = type(value)
    return kind.__module__, kind.__name__


@forgiving(bool)
def is_settings(value: Any) -> bool:
    """Return whether a value is a scalar or contains only scalars, lists and dicts of them."""
    value = readable(value)
    fields = fields_of(value)
    if fields is not None:
        return 0 < len(fields) <= _MAX_LEAVES and all(is_settings(inner) for inner in fields.values())
    if is_list(value):
        return len(value) <= _MAX_LEAVES and all(is_settings(inner) for inner in value)
    return _is_scalar(value)


def resolve(settings: Iterable[Setting]) -> dict[str, ParamValue]:
    """Return name to value: plain names if they are unambiguous, prefixed ones if two values differ.

    A name with several values under one prefix (a sweep in a loop) is not a setting of the run.

    Examples
    --------
    >>> resolve([Setting("alpha", 0.5, "lr"), Setting("alpha", 0.1, "ridge"), Setting("cv", 5, "s")])
    {'lr.alpha': 0.5, 'ridge.alpha': 0.1, 'cv': 5}
    """
    by_name: dict[str, list[Setting]] = {}
    for setting in settings:
        group = by_name.setdefault(setting.name, [])
        if not any(_is_redundant(setting, other) for other in group):
            group.append(setting)
    params: dict[str, ParamValue] = {}
    for name, group in by_name.items():
        if all(same(setting.value, group[0].value) for setting in group):
            params[name] = group[0].value
            continue
        plain = [setting.value for setting in group if not setting.prefix]
        if plain:
            params[name] = plain[0]
        named = [s for s in group if s.prefix and not any(same(s.value, value) for value in plain)]
        paths = [setting.prefix.split(".") for setting in named]
        for setting, path in zip(named, paths, strict=True):
            if paths.count(path) == 1:
                params[f"{_distinguishing_suffix(path, paths)}.{name}"] = setting.value
    return params


def _distinguishing_suffix(path: list[str], paths: list[list[str]]) -> str:
    """Return the shortest suffix of a path that no other path has."""
    for length in range(1, len(path)):
        end = path[-length:]
        if sum(other[-length:] == end for other in paths) == 1:
            return ".".join(end)
    return ".".join(path)


def _is_redundant(setting: Setting, other: Setting) -> bool:
    return same(setting.value, other.value) and (setting.spare or setting.prefix == other.prefix)
