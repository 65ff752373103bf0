"""Ask the frameworks that a cell uses: listen to them while it runs, and gather at its end what they know."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from nbtrack.capture.foreign import FAULTS, forgiving
from nbtrack.capture.frameworks.framework import is_called_by
from nbtrack.capture.frameworks.known import framework_of, places
from nbtrack.capture.frameworks.listening import Listening
from nbtrack.capture.frameworks.told import Told
from nbtrack.capture.words.names import is_best_name

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from nbtrack.capture.frameworks.framework import Call, Framework, Training

__all__ = ["Asking"]

_SEARCHES = ("optuna.study._optimize", "sklearn.model_selection._validation")
"""The modules that train models only to compare them."""
_MAX_ENTRIES = 100
"""Entries of a dict or a list in which models are looked for."""


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
        heard = {name: getattr(framework, name) for name in kind.methods.values()}
        if not kind.in_searches:
            heard = {name: partial(_outside_searches, hear) for name, hear in heard.items()}
        for method, name in kind.methods.items():
            self._listening.to(method, heard[name])

    def end(self) -> None:
        """Listen no more."""
        self._listening.end()

    def told(
        self, moment: float, returned: Iterable[Any] = (), looped: Collection[str] = frozenset()
    ) -> Told:
        """Return what is known at the end of the cell.

        Parameters
        ----------
        moment
            The time of what has none.
        returned
            What the cell's own calls of `fit` returned: it may have no name.
        looped
            Names that only loops give a value: they are those of the last of several.
        """
        told = Told(last_ones=looped)
        kept = {id(one) for one in returned}
        for library, framework in self._frameworks.items():
            try:
                trainings = [one for one in framework.trainings() if _says_something(one)]
                names = _names(self._namespace, looped) if trainings else {}
                told.add(library, [*_named(trainings, names, kept, looped)], moment)
            except FAULTS as fault:  # another library's objects: the run has the rest
                told.left_out.append(f"what {library} knows ({type(fault).__name__})")
        self._frameworks.clear()  # they keep models alive
        return told


def _outside_searches(hear: Callable[[Call], None], call: Call) -> None:
    if not is_called_by(*_SEARCHES):
        hear(call)


def _says_something(training: Training) -> bool:
    return any((training.metrics, training.histories, training.params, training.tables, training.tags))


def _named(
    trainings: Iterable[Training], names: Mapping[int, str], kept: set[int], looped: Collection[str]
) -> Iterator[tuple[str, Training]]:
    """Yield trainings with the cell's names for them, without those that nobody has kept and that need be."""
    for one in trainings:
        name = next((names[id(it)] for it in one.about if id(it) in names), None)
        if one.passing and name is None and kept.isdisjoint(map(id, one.about)):
            continue
        if one.passing and name in looped and not is_best_name(name or ""):
            continue  # of what a loop compares the last is not special
        yield name or "", one


def _names(namespace: Mapping[str, Any], looped: Collection[str]) -> dict[int, str]:
    """Return by the `id` of an object: the cell's name for it, or for its entry in a dict; empty for one in a list.

    The entries of a list belong together, as those of a loop: they are counted. A loop's name is that of the last alone.
    """
    own = [(name, value) for name, value in list(namespace.items()) if not name.startswith("_")]
    found = {id(value): name for name, value in own if name in looped}
    for name, value in own:
        if type(value) is dict and len(value) <= _MAX_ENTRIES:
            entries = [(key, inner) for key, inner in value.items() if type(key) in (str, int)]
            found |= {id(one): f"{name}.{key}" if type(key) is str else "" for key, one in entries}
        elif type(value) is list and len(value) <= _MAX_ENTRIES:
            found |= {id(inner): "" for inner in value}
    # Of several names the first.
    return found | {id(value): name for name, value in reversed(own) if name not in looped}
