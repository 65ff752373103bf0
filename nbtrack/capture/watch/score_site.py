"""Scores that are computed and not assigned to a name: what an expression of the cell gives."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

from nbtrack.capture.foreign import forgiving, peek
from nbtrack.capture.lazy_data import is_lazy
from nbtrack.capture.number import as_number, shown_number
from nbtrack.capture.watch.returned import (
    are_results,
    named_numbers,
    of_results,
    parameters_of,
    returned_names,
)
from nbtrack.clock import now

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable
    from types import FunctionType

    from nbtrack.capture.watch.observe import LoopCounter

__all__ = ["ScoreSite"]

_MAX_POINTS = 1_000_000
_MAX_PARTS = 100
_MAX_MISFITS = 4
"""Values without results after which a call is no longer looked at."""


def _same(value: Any) -> Any:
    return value


@forgiving(list)
def _scores(value: Any) -> list[tuple[int, float]]:
    """Return the entries of a short array of scores that are numbers."""
    if peek(value, "ndim", 0) != 1 or is_lazy(value) or not 2 <= len(value) <= 1_000:
        return []
    numbers = [(step, as_number(one)) for step, one in enumerate(value)]
    return [(step, number) for step, number in numbers if number is not None]


class ScoreSite:
    """One call in the cell whose result is a score that is not assigned to a name.

    Parameters
    ----------
    function
        The scoring function's own name.
    subject
        The variable of the scored estimator, if it can be seen in the source.
    split
        `train`, `test` or `val`, if it can be seen in the arguments.
    loop
        The innermost loop around the call.
    suffix
        The suffix for a reduction around the call (`_std`).
    label
        The name from the text that is shown before it.
    whole
        Whether each entry of a short array is a score.
    called
        The function that is called, or a way to find it; it has names for the items of a tuple, and its parameters are no results.
    plain
        Whether a single number is a score, too.
    given
        Entries of a container that are settings.
    """

    __slots__ = (
        "_misfits", "called", "function", "given", "hook", "label", "loop", "node", "parts", "plain", "points", "split", "subject", "suffix", "whole",
    )  # fmt: skip

    def __init__(
        self,
        function: str,
        subject: str | None = None,
        split: str | None = None,
        loop: LoopCounter | None = None,
        *,
        suffix: str = "",
        label: str | None = None,
        whole: bool = True,
        called: FunctionType | ast.FunctionDef | None = None,
        plain: bool = True,
        given: frozenset[str] = frozenset(),
    ) -> None:
        self.function = function
        self.node: ast.expr | None = None
        """The expression that is watched."""
        self.subject = subject
        self.split = split
        self.loop = loop
        self.suffix = suffix
        self.label = label
        self.whole = whole
        self.called = called
        self.plain = plain
        self.hook = ""
        """The name under which the function is lent."""
        self._misfits = 0
        self.given = given | parameters_of(called)
        self.points: list[tuple[str | None, int, float, float]] = []
        self.parts: dict[str, list[tuple[str | None, int, float, float]]] = {}
        """The points of the entries of a container, by their names."""

    def observer(self, namespace: dict[str, Any]) -> Callable[[Any], Any]:
        """Return the function that receives each score and returns it."""
        points, loop, subject = self.points, self.loop, self.subject

        if not self.plain:
            return self._pass

        def observe(value: Any) -> Any:
            if len(points) >= _MAX_POINTS:
                return value
            number = shown_number(value)
            moment = now()
            scored = None
            if loop is not None and subject is not None:
                scored = type(namespace.get(subject)).__name__
            if number is not None:
                points.append((scored, loop.count if loop else 0, moment, number))
            elif self._split(value, scored, moment):
                pass
            elif self.whole and loop is None:
                points.extend((scored, step, moment, part) for step, part in _scores(value))
            return value

        return observe

    def _pass(self, value: Any) -> Any:
        """Take containers alone, and nothing more from a call in a loop that gives none."""
        if value is None or not self._split(value, None, now()):
            self._misfits += 1
            if self._misfits >= _MAX_MISFITS and not self.parts:
                setattr(builtins, self.hook, _same)
        return value

    @forgiving(bool)
    def _split(self, value: Any, scored: str | None, moment: float) -> bool:
        """Keep the results in a container; return whether it is one."""
        names = returned_names(self.called) if type(value) is tuple and self.called is not None else ()
        found = named_numbers(value, names)
        if not found or (self.called is None and self.function and not are_results(found)):
            return False
        for key in of_results("", found, strong=self.whole and self.called is not None, given=self.given):
            part = self.parts.setdefault(key, [])
            if len(part) < _MAX_POINTS and len(self.parts) <= _MAX_PARTS:
                part.append((scored, self.loop.count if self.loop else 0, moment, found[key]))
        return True
