"""Looking at objects of the user's, which may raise whatever they are asked.

Questions go to an object's type where that can answer: so no `__getattr__` of the object's runs, which may
take long or say yes to everything.
"""

from __future__ import annotations

import functools
import sys
from types import FunctionType
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FAULTS", "forgiving", "has_method", "module_of", "peek"]

FAULTS = (Exception, SystemExit)
"""What an object may raise when it is looked at; an interrupt comes from the user and goes on."""

_F = TypeVar("_F", bound="Callable[..., Any]")


def forgiving(default: Callable[[], Any] | None = None) -> Callable[[_F], _F]:
    """Have a function that looks at one object return what `default` makes, or None, where the object raises.

    Examples
    --------
    >>> @forgiving(int)
    ... def size(value):
    ...     return len(value)
    >>> size("abc"), size(None)
    (3, 0)
    """

    def decorate(function: _F) -> _F:
        @functools.wraps(function)
        def safe(*args: Any, **kwargs: Any) -> Any:
            try:
                return function(*args, **kwargs)
            except FAULTS:  # foreign code: one object that cannot be looked at is passed over
                return None if default is None else default()

        return safe  # type: ignore[return-value]

    return decorate


def has_method(value: object, *names: str) -> bool:
    """Return whether an object's class has all of these attributes."""
    kind = type(value)
    return all(hasattr(kind, name) for name in names)


@functools.lru_cache(maxsize=1024)
def _is_installed(library: str) -> bool:
    """Return whether a top-level module is a library's, whose properties answer at once, and no code of the user's."""
    if library in ("", "__main__"):
        return False
    file = getattr(sys.modules.get(library), "__file__", None) or ""
    return library == "builtins" or "site-packages" in file or "dist-packages" in file


def peek(value: object, name: str, default: Any = None) -> Any:
    """Return an attribute of an object as far as that runs no code of the user's.

    That is: what the object itself or its class holds, and the properties of installed libraries. A property of any
    other class may take long, raise or say yes to everything, and so may its `__getattr__`: those are not asked.

    Examples
    --------
    >>> class Slow:
    ...     @property
    ...     def shape(self):
    ...         return expensive()
    >>> print(peek(Slow(), "shape"))
    None
    """
    kind = type(value)
    if _is_installed(_library(kind)):
        return getattr(value, name, default)
    owner = next((one for one in kind.__mro__ if name in vars(one)), None)
    held = default if owner is None else vars(owner)[name]
    if owner is not None and _is_installed(_library(owner)):
        return getattr(value, name, default)
    if owner is not None and hasattr(type(held), "__set__"):
        return default  # a property, or something like one
    try:
        own = object.__getattribute__(value, "__dict__")
    except AttributeError:  # it has slots
        own = {}
    if type(own) is dict and name in own:
        return own[name]
    return held.__get__(value, kind) if isinstance(held, FunctionType) else held


def _library(kind: type) -> str:
    return module_of(kind).partition(".")[0]


@forgiving(str)
def module_of(value: object) -> str:
    """Return the name of the module that a class, a function or an object's class is from."""
    found = getattr(value, "__module__", None)
    return found if isinstance(found, str) else ""
