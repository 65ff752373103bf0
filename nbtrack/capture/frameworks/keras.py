"""Keras: the history of each `fit`, what `evaluate` returns, and the optimiser."""

from __future__ import annotations

import inspect
import struct
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from nbtrack.capture.foreign import forgiving
from nbtrack.capture.frameworks.framework import Framework, History, Training

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nbtrack.capture.frameworks.framework import Call

__all__ = ["Keras"]


class _Fit(NamedTuple):
    history: Any
    model: Any
    params: dict[str, Any]


class Keras(Framework):
    """Hears the list of callbacks that each `fit` and each `evaluate` has.

    It has the values of an epoch's end, where a progress bar shows many of each epoch.
    """

    methods: ClassVar[Mapping[str, str]] = {
        f"{module}:CallbackList.{method}": method.removeprefix("on_")
        for module in ("keras.src.callbacks.callback_list", "keras.src.callbacks", "keras.callbacks")
        for method in ("on_train_begin", "on_test_end")
    }

    def __init__(self) -> None:
        self._fits: dict[int, _Fit] = {}
        self._evaluations: list[tuple[Any, dict[str, float]]] = []

    def train_begin(self, call: Call) -> None:
        """Keep the history of a training, which is empty yet."""
        history = getattr(call.owner, "_history", None)
        model = getattr(history, "model", None)
        if history is not None:
            self._fits[id(call.owner)] = _Fit(history, model, _optimiser(model))

    def test_end(self, call: Call) -> None:
        """Keep the results of an evaluation, if it is none of a training's validations."""
        if id(call.owner) not in self._fits:
            callbacks = getattr(call.owner, "callbacks", ())
            model = next((one.model for one in callbacks), None)
            self._evaluations.append((model, dict(call.argument(0, "logs") or {})))

    def trainings(self) -> Iterator[Training]:
        """Return a training for each model, whose fits follow one another, and then the evaluations."""
        fits: dict[int, list[_Fit]] = {}
        for one in self._fits.values():
            fits.setdefault(id(one.model), []).append(one)
        for several in fits.values():
            about = [several[0].model, *(one.history for one in several)]
            params = several[-1].params
            yield Training(about, histories=_joined([one.history for one in several]), params=params)
        for model, results in self._evaluations:
            yield Training([model], {f"evaluate_{name}": value for name, value in results.items()})


def _joined(histories: Sequence[Any]) -> dict[str, History]:
    """Return the histories of a model's fits as one; a fit that does not count on begins after the last."""
    values: dict[str, list[float]] = {}
    steps: dict[str, list[int]] = {}
    for one in histories:
        for name, numbers in one.history.items():
            values.setdefault(name, []).extend(numbers)
            steps.setdefault(name, []).extend(one.epoch[-len(numbers) :])
    return {
        name: History(numbers, steps[name] if all(b > a for a, b in pairwise(steps[name])) else None)
        for name, numbers in values.items()
    }


@forgiving(dict)
def _optimiser(model: Any) -> dict[str, Any]:
    """Return the optimiser's name, and its settings that are not the defaults of its class."""
    optimiser = model.optimizer
    kind = type(optimiser)
    defaults = inspect.signature(kind.__init__).parameters
    changed = {
        name: _plain(value)
        for name, value in optimiser.get_config().items()
        if name in defaults and name != "name" and _plain(value) != defaults[name].default
    }
    return {"optimizer": kind.__name__, **changed}


def _plain(value: Any) -> Any:
    """Return a number as it was written, which Keras has in single precision: 0.1, not 0.10000000149011612."""
    if not isinstance(value, float):
        return value
    written = float(f"{value:.7g}")
    return written if struct.pack("f", written) == struct.pack("f", value) else value
