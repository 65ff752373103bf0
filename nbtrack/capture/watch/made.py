"""Watch which estimators and optimisers the calls of a running cell make: one that is never fitted sets nothing."""

from __future__ import annotations

import ast
import weakref
from typing import TYPE_CHECKING, Any

from nbtrack.capture.foreign import forgiving, has_method
from nbtrack.capture.source.grammar import HOOK
from nbtrack.capture.source.reads import dotted, names_in
from nbtrack.capture.words.calls import call_role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nbtrack.capture.source.analysis import Call, CellAnalysis

__all__ = ["MadeSite", "is_handed_on", "makes", "place_of"]

_MAX_MADE = 64


class MadeSite:
    """The estimators and optimisers that one call has made; it keeps none of them alive."""

    __slots__ = ("_made", "_others")

    def __init__(self) -> None:
        self._made: list[weakref.ref[Any]] = []
        self._others = False

    def observer(self) -> Callable[[Any], Any]:
        """Return the function that receives what the call returned, and returns it."""

        def observe(value: Any) -> Any:
            self._keep(value)
            return value

        return observe

    @property
    def objects(self) -> list[Any] | None:
        """The estimators and optimisers; None if it made something else too, or if some are gone."""
        found = [one() for one in self._made]
        alive = [one for one in found if one is not None]
        return None if self._others or not found or len(alive) < len(found) else alive

    @forgiving()
    def _keep(self, value: Any) -> None:
        if self._others:
            return
        if len(self._made) < _MAX_MADE and (
            has_method(value, "fit", "get_params") or has_method(value, "step", "zero_grad")
        ):
            self._made.append(weakref.ref(value))
        else:
            self._others = True


def makes(call: Call) -> bool:
    """Return whether a call may make an estimator, by how it is written."""
    return call.hookable and call.role == "other" and call.name.rpartition(".")[2][:1].isupper()


def is_handed_on(node: ast.Call, analysis: CellAnalysis) -> bool:
    """Return whether what a call makes is given to another, which may fit a copy of it: `cross_val_score(Ridge(), X, y)`."""
    place = place_of(node)
    sources = list(_sources(analysis))
    names = {name for name, source in sources if _holds(source, place)}
    grown = bool(names)
    while grown:  # the names of what the code makes of it
        more = {name for name, source in sources if name not in names and names & names_in(source)}
        names |= more
        grown = bool(more)
    for other, arguments in _calls(analysis.tree):
        shown = call_role(dotted(other.func)) in {"show", "pass"}
        if any(_holds(one, place) or (not shown and names & names_in(one)) for one in arguments):
            return True
    return not names and not any(
        isinstance(one, ast.Expr) and _holds(one, place) for one in analysis.tree.body
    )


def _sources(analysis: CellAnalysis) -> Iterator[tuple[str, ast.expr]]:
    """Yield names with what each is made of: what it is bound to, or what it goes over."""
    for name, bindings in analysis.bindings.items():
        for one in bindings:
            source = one.value or getattr(one.stmt, "iter", None)
            if isinstance(source, ast.expr):
                yield name, source
    for node in ast.walk(analysis.tree):
        if isinstance(node, ast.comprehension):
            targets = (one for one in ast.walk(node.target) if isinstance(one, ast.Name))
            yield from ((one.id, node.iter) for one in targets)


def _calls(tree: ast.AST) -> Iterator[tuple[ast.Call, list[ast.expr]]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and not (
            isinstance(node.func, ast.Name) and node.func.id.startswith(HOOK)
        ):
            yield node, [*node.args, *(keyword.value for keyword in node.keywords)]


def _holds(node: ast.AST, place: tuple[Any, ...]) -> bool:
    return any(isinstance(one, ast.Call) and place_of(one) == place for one in ast.walk(node))


def place_of(node: ast.Call) -> tuple[Any, ...]:
    """Return where a call stands, which is the same in a copy of the tree."""
    return node.lineno, node.col_offset, node.end_lineno, node.end_col_offset
