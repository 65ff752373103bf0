"""The effects of a statement on the enclosing scope: the terms in which a cell's dependencies are described."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from nbtrack.capture.words.effects import ALWAYS_CHANGE, CHANGE_WHERE_SHOWN, ONLY_TELL

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

__all__ = [
    "LAST_SHOWN",
    "NO_NAMES",
    "Bind",
    "Call",
    "Change",
    "Code",
    "Names",
    "Origin",
    "Step",
    "Use",
    "bound",
    "starred",
]

Names = frozenset[str]
NO_NAMES: Names = frozenset()
LAST_SHOWN: Names = frozenset({"_", "__", "___"})
"""What IPython calls the last values that cells have shown."""

Use = Literal["used", "shown", "discarded"]
"""How a call's result is used: an expression at a cell's end is shown."""


@dataclass(frozen=True, slots=True)
class Code:
    """The effects of calling a function, or using an instance of a class, on outer names."""

    reads: Names = NO_NAMES
    binds: Names = NO_NAMES
    changes: Names = NO_NAMES
    params: tuple[str, ...] = ()
    changed_params: Names = NO_NAMES
    passed_on: frozenset[tuple[str, str]] = frozenset()
    """Which parameters it passes to which functions."""
    returns: Names | None = None
    """What its value may be, or keep: parameters and outer names. None if unknown."""
    returns_of: frozenset[tuple[str, str]] = frozenset()
    """Functions whose value it returns, with their arguments."""
    late: frozenset[Code] = frozenset()
    """Its own functions that its value keeps."""
    calls: Names = NO_NAMES
    """The dotted names that it calls, such as `np.random.seed`."""
    methods: frozenset[tuple[str, str]] = frozenset()
    """The methods that it calls of its parameters and of names outside."""
    silent: bool = False
    """Whether its value is `None`."""
    is_class: bool = False
    bases: Names = NO_NAMES
    changing_methods: Names = NO_NAMES

    def without(self, names: Iterable[str]) -> Code:
        """Return the same without reading the names of an outer scope."""
        return replace(self, reads=self.reads.difference(names))


@dataclass(frozen=True, slots=True)
class Origin:
    """The origin of a value: the named objects that it may be or keep."""

    same: Names = NO_NAMES
    """The objects that it may be, or be a part of."""
    kept: Names = NO_NAMES
    """The objects that it may keep, if it is a new object."""
    called: Names = NO_NAMES
    """The functions that returned it: the notebook's functions may return any of their arguments."""
    given: Names = NO_NAMES
    late: frozenset[Code] = frozenset()
    """The anonymous functions that it keeps: they read names when they are called."""
    code: Code | None = None
    module: str = ""
    """The dotted name that was imported."""

    def __or__(self, other: Origin) -> Origin:
        return Origin(
            self.same | other.same,
            self.kept | other.kept,
            self.called | other.called,
            self.given | other.given,
            self.late | (other.kept_functions if self.code else other.late),
            self.code or other.code,
        )

    def without(self, names: AbstractSet[str]) -> Origin:
        """Return the same without the names of an inner scope."""
        if not names:
            return self
        return Origin(
            self.same - names,
            self.kept - names,
            self.called - names,
            self.given - names,
            frozenset(code.without(names) for code in self.late),
            self.code and self.code.without(names),
        )

    @property
    def kept_functions(self) -> frozenset[Code]:
        """The functions without a name that are kept by what keeps it."""
        return self.late | {self.code} if self.code else self.late

    @property
    def names(self) -> Names:
        """All names that it may have to do with."""
        return self.same | self.kept | self.called | self.given


@dataclass(frozen=True, slots=True)
class Bind:
    """A name that is, or may be, bound or deleted."""

    name: str
    origin: Origin
    certain: bool


@dataclass(frozen=True, slots=True)
class Change:
    """An assignment to a part of objects (`df["x"] = y`): the names of the objects, and what they then keep."""

    names: Names
    keeps: Origin
    deep: bool
    """Whether the part may be a separate object, which others keep, too."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a function (`method` is empty) or of a method."""

    names: Names
    """The function's name, or the possible names of the method's object."""
    method: str
    args: tuple[Origin, ...]
    keywords: tuple[tuple[str, Origin], ...]
    dotted: str
    """The call as written, `np.random.seed`; empty when it is not made of names alone."""
    use: Use
    deep: bool
    in_place: bool

    @property
    def changes_object(self) -> bool:
        """Whether, judging by its name, it changes its object, or its arguments if it is a function."""
        name = self.method or self.dotted
        if self.in_place or ALWAYS_CHANGE.fullmatch(name):
            return True
        if self.use == "shown":
            return CHANGE_WHERE_SHOWN.fullmatch(name) is not None
        return self.use == "discarded" and ONLY_TELL.fullmatch(name) is None


@dataclass(frozen=True, slots=True)
class Step:
    """A statement, or the head of one, as far as names go."""

    known: Names
    """What the cell itself has certainly bound before."""
    reads: Names = NO_NAMES
    binds: tuple[Bind, ...] = ()
    changes: tuple[Change, ...] = ()
    calls: tuple[Call, ...] = ()
    star: str = ""
    """The module of a `from ... import *`."""
    unknowable: bool = False
    """Whether it may bind names that do not appear in its source."""
    process: bool = False
    """Whether it changes the process: its folder, environment variables or import path."""
    shows: bool = False
    """Whether it is the expression that the cell shows."""
    certain: bool = True
    """Whether it is certainly run when the cell is."""


def bound(steps: Iterable[Step]) -> Names:
    """Return the names that statements bind, or may bind."""
    return frozenset(bind.name for step in steps for bind in step.binds)


def starred(module: str) -> list[Bind]:
    """Return what `from module import *` bound, if the module is loaded."""
    loaded = sys.modules.get(module) if module else None
    if loaded is None:
        return []
    names = getattr(loaded, "__all__", None) or [n for n in vars(loaded) if not n.startswith("_")]
    return [Bind(name, Origin(module=f"{module}.{name}"), certain=True) for name in names]
