"""Looking at objects of the user's, which may raise whatever they are asked.

Questions go to an object's type where that can answer: so no `__getattr__` of the object's runs, which may
take long or say yes to everything.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FAULTS", "forgiving", "has_method", "module_of"]

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


@forgiving(str)
def module_of(value: object) -> str:
    """Return the name of the module that a class, a function or an object's class is from."""
    found = getattr(value, "__module__", None)
    return found if isinstance(found, str) else ""
