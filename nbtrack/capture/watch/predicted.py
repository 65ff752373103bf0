"""Watch the `.predict` calls of a running cell: what a model has predicted tells its output, without asking it again."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

from nbtrack.capture.data import head, shape_of
from nbtrack.capture.foreign import forgiving

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["PredictSite"]

_MAX_CALLS = 20
"""Calls after which a site is no longer observed: an agent in a loop asks its model a hundred thousand times."""
_FEW = 5


class PredictSite:
    """What the models that one `.predict` call asks have predicted at first; it keeps none of them alive."""

    __slots__ = ("_asked", "_calls", "_found", "_rows")

    def __init__(self) -> None:
        self._asked: weakref.ref[Any] | None = None
        self._calls = 0
        self._found: dict[int, tuple[weakref.ref[Any], tuple[int, int, Any]]] = {}
        self._rows = 0

    def receiver(self) -> Callable[[Any], Any]:
        """Return the function that receives the model and returns it."""

        def observe(model: Any) -> Any:
            if self._calls < _MAX_CALLS:
                self._calls += 1
                self._begin(model)
            return model

        return observe

    def argument(self) -> Callable[[Any], Any]:
        """Return the function that receives the data and returns it."""

        def observe(data: Any) -> Any:
            if self._asked is not None:
                self._rows = _count(data)
            return data

        return observe

    def result(self) -> Callable[[Any], Any]:
        """Return the function that receives the predictions and returns them."""

        def observe(predictions: Any) -> Any:
            asked, self._asked = self._asked, None
            if asked is not None:
                self._end(asked, predictions)
            return predictions

        return observe

    def of(self, model: Any) -> tuple[int, int, Any] | None:
        """Return how many rows a model was given, how many predictions it made of them, and the first of these."""
        found = self._found.get(id(model))
        return found[1] if found is not None and found[0]() is model else None

    @forgiving()
    def _begin(self, model: Any) -> None:
        self._rows, self._asked = 0, None
        if self.of(model) is None:
            self._asked = weakref.ref(model)

    @forgiving()
    def _end(self, asked: weakref.ref[Any], predictions: Any) -> None:
        count = _count(predictions)
        if self._rows and count:
            self._found[id(asked())] = asked, (self._rows, count, head(predictions, _FEW))


def _count(data: Any) -> int:
    shape = shape_of(data)
    return shape[0] if shape else 0
