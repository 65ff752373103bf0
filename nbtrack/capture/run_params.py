"""The params of a run: the settings among its names, in its calls and in its models."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nbtrack.capture.run_sweeps import without_tried
from nbtrack.capture.run_unfitted import Unfitted
from nbtrack.capture.secrets import MASK, SEEN
from nbtrack.capture.settings.arguments import call_settings, evaluates_only
from nbtrack.capture.settings.bodies import body_settings, called_bodies, definitions
from nbtrack.capture.settings.estimators import (
    describe,
    estimator_settings,
    is_estimator,
    is_optimiser,
    loader_settings,
    optimiser_settings,
)
from nbtrack.capture.settings.params import name_settings
from nbtrack.capture.settings.setting import Setting, flatten, resolve
from nbtrack.capture.settings.unnamed import unnamed_settings
from nbtrack.capture.words.calls import STEP_METHODS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nbtrack.capture.execution import Captured, Execution
    from nbtrack.capture.settings.estimators import Fitted
    from nbtrack.capture.source.analysis import CellAnalysis
    from nbtrack.records import ParamValue

__all__ = ["gather_params", "named_settings", "said"]

_SMALL = 10
"""Whole numbers up to this may be equal by chance."""


def gather_params(run: Execution, captured: Captured, fitted: list[Fitted]) -> None:
    """Record the params of a run."""
    options = run.options
    settings: list[Setting] = []
    if not options.only_params:
        for sites in run.sites:
            settings += named_settings(run, sites.analysis)
        captured.written = frozenset(one.name for one in settings)
        named = _named_objects(run, settings)
        # `Model(**config)`: entries of a dict of the cell are params under the dict's name.
        known_settings = {(s.name.rpartition(".")[2], repr(s.value)) for s in settings if "." in s.name}
        own = len(settings)
        for one in fitted:
            described = one.described or describe(one.estimator)
            settings += described.named(one.name, named)
            captured.positional.update(described.positional)
        for sites in run.sites:
            # Of a sweep in a loop only the last still exists; values that differ among them are not settings.
            for kind, described in (one for site in sites.fits for one in site.gone()):
                settings += described.named(kind, named)
                captured.positional.update(described.positional)
            for name in _validated(run, sites.analysis):
                settings += estimator_settings(run.namespace[name], name, named, captured.positional)
            unfitted = Unfitted(run, sites, fitted)
            settings += call_settings(sites.analysis, run.namespace, captured.positional, unfitted.left_out)
            settings += unfitted.instead()
            settings += unnamed_settings(sites.analysis)
            settings += _made_before(run, sites.analysis)
            settings += _of_functions(run, sites.analysis, captured)
        settings[own:own] = _told(run, settings, captured)
        settings[own:] = without_tried(run, settings[own:])
        settings[own:] = [s for s in settings[own:] if (s.name, repr(s.value)) not in known_settings]
    for name in sorted(options.params):
        if name in run.namespace:
            settings += [Setting(k, leaf) for k, leaf in flatten(name, run.namespace[name])]
    kept = resolve(s for s in settings if s.name not in captured.metrics or s.prefix)
    captured.params = said(run, kept)


def _made_before(run: Execution, analysis: CellAnalysis) -> list[Setting]:
    """Return what the objects were made with in earlier cells that the cell trains with: its optimiser, its loader."""
    read = [name for name in run.before.read_by(analysis) if name not in analysis.bindings]
    values = {name: run.before.values.get(name) for name in read}
    found = [
        one
        for name, value in values.items()
        if is_optimiser(value)
        for one in optimiser_settings(name, value, run.stepped.used(value) or {})
    ]
    steps = any(call.name.rpartition(".")[2] in STEP_METHODS for call in analysis.calls)
    if not (found or steps or analysis.trains or run.stepped.heard):
        return found
    loaders = {name: size for name in read if (size := loader_settings(name, run.namespace.get(name)))}
    training = [name for name in loaders if not evaluates_only(name)]
    found += [one for name in training or loaders for one in loaders[name]]
    known = {one.name for one in found}
    for name in read:
        if not is_estimator(run.namespace.get(name)):
            found += [one for one in run.earlier.made.get(name, ()) if one.name not in known]
    return found


def _of_functions(run: Execution, analysis: CellAnalysis, captured: Captured) -> list[Setting]:
    """Return what the functions configure that the cell calls; those of a script are watched themselves."""
    if run.script:
        return []
    defined = run.earlier.functions | definitions(analysis.tree)
    return [
        one
        for name, inner in called_bodies(analysis, defined, run.namespace)
        for one in body_settings(name, defined[name], inner, run.namespace, captured.positional)
    ]


def named_settings(run: Execution, analysis: CellAnalysis) -> list[Setting]:
    """Return the settings among the names that a cell binds or reads, and what was given to it."""
    read, values = run.before.read_by(analysis), run.before.values
    defined = [
        name
        for name, bindings in analysis.bindings.items()
        if isinstance(bindings[-1].stmt, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    ]
    found = name_settings(
        analysis,
        {name: values[name] for name in read if name in values},
        run.namespace,
        inner=[name for name, inside in read.items() if inside],
        earlier=run.earlier,
        results=run.results,
        functions=[*read, *defined],
    )
    return run.given.joined(found, run.namespace, short=run.script)


def said(run: Execution, params: Mapping[str, ParamValue]) -> dict[str, ParamValue]:
    """Return params as they are stored: without ignored ones, and with secrets masked."""
    options = run.options
    found: dict[str, ParamValue] = {}
    for name, value in params.items():
        whole = name in options.params or name.partition(".")[0] in options.params
        if {name, name.partition(".")[0]} & options.ignore or (options.only_params and not whole):
            continue
        found[name] = masked = SEEN.param(name, value)
        if masked == MASK and str(value) not in run.secrets:
            run.secrets.append(str(value))
    return found


def _told(run: Execution, others: Sequence[Setting], captured: Captured) -> list[Setting]:
    """Return the settings that frameworks have told of, without those that are there already: `Adam` is `adam`, `depth` in a dict `params.depth`.

    What the cell has computed is no setting of what it then trains: how many rounds a cross-validation found best.
    """
    results = {points.values[0] for points in captured.metrics.values() if len(points.values) == 1}
    texts = {(one.name, one.value.casefold()) for one in others if isinstance(one.value, str)}
    entries = {(one.name.rpartition(".")[2], repr(one.value)) for one in others if "." in one.name}
    numbers = {one.value for one in others if type(one.value) is int}
    return [
        Setting(key, leaf, prefix)
        for name, value, prefix in run.told.params
        for key, leaf in flatten(name, value)
        if (key.rpartition(".")[2], repr(leaf)) not in entries
        and not (name.endswith(("_round", "_rounds")) and leaf in numbers)  # `num_round` already
        and (name.startswith("best_") or type(leaf) is not int or leaf <= _SMALL or leaf not in results)
        and not (isinstance(leaf, str) and (key, leaf.casefold()) in texts)
    ]


def _named_objects(run: Execution, settings: list[Setting]) -> set[int]:
    """Return the `id` of the dicts and lists whose entries are settings under their own name."""
    names = {setting.name.partition(".")[0] for setting in settings if "." in setting.name}
    return {id(run.namespace[name]) for name in names if name in run.namespace}


def _validated(run: Execution, analysis: CellAnalysis) -> list[str]:
    """Return the estimators that the cell passes to a cross-validation, which fits copies of them."""
    return [
        name.id
        for call in analysis.calls
        if "cross_val" in call.name or call.name.rpartition(".")[2].endswith("_curve")
        for name in call.node.args[:1]
        if isinstance(name, ast.Name) and is_estimator(run.namespace.get(name.id))
    ]
