"""What a cell says of its estimators that is none of the run's settings: they were never fitted, or with another value."""

from __future__ import annotations

import ast
import inspect
from typing import TYPE_CHECKING, Any

from nbtrack.capture.settings.estimators import describe, is_estimator, is_optimiser, state
from nbtrack.capture.settings.setting import Setting, flatten
from nbtrack.capture.watch.made import is_handed_on, place_of
from nbtrack.fields import same

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nbtrack.capture.execution import Execution
    from nbtrack.capture.settings.estimators import Described, Fitted
    from nbtrack.capture.settings.passed import Passed
    from nbtrack.capture.watch.sites import Sites

__all__ = ["Unfitted"]

_SETTERS = frozenset({"set_params"})
_UNKNOWN = object()


class Unfitted:
    """The arguments of calls that make estimators, or change them, which are no settings of what was fitted.

    Parameters
    ----------
    run, sites
        The execution, and the sites of one of its trees.
    fitted
        The models that it has trained.
    """

    def __init__(self, run: Execution, sites: Sites, fitted: Iterable[Fitted]) -> None:
        self._run, self._sites = run, sites
        self._described = {id(one.estimator): one.described for one in fitted}
        self._made = {place_of(call.node): site for call, site in sites.made}
        self._known: dict[tuple[Any, ...], list[Mapping[str, Any]] | None] = {}

    def left_out(self, call: ast.Call, passed: Passed) -> bool:
        """Return whether an argument is none of the run's settings."""
        place = place_of(call)
        if place not in self._known:
            self._known[place] = self._settings_of(call)
        every = self._known[place]
        if every is None:
            return False
        held = [one.get(passed.name, _UNKNOWN) for one in every]
        return not any(value is _UNKNOWN or _is_same(value, passed.value) for value in held)

    def instead(self) -> list[Setting]:
        """Return the settings of the optimisers that a call has made, and that were used with others than it gave them."""
        found = []
        for _, site in self._sites.made:
            for one in filter(is_optimiser, site.objects or ()):
                for name, value in (self._run.stepped.used(one) or {}).items():
                    if not _is_same(one.defaults.get(name), value):
                        kind = type(one).__name__
                        found += [Setting(key, leaf, kind, spare=True) for key, leaf in flatten(name, value)]
        return found

    def _settings_of(self, call: ast.Call) -> list[Mapping[str, Any]] | None:
        """Return the settings that the estimators of a call were fitted with; None where nobody can tell."""
        match call.func:
            case ast.Attribute(value=ast.Name(id=name), attr=method) if method in _SETTERS:
                estimators = [self._run.namespace.get(name)]
                if not is_estimator(estimators[0]):
                    return None
            case _:
                site = self._made.get(place_of(call))
                estimators = [] if site is None else site.objects or []
        if not estimators:
            return None
        if any(map(is_optimiser, estimators)):
            used = [self._run.stepped.used(one) for one in estimators]
            return [one for one in used if one is not None] if all(used) else None
        found = [one for one in estimators if id(one) in self._described or state(one)]
        if not found:
            return None if is_handed_on(call, self._sites.analysis) else []
        return [_held(one, self._described.get(id(one))) for one in found]


def _held(estimator: Any, described: Described | None) -> dict[str, Any]:
    """Return the settings of an estimator by name, at its fit or else now, with those that are its class's defaults."""
    described = described or describe(estimator)
    parameters = inspect.signature(type(estimator).__init__).parameters.values()
    defaults = {one.name: one.default for one in parameters if one.default is not one.empty}
    return defaults | {one.name: one.value for one, _ in described.settings if not one.prefix}


def _is_same(value: Any, passed: Any) -> bool:
    return not isinstance(passed, bool | int | float | str) or same(value, passed)
