"""What frameworks have told of a cell's trainings, each value under a name of its own."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from nbtrack.capture.number import as_number, as_numbers
from nbtrack.points import Points

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from nbtrack.capture.frameworks.framework import History, Table, Training

__all__ = ["Told"]

_MAX_APART = 10
"""Trainings whose histories are kept apart; of more, as in a search, only the results are."""

_T = TypeVar("_T")


class _Named(NamedTuple):
    """A training, and the cell's name for what it is about; empty where there is none."""

    name: str
    training: Training
    alone: bool
    """Whether no other training has anything under the same names."""


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
    owners: dict[str, str] = field(default_factory=dict)
    """By a metric's name: that of what was trained, for a cell that has another metric of this name."""

    last_ones: Collection[str] = frozenset()
    """Names that are those of the last of several trainings."""
    logged: set[str] = field(default_factory=set)
    """The metrics that the cell has logged by itself."""
    looped: set[str] = field(default_factory=set)
    """The metrics with a point for each training of a loop."""

    def add(self, library: str, trainings: Sequence[tuple[str, Training]], moment: float) -> None:
        """Add the trainings of one library, each with the cell's name for what it is about."""
        names = [name for name, _ in trainings]
        keys = [_keys(training) for _, training in trainings]
        named = [
            _Named(name, training, _is_alone(n, names, keys)) for n, (name, training) in enumerate(trainings)
        ]
        self._add_params(named)
        histories = _collected(
            (title, one, points)
            for one in named
            for title, history in one.training.histories.items()
            if (points := _points(history, moment)) is not None
        )
        found: dict[str, Points] = {}
        for title, curves in histories.items():
            if len(curves) <= _MAX_APART:
                found |= _apart(title, curves)
        ends = {title: points.values[-1] for title, points in found.items()}
        results = _collected(
            (f"final_{title}" if title in found else title, one, number)
            for one in named
            for title, value in one.training.metrics.items()
            # What is evaluated after a training may be what its history ends with.
            if (number := as_number(value)) is not None and ends.get(title) != number
        )
        for title, numbers in results.items():
            if len(numbers) > 1 and not _are_told_apart(numbers):  # of a loop: a point for each
                found[title] = Points.at(moment, [number for _, number in numbers])
                self.looped.add(title)
            else:
                found |= _apart(title, [(one, Points.at(moment, [number])) for one, number in numbers])
        if any(one.training.logged for one in named):
            self.logged |= found.keys()
        self.metrics |= found
        only = named[0].name if len(named) == 1 else ""
        self.owners |= dict.fromkeys(found, only or library)
        for title, tables in _collected(
            (t, one, it) for one in named for t, it in one.training.tables.items()
        ).items():
            self.tables |= _apart(title, tables[-_MAX_APART:])
        for tag, texts in _collected(
            (t, one, it) for one in named for t, it in one.training.tags.items()
        ).items():
            self.tags |= _apart(tag, texts[-_MAX_APART:])

    def _add_params(self, named: Sequence[_Named]) -> None:
        for key, given in _collected(
            (k, one, v) for one in named for k, v in one.training.params.items()
        ).items():
            # What several have without a name, in a search, is no setting of the whole.
            several = len({repr(value) for _, value in given}) > 1
            own = [(key, value, one.name) for one, value in given if one.name not in {"", *self.last_ones}]
            self.params += own if several else [(key, value, one.name) for one, value in given]


def _is_alone(number: int, names: Sequence[str], keys: Sequence[set[str]]) -> bool:
    """Return whether nothing else has told of anything under the same names as one training."""
    own = names[number]
    return all(
        keys[number].isdisjoint(other)
        for place, other in enumerate(keys)
        if place != number and not (own and names[place] == own)
    )


def _keys(training: Training) -> set[str]:
    return {*training.metrics, *training.histories, *training.tables, *training.tags}


def _collected(entries: Iterable[tuple[str, _Named, _T]]) -> dict[str, list[tuple[_Named, _T]]]:
    """Return what several trainings have, by title."""
    found: dict[str, list[tuple[_Named, _T]]] = {}
    for title, one, it in entries:
        found.setdefault(title, []).append((one, it))
    return found


def _apart(title: str, several: Sequence[tuple[_Named, _T]]) -> dict[str, _T]:
    """Return what several trainings have under one title, each by a name of its own."""
    if _are_told_apart(several):
        return {title if one.alone else f"{one.name}.{title}": it for one, it in several}
    if len(several) == 1:
        return {title: several[0][1]}
    return {f"{number}.{title}": it for number, (_, it) in enumerate(several, 1)}


def _are_told_apart(several: Sequence[tuple[_Named, Any]]) -> bool:
    """Return whether the cell has a name for each, and not only for the last of a loop."""
    names = {one.name for one, _ in several}
    return "" not in names and len(names) == len(several)


def _points(history: History, moment: float) -> Points | None:
    """Return the points of a history; None if it has none, or something else than numbers."""
    values = as_numbers(history.values)
    if not values:
        return None
    points = Points.at(moment, values)
    if history.steps is None:
        return points
    return points._replace(steps=array("q", map(int, history.steps)))
