"""The names of a session as its cells run: the objects they may refer to, and the effects of each cell."""

from __future__ import annotations

import builtins
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbtrack.capture.slice.actions import NO_NAMES, Code, Names, Origin, starred
from nbtrack.capture.words.effects import CHANGE_CONTAINER, ESTIMATE, KEEP_FUNCTIONS
from nbtrack.capture.words.libraries import QUIET, SETS_UP, set_up_by, settings_of
from nbtrack.capture.words.randomness import drawn_by, generator_of, seeded_by

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from nbtrack.capture.slice.actions import Bind, Call, Step

__all__ = ["PROCESS", "Effect", "Namespace"]

Objects = frozenset[int]
NO_OBJECTS: Objects = frozenset()

PROCESS = "<process>"
"""The name that represents the process: its folder, environment and import path."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What an executed cell did to the session's names."""

    needs: Names
    """The names that it read before binding them."""
    kills: Names
    """The names that it certainly rebound."""
    writes: Names
    """The names that it bound or whose objects it changed in place, including aliases."""
    unknowable: bool


class Namespace:
    """The names of a session and the objects that they may refer to.

    Objects are numbers: a name may refer to several (after an `if`), and several names to one. What an object may
    keep (a list its items, an optimiser its model) is recorded, so that a change is seen under every name.
    """

    def __init__(self) -> None:
        self._names: dict[str, Objects] = {}
        self._kept: dict[int, Objects] = {}
        self._keepers: dict[int, Objects] = {}
        self._reached: dict[int, Objects] = {}
        self._code: dict[int, Code] = {}
        self._nameless: dict[Code, int] = {}
        self._module: dict[int, str] = {}
        self._libraries: Names = NO_NAMES
        """The generators of random numbers that were seeded, and the settings of the libraries set up."""
        self._count = 0

    def copy(self) -> Namespace:
        """Return an independent copy."""
        other = Namespace()
        other._names, other._kept, other._keepers = dict(self._names), dict(self._kept), dict(self._keepers)
        other._code, other._module = dict(self._code), dict(self._module)
        other._nameless, other._reached = dict(self._nameless), dict(self._reached)
        other._libraries, other._count = self._libraries, self._count
        return other

    def run(self, steps: Sequence[Step], *, ok: bool = True) -> Effect:
        """Record that a cell was executed; without success, any of its statements may not have run."""
        needs: set[str] = set()
        writes: set[str] = set()
        kills: set[str] = set()
        unknowable = False
        for step in steps:
            code_reads, codes = self._followed(step.reads | step.known & _called(step))
            used = self._used(step.reads)
            seeds, draws = self._random(_dotted(step, codes))
            needs |= (step.reads | code_reads) - step.known
            needs |= (used | draws) - seeds
            writes |= seeds | draws | self._set_up(step, codes)
            kills |= seeds if step.certain else set()
            for change in step.changes:
                given, late = self._given(change.keeps), change.keeps.kept_functions
                writes |= self._change(change.names, given, deep=change.deep, late=late)
            for call in step.calls:
                writes |= self._call(call)
            for code in codes:
                own = {name for name, method in code.methods if self._changes_self(name, method)}
                if own or code.changes:
                    writes |= self._change((code.changes | own) - self._library(), NO_NAMES, deep=True)
                writes |= code.binds
            star = starred(step.star)
            for bind in (*step.binds, *star):
                self._bind(bind, certain=bind.certain and ok)
                writes.add(bind.name)
            kills |= {bind.name for bind in star if step.certain}
            if step.process:
                writes.add(PROCESS)
            unknowable |= step.unknowable or (bool(step.star) and not star)
        kills |= steps[-1].known if steps else NO_NAMES
        return Effect(frozenset(needs), frozenset(kills) if ok else NO_NAMES, frozenset(writes), unknowable)

    def shows(self, step: Step) -> bool:
        """Return whether a statement shows something: what it calls is not known to return nothing."""
        called = self._objects(name for call in step.calls if call.use == "shown" for name in call.names)
        codes = [self._code.get(one) for one in called]
        return step.shows and not (codes and all(code is not None and code.silent for code in codes))

    def _objects(self, names: Iterable[str]) -> Objects:
        return NO_OBJECTS.union(*(self._names.get(name, NO_OBJECTS) for name in names))

    def _new(self, kept: Objects = NO_OBJECTS) -> int:
        self._count += 1
        self._keep(self._count, kept)
        return self._count

    def _keep(self, one: int, kept: Objects) -> None:
        known = self._kept.get(one, NO_OBJECTS)
        if not kept <= known:
            self._kept[one] = known | kept
            for other in kept - known:
                self._keepers[other] = self._keepers.get(other, NO_OBJECTS) | {one}
            if one in self._reached or one in self._keepers:
                self._reached.clear()

    def _reach(self, objects: Iterable[int]) -> Objects:
        """Return these objects and all that they may keep."""
        reached = NO_OBJECTS
        for one in objects:
            found = self._reached.get(one)
            if found is None:
                found = self._reached[one] = _closure([one], self._kept)
            reached |= found
        return reached

    def _followed(self, names: Iterable[str]) -> tuple[set[str], list[Code]]:
        """Return the notebook's code that these names lead to, and the names that it reads."""
        reads: set[str] = set()
        codes: dict[int, Code] = {}
        waiting = list(names)
        seen = set(waiting)
        while waiting:
            for one in self._reach(self._names.get(waiting.pop(), ())):
                code = self._code.get(one)
                if code is not None and one not in codes:
                    codes[one] = code
                    reads |= code.reads
                    waiting += code.reads - seen
                    seen |= code.reads
        return reads, list(codes.values())

    # -- changes in place

    def _late(self, codes: Collection[Code]) -> Objects:
        """Return functions that have no name."""
        for code in codes:
            if code not in self._nameless:
                self._nameless[code] = self._new()
                self._code[self._nameless[code]] = code
        return frozenset(self._nameless[code] for code in codes)

    def _change(
        self, names: Iterable[str], keeps: Iterable[str], *, deep: bool, late: Collection[Code] = ()
    ) -> set[str]:
        """Record a change of objects; return all names under which it is visible."""
        for name in names:
            if name not in self._names:  # it existed before the first known cell
                self._names[name] = frozenset({self._new()})
        objects = self._objects(names)
        if not objects:
            return set()
        kept = self._objects(keeps) | self._late(late)
        changed = objects
        if deep:
            # Changing an object, such as an instance, does not change the modules and code that it keeps.
            changed |= self._reach(objects) - self._module.keys() - self._code.keys()
        for one in objects:
            self._keep(one, kept)
        seen = _closure(changed, self._keepers)
        return {name for name, own in self._names.items() if not own.isdisjoint(seen)}

    def _call(self, call: Call) -> set[str]:
        """Record the effects of a call on named objects; return the names."""
        objects = self._objects(call.names)
        module = self._full(call.dotted)
        if call.method and not (objects and objects <= self._module.keys()):
            return self._method_call(call, objects)
        if ESTIMATE.fullmatch(call.method):
            return set()  # a method of a library's instance without a name
        codes = [self._code[one] for one in objects if one in self._code]
        instances = self._classes(objects)
        if not call.method and (codes or instances):
            changed = self._changed_args(call, [code for code in codes if not code.is_class])
            if instances and {"__call__", "forward"} & self._changing(instances):
                changed |= call.names
            return self._change(changed, NO_NAMES, deep=True)
        written: set[str] = set()
        if call.method and SETS_UP.fullmatch(call.method):
            written |= self._change(call.names, NO_NAMES, deep=False)
        if call.changes_object and module.partition(".")[0] not in QUIET and _is_library(call, module):
            rest = self._given(*call.args[1:])
            written |= self._change(self._given(*call.args[:1]), rest, deep=True)
            if call.use == "discarded":
                rest |= self._given(*(origin for _, origin in call.keywords))
                written |= self._change(rest, NO_NAMES, deep=True)
        return written

    def _method_call(self, call: Call, objects: Objects) -> set[str]:
        given = self._given(*call.args, *(origin for _, origin in call.keywords))
        classes = self._classes(objects)
        written: set[str] = set()
        estimates = not classes and ESTIMATE.fullmatch(call.method) is not None
        if (
            "fit" in call.method
            if estimates
            else call.changes_object or call.method in self._changing(classes)
        ):
            deep = call.deep or not CHANGE_CONTAINER.fullmatch(call.method)
            # An estimator only reads its arguments; only itself and its steps change.
            keeps = call.args if KEEP_FUNCTIONS.fullmatch(call.method) else ()
            late = [code for origin in keeps for code in origin.kept_functions]
            written |= self._change(call.names, NO_NAMES if estimates else given, deep=deep, late=late)
            if estimates:
                # A library's class is not changed by fitting its instance.
                written -= self._library()
            # A trainer trains a model that is passed to it, if it is of a notebook's class.
            own = {name for name in given if self._classes(self._names.get(name, NO_OBJECTS))}
            written |= self._change(own, NO_NAMES, deep=True)
        if any(code.changed_params for code in classes):
            written |= self._change(given, NO_NAMES, deep=True)
        return written

    def _library(self) -> set[str]:
        """Return the names of modules, and of what was imported from them."""
        return {name for name, own in self._names.items() if own & self._module.keys()}

    def _classes(self, objects: Objects) -> list[Code]:
        """Return the notebook's classes of which these may be instances."""
        kept = NO_OBJECTS.union(*(self._kept.get(one, NO_OBJECTS) for one in objects))
        return [self._code[one] for one in kept if one in self._code and self._code[one].is_class]

    def _changes_self(self, name: str, method: str) -> bool:
        """Return whether a name may refer to an instance of a notebook's class that this method changes."""
        return method in self._changing(self._classes(self._names.get(name, NO_OBJECTS)))

    def _changing(self, classes: Iterable[Code]) -> set[str]:
        """Return the methods of classes, and of the notebook's classes that they derive from, that change self."""
        methods: set[str] = set()
        waiting: list[Code] = list(classes)
        seen: set[str] = set()
        while waiting:
            code = waiting.pop()
            methods |= code.changing_methods
            fresh = code.bases - seen
            seen |= fresh
            waiting += [self._code[one] for one in self._objects(fresh) if one in self._code]
        return methods

    def _changed_args(self, call: Call, codes: Iterable[Code]) -> set[str]:
        changed: set[str] = set()
        for code in codes:
            on = {
                param for param, function in code.passed_on if self._objects([function]) & self._code.keys()
            }
            params = code.changed_params | on
            rest = params - set(code.params)
            given = [
                *zip((*code.params, *("*" for _ in call.args)), call.args, strict=False),
                *call.keywords,
            ]
            for param, origin in given:
                names = self._given(origin)
                methods = [method for name, method in code.methods if name == param]
                if param in params or (rest and param not in code.params):
                    changed |= names
                changed |= {name for name in names for method in methods if self._changes_self(name, method)}
        return changed

    # -- names

    def _bind(self, bind: Bind, *, certain: bool) -> None:
        objects = self._resolve(bind.origin)
        self._names[bind.name] = objects if certain else objects | self._names.get(bind.name, NO_OBJECTS)

    def _resolve(self, origin: Origin) -> Objects:
        """Return the objects that a value of this origin may be."""
        same, kept = self._objects(origin.same), self._objects(origin.kept) | self._late(origin.late)
        called = self._objects(origin.called)
        if own := self._classes(called):
            # A notebook's method may return its arguments, and its object or a part of it.
            read, _ = self._followed(origin.called)
            same |= self._objects(origin.given | read) | (called if own else NO_OBJECTS)
        for one in called & self._code.keys():
            code = self._code[one]
            if code.is_class:
                kept |= called
            elif self._hands_on(code, set()):
                same |= self._objects(origin.given)
            kept |= self._late(code.late)
            outside = self._followed(origin.called)[0] if code.returns is None else code.returns
            same |= self._objects(outside - set(code.params))
        if same and not (kept or origin.code or origin.module):
            return same
        one = self._new(kept | same)
        if origin.code is not None:
            self._code[one] = origin.code
        if origin.module:
            self._module[one] = origin.module
        return same | {one}

    def _hands_on(self, code: Code, seen: set[str]) -> bool:
        """Return whether a notebook's function may return its arguments, or keep them in its value."""
        if code.returns is None or not code.returns.isdisjoint(code.params):
            return True
        for function in {function for function, _ in code.returns_of} - seen:
            seen.add(function)
            for one in self._objects([function]):
                if one in self._code and (self._code[one].is_class or self._hands_on(self._code[one], seen)):
                    return True
        return False

    def _given(self, *origins: Origin) -> Names:
        """Return the names whose objects these values may be or keep."""
        names = NO_NAMES.union(*(origin.same | origin.kept for origin in origins))
        for origin in origins:
            called = self._objects(origin.called)
            codes = [self._code[one] for one in called if one in self._code]
            if self._classes(called) or any(code.is_class or self._hands_on(code, set()) for code in codes):
                names |= origin.given | origin.called
        return names

    def _full(self, dotted: str) -> str:
        """Return a dotted name with a module's alias replaced by its full name."""
        first, _, rest = dotted.partition(".")
        for one in self._names.get(first, ()):
            if one in self._module:
                return f"{self._module[one]}.{rest}" if rest else self._module[one]
        return ""

    # -- what libraries keep

    def _random(self, dotted: Iterable[str]) -> tuple[set[str], set[str]]:
        """Return the generators that calls seed, and those seeded before that they draw from."""
        functions = [full for full in map(self._full, dotted) if full]
        seeds = set().union(*map(seeded_by, functions))
        draws = set().union(*map(drawn_by, functions))
        self._libraries |= seeds
        return seeds, draws & self._libraries

    def _set_up(self, step: Step, codes: Iterable[Code]) -> set[str]:
        """Return the settings of libraries that a statement changes, by calls or by assigning to a part."""
        functions = [full for full in map(self._full, _dotted(step, codes)) if full and not seeded_by(full)]
        settings = set().union(*map(set_up_by, functions))
        for change in step.changes:
            parts = self._objects(change.names) & self._module.keys()
            settings |= {settings_of(self._module[one]) for one in parts} - {""}
        self._libraries |= settings
        return settings

    def _used(self, names: Iterable[str]) -> set[str]:
        """Return the seeded generators, and the changed settings, of the libraries that these names lead to."""
        if not self._libraries:
            return set()
        modules = [self._module[one] for one in self._reach(self._objects(names)) & self._module.keys()]
        return {*map(generator_of, modules), *map(settings_of, modules)} & self._libraries


def _closure(objects: Iterable[int], links: Mapping[int, Objects]) -> Objects:
    found, waiting = set[int](), list(objects)
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += links.get(one, ())
    return frozenset(found)


def _called(step: Step) -> Names:
    return NO_NAMES.union(*(call.names for call in step.calls))


def _dotted(step: Step, codes: Iterable[Code]) -> set[str]:
    return {call.dotted for call in step.calls if call.dotted}.union(*(code.calls for code in codes))


def _is_library(call: Call, module: str) -> bool:
    """Return whether a function may be one that changes what it is given."""
    if module or call.method:
        return True
    return not hasattr(builtins, call.dotted) or call.dotted in {"next", "setattr", "delattr"}
