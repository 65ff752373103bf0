"""Inspect the user's objects, which may raise on any access.

If possible, the object's type is inspected instead, so that no `__getattr__` of the object runs, which may
take long or accept every name.
"""

from __future__ import annotations

import functools
import sys
from types import FunctionType, MemberDescriptorType
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FAULTS", "forgiving", "has_method", "is_installed", "is_of_library", "module_of", "peek"]

FAULTS = (Exception, SystemExit)
"""What inspecting an object may raise; an interrupt comes from the user and is passed on."""

_F = TypeVar("_F", bound="Callable[..., Any]")


def forgiving(default: Callable[[], Any] | None = None) -> Callable[[_F], _F]:
    """Make a function that inspects an object return the result of `default`, or None, if the object raises.

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
            except FAULTS:  # foreign code: an object that cannot be inspected is skipped
                return None if default is None else default()

        return safe  # type: ignore[return-value]

    return decorate


def has_method(value: object, *names: str) -> bool:
    """Return whether an object's class has all of these attributes."""
    kind = type(value)
    return all(hasattr(kind, name) for name in names)


@functools.lru_cache(maxsize=1024)
def is_installed(library: str) -> bool:
    """Return whether a top-level module belongs to an installed library, whose properties are fast, and not to the user."""
    if library in ("", "__main__"):
        return False
    file = getattr(sys.modules.get(library), "__file__", None) or ""
    return library == "builtins" or "site-packages" in file or "dist-packages" in file


def peek(value: object, name: str, default: Any = None) -> Any:
    """Return an attribute of an object, if this does not run the user's code.

    That is: attributes of the object or its class, and properties of installed libraries. A property of any
    other class, and its `__getattr__`, may take long, raise or accept every name: they are not called.

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
    if is_installed(_library(kind)):
        return getattr(value, name, default)
    owner = next((one for one in kind.__mro__ if name in vars(one)), None)
    attribute = default if owner is None else vars(owner)[name]
    if owner is not None and is_installed(_library(owner)):
        return getattr(value, name, default)
    if isinstance(attribute, MemberDescriptorType):  # a slot
        return getattr(value, name, default)
    if owner is not None and hasattr(type(attribute), "__set__"):
        return default  # a property, or something like one
    try:
        own = object.__getattribute__(value, "__dict__")
    except AttributeError:  # its class has slots
        own = {}
    if type(own) is dict and name in own:
        return own[name]
    return attribute.__get__(value, kind) if isinstance(attribute, FunctionType) else attribute


def is_of_library(value: object) -> bool:
    """Return whether an object's class is of an installed library, and not the user's own."""
    return is_installed(_library(type(value)))


def _library(kind: type) -> str:
    return module_of(kind).partition(".")[0]


@forgiving(str)
def module_of(value: object) -> str:
    """Return the name of the module that a class, a function or an object's class is from."""
    found = getattr(value, "__module__", None)
    return found if isinstance(found, str) else ""
