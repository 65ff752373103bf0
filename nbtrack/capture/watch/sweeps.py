"""The values that a loop tries: the variable of `for C in [0.1, 1, 10]`, beside the results of its passes.

Numbers become a metric of the variable's name, with the steps of the results: curves can be drawn along it. Words, such as
those of `for kernel in ["linear", "rbf"]`, stand in a table beside them.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from itertools import pairwise
from types import FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple

from nbtrack.capture.containers import readable
from nbtrack.capture.foreign import forgiving, has_method
from nbtrack.capture.number import as_number
from nbtrack.capture.settings.setting import fields_of
from nbtrack.capture.source.choices import is_chosen
from nbtrack.capture.source.reads import dotted, names_in
from nbtrack.capture.watch.passes import function_called
from nbtrack.capture.watch.returned import parameters_of
from nbtrack.capture.words.calls import TRAINING_METHODS
from nbtrack.capture.words.names import INDEX_WORDS, is_metric_name, words
from nbtrack.clock import now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from nbtrack.capture.source.analysis import CellAnalysis, Loop

__all__ = ["MAX_WORDS", "SweepSite", "SweptLoop", "keywords_outside", "swept_keywords", "swept_loops"]

_MAX_PASSES = 10_000
_MAX_KEYS = 20
_MAX_GRID = 200
_MAX_LISTED = 20
MAX_WORDS = 200
"""Passes of a loop over words, and characters of a word."""
_COUNTERS = INDEX_WORDS | frozenset({"epoch", "fold", "rep", "repeat", "rs", "seed", "state", "trial"})
"""Words of variables that only tell passes apart."""
_MOMENTS = frozenset("batch ep it iter iteration round step steps t time".split())
"""Words of variables that count time, where a loop is over a `range` or over data."""
_TABLES = frozenset({"Counter", "DataFrame", "Namespace", "OrderedDict", "Series", "SimpleNamespace"})
"""Classes of data, whose arguments are no settings."""
_WRAPPERS = frozenset({"list", "reversed", "sorted", "tqdm", "track", "tuple"})
"""Functions around the values that a loop goes through."""


class SweptLoop(NamedTuple):
    """A loop over values, and those of its variables that may be settings."""

    loop: Loop
    names: list[str]


class SweepSite:
    """The values of a loop's variable.

    Parameters
    ----------
    name
        The variable.
    loop
        The number of the loop.
    position
        Returns how many results there were when a pass began; None if each pass has one.
    """

    __slots__ = (
        *(
            "_position",
            "around",
            "elsewhere",
            "holders",
            "keywords",
            "loop",
            "mentions",
            "name",
            "passes",
            "seen",
        ),
        *("values", "words"),
    )

    def __init__(self, name: str, loop: int, position: Callable[[], int] | None = None) -> None:
        self.name, self.loop, self._position = name, loop, position
        self.keywords: set[str] = set()
        """The names under which the variable is handed on."""
        self.elsewhere: set[str] = set()
        """Those of them that code outside of the loop gives a value, too."""
        self.holders: set[str] = set()
        """The names that the loop binds."""
        self.mentions: set[str] = set()
        """The names that its body binds or reads."""
        self.around: set[int] = set()
        """The numbers of the loops around the loop."""
        self.passes = 0
        self.values: dict[str, list[tuple[int, float, float]]] = {}
        """By name, the step, the time and the value of each number; dotted names of a dict's."""
        self.seen: dict[str, set[Any]] = {}
        """By the keys of dicts, what was among them."""
        self.words: dict[str, list[tuple[int, str]]] = {}
        """By name, the step and the word for each value that is no number; dotted names of a dict's."""

    def observer(self) -> Callable[[Any], None]:
        """Return the function that receives the variable at the beginning of each pass."""
        return self._observe

    @forgiving()
    def _observe(self, value: Any) -> None:
        step = self.passes if self._position is None else self._position()
        self.passes += 1
        if self.passes > _MAX_PASSES:
            return
        kind = type(value)
        if kind is float or (number := as_number(value)) is not None:
            self._keep(self.name, step, value if kind is float else number)
        elif (word := _word(value)) is not None:
            self.words.setdefault(self.name, []).append((step, word))
        elif issubclass(kind, Mapping) and len(fields := fields_of(value) or {}) <= _MAX_KEYS:
            for key, inner in fields.items():
                if isinstance(inner, str | int | float | None):
                    self.seen.setdefault(key, set()).add(inner)
                number = as_number(inner)
                if number is not None:
                    self._keep(f"{self.name}.{key}", step, number)
                elif (word := _word(inner)) is not None:
                    self.words.setdefault(f"{self.name}.{key}", []).append((step, word))

    def steps(self) -> dict[str, dict[int, float | str]]:
        """Return what was tried, by name and step."""
        found: dict[str, dict[int, float | str]] = {}
        for name, numbers in self.values.items():
            whole = all(number.is_integer() for _, _, number in numbers)
            found[name] = {step: int(number) if whole else number for step, _, number in numbers}
        for name, said in self.words.items():
            found.setdefault(name, {}).update(said)
        return found

    def ordered(self) -> dict[str, dict[int, float | str]]:
        """Return what was tried, by name and the number of the pass."""
        if self._position is None:
            return self.steps()
        # Its steps are those of results inside the passes; a variable of one type has one value a pass.
        return {
            name: dict(enumerate(column[step] for step in sorted(column)))
            for name, column in self.steps().items()
        }

    def _keep(self, name: str, step: int, number: float | None) -> None:
        if number is not None:
            self.values.setdefault(name, []).append((step, now(), number))


def _word(value: Any) -> str | None:
    """Return the word for a value that a loop tries: a text, the name of a class or a function, a model's class."""
    if isinstance(value, str):
        return value if len(value) <= MAX_WORDS else None
    if value is None or isinstance(value, bool):
        return str(value)
    if isinstance(value, type | FunctionType):
        return value.__name__
    return type(value).__name__ if has_method(value, "fit") else None


def swept_loops(analysis: CellAnalysis, namespace: Mapping[str, Any]) -> Iterator[SweptLoop]:
    """Yield the loops that go through values of settings, with the variables that hold them."""
    for loop in analysis.loops:
        if isinstance(loop.node, ast.For):
            names = [
                name
                for name, values in _variables(loop.node.target, loop.node.iter)
                if not _tells_apart(name) and _is_tried(name, values, loop.node, analysis, namespace)
            ]
            if names:
                yield SweptLoop(loop, names)


def _tells_apart(name: str) -> bool:
    return name.startswith("_") or is_metric_name(name) or not _COUNTERS.isdisjoint(words(name))


def _variables(target: ast.expr, iterated: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """Yield the variables of a loop, each with the expression of the values that it goes through."""
    if isinstance(target, ast.Name):
        yield target.id, _unwrapped(iterated)
        return
    if not isinstance(target, ast.Tuple | ast.List):
        return
    match _unwrapped(iterated):
        case ast.Call(func=func, args=args) if dotted(func).rpartition(".")[2] == "enumerate" and args:
            parts: Sequence[ast.expr] = [ast.Call(ast.Name("range", ast.Load()), args, []), args[0]]
        case ast.Call(func=func, args=args) if dotted(func).rpartition(".")[2] in {"zip", "product"}:
            parts = args
        case whole:
            parts = [whole] * len(target.elts)
    for one, part in zip(target.elts, parts, strict=False):
        yield from _variables(one, part)


def _unwrapped(node: ast.expr) -> ast.expr:
    """Return what a bar, `list` or `sorted` around the values of a loop is about."""
    while isinstance(node, ast.Call) and node.args and dotted(node.func).rpartition(".")[2] in _WRAPPERS:
        node = node.args[0]
    return node


def _is_tried(
    name: str, values: ast.expr, loop: ast.For, analysis: CellAnalysis, namespace: Mapping[str, Any]
) -> bool:
    """Return whether a loop's variable is a setting that it tries.

    It is if its values are written out. What else it goes through may be rows or batches; a variable of such a loop, and of one
    over a `range`, is a setting if it is given to something under a name: `KNN(n_neighbors=k)`.
    """
    counted = isinstance(values, ast.Call) and dotted(values.func) in {"range", "np.arange", "trange"}
    if not counted and (
        _is_written_out(values, analysis)
        or _is_grid(values, analysis, namespace)
        or _is_listed(values, analysis, namespace)
    ):
        return True
    if not _MOMENTS.isdisjoint(words(name)):
        return False
    return any(_is_given(name, node, analysis, namespace) for stmt in loop.body for node in ast.walk(stmt))


def _is_written_out(values: ast.expr, analysis: CellAnalysis) -> bool:
    if isinstance(values, ast.Name):
        return _chosen_name(values.id, analysis)
    if isinstance(values, ast.Call) and dotted(values.func).endswith("ParameterGrid"):
        return True
    return is_chosen(values, {one for one in names_in(values) if _chosen_name(one, analysis)})


@forgiving(bool)
def _is_grid(values: ast.expr, analysis: CellAnalysis, namespace: Mapping[str, Any]) -> bool:
    """Return whether values of an earlier cell are evenly spaced or written out as a list: `np.logspace(-3, 2, 6)`."""
    if not isinstance(values, ast.Name) or values.id in analysis.bindings:
        return False
    found: Any = readable(namespace.get(values.id))
    if not isinstance(found, list | tuple | range) and type(found).__name__ != "ndarray":
        return False
    if not 1 < len(found) <= _MAX_GRID:
        return False
    numbers = [as_number(one) for one in found]
    if any(one is None for one in numbers):
        return isinstance(found, list) and all(isinstance(one, Mapping) for one in found)
    plain = [one for one in numbers if one is not None]
    even = len({round(b - a, 9) for a, b in pairwise(plain)}) == 1
    geometric = all(plain) and len({round(b / a, 6) for a, b in pairwise(plain)}) == 1
    return even or geometric or (not hasattr(found, "dtype") and len(found) <= _MAX_LISTED)


@forgiving(bool)
def _is_listed(values: ast.expr, analysis: CellAnalysis, namespace: Mapping[str, Any]) -> bool:
    """Return whether values are written out as a list or dict of words, models or pairs of these: `models.items()`."""
    match values:
        case ast.Call(func=ast.Attribute(value=holder, attr="items" | "keys" | "values"), args=[]):
            pass
        case holder:
            pass
    if not isinstance(holder, ast.Name):
        return _is_display(holder)
    bindings = analysis.bindings.get(holder.id)
    if bindings:
        return len(bindings) == 1 and _is_display(bindings[0].value)
    found = readable(namespace.get(holder.id))
    if not isinstance(found, list | tuple | dict) or not 1 < len(found) <= _MAX_LISTED:
        return False
    parts = [*found, *found.values()] if isinstance(found, dict) else [*found]
    parts = [inner for one in parts for inner in (one if isinstance(one, tuple) else [one])]
    return all(_word(one) is not None or as_number(one) is not None for one in parts)


def _is_display(node: ast.expr | None) -> bool:
    """Return whether an expression lists words, numbers, and what calls and names stand for."""
    match node:
        case ast.Dict(keys=keys, values=parts):
            return all(key is not None for key in keys) and all(map(_is_part, parts))
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            return all(map(_is_part, parts))
    return False


def _is_part(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant | ast.Call | ast.Name) or (
        isinstance(node, ast.Tuple) and all(map(_is_part, node.elts))
    )


def _chosen_name(name: str, analysis: CellAnalysis) -> bool:
    bindings = analysis.bindings.get(name, ())
    return bool(bindings) and all(b.chosen for b in bindings)


def _is_given(name: str, node: ast.AST, analysis: CellAnalysis, namespace: Mapping[str, Any]) -> bool:
    """Return whether the constructor of a model, or a function of the notebook, takes a variable as one of its settings."""
    if not isinstance(node, ast.Call):
        return False
    last = dotted(node.func).rpartition(".")[2]
    named = any(name in _plain_names(one.value) for one in node.keywords)
    if named and ((last[:1].isupper() and last not in _TABLES) or last in TRAINING_METHODS):
        return True
    given = named or any(isinstance(one, ast.Name) and one.id == name for one in node.args)
    function = function_called(node, analysis, namespace) if given else None
    return function is not None and (named or name in parameters_of(function))


def swept_keywords(loop: Loop, names: Sequence[str]) -> set[str]:
    """Return the names under which a loop hands its variables on: `C` and `n_iter` in `SVC(C=C, max_iter=2 * n)`."""
    given: set[str] = set()
    for stmt in loop.node.body:
        for node in ast.walk(stmt):
            if isinstance(node, ast.keyword) and node.arg and not _plain_names(node.value).isdisjoint(names):
                given.add(node.arg)
    return given


def keywords_outside(loop: Loop, analysis: CellAnalysis) -> set[str]:
    """Return the names of arguments that calls outside of a loop are given."""
    outside = [c.node for c in analysis.calls if c.loop is None or loop not in c.loop.chain]
    return {one.arg for node in outside for one in node.keywords if one.arg}


def _plain_names(node: ast.expr) -> set[str]:
    """Return the names in what a keyword is given: `C=C`, `C=10**c`, `**settings`; none of a subscript's."""
    return set() if isinstance(node, ast.Subscript | ast.Call) else names_in(node)
