"""Containers as they can be read without running code of the user's own: a lazy dict may ask a database for each key."""

from __future__ import annotations

from collections import ChainMap, UserDict, deque
from collections.abc import Callable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from nbtrack.capture.foreign import forgiving, module_of
from nbtrack.installed import is_library

__all__ = ["readable"]

_EXACT: frozenset[type] = frozenset(
    {bool, bytes, deque, dict, float, frozenset, int, list, range, set, str, tuple, type(None)}
)
_BASES: dict[type, Callable[[Any], Any]] = {
    dict: lambda value: dict(dict.items(value)),
    list: lambda value: [*list.__iter__(value)],
    tuple: lambda value: (*tuple.__iter__(value),),
    deque: lambda value: deque(deque.__iter__(value)),
    set: lambda value: {*set.__iter__(value)},
    frozenset: lambda value: frozenset({*frozenset.__iter__(value)}),
}
"""How a container is copied by the methods of its base type alone."""
_READING = frozenset(
    """
    __bool__ __contains__ __eq__ __getattribute__ __getitem__ __iter__ __len__ __missing__ __reversed__
    copy get index items keys values
    """.split()
)
_IN_MEMORY = frozenset(
    {"builtins", "flax", "frozendict", "immutabledict", "ml_collections", "omegaconf", "os"}
)
"""The libraries whose mappings are in memory; others read a file at each key: `shelve`, NumPy's `.npz`."""
_of_class: WeakKeyDictionary[type, Callable[[Any], Any] | None] = WeakKeyDictionary()


class _Closed:
    """Stands for a mapping that is not read."""


_CLOSED = _Closed()


@forgiving(lambda: _CLOSED)
def readable(value: Any) -> Any:
    """Return a value itself, or what its methods can be called of in its place.

    Of a dict or list with methods of the user's own that is a copy, made by the base type's methods; of another mapping of the user's,
    or one that is not in memory, an object without contents.

    Examples
    --------
    >>> class Shouting(dict):
    ...     def items(self):
    ...         raise RuntimeError("do not ask")
    >>> readable(Shouting(a=1)), readable([1, 2])
    ({'a': 1}, [1, 2])
    """
    kind = type(value)
    if kind in _EXACT:
        return value
    if kind not in _of_class:
        _of_class[kind] = _way(kind)
    read = _of_class[kind]
    return value if read is None else read(value)


def _way(kind: type) -> Callable[[Any], Any] | None:
    """Return how containers of a class are read; None for those that are read as they are, and for all else."""
    own = [one for one in kind.__mro__ if not is_library(module_of(one))]
    for base, copied in _BASES.items():
        if issubclass(kind, base):
            return copied if any(not _READING.isdisjoint(vars(one)) for one in own) else None
    if not issubclass(kind, Mapping):
        return None
    if issubclass(kind, UserDict):
        return lambda value: readable(object.__getattribute__(value, "__dict__")["data"])
    library = module_of(kind).partition(".")[0]
    if not own and (library in _IN_MEMORY or kind is ChainMap):
        return None
    return lambda _: _CLOSED
