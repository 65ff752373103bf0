"""Containers of results that a function returns in each pass of a loop: each of their numbers has a history."""

from __future__ import annotations

import ast
import builtins
from collections import deque
from typing import TYPE_CHECKING, Any

from nbtrack.capture.source.reads import dotted
from nbtrack.capture.watch.observe import Observed
from nbtrack.capture.watch.returned import (
    function_of,
    named_numbers,
    of_results,
    parameters_of,
    returned_names,
)
from nbtrack.capture.words.calls import call_role

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import FunctionType

    from nbtrack.capture.source.analysis import Binding, CellAnalysis
    from nbtrack.capture.watch.observe import LoopCounter

__all__ = ["Passes", "container_site", "function_called"]

_MAX_MISFITS = 4
"""Passes without a container of results after which a site is no longer observed."""


class Passes(Observed):
    """What a name holds in each pass of a loop, if that is a container of results.

    Parameters
    ----------
    name, loop
        As of `Observed`.
    function
        The function that returns it, which has names for the items of a tuple.
    strong
        Whether that is one that scores.
    """

    __slots__ = ("_function", "_given", "_names", "_strong")

    def __init__(
        self,
        name: str,
        loop: LoopCounter | None,
        function: FunctionType | ast.FunctionDef | None,
        *,
        strong: bool,
    ) -> None:
        super().__init__(name, loop)
        self._function, self._strong = function, strong
        self._names: Sequence[str | None] | None = None
        self._given = parameters_of(function)

    def observer(self) -> Callable[[Any], None]:
        """Return the function that receives each new value."""
        return self._pass

    def _pass(self, value: Any) -> None:
        if type(value) is tuple and self._names is None and self._function is not None:
            self._names = returned_names(self._function)
        found = named_numbers(value, self._names or ())
        if found:
            chosen = of_results(self.name, found, strong=self._strong, given=self._given)
            self._split({key: found[key] for key in chosen})
        if not found or not self.parts:
            self._misfits += 1
            if self._misfits >= _MAX_MISFITS and not self.parts:
                # Takes anything at little cost and keeps nothing.
                setattr(builtins, self.hook, deque(maxlen=0).append)


def container_site(
    name: str,
    bindings: Sequence[Binding],
    loop: LoopCounter | None,
    analysis: CellAnalysis,
    namespace: Mapping[str, Any],
) -> Passes | None:
    """Return what watches a name in a loop, or None if no function of the notebook, or one that scores, gives it its value."""
    calls = [b.value for b in bindings if isinstance(b.value, ast.Call)]
    functions = [function_called(call, analysis, namespace) for call in calls]
    strong = all(call_role(dotted(call.func)) == "score" for call in calls)
    if not strong and None in functions:
        return None
    return Passes(name, loop, functions[0] if functions else None, strong=strong)


def function_called(
    call: ast.Call, analysis: CellAnalysis, namespace: Mapping[str, Any]
) -> FunctionType | ast.FunctionDef | None:
    """Return the function of the notebook that is called, or its definition in the cell; None for others."""
    if isinstance(call.func, ast.Name):
        for binding in analysis.bindings.get(call.func.id, ()):
            if isinstance(binding.stmt, ast.FunctionDef):
                return binding.stmt
    return function_of(call.func, namespace)
