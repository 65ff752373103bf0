"""The settings in the user's own classes, and in objects of them: `class CFG: lr = 0.1`."""

from __future__ import annotations

import enum
import functools
import sys
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from nbtrack.capture.foreign import forgiving, is_installed, module_of
from nbtrack.capture.settings.setting import fields_of, is_settings
from nbtrack.capture.source.fields import WHOLE, is_read
from nbtrack.capture.words.calls import LEARNING_METHODS
from nbtrack.capture.words.names import SETTINGS_WORDS, is_output_name, is_training_name, words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from nbtrack.capture.settings.setting import Setting

__all__ = ["Fields", "held_by", "read_leaves"]

_MAX_FIELDS = 200
_MAX_DEPTH = 4


class Fields(dict[str, Any]):
    """The fields of a user's own class, module or object, as they were before a cell ran."""

    def __init__(self, fields: Mapping[str, Any], kind: str, *, plain: bool, module: bool = False) -> None:
        super().__init__(fields)
        self.kind = kind
        """The name of the class or module."""
        self.module = module
        """Whether it is a module, which also has functions that read nothing of these."""
        self.plain = plain
        """Whether it is the class or module itself, whose fields are written there."""


@forgiving()
def held_by(value: Any) -> Fields | None:
    """Return the fields of one of the user's own classes or modules that holds settings, or of an object of one.

    Examples
    --------
    >>> class Base:
    ...     seed = 3
    >>> class CFG(Base):
    ...     rate = 0.1
    ...     def describe(self): ...
    >>> CFG.__module__ = Base.__module__ = "__main__"
    >>> held_by(CFG), held_by(CFG())
    ({'seed': 3, 'rate': 0.1}, {'seed': 3, 'rate': 0.1})
    """
    return _held_by(value, 0)


def _held_by(value: Any, depth: int) -> Fields | None:
    kind = value if isinstance(value, type | ModuleType) else type(value)
    own = _is_own_module(kind.__name__) if isinstance(kind, ModuleType) else _is_own(kind) and not _acts(kind)
    if not own or depth > _MAX_DEPTH:
        return None
    found: dict[str, Any] = {}
    for owner in reversed(kind.__mro__) if isinstance(kind, type) else [kind]:
        found |= _settings_in(vars(owner), depth)
    if kind is not value:
        found |= _settings_in(getattr(value, "__dict__", {}), depth)
    module = isinstance(kind, ModuleType)
    return Fields(found, kind.__name__, plain=kind is value, module=module) if found else None


def _settings_in(attributes: Mapping[str, Any], depth: int) -> dict[str, Any]:
    """Return the settings among attributes, those of classes inside a class too."""
    found: dict[str, Any] = {}
    for name, value in list(attributes.items())[:_MAX_FIELDS]:
        if not name.startswith("_") and not isinstance(value, FunctionType | ModuleType):
            plain = is_settings(value)
            held = value if plain else _held_by(value, depth + 1)
            if plain or held:
                found[name] = held
    return found


@functools.lru_cache(maxsize=256)
def _is_own_module(name: str) -> bool:
    library = name.partition(".")[0]
    if library in sys.stdlib_module_names or is_installed(library):
        return False
    return bool(getattr(sys.modules.get(library), "__file__", None))


def _is_own(kind: type) -> bool:
    module = module_of(kind)
    return module == "__main__" or _is_own_module(module)


def _acts(kind: type) -> bool:
    """Return whether objects of a class do something, as models do, and do not only hold settings."""
    if issubclass(kind, enum.Enum) or not all(base is object or _is_own(base) for base in kind.__mro__):
        return True
    if not SETTINGS_WORDS.isdisjoint(words(kind.__name__)):
        return False
    methods = [n for base in kind.__mro__ for n, one in vars(base).items() if isinstance(one, FunctionType)]
    return "__call__" in methods or any(n in LEARNING_METHODS or is_training_name(n) for n in methods)


def read_leaves(
    name: str, leaves: Iterable[Setting], value: Any, paths: Collection[tuple[str, ...]]
) -> list[Setting]:
    """Return the settings of a name that one of some paths leads to: all of them, if there is none.

    What is shown or written, and where, is left out.
    """
    if isinstance(value, ModuleType) or (isinstance(value, Fields) and value.module):
        # `lib.train(data)` reads no constant of `lib`.
        held: Mapping[str, Any] = value if isinstance(value, Fields) else held_by(value) or {}
        paths = [path for path in paths if not path or path[0] in held]
        if not paths:
            return []
    trimmed = frozenset(_within(value, path) for path in paths) or frozenset({WHOLE})
    found = []
    for one in leaves:
        inner = one.name[len(name) + 1 :]
        last = inner.rpartition(".")[2]
        if last.isdigit():  # an item of a list
            last = inner.rpartition(".")[0].rpartition(".")[2]
        if is_read(inner, trimmed) and not is_output_name(last, text=isinstance(one.value, str)):
            found.append(one)
    return found


def _within(fields: Any, path: tuple[str, ...]) -> tuple[str, ...]:
    """Return a path as far as it leads along fields: `cfg.items()` takes all of them."""
    for depth, key in enumerate(path):
        inner = fields_of(fields)
        if inner is None:
            inner = held_by(fields)
        if inner is None or key not in inner:
            return path[:depth]
        fields = inner[key]
    return path
