"""The values of a notebook's names before a cell ran, and what the functions that it called have changed since."""

from __future__ import annotations

import ast
import weakref
from collections import deque
from collections.abc import Mapping
from types import FunctionType
from typing import TYPE_CHECKING, Any

from nbtrack.capture.containers import readable
from nbtrack.capture.foreign import forgiving, module_of, peek
from nbtrack.capture.number import Measure, as_number
from nbtrack.capture.settings.estimators import is_estimator, is_optimiser
from nbtrack.capture.settings.own import held_by
from nbtrack.capture.settings.setting import fields_of, is_settings
from nbtrack.capture.source.literals import literal
from nbtrack.capture.source.scopes import GlobalNames, global_names
from nbtrack.capture.trained.changes import Changes
from nbtrack.capture.words.names import is_best_name, is_metric_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from nbtrack.capture.source.analysis import CellAnalysis

__all__ = ["Before"]

_MAX_LEAVES = 200


class Before:
    """The values of the names that a cell is about to use.

    Only values that may be settings are copied; data and models are not kept alive.

    Parameters
    ----------
    namespace
        The user's namespace.
    """

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._namespace = namespace
        self.values: dict[str, Any] = {}
        """Settings and optimisers."""
        self.models = Changes()
        """The models that these names lead to."""
        self.shown = id(namespace.get("_"))
        """What IPython has shown last, by its `id`."""
        self.contents: dict[str, dict[str, Measure]] = {}
        """The numbers in dicts, lists and other containers, by their dotted paths."""
        self._code: dict[str, GlobalNames] = {}
        """The names that the notebook's functions and classes read and bind."""
        self._unchanged: dict[str, Callable[[Any], bool]] = {}
        """By the names that these functions bind: whether a value is still the one from before the cell."""

    def note(self, analysis: CellAnalysis) -> dict[str, bool]:
        """Record what a cell is about to use; return the names that it reads, like `read_by`."""
        waiting = [name for name in analysis.reads if name in self._namespace]
        while waiting:
            name = waiting.pop()
            if name not in self._code:
                self._code[name] = _code(self._namespace[name])
                waiting += [inner for inner in self._code[name].reads if inner in self._namespace]
        names = self.read_by(analysis)
        for name in names:
            self._keep(name, self._namespace[name])
        for name in self._bound_by_functions(analysis, names):
            if name in self._namespace and name not in self._unchanged:
                self._unchanged[name] = _same_as(self._namespace[name])
        return names

    def read_by(self, analysis: CellAnalysis) -> dict[str, bool]:
        """Return the names from earlier cells that a cell reads, with whether functions of the notebook do so."""
        own = analysis.bindings.keys() - analysis.reads
        names = {name: False for name in analysis.reads if name in self._code}
        waiting = list(names)
        while waiting:
            inner = {name for name in self._code[waiting.pop()].reads if name in self._code} - own
            waiting += inner - names.keys()
            names |= dict.fromkeys(inner, True)
        return names

    def compare(self, analysis: CellAnalysis) -> None:
        """Add to the analysis of a cell that has run which names functions have bound, and which containers they have filled."""
        names = self.read_by(analysis)
        for name in self._bound_by_functions(analysis, names):
            bindings = analysis.bindings.get(name)
            if name in self._namespace and (
                self._is_rebound(name) or _is_shown_result(analysis, name)
                if bindings is None
                else bindings[-1].literal and not _is_still(bindings[-1].value, self._namespace[name])
            ):
                analysis.bind_inside(name)
        for name, bindings in analysis.bindings.items():
            written = None if bindings[-1].loop else _container(bindings[-1].value)
            if written is not None and name in self._namespace and not _is(self._namespace[name], written):
                analysis.contents_before[name] = measures(name, written)
        for name in names.keys() - analysis.bindings.keys():
            earlier = self.contents.get(name)
            if earlier is not None and (
                name in analysis.mutations or measures(name, self._namespace.get(name)) != earlier
            ):
                analysis.contents_before[name] = earlier

    def _is_rebound(self, name: str) -> bool:
        unchanged = self._unchanged.get(name)
        return unchanged is None or not unchanged(self._namespace[name])

    def _bound_by_functions(self, analysis: CellAnalysis, names: Iterable[str]) -> set[str]:
        return analysis.bound_inside.union(*(self._code[name].binds for name in names))

    def _keep(self, name: str, value: Any) -> None:
        if name in self.values:
            return
        self.models.note(value)
        if is_optimiser(value):
            self.values[name] = value
        elif not is_estimator(value):
            if is_settings(value):
                self.values[name] = _copied(value)
            elif (held := held_by(value)) is not None:
                self.values[name] = held
            if _is_container(value):
                self.contents[name] = measures(name, value)


def _is_shown_result(analysis: CellAnalysis, name: str) -> bool:
    """Return whether a name that functions keep up to date is a result that the cell shows, such as the best score.

    It counts even if there was nothing to update: run again, a cell may not get any better.
    """
    return "shown" in analysis.uses.get(name, ()) and (is_best_name(name) or is_metric_name(name))


@forgiving(bool)
def _is_still(node: ast.expr | None, value: Any) -> bool:
    """Return whether a name seems to hold the value in the source."""
    written = literal(node)
    return written == () or _is(value, written)


@forgiving(bool)
def _is(value: Any, written: Any) -> bool:
    value = readable(value)
    return isinstance(value, type(written)) and bool(written == value)


def _container(node: ast.expr | None) -> dict[Any, Any] | list[Any] | None:
    """Return the dict or list that an expression creates, if it is a literal or an empty one."""
    match node:
        case ast.Call(func=ast.Name(id="list"), args=[], keywords=[]):
            return []
        case ast.Call(func=ast.Name(id="dict" | "OrderedDict"), args=[], keywords=[]):
            return {}
        case ast.Call(func=ast.Name(id="defaultdict") | ast.Attribute(attr="defaultdict"), args=[_]):
            return {}
        case ast.DictComp(value=ast.List(elts=[]) | ast.Dict(keys=[]) | ast.Call(args=[], keywords=[])):
            return {}
    written = literal(node)
    return written if isinstance(written, dict | list) else None


@forgiving(bool)
def _is_container(value: Any) -> bool:
    value = readable(value)
    return isinstance(value, Mapping | list | deque) or fields_of(value) is not None


def _same_as(value: Any) -> Callable[[Any], bool]:
    """Return a function that says whether an object is this one; it does not keep large ones alive."""
    kind = type(value)
    if issubclass(kind, int | float | complex) or (module_of(kind) == "numpy" and peek(value, "shape") == ()):
        return lambda other: other is value
    try:
        # The `id` of an object that is gone may be that of another one.
        alive = weakref.ref(value)
    except TypeError:
        number = id(value)
        return lambda other: id(other) == number
    return lambda other: alive() is other


def _copied(value: Any) -> Any:
    """Return a copy of settings that does not change with their containers."""
    kind = type(value)
    if kind is dict:
        return {key: _copied(inner) for key, inner in value.items()}
    if kind in (list, tuple, set):
        return kind(map(_copied, value))
    return value


@forgiving(dict)
def measures(name: str, value: Any) -> dict[str, Measure]:
    """Return the numbers and lists of numbers in a container, by their dotted paths from `name`."""
    found: dict[str, Measure] = {}
    for path, leaf in _leaves(name, value, 0):
        found[path] = leaf
        if len(found) > _MAX_LEAVES:
            return {}
    return found


def _leaves(path: str, value: Any, depth: int) -> Iterator[tuple[str, Measure]]:
    value = readable(value)
    entries = value if isinstance(value, Mapping) else fields_of(value)
    if entries is not None:
        if depth <= 4:
            for key, inner in list(entries.items()):
                yield from _leaves(f"{path}.{key}", inner, depth + 1)
    elif isinstance(value, list | deque | tuple):
        yield path, Measure.of(value)
    else:
        number = as_number(value)
        if number is not None:
            yield path, Measure(1, number, number)


@forgiving(GlobalNames)
def _code(value: Any) -> GlobalNames:
    """Return the global names of a notebook's function, or of the methods of its class or object."""
    owner = value if isinstance(value, type | FunctionType) else type(value)
    if module_of(owner) != "__main__":
        return GlobalNames()
    functions = vars(owner).values() if isinstance(owner, type) else [owner]
    found = [global_names(f.__code__) for f in functions if isinstance(f, FunctionType)]
    return GlobalNames(
        frozenset().union(*(names.reads for names in found)),
        frozenset().union(*(names.binds for names in found)),
    )
