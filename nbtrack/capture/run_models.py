"""The models of a run: those that its execution trained and that it can still reach, and their names."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from nbtrack.capture.data import first_rows
from nbtrack.capture.foreign import has_method, module_of
from nbtrack.capture.settings.estimators import Fitted, record
from nbtrack.capture.source.reads import dotted
from nbtrack.capture.trained.kinds import is_network, kind_of
from nbtrack.capture.trained.parts import parts_of
from nbtrack.capture.trained.reachable import models_in
from nbtrack.capture.trained.stepped import outermost
from nbtrack.capture.words.calls import STEP_METHODS
from nbtrack.records import EstimatorRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nbtrack.capture.execution import Captured, Execution
    from nbtrack.capture.source.analysis import CellAnalysis

__all__ = ["deleted_models", "fitted_models", "keep_models"]


def fitted_models(run: Execution, *, ended: bool) -> list[Fitted]:
    """Return the models that an execution trained; with `ended` without estimators whose fit raised."""
    found: dict[int, Fitted] = {}
    for sites in run.sites:
        for site in sites.fits:
            several = site.several
            for estimator, data, shape, described in site.fitted(ended=ended):
                if kind_of(estimator) is not None or module_of(type(estimator)) == "__main__":
                    name = _name_of(run, estimator, site.source, several=several)
                    one = found[id(estimator)] = Fitted(name, estimator, data, shape)
                    one.described = described
    fresh = outermost([(one.name, one.estimator) for one in found.values()] + _trained(run))
    # Of many the last are saved: those with a name of their own rather than those of a list.
    whole = {id(one.estimator) for one in found.values() if has_method(one.estimator, "predict")}
    for name, model in sorted(fresh, key=lambda one: "." not in one[0]):
        root, dot, _ = name.partition(".")
        if not dot or id(run.namespace.get(root)) not in whole:  # it is saved with what it is part of
            found.setdefault(id(model), Fitted(name, model))
    for key in [key for one in found.values() for key in parts_of(one.estimator)]:
        found.pop(key, None)  # a step is saved with its pipeline
    for one in found.values():
        asked = (site.of(one.estimator) for sites in run.sites for site in sites.predictions)
        one.predicted = next((seen for seen in asked if seen is not None), None)
    return list(found.values())


def deleted_models(run: Execution) -> list[EstimatorRecord]:
    """Return the records of models that the code has fitted and deleted, of each call's the last: nothing of them is saved."""
    gone = [one for sites in run.sites for site in sites.fits if (one := site.last_gone) is not None]
    records = []
    for one in gone:
        settings = one.described.named(one.kind) if one.described else []
        schema, _, rows = first_rows(one.head) if one.head is not None else ({}, (), ())
        params = {setting.name: setting.value for setting in settings}
        records.append(EstimatorRecord(one.kind, one.path, params, schema, tuple(one.shape), rows))
    return records


def _trained(run: Execution) -> list[tuple[str, Any]]:
    """Return the models that names lead to and that were trained, first those that have a name of their own."""
    steps = run.steps or any(
        call.name.rpartition(".")[2] in STEP_METHODS for sites in run.sites for call in sites.analysis.calls
    )
    read = {name for sites in run.sites for name in _loaded(sites.analysis)}
    found = []
    for path, model in _reached(run):
        trained = path not in read and run.before.models.is_trained(model)
        by_steps = run.stepped.has_trained(model)
        # An optimiser of the user's own, which nobody hears.
        unheard = steps and not run.stepped.heard and "." not in path and _is_plain_network(model)
        if trained or by_steps or unheard:
            found.append((path, model))
    return sorted(found, key=lambda one: "." in one[0])


def _reached(run: Execution) -> Iterator[tuple[str, Any]]:
    names = dict.fromkeys(
        name
        for sites in run.sites
        for name in (*run.before.read_by(sites.analysis), *sites.analysis.bindings)
    )
    for name in names:
        yield from models_in(name, run.namespace.get(name))
    shown = run.namespace.get("_")  # what the cell's last expression came to
    if not run.script and id(shown) != run.before.shown:
        for _, model in models_in("", shown):
            yield type(model).__name__, model


def _is_plain_network(model: Any) -> bool:
    return is_network(model) and type(model).__module__ != "torch.nn.modules.loss"


def _loaded(analysis: CellAnalysis) -> Iterator[str]:
    """Yield the names of models that the code loads: they were trained elsewhere."""
    for name, bindings in analysis.bindings.items():
        call = bindings[-1].value
        if isinstance(call, ast.Call):
            callee = dotted(call.func).rpartition(".")[2]
            from_file = callee == "Booster" and any(k.arg == "model_file" for k in call.keywords)
            if from_file or callee.startswith(("load", "from_")):
                yield name
    for call_site in analysis.calls:
        if call_site.name.endswith(".load_model"):
            yield call_site.name.rpartition(".")[0]


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
