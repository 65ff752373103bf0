"""The models that can be reached from a name: in lists and dicts, and in the attributes of objects."""

from __future__ import annotations

from collections import deque
from itertools import islice
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from nbtrack.capture.containers import readable
from nbtrack.capture.foreign import forgiving, module_of
from nbtrack.capture.trained.kinds import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["models_in"]

_MAX_DEPTH = 3
_MAX_PARTS = 100
"""Parts of one object that are looked at."""
_SHORT = 10
_MAX_OBJECTS = 200
"""Objects that are looked at for one name."""
_LEAVES = (int, float, complex, str, bytes, type(None), type, FunctionType, ModuleType)
_WRAPPERS = {"OptimizedModule": "_orig_mod", "DataParallel": "module", "DistributedDataParallel": "module"}
"""Modules that only run another, by its attribute."""


def models_in(name: str, value: Any) -> list[tuple[str, Any]]:
    """Return the models in a value, with the path that leads there; what a model itself consists of does not count.

    Examples
    --------
    >>> models_in("scores", {"ridge": 0.8})
    []
    """
    return _found(name, value) or []


@forgiving()
def _found(name: str, value: Any) -> list[tuple[str, Any]]:
    return [] if isinstance(value, _LEAVES) else list(_walk(name, value, 0, set()))


def _walk(path: str, value: Any, depth: int, seen: set[int]) -> Iterator[tuple[str, Any]]:
    if id(value) in seen or len(seen) >= _MAX_OBJECTS:
        return
    seen.add(id(value))
    kind = kind_of(value)
    if kind is not None:
        yield path, _unwrapped(value)
    elif depth < _MAX_DEPTH:
        for key, part in _parts(value):
            if not isinstance(part, _LEAVES):
                yield from _walk(f"{path}.{key}", part, depth + 1, seen)


def _parts(value: Any) -> Iterator[tuple[Any, Any]]:
    value = readable(value)
    if isinstance(value, dict):
        yield from list(islice(value.items(), _MAX_PARTS))
    elif isinstance(value, list | tuple | deque):
        # A list that begins with a number has nothing else, but for a short one, such as a score with its model.
        if len(value) <= _SHORT or not isinstance(value[0], _LEAVES):
            yield from enumerate(list(islice(value, _MAX_PARTS)))
    else:
        try:
            own = object.__getattribute__(value, "__dict__")
        except AttributeError:  # its class has slots
            return
        if type(own) is not dict:
            return
        if module_of(type(value)) == "__main__":
            yield from list(islice(own.items(), _MAX_PARTS))
        elif "model" in own:  # of a library's trainer
            yield "model", own["model"]


def _unwrapped(model: Any) -> Any:
    attribute = _WRAPPERS.get(type(model).__name__)
    return model if attribute is None else getattr(model, attribute, model)
