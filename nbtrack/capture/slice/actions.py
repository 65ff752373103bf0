"""What a statement does to the names around it: the words in which a cell's dependencies are told."""

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
"""What becomes of a call's result: an expression at a cell's end is shown."""


@dataclass(frozen=True, slots=True)
class Code:
    """What calling a function, or using an instance of a class, does to the names outside of it."""

    reads: Names = NO_NAMES
    binds: Names = NO_NAMES
    changes: Names = NO_NAMES
    params: tuple[str, ...] = ()
    changed_params: Names = NO_NAMES
    passed_on: frozenset[tuple[str, str]] = frozenset()
    """Which parameters it gives to which functions."""
    returns: Names | None = None
    """What its value may be, or keep: parameters and names outside. None where that is not known."""
    returns_of: frozenset[tuple[str, str]] = frozenset()
    """Functions whose value it hands on, with what they are given."""
    late: frozenset[Code] = frozenset()
    """The functions of its own that its value keeps."""
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
    """Where a value comes from, as far as it may be, or keep, an object that has a name already."""

    same: Names = NO_NAMES
    """It may be one of these objects, or a part of one."""
    kept: Names = NO_NAMES
    """It is a new object that may keep these."""
    called: Names = NO_NAMES
    """What was called for it: if that is the notebook's own code, the value may be anything it was given."""
    given: Names = NO_NAMES
    late: frozenset[Code] = frozenset()
    """The functions without a name that it keeps: what they read is read when they are called."""
    code: Code | None = None
    module: str = ""
    """The dotted name that was imported."""

    def __or__(self, other: Origin) -> Origin:
        return Origin(
            self.same | other.same,
            self.kept | other.kept,
            self.called | other.called,
            self.given | other.given,
            self.late | (other.held if self.code else other.late),
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
    def held(self) -> frozenset[Code]:
        """The functions without a name that are kept by what keeps it."""
        return self.late | {self.code} if self.code else self.late

    @property
    def names(self) -> Names:
        """All names that it may have to do with."""
        return self.same | self.kept | self.called | self.given


@dataclass(frozen=True, slots=True)
class Bind:
    """A name that is bound or deleted; or may be, where that is not certain."""

    name: str
    origin: Origin
    certain: bool


@dataclass(frozen=True, slots=True)
class Change:
    """An assignment to a part of objects (`df["x"] = y`): by which names they go, and what they keep then."""

    names: Names
    keeps: Origin
    deep: bool
    """Whether the part may be an object of its own, which others keep too."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a function (`method` is empty) or of a method."""

    names: Names
    """The function's name, or those that the method's object may go by."""
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
        """Whether it is one that by its name changes its object, or a function its arguments."""
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
    """Whether it may bind names that its source does not tell."""
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
