"""The models of a run: the estimators that its execution fitted, and their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbtrack.capture.foreign import module_of
from nbtrack.capture.settings.estimators import Fitted, fitted_names, is_estimator, record
from nbtrack.capture.words.calls import STEP_METHODS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbtrack.capture.execution import Captured, Execution

__all__ = ["fitted_models", "keep_models"]


def fitted_models(run: Execution, *, ended: bool) -> list[Fitted]:
    """Return the estimators that an execution fitted; with `ended` without those whose fit raised."""
    found: dict[int, Fitted] = {}
    for sites in run.sites:
        for site in sites.fits:
            several = site.several
            for estimator, data, shape in site.fitted(ended=ended):
                if is_estimator(estimator) or module_of(type(estimator)) == "__main__":
                    name = _name_of(run, estimator, site.source, several=several)
                    found[id(estimator)] = Fitted(name, estimator, data, shape)
        names = dict.fromkeys([*run.before.read_by(sites.analysis), *sites.analysis.bindings])
        steps = run.steps or any(
            call.name.rpartition(".")[2] in STEP_METHODS for call in sites.analysis.calls
        )
        for one in fitted_names(names, run.before.states, run.namespace, trains_modules=steps):
            found.setdefault(id(one.estimator), one)
    return list(found.values())


def _name_of(run: Execution, estimator: Any, source: str, *, several: bool) -> str:
    for sites in run.sites:
        for name in (*sites.analysis.bindings, *sites.analysis.reads):
            bound = sites.analysis.bindings.get(name, ())
            # Of several that a loop fits under one name, the last is not special.
            looped = any(b.kind == "loop" or (several and b.loop) for b in bound)
            if run.namespace.get(name) is estimator and not looped:
                return name
    if run.namespace.get(source) is estimator and not any(
        b.loop or b.kind == "loop" for s in run.sites for b in s.analysis.bindings.get(source, ())
    ):
        return source
    return type(estimator).__name__


def keep_models(captured: Captured, fitted: Iterable[Fitted]) -> None:
    """Record the models of a run, and report those that cannot be inspected."""
    for one in fitted:
        kept = record(one)
        if kept is None:
            captured.left_out.append(f"the model {one.name}")
        else:
            captured.estimators.append(kept)
            captured.fitted.append(one)
