"""Listen to methods of libraries while a cell runs, also of those that it imports itself."""

from __future__ import annotations

import contextlib
import functools
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from nbtrack.capture.foreign import FAULTS, forgiving
from nbtrack.capture.frameworks.framework import Call

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

__all__ = ["Listening"]


class _Replaced(NamedTuple):
    """A method of a class, and what stands in its place."""

    kind: type
    name: str
    before: Any
    after: Any
    hear: Callable[[Call], None]


class Listening:
    """Has functions called after methods of libraries, until it ends.

    A method is replaced in its class, so that it is heard wherever it is called from: in the cell, in a function, in the
    library itself. No function of a module is replaced: the cell might import it, and would keep what stands in its place.
    """

    def __init__(self) -> None:
        self._replaced: list[_Replaced] = []
        self._awaited: dict[str, list[Callable[[], None]]] = {}
        self._finder = _Finder(self._awaited)
        self._over = False

    def when_imported(self, module: str, then: Callable[[], None]) -> None:
        """Call a function now if a module has been imported, else when it is."""
        if module in sys.modules:
            then()
            return
        if not self._awaited:
            sys.meta_path.insert(0, self._finder)
        self._awaited.setdefault(module, []).append(then)

    def to(self, method: str, hear: Callable[[Call], None]) -> None:
        """Call `hear` after each call of a method: `"module:Class.method"`."""
        module, _, path = method.partition(":")
        self.when_imported(module, lambda: self._replace(module, path, hear))

    def end(self) -> None:
        """Leave the classes as they were."""
        self._over = True
        self._awaited.clear()
        if self._finder in sys.meta_path:
            sys.meta_path.remove(self._finder)
        for one in reversed(self._replaced):
            # Another may have wrapped it since, and goes on calling it.
            if vars(one.kind).get(one.name) is one.after:
                setattr(one.kind, one.name, one.before)
        self._replaced.clear()

    @forgiving()
    def _replace(self, module: str, path: str, hear: Callable[[Call], None]) -> None:
        """Replace a method; one that this version of the library does not have is not heard."""
        if self._over:
            return
        named, _, name = path.rpartition(".")
        kind = getattr(sys.modules.get(module), named, None)
        owner = next((one for one in getattr(kind, "__mro__", ()) if name in vars(one)), None)
        before = None if owner is None else vars(owner)[name]
        if owner is None or not callable(before) or self._is_heard(before, hear):
            return
        after = self._heard(before, hear)
        setattr(owner, name, after)
        self._replaced.append(_Replaced(owner, name, before, after, hear))

    def _is_heard(self, method: Any, hear: Callable[[Call], None]) -> bool:
        """Return whether a method, of a class that is in several modules, is heard already."""
        return any(one.after is method and one.hear == hear for one in self._replaced)

    def _heard(self, method: Any, hear: Callable[[Call], None]) -> Any:
        """Return what stands in the place of a method."""

        @functools.wraps(method)
        def heard(owner: Any, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            result = method(owner, *args, **kwargs)
            if not self._over:
                # What a framework makes of it must not disturb the training.
                with contextlib.suppress(*FAULTS):
                    hear(Call(owner, args, kwargs, result))
            return result

        return heard


class _Finder:
    """Is asked first for each module that is imported; finds none, but tells when those that are awaited have run."""

    def __init__(self, awaited: dict[str, list[Callable[[], None]]]) -> None:
        self._awaited = awaited

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return what the others find, for a module that is awaited."""
        if name not in self._awaited:
            return None
        told = self._awaited.pop(name)
        spec = next(filter(None, (_found(one, name, path, target) for one in sys.meta_path)), None)
        if spec is not None and spec.loader is not None:
            _tell_after(spec.loader, told)
        return spec


def _found(
    finder: Any, name: str, path: Sequence[str] | None, target: ModuleType | None
) -> ModuleSpec | None:
    find = getattr(finder, "find_spec", None)
    return None if find is None or isinstance(finder, _Finder) else find(name, path, target)


def _tell_after(loader: Any, told: list[Callable[[], None]]) -> None:
    """Have a module's own loader call functions once it has executed the module, and be itself again."""
    if isinstance(loader, type):
        return  # it is there for all modules of its kind
    execute = loader.exec_module

    def exec_module(module: ModuleType) -> None:
        __tracebackhide__ = True
        del loader.exec_module
        execute(module)
        for tell in told:
            tell()

    try:
        loader.exec_module = exec_module
    except AttributeError:  # it has slots
        return
