"""Ask the frameworks that a cell uses: listen to them while it runs, and gather at its end what they know."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from nbtrack.capture.foreign import FAULTS, forgiving
from nbtrack.capture.frameworks.known import framework_of, places
from nbtrack.capture.frameworks.listening import Listening
from nbtrack.capture.number import as_number, as_numbers
from nbtrack.points import Points

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbtrack.capture.frameworks.framework import Framework, History, Table, Training

__all__ = ["Asking", "Told"]

_T = TypeVar("_T")

_MAX_APART = 10
"""Trainings whose histories are kept apart; of more, as in a search, only the results are."""


@dataclass
class Told:
    """What frameworks know of a cell."""

    metrics: dict[str, Points] = field(default_factory=dict)
    params: list[tuple[str, Any, str]] = field(default_factory=list)
    """Name, value, and the name of what it was given to."""
    tables: dict[str, Table] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    """The frameworks that failed."""


class Asking:
    """Listens to the libraries that are imported, and to those that the cell imports.

    Parameters
    ----------
    namespace
        The user's namespace, which has names for what is trained.
    """

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        self._namespace = namespace
        self._listening = Listening()
        self._frameworks: dict[str, Framework] = {}
        self._begun = False

    def begin(self) -> None:
        """Listen from now on."""
        if self._begun:
            return
        self._begun = True
        for library, place in places().items():
            self._listening.when_imported(library, partial(self._listen, library, place))

    @forgiving()
    def _listen(self, library: str, place: str) -> None:
        kind = framework_of(place)
        if kind is None:
            return
        framework = self._frameworks[library] = kind()
        for method, name in kind.methods.items():
            self._listening.to(method, getattr(framework, name))

    def end(self) -> None:
        """Listen no more."""
        self._listening.end()

    def told(self, moment: float) -> Told:
        """Return what is known at the end of the cell."""
        told = Told()
        for library, framework in self._frameworks.items():
            try:
                trainings = [one for one in framework.trainings() if _says_something(one)]
                self._join(trainings, told, moment)
            except FAULTS as fault:  # another library's objects: the run has the rest
                told.left_out.append(f"what {library} knows ({type(fault).__name__})")
        self._frameworks.clear()  # they keep models alive
        return told

    def _join(self, trainings: list[Training], told: Told, moment: float) -> None:
        """Add the trainings of one library."""
        names = self._names(trainings)
        results: dict[str, list[tuple[str, float]]] = {}
        histories: dict[str, list[tuple[str, Points]]] = {}
        tables: dict[str, list[tuple[str, Table]]] = {}
        tags: dict[str, list[tuple[str, str]]] = {}
        for training, name in zip(trainings, names, strict=True):
            for metric, value in training.metrics.items():
                number = as_number(value)
                if number is not None:
                    results.setdefault(metric, []).append((name, number))
            for metric, history in training.histories.items():
                points = _points(history, moment)
                if points is not None:
                    histories.setdefault(metric, []).append((name, points))
            for title, table in training.tables.items():
                tables.setdefault(title, []).append((name, table))
            for tag, text in training.tags.items():
                tags.setdefault(tag, []).append((name, text))
            told.params += [(key, value, name) for key, value in training.params.items()]
        for metric, numbers in results.items():
            if len(numbers) > 1 and not _are_named(numbers):  # of a loop: a point for each
                told.metrics[metric] = Points.at(moment, [number for _, number in numbers])
            else:
                told.metrics |= _apart(metric, [(name, Points.at(moment, [n])) for name, n in numbers])
        for metric, several in histories.items():
            if len(several) <= _MAX_APART:
                told.metrics |= _apart(metric, several)
        for title, kept in tables.items():
            told.tables |= _apart(title, kept[-_MAX_APART:])
        for tag, texts in tags.items():
            told.tags |= _apart(tag, texts[-_MAX_APART:])

    def _names(self, trainings: list[Training]) -> list[str]:
        """Return for each training the name of its object in the cell; empty where it has none."""
        every = {id(one): name for name, one in list(self._namespace.items()) if not name.startswith("_")}
        return [next((every[id(one)] for one in t.about if id(one) in every), "") for t in trainings]


def _apart(title: str, several: Sequence[tuple[str, _T]]) -> dict[str, _T]:
    """Return what several trainings have under one name, each by a name of its own."""
    if len(several) == 1:
        return {title: several[0][1]}
    if _are_named(several):
        return {f"{name}.{title}": one for name, one in several}
    return {f"{number}.{title}": one for number, (_, one) in enumerate(several, 1)}


def _are_named(several: Sequence[tuple[str, Any]]) -> bool:
    """Return whether the cell has a name for each, and not only for the last of a loop."""
    names = {name for name, _ in several}
    return "" not in names and len(names) == len(several)


def _says_something(training: Training) -> bool:
    return any((training.metrics, training.histories, training.params, training.tables, training.tags))


def _points(history: History, moment: float) -> Points | None:
    """Return the points of a history; None if it has none, or something else than numbers."""
    values = as_numbers(history.values)
    if not values:
        return None
    points = Points.at(moment, values)
    if history.steps is None:
        return points
    return points._replace(steps=array("q", map(int, history.steps)))
