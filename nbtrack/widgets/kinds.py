"""The kinds of request that a widget's page may send, declared as typed dictionaries.

A declaration says all that either half has to know of a kind: its parts and their types, what it is answered with,
whether it only reads, and when its turn comes. What the kernel checks and what the page's compiler checks both come
from it.
"""

from __future__ import annotations

import types
from dataclasses import dataclass
from functools import cache
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    TypedDict,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from nbtrack.errors import InvalidValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Kind", "Kinds", "Length", "Most", "Request", "request_id"]

Declared = TypeVar("Declared")

MAX_ID = 100
"""Characters of a request's id."""
MAX_COUNT = 2**53
"""The largest whole number that a page can count to exactly."""


class Request(TypedDict):
    """What every request has; the reply carries the same id."""

    id: str
    kind: str


@dataclass(frozen=True, slots=True)
class Most:
    """The largest value of a whole number."""

    value: int


@dataclass(frozen=True, slots=True)
class Length:
    """The most characters of a text that may not be empty."""

    value: int


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of request.

    Attributes
    ----------
    name
        What the request's `kind` is.
    parts
        Its typed dictionary.
    result
        The TypeScript type of what it is answered with.
    reads
        Whether it changes nothing. The Jupyter server answers such a request of the panel while a cell runs.
    rank
        Requests of a lower rank are answered before those that wait.
    slow
        Whether it is answered in a thread of its own, so that no other request waits for it.
    kernel
        Whether it is about the notebook or its kernel, so that no server can answer it.
    """

    name: str
    parts: type[Any]
    result: str
    reads: bool
    rank: int
    slow: bool
    kernel: bool

    def types(self) -> dict[str, Any]:
        """Return the type of each part other than the id and the kind."""
        return {name: of for name, of in _hints(self.parts).items() if name not in {"id", "kind"}}  # type: ignore[arg-type] # a class can be hashed


class Kinds:
    """The kinds of request that one widget takes.

    Parameters
    ----------
    widget
        What the widget is called in TypeScript.

    Examples
    --------
    >>> kinds = Kinds("Clock")
    >>> @kinds.kind("wait")
    ... class Wait(Request):
    ...     seconds: int
    >>> kinds.read({"id": "a-1", "kind": "wait", "seconds": 5})
    {'id': 'a-1', 'kind': 'wait', 'seconds': 5}
    >>> kinds.read({"id": "a-1", "kind": "wait", "seconds": "5"})
    Traceback (most recent call last):
    nbtrack.errors.InvalidValueError: seconds is a whole number from 0 on, not '5'
    """

    def __init__(self, widget: str) -> None:
        self.widget = widget
        self._kinds: dict[str, Kind] = {}

    def __iter__(self) -> Iterator[Kind]:
        return iter(self._kinds.values())

    def __getitem__(self, name: str) -> Kind:
        return self._kinds[name]

    @property
    def reads(self) -> frozenset[str]:
        """The names of the kinds that change nothing."""
        return frozenset(kind.name for kind in self if kind.reads)

    def kind(
        self,
        *names: str,
        result: str = "Nothing",
        reads: bool = False,
        rank: int = 0,
        slow: bool = False,
        kernel: bool = False,
    ) -> Callable[[type[Declared]], type[Declared]]:
        """Declare a kind by the typed dictionary of its parts, or several kinds that have the same; see `Kind`.

        Raises
        ------
        InvalidValueError
            For a kind that is declared already.
        """

        def declare(parts: type[Declared]) -> type[Declared]:
            for name in names:
                if name in self._kinds:
                    other = self._kinds[name].parts.__name__
                    raise InvalidValueError(
                        f"{name!r} is a request of {self.widget} already, declared by {other}; take another name"
                    )
            for name in names:
                self._kinds[name] = Kind(name, parts, result, reads, rank, slow, kernel)
            return parts

        return declare

    def read(self, content: Any) -> Any:
        """Return a message of the page if it is a request.

        Raises
        ------
        InvalidValueError
            When it is none, with what is wrong.
        """
        if not isinstance(content, dict):
            raise InvalidValueError(f"a request is an object, not a {type(content).__name__}")
        if not request_id(content):
            raise InvalidValueError(
                f"{content.get('id')!r} is no request's id; give a text of 1 to {MAX_ID} characters"
            )
        name = content.get("kind")
        if not isinstance(name, str) or name not in self._kinds:
            raise InvalidValueError(f"{name!r} is no kind of request; use one of {', '.join(self._kinds)}")
        wanted = self._kinds[name].types()
        names = {"id", "kind", *wanted}
        if content.keys() != names:
            odd = sorted(map(str, content.keys() ^ names))
            raise InvalidValueError(
                f"a {name} request has {', '.join(sorted(names))}; look at {', '.join(odd)}"
            )
        for part, of in wanted.items():
            _check(part, of, content[part])
        return content


def request_id(content: Any) -> str:
    """Return the id that a reply to a message carries; empty if the message has none."""
    held = content.get("id") if isinstance(content, dict) else None
    return held if isinstance(held, str) and len(held) <= MAX_ID else ""


@cache
def _hints(parts: Any) -> dict[str, Any]:
    return get_type_hints(parts, include_extras=True)


def _check(name: str, of: Any, value: Any) -> None:
    if is_typeddict(of) and isinstance(value, dict):
        known = _hints(of)
        if odd := value.keys() - known:
            raise InvalidValueError(
                f"{name} has {', '.join(known)}, and not {', '.join(sorted(map(str, odd)))}"
            )
        for part, inner in known.items():
            if part in value:
                _check(f"{name}.{part}", inner, value[part])
    elif not _fits(of, value):
        raise InvalidValueError(f"{name} is {_words(of)}, not {str(value)[:100]!r}")


def _fits(of: Any, value: Any) -> bool:
    origin, arguments = get_origin(of), get_args(of)
    if is_typeddict(of):
        return False  # one that is a dictionary is looked at part by part
    if origin is Annotated:
        inner, limit = arguments
        if isinstance(limit, Most):
            return _fits(inner, value) and value <= limit.value
        return _fits(inner, value) and 0 < len(value) <= limit.value
    if origin in {Union, types.UnionType}:
        return any(_fits(one, value) for one in arguments)
    if origin is Literal:
        return isinstance(value, str) and value in arguments
    if origin is list:
        return isinstance(value, list) and all(_fits(arguments[0], item) for item in value)
    if origin is dict:
        return isinstance(value, dict) and all(_fits(arguments[1], item) for item in value.values())
    if of is Any:
        return True
    if of is int:
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MAX_COUNT
    return isinstance(value, of)


_WORDS = {str: "a text", bool: "true or false", int: "a whole number from 0 on", type(None): "null"}


def _words(of: Any) -> str:
    """Return what a value of this type is, in words."""
    origin, arguments = get_origin(of), get_args(of)
    if origin is Annotated:
        limit = arguments[1]
        return (
            f"a number up to {limit.value:,}" if isinstance(limit, Most) else f"1 to {limit.value} characters"
        )
    if origin in {Union, types.UnionType, Literal}:
        *first, last = [one if isinstance(one, str) else _words(one) for one in arguments]
        return f"{', '.join(first)} or {last}"
    if origin is list:
        return "a list of texts" if arguments[0] is str else "a list of objects"
    return _WORDS.get(of, "an object")
