"""Keras: the history of each `fit`, what `evaluate` returns, and the optimiser."""

from __future__ import annotations

import inspect
import struct
import weakref
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from nbtrack.capture.foreign import forgiving
from nbtrack.capture.frameworks.framework import Framework, History, Training, weakly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from nbtrack.capture.frameworks.framework import Call

__all__ = ["Keras"]


class _Fit(NamedTuple):
    """A call of `fit`, whose history fills what is kept of it."""

    model: Callable[[], Any]
    history: Callable[[], Any]
    values: Mapping[str, Sequence[float]]
    epochs: Sequence[int]
    params: dict[str, Any]


class Keras(Framework):
    """Hears the `History` that each `fit` has, and the list of callbacks of each `evaluate`.

    They have the values of an epoch's end, where a progress bar shows many of each epoch.
    """

    methods: ClassVar[Mapping[str, str]] = {
        "keras.src.callbacks.history:History.on_train_begin": "train_begin",
        "keras.src.callbacks.callback_list:CallbackList.on_test_end": "test_end",
        # of Keras 2
        "keras.src.callbacks:History.on_train_begin": "train_begin",
        "keras.src.callbacks:CallbackList.on_test_end": "test_end",
    }

    def __init__(self) -> None:
        self._training: weakref.WeakSet[Any] = weakref.WeakSet()
        """The histories of trainings."""
        self._fits: list[tuple[int, _Fit]] = []
        self._evaluations: list[tuple[Callable[[], Any], dict[str, float]]] = []

    def train_begin(self, call: Call) -> None:
        """Keep the values of a training's history, which are none yet."""
        history = call.owner
        self._training.add(history)
        model = getattr(history, "model", None)
        earlier = next((number for number, one in self._fits if one.model() is model), len(self._fits))
        fit = _Fit(weakly(model), weakly(history), history.history, history.epoch, _optimiser(model))
        self._fits.append((earlier, fit))

    def test_end(self, call: Call) -> None:
        """Keep the results of an evaluation, if it is none of a training's validations."""
        if getattr(call.owner, "_history", None) not in self._training:
            model = next((one.model for one in getattr(call.owner, "callbacks", ())), None)
            self._evaluations.append((weakly(model), dict(call.argument(0, "logs") or {})))

    def trainings(self) -> Iterator[Training]:
        """Return a training for each model, whose fits follow one another, and then the evaluations."""
        by_model: dict[int, list[_Fit]] = {}
        for number, one in self._fits:
            by_model.setdefault(number, []).append(one)
        for fits in by_model.values():
            about = [fits[0].model(), *(one.history() for one in fits)]
            yield Training(about, histories=_joined(fits), params=fits[-1].params)
        for model, results in self._evaluations:
            yield Training([model()], {f"evaluate_{name}": value for name, value in results.items()})


def _joined(fits: Sequence[_Fit]) -> dict[str, History]:
    """Return the histories of a model's fits as one; a fit that does not count on begins after the last."""
    values: dict[str, list[float]] = {}
    steps: dict[str, list[int]] = {}
    for one in fits:
        for name, numbers in one.values.items():
            values.setdefault(name, []).extend(numbers)
            steps.setdefault(name, []).extend(one.epochs[-len(numbers) :])
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
    changed = _changed(optimiser.get_config(), defaults)
    schedule = changed.pop("learning_rate", None)
    if not isinstance(schedule, dict):
        changed |= {} if schedule is None else {"learning_rate": schedule}
        return {"optimizer": kind.__name__, **changed}
    # A schedule's own settings, whose names are no optimiser's.
    made = optimiser._learning_rate  # noqa: SLF001 (the property of that name has the rate of now)
    settings = _changed(schedule["config"], inspect.signature(type(made).__init__).parameters)
    return {"optimizer": kind.__name__, **changed, **settings, "schedule": schedule["class_name"]}


def _changed(config: Mapping[str, Any], defaults: Mapping[str, inspect.Parameter]) -> dict[str, Any]:
    """Return the entries of an object's config that are not the defaults of its class."""
    return {
        name: _plain(value)
        for name, value in config.items()
        if name in defaults and name != "name" and _plain(value) != defaults[name].default
    }


def _plain(value: Any) -> Any:
    """Return a number as it was written, which Keras has in single precision: 0.1, not 0.10000000149011612."""
    if not isinstance(value, float):
        return value
    written = float(f"{value:.7g}")
    return written if struct.pack("f", written) == struct.pack("f", value) else value
