"""What has changed in the models that a cell could reach when it began."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

from nbtrack.capture.trained.kinds import kind_of
from nbtrack.capture.trained.reachable import models_in

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Changes"]


class Changes:
    """Remembers the models of an execution's names, without keeping them alive."""

    def __init__(self) -> None:
        self._before: dict[int, tuple[Callable[[], Any], Any]] = {}

    def note(self, value: Any) -> None:
        """Remember the models that can be reached from a value, as they are now."""
        for _, model in models_in("", value):
            kind = kind_of(model)
            if kind is not None and not self._knows(model):
                self._before[id(model)] = (_reference(model), kind.state(model))

    def is_trained(self, model: Any) -> bool:
        """Return whether a model is trained, and was not before, or not so."""
        kind = kind_of(model)
        state = None if kind is None else kind.state(model)
        if not state:
            return False
        return not self._knows(model) or self._before[id(model)][1] != state

    def _knows(self, model: Any) -> bool:
        # The `id` of a model that is gone may be that of another one.
        return id(model) in self._before and self._before[id(model)][0]() is model


def _reference(model: Any) -> Callable[[], Any]:
    try:
        return weakref.ref(model)
    except TypeError:  # its class has slots: it is kept until the end of the cell
        return lambda: model
